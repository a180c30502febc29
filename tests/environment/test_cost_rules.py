"""What AWS lets pass and what costs money or data later, on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from emr_platform.environment.cost_rules import COST_RULES
from emr_platform.environment.spec import EnvironmentSpec

Values = Mapping[str, Any]

KEY = "arn:aws:kms:{}:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
STEP = {"name": "a", "command": ["a"]}


def retained(**cluster: Any) -> Values:
    return {"clusters": {"etl": {"release": "emr-7.12.0", "core": {"count": 2}, **cluster}}}


def disposable(**cluster: Any) -> Values:
    return {"protection": "destroy", "clusters": {"etl": {"release": "emr-7.12.0", **cluster}}}


def hbase(*roots: str, **curated: Any) -> Values:
    """Clusters with HBase in S3; what is said of the classification hbase is about the last one."""
    clusters = {}
    for position, root in enumerate(roots):
        more = curated if position == len(roots) - 1 else {}
        clusters[f"c{position}"] = {
            "release": "emr-7.14.0",
            "applications": ["HBase"],
            "configurations": {
                "hbase": {"hbase.emr.storageMode": "s3", **more},
                "hbase-site": {"hbase.rootdir": root},
            },
        }
    return {"clusters": clusters}


SCALING = {"minimum": 2, "maximum": 9}
TWICE = {"hdfs-site": {"dfs.replication": 2}}
ONCE = {"hdfs-site": {"dfs.replication": 1}}
FLEETS = {"core": {"types": {"m6g.xlarge": {}}, "on_demand_capacity": 2}}
AUTOMATIC: Values = {
    "count": 2,
    "automatic_scaling": {"minimum": 2, "maximum": 9, "preset": "yarn-memory"},
}

CASES: list[tuple[str, list[Values], list[Values]]] = [
    (
        "EMR-COST-001",
        [
            retained(),
            retained(termination_protection=True),
            retained(termination_protection=False, core=None),
            retained(termination_protection=False, lifecycle="transient", steps=[STEP]),
            disposable(termination_protection=False, core={"count": 2}),
        ],
        [
            retained(termination_protection=False),
            retained(termination_protection=False, core=None, instance_fleets=FLEETS),
        ],
    ),
    (
        "EMR-COST-002",
        [
            disposable(idle_timeout_minutes=60),
            disposable(lifecycle="transient", steps=[STEP]),
            # What cannot have one, or would be ended while it works.
            disposable(release="emr-5.29.0"),
            disposable(release="emr-6.0.1"),
            disposable(applications=["Spark", "HBase"]),
            disposable(primary={"count": 3}),
            retained(),
        ],
        [
            disposable(),
            disposable(steps=[STEP]),
            disposable(release="emr-5.30.0"),
            disposable(release="emr-6.1.0"),
        ],
    ),
    (
        "EMR-ENVIRONMENT-004",
        [disposable(), retained(primary={"count": 3})],
        [
            disposable(primary={"count": 3}),
            disposable(instance_fleets={**FLEETS, "primary": {"count": 3}}),
        ],
    ),
    (
        "EMR-ENVIRONMENT-005",
        [retained(), retained(log_encryption_key_arn=KEY.format("us-east-1"))],
        [retained(log_encryption_key_arn=KEY.format("eu-west-1"))],
    ),
    (
        "EMR-HDFS-004",
        [
            retained(),
            retained(scaling=SCALING, configurations=TWICE),
            retained(scaling=SCALING, core={"count": 4}),
            # Task nodes are all that scales.
            retained(scaling={**SCALING, "max_core": 2}),
            retained(scaling=SCALING, lifecycle="transient", steps=[STEP]),
            disposable(scaling=SCALING, core={"count": 2}),
        ],
        [
            retained(scaling=SCALING),
            retained(scaling={**SCALING, "max_core": 3}),
            retained(scaling=SCALING, core={"count": 4}, configurations=ONCE),
            retained(core=AUTOMATIC),
        ],
    ),
    (
        "EMR-HBASE-008",
        [
            hbase("s3://bucket/a", "s3://bucket/b"),
            hbase("s3://bucket/a", "s3://bucket/a/", **{"hbase.emr.readreplica.enabled": True}),
            hbase("hdfs:///hbase"),
        ],
        [hbase("s3://bucket/a", "s3://bucket/a"), hbase("s3://bucket/a", "s3://bucket/a/")],
    ),
    (
        "EMR-NETWORK-013",
        [
            {**retained(), "network": {"availability_zones": 2}},
            {**disposable(), "network": {"availability_zones": 1}},
            {"network": {"availability_zones": 1}},
        ],
        [
            {**retained(), "network": {"availability_zones": 1}},
            {**retained(), "network": {"availability_zones": ["us-east-1a"]}},
        ],
    ),
]


def found(rule_id: str, values: Values) -> list[str]:
    spec = EnvironmentSpec.model_validate({"name": "dev", "region": "us-east-1", **values})
    return [p.rule_id for p in COST_RULES.problems(spec) if p.rule_id == rule_id]


def test_every_rule_has_cases() -> None:
    assert {case[0] for case in CASES} == {rule.id for rule in COST_RULES.rules}


@pytest.mark.parametrize(
    ("rule_id", "values"), [(id, values) for id, accepted, _ in CASES for values in accepted]
)
def test_accepted(rule_id: str, values: Values) -> None:
    assert found(rule_id, values) == []


@pytest.mark.parametrize(
    ("rule_id", "values"), [(id, values) for id, _, refused in CASES for values in refused]
)
def test_refused(rule_id: str, values: Values) -> None:
    assert found(rule_id, values) == [rule_id]
