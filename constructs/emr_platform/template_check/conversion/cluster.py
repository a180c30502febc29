"""A cluster of a template, with the groups, fleets and steps that belong to it, as an environment file has it.

The inverse of :mod:`emr_platform.cluster.request` and :mod:`emr_platform.cluster.cloudformation`. What a template
leaves out is as AWS has it, not as environment files do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from emr_platform.template_check.conversion import samples
from emr_platform.template_check.conversion.configurations import configurations
from emr_platform.template_check.conversion.fleets import fleet, fleets
from emr_platform.template_check.conversion.instances import (
    ami,
    core_group,
    primary_group,
    task_groups,
)
from emr_platform.template_check.conversion.parts import (
    Part,
    boolean,
    choice,
    integer,
    items,
    mapping,
    text,
    unknown,
    upper_case,
)
from emr_platform.template_check.conversion.security import security
from emr_platform.template_check.conversion.steps import bootstrap, steps
from emr_platform.template_check.template import (
    INSTANCE_FLEET,
    INSTANCE_GROUP,
    STEP,
    EmrResource,
)
from emr_platform.templates.evaluate import UNKNOWN, Value

_UNIT_TYPES = {
    "Instances": "instances",
    "VCPU": "vcpu",
    "InstanceFleetUnits": "instance_fleet_units",
}
_GROUPS = ("MasterInstanceGroup", "CoreInstanceGroup", "TaskInstanceGroups")
_DEFAULT_IDLE_SECONDS = 3600


def declaration(
    cluster: EmrResource,
    attached: Iterable[EmrResource] = (),
    security_configuration: EmrResource | None = None,
) -> Part:
    """Turn a cluster into the content of an environment file's cluster.

    Args:
        cluster: The cluster.
        attached: Resources that belong to it.
        security_configuration: The one that it refers to, if that is in the template.

    Returns:
        The declaration, with the place in the template of each of its parts.
    """
    properties = cluster.properties
    if not isinstance(properties.content, dict):
        return unknown(properties, {"release": samples.RELEASES[0]})
    resources = list(attached)
    instances = properties.get("Instances") or Value(properties.path, UNKNOWN)
    release = text(properties.get("ReleaseLabel"), *samples.RELEASES)
    further = [resource.properties for resource in resources if resource.type == STEP]
    return mapping(
        properties.path,
        {
            "release": release or Part(properties.path, UNKNOWN, samples.RELEASES),
            "applications": _applications(properties),
            **_instances(instances, resources),
            "scaling": _scaling(properties.get("ManagedScalingPolicy"), instances),
            "configurations": configurations(properties.get("Configurations")),
            "bootstrap": bootstrap(properties.get("BootstrapActions")),
            "steps": steps(properties.get("Steps"), further),
            "step_concurrency": integer(properties.get("StepConcurrencyLevel"), 1, 2, 256),
            "idle_timeout_minutes": _idle_timeout(properties.get("AutoTerminationPolicy")),
            "log_uri": text(properties.get("LogUri"), *samples.S3_URIS),
            "log_encryption_key_arn": text(
                properties.get("LogEncryptionKmsKeyId"), *samples.KEY_ARNS
            ),
            "security_configuration": security(properties, security_configuration),
            "root_volume": _root_volume(properties),
            "ami_id": ami(properties.get("CustomAmiId")),
            "os_release": text(properties.get("OSReleaseLabel"), "2.0.20220606.1"),
            "placement_group": _placement_group(properties.get("PlacementGroupConfigs")),
            "scale_down_behavior": choice(
                properties.get("ScaleDownBehavior"),
                upper_case("terminate_at_task_completion", "terminate_at_instance_hour"),
            ),
            "visible_to_all_users": boolean(properties.get("VisibleToAllUsers")),
            "additional_info": _additional_info(properties.get("AdditionalInfo")),
            "tags": _tags(properties.get("Tags")),
        },
    )


def _applications(properties: Value) -> Part:
    applications = properties.get("Applications")
    if applications is None:
        # EMR installs nothing by itself.
        return Part(properties.path, ())
    some = tuple((name,) for name in samples.APPLICATIONS)
    return items(applications, _application, *some) or Part(properties.path, ())


def _application(value: Value) -> Part | None:
    if value.is_unknown:
        return unknown(value, *samples.APPLICATIONS)
    return text(value.get("Name"), *samples.APPLICATIONS)


def _instances(instances: Value, attached: Iterable[EmrResource]) -> dict[str, Part | None]:
    resources = list(attached)
    groups = [each.properties for each in resources if each.type == INSTANCE_GROUP]
    task_fleets = [each.properties for each in resources if each.type == INSTANCE_FLEET]
    members: dict[str, Part | None] = {
        "lifecycle": _lifecycle(instances),
        "termination_protection": boolean(instances.get("TerminationProtected"))
        or Part(instances.path, UNKNOWN if instances.is_unknown else False, (True, False)),
        "unhealthy_node_replacement": boolean(instances.get("UnhealthyNodeReplacement")),
        "additional_security_groups": _additional_security_groups(instances),
    }
    if instances.is_unknown:
        return {
            **members,
            "primary": primary_group(instances),
            "core": core_group(instances),
            "task": task_groups(instances, groups),
        }
    has_groups = any(instances.get(name) for name in _GROUPS)
    in_fleets = None if has_groups else fleets(instances, task_fleets)
    if in_fleets:
        return {**members, "instance_fleets": in_fleets}
    return {
        **members,
        "primary": primary_group(instances.get("MasterInstanceGroup"))
        or Part(instances.path, UNKNOWN, ({"type": "m5.xlarge"}, {"type": "m6g.xlarge"})),
        "core": core_group(instances.get("CoreInstanceGroup")),
        "task": task_groups(instances.get("TaskInstanceGroups"), groups),
    }


def _lifecycle(instances: Value) -> Part:
    words = {True: "long_running", False: "transient"}
    alive = boolean(instances.get("KeepJobFlowAliveWhenNoSteps"))
    if alive is None or alive.is_unknown:
        # AWS's documents have disagreed on what holds if it is left out.
        return Part(alive.path if alive else instances.path, UNKNOWN, tuple(words.values()))
    return Part(alive.path, words[bool(alive.content)], tuple(words.values()))


def _additional_security_groups(instances: Value) -> Part | None:
    primary = instances.get("AdditionalMasterSecurityGroups")
    core_and_task = instances.get("AdditionalSlaveSecurityGroups")
    if primary is None and core_and_task is None:
        return None
    return mapping(
        instances.path,
        {
            "primary": items(primary, _security_group),
            "core_and_task": items(core_and_task, _security_group),
        },
    )


def _security_group(value: Value) -> Part | None:
    return text(value, *samples.SECURITY_GROUPS)


def _scaling(value: Value | None, instances: Value) -> Part | None:
    if value is None:
        return None
    limits = value.get("ComputeLimits")
    some = ({"minimum": 1, "maximum": 10}, {"minimum": 2, "maximum": 100, "max_on_demand": 0})
    if limits is None or limits.is_unknown:
        return unknown(limits or value, None, *some)
    unit = choice(limits.get("UnitType"), _UNIT_TYPES)
    if unit is None or instances.is_unknown:
        # Which units there are depends on whether the instances are in groups or in fleets.
        unit = Part(limits.path, UNKNOWN, (None,))
    return mapping(
        limits.path,
        {
            "unit": unit,
            "minimum": integer(limits.get("MinimumCapacityUnits"))
            or Part(limits.path, UNKNOWN, (1, 2)),
            "maximum": integer(limits.get("MaximumCapacityUnits"))
            or Part(limits.path, UNKNOWN, (10, 100)),
            "max_core": integer(limits.get("MaximumCoreCapacityUnits")),
            "max_on_demand": integer(limits.get("MaximumOnDemandCapacityUnits")),
            "strategy": choice(value.get("ScalingStrategy"), upper_case("default", "advanced")),
            "utilization_performance_index": integer(
                value.get("UtilizationPerformanceIndex"), 1, 50, 100
            ),
        },
        *some,
    )


def _idle_timeout(value: Value | None) -> Part | None:
    if value is None:
        return None
    if value.is_unknown:
        return unknown(value, None, 1, 60)
    seconds = integer(value.get("IdleTimeout"), _DEFAULT_IDLE_SECONDS)
    if seconds is None:
        return Part(value.path, _DEFAULT_IDLE_SECONDS // 60)
    if seconds.is_unknown or not 60 <= seconds.content <= 604800:
        # What is out of EMR's range is for a rule of its own, in seconds.
        return Part(seconds.path, UNKNOWN, (60, 1, 10080))
    return Part(seconds.path, -(-seconds.content // 60), (60,))


def _root_volume(properties: Value) -> Part | None:
    members = {
        "size_gib": integer(properties.get("EbsRootVolumeSize"), 15, 10, 50, 100),
        "iops": integer(properties.get("EbsRootVolumeIops"), 3000, 16000),
        "throughput_mib_per_second": integer(
            properties.get("EbsRootVolumeThroughput"), 125, 250, 1000
        ),
    }
    return mapping(properties.path, members) if any(members.values()) else None


def _placement_group(value: Value | None) -> Part | None:
    """The strategy for primary nodes, the only ones for which EMR has one."""
    words = upper_case("spread", "none")
    if value is None:
        return None
    if not isinstance(value.content, list) or any(item.is_unknown for item in value.items):
        return unknown(value, None, "spread")
    for item in value.items:
        role = item.get("InstanceRole")
        if role and role.text == "MASTER":
            return choice(item.get("PlacementStrategy"), words) or Part(
                item.path, UNKNOWN, tuple(words.values())
            )
    return None


def _additional_info(value: Value | None) -> Part | None:
    if value is None:
        return None
    content = _plain(value)
    if isinstance(content, str):
        try:
            content = json.loads(content)
        except (ValueError, RecursionError):
            content = None
    # Nothing is known of what is in it, so nothing is lost where it cannot be read.
    return Part(value.path, content) if isinstance(content, dict) else None


def _plain(value: Value) -> object:
    if isinstance(value.content, dict):
        return {key: _plain(inner) for key, inner in value.content.items()}
    if isinstance(value.content, list):
        return [_plain(inner) for inner in value.content]
    return value.text


def _tags(value: Value | None) -> Part | None:
    if value is None:
        return None
    if not isinstance(value.content, list):
        return unknown(value, {})
    tags = {}
    for item in value.items:
        key, content = item.get("Key"), item.get("Value")
        if key and key.text is not None:
            tags[key.text] = text(content, "value") or Part(item.path, UNKNOWN, ("value",))
    return mapping(value.path, tags)


def attached_alone(resource: EmrResource) -> Part:
    """A group, fleet or step for a cluster that is not in the template, of which nothing is known."""
    path = resource.path

    def some(*values: object) -> Part:
        return Part(path, UNKNOWN, values)

    applications = tuple((name,) for name in samples.APPLICATIONS)
    members: dict[str, Part | None] = {
        "release": some(*samples.RELEASES),
        "applications": some((), *applications),
        "lifecycle": some("long_running", "transient"),
        "step_concurrency": some(1, 2),
        "security_configuration": some({"existing": "name"}),
    }
    if resource.type == INSTANCE_FLEET:
        core = {"types": {"m5.xlarge": {}}, "on_demand_capacity": 1}
        task = fleet(resource.properties)
        fleets_of_cluster = mapping(path, {"core": some(core), "task": task})
        return mapping(path, {**members, "instance_fleets": fleets_of_cluster})
    members["core"] = some({"type": "m5.xlarge", "count": 2}, {"type": "m6g.xlarge", "count": 5})
    members["primary"] = some({"type": "m5.xlarge"}, {"type": "m6g.xlarge", "count": 3})
    if resource.type == INSTANCE_GROUP:
        return mapping(path, {**members, "task": task_groups(None, [resource.properties])})
    return mapping(path, {**members, "steps": steps(None, [resource.properties])})
