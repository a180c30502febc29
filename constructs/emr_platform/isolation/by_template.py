"""What a template of one environment does to things of another one, whoever deploys it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from emr_platform.isolation.facts import Access
from emr_platform.isolation.groups import values_of_keys
from emr_platform.isolation.matching import symbols_in
from emr_platform.isolation.model import Finding, Reason
from emr_platform.isolation.names import Naming
from emr_platform.isolation.parties import World
from emr_platform.isolation.policies import Source
from emr_platform.problems import Path
from emr_platform.templates.model import Resource, Stack, canonical

Json = Any

_CHANGES: Final = {
    "AWS::EC2::EIPAssociation": ("InstanceId", "NetworkInterfaceId"),
    "AWS::EC2::EgressOnlyInternetGateway": ("VpcId",),
    "AWS::EC2::FlowLog": ("ResourceId",),
    "AWS::EC2::NetworkAclEntry": ("NetworkAclId",),
    "AWS::EC2::NetworkInterfaceAttachment": ("InstanceId", "NetworkInterfaceId"),
    "AWS::EC2::Route": ("RouteTableId",),
    "AWS::EC2::RouteTable": ("VpcId",),
    "AWS::EC2::SecurityGroupEgress": ("GroupId",),
    "AWS::EC2::SecurityGroupIngress": ("GroupId",),
    "AWS::EC2::Subnet": ("VpcId",),
    "AWS::EC2::SubnetNetworkAclAssociation": ("SubnetId",),
    "AWS::EC2::SubnetRouteTableAssociation": ("SubnetId",),
    "AWS::EC2::TrafficMirrorSession": ("NetworkInterfaceId",),
    "AWS::EC2::TransitGatewayAttachment": ("VpcId",),
    "AWS::EC2::TransitGatewayVpcAttachment": ("VpcId",),
    "AWS::EC2::VPCCidrBlock": ("VpcId",),
    "AWS::EC2::VPCDHCPOptionsAssociation": ("VpcId",),
    "AWS::EC2::VPCEndpoint": ("RouteTableIds", "VpcId"),
    "AWS::EC2::VPCEndpointConnectionNotification": ("VPCEndpointId",),
    "AWS::EC2::VPCGatewayAttachment": ("VpcId",),
    "AWS::EC2::VPCPeeringConnection": ("PeerVpcId", "VpcId"),
    "AWS::EC2::VPNGatewayRoutePropagation": ("RouteTableIds",),
    "AWS::EC2::VolumeAttachment": ("InstanceId", "VolumeId"),
    "AWS::EMR::InstanceFleetConfig": ("ClusterId",),
    "AWS::EMR::InstanceGroupConfig": ("JobFlowId",),
    "AWS::EMR::Step": ("JobFlowId",),
    "AWS::EMR::StudioSessionMapping": ("StudioId",),
    "AWS::IAM::AccessKey": ("UserName",),
    "AWS::IAM::GroupPolicy": ("GroupName",),
    "AWS::IAM::ManagedPolicy": ("Groups", "Roles", "Users"),
    "AWS::IAM::Policy": ("Groups", "Roles", "Users"),
    "AWS::IAM::RolePolicy": ("RoleName",),
    "AWS::IAM::UserPolicy": ("UserName",),
    "AWS::IAM::UserToGroupAddition": ("GroupName", "Users"),
    "AWS::Lambda::EventInvokeConfig": ("FunctionName",),
    "AWS::Lambda::EventSourceMapping": ("EventSourceArn", "FunctionName"),
    "AWS::Lambda::Permission": ("FunctionName",),
    "AWS::Lambda::Url": ("TargetFunctionArn",),
    "AWS::Logs::SubscriptionFilter": ("LogGroupName",),
    "AWS::RAM::ResourceShare": ("ResourceArns",),
    "AWS::RDS::DBCluster": ("SnapshotIdentifier", "SourceDBClusterIdentifier"),
    "AWS::RDS::DBInstance": (
        "DBClusterIdentifier",
        "DBSnapshotIdentifier",
        "SourceDBClusterIdentifier",
        "SourceDBInstanceAutomatedBackupsArn",
        "SourceDBInstanceIdentifier",
        "SourceDbiResourceId",
    ),
    "AWS::Route53::HostedZone": ("VPCId",),
    "AWS::Route53Resolver::FirewallRuleGroupAssociation": ("VpcId",),
    "AWS::Route53Resolver::ResolverRuleAssociation": ("VPCId",),
    "AWS::S3::AccessPoint": ("Bucket",),
    "AWS::S3::BucketPolicy": ("Bucket",),
    "AWS::SNS::Subscription": ("TopicArn",),
    "AWS::SNS::TopicPolicy": ("Topics",),
    "AWS::SQS::QueuePolicy": ("Queues",),
    "AWS::SecretsManager::ResourcePolicy": ("SecretId",),
    "AWS::SecretsManager::RotationSchedule": ("SecretId",),
}
"""Types that change another resource or take something from it, with the properties that name it."""

_ACTING_AS: Final = frozenset(
    (
        "AutoScalingRole",
        "ExecutionRoleArn",
        "IamInstanceProfile",
        "JobFlowRole",
        "Role",
        "RoleArn",
        "ServiceRole",
    )
)
"""Properties that name a role which a service is to act as for the resource."""

_ROLES: Final = ("AWS::IAM::InstanceProfile", "AWS::IAM::Role")
_SECRETS: Final = ("AWS::SecretsManager::Secret", "AWS::SecretsManager::SecretTargetAttachment")
_DYNAMIC_REFERENCE: Final = "{{resolve:secretsmanager:"
"""What a dynamic reference begins with that CloudFormation fills in with what is in a secret."""


@dataclass
class _Draft:
    targets: dict[str, dict[str, None]] = field(default_factory=dict)
    reasons: dict[Reason, None] = field(default_factory=dict)


def template_findings(world: World) -> Iterator[Finding]:
    """Resources that change those of other environments, or act as their roles.

    CloudFormation makes them with the rights of whoever deploys, so that no policy in a template says who may.

    Args:
        world: Everything.
    """
    for naming, stack in world.stacks:
        # Of another environment are only things that a stack imports or finds by name.
        for logical_id, resource in stack.resources.items():
            if not naming.holds(resource.condition):
                continue
            for access, verb, values in chain(
                _looked_at(resource, logical_id), _secrets(stack, resource, logical_id)
            ):
                draft = _Draft()
                for value, path in values:
                    _note(world, naming, value, path, verb, draft, access)
                if draft.targets:
                    yield Finding(
                        id=f"{stack.name}/{logical_id}/template:{access}",
                        environment=naming.environment,
                        who=f"the template's {stack.name}/{logical_id}",
                        access=access,
                        service="template",
                        actions=(resource.type,),
                        targets={
                            each: tuple(draft.targets[each]) for each in sorted(draft.targets)
                        },
                        reasons=tuple(draft.reasons),
                    )


def _looked_at(
    resource: Resource, logical_id: str
) -> Iterator[tuple[Access, str, list[tuple[Json, Path]]]]:
    path: Path = ("Resources", logical_id, "Properties")
    properties = resource.properties
    # A custom resource makes a function do what the template says.
    is_custom = resource.type.startswith(("Custom::", "AWS::CloudFormation::CustomResource"))
    if keys := ("ServiceToken",) if is_custom else _CHANGES.get(resource.type, ()):
        found = values_of_keys(properties, frozenset(keys), path)
        named = [(value, place) for _, value, place in found]
        yield Access.WRITE, "works on it", named
    elif resource.type == "AWS::IAM::InstanceProfile":
        yield Access.ASSUME, "acts as it", [(properties.get("Roles"), (*path, "Roles"))]
    elif not resource.type.startswith("AWS::IAM::"):
        found = values_of_keys(properties, _ACTING_AS, path)
        yield Access.ASSUME, "acts as it", [(value, place) for _, value, place in found]


def _secrets(
    stack: Stack, resource: Resource, logical_id: str
) -> Iterator[tuple[Access, str, list[tuple[Json, Path]]]]:
    if _DYNAMIC_REFERENCE in stack.text:
        path: Path = ("Resources", logical_id, "Properties")
        yield Access.READ, "is filled in with it", list(_filled_in(resource.properties, path))


def _filled_in(value: Json, path: Path) -> Iterator[tuple[Json, Path]]:
    """The texts, put together by functions, that CloudFormation fills in with what is in secrets."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _filled_in(item, (*path, index))
    elif isinstance(value, dict):
        [key, *others] = value or [""]
        if key in ("Fn::Join", "Fn::Sub") and not others:
            if _DYNAMIC_REFERENCE in canonical(value):
                yield value, (*path, key)
            return
        for key, item in value.items():
            yield from _filled_in(item, (*path, key))


def _note(
    world: World,
    naming: Naming,
    value: Json,
    path: Path,
    verb: str,
    draft: _Draft,
    access: Access,
) -> None:
    for text in naming.texts(value):
        for symbol in symbols_in(text):
            owner = world.symbols.owner(symbol)
            if owner is None or owner.environment == naming.environment:
                continue
            resource = world.namings[owner.stack].stack.resources.get(owner.logical_id)
            kinds = {Access.ASSUME: _ROLES, Access.READ: _SECRETS}.get(access)
            if kinds is not None and (resource is None or resource.type not in kinds):
                continue
            name = f"{owner.stack}/{owner.logical_id}"
            draft.targets.setdefault(owner.environment, {})[name] = None
            draft.reasons[Reason(verb, Source(naming.stack.place, path))] = None
