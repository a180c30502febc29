"""The parts of a declaration that is made of a template, each with its path in the template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from emr_platform.problems import Path
from emr_platform.templates.evaluate import UNKNOWN, Unknown, Value

Json = Any

WHOLE_NUMBERS: tuple[int, ...] = (1, 3, 2, 5, 12, 40, 100, 500, 3000, 16000, 0, 250, 7)
"""What is tried for a whole number that is not known: of every size that rules tell apart."""

NUMBERS: tuple[float, ...] = (1.0, 0.0, 50.0, 100.0, 250.0)


@dataclass(frozen=True, slots=True)
class Part:
    """A value of a declaration.

    Attributes:
        path: Where the template says it.
        content: A scalar, parts by key, a list of parts, or :data:`UNKNOWN`. A key that is unknown
            is a :class:`Hole`.
        samples: Values that it might have, for a value that is not known, or that the declaration
            has no words for. None stands for no value at all.
    """

    path: Path
    content: Json
    samples: tuple[Json, ...] = ()

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is known of the value."""
        return isinstance(self.content, Unknown)


@dataclass(frozen=True, slots=True)
class Hole:
    """A key that is not known.

    Attributes:
        position: Tells it from others in the same mapping.
        samples: Keys that it might be.
    """

    position: int
    samples: tuple[str, ...]


def unknown(value: Value, *samples: Json) -> Part:
    """A value that the template leaves to AWS or to who deploys it, or that no declaration can say."""
    return Part(value.path, UNKNOWN, samples)


def text(value: Value | None, *samples: str) -> Part | None:
    """A text; None where there is none.

    Args:
        value: The value in the template.
        samples: Texts that it might be, if it is not known.
    """
    if value is None:
        return None
    content = value.text if value.text is not None else UNKNOWN
    return Part(value.path, content, samples)


def integer(value: Value | None, *samples: int) -> Part | None:
    """A whole number; unknown if the text in its place is none."""
    number = _number(value)
    samples = samples or WHOLE_NUMBERS
    if value is None:
        return None
    if number is None or not number.is_integer():
        return Part(value.path, UNKNOWN, samples)
    return Part(value.path, int(number), samples)


def number(value: Value | None) -> Part | None:
    """A number; unknown if the text in its place is none."""
    if value is None:
        return None
    found = _number(value)
    return Part(value.path, UNKNOWN if found is None else found, NUMBERS)


def _number(value: Value | None) -> float | None:
    if value is None or value.text is None or len(value.text) > 30:
        return None
    try:
        found = float(value.text)
    except ValueError:
        return None
    return found if abs(found) < 1e15 else None


def boolean(value: Value | None) -> Part | None:
    """A truth value; unknown if the text in its place is none."""
    if value is None:
        return None
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    return Part(value.path, words.get((value.text or "").lower(), UNKNOWN), (True, False))


def choice(value: Value | None, words: Mapping[str, str]) -> Part | None:
    """One of some values, in the words of declarations; unknown if it is none of them.

    Args:
        value: The value in the template.
        words: Those of declarations by those of AWS.
    """
    if value is None:
        return None
    known = words.get(value.text or "", UNKNOWN)
    return Part(value.path, known, tuple(dict.fromkeys(words.values())))


def upper_case(*words: str) -> dict[str, str]:
    """Values that AWS writes in upper case: ``on_demand`` is ``ON_DEMAND``."""
    return {word.upper(): word for word in words}


def hyphenated(*words: str) -> dict[str, str]:
    """Values that AWS writes with hyphens: ``lowest_price`` is ``lowest-price``."""
    return {word.replace("_", "-"): word for word in words}


def items(value: Value | None, of: Callable[[Value], Part | None], *samples: Json) -> Part | None:
    """A list.

    Args:
        value: The list in the template; None where there is none.
        of: Turns an item into one of the declaration; None for one that has no counterpart.
        samples: Lists that it might be, if it is not known.
    """
    if value is None:
        return None
    if not isinstance(value.content, list):
        return unknown(value, (), *samples)
    return Part(value.path, [part for item in value.items if (part := of(item))], ((), *samples))


def mapping(path: Path, members: Mapping[str, Part | None], *samples: Json) -> Part:
    """A mapping of what is there of some members."""
    return Part(path, {name: part for name, part in members.items() if part}, samples)


def named(
    path: Path,
    entries: Iterable[tuple[str | Hole, Part]],
    *samples: Json,
) -> Part:
    """A mapping by names that were found in a list."""
    return Part(path, dict(entries), samples)


def with_samples(part: Part | None, *samples: Json) -> Part | None:
    """The same part, with other values to try if it is unknown."""
    return part and replace(part, samples=samples)


def unique_name(wanted: str | None, fallback: str, taken: Sequence[str]) -> str:
    """A name for the entry of a mapping: the wanted one, or the fallback where that is taken.

    Args:
        wanted: The name in the template; None if it is not known or no name for a declaration.
        fallback: The beginning of a name that is made up.
        taken: Names that are there already.
    """
    if wanted and wanted not in taken:
        return wanted
    number = 1
    while f"{fallback}-{number}" in taken:
        number += 1
    return f"{fallback}-{number}"
