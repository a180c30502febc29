"""Rules about instance fleets: their types, their capacity, and how it is bought."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.catalog.release import Release
from emr_platform.cluster.groups import instance_fleets
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.instances.spec import (
    CapacityReservationsSpec,
    InstanceFleetSpec,
    PrimaryFleetSpec,
)
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook, listed_twice

FLEET_RULES: RuleBook[ClusterSpec] = RuleBook()

_FLEETS = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-instance-fleet.html"
_FLEET = "https://docs.aws.amazon.com/emr/latest/APIReference/API_InstanceFleetConfig.html"
_TYPE = "https://docs.aws.amazon.com/emr/latest/APIReference/API_InstanceTypeConfig.html"
_RESERVATIONS = (
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/on-demand-capacity-reservations.html"
)
_FIRST_WITH_FLEETS = Release.parse("emr-4.8.0")
_WITHOUT_FLEETS = (Release.parse("emr-5.0.0"), Release.parse("emr-5.0.3"))
_FIRST_WITH_STRATEGIES = Release.parse("emr-5.12.1")
_TYPES_WITHOUT_STRATEGY = 5


@FLEET_RULES.rule(
    "EMR-FLEET-001",
    what="Instance fleets are there from emr-4.8.0, but not in emr-5.0.0 and emr-5.0.3.",
    why="EMR refuses the cluster.",
    source=_FLEETS,
)
def fleets_need_release(spec: ClusterSpec) -> Iterator[Finding]:
    """No fleets with releases that have none."""
    release = Release.parse(spec.release)
    if spec.instance_fleets and (release < _FIRST_WITH_FLEETS or release in _WITHOUT_FLEETS):
        message = f"{release} has no instance fleets"
        allowed = "emr-4.8.0 or later, but not emr-5.0.0 or emr-5.0.3; or instance groups"
        yield Finding(("instance_fleets",), message, allowed)


@FLEET_RULES.rule(
    "EMR-FLEET-002",
    what="Before emr-5.12.1, a fleet has at most five instance types.",
    why="More need an allocation strategy, which older releases do not have.",
    source=_FLEETS,
)
def types_are_few(spec: ClusterSpec) -> Iterator[Finding]:
    """At most five types where there are no allocation strategies."""
    if Release.parse(spec.release) < _FIRST_WITH_STRATEGIES:
        for path, fleet in instance_fleets(spec):
            if len(fleet.types) > _TYPES_WITHOUT_STRATEGY:
                yield Finding(
                    (*path, "types"),
                    f"{len(fleet.types)} instance types with {spec.release}",
                    f"at most {_TYPES_WITHOUT_STRATEGY}, or {_FIRST_WITH_STRATEGIES} or later",
                )


@FLEET_RULES.rule(
    "EMR-FLEET-003",
    what="A fleet has On-Demand capacity, Spot capacity, or both.",
    why="EMR refuses a fleet without any.",
    source=_FLEET,
)
def fleets_have_capacity(spec: ClusterSpec) -> Iterator[Finding]:
    """More than nothing of one of the two."""
    for path, fleet in instance_fleets(spec):
        if not _on_demand(fleet) and not _spot(fleet):
            message = "a fleet without capacity"
            yield Finding(path, message, "on_demand_capacity or spot_capacity of at least 1")


@FLEET_RULES.rule(
    "EMR-FLEET-004",
    what="With a prioritized allocation strategy, at least one instance type has a priority.",
    why="Types without a priority come last, so that among them the strategy prefers none.",
    source=_FLEETS,
    severity="warning",
)
def priorities_are_there(spec: ClusterSpec) -> Iterator[Finding]:
    """A priority where a strategy goes by it, and capacity is bought that way."""
    for path, fleet in instance_fleets(spec):
        if all(type_.priority is None for type_ in fleet.types.values()):
            for where, strategy in _prioritized(path, fleet):
                yield Finding(
                    where, f"{strategy}, and no instance type has a priority", "a priority"
                )


@FLEET_RULES.rule(
    "EMR-FLEET-005",
    what="Priorities come with an allocation strategy that goes by them.",
    why="Other strategies do not look at them.",
    source=_FLEETS,
    severity="warning",
)
def priorities_are_used(spec: ClusterSpec) -> Iterator[Finding]:
    """No priority without prioritized or capacity_optimized_prioritized."""
    for path, fleet in instance_fleets(spec):
        if not any(_prioritized(path, fleet)):
            for name, type_ in fleet.types.items():
                if type_.priority is not None:
                    yield Finding(
                        (*path, "types", name, "priority"),
                        "a priority, and no allocation strategy that goes by it",
                        "prioritized, or capacity_optimized_prioritized for Spot capacity",
                    )


@FLEET_RULES.rule(
    "EMR-FLEET-006",
    what="Capacity reservations are used with the On-Demand strategy lowest_price.",
    why="EMR takes them with no other.",
    source=_RESERVATIONS,
)
def reservations_suit_strategy(spec: ClusterSpec) -> Iterator[Finding]:
    """No reservations with prioritized, neither at the start nor later."""
    for path, fleet in instance_fleets(spec):
        for where, strategy, _ in _reservations(path, fleet):
            if strategy == "prioritized":
                message = "capacity reservations with the allocation strategy prioritized"
                yield Finding(where, message, "lowest_price, or no capacity_reservations")


@FLEET_RULES.rule(
    "EMR-FLEET-007",
    what="Capacity reservations are for fleets with On-Demand capacity.",
    why="Spot instances do not use them.",
    source=_RESERVATIONS,
    severity="warning",
)
def reservations_have_capacity(spec: ClusterSpec) -> Iterator[Finding]:
    """On-Demand capacity at the start, or scaling that may buy it later."""
    for path, fleet in instance_fleets(spec):
        if not _on_demand(fleet) and not spec.scaling:
            for where, _, _ in _reservations(path, fleet):
                message = "capacity reservations for a fleet without On-Demand capacity"
                yield Finding(where, message, "no capacity_reservations")


@FLEET_RULES.rule(
    "EMR-FLEET-008",
    what="Targeted capacity reservations are asked for first, and not switched off.",
    why="EMR uses a group of reservations only with use_capacity_reservations_first.",
    source=_RESERVATIONS,
    severity="warning",
)
def reservations_are_used(spec: ClusterSpec) -> Iterator[Finding]:
    """A group of reservations comes with the usage strategy, and both without the preference none."""
    for path, fleet in instance_fleets(spec):
        for where, _, reservations in _reservations(path, fleet):
            targeted = reservations.resource_group_arn is not None
            first = reservations.usage_strategy is not None
            if targeted and not first:
                message = "a group of capacity reservations that nothing says to use"
                allowed = "usage_strategy: use_capacity_reservations_first"
                yield Finding((*where, "resource_group_arn"), message, allowed)
            elif first and not targeted and reservations.preference == "none":
                message = "capacity reservations first, and none of them"
                yield Finding((*where, "preference"), message, "open, or a resource_group_arn")


@FLEET_RULES.rule(
    "EMR-FLEET-009",
    what="A Spot price has one limit: in US dollars, or in percent of the On-Demand price.",
    why="EMR does not say which of the two wins.",
    source=_TYPE,
    severity="warning",
)
def prices_have_one_limit(spec: ClusterSpec) -> Iterator[Finding]:
    """Not both bid_price_usd and bid_price_percent."""
    for path, fleet in instance_fleets(spec):
        for name, type_ in fleet.types.items():
            if type_.bid_price_usd is not None and type_.bid_price_percent is not None:
                message = "a limit in US dollars and one in percent"
                yield Finding((*path, "types", name, "bid_price_percent"), message, "one of them")


@FLEET_RULES.rule(
    "EMR-FLEET-010",
    what="Limits of the Spot price are for fleets with Spot capacity.",
    why="On-Demand instances have one price, so that the limit means nothing.",
    source=_TYPE,
    severity="warning",
)
def limits_are_for_spot(spec: ClusterSpec) -> Iterator[Finding]:
    """No limit where neither the start nor scaling buys Spot capacity."""
    for path, fleet in instance_fleets(spec):
        if _spot(fleet) or (spec.scaling and isinstance(fleet, InstanceFleetSpec)):
            continue
        for name, type_ in fleet.types.items():
            for key in ("bid_price_usd", "bid_price_percent"):
                if getattr(type_, key) is not None:
                    message = "a limit of the Spot price in a fleet without Spot capacity"
                    yield Finding((*path, "types", name, key), message, "no such limit")


@FLEET_RULES.rule(
    "EMR-FLEET-011",
    what="An instance counts for no more units than a fleet asks for.",
    why="EMR starts a whole instance, so that there is more than was asked for, and paid for.",
    source=_FLEET,
    severity="warning",
)
def weights_fit(spec: ClusterSpec) -> Iterator[Finding]:
    """A weight of at most the On-Demand and at most the Spot capacity, where there is some."""
    for path, fleet in instance_fleets(spec):
        if not isinstance(fleet, InstanceFleetSpec):
            continue
        asked = [units for units in (fleet.on_demand_capacity, fleet.spot_capacity) if units]
        for name, type_ in fleet.types.items():
            if asked and type_.weight > min(asked):
                yield Finding(
                    (*path, "types", name, "weight"),
                    f"an instance counts for {type_.weight} units, and {min(asked)} are asked for",
                    f"at most {min(asked)}, or more capacity",
                )


@FLEET_RULES.rule(
    "EMR-FLEET-012",
    what="A fleet with Spot capacity may choose among several instance types.",
    why="When EC2 runs out of the one type, capacity is lost, and nothing can take its place.",
    source=_FLEETS,
    severity="warning",
)
def spot_has_a_choice(spec: ClusterSpec) -> Iterator[Finding]:
    """At least two types where Spot capacity is bought."""
    for path, fleet in instance_fleets(spec):
        if _spot(fleet) and len(fleet.types) == 1:
            message = "Spot capacity of one instance type"
            yield Finding((*path, "types"), message, "several types of a similar size")


@FLEET_RULES.rule(
    "EMR-FLEET-013",
    what="Managed scaling counts units of fleets with instance fleets, and only with them.",
    why="EMR refuses limits that count anything else.",
    source="https://docs.aws.amazon.com/emr/latest/APIReference/API_ComputeLimits.html",
)
def scaling_counts_units(spec: ClusterSpec) -> Iterator[Finding]:
    """instance_fleet_units with fleets, instances or vcpu with groups."""
    if spec.scaling and spec.scaling.unit is not None:
        is_fleet_unit = spec.scaling.unit == "instance_fleet_units"
        if is_fleet_unit != (spec.instance_fleets is not None):
            nodes = "instance fleets" if spec.instance_fleets else "instance groups"
            allowed = "instance_fleet_units" if spec.instance_fleets else "instances or vcpu"
            message = f"limits in {spec.scaling.unit} for {nodes}"
            yield Finding(("scaling", "unit"), message, allowed)


@FLEET_RULES.rule(
    "EMR-FLEET-014",
    what="A subnet that instance fleets may choose is listed once.",
    why="CloudFormation's schema of AWS::EMR::Cluster wants subnets to be unique, and the CDK makes no template "
    "that breaks it.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "aws-properties-emr-cluster-jobflowinstancesconfig.html",
)
def subnet_indexes_are_unique(spec: ClusterSpec) -> Iterator[Finding]:
    """No index twice in subnet_indexes."""
    indexes = (spec.instance_fleets and spec.instance_fleets.subnet_indexes) or ()
    yield from listed_twice(("instance_fleets", "subnet_indexes"), indexes)


def _spot(fleet: PrimaryFleetSpec | InstanceFleetSpec) -> bool:
    """Whether a fleet starts with Spot capacity."""
    if isinstance(fleet, PrimaryFleetSpec):
        return fleet.market == "spot"
    return fleet.spot_capacity > 0


def _on_demand(fleet: PrimaryFleetSpec | InstanceFleetSpec) -> bool:
    """Whether a fleet starts with On-Demand capacity."""
    if isinstance(fleet, PrimaryFleetSpec):
        return fleet.market == "on_demand"
    return fleet.on_demand_capacity > 0


def _prioritized(
    path: Path, fleet: PrimaryFleetSpec | InstanceFleetSpec
) -> Iterator[tuple[Path, str]]:
    """The strategies of a fleet that go by priorities, with their paths."""
    strategies: list[tuple[Path, str | None]] = [
        (("on_demand",), fleet.on_demand.allocation_strategy),
        (("spot",), fleet.spot.allocation_strategy),
    ]
    if isinstance(fleet, InstanceFleetSpec) and fleet.resize:
        if fleet.resize.on_demand:
            later = fleet.resize.on_demand.allocation_strategy
            strategies.append((("resize", "on_demand"), later))
        if fleet.resize.spot:
            strategies.append((("resize", "spot"), fleet.resize.spot.allocation_strategy))
    for where, strategy in strategies:
        if strategy and strategy.endswith("prioritized"):
            yield (*path, *where, "allocation_strategy"), strategy


def _reservations(
    path: Path, fleet: PrimaryFleetSpec | InstanceFleetSpec
) -> Iterator[tuple[Path, str | None, CapacityReservationsSpec]]:
    """How a fleet uses capacity reservations, with the path and the strategy beside it."""
    start = fleet.on_demand
    if start.capacity_reservations:
        where = (*path, "on_demand", "capacity_reservations")
        yield where, start.allocation_strategy, start.capacity_reservations
    later = (
        fleet.resize.on_demand if isinstance(fleet, InstanceFleetSpec) and fleet.resize else None
    )
    if later and later.capacity_reservations:
        where = (*path, "resize", "on_demand", "capacity_reservations")
        strategy = later.allocation_strategy or start.allocation_strategy
        yield where, strategy, later.capacity_reservations
