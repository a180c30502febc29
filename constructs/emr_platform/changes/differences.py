"""Where two values of a template differ, down to the innermost place that tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from emr_platform.changes.references import Path, is_function, label


class Missing:
    """Stands for a value that is not there."""

    def __repr__(self) -> str:
        return "nothing"


MISSING = Missing()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place at which values differ."""

    path: Path
    before: Any
    after: Any


def differences(before: Any, after: Any, path: Path = ()) -> Iterator[Difference]:
    """Compare two values.

    Mappings are compared key by key. Lists whose items have names are compared by name, other
    lists of one length by position; a list that differs in length or order is one difference.
    """
    if before == after:
        return
    if _is_plain(before) and _is_plain(after):
        for key in dict.fromkeys((*before, *after)):
            yield from differences(before.get(key, MISSING), after.get(key, MISSING), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    else:
        yield Difference(path, before, after)


def _of_lists(before: list[Any], after: list[Any], path: Path) -> Iterator[Difference]:
    by_label = [
        {label(item, index): item for index, item in enumerate(items)} for items in (before, after)
    ]
    old, new = by_label
    comparable = len(old) == len(before) and len(new) == len(after)
    named = comparable and all(_is_plain(item) for item in (*before, *after))
    if not (named or (comparable and len(before) == len(after))):
        yield Difference(path, before, after)
        return
    found = False
    for key in dict.fromkeys((*old, *new)):
        for difference in differences(old.get(key, MISSING), new.get(key, MISSING), (*path, key)):
            found = True
            yield difference
    if not found:
        yield Difference(path, before, after)


def _is_plain(value: Any) -> bool:
    return isinstance(value, dict) and not is_function(value)
