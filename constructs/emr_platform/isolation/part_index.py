"""Which parts of shared things a statement may be about, found without holding it against all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from emr_platform.isolation.conditions import ABSENT, OneOf
from emr_platform.isolation.evaluation import may_match
from emr_platform.isolation.facts import Access, access, matched_actions
from emr_platform.isolation.nearness import Nearness
from emr_platform.isolation.parties import Target
from emr_platform.isolation.policies import POSITIVE, Statement

Kinds = tuple[tuple[str, str], ...]


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
        self._groups: dict[_Place, Nearness] = {}
        self._found: dict[int, list[Target]] = {}
        for target in parts:
            if part := target.part:
                key, text = _told_apart_by(target)
                arn = target.text if key else ""
                place = _Place(target.kinds, key, arn, part.only, part.holds)
                self._groups.setdefault(place, Nearness()).add(text, target)

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
        if condition.operator not in POSITIVE:
            continue
        if condition.key == key:
            return condition.values
        has_to_be_there = not condition.if_exists and condition.quantifier != "forallvalues"
        if f"no {condition.key}" == key and has_to_be_there:
            return ()
    return None
