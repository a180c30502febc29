"""Answers about a cluster that many rules ask for, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from emr_platform.cluster.spec import ClusterSpec

T = TypeVar("T")


def once_per_cluster(question: Callable[[ClusterSpec], T]) -> Callable[[ClusterSpec], T]:
    """Keep the answer for the cluster that was asked about last.

    Specs cannot change, and rules are all asked about one cluster before the next: one answer is
    enough, and keeps no other cluster in memory.

    Args:
        question: A function whose answer depends on nothing else, and that nobody changes.

    Returns:
        The same function, which asks only when the cluster is another object than the last time.
    """
    last: tuple[ClusterSpec, T] | None = None

    @wraps(question)
    def answer(spec: ClusterSpec) -> T:
        nonlocal last
        if last is None or last[0] is not spec:
            last = (spec, question(spec))
        return last[1]

    return answer
