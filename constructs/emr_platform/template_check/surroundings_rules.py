"""Rules about the roles and subnets that EMR's resources refer to, as far as they are in the same template."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from emr_platform.rule import Finding, RuleBook
from emr_platform.template_check.template import CLUSTER, EmrResource, EmrTemplate
from emr_platform.templates.evaluate import Value
from emr_platform.templates.model import Resource

SURROUNDINGS_RULES: RuleBook[EmrTemplate] = RuleBook()

Json = Any

_GUIDE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide"
_EVERYWHERE = ("0.0.0.0/0", "::/0")
_ROLES = ("ServiceRole", "JobFlowRole", "AutoScalingRole")
_TRUSTED = {
    "ServiceRole": ("elasticmapreduce",),
    "JobFlowRole": ("ec2",),
    "AutoScalingRole": ("elasticmapreduce", "application-autoscaling"),
}
_SUCCESSORS = {
    "AmazonElasticMapReduceRole": "AmazonEMRServicePolicy_v2",
    "AmazonElasticMapReduceFullAccess": "AmazonEMRFullAccessPolicy_v2",
    "AmazonElasticMapReduceReadOnlyAccess": "AmazonEMRReadOnlyAccessPolicy_v2",
    "AmazonElasticMapReduceforEC2Role": "a policy of your own with what the nodes use",
}
_MANAGED_POLICY = re.compile(r"policy/(?:service-role/)?(\w+)$")
_SERVICE_POLICY = "AmazonEMRServicePolicy_v2"
_TAG = "for-use-with-amazon-emr-managed-policies"


# --- Subnets -------------------------------------------------------------------------------


@SURROUNDINGS_RULES.rule(
    "EMR-TEMPLATE-036",
    what="Security groups of one's own in a private subnet include one for EMR's access.",
    why="EMR refuses the cluster: it would have no way to its nodes.",
    source=f"{_GUIDE}/emr-sg-specify.html",
    aws_answer="You must also specify a ServiceAccessSecurityGroup if you use custom security groups "
    "when creating a cluster in a private subnet.",
)
def private_subnets_have_service_access(template: EmrTemplate) -> Iterator[Finding]:
    """ServiceAccessSecurityGroup with managed security groups, where a route says that a subnet is private."""
    for cluster in template.of_type(CLUSTER):
        instances = cluster.properties.get("Instances")
        group = instances.get("EmrManagedMasterSecurityGroup") if instances else None
        if instances is None or group is None or instances.get("ServiceAccessSecurityGroup"):
            continue
        one, several = instances.get("Ec2SubnetId"), instances.get("Ec2SubnetIds")
        subnets = [*([one] if one else ()), *(several.items if several else ())]
        private = [
            value.reference.name
            for value in subnets
            if value.reference and _is_private(template, value.reference.name)
        ]
        if private:
            message = f"the subnet {private[0]} is private, and there is no group for EMR's access"
            yield Finding(group.path, message, "ServiceAccessSecurityGroup, too")


def _is_private(template: EmrTemplate, subnet: str) -> bool:
    """Whether what leaves a subnet goes to anything but an internet gateway; False if not known."""
    resources = template.stack.resources.values()
    tables = [
        _name(resource.properties.get("RouteTableId"))
        for resource in resources
        if resource.type == "AWS::EC2::SubnetRouteTableAssociation"
        and _name(resource.properties.get("SubnetId")) == subnet
    ]
    routes = [
        resource.properties
        for resource in resources
        if resource.type == "AWS::EC2::Route"
        and len(tables) == 1
        and tables[0] is not None
        and _name(resource.properties.get("RouteTableId")) == tables[0]
        and _is_default(resource.properties)
    ]
    gateways = ("NatGatewayId", "TransitGatewayId", "InstanceId", "NetworkInterfaceId")
    return bool(routes) and all(
        "GatewayId" not in route and any(name in route for name in gateways) for route in routes
    )


def _is_default(route: Mapping[str, Json]) -> bool:
    """Whether a route is for all addresses, or may be, as far as the template says."""
    blocks = [
        route[name]
        for name in ("DestinationCidrBlock", "DestinationIpv6CidrBlock")
        if name in route
    ]
    return any(not isinstance(block, str) or block in _EVERYWHERE for block in blocks)


def _name(value: Json) -> str | None:
    """The logical id that a value refers to, if it is a reference."""
    if not isinstance(value, Mapping):
        return None
    if isinstance(name := value.get("Ref"), str):
        return name
    attribute = value.get("Fn::GetAtt")
    return str(attribute[0]) if isinstance(attribute, list) and attribute else None


# --- Roles ---------------------------------------------------------------------------------


def _roles(template: EmrTemplate) -> Iterator[tuple[EmrResource, str, Value, str, Resource]]:
    """The roles of clusters that are in the template: cluster, property, value, logical id, role."""
    for cluster in template.of_type(CLUSTER):
        for property in _ROLES:
            value = cluster.properties.get(property)
            name = value.reference.name if value and value.reference else None
            found = template.stack.resources.get(name) if name else None
            if found and found.type == "AWS::IAM::InstanceProfile":
                roles = found.properties.get("Roles")
                name = _name(roles[0]) if isinstance(roles, list) and len(roles) == 1 else None
                found = template.stack.resources.get(name) if name else None
            if value and name and found and found.type == "AWS::IAM::Role":
                yield cluster, property, value, name, found


def _managed_policies(role: Resource) -> Iterator[str]:
    """The names of AWS's policies that a role has, whichever function makes up their ARNs."""
    policies = role.properties.get("ManagedPolicyArns")
    for policy in policies if isinstance(policies, list) else ():
        if match := _MANAGED_POLICY.search(_ending(policy)):
            yield match[1]


def _ending(value: Json) -> str:
    """The last text of an ARN."""
    while not isinstance(value, str):
        if isinstance(value, Mapping) and len(value) == 1:
            [(function, value)] = value.items()
            if function in ("Fn::Join", "Fn::Sub"):
                continue
            return ""
        if not (isinstance(value, list) and value):
            return ""
        # The arguments of a join are the separator and the list; those of a substitution, text first.
        value = value[-1] if not isinstance(value[-1], Mapping) else value[0]
    return value


@SURROUNDINGS_RULES.rule(
    "EMR-TEMPLATE-037",
    what="Roles of clusters do without the managed policies of EMR that AWS has given up.",
    why="AWS attaches them to no new role when they are gone, and they allow far more than a cluster needs.",
    source=f"{_GUIDE}/emr-managed-iam-policies.html",
    severity="warning",
)
def policies_are_current(template: EmrTemplate) -> Iterator[Finding]:
    """None of the managed policies of version 1."""
    for _, _, value, name, role in _roles(template):
        for policy in _managed_policies(role):
            if policy in _SUCCESSORS:
                message = f"the role {name} has the policy {policy}, which AWS has given up"
                yield Finding(value.path, message, _SUCCESSORS[policy])


@SURROUNDINGS_RULES.rule(
    "EMR-TEMPLATE-038",
    what="The roles of a cluster trust the services that act with them.",
    why="EMR, EC2 or Application Auto Scaling cannot assume the role, so that the cluster fails.",
    source=f"{_GUIDE}/emr-iam-roles.html",
)
def roles_trust_their_services(template: EmrTemplate) -> Iterator[Finding]:
    """EMR for the service role, EC2 for the nodes' role, EMR and Application Auto Scaling for scaling."""
    for _, property, value, name, role in _roles(template):
        trust = role.properties.get("AssumeRolePolicyDocument")
        services = _services(trust)
        if services is None:
            continue
        missing = [each for each in _TRUSTED[property] if each not in services]
        if missing:
            wanted = " and ".join(f"{service}.amazonaws.com" for service in missing)
            message = f"the role {name} does not trust {wanted}"
            yield Finding(value.path, message, f"a trust policy with the service {wanted}")


_SERVICE = re.compile(r'"([a-z0-9-]+)\.(?:[a-z0-9-]+\.)?(?:amazonaws|\$|")')


def _services(trust: Json) -> set[str] | None:
    """The services that a trust policy names, without their domain; None if that is not known."""
    statements = trust.get("Statement") if isinstance(trust, Mapping) else None
    if isinstance(statements, Mapping):
        statements = [statements]
    if not isinstance(statements, list):
        return None
    found: set[str] = set()
    for statement in statements:
        principal = statement.get("Principal") if isinstance(statement, Mapping) else None
        if not isinstance(principal, Mapping):
            return None
        services = principal.get("Service", [])
        for service in services if isinstance(services, list) else [services]:
            text = json.dumps(service)
            match = _SERVICE.search(text)
            if match is None or "Fn::If" in text:
                return None
            found.add(match[1])
    return found


@SURROUNDINGS_RULES.rule(
    "EMR-TEMPLATE-039",
    what="A cluster whose service role has EMR's current managed policy carries the tag that it asks for.",
    why="The policy allows nothing for clusters, subnets and security groups without that tag.",
    source=f"{_GUIDE}/emr-managed-iam-policies.html",
    severity="warning",
)
def cluster_has_the_tag(template: EmrTemplate) -> Iterator[Finding]:
    """The tag ``for-use-with-amazon-emr-managed-policies`` with the value ``true``."""
    for cluster, property, value, _, role in _roles(template):
        if property != "ServiceRole" or _SERVICE_POLICY not in _managed_policies(role):
            continue
        tags = cluster.properties.get("Tags")
        if tags and (tags.is_unknown or any(_may_be_the_tag(tag) for tag in tags.items)):
            continue
        if template.stack.tags.get(_TAG) == "true":
            continue
        place = tags.path if tags else value.path
        message = (
            f"the service role has the policy {_SERVICE_POLICY}, and the cluster no tag {_TAG}"
        )
        yield Finding(place, message, f"the tag {_TAG} with the value true")


def _may_be_the_tag(tag: Value) -> bool:
    key, content = tag.get("Key"), tag.get("Value")
    if tag.is_unknown or key is None or key.text is None:
        return True
    return key.text == _TAG and (content is None or content.text in (None, "true"))


# --- Studios -------------------------------------------------------------------------------


@SURROUNDINGS_RULES.rule(
    "EMR-TEMPLATE-041",
    what="A Studio has a UserRole if its users sign in with IAM Identity Center, and only then.",
    why="Users of IAM Identity Center have no rights without it; those of IAM have their own.",
    source="https://docs.aws.amazon.com/emr/latest/APIReference/API_CreateStudio.html",
    severity="warning",
)
def studio_role_suits_its_users(template: EmrTemplate) -> Iterator[Finding]:
    """UserRole with AuthMode SSO, none with IAM."""
    for studio in template.of_type("AWS::EMR::Studio"):
        mode = studio.properties.get("AuthMode")
        role = studio.properties.get("UserRole")
        if mode and mode.text == "SSO" and role is None:
            yield Finding(mode.path, "AuthMode SSO without UserRole", "UserRole, the ARN of a role")
        if mode and mode.text == "IAM" and role:
            yield Finding(role.path, "UserRole with AuthMode IAM", "no UserRole")
