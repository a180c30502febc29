"""Rules about the groups, fleets, scripts and logs of clusters in templates, which environment files cannot break."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emr_platform.rule import Finding, RuleBook
from emr_platform.template_check.template import (
    CLUSTER,
    INSTANCE_FLEET,
    INSTANCE_GROUP,
    EmrResource,
    EmrTemplate,
)
from emr_platform.templates.evaluate import Value

INSTANCE_RULES: RuleBook[EmrTemplate] = RuleBook()

_API = "https://docs.aws.amazon.com/emr/latest/APIReference"
_GROUPS_WITH_POLICIES = ("CoreInstanceGroup", "TaskInstanceGroups")
_FLEETS = ("MasterInstanceFleet", "CoreInstanceFleet", "TaskInstanceFleets")
_MOST_TYPES_WITHOUT_STRATEGY = 5


def _members(
    template: EmrTemplate, names: tuple[str, ...], attached: str
) -> Iterator[tuple[EmrResource, Value]]:
    """Groups or fleets of some names in clusters, and those that are resources of their own."""
    for cluster in template.of_type(CLUSTER):
        instances = cluster.properties.get("Instances")
        for name in names:
            member = instances.get(name) if instances else None
            if member:
                yield from ((cluster, each) for each in member.items or [member])
    yield from ((resource, resource.properties) for resource in template.of_type(attached))


@INSTANCE_RULES.rule(
    "EMR-TEMPLATE-031",
    what="Only groups of core and task nodes have an automatic scaling policy.",
    why="A cluster has one primary node or three, and EMR takes none away and adds none.",
    source=f"{_API}/API_InstanceGroupConfig.html",
)
def primary_does_not_scale(template: EmrTemplate) -> Iterator[Finding]:
    """No AutoScalingPolicy in the MasterInstanceGroup."""
    for cluster in template.of_type(CLUSTER):
        instances = cluster.properties.get("Instances")
        primary = instances.get("MasterInstanceGroup") if instances else None
        policy = primary.get("AutoScalingPolicy") if primary else None
        if policy:
            message = "an AutoScalingPolicy of the primary node"
            yield Finding(policy.path, message, "one of CoreInstanceGroup or TaskInstanceGroups")


@INSTANCE_RULES.rule(
    "EMR-TEMPLATE-032",
    what="Each rule of an automatic scaling policy has a name of its own.",
    why="EMR refuses the policy: it tells its rules apart by their names.",
    source=f"{_API}/API_ScalingRule.html",
)
def scaling_rules_have_names_of_their_own(template: EmrTemplate) -> Iterator[Finding]:
    """No name twice in a policy."""
    for _, group in _members(template, _GROUPS_WITH_POLICIES, INSTANCE_GROUP):
        policy = group.get("AutoScalingPolicy")
        rules = policy.get("Rules") if policy else None
        seen = set()
        for rule in rules.items if rules else ():
            name = rule.get("Name")
            if name is None or name.text is None:
                continue
            if name.text in seen:
                message = f"another rule of the policy is named {name.text}, too"
                yield Finding(name.path, message, "a name of its own")
            seen.add(name.text)


@INSTANCE_RULES.rule(
    "EMR-TEMPLATE-033",
    what="A fleet without an allocation strategy has at most five instance types.",
    why="EMR refuses the fleet: it takes up to 30 with a strategy only.",
    source=f"{_API}/API_InstanceTypeConfig.html",
)
def many_types_need_a_strategy(template: EmrTemplate) -> Iterator[Finding]:
    """An AllocationStrategy for more than five types."""
    for _, fleet in _members(template, _FLEETS, INSTANCE_FLEET):
        types = fleet.get("InstanceTypeConfigs")
        if (
            types
            and len(types.items) > _MOST_TYPES_WITHOUT_STRATEGY
            and _is_without_strategy(fleet)
        ):
            message = f"{len(types.items)} instance types, and no AllocationStrategy"
            allowed = "at most 5 types, or an AllocationStrategy in LaunchSpecifications"
            yield Finding(types.path, message, allowed)


def _is_without_strategy(fleet: Value) -> bool:
    launch = fleet.get("LaunchSpecifications")
    if launch is None:
        return True
    parts = [launch, *launch.entries.values()]
    return not any(part.is_unknown or "AllocationStrategy" in part.entries for part in parts)


_SCRIPT = re.compile(r"s3[na]?://.+|file:/.+|/.+")


@INSTANCE_RULES.rule(
    "EMR-TEMPLATE-034",
    what="The script of a bootstrap action is in S3, or on the nodes already.",
    why="EMR documents no other place that it fetches scripts from, and a node without its "
    "bootstrap actions does not start.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-bootstrap.html",
    severity="warning",
)
def scripts_are_in_s3(template: EmrTemplate) -> Iterator[Finding]:
    """A URI of S3 or an absolute path."""
    for cluster in template.of_type(CLUSTER):
        actions = cluster.properties.get("BootstrapActions")
        for action in actions.items if actions else ():
            script = action.get("ScriptBootstrapAction")
            path = script.get("Path") if script else None
            if path and path.text is not None and not _SCRIPT.fullmatch(path.text):
                message = f"the script of a bootstrap action is '{path.text}'"
                yield Finding(path.path, message, "s3://BUCKET/KEY, or a path such as file:/usr/…")


@INSTANCE_RULES.rule(
    "EMR-TEMPLATE-035",
    what="A key for the logs comes with a place for the logs.",
    why="Without LogUri, EMR writes no logs that it could encrypt.",
    source=f"{_API}/API_RunJobFlow.html",
    severity="warning",
)
def key_of_logs_has_logs(template: EmrTemplate) -> Iterator[Finding]:
    """LogUri with LogEncryptionKmsKeyId."""
    for cluster in template.of_type(CLUSTER):
        key = cluster.properties.get("LogEncryptionKmsKeyId")
        if key and "LogUri" not in cluster.properties.entries:
            message = "LogEncryptionKmsKeyId without LogUri"
            yield Finding(key.path, message, "LogUri: s3://BUCKET/PREFIX/")
