"""Classifications, in EMR's list form with the edX file's lower-case keys."""

from __future__ import annotations

from typing import Any

from emr_platform.importers.edx import problems as kinds
from emr_platform.importers.edx.context import Context
from emr_platform.importers.edx.draft import AnyScalar
from emr_platform.importers.edx.source import Item
from emr_platform.problems import dotted

_MAPREDUCE_1 = (
    "mapreduce.jobtracker.",
    "mapreduce.tasktracker.",
    "mapred.job.tracker",
    "mapred.jobtracker.",
    "mapred.tasktracker.",
)
"""Properties of MapReduce 1. Hadoop 3 dropped them from its defaults (MAPREDUCE-3223); on YARN,
on which EMR runs MapReduce since release 4.0, nothing has ever read them."""

_SIZED = ("memory.mb", "memory-mb", ".java.opts", ".opts", ".memory", "memoryOverhead")
"""How settings end whose value was chosen for a size of instance."""

_Classification = dict[str, Any]


def import_configurations(context: Context, item: Item) -> None:
    """Take over the classifications of a cluster, as a mapping where that can hold them."""
    path = (*context.cluster, "configurations")
    read = [_read(context, child) for child in context.items(item)]
    found = [classification for classification in read if classification is not None]
    names = [classification["classification"] for classification in found]
    fits = len(set(names)) == len(names) and all(_fits_mapping(one) for one in found)
    context.draft.put(
        path,
        {one["classification"]: _content(one) for one in found} if fits else found,
        origin=item.location,
    )
    for position, child in enumerate(context.items(item)):
        name = child.field("classification", "Classification")
        if name is not None:
            context.moved(
                child, f"{dotted(path)}.{name.shown()}" if fits else dotted((*path, position))
            )
            context.draft.origins[(*path, name.shown() if fits else position)] = child.location


def _read(context: Context, item: Item) -> _Classification | None:
    """One classification in EMR's form; None, with a problem, where the item is none."""
    if not context.mapping(item):
        return None
    name = item.field("classification", "Classification")
    if name is None:
        context.refuse(kinds.MISSING, item, "classification is missing", "classification: …")
        return None
    text = context.text(name)
    found: _Classification = {"classification": text or ""}
    properties = item.field("properties", "Properties")
    if properties is not None:
        found["properties"] = {
            key: _property(context, key, value)
            for key, value in context.mapping(properties).items()
        }
        properties.is_taken = True
    nested = item.field("configurations", "Configurations")
    if nested is not None:
        inner = [_read(context, child) for child in context.items(nested)]
        found["configurations"] = [one for one in inner if one is not None]
        nested.is_taken = True
    return found


def _property(context: Context, key: str, item: Item) -> AnyScalar:
    if item.value is None:
        context.changed(item, "''", "An empty property is an empty text.", found="nothing")
        return AnyScalar("")
    text = context.text(item) or ""
    context.use_buckets([text])
    if key.startswith(_MAPREDUCE_1):
        context.check(
            item, "Kept, but without effect: it is of MapReduce 1, and YARN does not read it."
        )
    if context.replaced_types and key.endswith(_SIZED):
        context.check(item, f"It was chosen for {' and '.join(sorted(context.replaced_types))}.")
    return AnyScalar(text)


def _fits_mapping(one: _Classification) -> bool:
    """Whether the mapping form says the same: it nests once, and keeps properties and names apart by kind."""
    nested = one.get("configurations", [])
    names = [inner["classification"] for inner in nested]
    return (
        len(set(names)) == len(names)
        and not set(names) & set(one.get("properties", {}))
        and not any("configurations" in inner for inner in nested)
    )


def _content(one: _Classification) -> dict[str, Any]:
    return {
        **one.get("properties", {}),
        **{
            inner["classification"]: inner.get("properties", {})
            for inner in one.get("configurations", [])
        },
    }
