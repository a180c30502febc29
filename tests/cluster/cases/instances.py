"""Instance groups and instance fleets."""

from __future__ import annotations

from typing import Any

from tests.cluster.cases import Case

TYPES: dict[str, Any] = {"types": {"m6g.xlarge": {}}}
CORE = {**TYPES, "on_demand_capacity": 2}

CASES: list[Case] = [
    (
        "EMR-CAPACITY-002",
        [{"core": {"count": 2}, "task": {"a": {"count": 1}}}, {"instance_fleets": {"core": CORE}}],
        [
            {"instance_fleets": {"core": CORE}, "core": {"count": 2}},
            {"instance_fleets": {"core": CORE}, "task": {"a": {"count": 1}}},
            {"instance_fleets": {"core": CORE}, "primary": {}},
        ],
    ),
    (
        "EMR-CAPACITY-003",
        [{"subnet_index": 1}, {"instance_fleets": {"subnet_indexes": [1, 2]}}],
        [{"instance_fleets": {}, "subnet_index": 1}],
    ),
]
