"""Automatic scaling of instance groups, strategies of managed scaling, and taking nodes away."""

from __future__ import annotations

from typing import Any

from tests.cluster.cases import Case, Values

TIMEOUT = "yarn.resourcemanager.nodemanager-graceful-decommission-timeout-secs"
PRESET = {"preset": "yarn-balanced", "minimum": 2, "maximum": 10}


def core(count: int = 2, **policy: Any) -> Values:
    """A cluster whose core group has a policy; by default one that nothing is wrong with."""
    return {"core": {"count": count, "automatic_scaling": {**PRESET, **policy}}}


def task(count: int = 2, **policy: Any) -> Values:
    return {
        "core": {"count": 1},
        "task": {"a": {"count": count, "automatic_scaling": {**PRESET, **policy}}},
    }


def rule(change: int = 1, **values: Any) -> dict[str, Any]:
    return {
        "metric": "AppsPending",
        "comparison": "greater_than",
        "threshold": 5,
        "adjustment": {"change_in_capacity": change},
        **values,
    }


def own(change: int = 1, **values: Any) -> Values:
    """A core group with the preset's rules and one more."""
    return core(rules={"own": rule(change, **values)})


def only(*rules: dict[str, Any]) -> Values:
    """A core group with its own rules only."""
    names = {f"rule-{position}": values for position, values in enumerate(rules)}
    return core(preset=None, rules=names)


def exact(capacity: int) -> Values:
    return own(adjustment={"exact_capacity": capacity})


def custom(**values: Any) -> Values:
    """A rule about a metric that is not EMR's."""
    return own(metric="QueueLength", namespace="Jobs", dimensions={}, **values)


def memory(comparison: str, threshold: float, **values: Any) -> dict[str, Any]:
    return {
        "metric": "YARNMemoryAvailablePercentage",
        "comparison": comparison,
        "threshold": threshold,
        **values,
    }


def emr_json(**alarm: Any) -> Values:
    """A policy in EMR's own form."""
    definition = {
        "ComparisonOperator": "GREATER_THAN",
        "MetricName": "AppsPending",
        "Period": 300,
        "Threshold": 5,
        **alarm,
    }
    rules = [
        {
            "Name": name,
            "Action": {"SimpleScalingPolicyConfiguration": {"ScalingAdjustment": change}},
            "Trigger": {"CloudWatchAlarmDefinition": {**definition, **trigger}},
        }
        for name, change, trigger in (
            ("out", 1, {}),
            ("in", -1, {"MetricName": "IsIdle", "Threshold": 0, "Unit": "NONE"}),
        )
    ]
    policy = {"Constraints": {"MinCapacity": 1, "MaxCapacity": 3}, "Rules": rules}
    return {"core": {"count": 1, "automatic_scaling": policy}}


CASES: list[Case] = [
    (
        "EMR-AUTOSCALING-001",
        [core(), task(), {"core": {"count": 2}, "scaling": {"minimum": 2, "maximum": 3}}],
        [
            {**core(), "scaling": {"minimum": 2, "maximum": 3}},
            {**task(), "scaling": {"minimum": 2, "maximum": 3}},
        ],
    ),
    (
        "EMR-AUTOSCALING-002",
        [core(minimum=2, maximum=2), task(minimum=0, maximum=2)],
        [core(minimum=3, maximum=2), task(minimum=11)],
    ),
    (
        "EMR-AUTOSCALING-003",
        [core(2), core(10), task(0, minimum=0), core(5, minimum=3, maximum=2)],
        [core(1), core(11), task(0), task(11)],
    ),
    (
        "EMR-AUTOSCALING-004",
        [core(minimum=1), task(minimum=0)],
        [core(minimum=0)],
    ),
    ("EMR-AUTOSCALING-005", [exact(1), own(-3)], [exact(0), exact(-1)]),
    (
        "EMR-AUTOSCALING-006",
        [exact(2), exact(10), exact(0), own(50), core(5, minimum=9, maximum=2)],
        [exact(1), exact(11)],
    ),
    (
        "EMR-AUTOSCALING-007",
        [own(1), own(-1), exact(2)],
        [own(0), own(adjustment={"percent_change_in_capacity": 0})],
    ),
    (
        "EMR-AUTOSCALING-008",
        [custom(period_seconds=seconds) for seconds in (10, 20, 30, 60, 120, 3600)],
        [custom(period_seconds=seconds) for seconds in (1, 15, 40, 59, 61)]
        + [own(period_seconds=90)],
    ),
    (
        "EMR-AUTOSCALING-009",
        # One that CloudWatch does not know is the matter of another rule.
        [own(), own(period_seconds=300), own(period_seconds=90), custom(period_seconds=60)],
        [own(period_seconds=60), own(period_seconds=240), own(period_seconds=600)],
    ),
    (
        "EMR-AUTOSCALING-010",
        [
            # A day in five minutes, and seven days in hours.
            own(evaluation_periods=288),
            custom(period_seconds=3600, evaluation_periods=168),
            custom(period_seconds=3540, evaluation_periods=24),
            custom(period_seconds=604_800),
        ],
        [
            own(evaluation_periods=289),
            custom(period_seconds=3600, evaluation_periods=169),
            custom(period_seconds=3540, evaluation_periods=25),
            custom(period_seconds=604_860),
        ],
    ),
    (
        "EMR-AUTOSCALING-011",
        [own(), own(metric="TotalNotebookKernels"), custom(), own(metric="HbaseBackupFailed")],
        [
            own(metric="AppsPendng"),
            own(metric="appspending"),
            own(metric="QueueLength"),
            # Of AMIs with Hadoop 1.
            own(metric="JobsRunning"),
        ],
    ),
    (
        "EMR-AUTOSCALING-012",
        [
            own(unit="count"),
            own(**memory("less_than", 15, unit="percent")),
            own(**memory("less_than", 15)),
            # EMR documents no unit of CloudWatch's for it, and none at all for others.
            own(metric="IsIdle", unit="none", comparison="less_than", threshold=1),
            custom(unit="bytes"),
        ],
        [
            own(unit="percent"),
            own(unit="none"),
            own(**memory("less_than", 15, unit="count")),
            own(metric="MemoryAvailableMB", unit="mega_bytes"),
        ],
    ),
    (
        "EMR-AUTOSCALING-013",
        [own(dimensions={"JobFlowId": "${emr.clusterId}"}), custom(), emr_json()],
        [
            own(dimensions={}),
            own(dimensions={"JobFlowId": "j-1ABC"}),
            own(dimensions={"JobFlowID": "${emr.clusterId}"}),
            own(dimensions={"JobFlowId": "${emr.clusterId}", "JobId": "job_1"}),
        ],
    ),
    (
        "EMR-AUTOSCALING-014",
        [
            own(**memory("greater_than", 99)),
            own(**memory("greater_than_or_equal", 100)),
            own(**memory("less_than", 100)),
            own(**memory("less_than_or_equal", 99)),
            own(**memory("less_than_or_equal", 0)),
            # A sum of percentages, a number of values.
            own(**memory("greater_than", 100, statistic="sum")),
            own(**memory("less_than", 0, statistic="sample_count")),
            own(threshold=0),
            own(threshold=1e9),
            custom(comparison="less_than", threshold=0),
        ],
        [
            own(**memory("greater_than", 100)),
            own(**memory("greater_than_or_equal", 101)),
            own(**memory("greater_than_or_equal", 0)),
            own(**memory("less_than", 101)),
            own(**memory("less_than", 0)),
            own(**memory("less_than_or_equal", 100)),
            own(comparison="less_than", threshold=0),
        ],
    ),
    (
        "EMR-AUTOSCALING-015",
        [
            core(),
            only(rule(1), rule(-1, metric="IsIdle", threshold=0)),
            only(rule(), rule(adjustment={"exact_capacity": 2})),
            only(rule(adjustment={"exact_capacity": 2})),
        ],
        [
            only(rule(1)),
            only(rule(-1)),
            only(rule(adjustment={"percent_change_in_capacity": 10})),
        ],
    ),
    (
        "EMR-AUTOSCALING-016",
        [
            only(rule(1, **memory("less_than", 15)), rule(-1, **memory("greater_than", 75))),
            only(rule(1, **memory("less_than", 50)), rule(-1, **memory("greater_than", 50))),
            only(
                rule(1, **memory("less_than", 50)),
                rule(-1, **memory("greater_than_or_equal", 50)),
            ),
            # The same direction, another metric, another statistic.
            only(rule(1, **memory("less_than", 50)), rule(2, **memory("less_than", 10))),
            only(rule(1), rule(-1, **memory("greater_than", 1))),
            only(rule(1), rule(-1, statistic="minimum")),
            core(),
        ],
        [
            only(rule(1, **memory("less_than", 51)), rule(-1, **memory("greater_than", 50))),
            only(
                rule(-1, **memory("greater_than_or_equal", 50)),
                rule(1, **memory("less_than_or_equal", 50)),
            ),
            only(rule(1, **memory("less_than", 15)), rule(-1, **memory("less_than", 10))),
            # With a rule of the preset, which takes away above 75.
            own(1, **memory("greater_than", 90)),
        ],
    ),
    ("EMR-AUTOSCALING-017", [own(), emr_json()], [own(market="spot"), own(market="on_demand")]),
    (
        "EMR-AUTOSCALING-018",
        [core(), {"core": {"count": 2}, "visible_to_all_users": False}],
        [{**core(), "visible_to_all_users": False}, {**task(), "visible_to_all_users": False}],
    ),
    (
        "EMR-AUTOSCALING-019",
        [
            core(),
            {**core(), "applications": ["Spark", "Hive"]},
            {**own(metric="HDFSUtilization", threshold=80), "applications": ["Trino"]},
            {**custom(), "applications": ["Trino"]},
        ],
        [{**core(), "applications": ["Trino"]}, {**task(), "applications": ["HBase", "Spark"]}],
    ),
    (
        "EMR-DECOMMISSION-001",
        [
            {"decommission_timeout_minutes": 120},
            {"configurations": {"yarn-site": {TIMEOUT: 60}}},
            {
                "decommission_timeout_minutes": 120,
                "configurations": {"yarn-site": {TIMEOUT: 7200, "a": 1}},
            },
        ],
        [
            {
                "decommission_timeout_minutes": 120,
                "configurations": {"yarn-site": {TIMEOUT: 7201}},
            },
            {
                "decommission_timeout_minutes": 120,
                "configurations": {
                    "spark-defaults": {"spark.blacklist.decommissioning.timeout": "1m"}
                },
            },
        ],
    ),
    (
        "EMR-SCALING-009",
        [
            {
                "release": "emr-7.0.0",
                "core": {},
                "scaling": {"minimum": 1, "maximum": 2, "strategy": "advanced"},
            },
            {"release": "emr-7.0.0", "core": {}, "scaling": {"minimum": 1, "maximum": 2}},
            {"release": "emr-6.15.0", "core": {}, "scaling": {"minimum": 1, "maximum": 2}},
        ],
        [
            {
                "release": "emr-6.15.0",
                "core": {},
                "scaling": {"minimum": 1, "maximum": 2, "strategy": "advanced"},
            }
        ],
    ),
    (
        "EMR-SCALING-010",
        [
            {"core": {}, "scaling": {"minimum": 1, "maximum": 2, **more}}
            for more in (
                {},
                {"strategy": "default"},
                {"strategy": "advanced", "utilization_performance_index": 1},
                {"strategy": "advanced", "utilization_performance_index": 100},
            )
        ],
        [
            {"core": {}, "scaling": {"minimum": 1, "maximum": 2, **more}}
            for more in ({"strategy": "advanced"}, {"utilization_performance_index": 50})
        ],
    ),
]
