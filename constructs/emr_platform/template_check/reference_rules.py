"""Rules about what EMR's resources refer to in their template."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emr_platform.environment.declared import one_of
from emr_platform.environment.schema_errors import similar
from emr_platform.rule import Finding, RuleBook
from emr_platform.template_check.template import (
    CLUSTER,
    INSTANCE_FLEET,
    INSTANCE_GROUP,
    SECURITY_CONFIGURATION,
    STEP,
    EmrTemplate,
)
from emr_platform.templates.evaluate import Reference, Value
from emr_platform.templates.model import Resource

TEMPLATE_REFERENCE_RULES: RuleBook[EmrTemplate] = RuleBook()

_ROLE = "AWS::IAM::Role"
_ROLE_ARN = re.compile(r"arn:[^:]*:iam::[^:]*:role/")
_PROFILE = "AWS::IAM::InstanceProfile"
_SUBNET = "AWS::EC2::Subnet"
_GROUP = "AWS::EC2::SecurityGroup"
_KEY_PAIR = "AWS::EC2::KeyPair"
_STUDIO = "AWS::EMR::Studio"

# Which types of resources may be in the place of a property. Roles in the place of an instance
# profile have a rule of their own.
_TYPES: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {
    (CLUSTER, ("ServiceRole",)): (_ROLE,),
    (CLUSTER, ("AutoScalingRole",)): (_ROLE,),
    (CLUSTER, ("JobFlowRole",)): (_PROFILE, _ROLE),
    (CLUSTER, ("SecurityConfiguration",)): (SECURITY_CONFIGURATION,),
    (CLUSTER, ("Instances", "Ec2SubnetId")): (_SUBNET,),
    (CLUSTER, ("Instances", "Ec2SubnetIds")): (_SUBNET,),
    (CLUSTER, ("Instances", "Ec2KeyName")): (_KEY_PAIR,),
    (CLUSTER, ("Instances", "EmrManagedMasterSecurityGroup")): (_GROUP,),
    (CLUSTER, ("Instances", "EmrManagedSlaveSecurityGroup")): (_GROUP,),
    (CLUSTER, ("Instances", "ServiceAccessSecurityGroup")): (_GROUP,),
    (CLUSTER, ("Instances", "AdditionalMasterSecurityGroups")): (_GROUP,),
    (CLUSTER, ("Instances", "AdditionalSlaveSecurityGroups")): (_GROUP,),
    (INSTANCE_GROUP, ("JobFlowId",)): (CLUSTER,),
    (INSTANCE_FLEET, ("ClusterId",)): (CLUSTER,),
    (STEP, ("JobFlowId",)): (CLUSTER,),
    (_STUDIO, ("EngineSecurityGroupId",)): (_GROUP,),
    (_STUDIO, ("WorkspaceSecurityGroupId",)): (_GROUP,),
    (_STUDIO, ("ServiceRole",)): (_ROLE,),
    (_STUDIO, ("UserRole",)): (_ROLE,),
    (_STUDIO, ("SubnetIds",)): (_SUBNET,),
    (_STUDIO, ("VpcId",)): ("AWS::EC2::VPC",),
    ("AWS::EMR::StudioSessionMapping", ("StudioId",)): (_STUDIO,),
}


@TEMPLATE_REFERENCE_RULES.rule(
    "EMR-TEMPLATE-024",
    what="What a property refers to is in the template.",
    why="CloudFormation refuses the template.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "intrinsic-function-reference-ref.html",
)
def references_lead_somewhere(template: EmrTemplate) -> Iterator[Finding]:
    """Every reference is to a resource or parameter of the template."""
    stack = template.stack
    if stack.has_transform:
        # What a macro adds is not there yet.
        return
    names = [*stack.resources, *stack.parameters]
    for resource in template.resources.values():
        for value in _values(resource.properties):
            reference = value.reference
            if reference and reference.name not in names and "::" not in reference.name:
                likely = similar(reference.name, names)
                hint = f", did you mean {likely}?" if likely else ""
                message = f"there is no resource or parameter {reference.name}{hint}"
                yield Finding(value.path, message, "a resource or parameter of the template")


@TEMPLATE_REFERENCE_RULES.rule(
    "EMR-TEMPLATE-025",
    what="What a property refers to is a resource of the kind that belongs there.",
    why="AWS refuses the identifier of anything else.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EMR.html",
)
def references_are_of_their_type(template: EmrTemplate) -> Iterator[Finding]:
    """A role where a role is wanted, a subnet where a subnet is, and so on."""
    for (type, path), wanted in _TYPES.items():
        for resource in template.of_type(type):
            for value in _at(resource.properties, path):
                found = value.reference and template.resource(value.reference)
                if found and found.type not in wanted and _is_of_aws(found):
                    message = f"{path[-1]} is {_of(found.type)}"
                    kinds = [kind for kind in wanted if (kind, path[-1]) != (_ROLE, "JobFlowRole")]
                    yield Finding(value.path, message, one_of(_of(kind) for kind in kinds))


@TEMPLATE_REFERENCE_RULES.rule(
    "EMR-TEMPLATE-026",
    what="``JobFlowRole`` is an instance profile, not a role.",
    why="EMR looks for an instance profile of that name, and there is none.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role-for-ec2.html",
    aws_answer="Invalid InstanceProfile",
)
def job_flow_role_is_a_profile(template: EmrTemplate) -> Iterator[Finding]:
    """No role, unless an instance profile of the template has the role's name."""
    for cluster in template.of_type(CLUSTER):
        value = cluster.properties.get("JobFlowRole")
        if value and value.text and _ROLE_ARN.match(value.text):
            message = "JobFlowRole is the ARN of a role"
            yield Finding(value.path, message, "the name of an instance profile with that role")
        reference = value and value.reference
        role = reference and template.resource(reference)
        if not (value and reference and role and role.type == _ROLE):
            continue
        # A role with a name of its own may have a profile of that name elsewhere.
        if "RoleName" not in role.properties and not _profiles_named(template, reference):
            message = f"JobFlowRole is the role {reference.name}"
            yield Finding(value.path, message, "the name of an instance profile with that role")


def _profiles_named(template: EmrTemplate, role: Reference) -> bool:
    return any(
        resource.type == _PROFILE
        and resource.properties.get("InstanceProfileName") == {"Ref": role.name}
        for resource in template.stack.resources.values()
    )


@TEMPLATE_REFERENCE_RULES.rule(
    "EMR-TEMPLATE-027",
    what="Users and groups are mapped to Studios that sign in with IAM Identity Center.",
    why="A Studio of IAM users has no use for the mapping: IAM policies say who may use it.",
    source="https://docs.aws.amazon.com/emr/latest/APIReference/API_CreateStudioSessionMapping.html",
    severity="warning",
)
def mappings_are_for_identity_center(template: EmrTemplate) -> Iterator[Finding]:
    """No mapping to a Studio with AuthMode IAM."""
    for mapping in template.of_type("AWS::EMR::StudioSessionMapping"):
        value = mapping.properties.get("StudioId")
        reference = value and value.reference
        studio = template.resources.get(reference.name) if reference else None
        mode = studio.properties.get("AuthMode") if studio and studio.type == _STUDIO else None
        if value and mode and mode.text == "IAM":
            yield Finding(value.path, "a mapping for a Studio with AuthMode IAM", "AuthMode: SSO")


def _at(value: Value, path: tuple[str, ...]) -> Iterator[Value]:
    for name in path:
        inner = value.get(name)
        if inner is None:
            return
        value = inner
    yield from value.items or [value]


def _values(value: Value) -> Iterator[Value]:
    if isinstance(value.content, dict):
        for inner in value.entries.values():
            yield from _values(inner)
    elif isinstance(value.content, list):
        for inner in value.items:
            yield from _values(inner)
    else:
        yield value


def _is_of_aws(resource: Resource) -> bool:
    """Whether a resource is what its type says; custom resources and modules can be anything."""
    return (
        resource.type.startswith("AWS::")
        and not resource.type.startswith("AWS::CloudFormation::")
        and not resource.type.endswith("::MODULE")
    )


def _of(type: str) -> str:
    return f"an {type}"
