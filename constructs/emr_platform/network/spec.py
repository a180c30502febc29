"""What a user may declare about the network: a VPC of the environment's own, or an existing one."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from emr_platform.spec import Items, Name, SpecModel, SubnetId, TextMatching

SubnetKind = Literal["private", "public"]


def _ipv4_network(text: str) -> str:
    try:
        network = IPv4Network(text, strict=False)
    except ValueError:
        raise PydanticCustomError(
            "cidr",
            "'{text}' is not an IPv4 address range",
            {"text": text, "allowed": "an IPv4 address range such as 10.40.0.0/16"},
        ) from None
    if str(network) != text:
        raise PydanticCustomError(
            "cidr",
            "'{text}' does not begin with the first address of its range",
            {"text": text, "allowed": str(network)},
        )
    return text


Cidr = Annotated[
    str,
    TextMatching(r"\d{1,3}(\.\d{1,3}){3}/\d{1,2}", "an IPv4 address range such as 10.40.0.0/16"),
    AfterValidator(_ipv4_network),
]
"""An IPv4 address range in CIDR notation, ``10.40.0.0/16``."""

AvailabilityZoneName = Annotated[
    str, TextMatching(r"[a-z]{2,4}(-[a-z]+)+-\d[a-z]", "a zone such as eu-west-1a")
]
"""The name of an availability zone, ``eu-west-1a``."""


EndpointService = Annotated[
    str,
    TextMatching(
        r"(?!(cn\.)?com\.amazonaws\b)[a-z][a-z0-9.-]{0,62}",
        "the name of an AWS service, such as logs or ecr.api, without com.amazonaws.REGION",
    ),
]
"""An AWS service with an interface endpoint, by the end of the endpoint's service name."""


def _zones_kind(value: Any) -> str:
    return "zone names" if isinstance(value, list | tuple) else "zone count"


AvailabilityZones = Annotated[
    Annotated[int, Field(ge=1, le=6), Tag("zone count")]
    | Annotated[Items[AvailabilityZoneName], Field(min_length=1, max_length=6), Tag("zone names")],
    Discriminator(_zones_kind),
]
"""How many availability zones (the region's first ones), or their names."""


class FlowLogsSpec(SpecModel):
    """The record of accepted and refused connections, kept in CloudWatch Logs."""

    retention_days: Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] = Field(
        default=90, description="Days that flow logs are kept, one of CloudWatch Logs' own steps."
    )


class NewVpcSpec(SpecModel):
    """A VPC that belongs to the environment."""

    cidr: Cidr = Field(
        default="10.0.0.0/16", description="Address range of the VPC, a block of /16 to /24."
    )
    availability_zones: AvailabilityZones = Field(
        default=2,
        description="How many availability zones to use (the region's first ones), or their names.",
    )
    cluster_subnets: SubnetKind = Field(
        default="private",
        description="Whether clusters run in private subnets, or in public ones with public "
        "addresses.",
    )
    nat_gateways: int = Field(
        default=0,
        ge=0,
        le=6,
        description="NAT gateways for private subnets; 0 means that AWS is reached through "
        "endpoints only.",
    )
    endpoints: Items[EndpointService] | None = Field(
        default=None,
        description="Interface endpoints by AWS service name (the S3 and DynamoDB gateway "
        "endpoints are always there). Left out: what EMR needs where there is no NAT gateway, "
        "else none.",
    )
    flow_logs: FlowLogsSpec = Field(default=FlowLogsSpec(), description="VPC flow logs.")

    @property
    def zone_count(self) -> int:
        """How many availability zones the VPC spans."""
        zones = self.availability_zones
        return zones if isinstance(zones, int) else len(zones)

    @property
    def has_internet_route(self) -> bool:
        """Whether cluster nodes can reach the internet."""
        return self.cluster_subnets == "public" or self.nat_gateways > 0

    @property
    def interface_endpoints(self) -> tuple[str, ...]:
        """The AWS services that get an interface endpoint, without the always-present gateways."""
        if self.endpoints is not None:
            return tuple(name for name in self.endpoints if name not in GATEWAY_ENDPOINTS)
        return () if self.has_internet_route else ENDPOINTS_WITHOUT_INTERNET


class SharedVpcSpec(NewVpcSpec):
    """The VPC of another environment, which it shares. What it says is what that environment's file says.

    No file says this: tenants of the tier ``bridge`` get it.
    """

    environment: Name = Field(description="Name of the environment that the VPC belongs to.")


class ExistingVpcSpec(SpecModel):
    """A VPC that exists already. The environment adds nodes, a database and security groups to it."""

    vpc_id: Annotated[
        str, TextMatching(r"vpc-([0-9a-f]{8}|[0-9a-f]{17})", "the id of a VPC, vpc-…")
    ] = Field(description="Id of the VPC, vpc-…")
    cidr: Cidr = Field(description="Address range of the VPC.")
    cluster_subnets: SubnetKind = Field(
        default="private", description="Whether the cluster subnets are private or public."
    )
    cluster_subnet_ids: Items[SubnetId] = Field(
        min_length=1,
        description="Subnets for clusters. Each must carry the tag "
        "for-use-with-amazon-emr-managed-policies: true, or EMR may not use it.",
    )
    result_store_subnet_ids: Items[SubnetId] = Field(
        default=(), description="Subnets for the result store, in at least two availability zones."
    )


def _kind(value: Any) -> str:
    """Tell the two forms apart by the key that only one of them has."""
    if isinstance(value, ExistingVpcSpec):
        return "existing VPC"
    return "existing VPC" if isinstance(value, dict) and "vpc_id" in value else "new VPC"


NetworkSpec = Annotated[
    Annotated[NewVpcSpec, Tag("new VPC")] | Annotated[ExistingVpcSpec, Tag("existing VPC")],
    Discriminator(_kind),
]
"""A VPC of the environment's own, or (with ``vpc_id``) an existing one."""

GATEWAY_ENDPOINTS = ("s3", "dynamodb")
"""Endpoints that cost nothing and are in every VPC of ours; naming them changes nothing."""

ENDPOINTS_WITHOUT_INTERNET = ("elasticmapreduce", "kms", "logs", "sts")
"""What a cluster talks to apart from S3, where no NAT gateway leads to the internet."""


def cluster_subnet_count(network: NetworkSpec) -> int:
    """How many subnets a network has for clusters to run in."""
    if isinstance(network, ExistingVpcSpec):
        return len(network.cluster_subnet_ids)
    return network.zone_count
