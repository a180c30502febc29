"""Reads the catalogue's data file, once, when it is first asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class CatalogData:
    """What the data file holds.

    Attributes:
        source: Where the data comes from, with version and licence.
        as_of: The day on which it was taken, ``YYYY-MM-DD``.
        release_labels: EMR's release labels, oldest first.
        supported: For each support set, the labels of the releases in it.
        instance_types: For each instance type its values, in the order of ``columns``.
        columns: Names of the values.
    """

    source: str
    as_of: str
    release_labels: tuple[str, ...]
    supported: tuple[frozenset[str], ...]
    instance_types: dict[str, list[Any]]
    columns: tuple[str, ...]


@cache
def catalog_data() -> CatalogData:
    """Read the data file."""
    content = json.loads((files(__package__) / "data.json").read_text(encoding="utf-8"))
    labels = tuple(content["release_labels"])
    return CatalogData(
        source=content["source"],
        as_of=content["as_of"],
        release_labels=labels,
        supported=tuple(
            frozenset(labels[index] for index in indexes(ranges))
            for ranges in content["support_sets"]
        ),
        instance_types=content["instance_types"],
        columns=tuple(content["instance_type_columns"]),
    )


def indexes(ranges: str) -> list[int]:
    """Read index ranges as they stand in the file: ``0-2,7`` is 0, 1, 2, 7."""
    found: list[int] = []
    for part in filter(None, ranges.split(",")):
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found
