"""Instance groups and fleets of a template as environment files have them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from emr_platform.template_check.conversion import samples
from emr_platform.template_check.conversion.configurations import configurations
from emr_platform.template_check.conversion.parts import (
    Hole,
    Part,
    boolean,
    choice,
    hyphenated,
    integer,
    mapping,
    named,
    number,
    text,
    unique_name,
    unknown,
    upper_case,
)
from emr_platform.template_check.conversion.shaped import shaped
from emr_platform.templates.evaluate import UNKNOWN, Value

MARKETS = upper_case("on_demand", "spot")
_ON_DEMAND_STRATEGIES = hyphenated("lowest_price", "prioritized")
_SPOT_STRATEGIES = hyphenated(
    "capacity_optimized",
    "price_capacity_optimized",
    "lowest_price",
    "diversified",
    "capacity_optimized_prioritized",
)
_VOLUME_TYPES = {kind: kind for kind in ("gp2", "gp3", "io1", "st1", "sc1", "standard")}
_NAME = re.compile(r"[a-z]([a-z0-9-]{0,30}[a-z0-9])?")
_PRICE = re.compile(r"\d*\.?\d+")
_SMALLEST_IF_OPTIMIZED_GIB = 10

_AUTOMATIC_SCALING = {"preset": "yarn-balanced", "minimum": 1, "maximum": 10}
_GROUP: dict[str, object] = {"type": "m5.xlarge", "count": 1}
_SPOT_GROUP: dict[str, object] = {"type": "m6g.xlarge", "count": 5, "market": "spot"}
_TYPES: dict[str, object] = {"m5.xlarge": {}}
_FLEET = {"types": _TYPES, "on_demand_capacity": 1}
_SPOT_FLEET = {"types": {"m6g.xlarge": {}, "r6g.xlarge": {}}, "spot_capacity": 5}


# --- Groups --------------------------------------------------------------------------------


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
            "bid_price_usd": _price(value.get("BidPrice")),
            "automatic_scaling": shaped(
                value.get("AutoScalingPolicy"), "AutoScalingPolicy", None, _AUTOMATIC_SCALING
            ),
            **_instance(value),
        },
        *if_unknown,
    )


def _price(value: Value | None) -> Part | None:
    """A price in US dollars; the word ``OnDemandPrice`` in its place is as if it were left out."""
    if value is None or value.text == "OnDemandPrice":
        return None
    if value.text is None or not _PRICE.fullmatch(value.text):
        return unknown(value, "0.25", "10", None)
    return Part(value.path, value.text, ("0.25", None))


def _instance(value: Value) -> dict[str, Part | None]:
    """What a group and an instance type of a fleet have in common."""
    return {
        "ebs": _volumes(value.get("EbsConfiguration")),
        "ami_id": text(value.get("CustomAmiId"), *samples.AMIS),
        "configurations": configurations(value.get("Configurations")),
    }


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


# --- Fleets --------------------------------------------------------------------------------


def fleets(instances: Value, further: Iterable[Value]) -> Part | None:
    """The instance fleets of a cluster; None if it has none.

    Args:
        instances: The property ``Instances``.
        further: The properties of task fleets that are resources of their own.
    """
    primary = instances.get("MasterInstanceFleet")
    core = instances.get("CoreInstanceFleet")
    task = instances.get("TaskInstanceFleets")
    attached = list(further)
    if not (primary or core or task or attached):
        return None
    task_fleet: Part | None = None
    if task and not isinstance(task.content, list):
        task_fleet = unknown(task, None, _FLEET, _SPOT_FLEET)
    elif listed := [*(task.items if task else ()), *attached]:
        # A cluster has one task fleet; a rule of its own says so.
        task_fleet = fleet(listed[0], _FLEET, _SPOT_FLEET)
    return mapping(
        instances.path,
        {
            "primary": _primary_fleet(primary) if primary else Part(instances.path, UNKNOWN, ({},)),
            "core": fleet(core, None, _FLEET, _SPOT_FLEET),
            "task": task_fleet,
        },
    )


def _primary_fleet(value: Value) -> Part:
    if not isinstance(value.content, dict):
        return unknown(value, {}, {"count": 3})
    market, count = _of_primary(value)
    return mapping(
        value.path,
        {
            "types": _types(value.get("InstanceTypeConfigs"), weighted=False)
            or Part(value.path, UNKNOWN, (_TYPES,)),
            "market": market,
            "count": count,
            **_provisioning(value),
        },
        {},
    )


def _of_primary(value: Value) -> tuple[Part | None, Part | None]:
    """Market and number of primary nodes, which fleets say as two capacities."""
    on_demand = value.get("TargetOnDemandCapacity")
    spot = value.get("TargetSpotCapacity")
    path = (on_demand or spot or value).path
    capacities = [integer(capacity) for capacity in (on_demand, spot)]
    if any(part and part.is_unknown for part in capacities):
        return Part(path, UNKNOWN, ("on_demand", "spot")), Part(path, UNKNOWN, (1, 3))
    units, spot_units = (part.content if part else 0 for part in capacities)
    if units and spot_units:
        # Neither market is the right one; a rule of its own says so.
        return Part(path, UNKNOWN, ("on_demand", "spot")), Part(path, UNKNOWN, (1, 3))
    if spot and spot_units:
        return Part(spot.path, "spot"), Part(spot.path, spot_units, (1, 3))
    if not units:
        return None, Part(path, UNKNOWN, (1, 3))
    return Part(path, "on_demand"), Part(path, units, (1, 3))


def fleet(value: Value | None, *if_unknown: object) -> Part | None:
    """A core or task fleet.

    Args:
        value: The fleet in the template; None if there is none.
        if_unknown: Fleets that it might be, if nothing is known of it.
    """
    if value is None:
        return None
    if not isinstance(value.content, dict):
        return unknown(value, *if_unknown)
    return mapping(
        value.path,
        {
            "types": _types(value.get("InstanceTypeConfigs"), weighted=True)
            or Part(value.path, UNKNOWN, (_TYPES,)),
            "on_demand_capacity": integer(value.get("TargetOnDemandCapacity"), 1, 0, 4, 20),
            "spot_capacity": integer(value.get("TargetSpotCapacity"), 1, 0, 4, 20),
            **_provisioning(value),
            "resize": _resizing(value.get("ResizeSpecifications")),
        },
        *if_unknown,
    )


def _types(value: Value | None, *, weighted: bool) -> Part | None:
    if value is None:
        return None
    if not isinstance(value.content, list):
        return unknown(value, _TYPES, {"m6g.xlarge": {}, "r6g.2xlarge": {}})
    types: dict[str | Hole, Part] = {}
    for position, item in enumerate(value.items):
        name = item.get("InstanceType")
        key: str | Hole = Hole(position, samples.INSTANCE_TYPES)
        # A type that is there twice is for a rule of its own.
        if name and name.text and name.text not in types:
            key = name.text
        types[key] = _type(item, weighted=weighted)
    return named(value.path, types.items(), _TYPES)


def _type(value: Value, *, weighted: bool) -> Part:
    if not isinstance(value.content, dict):
        return unknown(value, {}, {"bid_price_usd": "0.25"})
    return mapping(
        value.path,
        {
            "weight": integer(value.get("WeightedCapacity"), 1, 4) if weighted else None,
            "priority": number(value.get("Priority")),
            "bid_price_usd": _price(value.get("BidPrice")),
            "bid_price_percent": number(value.get("BidPriceAsPercentageOfOnDemandPrice")),
            **_instance(value),
        },
        {},
    )


def _provisioning(value: Value) -> dict[str, Part | None]:
    launch = value.get("LaunchSpecifications")
    if launch is None:
        strategies: tuple[object, ...] = ({"allocation_strategy": "lowest_price"},)
        # Which strategy EMR takes by itself, its documents do not say of every release.
        return {key: Part(value.path, UNKNOWN, strategies) for key in ("on_demand", "spot")}
    if not isinstance(launch.content, dict):
        return {key: unknown(launch, {}) for key in ("on_demand", "spot")}
    spot = launch.get("SpotSpecification")
    on_demand = launch.get("OnDemandSpecification")
    return {
        "spot": _spot(spot) if spot else None,
        "on_demand": _on_demand(on_demand) if on_demand else None,
    }


def _spot(value: Value) -> Part:
    if not isinstance(value.content, dict):
        return unknown(value, {})
    return mapping(
        value.path,
        {
            "allocation_strategy": _strategy(value, _SPOT_STRATEGIES),
            "timeout_minutes": integer(value.get("TimeoutDurationMinutes"), 60, 5, 1440),
            "timeout_action": choice(
                value.get("TimeoutAction"), upper_case("switch_to_on_demand", "terminate_cluster")
            ),
        },
        {},
    )


def _on_demand(value: Value) -> Part:
    if not isinstance(value.content, dict):
        return unknown(value, {})
    return mapping(
        value.path,
        {
            "allocation_strategy": _strategy(value, _ON_DEMAND_STRATEGIES),
            "capacity_reservations": _reservations(value.get("CapacityReservationOptions")),
        },
        {},
    )


def _strategy(value: Value, words: dict[str, str]) -> Part:
    """An allocation strategy; what EMR takes where none is given depends on its release."""
    return choice(value.get("AllocationStrategy"), words) or Part(
        value.path, UNKNOWN, tuple(words.values())
    )


def _reservations(value: Value | None) -> Part | None:
    if value is None:
        return None
    if not isinstance(value.content, dict):
        return unknown(value, None, {})
    return mapping(
        value.path,
        {
            "preference": choice(
                value.get("CapacityReservationPreference"), hyphenated("open", "none")
            ),
            "usage_strategy": choice(
                value.get("UsageStrategy"), hyphenated("use_capacity_reservations_first")
            ),
            "resource_group_arn": text(
                value.get("CapacityReservationResourceGroupArn"),
                "arn:aws:resource-groups:us-east-1:111122223333:group/reservations",
            ),
        },
        None,
    )


def _resizing(value: Value | None) -> Part | None:
    if value is None:
        return None
    if not isinstance(value.content, dict):
        return unknown(value, None, {})
    on_demand = value.get("OnDemandResizeSpecification")
    spot = value.get("SpotResizeSpecification")
    return mapping(
        value.path,
        {
            "on_demand": _resize(on_demand, _ON_DEMAND_STRATEGIES) if on_demand else None,
            "spot": _resize(spot, _SPOT_STRATEGIES) if spot else None,
        },
        None,
    )


def _resize(value: Value, words: dict[str, str]) -> Part:
    if not isinstance(value.content, dict):
        return unknown(value, {})
    return mapping(
        value.path,
        {
            "timeout_minutes": integer(value.get("TimeoutDurationMinutes"), 5, 60, 10080),
            "allocation_strategy": choice(value.get("AllocationStrategy"), words),
            "capacity_reservations": _reservations(value.get("CapacityReservationOptions")),
        },
        {},
    )
