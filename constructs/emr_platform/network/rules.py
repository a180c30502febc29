"""What AWS would refuse about a network, or what costs people dearly. Pure functions."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from ipaddress import IPv4Network

from emr_platform.network.addresses import AddressSpaceError, cluster_subnet_sizes
from emr_platform.network.endpoint_services import ENDPOINT_SERVICES
from emr_platform.network.spec import ExistingVpcSpec, NewVpcSpec, SharedVpcSpec
from emr_platform.problems import Problem
from emr_platform.rule import Finding, Rule, RuleBook, listed_twice

_NEW: RuleBook[NewVpcSpec] = RuleBook()
_EXISTING: RuleBook[ExistingVpcSpec] = RuleBook()

_SUBNET_SIZING = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"
_NAT = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html"
_ENDPOINTS = (
    "https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html"
)
# https://www.rfc-editor.org/rfc/rfc1918 and, the last one, https://www.rfc-editor.org/rfc/rfc6598
_PRIVATE = tuple(
    map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
)
_DOCKER = IPv4Network("172.17.0.0/16")


@_NEW.rule(
    "EMR-NETWORK-001",
    what="The VPC has a size that AWS allows and room for its subnets.",
    why="A VPC has at most a /16 and a subnet at least a /28; AWS refuses anything beyond that.",
    source=_SUBNET_SIZING,
)
def subnets_fit(spec: NewVpcSpec) -> Iterator[Finding]:
    """The address range can be divided among the subnets."""
    try:
        cluster_subnet_sizes(spec)
    except AddressSpaceError as error:
        yield Finding(("cidr",), str(error), error.allowed)


@_NEW.rule(
    "EMR-NETWORK-002",
    what="There are no more NAT gateways than availability zones.",
    why="A second gateway in the same zone makes nothing safer, and costs as much as the first.",
    source=_NAT,
)
def nat_gateways_fit_zones(spec: NewVpcSpec) -> Iterator[Finding]:
    """At most one NAT gateway in each zone."""
    if spec.nat_gateways > spec.zone_count:
        zones = (
            "1 availability zone"
            if spec.zone_count == 1
            else f"{spec.zone_count} availability zones"
        )
        message = f"{spec.nat_gateways} NAT gateways in {zones}"
        yield Finding(("nat_gateways",), message, f"at most {spec.zone_count}")


@_NEW.rule(
    "EMR-NETWORK-003",
    what="NAT gateways are there for private subnets only.",
    why="Nodes in public subnets use the internet gateway, so a NAT gateway would carry nothing.",
    source=_NAT,
    severity="warning",
)
def nat_gateways_are_used(spec: NewVpcSpec) -> Iterator[Finding]:
    """No NAT gateway with public cluster subnets."""
    if spec.nat_gateways and spec.cluster_subnets == "public":
        message = "no NAT gateway is made, as clusters are in public subnets"
        yield Finding(("nat_gateways",), message, "0, or cluster_subnets: private")


@_NEW.rule(
    "EMR-NETWORK-004",
    what="Clusters without a way to the internet have an endpoint of EMR.",
    why="Programs on the nodes that call EMR, to add a step or to end the cluster, wait until they time out.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/interface-vpc-endpoint.html",
    severity="warning",
)
def emr_is_reachable(spec: NewVpcSpec) -> Iterator[Finding]:
    """The endpoint elasticmapreduce, where endpoints are listed and there is no NAT gateway."""
    if not spec.has_internet_route and "elasticmapreduce" not in spec.interface_endpoints:
        yield Finding(
            ("endpoints",),
            "private subnets without NAT gateway have no endpoint elasticmapreduce",
            "elasticmapreduce among the endpoints, nat_gateways: 1, or no endpoints for the default",
        )


@_NEW.rule(
    "EMR-NETWORK-005",
    what="Endpoints are of services that have one.",
    why="AWS refuses an endpoint of a service that it does not know.",
    source=_ENDPOINTS,
    severity="warning",
)
def endpoints_are_known(spec: NewVpcSpec) -> Iterator[Finding]:
    """The service is in the catalogue."""
    for position, name in enumerate(spec.endpoints or ()):
        if name.removesuffix("-fips") not in ENDPOINT_SERVICES:
            nearest = difflib.get_close_matches(name, ENDPOINT_SERVICES, n=1, cutoff=0.7)
            hint = f", did you mean {nearest[0]}?" if nearest else ""
            yield Finding(
                ("endpoints", position),
                f"{name} is not among the endpoint services known here{hint}",
                "the end of a service name such as com.amazonaws.eu-west-1.secretsmanager",
            )


@_NEW.rule(
    "EMR-NETWORK-006",
    what="A service has one endpoint, and an availability zone is listed once.",
    why="AWS refuses a second endpoint with the same private names, and a second range for a zone "
    "would be lost.",
    source=_ENDPOINTS,
)
def names_are_unique(spec: NewVpcSpec) -> Iterator[Finding]:
    """No name twice in endpoints and availability_zones."""
    yield from listed_twice(("endpoints",), spec.endpoints or ())
    if not isinstance(spec.availability_zones, int):
        yield from listed_twice(("availability_zones",), spec.availability_zones)


@_NEW.rule(
    "EMR-NETWORK-014",
    what="The addresses of a VPC are private ones, and not those of Docker.",
    why="Others have the same addresses, on the internet or on the nodes themselves, and cannot be reached from there.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html",
    severity="warning",
)
def addresses_are_private(spec: NewVpcSpec) -> Iterator[Finding]:
    """A range of RFC 1918 or RFC 6598, without 172.17.0.0/16."""
    addresses = IPv4Network(spec.cidr)
    private = ", ".join(map(str, _PRIVATE))
    if addresses.overlaps(_DOCKER):
        message = f"Docker and some services of AWS use addresses of {_DOCKER}"
        yield Finding(("cidr",), message, f"another range of {private}")
    elif not any(addresses.subnet_of(each) for each in _PRIVATE):
        yield Finding(("cidr",), f"{spec.cidr} is not private", f"a range of {private}")


@_EXISTING.rule(
    "EMR-NETWORK-007",
    what="A subnet is listed once.",
    why="RDS refuses a subnet group with the same subnet twice, and clusters would be counted wrong.",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "USER_VPC.WorkingWithRDSInstanceinaVPC.html",
)
def subnets_are_unique(spec: ExistingVpcSpec) -> Iterator[Finding]:
    """No subnet twice in a list."""
    yield from listed_twice(("cluster_subnet_ids",), spec.cluster_subnet_ids)
    yield from listed_twice(("result_store_subnet_ids",), spec.result_store_subnet_ids)


@_EXISTING.rule(
    "EMR-NETWORK-008",
    what="The address range of an existing VPC is one that a VPC can have.",
    why="A VPC has a block of /16 to /28, so that another one is not that of the VPC.",
    source=_SUBNET_SIZING,
)
def vpc_size_is_possible(spec: ExistingVpcSpec) -> Iterator[Finding]:
    """/16 to /28."""
    prefix = IPv4Network(spec.cidr).prefixlen
    if not 16 <= prefix <= 28:
        yield Finding(("cidr",), f"{spec.cidr} is a /{prefix}", "the VPC's block of /16 to /28")


NETWORK_RULES: tuple[Rule[NewVpcSpec] | Rule[ExistingVpcSpec], ...] = (
    *_NEW.rules,
    *_EXISTING.rules,
)
"""Every rule about a network by itself."""


def network_problems(spec: NewVpcSpec | ExistingVpcSpec) -> list[Problem]:
    """Check a network by itself.

    Args:
        spec: The network.

    Returns:
        All errors and warnings, with paths that begin in the spec. None for the VPC of another
        environment: what is wrong with it is reported there.
    """
    if isinstance(spec, SharedVpcSpec):
        return []
    return _NEW.problems(spec) if isinstance(spec, NewVpcSpec) else _EXISTING.problems(spec)
