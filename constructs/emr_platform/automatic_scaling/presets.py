"""Ready-made rules of automatic scaling, as plain data.

What to watch, and why. The memory that YARN has free (``YARNMemoryAvailablePercentage``) is a sum over all nodes.
It tells what could be given back. It does not tell whether more is needed: with 2 GB free on each of four nodes,
8 GB are free, and yet no container of 8 GB can start. Containers that wait (``ContainerPendingRatio``, waiting ones
for each running one) do tell. So presets grow on containers that wait and shrink on free memory; growing faster than
they shrink, since a job that waits costs more than a node that idles for some minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from emr_platform.automatic_scaling.spec import AutomaticScalingRuleSpec, AutomaticScalingSpec

_Rule = Mapping[str, Any]


def _out_on_pending(ratio: float, adjustment: Mapping[str, int]) -> _Rule:
    return {
        "description": f"More than {ratio:g} containers wait for each one that runs",
        "metric": "ContainerPendingRatio",
        "comparison": "greater_than",
        "threshold": ratio,
        "unit": "count",
        "adjustment": adjustment,
    }


def _on_memory(
    comparison: str, percent: float, adjustment: Mapping[str, int], *, periods: int = 1
) -> _Rule:
    side = "More" if comparison == "greater_than" else "Less"
    return {
        "description": f"{side} than {percent:g} % of YARN's memory is free",
        "metric": "YARNMemoryAvailablePercentage",
        "comparison": comparison,
        "threshold": percent,
        "unit": "percent",
        "evaluation_periods": periods,
        "adjustment": adjustment,
    }


PRESETS: Mapping[str, Mapping[str, _Rule]] = MappingProxyType(
    {
        # For most clusters.
        "yarn-balanced": {
            "scale-out": _out_on_pending(0.75, {"change_in_capacity": 2}),
            "scale-in": _on_memory("greater_than", 75, {"change_in_capacity": -1}, periods=2),
        },
        # For jobs that must not wait: grows by half at the first sign, and lets go slowly.
        "yarn-eager": {
            "scale-out": _out_on_pending(0.25, {"percent_change_in_capacity": 50}),
            "scale-in": _on_memory("greater_than", 85, {"change_in_capacity": -1}, periods=3),
        },
        # The rules that EMR's console begins with, as its documents show them.
        "yarn-memory": {
            "scale-out": _on_memory("less_than", 15, {"change_in_capacity": 1}),
            "scale-in": _on_memory("greater_than", 75, {"change_in_capacity": -1}),
        },
    }
)
"""The rules of each preset, by their names."""


@cache
def preset_rules(preset: str) -> Mapping[str, AutomaticScalingRuleSpec]:
    """The rules of a preset, by their names."""
    return {
        name: AutomaticScalingRuleSpec.model_validate(rule)
        for name, rule in PRESETS[preset].items()
    }


def effective_rules(policy: AutomaticScalingSpec) -> dict[str, AutomaticScalingRuleSpec]:
    """The rules that EMR gets: those of the preset, completed and replaced by the policy's own.

    Args:
        policy: The policy.

    Returns:
        Rules by name, those of the preset first.
    """
    return {**(preset_rules(policy.preset) if policy.preset else {}), **policy.rules}
