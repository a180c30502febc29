"""How large a cluster may be at all."""

from __future__ import annotations

from typing import Any

from tests.cluster.cases import Case, Values


def nodes(core: int, *, task: int = 0, **values: Any) -> Values:
    groups = {"task": {"more": {"count": task}}} if task else {}
    return {"core": {"count": core}, **groups, **values}


def grows(maximum: int, **limits: Any) -> Values:
    return nodes(2, scaling={"minimum": 2, "maximum": maximum, **limits})


FLEETS = {
    "core": {"types": {"m6g.xlarge": {}}, "spot_capacity": 70_000},
    "primary": {"types": {"m6g.xlarge": {}}},
}

# A /16 has 65536 addresses; AWS keeps five of each subnet. One node is the primary one.
CASES: list[Case] = [
    (
        "EMR-CAPACITY-004",
        [
            nodes(65_530),
            nodes(65_000, task=530),
            grows(65_530),
            grows(65_531, unit="vcpu"),
            # Units of fleets may be less than an instance.
            {"instance_fleets": FLEETS, "scaling": {"minimum": 1, "maximum": 70_000}},
        ],
        [
            nodes(65_531),
            nodes(65_000, task=531),
            nodes(65_528, primary={"count": 3}, task=1),
            grows(65_531),
        ],
    ),
    (
        "EMR-CAPACITY-005",
        [nodes(2_000), nodes(2_000, task=2_000), {"instance_fleets": FLEETS}],
        [nodes(2_001), nodes(1, task=2_001)],
    ),
]
