"""Security groups: their rules, who is in them, and which networks are connected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Final

from emr_platform.isolation.matching import HOLE
from emr_platform.isolation.names import Naming
from emr_platform.isolation.parties import Unjudged, World
from emr_platform.isolation.policies import Source
from emr_platform.problems import Path
from emr_platform.templates.model import Resource

Json = Any
Network = IPv4Network | IPv6Network

_GROUP_KEYS: Final = frozenset(
    (
        "AdditionalMasterSecurityGroups",
        "AdditionalSlaveSecurityGroups",
        "EmrManagedMasterSecurityGroup",
        "EmrManagedSlaveSecurityGroup",
        "EngineSecurityGroupId",
        "GroupSet",
        "SecurityGroupIds",
        "SecurityGroups",
        "ServiceAccessSecurityGroup",
        "VPCSecurityGroups",
        "VpcSecurityGroupIds",
        "WorkspaceSecurityGroupId",
    )
)
_SUBNET_KEYS: Final = frozenset(("Ec2SubnetId", "Ec2SubnetIds", "SubnetId", "SubnetIds"))
UNKNOWN_VPC: Final = "a VPC that is in no template"
_ALL_PORTS: Final = range(65536)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a security group.

    Attributes:
        protocol: ``tcp``, ``udp``, ``icmp``, or ``-1`` for all.
        ports: The ports; all where the protocol has none.
        groups: The groups on the other side.
        networks: Address ranges on the other side, as the template has them.
        source: Where it stands; None for the rule that allows all outbound traffic by default.
    """

    protocol: str
    ports: range
    groups: tuple[str, ...]
    networks: tuple[str, ...]
    source: Source | None

    def shared(self, other: Rule) -> str | None:
        """What passes two rules, as people write it; None if nothing does."""
        if "-1" not in (self.protocol, other.protocol) and self.protocol != other.protocol:
            return None
        protocol = other.protocol if self.protocol == "-1" else self.protocol
        first = max(self.ports.start, other.ports.start)
        end = min(self.ports.stop, other.ports.stop)
        if first >= end:
            return None
        if protocol == "-1":
            return "all traffic"
        if (first, end) == (0, 65536):
            return protocol
        return f"{protocol} {first}" if end - first == 1 else f"{protocol} {first}-{end - 1}"


@dataclass(frozen=True, slots=True)
class Member:
    """Something that is in a security group.

    Attributes:
        environment: The environment.
        name: What it is called in reports.
        type: CloudFormation's type.
        subnets: Its subnets, as the template has them.
        is_private: Whether the template says that it has no public address.
        source: Where it is put into the group.
    """

    environment: str
    name: str
    type: str
    subnets: tuple[str, ...]
    is_private: bool
    source: Source


@dataclass(slots=True)
class Group:
    """A security group.

    Attributes:
        id: Its identifier.
        name: What it is called in reports.
        environment: The environment whose template makes it; None if none does.
        vpc: Its VPC; ``HOLE`` if that is not known.
        ingress: What may come in, as far as templates say.
        egress: What may go out, as far as templates say.
        members: Who is in it.
    """

    id: str
    name: str
    environment: str | None
    vpc: str
    ingress: list[Rule] = field(default_factory=list)
    egress: list[Rule] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Whether all of its rules are known."""
        return self.environment is not None


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet.

    Attributes:
        vpc: Its VPC.
        network: Its addresses; None if they are not known.
        is_public: Whether what starts there gets a public address.
    """

    vpc: str
    network: Network | None
    is_public: bool


@dataclass
class Networks:
    """What there is to connect.

    Attributes:
        groups: By identifier.
        subnets: By identifier.
        ranges: Addresses of VPCs, by identifier, where they are known.
        gateways: VPCs with a way to the internet.
        made: VPCs that templates make.
    """

    groups: dict[str, Group] = field(default_factory=dict)
    subnets: dict[str, Subnet] = field(default_factory=dict)
    ranges: dict[str, Network] = field(default_factory=dict)
    gateways: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    _joined: dict[str, str] = field(default_factory=dict)

    def join(self, one: str, other: str) -> None:
        """Note that two networks are connected."""
        self._joined[self._root(one)] = self._root(other)

    def connected(self, one: str, other: str) -> bool:
        """Whether there is a way, or may be one, from one VPC to another."""
        return HOLE in one + other or self._root(one) == self._root(other)

    def _root(self, vpc: str) -> str:
        while vpc in self._joined and self._joined[vpc] != vpc:
            vpc = self._joined[vpc]
        return vpc

    def addresses(self, members: Sequence[Member], vpc: str) -> list[Network] | None:
        """The addresses that members have; None if they are not known."""
        found = []
        for subnet in {subnet for member in members for subnet in member.subnets}:
            known = self.subnets.get(subnet)
            network = known.network if known else None
            if network is None:
                return [self.ranges[vpc]] if vpc in self.ranges else None
            found.append(network)
        if not found:
            return [self.ranges[vpc]] if vpc in self.ranges else None
        return found


def parsed(text: str) -> Network | None:
    """A range of addresses, or None if the text is not one."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def networks_of(world: World) -> Networks:
    """Read all networks and security groups of templates.

    Args:
        world: Everything.
    """
    reader = _Reader(world)
    reader.read()
    return reader.networks


class _Reader:
    def __init__(self, world: World) -> None:
        self._world = world
        self.networks = Networks()

    def read(self) -> None:
        everything = [
            (naming, logical_id, resource)
            for naming, stack in self._world.stacks
            for logical_id, resource in stack.resources.items()
            if naming.holds(resource.condition)
        ]
        for step in (self._note_network, self._note_group, self._note_rule, self._note_members):
            for naming, logical_id, resource in everything:
                step(naming, logical_id, resource)

    def _note_network(self, naming: Naming, logical_id: str, resource: Resource) -> None:
        properties, networks = resource.properties, self.networks
        vpc = _one(naming, properties.get("VpcId"))
        if resource.type == "AWS::EC2::VPC":
            networks.made.add(naming.reference(logical_id))
            if network := parsed(_one(naming, properties.get("CidrBlock"))):
                networks.ranges[naming.reference(logical_id)] = network
        elif resource.type == "AWS::EC2::Subnet":
            networks.subnets[naming.reference(logical_id)] = Subnet(
                vpc,
                parsed(_one(naming, properties.get("CidrBlock"))),
                _one(naming, properties.get("MapPublicIpOnLaunch")) not in ("false", ""),
            )
        elif (
            resource.type == "AWS::EC2::VPCGatewayAttachment" and "InternetGatewayId" in properties
        ):
            networks.gateways.add(vpc)
        elif resource.type == "AWS::EC2::VPCPeeringConnection":
            networks.join(vpc, _one(naming, properties.get("PeerVpcId")))
        elif resource.type in (
            "AWS::EC2::TransitGatewayAttachment",
            "AWS::EC2::TransitGatewayVpcAttachment",
        ):
            networks.join(vpc, _one(naming, properties.get("TransitGatewayId")))

    def _note_group(self, naming: Naming, logical_id: str, resource: Resource) -> None:
        if resource.type != "AWS::EC2::SecurityGroup":
            return
        path: Path = ("Resources", logical_id, "Properties")
        group = Group(
            id=naming.attribute(logical_id, "GroupId"),
            name=f"{naming.stack.name}/{logical_id}",
            environment=naming.environment,
            vpc=_one(naming, resource.properties.get("VpcId")) or HOLE,
        )
        for key, rules in (
            ("SecurityGroupIngress", group.ingress),
            ("SecurityGroupEgress", group.egress),
        ):
            written = resource.properties.get(key)
            for index, rule in enumerate(written if isinstance(written, list) else []):
                if isinstance(rule, dict):
                    rules.append(_rule(rule, naming, (*path, key, index)))
        if not resource.properties.get("SecurityGroupEgress"):
            group.egress.append(Rule("-1", _ALL_PORTS, (), ("0.0.0.0/0", "::/0"), None))
        self.networks.groups[group.id] = group

    def _note_rule(self, naming: Naming, logical_id: str, resource: Resource) -> None:
        kind = resource.type.removeprefix("AWS::EC2::SecurityGroup")
        if kind not in ("Ingress", "Egress"):
            return
        rule = _rule(resource.properties, naming, ("Resources", logical_id, "Properties"))
        for id in naming.texts(resource.properties.get("GroupId")):
            group = self._group(id, HOLE)
            (group.ingress if kind == "Ingress" else group.egress).append(rule)

    def _note_members(self, naming: Naming, logical_id: str, resource: Resource) -> None:
        if resource.type.startswith("AWS::EC2::SecurityGroup"):
            return
        path: Path = ("Resources", logical_id, "Properties")
        subnets = [
            text
            for key, value, _ in values_of_keys(resource.properties, _SUBNET_KEYS, path)
            for text in naming.texts(value)
            if key in _SUBNET_KEYS
        ]
        if resource.type == "AWS::RDS::DBInstance":
            subnets += self._of_subnet_group(naming, resource)
        is_private = (
            resource.type == "AWS::EC2::VPCEndpoint"
            or _one(naming, resource.properties.get("PubliclyAccessible")) == "false"
        )
        vpcs = {known.vpc for each in subnets if (known := self.networks.subnets.get(each))}
        vpc = vpcs.pop() if len(vpcs) == 1 else HOLE
        for id, place in self._groups_of(naming, resource, path, vpc):
            if HOLE in id:
                self._in_unknown_group(naming, logical_id, place)
                continue
            member = Member(
                environment=naming.environment,
                name=f"{naming.stack.name}/{logical_id}",
                type=resource.type,
                subnets=tuple(subnets),
                is_private=is_private,
                source=Source(naming.stack.place, place),
            )
            self._group(id, vpc).members.append(member)

    def _in_unknown_group(self, naming: Naming, logical_id: str, place: Path) -> None:
        name = f"{naming.stack.name}/{logical_id}"
        self._world.unjudged.append(
            Unjudged(
                f"{name}/group",
                naming.environment,
                f"in which security group {name} is, is not known: "
                "whom it connects to, and who to it, cannot be judged",
                Source(naming.stack.place, place),
            )
        )

    def _groups_of(
        self, naming: Naming, resource: Resource, path: Path, vpc: str
    ) -> Iterator[tuple[str, Path]]:
        seen = set()
        for key, value, place in values_of_keys(resource.properties, _GROUP_KEYS, path):
            for text in naming.texts(value):
                yield text, place
                seen.add(key)
        # Without its template, two subnets may be in one VPC.
        where = vpc if vpc != HOLE else UNKNOWN_VPC
        if resource.type == "AWS::EMR::Cluster" and "EmrManagedMasterSecurityGroup" not in seen:
            # EMR takes the groups that it has made for the VPC, the same for all clusters there.
            yield f"ElasticMapReduce-master of {where}", path
        if resource.type == "AWS::RDS::DBInstance" and not seen:
            yield f"default of {where}", path

    def _of_subnet_group(self, naming: Naming, resource: Resource) -> list[str]:
        name = resource.properties.get("DBSubnetGroupName")
        logical_id = name.get("Ref") if isinstance(name, dict) else None
        group = naming.stack.resources.get(str(logical_id))
        return naming.texts(group.properties.get("SubnetIds")) if group else []

    def _group(self, id: str, vpc: str) -> Group:
        if id not in self.networks.groups:
            readable = self._world.symbols.readable(id)
            self.networks.groups[id] = Group(id, readable, None, vpc)
        group = self.networks.groups[id]
        if group.vpc == HOLE:
            group.vpc = vpc
        return group


def _one(naming: Naming, value: Json) -> str:
    """The one text that a value is; empty for nothing, a hole for what is not known."""
    texts = naming.texts(value)
    return texts[0] if len(texts) == 1 else HOLE if texts else ""


def _rule(rule: Json, naming: Naming, path: Path) -> Rule:
    protocol = _one(naming, rule.get("IpProtocol")).lower()
    names = {"6": "tcp", "17": "udp", "1": "icmp"}
    first, last = (_one(naming, rule.get(key)) for key in ("FromPort", "ToPort"))
    is_known = first.lstrip("-").isdecimal() and last.lstrip("-").isdecimal()
    has_ports = protocol in ("tcp", "udp", "6", "17") and is_known and int(first) >= 0
    keys = ("SourceSecurityGroupId", "DestinationSecurityGroupId", "SourceSecurityGroupName")
    ranges = ("CidrIp", "CidrIpv6", "SourcePrefixListId", "DestinationPrefixListId")
    return Rule(
        protocol=names.get(protocol, protocol) if HOLE not in protocol else "-1",
        ports=range(int(first), int(last) + 1) if has_ports else _ALL_PORTS,
        groups=tuple(text for key in keys for text in naming.texts(rule.get(key))),
        networks=tuple(text for key in ranges for text in naming.texts(rule.get(key))),
        source=Source(naming.stack.place, path),
    )


def values_of_keys(
    value: Json, keys: frozenset[str], path: Path
) -> Iterator[tuple[str, Json, Path]]:
    """All values of some keys, however deep, with the places that they are in.

    Args:
        value: Properties of a resource, or a part of them.
        keys: The keys.
        path: Where the value is.
    """
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from values_of_keys(item, keys, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in keys:
                yield key, item, (*path, key)
            elif not key.startswith("Fn::") or key == "Fn::If":
                yield from values_of_keys(item, keys, (*path, key))
