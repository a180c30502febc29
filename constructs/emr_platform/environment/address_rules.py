"""Rules about how large clusters may be in the network of their environment."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import NamedTuple

from emr_platform.cluster.node_count_rules import most_nodes, nodes_at_start
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.network.addresses import (
    AddressSpaceError,
    cluster_subnet_sizes,
    subnet_addresses,
)
from emr_platform.network.spec import NewVpcSpec, SharedVpcSpec
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook

ADDRESS_RULES: RuleBook[EnvironmentSpec] = RuleBook()

_EC2_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_AWS_KEEPS = 5


@ADDRESS_RULES.rule(
    "EMR-CAPACITY-006",
    what="The subnet of a cluster has an address for each node that the cluster starts with.",
    why="EC2 starts no instance without an address, and EMR ends the cluster.",
    source=_EC2_ERRORS,
)
def subnet_has_room_at_start(spec: EnvironmentSpec) -> Iterator[Finding]:
    """At most as many nodes as the subnet has addresses that are left by AWS and endpoints."""
    for subnet in _subnets(spec):
        nodes = nodes_at_start(subnet.cluster)
        if nodes > subnet.room:
            yield Finding(
                (*subnet.path, "core"),
                f"the cluster starts with {nodes} nodes, and its subnet {subnet.cidr} has "
                f"{subnet.room} addresses left",
                f"fewer nodes, or a larger {_cidr(spec)}",
            )


@ADDRESS_RULES.rule(
    "EMR-CAPACITY-007",
    what="The subnet of a cluster has an address for each node that scaling may add.",
    why="EC2 starts no instance without an address, so that the cluster stays smaller than it should be.",
    source=_EC2_ERRORS,
    severity="warning",
)
def subnet_has_room_for_scaling(spec: EnvironmentSpec) -> Iterator[Finding]:
    """Scaling to at most as many nodes as the subnet has addresses left."""
    for subnet in _subnets(spec):
        nodes = most_nodes(subnet.cluster)
        if nodes is not None and nodes > subnet.room:
            yield Finding(
                (*subnet.path, "scaling", "maximum"),
                f"the cluster grows to {nodes} nodes, and its subnet {subnet.cidr} has "
                f"{subnet.room} addresses left",
                f"a lower maximum, or a larger {_cidr(spec)}",
            )


def _cidr(spec: EnvironmentSpec) -> str:
    network = spec.network
    of = f" of {network.environment}" if isinstance(network, SharedVpcSpec) else ""
    return f"network.cidr{of}"


class _Subnet(NamedTuple):
    """The subnet of a cluster of instance groups, in a VPC that the platform makes.

    Attributes:
        path: Path of the cluster.
        cluster: The cluster.
        network: The VPC.
        room: How many addresses are left; in a shared VPC, other tenants' clusters take some of these.
    """

    path: Path
    cluster: ClusterSpec
    network: NewVpcSpec
    room: int

    @property
    def cidr(self) -> IPv4Network:
        """Its range of addresses."""
        return subnet_addresses(self.network).cluster[self.cluster.subnet_index]


def _subnets(spec: EnvironmentSpec) -> Iterator[_Subnet]:
    network = spec.network
    if not isinstance(network, NewVpcSpec):
        return
    try:
        sizes = cluster_subnet_sizes(network)
    except AddressSpaceError:
        return
    taken = _AWS_KEEPS + len(network.interface_endpoints)
    for name, cluster in spec.clusters.items():
        if not cluster.instance_fleets and cluster.subnet_index < len(sizes):
            room = sizes[cluster.subnet_index] - taken
            yield _Subnet(("clusters", name), cluster, network, room)
