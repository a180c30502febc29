"""What a changed property does to its resource: CloudFormation's schemas, and what they leave out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Any

from emr_platform.changes.differences import MISSING
from emr_platform.changes.references import Path

CUSTOM_RESOURCE = "AWS::CloudFormation::CustomResource"


class Effect(IntEnum):
    """What a change does to a resource, in order of severity."""

    NONE = 0
    UPDATE = 1
    MAY_REPLACE = 2
    REPLACE = 3


@dataclass(frozen=True, slots=True)
class UpdateBehaviour:
    """What the schema of a resource type says about updates.

    Attributes:
        create_only: Paths of properties that only creation can set.
        conditional_create_only: Paths of properties for which that depends on the values.
        name: The property that names the resource, or an empty text.
        deleted_first: Whether the old resource is deleted before the new one is made.
    """

    create_only: tuple[Path, ...] = ()
    conditional_create_only: tuple[Path, ...] = ()
    name: str = ""
    deleted_first: bool = False


# Within `Instances` the schema says nothing. Sources: CloudFormation's reference of the property
# types JobFlowInstancesConfig, InstanceGroupConfig and InstanceFleetConfig of AWS::EMR::Cluster,
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-emr-cluster.html
# The first pattern that matches decides. `*` stands for any item of a list.
_CLUSTER_INSTANCES: tuple[tuple[str, Effect], ...] = (
    ("TerminationProtected", Effect.UPDATE),
    ("MasterInstanceGroup/InstanceCount", Effect.UPDATE),
    ("MasterInstanceGroup/AutoScalingPolicy", Effect.UPDATE),
    ("CoreInstanceGroup/InstanceCount", Effect.UPDATE),
    ("CoreInstanceGroup/AutoScalingPolicy", Effect.UPDATE),
    ("TaskInstanceGroups/*/InstanceCount", Effect.UPDATE),
    ("TaskInstanceGroups/*/AutoScalingPolicy", Effect.UPDATE),
    ("MasterInstanceFleet/TargetOnDemandCapacity", Effect.UPDATE),
    ("MasterInstanceFleet/TargetSpotCapacity", Effect.UPDATE),
    ("CoreInstanceFleet/TargetOnDemandCapacity", Effect.UPDATE),
    ("CoreInstanceFleet/TargetSpotCapacity", Effect.UPDATE),
    ("TaskInstanceFleets/*/TargetOnDemandCapacity", Effect.UPDATE),
    ("TaskInstanceFleets/*/TargetSpotCapacity", Effect.UPDATE),
    # Editions of the reference differ: replacement in some, no interruption in others.
    ("MasterInstanceFleet/*", Effect.MAY_REPLACE),
    ("CoreInstanceFleet/*", Effect.MAY_REPLACE),
    ("TaskInstanceFleets/*/*", Effect.MAY_REPLACE),
    # The reference does not say.
    ("UnhealthyNodeReplacement", Effect.MAY_REPLACE),
)
_TASK_LISTS = ("TaskInstanceGroups", "TaskInstanceFleets")
INTERRUPTED = "task nodes are added or removed while the cluster runs"


@cache
def _table() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        (files(__package__) / "update_behaviour.json").read_text(encoding="utf-8")
    )
    return content


def source() -> str:
    """Where the table comes from, and the day of the schemas."""
    table = _table()
    return f"{table['source']}, of {table['schema_date']}"


@cache
def update_behaviour(resource_type: str) -> UpdateBehaviour | None:
    """What the schema of a type says, or None for a type without a published schema."""
    if resource_type.startswith("Custom::"):
        resource_type = CUSTOM_RESOURCE
    row = _table()["types"].get(resource_type)
    if row is None:
        return None
    columns: list[Any] = [*row, *("", "", "", 0)[len(row) :]]
    return UpdateBehaviour(
        create_only=tuple(_split(columns[0])),
        conditional_create_only=tuple(_split(columns[1])),
        name=columns[2],
        deleted_first=bool(columns[3]),
    )


def is_custom(resource_type: str) -> bool:
    """Whether a function of the app itself makes the resource."""
    return resource_type == CUSTOM_RESOURCE or resource_type.startswith("Custom::")


def effect(resource_type: str, path: Path, before: Any, after: Any) -> Effect:
    """What the change of one place in the properties does to the resource.

    Args:
        resource_type: E.g. ``AWS::S3::Bucket``.
        path: The place; the first part is the property.
        before: What is there before, ``MISSING`` if nothing.
        after: What is there afterwards. The same as before if only what it refers to changes.

    Returns:
        The effect; ``MAY_REPLACE`` for a type of which nothing is known.
    """
    behaviour = update_behaviour(resource_type)
    if behaviour is None:
        return Effect.MAY_REPLACE
    if _reached(behaviour.create_only, path, before, after):
        return Effect.REPLACE
    if _reached(behaviour.conditional_create_only, path, before, after):
        return Effect.MAY_REPLACE
    if resource_type == "AWS::EMR::Cluster" and path[0] == "Instances":
        return _of_instances(path[1:], before, after)
    return Effect.UPDATE


def is_task_list(resource_type: str, path: Path) -> bool:
    """Whether a place is the list of a cluster's task groups or fleets, or one of them as a whole."""
    return (
        resource_type == "AWS::EMR::Cluster"
        and path[:1] == ("Instances",)
        and path[1:2] in {(name,) for name in _TASK_LISTS}
        and len(path) <= 3
    )


def _of_instances(path: Path, before: Any, after: Any) -> Effect:
    if path and path[0] in _TASK_LISTS and len(path) <= 2 and MISSING in (before, after):
        # A group or fleet, or all of them, come or go.
        return Effect.UPDATE
    for pattern, result in _CLUSTER_INSTANCES:
        parts = tuple(pattern.split("/"))
        if _followed(parts, path) == len(parts):
            return result
    return Effect.REPLACE


def _reached(patterns: Iterable[Path], path: Path, before: Any, after: Any) -> bool:
    """Whether a change at ``path`` changes a property that one of the patterns names."""
    for pattern in patterns:
        used = _followed(pattern, path)
        if used is None:
            continue
        rest = pattern[used:]
        # The change is of something around the property: has the property itself changed?
        if not rest or before == after or _values(before, rest) != _values(after, rest):
            return True
    return False


def _followed(pattern: Path, path: Path) -> int | None:
    """How many parts of a pattern a path follows; None if it leads elsewhere.

    Schemas leave the ``*`` for a list's items out now and then.
    """
    used = 0
    for key in path:
        if used == len(pattern):
            break
        if pattern[used] in ("*", key):
            used += 1
        elif not key.startswith("["):
            return None
    return used


def _values(value: Any, path: Path) -> list[Any]:
    """The values that a path with ``*`` leads to."""
    if not path:
        return [value]
    first, *others = path
    rest = tuple(others)
    if isinstance(value, list):
        items = rest if first == "*" else path
        return [found for item in value for found in _values(item, items)]
    if not isinstance(value, dict):
        return []
    if first == "*":
        return [found for item in value.values() for found in _values(item, rest)]
    return _values(value[first], rest) if first in value else []


def _split(paths: str) -> Iterator[Path]:
    for path in paths.split():
        yield tuple(path.split("/"))
