"""What properties EMR's resource types have, by CloudFormation's own schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Shape:
    """What a property holds.

    Attributes:
        kind: ``string``, ``integer``, ``number``, ``boolean``, ``map`` (a mapping with keys of the
            user's), ``json`` (the same, or text), ``object`` (a mapping with known keys).
        definition: Of an object, the name of its definition.
        is_list: Whether the property holds a list of such values.
        is_required: Whether it has to be there.
    """

    kind: str
    definition: str = ""
    is_list: bool = False
    is_required: bool = False


Shapes = Mapping[str, Shape]
"""The properties of a mapping, by name."""


@cache
def _table() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        (files(__package__) / "shapes.json").read_text(encoding="utf-8")
    )
    return content


def source() -> str:
    """Where the table comes from, and the day of the schemas."""
    table = _table()
    return f"{table['source']}, of {table['schema_date']}"


def resource_types() -> tuple[str, ...]:
    """The resource types of EMR."""
    return tuple(_table()["types"])


@cache
def shapes(resource_type: str, definition: str = "") -> Shapes:
    """The properties of a resource type, or of a mapping within it.

    Args:
        resource_type: One of :func:`resource_types`.
        definition: Name of the mapping's definition. Default: the resource itself.
    """
    return {
        name: _shape(text) for name, text in _table()["types"][resource_type][definition].items()
    }


_WRITTEN = re.compile(r"(\[?)(#?)([^\]!]+)(\]?)(!?)")


def _shape(text: str) -> Shape:
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(f"no shape: {text}")
    is_list, is_object, name, _, is_required = match.groups()
    return Shape(
        kind="object" if is_object else name,
        definition=name if is_object else "",
        is_list=bool(is_list),
        is_required=bool(is_required),
    )
