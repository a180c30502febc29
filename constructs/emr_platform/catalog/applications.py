"""Which releases of EMR contain which application, as far as AWS documents it.

From the tables "Application versions in Amazon EMR 4.x/5.x/6.x/7.x releases" and the pages of
emr-spark-8.0.0 and emr-spark-8.1.0 in the Amazon EMR Release Guide, as of 2026-10-01. Only what
those pages state is here: about a release that they do not list, nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from emr_platform.catalog.release import Release


@dataclass(frozen=True, slots=True)
class ReleaseSpan:
    """Releases that follow each other, both ends included."""

    first: Release
    last: Release

    def __contains__(self, release: Release) -> bool:
        return (
            release.is_spark_line == self.first.is_spark_line
            and self.first.version <= release.version <= self.last.version
        )


@dataclass(frozen=True, slots=True)
class Availability:
    """Where an application is found.

    Attributes:
        spans: The releases that contain it, oldest first; at most one span in each major version.
    """

    spans: tuple[ReleaseSpan, ...]

    def __contains__(self, release: Release) -> bool:
        return any(release in span for span in self.spans)

    @property
    def last(self) -> Release:
        """The newest documented release that contains it."""
        return max(span.last for span in self.spans)


def _span(first: str, last: str) -> ReleaseSpan:
    return ReleaseSpan(Release.parse(first), Release.parse(last))


_ALL_4 = "emr-4.0.0", "emr-4.9.6"
_ALL_5 = "emr-5.0.0", "emr-5.36.2"
_ALL_6 = "emr-6.0.0", "emr-6.15.0"
_ALL_7 = "emr-7.0.0", "emr-7.14.0"
_ALL_SPARK_8 = "emr-spark-8.0.0", "emr-spark-8.1.0"

DOCUMENTED: tuple[ReleaseSpan, ...] = tuple(
    _span(*ends) for ends in (_ALL_4, _ALL_5, _ALL_6, _ALL_7, _ALL_SPARK_8)
)
"""The releases that the tables list. Whether others contain an application is unknown."""


def _since(first: str) -> tuple[str, str]:
    """From a release to the last documented one of its major version."""
    release = Release.parse(first)
    return first, next(span.last.label for span in DOCUMENTED if release in span)


_TABLE: dict[str, tuple[tuple[str, str], ...]] = {
    "AmazonCloudWatchAgent": (_ALL_7, _ALL_SPARK_8),
    "Delta": (_since("emr-6.9.0"), _ALL_7, _ALL_SPARK_8),
    "Flink": (_since("emr-5.1.0"), _since("emr-6.1.0"), _ALL_7),
    "Ganglia": (_since("emr-4.2.0"), _ALL_5, _ALL_6),
    "HBase": (_since("emr-4.6.0"), _ALL_5, _ALL_6, _ALL_7),
    "HCatalog": (_since("emr-4.4.0"), _ALL_5, _ALL_6, _ALL_7),
    "Hadoop": (_ALL_4, _ALL_5, _ALL_6, _ALL_7),
    "Hive": (_ALL_4, _ALL_5, _ALL_6, _ALL_7),
    "Hudi": (_since("emr-5.28.0"), _ALL_6, _ALL_7, _ALL_SPARK_8),
    "Hue": (_since("emr-4.1.0"), _ALL_5, _ALL_6, _ALL_7),
    "Iceberg": (_since("emr-6.5.0"), _ALL_7, _ALL_SPARK_8),
    "JupyterEnterpriseGateway": (
        _since("emr-5.32.0"),
        _since("emr-6.2.0"),
        _ALL_7,
        _ALL_SPARK_8,
    ),
    "JupyterHub": (_since("emr-5.14.0"), _ALL_6, _ALL_7),
    "Livy": (_since("emr-5.9.0"), _ALL_6, _ALL_7, _ALL_SPARK_8),
    "MXNet": (_since("emr-5.10.0"), _ALL_6, ("emr-7.0.0", "emr-7.2.0")),
    "Mahout": (_ALL_4, _ALL_5),
    "Oozie": (_ALL_5, _ALL_6, _ALL_7),
    "Oozie-Sandbox": (_since("emr-4.1.0"),),
    "Phoenix": (_since("emr-4.7.0"), _ALL_5, _ALL_6, _ALL_7),
    "Pig": (_ALL_4, _ALL_5, _since("emr-6.1.0"), _ALL_7),
    "Presto": (_ALL_5, _ALL_6, _ALL_7),
    "Presto-Sandbox": (_since("emr-4.1.0"),),
    "PrestoSQL": (("emr-6.1.0", "emr-6.3.1"),),
    "Spark": (_ALL_4, _ALL_5, _ALL_6, _ALL_7, _ALL_SPARK_8),
    "Sqoop": (_ALL_5, _since("emr-6.1.0"), ("emr-7.0.0", "emr-7.4.0")),
    "Sqoop-Sandbox": (_since("emr-4.4.0"),),
    "TensorFlow": (_since("emr-5.17.0"), _ALL_6, _ALL_7),
    "Tez": (_since("emr-4.7.0"), _ALL_5, _ALL_6, _ALL_7),
    "Trino": (_since("emr-6.4.0"), _ALL_7),
    "Zeppelin": (_ALL_5, _ALL_6, _ALL_7),
    "Zeppelin-Sandbox": (_since("emr-4.1.0"),),
    "ZooKeeper": (_ALL_5, _ALL_6, _ALL_7),
    "ZooKeeper-Sandbox": (_since("emr-4.6.0"),),
}

APPLICATIONS: Mapping[str, Availability] = MappingProxyType(
    {name: Availability(tuple(_span(*ends) for ends in spans)) for name, spans in _TABLE.items()}
)
"""Applications by the name that ``RunJobFlow`` takes."""

_BY_LOWER_CASE = {name.lower(): name for name in APPLICATIONS}


def canonical_name(name: str) -> str | None:
    """Spell an application as EMR does, which takes it in any case; None where it is not known."""
    return _BY_LOWER_CASE.get(name.lower())


def availability(name: str, release: Release) -> bool | None:
    """Whether a release contains an application.

    Args:
        name: Name of the application, in any case.
        release: The release.

    Returns:
        True or False as AWS documents it; None for an application or a release that it does
        not list.
    """
    known = canonical_name(name)
    if known is None or not any(release in span for span in DOCUMENTED):
        return None
    return release in APPLICATIONS[known]
