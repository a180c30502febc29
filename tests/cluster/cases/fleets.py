"""Instance fleets: their types, their capacity, and how it is bought."""

from __future__ import annotations

from typing import Any

from tests.cluster.cases import Case, Values

NAMES = ("m5.xlarge", "m5.2xlarge", "m5.4xlarge", "r5.xlarge", "r5.2xlarge", "r5.4xlarge")
GROUP = "arn:aws:resource-groups:us-east-1:111122223333:group/reserved"


def core_fleet(types: Values | None = None, *, release: str = "emr-7.12.0", **fleet: Any) -> Values:
    """A cluster with a core fleet, On-Demand unless it says something else."""
    if not {"on_demand_capacity", "spot_capacity"} & fleet.keys():
        fleet["on_demand_capacity"] = 4
    types = {"m5.xlarge": {}, "m5.2xlarge": {}} if types is None else types
    return {"release": release, "instance_fleets": {"core": {"types": types, **fleet}}}


def primary_fleet(release: str = "emr-7.12.0", **fleet: Any) -> Values:
    core = {"types": {"m5.xlarge": {}}, "on_demand_capacity": 4}
    return {"release": release, "instance_fleets": {"primary": fleet, "core": core}}


def scaled(values: Values, **scaling: Any) -> Values:
    return {**values, "scaling": {"minimum": 1, "maximum": 9, **scaling}}


def reserving(**reservations: Any) -> Values:
    return {"capacity_reservations": {"preference": "open", **reservations}}


CASES: list[Case] = [
    (
        "EMR-FLEET-001",
        [
            core_fleet(release="emr-4.8.2"),
            core_fleet(release="emr-5.1.0"),
            {"release": "emr-5.0.0"},
        ],
        [core_fleet(release=release) for release in ("emr-4.7.2", "emr-5.0.0", "emr-5.0.3")],
    ),
    (
        "EMR-FLEET-002",
        [
            core_fleet({name: {} for name in NAMES[:5]}, release="emr-5.12.0"),
            core_fleet({name: {} for name in NAMES}, release="emr-5.12.1"),
        ],
        [
            core_fleet({name: {} for name in NAMES}, release="emr-5.12.0"),
            primary_fleet(types={name: {} for name in NAMES}, release="emr-5.12.0"),
        ],
    ),
    (
        "EMR-FLEET-003",
        [core_fleet(on_demand_capacity=1), core_fleet(spot_capacity=1), primary_fleet()],
        [
            core_fleet(on_demand_capacity=0),
            {
                "instance_fleets": {
                    "core": {"types": {"m5.xlarge": {}}, "on_demand_capacity": 1},
                    "task": {"types": {"m5.xlarge": {}}},
                }
            },
        ],
    ),
    (
        "EMR-FLEET-004",
        [
            core_fleet(
                {"m5.xlarge": {"priority": 0}, "m5.2xlarge": {}},
                on_demand={"allocation_strategy": "prioritized"},
            ),
            core_fleet(spot={"allocation_strategy": "capacity_optimized"}),
        ],
        [
            core_fleet(on_demand={"allocation_strategy": "prioritized"}),
            core_fleet(spot={"allocation_strategy": "capacity_optimized_prioritized"}),
            core_fleet(resize={"on_demand": {"allocation_strategy": "prioritized"}}),
            core_fleet(resize={"spot": {"allocation_strategy": "capacity_optimized_prioritized"}}),
            primary_fleet(on_demand={"allocation_strategy": "prioritized"}),
        ],
    ),
    (
        "EMR-FLEET-005",
        [
            core_fleet(
                {"m5.xlarge": {"priority": 0}}, on_demand={"allocation_strategy": "prioritized"}
            ),
            core_fleet(
                {"m5.xlarge": {"priority": 0}},
                resize={"spot": {"allocation_strategy": "capacity_optimized_prioritized"}},
            ),
            core_fleet(),
        ],
        [
            core_fleet({"m5.xlarge": {"priority": 0}, "m5.2xlarge": {}}),
            primary_fleet(types={"m5.xlarge": {"priority": 1}}),
        ],
    ),
    (
        "EMR-FLEET-006",
        [
            core_fleet(on_demand=reserving()),
            core_fleet(
                {"m5.xlarge": {"priority": 0}}, on_demand={"allocation_strategy": "prioritized"}
            ),
        ],
        [
            core_fleet(on_demand={"allocation_strategy": "prioritized", **reserving()}),
            core_fleet(
                on_demand={"allocation_strategy": "prioritized"}, resize={"on_demand": reserving()}
            ),
            primary_fleet(on_demand={"allocation_strategy": "prioritized", **reserving()}),
        ],
    ),
    (
        "EMR-FLEET-007",
        [
            core_fleet(on_demand=reserving(), on_demand_capacity=1, spot_capacity=9),
            scaled(core_fleet(on_demand=reserving(), spot_capacity=9)),
            primary_fleet(on_demand=reserving()),
        ],
        [
            core_fleet(on_demand=reserving(), spot_capacity=9),
            primary_fleet(on_demand=reserving(), market="spot"),
        ],
    ),
    (
        "EMR-FLEET-008",
        [
            core_fleet(on_demand=reserving()),
            core_fleet(on_demand=reserving(preference="none")),
            core_fleet(
                on_demand=reserving(
                    usage_strategy="use_capacity_reservations_first", resource_group_arn=GROUP
                )
            ),
        ],
        [
            core_fleet(on_demand=reserving(resource_group_arn=GROUP)),
            core_fleet(
                on_demand=reserving(
                    preference="none", usage_strategy="use_capacity_reservations_first"
                )
            ),
        ],
    ),
    (
        "EMR-FLEET-009",
        [
            core_fleet({"m5.xlarge": {"bid_price_usd": 0.1}}, spot_capacity=1),
            core_fleet({"m5.xlarge": {"bid_price_percent": 50}}, spot_capacity=1),
        ],
        [
            core_fleet(
                {"m5.xlarge": {"bid_price_usd": 0.1, "bid_price_percent": 50}}, spot_capacity=1
            )
        ],
    ),
    (
        "EMR-FLEET-010",
        [
            core_fleet({"m5.xlarge": {"bid_price_usd": 0.1}}, spot_capacity=1),
            scaled(core_fleet({"m5.xlarge": {"bid_price_usd": 0.1}})),
            primary_fleet(types={"m5.xlarge": {"bid_price_usd": 0.1}}, market="spot"),
        ],
        [
            core_fleet({"m5.xlarge": {"bid_price_usd": 0.1}}),
            core_fleet({"m5.xlarge": {"bid_price_percent": 90}}),
            scaled(primary_fleet(types={"m5.xlarge": {"bid_price_usd": 0.1}})),
        ],
    ),
    (
        "EMR-FLEET-011",
        [
            core_fleet({"m5.xlarge": {"weight": 4}}, on_demand_capacity=4),
            core_fleet({"m5.xlarge": {"weight": 4}}, on_demand_capacity=4, spot_capacity=8),
            core_fleet({"m5.xlarge": {"weight": 4}}, on_demand_capacity=0),
        ],
        [
            core_fleet({"m5.xlarge": {}, "m5.4xlarge": {"weight": 5}}, on_demand_capacity=4),
            core_fleet({"m5.xlarge": {"weight": 4}}, on_demand_capacity=8, spot_capacity=3),
        ],
    ),
    (
        "EMR-FLEET-012",
        [
            core_fleet({"m5.xlarge": {}, "m5.2xlarge": {}}, spot_capacity=1),
            core_fleet({"m5.xlarge": {}}),
        ],
        [
            core_fleet({"m5.xlarge": {}}, spot_capacity=1),
            primary_fleet(types={"m5.xlarge": {}}, market="spot"),
        ],
    ),
    (
        "EMR-FLEET-013",
        [
            scaled(core_fleet(), unit="instance_fleet_units"),
            scaled(core_fleet()),
            scaled({"core": {"count": 2}}, unit="vcpu"),
        ],
        [
            scaled(core_fleet(), unit="instances"),
            scaled(core_fleet(), unit="vcpu"),
            scaled({"core": {"count": 2}}, unit="instance_fleet_units"),
        ],
    ),
    (
        "EMR-FLEET-014",
        [
            {"instance_fleets": {"subnet_indexes": [1, 0]}},
            {"instance_fleets": {"subnet_indexes": [0]}},
            {"instance_fleets": {}},
        ],
        [
            {"instance_fleets": {"subnet_indexes": [0, 0]}},
            {"instance_fleets": {"subnet_indexes": [0, 1, 0]}},
        ],
    ),
]
