"""Values and places of templates as people read them, without what must not be shown."""

from __future__ import annotations

import re
from typing import Any

from emr_platform.changes.differences import MISSING
from emr_platform.changes.references import Path, is_function
from emr_platform.templates.model import canonical

MOST_CHARACTERS = 80
CONTEXT = 20
"""Of long values, this many characters are shown before the place at which they differ."""

NOT_SHOWN = "(not shown)"
_SECRET = re.compile(r"password|secret|token|credential|private_?key", re.IGNORECASE)


def dotted(path: Path) -> str:
    """A place: ``Instances.TaskInstanceGroups[spot].InstanceCount``."""
    text = ""
    for part in path:
        text += part if part.startswith("[") or not text else f".{part}"
    return text


def shown(path: Path, before: Any, after: Any) -> tuple[str | None, str | None]:
    """Two values as people read them, shortened to where they differ; None where there is nothing.

    What may be a secret is not shown.
    """
    old, new = _text(path, before), _text(path, after)
    if old is None or new is None or max(len(old), len(new)) <= MOST_CHARACTERS:
        return _shortened(old), _shortened(new)
    pairs = enumerate(zip(old, new, strict=False))
    same = next((index for index, (one, other) in pairs if one != other), min(len(old), len(new)))
    same = max(0, same - CONTEXT)
    start = "…" if same else ""
    return _shortened(start + old[same:]), _shortened(start + new[same:])


def _text(path: Path, value: Any) -> str | None:
    if value is MISSING:
        return None
    if isinstance(value, str) and any(_SECRET.search(part) for part in path):
        return NOT_SHOWN
    text = value if isinstance(value, str) else _function(value) or canonical(value)
    if not isinstance(value, str) and not is_function(value) and _SECRET.search(text):
        return NOT_SHOWN
    return text


def _shortened(text: str | None) -> str | None:
    if text is None or len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[: MOST_CHARACTERS - 1]}…"


def _function(value: Any) -> str | None:
    """The functions that are read most, as YAML has them."""
    if not is_function(value):
        return None
    [(name, argument)] = value.items()
    if name == "Ref" and isinstance(argument, str):
        return f"!Ref {argument}"
    if name == "Fn::GetAtt" and isinstance(argument, list):
        return f"!GetAtt {'.'.join(str(part) for part in argument)}"
    if name == "Fn::ImportValue" and isinstance(argument, str):
        return f"!ImportValue {argument}"
    return None
