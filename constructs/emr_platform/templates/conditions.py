"""Where templates name conditions: in the values that depend on them, and in other conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emr_platform.problems import Path

Json = Any


def deciding(value: Json, path: Path = ()) -> Iterator[tuple[str, Path]]:
    """The conditions that decide on parts of a value, by ``Fn::If``.

    Args:
        value: As the template has it.
        path: Where the template has it.

    Returns:
        Each name, with the path at which it stands.
    """
    for inner, place in _mappings(value, path):
        choice = inner.get("Fn::If")
        if isinstance(choice, list) and choice and isinstance(choice[0], str):
            yield choice[0], (*place, "Fn::If", 0)


def made_of(condition: Json, path: Path = ()) -> Iterator[tuple[str, Path]]:
    """The conditions that another one is made of, in the same form as those of :func:`deciding`."""
    for inner, place in _mappings(condition, path):
        if isinstance(name := inner.get("Condition"), str):
            yield name, (*place, "Condition")


def _mappings(value: Json, path: Path) -> Iterator[tuple[dict[str, Json], Path]]:
    """Every mapping in a value, outer ones before those in them."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _mappings(item, (*path, index))
    elif isinstance(value, dict):
        yield value, path
        for key, item in value.items():
            yield from _mappings(item, (*path, key))
