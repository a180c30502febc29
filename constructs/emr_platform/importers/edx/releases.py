"""Which release of EMR takes the place of one that AWS no longer supports, and with which applications."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from emr_platform.catalog.applications import availability, canonical_name, last_release_with
from emr_platform.catalog.instance_types import newest_release, releases
from emr_platform.catalog.release import Release
from emr_platform.catalog.support import end_of_support, is_out_of_support

SUCCESSORS = {"Ganglia": "AmazonCloudWatchAgent", "PrestoSQL": "Trino"}
"""Applications that EMR replaced by another one that does the same."""

_SANDBOX = "-sandbox"


def plain_name(name: str) -> str:
    """An application's name as EMR spells it, without the ``-Sandbox`` of EMR 4."""
    if name.lower().endswith(_SANDBOX):
        name = name[: -len(_SANDBOX)]
    return canonical_name(name) or name


def application_in(release: Release, name: str) -> str | None:
    """What an application is called in a release; None where the release has nothing of the kind."""
    plain = plain_name(name)
    if availability(plain, release) is not False:
        return plain
    successor = SUCCESSORS.get(plain)
    if successor and availability(successor, release):
        return successor
    return None


def retirement(release: Release) -> str | None:
    """Why a release should not be used any more, as a sentence; None where nothing is wrong with it.

    The rule is a conservative one. A release is retired if AWS documents that its support has ended
    without an extension (4.x, 5.0 to 5.35, 6.0 to 6.5), or if EMR no longer lists it. Releases whose
    support is extended, and those that are newer than the catalogue, stay as they are.
    """
    end = end_of_support(release)
    if end is not None and is_out_of_support(release):
        return f"AWS ended its support of {release} on {end}."
    listed = releases()
    if release not in listed and release < newest_release(is_spark_line=release.is_spark_line):
        return f"EMR does not list {release} any more."
    return None


@dataclass(frozen=True, slots=True)
class Target:
    """The release to import to.

    Attributes:
        release: The release.
        why: Why this one, as sentences.
    """

    release: Release
    why: str


def current_release(applications: Sequence[str]) -> Target:
    """Choose the newest release that has as many as possible of a cluster's applications.

    Args:
        applications: Names of applications, as an old release spelled them.
    """
    newest = newest_release()
    candidates = [
        release
        for release in releases()
        if release.major == newest.major
        and not release.is_spark_line
        and not is_out_of_support(release)
    ]

    def missing(release: Release) -> list[str]:
        return [name for name in applications if application_in(release, name) is None]

    release = max(candidates, key=lambda candidate: (-len(missing(candidate)), candidate))
    if release == newest:
        return Target(release, f"{release} is the newest release.")
    last = sorted(plain_name(name) for name in set(missing(newest)) - set(missing(release)))
    why = f"{release} is the newest release that has {' and '.join(last)}"
    end = end_of_support(release)
    return Target(release, f"{why}; AWS supports it until {end}." if end else f"{why}.")


def why_missing(name: str, release: Release) -> str:
    """Why an application is not in a release, as a sentence."""
    plain = plain_name(name)
    last = last_release_with(plain)
    if last is not None and last < release:
        return f"{last} was the last release with {plain}."
    return f"{release} has no {plain}."
