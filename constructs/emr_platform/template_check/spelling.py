"""Names of properties that are not quite those of CloudFormation, and what they are meant to be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from emr_platform.environment.schema_errors import similar
from emr_platform.template_check.shapes import shapes
from emr_platform.templates.evaluate import Value

# What the EMR API, or CloudFormation elsewhere, has in the place of a property.
_OF_THE_API = {
    "autotermination": ("AutoTerminationPolicy",),
    "bidpriceaspercentageofondemandprice": ("BidPrice",),
    "computelimits": ("ManagedScalingPolicy",),
    "instancecount": ("TargetOnDemandCapacity", "TargetSpotCapacity"),
    "instancefleets": ("MasterInstanceFleet", "CoreInstanceFleet", "TaskInstanceFleets"),
    "instancegroups": ("MasterInstanceGroup", "CoreInstanceGroup", "TaskInstanceGroups"),
    "masterinstancetype": ("MasterInstanceGroup",),
    "path": ("ScriptBootstrapAction",),
    "primaryinstancefleet": ("MasterInstanceFleet",),
    "primaryinstancegroup": ("MasterInstanceGroup",),
    "properties": ("ConfigurationProperties", "StepProperties"),
    "slaveinstancetype": ("CoreInstanceGroup",),
    "volumesize": ("SizeInGB",),
}


def likely_names(name: str, known: Iterable[str]) -> list[str]:
    """The properties that a name is most likely meant to be; empty if it is like none.

    Args:
        name: A name that is not known.
        known: The names that are.
    """
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    by_plain = {other.lower(): other for other in known}
    if plain in by_plain:
        return [by_plain[plain]]
    if others := [other for other in _OF_THE_API.get(plain, ()) if other in by_plain.values()]:
        return others
    nearest = similar(plain, list(by_plain))
    return [by_plain[nearest]] if nearest else []


def intended(resource_type: str, definition: str, value: Value) -> dict[str, str]:
    """Which known property each misspelled one of a mapping stands for, where only one can be meant."""
    known = shapes(resource_type, definition)
    found: dict[str, str] = {}
    for name in value.entries:
        if name not in known:
            likely = likely_names(name, known)
            if len(likely) == 1 and likely[0] not in (*value.entries, *found.values()):
                found[name] = likely[0]
    return found


def corrected(resource_type: str, value: Value, definition: str = "") -> Value:
    """The properties of a resource with the names that they are meant to have.

    So rules find what is wrong with the values of misspelled properties along with their names.
    """
    if not isinstance(value.content, dict):
        return value
    known = shapes(resource_type, definition)
    names = intended(resource_type, definition, value)
    entries = {}
    for written, inner in value.entries.items():
        name = names.get(written, written)
        shape = known.get(name)
        if shape and shape.kind == "object":
            entries[name] = _inner(resource_type, inner, shape.definition)
        else:
            entries[name] = inner
    return replace(value, content=entries)


def _inner(resource_type: str, value: Value, definition: str) -> Value:
    if isinstance(value.content, list):
        items = [corrected(resource_type, item, definition) for item in value.items]
        return replace(value, content=items)
    return corrected(resource_type, value, definition)
