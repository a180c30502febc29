"""Which targets a statement may be about, found without holding it against all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from emr_platform.isolation.evaluation import may_match
from emr_platform.isolation.facts import matched_actions
from emr_platform.isolation.matching import has_wildcard, is_symbol, symbols_in
from emr_platform.isolation.nearness import Nearness
from emr_platform.isolation.parties import Actor, Target
from emr_platform.isolation.policies import Statement

Kinds = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Group:
    """The targets of one kind.

    Attributes:
        every: All of them.
        named: Those whose names are known.
        by_symbol: The others, by the names that AWS makes up.
    """

    every: Nearness = field(default_factory=Nearness)
    named: Nearness = field(default_factory=Nearness)
    by_symbol: dict[str, list[Target]] = field(default_factory=dict)

    def add(self, target: Target) -> None:
        """Put a target into the index."""
        self.every.add(target.text, target)
        symbols = symbols_in(target.text)
        for symbol in symbols:
            self.by_symbol.setdefault(symbol, []).append(target)
        if not symbols:
            self.named.add(target.text, target)

    def matching(self, pattern: str) -> Iterator[Target]:
        """The targets that a pattern of an ARN may match."""
        if symbols := symbols_in(pattern):
            # A name that AWS makes up is in the ARN itself, or below that of a named resource.
            yield from self.by_symbol.get(symbols[0], ())
            yield from self.named.near(pattern)
        else:
            is_open = has_wildcard(pattern) or "${" in pattern
            yield from (self.every if is_open else self.named).near(pattern)


class Candidates:
    """An index of targets by kind and by the names in their ARNs."""

    def __init__(self, targets: Iterable[Target]) -> None:
        """Build the index.

        Args:
            targets: All targets.
        """
        self._groups: dict[Kinds, _Group] = {}
        self._found: dict[int, list[tuple[Target, frozenset[str]]]] = {}
        for target in targets:
            self._groups.setdefault(target.kinds, _Group()).add(target)

    def of(self, statement: Statement) -> list[tuple[Target, frozenset[str]]]:
        """The targets that a statement may be about, with the actions.

        Args:
            statement: A statement that allows. It must live as long as the index.
        """
        if id(statement) not in self._found:
            self._found[id(statement)] = list(self._find(statement))
        return self._found[id(statement)]

    def _find(self, statement: Statement) -> Iterator[tuple[Target, frozenset[str]]]:
        for kinds, group in self._groups.items():
            actions = matched_actions(statement.actions, statement.negated_actions, kinds)
            if not actions:
                continue
            possible = {
                id(target): target
                for pattern in statement.resources
                for target in group.matching(pattern)
            }
            every = group.every.every if statement.negated_resources else possible.values()
            yield from ((each, actions) for each in every if may_match(statement, each))


class Meant:
    """An index of actors by the names in their ARNs."""

    def __init__(self, actors: Sequence[Actor]) -> None:
        """Build the index.

        Args:
            actors: All actors.
        """
        self._everyone = actors
        self._by_symbol: dict[str, list[Actor]] = {}
        for actor in actors:
            for symbol in symbols_in(actor.arn):
                self._by_symbol.setdefault(symbol, []).append(actor)

    def by(self, target: Target) -> Iterable[Actor]:
        """The actors that a target's own policy may mean by name, or by leaving nobody out."""
        found: dict[int, Actor] = {}
        for statement in target.policy or ():
            principals = statement.principals
            if not statement.allows or principals is None:
                continue
            if principals.negated:
                return self._everyone
            for pattern in principals.aws:
                symbols = [symbol for symbol in pattern if is_symbol(symbol)]
                if not symbols and not pattern.endswith(":root") and not pattern.isdecimal():
                    return self._everyone
                for symbol in symbols:
                    found.update((id(actor), actor) for actor in self._by_symbol.get(symbol, ()))
        return found.values()
