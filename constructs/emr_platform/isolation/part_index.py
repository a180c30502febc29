"""Which parts of shared things a statement may be about, found without holding it against all of them."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from emr_platform.isolation.conditions import ABSENT, OneOf
from emr_platform.isolation.evaluation import may_match
from emr_platform.isolation.facts import Access, access, matched_actions
from emr_platform.isolation.matching import FIRST_SYMBOL
from emr_platform.isolation.parties import Target
from emr_platform.isolation.policies import Statement

Kinds = tuple[tuple[str, str], ...]

_PRIVATE: Final = "\ue000-\uf8ff"
_LOOSE: Final = re.compile(rf"[*?{_PRIVATE}]|\$\{{")
_LOOSE_OR_SYMBOL: Final = re.compile(rf"[*?{_PRIVATE}{chr(FIRST_SYMBOL)}-\U0010ffff]|\$\{{")
_ARN_PARTS: Final = 6
_POSITIVE: Final = ("stringequals", "stringlike", "arnequals", "arnlike")


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
class _Group:
    """Parts of one kind that are told apart by one condition key, or by their ARNs.

    Attributes:
        every: All of them.
        exact: By their beginnings, names that AWS makes up included.
        cut: By their beginnings up to the first such name.
    """

    every: list[Target] = field(default_factory=list)
    exact: _Heads = field(default_factory=_Heads)
    cut: _Heads = field(default_factory=_Heads)

    def add(self, text: str, target: Target) -> None:
        self.every.append(target)
        self.exact.add(_head(text, _LOOSE), target)
        self.cut.add(_head(text, _LOOSE_OR_SYMBOL), target)

    def near(self, pattern: str) -> Iterator[Target]:
        """The parts that a pattern may be about."""
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
    """What an ARN has behind the account, or another text; None if an ARN's service is not spelled out."""
    if not text.startswith("arn:"):
        return None if text.startswith(("*", "?")) else text
    parts = text.split(":", _ARN_PARTS - 1)
    return parts[-1] if len(parts) == _ARN_PARTS else None


def _head(text: str, loose: re.Pattern[str]) -> str:
    rest = _rest(text)
    if rest is None:
        return ""
    found = loose.search(rest)
    return rest[: found.start()] if found else rest


@dataclass(frozen=True, slots=True)
class _Place:
    """What parts of a group have in common.

    Attributes:
        kinds: Services and their types of resources.
        key: The condition key that tells them apart; empty if their ARNs do.
        arn: The ARN of all of them, if it is a condition key that tells them apart.
        only: The actions that they are about; None for all.
        holds: Whether to read them counts.
    """

    kinds: Kinds
    key: str
    arn: str
    only: frozenset[str] | None
    holds: bool


class PartIndex:
    """An index of parts by kind and by what tells them apart."""

    def __init__(self, parts: Iterable[Target]) -> None:
        """Build the index.

        Args:
            parts: All parts.
        """
        self._groups: dict[_Place, _Group] = {}
        self._found: dict[int, list[Target]] = {}
        for target in parts:
            if part := target.part:
                key, text = _told_apart_by(target)
                arn = target.text if key else ""
                place = _Place(target.kinds, key, arn, part.only, part.holds)
                self._groups.setdefault(place, _Group()).add(text, target)

    def of(self, statement: Statement) -> list[Target]:
        """The parts that a statement may be about.

        Args:
            statement: A statement that allows. It must live as long as the index.
        """
        if id(statement) not in self._found:
            self._found[id(statement)] = list(self._find(statement))
        return self._found[id(statement)]

    def _find(self, statement: Statement) -> Iterator[Target]:
        for place, group in self._groups.items():
            if not _counts(statement, place):
                continue
            if place.arn and not may_match(statement, group.every[0]):
                continue
            patterns = _patterns(statement, place.key)
            if patterns is None:
                yield from group.every
                continue
            seen: set[int] = set()
            for pattern in patterns:
                for target in group.near(pattern):
                    if id(target) not in seen:
                        seen.add(id(target))
                        yield target


def _counts(statement: Statement, place: _Place) -> bool:
    """Whether some action of a statement matters to the parts of a group."""
    actions = matched_actions(statement.actions, statement.negated_actions, place.kinds)
    if place.only is not None:
        actions &= place.only
    if place.holds:
        return bool(actions)
    return any(access(each) is not Access.READ for each in actions)


def _told_apart_by(target: Target) -> tuple[str, str]:
    """The condition key that tells a part from others of its kind, and its value; or no key, and the ARN."""
    for key, value in target.part.values.items() if target.part else ():
        if isinstance(value, str):
            return key, value
        if isinstance(value, OneOf):
            # All of them are beginnings of the last one.
            return key, value.texts[-1]
        if value is ABSENT:
            return f"no {key}", target.text
    return "", target.text


def _patterns(statement: Statement, key: str) -> tuple[str, ...] | None:
    """What a statement is about, of what a key tells apart; None if it may be all."""
    if not key:
        return None if statement.negated_resources else statement.resources
    for condition in statement.conditions:
        if condition.operator not in _POSITIVE:
            continue
        if condition.key == key:
            return condition.values
        has_to_be_there = not condition.if_exists and condition.quantifier != "forallvalues"
        if f"no {condition.key}" == key and has_to_be_there:
            return ()
    return None
