"""Classifications, by the tables of the Amazon EMR Release Guide."""

from __future__ import annotations

import pytest

from emr_platform.catalog.classifications import (
    applications_of,
    classification_data,
    classifications,
    is_in_release,
    nested_in,
    releases_with,
)
from emr_platform.catalog.release import Release


@pytest.mark.parametrize(
    ("name", "release", "known"),
    [
        ("spark-log4j", "emr-6.7.0", True),
        ("spark-log4j", "emr-6.8.0", False),
        ("spark-log4j2", "emr-6.8.0", True),
        ("recordserver-conf", "emr-5.36.2", True),
        ("recordserver-conf", "emr-7.12.0", False),
        ("sqoop-site", "emr-7.1.0", True),
        ("sqoop-site", "emr-7.8.0", False),
        ("cloudwatch-logs", "emr-7.12.0", True),
        ("hdfs-env", "emr-5.36.2", False),
        ("iceberg-defaults", "emr-6.5.0", True),
        ("emrfs-site", "emr-spark-8.1.0", False),
        ("livy-log4j2", "emr-spark-8.0.0", True),
        # Between two tables that agree, and two that do not.
        ("spark-log4j2", "emr-6.8.1", True),
        ("hdfs-env", "emr-5.30.0", False),
        ("sqoop-site", "emr-7.4.0", None),
        # Older and newer than every table.
        ("core-site", "emr-4.9.6", None),
        ("core-site", "emr-7.99.0", True),
        ("sqoop-site", "emr-7.99.0", None),
        ("core-site", "emr-spark-9.0.0", True),
        ("hive-site", "emr-spark-9.0.0", None),
        ("made-up", "emr-7.12.0", None),
    ],
)
def test_what_releases_know(name: str, release: str, known: bool | None) -> None:
    assert is_in_release(name, Release.parse(release)) is known


def test_releases_with_a_classification() -> None:
    assert [str(release) for release in releases_with("flink-log4j-yarn-session")] == ["emr-5.20.0"]
    assert releases_with("made-up") == ()


def test_number_of_classifications() -> None:
    # As many as the guide's tables of these releases have rows.
    counts = {
        str(release): sum(release in known for known in classification_data().known_to.values())
        for release in classification_data().releases
    }

    assert counts["emr-5.0.0"] == 74
    assert counts["emr-7.12.0"] == counts["emr-7.14.0"] == 134
    assert counts["emr-spark-8.1.0"] == 43


def test_what_may_be_nested() -> None:
    assert nested_in("spark-env") == frozenset({"export"})
    assert nested_in("container-executor") == frozenset({"docker"})
    assert "emr-system-metrics" in (nested_in("emr-metrics") or ())
    assert nested_in("spark-defaults") == nested_in("export") == frozenset()
    assert nested_in("hue-ini") is None


def test_whose_classifications_they_are() -> None:
    assert applications_of("hive-site")[0] == applications_of("hiveserver2-site")[0] == "Hive"
    assert applications_of("spark")[0] == "Spark"
    assert applications_of("core-site") == applications_of("sparkling") == ()
    assert [
        name
        for name in classifications()
        if name.split("-")[0] in ("trino", "presto", "flink", "pig") and not applications_of(name)
    ] == []
