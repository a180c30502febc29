"""The instances of a cluster, whether in groups or in fleets, each with its path in the spec."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from emr_platform.cluster.spec import ClusterSpec
from emr_platform.configurations.spec import Configuration
from emr_platform.instances.spec import (
    CoreGroupSpec,
    EbsSpec,
    EbsVolumes,
    FleetInstanceTypeSpec,
    InstanceFleetSpec,
    PrimaryFleetInstanceTypeSpec,
    PrimaryFleetSpec,
    PrimaryGroupSpec,
    TaskGroupSpec,
    volumes,
)
from emr_platform.problems import Path
from emr_platform.remembered import remembered_items

NodeRole = Literal["primary", "core", "task"]
_ROLES: tuple[NodeRole, ...] = ("primary", "core", "task")


@remembered_items
def instance_groups(
    spec: ClusterSpec,
) -> Iterator[tuple[Path, PrimaryGroupSpec | CoreGroupSpec | TaskGroupSpec]]:
    """The primary, core and task groups, in this order; none of a cluster of instance fleets."""
    if spec.instance_fleets:
        return
    yield ("primary",), spec.primary
    if spec.core:
        yield ("core",), spec.core
    for name, group in spec.task.items():
        yield ("task", name), group


@remembered_items
def instance_fleets(
    spec: ClusterSpec,
) -> Iterator[tuple[Path, PrimaryFleetSpec | InstanceFleetSpec]]:
    """The primary, core and task fleets, in this order; none of a cluster of instance groups."""
    fleets = spec.instance_fleets
    if fleets:
        yield ("instance_fleets", "primary"), fleets.primary
        if fleets.core:
            yield ("instance_fleets", "core"), fleets.core
        if fleets.task:
            yield ("instance_fleets", "task"), fleets.task


Instance = (
    PrimaryGroupSpec
    | CoreGroupSpec
    | TaskGroupSpec
    | FleetInstanceTypeSpec
    | PrimaryFleetInstanceTypeSpec
)
"""An instance group, or one type of a fleet."""


@remembered_items
def instances(spec: ClusterSpec) -> Iterator[tuple[Path, Instance]]:
    """Each group, or each type of each fleet: what has EBS volumes, an AMI and configurations."""
    yield from instance_groups(spec)
    for path, fleet in instance_fleets(spec):
        for type_, instance in fleet.types.items():
            yield (*path, "types", type_), instance


@remembered_items
def instance_types(spec: ClusterSpec) -> Iterator[tuple[Path, NodeRole, str]]:
    """Every instance type that nodes may have, with the path of the text that names it."""
    for path, group in instance_groups(spec):
        yield (*path, "type"), role_of(path), group.type
    for path, fleet in instance_fleets(spec):
        for type_ in fleet.types:
            yield (*path, "types", type_), role_of(path), type_


@lru_cache(maxsize=1024)
def role_of(path: Path) -> NodeRole:
    """The role of the group or fleet that a path leads to."""
    return next(role for role in _ROLES if role in path[:2])


@remembered_items
def data_volumes(spec: ClusterSpec) -> Iterator[tuple[Path, EbsSpec]]:
    """Each kind of EBS data volume that groups and fleets declare."""
    for path, instance in instances(spec):
        ebs: EbsVolumes | None = instance.ebs
        for rest, volume in volumes(ebs):
            yield (*path, "ebs", *rest), volume


@remembered_items
def all_configurations(spec: ClusterSpec) -> Iterator[tuple[Path, tuple[Configuration, ...]]]:
    """The cluster's own classifications and those of its groups and fleets, as the file has them."""
    yield ("configurations",), tuple(spec.configurations)
    for path, instance in instances(spec):
        yield (*path, "configurations"), tuple(instance.configurations)


def uses_spot(spec: ClusterSpec) -> bool:
    """Whether the cluster may buy Spot capacity."""
    if any(group.market == "spot" for _, group in instance_groups(spec)):
        return True
    return any(
        fleet.market == "spot" if isinstance(fleet, PrimaryFleetSpec) else fleet.spot_capacity > 0
        for _, fleet in instance_fleets(spec)
    ) or bool(spec.instance_fleets and spec.scaling)


def has_core_nodes(spec: ClusterSpec) -> bool:
    """Whether the cluster has core nodes."""
    return bool(spec.instance_fleets.core if spec.instance_fleets else spec.core)


def has_task_nodes(spec: ClusterSpec) -> bool:
    """Whether the cluster has task nodes."""
    return bool(spec.instance_fleets.task if spec.instance_fleets else spec.task)


def primary_count(spec: ClusterSpec) -> int:
    """How many primary nodes the cluster has: 1, or 3 with high availability."""
    return (spec.instance_fleets.primary if spec.instance_fleets else spec.primary).count


def core_size(spec: ClusterSpec) -> int:
    """How much core capacity the cluster starts with: instances of a group, units of a fleet."""
    if spec.instance_fleets:
        fleet = spec.instance_fleets.core
        return fleet.on_demand_capacity + fleet.spot_capacity if fleet else 0
    return spec.core.count if spec.core else 0


def task_size(spec: ClusterSpec) -> int:
    """How much task capacity the cluster starts with: instances of groups, units of a fleet."""
    if spec.instance_fleets:
        fleet = spec.instance_fleets.task
        return fleet.on_demand_capacity + fleet.spot_capacity if fleet else 0
    return sum(group.count for group in spec.task.values())


def subnet_indexes(spec: ClusterSpec, count: int) -> tuple[int, ...]:
    """Which of a network's cluster subnets EMR may choose from.

    Args:
        spec: The cluster.
        count: How many cluster subnets the network has.

    Returns:
        Positions counted from 0. Of a cluster of instance groups always one.
    """
    fleets = spec.instance_fleets
    if not fleets:
        return (spec.subnet_index,)
    return tuple(range(count) if fleets.subnet_indexes is None else fleets.subnet_indexes)
