"""Which configuration classifications the releases of EMR know, and what they may hold.

From the tables in the Amazon EMR Release Guide. It has one for every release; the data file has
those between which something changes, and what two neighbours agree on holds between them.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from emr_platform.catalog.data import indexes
from emr_platform.catalog.release import Release

EXPORT = "export"
"""The classification in which those that end in ``-env`` hold environment variables."""

_METRICS = frozenset(
    {
        "emr-system-metrics",
        "emr-hadoop-hdfs-datanode-metrics",
        "emr-hadoop-hdfs-namenode-metrics",
        "emr-hadoop-yarn-nodemanager-metrics",
        "emr-hadoop-yarn-resourcemanager-metrics",
        "emr-hbase-master-metrics",
        "emr-hbase-region-server-metrics",
        "emr-hbase-rest-server-metrics",
        "emr-hbase-thrift-server-metrics",
    }
)
_NESTED = {"container-executor": frozenset({"docker"}), "emr-metrics": _METRICS}
# Sections of Hue's file may be nested in each other; of the other two there is no list.
_NESTING_ANYTHING = frozenset({"cloudwatch-logs", "hue-ini", *_METRICS})
_PLAIN_ENDINGS = ("-site", "-defaults", "-log4j", "-log4j2", "-log", "-config", "-conf", "-node")


@dataclass(frozen=True, slots=True)
class ClassificationData:
    """What the data file holds.

    Attributes:
        source: Where the data comes from.
        as_of: The day on which it was taken, ``YYYY-MM-DD``.
        releases: The releases whose tables it has, oldest first, those of the Spark line last.
        known_to: For each classification, the releases that know it.
    """

    source: str
    as_of: str
    releases: tuple[Release, ...]
    known_to: dict[str, frozenset[Release]]


@cache
def classification_data() -> ClassificationData:
    """Read the data file."""
    content = json.loads((files(__package__) / "classifications.json").read_text(encoding="utf-8"))
    releases = tuple(Release.parse(label) for label in content["releases"])
    return ClassificationData(
        source=content["source"],
        as_of=content["as_of"],
        releases=releases,
        known_to={
            name: frozenset(releases[index] for index in indexes(ranges))
            for name, ranges in content["classifications"].items()
        },
    )


def classifications() -> tuple[str, ...]:
    """Every classification that any of the tables has, by name."""
    return tuple(classification_data().known_to)


@lru_cache(maxsize=4096)
def is_in_release(classification: str, release: Release) -> bool | None:
    """Whether a release knows a classification.

    Args:
        classification: Name of a classification that is not nested in another.
        release: The release.

    Returns:
        True or False as AWS documents it. None where it does not: for a classification in none of
        the tables, for one that came or went between two releases whose tables are here, and for
        releases before the first table or, unless it is in the last, after the last.
    """
    data = classification_data()
    known_to = data.known_to.get(classification)
    if known_to is None:
        return None
    line = [
        documented
        for documented in data.releases
        if documented.is_spark_line == release.is_spark_line
    ]
    following = bisect_left(line, release)
    if following < len(line) and line[following] == release:
        return release in known_to
    if following == 0:
        return None
    before = line[following - 1] in known_to
    if following == len(line):
        return True if before else None
    return before if before == (line[following] in known_to) else None


def releases_with(classification: str) -> tuple[Release, ...]:
    """The releases with a table that has a classification, oldest first."""
    data = classification_data()
    known_to = data.known_to.get(classification, frozenset())
    return tuple(release for release in data.releases if release in known_to)


def nested_in(classification: str) -> frozenset[str] | None:
    """The classifications that another one may hold.

    Args:
        classification: The one that holds them.

    Returns:
        Their names; empty if it may hold none, None if that is not documented.
    """
    if classification in _NESTING_ANYTHING:
        return None
    if classification in _NESTED:
        return _NESTED[classification]
    if classification.endswith("-env"):
        return frozenset({EXPORT})
    if classification == EXPORT or classification.endswith(_PLAIN_ENDINGS):
        return frozenset()
    return None


_INSTALLED_WITH: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("flink-",), ("Flink",)),
    (("hbase-", "hbase"), ("HBase", "Phoenix")),
    (("hcatalog-",), ("HCatalog",)),
    (("hive-", "hive", "hiveserver2-"), ("Hive", "HCatalog", "Hue", "Pig")),
    (("hue-",), ("Hue",)),
    (("jupyter-hub-",), ("JupyterHub",)),
    (("livy-",), ("Livy", "JupyterHub")),
    (("oozie-",), ("Oozie", "Hue")),
    (("phoenix-",), ("Phoenix",)),
    (("pig-",), ("Pig", "Hue")),
    (("presto-",), ("Presto",)),
    (("prestosql-",), ("PrestoSQL",)),
    (
        ("spark-", "spark"),
        ("Spark", "Livy", "Zeppelin", "JupyterHub", "JupyterEnterpriseGateway", "Hudi"),
    ),
    (("sqoop-",), ("Sqoop",)),
    (("tez-",), ("Tez", "Hive", "Pig", "HCatalog", "Hue", "Oozie")),
    (("trino-",), ("Trino",)),
    (("zeppelin-",), ("Zeppelin",)),
)


@lru_cache(maxsize=4096)
def applications_of(classification: str) -> tuple[str, ...]:
    """The applications that use a classification.

    Args:
        classification: Its name.

    Returns:
        First the application that it is named for, then others that install the same component;
        empty for what every cluster has, such as core-site.
    """
    for names, applications in _INSTALLED_WITH:
        if any(
            classification.startswith(name) if name.endswith("-") else classification == name
            for name in names
        ):
            return applications
    return ()
