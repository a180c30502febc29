"""The network that an environment lives in: a VPC of its own, or an existing one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from ipaddress import IPv4Network
from types import MappingProxyType
from typing import TypeVar

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from emr_platform.asked_once import known, path_of
from emr_platform.network.addresses import subnet_addresses
from emr_platform.network.default_security_group import ClosedDefaultSecurityGroup
from emr_platform.network.spec import (
    ExistingVpcSpec,
    NewVpcSpec,
    SharedVpcSpec,
    SubnetKind,
)
from emr_platform.network.tags import tag_cluster_subnet
from emr_platform.tags import EMR_MANAGED_POLICIES_TAG

_Subnet = TypeVar("_Subnet", bound=ec2.Subnet)

_RETENTION: Mapping[int, logs.RetentionDays] = MappingProxyType(
    {
        1: logs.RetentionDays.ONE_DAY,
        3: logs.RetentionDays.THREE_DAYS,
        5: logs.RetentionDays.FIVE_DAYS,
        7: logs.RetentionDays.ONE_WEEK,
        14: logs.RetentionDays.TWO_WEEKS,
        30: logs.RetentionDays.ONE_MONTH,
        60: logs.RetentionDays.TWO_MONTHS,
        90: logs.RetentionDays.THREE_MONTHS,
        120: logs.RetentionDays.FOUR_MONTHS,
        150: logs.RetentionDays.FIVE_MONTHS,
        180: logs.RetentionDays.SIX_MONTHS,
        365: logs.RetentionDays.ONE_YEAR,
        400: logs.RetentionDays.THIRTEEN_MONTHS,
        545: logs.RetentionDays.EIGHTEEN_MONTHS,
        731: logs.RetentionDays.TWO_YEARS,
    }
)


class NetworkResources(Construct):
    """What other constructs need to know of a network, be it new or not.

    Attributes:
        vpc: The VPC.
        cidr: Its IPv4 address range, as text.
        cluster_subnets: Where clusters run.
        cluster_subnet_kind: Whether those subnets are private or public.
        result_store_subnets: Where the result store runs; empty if an existing VPC names none.
    """

    vpc: ec2.IVpc
    cidr: str
    cluster_subnets: tuple[ec2.ISubnet, ...]
    cluster_subnet_kind: SubnetKind
    result_store_subnets: tuple[ec2.ISubnet, ...]


class Network(NetworkResources):
    """A VPC with subnets for clusters and for the result store in each availability zone.

    AWS is reached through gateway endpoints (S3, DynamoDB), interface endpoints, NAT gateways, or,
    from public subnets, an internet gateway. Connections are recorded in flow logs, and the VPC's
    default security group lets nothing through.

    ``ec2.Vpc`` is not used: in a stack whose account and region are known it looks the availability
    zones up in AWS, and it moves subnets when a zone is added.

    Args:
        scope: Parent construct.
        id: Name within the parent.
        spec: The VPC. More NAT gateways than availability zones are not made, and none for
            clusters in public subnets.
        removal_policy: What becomes of the flow logs when the stack is deleted.

    Raises:
        AddressSpaceError: The subnets do not fit into the VPC.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        spec: NewVpcSpec,
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(scope, id)
        self._vpc = ec2.CfnVPC(
            self,
            "Vpc",
            cidr_block=spec.cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=[
                cdk.CfnTag(key="Name", value=path_of(self)),
                cdk.CfnTag(key=EMR_MANAGED_POLICIES_TAG, value="true"),
            ],
        )
        self._zones = self._zone_names(spec.availability_zones)

        addresses = subnet_addresses(spec)
        private: list[ec2.PrivateSubnet] = []
        if spec.cluster_subnets == "public":
            public = self._subnets(
                # Not the name of private ones: EMR allows no change of kind below a running cluster.
                ec2.PublicSubnet,
                "PublicCluster",
                addresses.cluster,
                public_addresses=True,
            )
        else:
            private = self._subnets(ec2.PrivateSubnet, "Cluster", addresses.cluster)
            public = self._subnets(ec2.PublicSubnet, "Nat", addresses.public)
        database = self._subnets(ec2.PrivateSubnet, "Database", addresses.database)
        self._connect_to_internet(public)
        self._route_through_nat_gateways(private, public[: spec.nat_gateways])

        self.cidr = spec.cidr
        self.cluster_subnets = tuple(private or public)
        self.cluster_subnet_kind = spec.cluster_subnets
        self.result_store_subnets = tuple(database)
        for subnet in self.cluster_subnets:
            tag_cluster_subnet(subnet)
        self.vpc = self._as_vpc(public, private, database)
        self._add_gateway_endpoints([*public, *private, *database])
        self._add_interface_endpoints(spec.interface_endpoints)
        self._record_connections(_RETENTION[spec.flow_logs.retention_days], removal_policy)
        ClosedDefaultSecurityGroup(
            self,
            "DefaultSecurityGroup",
            security_group_id=self._vpc.attr_default_security_group,
        )

    def _zone_names(self, zones: int | Sequence[str]) -> list[str]:
        if isinstance(zones, int):
            return _zone_names(zones)
        cdk.Validations.of(self).acknowledge(
            cdk.Acknowledgment(
                id="CloudFormation-Validate::W3010",
                reason="The zones were asked for by name.",
            )
        )
        return _zone_names(zones)

    def _subnets(
        self,
        kind: type[_Subnet],
        name: str,
        ranges: Sequence[IPv4Network],
        *,
        public_addresses: bool = False,
    ) -> list[_Subnet]:
        return [
            kind(
                self,
                f"{name}Subnet{number}",
                vpc_id=known(self._vpc).ref,
                availability_zone=zone,
                cidr_block=str(addresses),
                map_public_ip_on_launch=public_addresses,
            )
            for number, (zone, addresses) in enumerate(zip(self._zones, ranges, strict=False), 1)
        ]

    def _connect_to_internet(self, subnets: Sequence[ec2.PublicSubnet]) -> None:
        if not subnets:
            return
        gateway = ec2.CfnInternetGateway(
            self, "InternetGateway", tags=[cdk.CfnTag(key="Name", value=path_of(self))]
        )
        attachment = ec2.CfnVPCGatewayAttachment(
            self,
            "InternetGatewayAttachment",
            vpc_id=known(self._vpc).ref,
            internet_gateway_id=known(gateway).ref,
        )
        for subnet in subnets:
            subnet.add_default_internet_route(known(gateway).ref, attachment)

    def _route_through_nat_gateways(
        self, private: Sequence[ec2.PrivateSubnet], public: Sequence[ec2.PublicSubnet]
    ) -> None:
        if not (private and public):
            return
        gateways = [subnet.add_nat_gateway() for subnet in public]
        for index, subnet in enumerate(private):
            # The gateway of the same zone where there is one: traffic between zones costs money.
            subnet.add_default_nat_route(gateways[index % len(gateways)].ref)

    def _as_vpc(
        self,
        public: Sequence[ec2.ISubnet],
        private: Sequence[ec2.ISubnet],
        isolated: Sequence[ec2.ISubnet],
    ) -> ec2.IVpc:
        """The VPC as the CDK's constructs want it.

        Private subnets are named so even where the CDK would call them isolated, for want of a NAT
        gateway: what chooses no subnets is to find itself there, and not among the databases.
        """

        def ids(subnets: Sequence[ec2.ISubnet]) -> list[str] | None:
            return [known(subnet).subnet_id for subnet in subnets] or None

        def route_table_ids(subnets: Sequence[ec2.ISubnet]) -> list[str] | None:
            return [subnet.route_table.route_table_id for subnet in subnets] or None

        return ec2.Vpc.from_vpc_attributes(
            self,
            "Attributes",
            vpc_id=known(self._vpc).ref,
            vpc_cidr_block=self.cidr,
            availability_zones=self._zones,
            public_subnet_ids=ids(public),
            public_subnet_route_table_ids=route_table_ids(public),
            private_subnet_ids=ids(private),
            private_subnet_route_table_ids=route_table_ids(private),
            isolated_subnet_ids=ids(isolated),
            isolated_subnet_route_table_ids=route_table_ids(isolated),
        )

    def _add_gateway_endpoints(self, subnets: Sequence[ec2.ISubnet]) -> None:
        for name, service in (
            ("S3", _gateway_service("s3")),
            ("DynamoDb", _gateway_service("dynamodb")),
        ):
            ec2.GatewayVpcEndpoint(
                self,
                f"{name}Endpoint",
                vpc=self.vpc,
                service=service,
                subnets=[ec2.SubnetSelection(subnets=list(subnets))],
            )

    def _add_interface_endpoints(self, services: Sequence[str]) -> None:
        if not services:
            return
        security_group = ec2.SecurityGroup(
            self,
            "EndpointSecurityGroup",
            vpc=self.vpc,
            description="Interface endpoints of AWS services",
            allow_all_outbound=False,
        )
        security_group.add_ingress_rule(
            ec2.Peer.ipv4(self.cidr), _https(), "HTTPS from within the VPC"
        )
        for service in dict.fromkeys(services):
            ec2.InterfaceVpcEndpoint(
                self,
                f"Endpoint-{service}",
                vpc=self.vpc,
                service=_interface_service(service),
                subnets=ec2.SubnetSelection(subnets=list(self.cluster_subnets)),
                security_groups=[security_group],
                open=False,
                private_dns_enabled=True,
            )

    def _record_connections(
        self, retention: logs.RetentionDays, removal_policy: cdk.RemovalPolicy
    ) -> None:
        log_group = logs.LogGroup(
            self, "FlowLogGroup", retention=retention, removal_policy=removal_policy
        )
        ec2.FlowLog(
            self,
            "FlowLog",
            resource_type=ec2.FlowLogResourceType.from_vpc(self.vpc),
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(log_group),
        )


class ExistingNetwork(NetworkResources):
    """A VPC that exists already. Nothing in it is changed, and nothing is looked up in AWS.

    The subnets must carry the tag ``for-use-with-amazon-emr-managed-policies`` already. Their
    availability zones and route tables are unknown here.

    Args:
        scope: Parent construct.
        id: Name within the parent.
        spec: The VPC and its subnets.
    """

    def __init__(self, scope: Construct, id: str, *, spec: ExistingVpcSpec) -> None:
        super().__init__(scope, id)
        self.vpc = ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=spec.vpc_id,
            vpc_cidr_block=spec.cidr,
            # Not known, and the CDK wants at least one; no subnet is said to be in it.
            availability_zones=["unknown"],
        )
        self.cidr = spec.cidr
        self.cluster_subnets = _imported(self, "Cluster", spec.cluster_subnet_ids)
        self.cluster_subnet_kind = spec.cluster_subnets
        self.result_store_subnets = _imported(self, "Database", spec.result_store_subnet_ids)


class SharedNetwork(NetworkResources):
    """The VPC of another environment. Nothing in it is changed here, and nothing is looked up in AWS.

    Args:
        scope: Parent construct.
        id: Name within the parent.
        spec: The VPC, as its environment declares it.
        vpc_id: Its id; may be a token, such as an import.
        cluster_subnet_ids: Its subnets for clusters, in the order of the zones.
        result_store_subnet_ids: Its subnets for databases, in the order of the zones.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        spec: SharedVpcSpec,
        vpc_id: str,
        cluster_subnet_ids: Sequence[str],
        result_store_subnet_ids: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        zones = _zone_names(spec.availability_zones)
        self.vpc = ec2.Vpc.from_vpc_attributes(
            self, "Vpc", vpc_id=vpc_id, vpc_cidr_block=spec.cidr, availability_zones=zones
        )
        self.cidr = spec.cidr
        self.cluster_subnets = _imported(self, "Cluster", cluster_subnet_ids, zones)
        self.cluster_subnet_kind = spec.cluster_subnets
        self.result_store_subnets = _imported(self, "Database", result_store_subnet_ids, zones)


def _zone_names(zones: int | Sequence[str]) -> list[str]:
    if isinstance(zones, int):
        return [_zone_name(index) for index in range(zones)]
    return list(zones)


@cache
def _zone_name(index: int) -> str:
    return cdk.Fn.select(index, cdk.Fn.get_azs())


@cache
def _gateway_service(name: str) -> ec2.GatewayVpcEndpointAwsService:
    return ec2.GatewayVpcEndpointAwsService(name)


@cache
def _interface_service(name: str) -> ec2.InterfaceVpcEndpointAwsService:
    return ec2.InterfaceVpcEndpointAwsService(name)


@cache
def _https() -> ec2.Port:
    return ec2.Port.HTTPS


def _imported(
    scope: Construct,
    name: str,
    subnet_ids: Sequence[str],
    zones: Sequence[str] | None = None,
) -> tuple[ec2.ISubnet, ...]:
    subnets = [
        ec2.Subnet.from_subnet_attributes(
            scope,
            f"{name}Subnet{number}",
            subnet_id=subnet_id,
            availability_zone=zones[number - 1] if zones else None,
        )
        for number, subnet_id in enumerate(subnet_ids, 1)
    ]
    for subnet in subnets:
        cdk.Annotations.of(subnet).acknowledge_warning(
            "@aws-cdk/aws-ec2:noSubnetRouteTableId", "Nothing here adds routes."
        )
    return tuple(subnets)
