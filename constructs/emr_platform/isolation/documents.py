"""Policy documents in the ways in which templates write them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from emr_platform.problems import Path
from emr_platform.templates.model import normal

Json = Any


def readable(document: Json) -> Json:
    """A policy document as JSON; CloudFormation takes JSON within a text as well.

    Args:
        document: As the template has it.

    Returns:
        The document; None for a text that is none.
    """
    if not isinstance(document, str):
        return document
    try:
        return normal(json.loads(document))
    except (ValueError, RecursionError):
        return None


def items_of(value: Json, path: Path) -> Iterator[tuple[Json, Path]]:
    """The items of a list, and of all lists and items that conditions may choose.

    Args:
        value: The list, as the template has it.
        path: Where it is.
    """
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from items_of(item, (*path, index))
    elif isinstance(value, dict) and len(value) == 1 and "Fn::If" in value:
        chosen = value["Fn::If"]
        for index in (1, 2) if isinstance(chosen, list) and len(chosen) == 3 else ():
            yield from items_of(chosen[index], (*path, "Fn::If", index))
    elif value is not None:
        yield value, path
