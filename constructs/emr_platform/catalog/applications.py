"""Which releases of EMR contain which application, in which version.

As AWS documents it, or as ``DescribeReleaseLabel`` said where the catalogue is one that was refreshed.
About a release that neither describes, nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from emr_platform.catalog.data import CatalogData, catalog_data
from emr_platform.catalog.ranges import indexes
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

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


def application_names() -> tuple[str, ...]:
    """All applications by the names that ``RunJobFlow`` takes, in the order of the alphabet."""
    return tuple(catalog_data().applications)


def canonical_name(name: str) -> str | None:
    """Spell an application as EMR does, which takes it in any case; None where it is not known."""
    return _by_lower_case(catalog_data()).get(name.lower())


def availability(name: str, release: Release) -> bool | None:
    """Whether a release contains an application.

    Args:
        name: Name of the application, in any case.
        release: The release.

    Returns:
        True or False as AWS says; None for an application or a release that it does not describe.
    """
    data = catalog_data()
    known = canonical_name(name)
    if known is None or release.label not in data.described:
        return None
    return release.label in _versions(data, known)


def application_version(name: str, release: Release) -> str | None:
    """The version in which a release contains an application, such as ``3.5.6-amzn-1``.

    Args:
        name: Name of the application, in any case.
        release: The release.

    Returns:
        The version as AWS writes it. None where the release does not contain it, and where the
        version is not known.
    """
    known = canonical_name(name)
    return None if known is None else _versions(catalog_data(), known).get(release.label)


def applications_in(release: Release) -> Mapping[str, str | None] | None:
    """The applications of a release with their versions.

    Args:
        release: The release.

    Returns:
        Versions by name, None for those that are not known. None instead of the whole where the
        release is not described.
    """
    data = catalog_data()
    if release.label not in data.described:
        return None
    found = {name: _versions(data, name) for name in data.applications}
    return {
        name: versions[release.label]
        for name, versions in found.items()
        if release.label in versions
    }


def releases_with(name: str) -> tuple[ReleaseSpan, ...]:
    """The releases that contain an application.

    Args:
        name: Name of the application, in any case.

    Returns:
        Spans of described releases, oldest first, none across major versions; none at all for an
        application that is not known.
    """
    known = canonical_name(name)
    return () if known is None else _spans(catalog_data(), known)


def last_release_with(name: str) -> Release | None:
    """The newest described release that contains an application; None where it is not known."""
    return max((span.last for span in releases_with(name)), default=None)


@cache
def _by_lower_case(data: CatalogData) -> Mapping[str, str]:
    return {name.lower(): name for name in data.applications}


@cache
def _versions(data: CatalogData, name: str) -> Mapping[str, str | None]:
    return MappingProxyType(
        {
            data.labels[index]: version or None
            for version, ranges in data.applications[name].items()
            for index in indexes(ranges)
        }
    )


@cache
def _spans(data: CatalogData, name: str) -> tuple[ReleaseSpan, ...]:
    versions = _versions(data, name)
    spans: list[ReleaseSpan] = []
    before: Release | None = None
    for release in map(Release.parse, data.labels):
        if release.label not in data.described:
            continue
        if release.label in versions:
            follows = (
                before is not None
                and before.label in versions
                and before.major == release.major
                and before.is_spark_line == release.is_spark_line
            )
            first = spans.pop().first if follows else release
            spans.append(ReleaseSpan(first, release))
        before = release
    return tuple(spans)
