"""Finds resources that are removed and added again under another logical id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from emr_platform.changes.behaviour import update_behaviour
from emr_platform.changes.model import Kind, ResourceChange
from emr_platform.templates.model import Resource, Stack, canonical


def renamed(changes: list[ResourceChange], before: Stack, after: Stack) -> list[ResourceChange]:
    """Note on removed and added resources of the same type and properties that they are.

    What they refer to counts as the same if it is itself removed and added.
    """
    removed = {change.logical_id for change in changes if change.kind is Kind.REMOVED}
    added = {change.logical_id for change in changes if change.kind is Kind.ADDED}
    old = _by_content(before.resources, removed)
    new = _by_content(after.resources, added)
    # Where several are alike, nobody can tell which has become which.
    pairs = {
        ids[0]: new[content][0]
        for content, ids in old.items()
        if len(ids) == 1 and len(new.get(content, ())) == 1
    }
    return [_noted(change, pairs, after) for change in changes]


def _noted(change: ResourceChange, pairs: Mapping[str, str], after: Stack) -> ResourceChange:
    other = pairs.get(change.logical_id)
    if change.kind is not Kind.REMOVED or other is None:
        return change
    notes = (
        f"{other} is added with the same type and properties: has a construct been renamed? "
        "With its old logical id nothing would be removed",
        *_notes_on_name(after.resources[other]),
    )
    return replace(change, notes=(*notes, *change.notes))


def _by_content(resources: Mapping[str, Resource], ids: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for logical_id in ids:
        resource = resources[logical_id]
        content = canonical([resource.type, _without(dict(resource.properties), ids)])
        found.setdefault(content, []).append(logical_id)
    return found


def _without(value: Any, ids: Iterable[str]) -> Any:
    """A value in which logical ids that are removed or added all look the same."""
    if isinstance(value, dict):
        return {key: _without(inner, ids) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without(inner, ids) for inner in value]
    return "(renamed)" if value in ids else value


def _notes_on_name(resource: Resource) -> list[str]:
    behaviour = update_behaviour(resource.type)
    name = resource.properties.get(behaviour.name) if behaviour and behaviour.name else None
    if not isinstance(name, str):
        return []
    return [f"the new one cannot be made while the old one has the same name, {name}"]
