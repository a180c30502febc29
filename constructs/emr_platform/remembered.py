"""Remembers what pure functions said of the specs that they were asked about last.

Hundreds of rules ask the same few questions of the same spec, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")

_MOST_SPECS = 32


def remembered(function: Callable[[S], T]) -> Callable[[S], T]:
    """Let a function answer once for each of the specs that it was asked about last.

    Args:
        function: It has no side effects, and nobody changes what it answers.

    Returns:
        The same function; the specs are told apart by identity, as they are not changed either.
    """
    answers: dict[int, tuple[S, T]] = {}

    @wraps(function)
    def ask(spec: S) -> T:
        known = answers.get(id(spec))
        # The spec itself is kept along, so that no other one can get its identity meanwhile.
        if known is not None:
            return known[1]
        answer = function(spec)
        if len(answers) >= _MOST_SPECS:
            answers.clear()
        answers[id(spec)] = (spec, answer)
        return answer

    return ask


def remembered_items(function: Callable[[S], Iterable[T]]) -> Callable[[S], tuple[T, ...]]:
    """The same as :func:`remembered` for what yields its answer item by item."""

    @wraps(function)
    def gather(spec: S) -> tuple[T, ...]:
        return tuple(function(spec))

    return remembered(gather)
