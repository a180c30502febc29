"""Expectations from the application pages of the Amazon EMR Release Guide."""

import pytest

from emr_platform.catalog.applications import (
    APPLICATIONS,
    DOCUMENTED,
    availability,
    canonical_name,
)
from emr_platform.catalog.release import Release


@pytest.mark.parametrize(
    ("name", "label", "expected"),
    [
        ("Spark", "emr-7.12.0", True),
        ("Spark", "emr-spark-8.0.0", True),
        # "The last release of Amazon EMR to include Ganglia was Amazon EMR 6.15.0."
        ("Ganglia", "emr-6.15.0", True),
        ("Ganglia", "emr-7.0.0", False),
        ("AmazonCloudWatchAgent", "emr-6.15.0", False),
        ("AmazonCloudWatchAgent", "emr-7.0.0", True),
        # "The last release to include Apache Sqoop was Amazon EMR Release 7.4."
        ("Sqoop", "emr-7.4.0", True),
        ("Sqoop", "emr-7.5.0", False),
        ("Sqoop", "emr-6.0.1", False),
        ("Sqoop", "emr-4.7.2", False),
        ("Sqoop-Sandbox", "emr-4.7.2", True),
        ("Sqoop-Sandbox", "emr-4.3.0", False),
        ("Sqoop-Sandbox", "emr-5.0.0", False),
        # "Amazon EMR 7.2.0 is the last release that includes MXNet."
        ("MXNet", "emr-7.2.0", True),
        ("MXNet", "emr-7.3.0", False),
        ("Mahout", "emr-5.36.2", True),
        ("Mahout", "emr-6.0.0", False),
        ("Pig", "emr-6.0.0", False),
        ("Pig", "emr-6.1.0", True),
        # PrestoSQL was renamed Trino in 6.4.0.
        ("PrestoSQL", "emr-6.3.1", True),
        ("PrestoSQL", "emr-6.4.0", False),
        ("Trino", "emr-6.3.1", False),
        ("Trino", "emr-6.4.0", True),
        # emr-spark-8.0.0: "JupyterHub, Zeppelin, and Hue are no longer included."
        ("JupyterHub", "emr-spark-8.0.0", False),
        ("Hadoop", "emr-spark-8.0.0", False),
    ],
)
def test_documented_availability(name: str, label: str, expected: bool) -> None:
    assert availability(name, Release.parse(label)) is expected


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("NoSuchApp", "emr-7.12.0"),
        ("Spark", "emr-7.99.0"),
        ("Ganglia", "emr-8.0.0"),
        ("Sqoop", "emr-5.37.0"),
        ("Spark", "emr-spark-9.0.0"),
        ("Spark", "emr-3.9.0"),
    ],
)
def test_what_is_not_documented_is_unknown(name: str, label: str) -> None:
    assert availability(name, Release.parse(label)) is None


def test_names_are_taken_in_any_case() -> None:
    assert canonical_name("sqoop-sandbox") == "Sqoop-Sandbox"
    assert canonical_name("HBASE") == "HBase"
    assert canonical_name("NoSuchApp") is None
    assert availability("amazoncloudwatchagent", Release.parse("emr-7.0.0")) is True


def test_spans_lie_within_one_documented_major_version_each() -> None:
    for name, found in APPLICATIONS.items():
        for span in found.spans:
            assert span.first <= span.last, name
            assert sum(span.first in known and span.last in known for known in DOCUMENTED) == 1, (
                name
            )


def test_last_release() -> None:
    assert APPLICATIONS["Sqoop"].last.label == "emr-7.4.0"
    assert APPLICATIONS["Ganglia"].last.label == "emr-6.15.0"


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        APPLICATIONS["Spark"] = APPLICATIONS["Hive"]  # type: ignore[index]
