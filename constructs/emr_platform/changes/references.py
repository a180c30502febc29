"""What a value of a template refers to: resources, parameters, imports, mappings, conditions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from emr_platform.templates.model import export_key

Path = tuple[str, ...]
"""Keys, and positions or names in lists (written ``[0]``, ``[Spark]``), that lead to a value."""

_SUBSTITUTED = re.compile(r"\$\{([^!][^}]*)\}")


@dataclass(frozen=True, slots=True)
class Reference:
    """One thing that a value refers to.

    Attributes:
        kind: ``ref`` and ``attribute`` of a resource or parameter, ``import`` of an export,
            ``mapping``, or ``condition``.
        name: Logical id or name.
        attribute: Name of the attribute, for ``attribute`` only.
    """

    kind: Literal["ref", "attribute", "import", "mapping", "condition"]
    name: str
    attribute: str = ""


def references(value: Any, path: Path = ()) -> Iterator[tuple[Path, Reference]]:
    """Find what a value refers to, and at which place: the place of the outermost function."""
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from references(inner, (*path, label(inner, index)))
    elif isinstance(value, dict):
        if is_function(value):
            for reference in _of_function(value):
                yield path, reference
        else:
            for key, inner in value.items():
                yield from references(inner, (*path, key))


def is_function(value: Any) -> bool:
    """Whether a value is a function of CloudFormation, whose result is known to AWS alone."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    [name] = value
    return name in ("Ref", "Condition") or name.startswith("Fn::")


def label(item: Any, index: int) -> str:
    """Name a list's item: by its own name or key if it has one, or by its position."""
    if isinstance(item, dict):
        for key in ("Name", "Key", "Classification"):
            if isinstance(item.get(key), str):
                return f"[{item[key]}]"
    return f"[{index}]"


def _of_function(value: Any) -> Iterator[Reference]:
    """What a function refers to, and the functions within it."""
    if isinstance(value, list):
        for inner in value:
            yield from _of_function(inner)
        return
    if not isinstance(value, dict):
        return
    for name, argument in value.items():
        first = argument[0] if isinstance(argument, list) and argument else argument
        if name == "Ref" and isinstance(argument, str):
            yield Reference("ref", argument)
        elif name == "Condition" and isinstance(argument, str):
            yield Reference("condition", argument)
        elif name == "Fn::GetAtt" and isinstance(argument, list) and isinstance(first, str):
            yield Reference("attribute", first, ".".join(str(part) for part in argument[1:]))
        elif name == "Fn::ImportValue":
            yield Reference("import", export_key(argument))
        elif name == "Fn::FindInMap" and isinstance(first, str):
            yield Reference("mapping", first)
        elif name == "Fn::If" and isinstance(first, str):
            yield Reference("condition", first)
        elif name == "Fn::Sub":
            variables = argument[1] if isinstance(argument, list) and len(argument) > 1 else {}
            if isinstance(first, str):
                yield from _substituted(first, variables if isinstance(variables, dict) else {})
        yield from _of_function(argument)


def _substituted(text: str, variables: dict[str, Any]) -> Iterator[Reference]:
    for name in _SUBSTITUTED.findall(text):
        resource, dot, attribute = name.strip().partition(".")
        if name in variables:
            continue
        yield Reference("attribute", resource, attribute) if dot else Reference("ref", resource)
