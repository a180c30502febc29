"""At which values of a metric a comparison holds."""

from __future__ import annotations

from math import inf
from typing import Literal

from emr_platform.automatic_scaling.values import Comparison

_GREATER: tuple[Comparison, ...] = ("greater_than", "greater_than_or_equal")
_OR_EQUAL: tuple[Comparison, ...] = ("greater_than_or_equal", "less_than_or_equal")


def can_fire(
    comparison: Comparison, threshold: float, highest: float | None
) -> Literal["always", "never"] | None:
    """Whether a comparison says anything about a metric whose values start at 0.

    Args:
        comparison: The comparison.
        threshold: What values are compared to, not negative.
        highest: The highest value that there is; None for no limit.

    Returns:
        ``always`` or ``never`` where it holds for all or for no values; None where it depends.
    """
    top = inf if highest is None else highest
    if comparison == "greater_than":
        return "never" if threshold >= top else None
    if comparison == "less_than_or_equal":
        return "always" if threshold >= top else None
    if comparison == "greater_than_or_equal":
        if threshold <= 0:
            return "always"
        return "never" if threshold > top else None
    if threshold <= 0:
        return "never"
    return "always" if threshold > top else None


def fire_together(one: tuple[Comparison, float], other: tuple[Comparison, float]) -> bool:
    """Whether two comparisons hold at one and the same value.

    Args:
        one: A comparison and its threshold.
        other: Another one.
    """
    if (one[0] in _GREATER) == (other[0] in _GREATER):
        return True
    (above, low), (below, high) = (one, other) if one[0] in _GREATER else (other, one)
    return low < high or (low == high and above in _OR_EQUAL and below in _OR_EQUAL)
