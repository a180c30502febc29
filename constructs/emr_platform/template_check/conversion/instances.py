"""Instance groups of a template as environment files have them, and what fleets have in common with them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from emr_platform.template_check.conversion import samples
from emr_platform.template_check.conversion.configurations import configurations
from emr_platform.template_check.conversion.parts import (
    Part,
    boolean,
    choice,
    integer,
    mapping,
    named,
    text,
    unique_name,
    unknown,
    upper_case,
)
from emr_platform.template_check.conversion.shaped import shaped
from emr_platform.templates.evaluate import UNKNOWN, Value

MARKETS = upper_case("on_demand", "spot")
_VOLUME_TYPES = {kind: kind for kind in ("gp2", "gp3", "io1", "st1", "sc1", "standard")}
_NAME = re.compile(r"[a-z]([a-z0-9-]{0,30}[a-z0-9])?")
_PRICE = re.compile(r"\d*\.?\d+")
_SMALLEST_IF_OPTIMIZED_GIB = 10

_AUTOMATIC_SCALING = {"preset": "yarn-balanced", "minimum": 1, "maximum": 10}
_SCALING_RULE = {
    "Name": "any",
    "Action": {"SimpleScalingPolicyConfiguration": {"ScalingAdjustment": 1}},
    "Trigger": {
        "CloudWatchAlarmDefinition": {
            "MetricName": "ContainerPending",
            "ComparisonOperator": "GREATER_THAN",
            "Period": 300,
            "Threshold": 1,
        }
    },
}
_GROUP: dict[str, object] = {"type": "m5.xlarge", "count": 1}
_SPOT_GROUP: dict[str, object] = {"type": "m6g.xlarge", "count": 5, "market": "spot"}


def primary_group(value: Value | None) -> Part | None:
    """The primary node; None where the template has none."""
    return group(value, {"type": "m5.xlarge"}, {"type": "m6g.xlarge", "count": 3})


def core_group(value: Value | None) -> Part | None:
    """The core nodes; None where the template has none."""
    return group(value, None, _GROUP, _SPOT_GROUP)


def task_groups(value: Value | None, further: Iterable[Value]) -> Part | None:
    """The task groups, by name.

    Args:
        value: Those that the cluster starts with; None if there are none.
        further: The properties of groups that are resources of their own.
    """
    attached = list(further)
    if value is not None and not isinstance(value.content, list):
        return unknown(value, {}, {"task": _GROUP}, {"task": _SPOT_GROUP})
    listed = [*(value.items if value else ()), *attached]
    if not listed:
        return None
    groups: dict[str, Part] = {}
    for item in listed:
        name = item.get("Name")
        wanted = name.text if name and name.text and _NAME.fullmatch(name.text) else None
        part = group(item, _GROUP, _SPOT_GROUP)
        if part:
            groups[unique_name(wanted, "task", [*groups])] = part
    return named((value or listed[0]).path, groups.items(), {}, {"task": _GROUP})


def group(value: Value | None, *if_unknown: object) -> Part | None:
    """An instance group.

    Args:
        value: The group in the template; None if there is none.
        if_unknown: Groups that it might be, if nothing is known of it.
    """
    if value is None:
        return None
    if not isinstance(value.content, dict):
        return unknown(value, *if_unknown)
    market = choice(value.get("Market"), MARKETS)
    if market is None and value.get("BidPrice"):
        # It used to say by itself that instances are Spot.
        market = Part(value.path, UNKNOWN, ("spot", "on_demand"))
    return mapping(
        value.path,
        {
            "type": text(value.get("InstanceType"), *samples.INSTANCE_TYPES)
            or Part(value.path, UNKNOWN, samples.INSTANCE_TYPES),
            "count": integer(value.get("InstanceCount"))
            or Part(value.path, UNKNOWN, (1, 3, 5, 20)),
            "market": market,
            "bid_price_usd": price(value.get("BidPrice")),
            "automatic_scaling": _automatic_scaling(value.get("AutoScalingPolicy")),
            **instance(value),
        },
        *if_unknown,
    )


def _automatic_scaling(value: Value | None) -> Part | None:
    """A scaling policy; of one without rules, its limits are still known."""
    policy = shaped(value, "AutoScalingPolicy", None, _AUTOMATIC_SCALING)
    if policy is None or policy.is_unknown:
        return policy
    rules = policy.content.get("Rules") or Part(policy.path, UNKNOWN)
    policy.content["Rules"] = replace(rules, samples=([_SCALING_RULE],))
    return policy


def price(value: Value | None) -> Part | None:
    """A price in US dollars; the word ``OnDemandPrice`` in its place is as if it were left out."""
    if value is None or value.text == "OnDemandPrice":
        return None
    if value.text is None or not _PRICE.fullmatch(value.text):
        return unknown(value, "0.25", "10", None)
    return Part(value.path, value.text, ("0.25", None))


def instance(value: Value) -> dict[str, Part | None]:
    """What a group and an instance type of a fleet have in common."""
    return {
        "ebs": _volumes(value.get("EbsConfiguration")),
        "ami_id": ami(value.get("CustomAmiId")),
        "configurations": configurations(value.get("Configurations")),
    }


def ami(value: Value | None) -> Part | None:
    """An AMI; not known where it is a parameter of Systems Manager that holds its id."""
    if value and value.text and value.text.startswith("resolve:ssm:"):
        return unknown(value, *samples.AMIS)
    return text(value, *samples.AMIS)


def _volumes(value: Value | None) -> Part | None:
    if value is None:
        return None
    devices = value.get("EbsBlockDeviceConfigs")
    some = {"type": "gp3", "size_gib": 64}
    if value.is_unknown or (devices and not isinstance(devices.content, list)):
        return unknown(devices or value, None, some, {**some, "volumes_per_instance": 4})
    if devices is None or not devices.items:
        return None
    optimized = value.get("EbsOptimized")
    is_optimized = optimized is not None and boolean_is(optimized, True)
    volumes = [_volume(device, is_optimized=is_optimized) for device in devices.items]
    # One kind of volume is a mapping, several are a list.
    return volumes[0] if len(volumes) == 1 else Part(devices.path, volumes, (None,))


def boolean_is(value: Value, wanted: bool) -> bool:
    """Whether a truth value is known, and the wanted one."""
    part = boolean(value)
    return part is not None and part.content is wanted


def _volume(value: Value, *, is_optimized: bool) -> Part:
    volume = value.get("VolumeSpecification")
    if volume is None or volume.is_unknown or value.is_unknown:
        return unknown(value, {"type": "gp3", "size_gib": 64}, {"type": "st1", "size_gib": 500})
    size = integer(volume.get("SizeInGB"), 10, 32, 500, 1000)
    small = range(1, _SMALLEST_IF_OPTIMIZED_GIB)
    if size and size.content in small and not is_optimized:
        # Declarations are about instances that are EBS-optimized, which have a minimum of their own.
        size = replace(size, content=UNKNOWN)
    return mapping(
        volume.path,
        {
            "type": choice(volume.get("VolumeType"), _VOLUME_TYPES)
            or Part(volume.path, UNKNOWN, tuple(_VOLUME_TYPES)),
            "size_gib": size or Part(volume.path, UNKNOWN, (32, 500, 1000)),
            "iops": integer(volume.get("Iops"), 3000, 100, 16000),
            "throughput_mib_per_second": integer(volume.get("Throughput"), 125, 250, 1000),
            "volumes_per_instance": integer(value.get("VolumesPerInstance"), 1, 4, 25),
        },
        {"type": "gp3", "size_gib": 64},
    )
