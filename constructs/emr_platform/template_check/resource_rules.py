"""Rules about what a template can say and an environment file cannot: what goes together, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook
from emr_platform.template_check.conversion.parts import boolean, integer
from emr_platform.template_check.shapes import shapes
from emr_platform.template_check.template import (
    CLUSTER,
    INSTANCE_FLEET,
    INSTANCE_GROUP,
    STEP,
    EmrResource,
    EmrTemplate,
)
from emr_platform.templates.evaluate import Value

RESOURCE_RULES: RuleBook[EmrTemplate] = RuleBook()

_TEMPLATE_REFERENCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
_CLUSTER = f"{_TEMPLATE_REFERENCE}/aws-resource-emr-cluster.html"
_INSTANCES = f"{_TEMPLATE_REFERENCE}/aws-properties-emr-cluster-jobflowinstancesconfig.html"
_INSTANCES_API = (
    "https://docs.aws.amazon.com/emr/latest/APIReference/API_JobFlowInstancesConfig.html"
)
_FLEETS = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-instance-fleet.html"
_FLEET_API = "https://docs.aws.amazon.com/emr/latest/APIReference/API_InstanceFleetConfig.html"

_GROUPS = ("MasterInstanceGroup", "CoreInstanceGroup", "TaskInstanceGroups")
_DEFINITION = "JobFlowInstancesConfig"
_FLEETS_OF_CLUSTER = ("MasterInstanceFleet", "CoreInstanceFleet", "TaskInstanceFleets")


def _instances(template: EmrTemplate) -> Iterator[tuple[EmrResource, Value]]:
    """The clusters of which it is known what instances they have."""
    for cluster in template.of_type(CLUSTER):
        instances = cluster.properties.get("Instances")
        if instances and instances.entries:
            yield cluster, instances


@RESOURCE_RULES.rule(
    "EMR-TEMPLATE-011",
    what="A cluster has instance groups or instance fleets, not both.",
    why="EMR refuses the cluster: it is of one kind or of the other.",
    source=_INSTANCES,
)
def groups_exclude_fleets(template: EmrTemplate) -> Iterator[Finding]:
    """Groups and fleets are not in one cluster, be they resources of their own or not."""
    for cluster, instances in _instances(template):
        groups = [name for name in _GROUPS if name in instances.entries]
        fleets = [name for name in _FLEETS_OF_CLUSTER if name in instances.entries]
        if groups and fleets:
            message = f"{' and '.join(fleets)} beside {' and '.join(groups)}"
            yield Finding(instances.entries[fleets[0]].path, message, "one kind of the two")
        for resource in template.attached.get(cluster.logical_id, ()):
            name = cluster.logical_id
            if resource.type == INSTANCE_GROUP and fleets and not groups:
                message = f"an instance group for {name}, which has instance fleets"
                yield Finding(resource.path, message, "TaskInstanceFleets of the cluster")
            if resource.type == INSTANCE_FLEET and groups and not fleets:
                message = f"an instance fleet for {name}, which has instance groups"
                yield Finding(resource.path, message, "an instance group")


@RESOURCE_RULES.rule(
    "EMR-TEMPLATE-013",
    what="A cluster has a primary node.",
    why="EMR refuses the cluster.",
    source=_INSTANCES,
)
def cluster_has_a_primary_node(template: EmrTemplate) -> Iterator[Finding]:
    """A master instance group or fleet."""
    primary = ("MasterInstanceGroup", "MasterInstanceFleet")
    for _, instances in _instances(template):
        # What is not known may be meant to have one.
        is_known = instances.entries.keys() <= shapes(CLUSTER, _DEFINITION).keys()
        if is_known and not any(name in instances.entries for name in primary):
            yield Finding(instances.path, "no primary node", " or ".join(primary))


@RESOURCE_RULES.rule(
    "EMR-TEMPLATE-014",
    what="Task instance groups of a cluster have names, and no two the same.",
    why="CloudFormation tells them apart by their names.",
    source=_INSTANCES,
)
def task_groups_have_names(template: EmrTemplate) -> Iterator[Finding]:
    """Of several task groups, each has a name of its own."""
    for _, instances in _instances(template):
        groups = instances.get("TaskInstanceGroups")
        if groups is None or len(groups.items) < 2:
            continue
        seen = set()
        for group in groups.items:
            name = group.get("Name")
            if name is None and group.entries:
                yield Finding(group.path, "a task group without a name", "a Name of its own")
            elif name and name.text is not None:
                if name.text in seen:
                    message = f"another task group is named {name.text}, too"
                    yield Finding(name.path, message, "a name of its own")
                seen.add(name.text)


@RESOURCE_RULES.rule(
    "EMR-TEMPLATE-015",
    what="A cluster has one task instance fleet at most.",
    why="EMR refuses a second one.",
    source=_INSTANCES,
)
def task_fleet_is_the_only_one(template: EmrTemplate) -> Iterator[Finding]:
    """No second task fleet, be it a resource of its own or not."""
    for cluster, instances in _instances(template):
        fleets = instances.get("TaskInstanceFleets")
        paths: list[Path] = [fleet.path for fleet in fleets.items] if fleets else []
        paths += [
            resource.path
            for resource in template.attached.get(cluster.logical_id, ())
            if resource.type == INSTANCE_FLEET
        ]
        for path in paths[1:]:
            message = f"{cluster.logical_id} has a task instance fleet already"
            yield Finding(path, message, "one task fleet with several instance types")


@RESOURCE_RULES.rule(
    "EMR-TEMPLATE-016",
    what="The primary fleet asks for On-Demand or for Spot capacity, not for both or none.",
    why="EMR refuses the cluster: the primary node is bought in one market.",
    source=_FLEET_API,
)
def primary_fleet_has_one_market(template: EmrTemplate) -> Iterator[Finding]:
    """One of both capacities is above 0."""
    for _, instances in _instances(template):
        fleet = instances.get("MasterInstanceFleet")
        if fleet is None or not fleet.entries:
            continue
        names = ("TargetOnDemandCapacity", "TargetSpotCapacity")
        capacities = [integer(fleet.get(name)) for name in names]
        if any(part and part.is_unknown for part in capacities):
            continue
        wanted = [part for part in capacities if part and part.content > 0]
        if len(wanted) != 1:
            found = "both" if wanted else "none"
            message = f"the primary fleet asks for {found} of On-Demand and Spot capacity"
            allowed = "TargetOnDemandCapacity or TargetSpotCapacity of 1, or 3 On-Demand"
            yield Finding(wanted[1].path if wanted else fleet.path, message, allowed)


@RESOURCE_RULES.rule(
    "EMR-TEMPLATE-017",
    what="An instance type stands once in its fleet.",
    why="AWS's documents do not say what becomes of a second entry; its weight or bid may be lost.",
    source=_FLEETS,
    severity="warning",
)
def types_are_unique(template: EmrTemplate) -> Iterator[Finding]:
    """No type twice in a fleet."""
    for fleet in _all_fleets(template):
        seen = set()
        types = fleet.get("InstanceTypeConfigs")
        for item in types.items if types else ():
            name = item.get("InstanceType")
            if name and name.text in seen:
                message = f"{name.text} is in this fleet already"
                yield Finding(name.path, message, "each type once")
            elif name:
                seen.add(name.text)


def _all_fleets(template: EmrTemplate) -> Iterator[Value]:
    for _, instances in _instances(template):
        for name in _FLEETS_OF_CLUSTER:
            if member := instances.get(name):
                yield from member.items or [member]
    for resource in template.of_type(INSTANCE_FLEET):
        yield resource.properties


@RESOURCE_RULES.rule(
    "EMR-TEMPLATE-018",
    what="Fleets do not ask for Spot capacity of a defined duration.",
    why="EC2 has none any more, so that no instance would come.",
    source="https://docs.aws.amazon.com/emr/latest/APIReference/API_SpotProvisioningSpecification.html",
)
def spot_has_no_duration(template: EmrTemplate) -> Iterator[Finding]:
    """No BlockDurationMinutes."""
    for fleet in _all_fleets(template):
        launch = fleet.get("LaunchSpecifications")
        spot = launch.get("SpotSpecification") if launch else None
        if spot and (duration := spot.get("BlockDurationMinutes")):
            yield Finding(duration.path, "Spot capacity of a defined duration", "none")


@RESOURCE_RULES.rule(
    "EMR-TEMPLATE-019",
    what="The managed security groups of a cluster are given together.",
    why="EMR refuses the cluster: it makes both or none.",
    source=_INSTANCES_API,
)
def security_groups_come_together(template: EmrTemplate) -> Iterator[Finding]:
    """Both or none of the primary node's and the other nodes'."""
    names = ("EmrManagedMasterSecurityGroup", "EmrManagedSlaveSecurityGroup")
    for _, instances in _instances(template):
        there = [name for name in names if name in instances.entries]
        missing = [name for name in names if name not in instances.entries]
        if len(there) == 1:
            value = instances.entries[there[0]]
            yield Finding(value.path, f"{there[0]} without {missing[0]}", "both or none")


@RESOURCE_RULES.rule(
    "EMR-TEMPLATE-020",
    what="A cluster says which release of EMR it is of.",
    why="Without a label, EMR takes it for one of AMI versions 2 and 3, which AWS has long given up.",
    source=_CLUSTER,
    severity="warning",
)
def release_is_given(template: EmrTemplate) -> Iterator[Finding]:
    """A ReleaseLabel."""
    for cluster in template.of_type(CLUSTER):
        properties = cluster.properties
        if properties.entries and "ReleaseLabel" not in properties.entries:
            yield Finding(properties.path, "no ReleaseLabel", "ReleaseLabel: emr-7.12.0")


@RESOURCE_RULES.rule(
    "EMR-TEMPLATE-021",
    what="Logs and backups go to a URI of S3, with its scheme.",
    why="A bucket's name by itself is no place that EMR could write to.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-debugging.html",
)
def log_uri_is_a_uri(template: EmrTemplate) -> Iterator[Finding]:
    """``s3://`` in front; the older ``s3n://`` and ``s3a://`` are taken, too."""
    properties = ((CLUSTER, "LogUri"), (STEP, "LogUri"), ("AWS::EMR::Studio", "DefaultS3Location"))
    for type, name in properties:
        for resource in template.of_type(type):
            value = resource.properties.get(name)
            if value is None:
                continue
            bucket = value.reference and template.resource(value.reference)
            if value.text is not None and not value.text.startswith(("s3://", "s3n://", "s3a://")):
                yield Finding(value.path, f"{name} is '{value.text}'", "s3://BUCKET/PREFIX/")
            elif bucket and bucket.type == "AWS::S3::Bucket":
                message = f"{name} is the name or an attribute of a bucket"
                yield Finding(value.path, message, 'such as !Sub "s3://${BUCKET}/PREFIX/"')


@RESOURCE_RULES.rule(
    "EMR-TEMPLATE-022",
    what="A cluster of instance groups names one subnet; several are for instance fleets.",
    why="EMR's documents give each its property; what becomes of the other one they do not say.",
    source=_INSTANCES,
    severity="warning",
)
def subnets_suit_instances(template: EmrTemplate) -> Iterator[Finding]:
    """Ec2SubnetId with groups, Ec2SubnetIds with fleets, not both."""
    for _, instances in _instances(template):
        several = instances.get("Ec2SubnetIds")
        has_groups = any(name in instances.entries for name in _GROUPS)
        if several and (has_groups or "Ec2SubnetId" in instances.entries):
            beside = "instance groups" if has_groups else "Ec2SubnetId"
            yield Finding(several.path, f"Ec2SubnetIds with {beside}", "Ec2SubnetId alone")


@RESOURCE_RULES.rule(
    "EMR-TEMPLATE-023",
    what="A cluster says whether it waits for further steps.",
    why="EMR's default is to end it after its last step, and at once if it has none.",
    source=_INSTANCES_API,
    severity="warning",
)
def end_is_said(template: EmrTemplate) -> Iterator[Finding]:
    """KeepJobFlowAliveWhenNoSteps is given, and true for a cluster without steps."""
    name = "KeepJobFlowAliveWhenNoSteps"
    for cluster, instances in _instances(template):
        alive = boolean(instances.get(name))
        attached = template.attached.get(cluster.logical_id, ())
        has_steps = "Steps" in cluster.properties.entries or any(
            resource.type == STEP for resource in attached
        )
        if alive is None:
            yield Finding(instances.path, f"no {name}", "true or false")
        elif alive.content is False and not has_steps:
            yield Finding(alive.path, "a cluster without steps, which ends at once", "true")
        elif alive.content is False and attached:
            message = "the cluster ends after its last step, and further resources belong to it"
            yield Finding(alive.path, message, "true")


@RESOURCE_RULES.rule(
    "EMR-TEMPLATE-029",
    what="A cluster of instance fleets has no role for automatic scaling.",
    why="EMR refuses the cluster: scaling by rules of one's own is for instance groups.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-automatic-scaling.html",
    aws_answer="Auto Scaling roles can not be specified with instance fleets.",
)
def scaling_role_is_for_groups(template: EmrTemplate) -> Iterator[Finding]:
    """No AutoScalingRole with fleets."""
    for cluster, instances in _instances(template):
        role = cluster.properties.get("AutoScalingRole")
        has_fleets = any(name in instances.entries for name in _FLEETS_OF_CLUSTER)
        if role and has_fleets and not any(name in instances.entries for name in _GROUPS):
            yield Finding(role.path, "AutoScalingRole with instance fleets", "no AutoScalingRole")


@RESOURCE_RULES.rule(
    "EMR-TEMPLATE-030",
    what="A cluster with groups that scale by rules of their own has a role for it.",
    why="The role cannot be given later, and without it EMR may not change the groups.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role-automatic-scaling.html",
    severity="warning",
)
def scaling_has_a_role(template: EmrTemplate) -> Iterator[Finding]:
    """AutoScalingRole with an AutoScalingPolicy of any group, be it a resource of its own or not."""
    name = "AutoScalingPolicy"
    for cluster, instances in _instances(template):
        groups = [instances.get(member) for member in _GROUPS]
        listed = [item for group in groups if group for item in (group.items or [group])]
        listed += [
            resource.properties
            for resource in template.attached.get(cluster.logical_id, ())
            if resource.type == INSTANCE_GROUP
        ]
        policies = [policy for group in listed if (policy := group.get(name))]
        if policies and "AutoScalingRole" not in cluster.properties.entries:
            message = f"{name}, and no AutoScalingRole of the cluster"
            yield Finding(policies[0].path, message, "AutoScalingRole, the name of a role")
