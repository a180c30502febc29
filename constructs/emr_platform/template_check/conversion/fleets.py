"""Instance fleets of a template as environment files have them."""

from __future__ import annotations

from collections.abc import Iterable

from emr_platform.template_check.conversion import samples
from emr_platform.template_check.conversion.instances import instance, price
from emr_platform.template_check.conversion.parts import (
    Hole,
    Part,
    choice,
    hyphenated,
    integer,
    mapping,
    named,
    number,
    text,
    unknown,
    upper_case,
)
from emr_platform.templates.evaluate import UNKNOWN, Value

_ON_DEMAND_STRATEGIES = hyphenated("lowest_price", "prioritized")
_SPOT_STRATEGIES = hyphenated(
    "capacity_optimized",
    "price_capacity_optimized",
    "lowest_price",
    "diversified",
    "capacity_optimized_prioritized",
)
_TYPES: dict[str, object] = {"m5.xlarge": {}}
_FLEET = {"types": _TYPES, "on_demand_capacity": 1}
_SPOT_FLEET = {"types": {"m6g.xlarge": {}, "r6g.xlarge": {}}, "spot_capacity": 5}


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
            "bid_price_usd": price(value.get("BidPrice")),
            "bid_price_percent": number(value.get("BidPriceAsPercentageOfOnDemandPrice")),
            **instance(value),
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
