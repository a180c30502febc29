"""Instance groups and fleets rendered as EMR's API takes them, as plain data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from emr_platform.automatic_scaling.request import auto_scaling_policy_request
from emr_platform.catalog.release import Release
from emr_platform.configurations.request import configurations_request
from emr_platform.configurations.spec import Configurations
from emr_platform.instances.spec import (
    CapacityReservationsSpec,
    CoreGroupSpec,
    EbsSpec,
    EbsVolumes,
    FleetInstanceTypeSpec,
    FleetResizingSpec,
    InstanceFleetSpec,
    OnDemandProvisioningSpec,
    PrimaryFleetInstanceTypeSpec,
    PrimaryFleetSpec,
    PrimaryGroupSpec,
    SpotProvisioningSpec,
    TaskGroupSpec,
    volumes,
)

Json = dict[str, Any]
InstanceRole = Literal["MASTER", "CORE", "TASK"]

_ALLOCATION_STRATEGIES = Release.parse("emr-5.12.1")


def instance_group_request(
    name: str,
    role: InstanceRole,
    group: PrimaryGroupSpec | CoreGroupSpec | TaskGroupSpec,
    *,
    resolve: Callable[[str], str],
) -> Json:
    """Render an instance group.

    Args:
        name: Name of the group.
        role: Its role.
        group: The group.
        resolve: Replaces references such as ``bucket://NAME`` in a property's value.

    Returns:
        The group; see https://docs.aws.amazon.com/emr/latest/APIReference/API_InstanceGroupConfig.html.
    """
    rendered: Json = {
        "Name": name,
        "InstanceRole": role,
        "InstanceType": group.type,
        "InstanceCount": group.count,
        "Market": group.market.upper(),
    }
    if group.bid_price_usd is not None:
        rendered["BidPrice"] = group.bid_price_usd
    if not isinstance(group, PrimaryGroupSpec) and group.automatic_scaling:
        rendered["AutoScalingPolicy"] = auto_scaling_policy_request(group.automatic_scaling)
    return {**rendered, **_instance(group.ebs, group.ami_id, group.configurations, resolve)}


def instance_fleet_request(
    name: str,
    role: InstanceRole,
    fleet: PrimaryFleetSpec | InstanceFleetSpec,
    *,
    release: Release,
    resolve: Callable[[str], str],
) -> Json:
    """Render an instance fleet.

    Both target capacities are always said: EMR's managed scaling and CloudFormation take a missing one for
    unknown. So are allocation strategies where the release has them: EMR takes more than five types of a
    fleet only if all fleets have one.

    Args:
        name: Name of the fleet.
        role: Its role.
        fleet: The fleet.
        release: Release of the cluster. Allocation strategies are there from emr-5.12.1.
        resolve: Replaces references such as ``bucket://NAME`` in a property's value.

    Returns:
        The fleet; see https://docs.aws.amazon.com/emr/latest/APIReference/API_InstanceFleetConfig.html.
    """
    on_demand: int
    if isinstance(fleet, PrimaryFleetSpec):
        on_demand = fleet.count if fleet.market == "on_demand" else 0
        spot = fleet.count - on_demand
    else:
        on_demand, spot = fleet.on_demand_capacity, fleet.spot_capacity
    rendered: Json = {
        "Name": name,
        "InstanceFleetType": role,
        "TargetOnDemandCapacity": on_demand,
        "TargetSpotCapacity": spot,
        "InstanceTypeConfigs": [
            _instance_type(type_, spec, resolve) for type_, spec in fleet.types.items()
        ],
    }
    has_strategies = release >= _ALLOCATION_STRATEGIES
    specifications: Json = {}
    if has_strategies or spot:
        specifications["SpotSpecification"] = _spot(fleet.spot, has_strategies)
    if has_strategies:
        specifications["OnDemandSpecification"] = _on_demand(fleet.on_demand)
    if specifications:
        rendered["LaunchSpecifications"] = specifications
    if isinstance(fleet, InstanceFleetSpec) and fleet.resize:
        rendered["ResizeSpecifications"] = _resize(fleet.resize)
    return rendered


def _instance_type(
    type_: str,
    spec: FleetInstanceTypeSpec | PrimaryFleetInstanceTypeSpec,
    resolve: Callable[[str], str],
) -> Json:
    rendered: Json = {
        "InstanceType": type_,
        "WeightedCapacity": spec.weight if isinstance(spec, FleetInstanceTypeSpec) else 1,
    }
    for member, value in (
        ("Priority", spec.priority),
        ("BidPrice", spec.bid_price_usd),
        ("BidPriceAsPercentageOfOnDemandPrice", spec.bid_price_percent),
    ):
        if value is not None:
            rendered[member] = value
    return {**rendered, **_instance(spec.ebs, spec.ami_id, spec.configurations, resolve)}


def _spot(spot: SpotProvisioningSpec, has_strategies: bool) -> Json:
    rendered: Json = {
        "TimeoutDurationMinutes": spot.timeout_minutes,
        "TimeoutAction": spot.timeout_action.upper(),
    }
    if has_strategies:
        rendered["AllocationStrategy"] = _hyphens(spot.allocation_strategy)
    return rendered


def _on_demand(on_demand: OnDemandProvisioningSpec) -> Json:
    rendered: Json = {"AllocationStrategy": _hyphens(on_demand.allocation_strategy)}
    if on_demand.capacity_reservations:
        rendered["CapacityReservationOptions"] = _reservations(on_demand.capacity_reservations)
    return rendered


def _reservations(reservations: CapacityReservationsSpec) -> Json:
    rendered: Json = {"CapacityReservationPreference": reservations.preference}
    if reservations.usage_strategy:
        rendered["UsageStrategy"] = _hyphens(reservations.usage_strategy)
    if reservations.resource_group_arn:
        rendered["CapacityReservationResourceGroupArn"] = reservations.resource_group_arn
    return rendered


def _resize(resize: FleetResizingSpec) -> Json:
    rendered: Json = {}
    if resize.spot:
        rendered["SpotResizeSpecification"] = _resize_market(
            resize.spot.timeout_minutes, resize.spot.allocation_strategy
        )
    if resize.on_demand:
        on_demand = _resize_market(
            resize.on_demand.timeout_minutes, resize.on_demand.allocation_strategy
        )
        if resize.on_demand.capacity_reservations:
            on_demand["CapacityReservationOptions"] = _reservations(
                resize.on_demand.capacity_reservations
            )
        rendered["OnDemandResizeSpecification"] = on_demand
    return rendered


def _resize_market(timeout_minutes: int | None, strategy: str | None) -> Json:
    rendered: Json = {}
    if timeout_minutes is not None:
        rendered["TimeoutDurationMinutes"] = timeout_minutes
    if strategy is not None:
        rendered["AllocationStrategy"] = _hyphens(strategy)
    return rendered


def _instance(
    ebs: EbsVolumes | None,
    ami_id: str | None,
    configurations: Configurations,
    resolve: Callable[[str], str],
) -> Json:
    """What a group and a type of a fleet have in common."""
    rendered: Json = {}
    if ebs:
        rendered["EbsConfiguration"] = {
            "EbsBlockDeviceConfigs": [_block_device(kind) for _, kind in volumes(ebs)],
            "EbsOptimized": True,
        }
    if ami_id:
        rendered["CustomAmiId"] = ami_id
    if configurations:
        rendered["Configurations"] = configurations_request(configurations, resolve=resolve)
    return rendered


def _block_device(ebs: EbsSpec) -> Json:
    volume: Json = {"VolumeType": ebs.type, "SizeInGB": ebs.size_gib}
    if ebs.iops is not None:
        volume["Iops"] = ebs.iops
    if ebs.throughput_mib_per_second is not None:
        volume["Throughput"] = ebs.throughput_mib_per_second
    return {"VolumeSpecification": volume, "VolumesPerInstance": ebs.volumes_per_instance}


def _hyphens(word: str) -> str:
    """Spell a value as EMR does, which has hyphens in these values and underscores in others."""
    return word.replace("_", "-")
