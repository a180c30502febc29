"""Expectations from the application pages of the Amazon EMR Release Guide."""

import pytest

from emr_platform.catalog.applications import (
    application_names,
    application_version,
    applications_in,
    availability,
    canonical_name,
    last_release_with,
    releases_with,
)
from emr_platform.catalog.instance_types import releases
from emr_platform.catalog.release import Release

ALL = releases()


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
        ("Spark", "emr-7.3.1"),
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


@pytest.mark.parametrize(
    ("name", "label", "expected"),
    [
        # From the tables of the guide: the ends of runs, and what is in between.
        ("Spark", "emr-4.0.0", "1.4.1"),
        ("Spark", "emr-4.7.2", "1.6.2"),
        ("Spark", "emr-5.0.3", "2.0.1"),
        ("Spark", "emr-5.19.1", "2.3.2"),
        ("Spark", "emr-5.20.0", "2.4.0"),
        ("Spark", "emr-5.33.1", "2.4.7"),
        ("Spark", "emr-6.0.1", "2.4.4"),
        ("Spark", "emr-6.11.1", "3.3.2-amzn-0.1"),
        ("Spark", "emr-7.10.0", "3.5.5-amzn-1"),
        ("Spark", "emr-7.12.0", "3.5.6-amzn-1"),
        ("Spark", "emr-spark-8.0.0", "4.0.2-amzn-0"),
        ("Spark", "emr-spark-8.1.0", "4.1.1-amzn-0"),
        ("Hive", "emr-4.9.6", "1.0.0"),
        ("Hive", "emr-5.3.2", "2.1.1"),
        ("Hive", "emr-5.36.0", "2.3.9-amzn-2"),
        ("Hive", "emr-6.15.0", "3.1.3-amzn-8"),
        ("HCatalog", "emr-7.14.0", "3.1.3-amzn-24"),
        ("Hadoop", "emr-5.12.3", "2.8.3"),
        ("Hadoop", "emr-7.0.0", "3.3.6-amzn-2"),
        ("Flink", "emr-5.17.2", "1.5.2"),
        ("Flink", "emr-7.6.0", "1.20.0-amzn-0"),
        ("HBase", "emr-6.9.1", "2.4.13-amzn-0.1"),
        ("Presto", "emr-5.2.0", "0.152.3"),
        ("Presto", "emr-5.8.3", "0.170"),
        ("PrestoSQL", "emr-6.3.1", "350"),
        ("Trino", "emr-6.4.0", "359"),
        ("trino", "emr-7.13.0", "479-amzn-1"),
        ("Zeppelin-Sandbox", "emr-4.1.0", "0.6.0-SNAPSHOT"),
        ("Iceberg", "emr-7.14.0", "1.10.1-amzn-1"),
    ],
)
def test_documented_version(name: str, label: str, expected: str) -> None:
    assert application_version(name, Release.parse(label)) == expected


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Trino", "emr-6.3.1"),
        ("Hive", "emr-spark-8.0.0"),
        ("Spark", "emr-7.99.0"),
        ("NoSuchApp", "emr-7.12.0"),
        # Contained, in a version that is not recorded.
        ("Trino", "emr-7.5.0"),
        ("Spark", "emr-5.0.1"),
    ],
)
def test_no_version(name: str, label: str) -> None:
    assert application_version(name, Release.parse(label)) is None


def test_versions_grow_within_a_major_version_of_emr() -> None:
    def key(version: str) -> list[int]:
        plain = version.partition("-amzn-")[0].removesuffix("-incubating")
        return [int(part) for part in plain.split(".")]

    # 6.12.0 went back from 1.5.0 to 1.4.1, by the pages of both releases.
    exceptions = {("JupyterHub", "emr-6.12.0")}
    for name in application_names():
        if name.endswith("-Sandbox"):
            continue
        for span in releases_with(name):
            newest: list[int] = []
            for release in (label for label in ALL if label in span):
                version = application_version(name, release)
                if version and (name, release.label) not in exceptions:
                    assert key(version) >= newest, (name, release, version)
                    newest = key(version)


def test_applications_of_a_release() -> None:
    assert applications_in(Release.parse("emr-spark-8.0.0")) == {
        "AmazonCloudWatchAgent": "1.300032.2-amzn-0",
        "Delta": "4.0.0-amzn-1-spark",
        "Hudi": "1.1.0-amzn-0",
        "Iceberg": "1.10.1-amzn-0",
        "JupyterEnterpriseGateway": "2.6.0",
        "Livy": "0.8.0-incubating",
        "Spark": "4.0.2-amzn-0",
    }
    assert applications_in(Release.parse("emr-9.0.0")) is None
    old = applications_in(Release.parse("emr-4.0.0"))
    assert old is not None
    assert list(old) == ["Hadoop", "Hive", "Mahout", "Pig", "Spark"]


@pytest.mark.parametrize(
    ("name", "spans"),
    [
        ("Sqoop", ["emr-5.0.0 to emr-5.36.2", "emr-6.1.0 to emr-6.15.0", "emr-7.0.0 to emr-7.4.0"]),
        ("prestosql", ["emr-6.1.0 to emr-6.3.1"]),
        ("Oozie-Sandbox", ["emr-4.1.0 to emr-4.9.6"]),
        (
            "AmazonCloudWatchAgent",
            ["emr-7.0.0 to emr-7.14.0", "emr-spark-8.0.0 to emr-spark-8.1.0"],
        ),
        ("NoSuchApp", []),
    ],
)
def test_releases_with_an_application(name: str, spans: list[str]) -> None:
    assert [str(span) for span in releases_with(name)] == spans


def test_last_release() -> None:
    assert last_release_with("Sqoop") == Release.parse("emr-7.4.0")
    assert last_release_with("Ganglia") == Release.parse("emr-6.15.0")
    assert last_release_with("NoSuchApp") is None


def test_every_listed_release_is_described() -> None:
    assert [release.label for release in releases() if applications_in(release) is None] == []
