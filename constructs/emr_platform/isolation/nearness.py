"""Which texts a pattern may match, found by how they begin."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from emr_platform.isolation.matching import FIRST_SYMBOL
from emr_platform.isolation.parties import Target

_PRIVATE: Final = "\ue000-\uf8ff"
_LOOSE: Final = re.compile(rf"[*?{_PRIVATE}]|\$\{{")
_LOOSE_OR_SYMBOL: Final = re.compile(rf"[*?{_PRIVATE}{chr(FIRST_SYMBOL)}-\U0010ffff]|\$\{{")
_ARN_PARTS: Final = 6


@dataclass(slots=True)
class _Heads:
    """Targets by what their texts begin with."""

    by_head: dict[str, list[Target]] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)

    def add(self, head: str, target: Target) -> None:
        if head not in self.by_head:
            self.by_head[head] = []
            insort(self.heads, head)
        self.by_head[head].append(target)

    def near(self, head: str) -> Iterator[Target]:
        """Those whose beginning begins with another one, or the other way round."""
        for length in range(len(head)):
            yield from self.by_head.get(head[:length], ())
        for index in range(bisect_left(self.heads, head), len(self.heads)):
            if not self.heads[index].startswith(head):
                return
            yield from self.by_head[self.heads[index]]


@dataclass(slots=True)
class Nearness:
    """An index of targets by what texts that tell them apart begin with.

    Attributes:
        every: All of them.
        exact: By their beginnings, names that AWS makes up included.
        cut: By their beginnings up to the first such name.
    """

    every: list[Target] = field(default_factory=list)
    exact: _Heads = field(default_factory=_Heads)
    cut: _Heads = field(default_factory=_Heads)

    def add(self, text: str, target: Target) -> None:
        """Put a target into the index.

        Args:
            text: What tells it apart: its ARN, or the value of some condition key.
            target: The target.
        """
        self.every.append(target)
        self.exact.add(_head(text, _LOOSE), target)
        self.cut.add(_head(text, _LOOSE_OR_SYMBOL), target)

    def near(self, pattern: str) -> Iterator[Target]:
        """The targets whose texts a pattern may match."""
        rest = _rest(pattern)
        if rest is None:
            yield from self.every
            return
        first = _LOOSE_OR_SYMBOL.search(rest)
        if first and ord(first[0][0]) >= FIRST_SYMBOL:
            yield from self.exact.near(_head(pattern, _LOOSE))
        else:
            yield from self.cut.near(_head(pattern, _LOOSE))


def _rest(text: str) -> str | None:
    """What an ARN has behind the account, or another text; None if wildcards may reach over the colons before it."""
    if not text.startswith("arn:"):
        return None if text.startswith(("*", "?")) else text
    *start, rest = text.split(":", _ARN_PARTS - 1)
    if len(start) < _ARN_PARTS - 1 or any("*" in part or "?" in part for part in start):
        return None
    return rest


def _head(text: str, loose: re.Pattern[str]) -> str:
    rest = _rest(text)
    if rest is None:
        return ""
    found = loose.search(rest)
    return rest[: found.start()] if found else rest
