"""The time that nodes have to finish their work: "Cluster scale-down" in the Management Guide."""

from __future__ import annotations

from typing import Any

import pytest

from emr_platform.cluster.effective import effective_configurations, written_path
from emr_platform.cluster.spec import ClusterSpec

YARN = "yarn.resourcemanager.nodemanager-graceful-decommission-timeout-secs"
YARN_BEFORE_5_12 = "yarn.resourcemanager.decommissioning.timeout"
SPARK = "spark.blacklist.decommissioning.timeout"


def properties(**values: Any) -> dict[str, dict[str, str]]:
    spec = ClusterSpec.model_validate(
        {"release": "emr-7.12.0", "decommission_timeout_minutes": 90, **values}
    )
    return {each.classification: dict(each.properties) for each in effective_configurations(spec)}


@pytest.mark.parametrize(
    ("release", "yarn"),
    [
        ("emr-7.12.0", YARN),
        ("emr-5.12.0", YARN),
        ("emr-5.11.4", YARN_BEFORE_5_12),
        ("emr-5.9.0", YARN_BEFORE_5_12),
    ],
)
def test_yarn_and_spark_wait(release: str, yarn: str) -> None:
    assert properties(release=release) == {
        "yarn-site": {yarn: "5400"},
        "spark-defaults": {SPARK: "90m"},
    }


@pytest.mark.parametrize(
    "values",
    [
        # Spark knows nothing of it, is not there, or AWS says nothing of it.
        {"release": "emr-5.8.3"},
        {"applications": ["Hive"]},
        {"release": "emr-spark-8.0.0"},
    ],
)
def test_yarn_alone_waits(values: dict[str, Any]) -> None:
    assert set(properties(**values)) == {"yarn-site"}


def test_nothing_is_set_unless_asked_for() -> None:
    assert properties(decommission_timeout_minutes=None) == {}


def test_what_configurations_say_wins() -> None:
    found = properties(configurations={"yarn-site": {YARN: 60, "a": 1}, "hdfs-site": {"b": 2}})

    assert found["yarn-site"] == {YARN: "60", "a": "1"}
    assert found["spark-defaults"] == {SPARK: "90m"}


def test_problems_of_the_properties_are_problems_of_the_key() -> None:
    spec = ClusterSpec(release="emr-7.12.0", decommission_timeout_minutes=90)

    assert written_path(spec, ("configurations", "yarn-site", YARN)) == (
        "decommission_timeout_minutes",
    )
