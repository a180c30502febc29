"""Rules about the applications of a cluster."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from emr_platform.catalog.applications import (
    application_names,
    availability,
    canonical_name,
    releases_with,
)
from emr_platform.catalog.release import Release
from emr_platform.cluster.effective import effective_applications
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook

APPLICATION_RULES: RuleBook[ClusterSpec] = RuleBook()

_RUN_JOB_FLOW = "https://docs.aws.amazon.com/emr/latest/APIReference/API_RunJobFlow.html"
_RELEASES = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-release-components.html"
_PRESTO = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-presto.html"


_TRINO = ("trino", "prestosql")


@APPLICATION_RULES.rule(
    "EMR-APPLICATION-001",
    what="An application is listed once.",
    why="EMR takes names in any case, so that Spark and spark are the same.",
    source=_RUN_JOB_FLOW,
)
def applications_are_unique(spec: ClusterSpec) -> Iterator[Finding]:
    """No two names differ in the case of letters only."""
    seen: dict[str, str] = {}
    for position, name in enumerate(effective_applications(spec)):
        if name.lower() in seen:
            message = f"{name} is in the list already, as {seen[name.lower()]}"
            yield Finding(("applications", position), message, "each application once")
        seen.setdefault(name.lower(), name)


@APPLICATION_RULES.rule(
    "EMR-APPLICATION-002",
    what="Presto and Trino (PrestoSQL) are not on the same cluster.",
    why="EMR refuses the cluster.",
    source="https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-presto-considerations.html",
)
def presto_excludes_trino(spec: ClusterSpec) -> Iterator[Finding]:
    """At most one of the two."""
    if any(name.lower() == "presto" for name in effective_applications(spec)):
        for position, name in enumerate(effective_applications(spec)):
            if name.lower() in _TRINO:
                message = f"{name} cannot be on a cluster with Presto"
                yield Finding(("applications", position), message, "one of the two")


@APPLICATION_RULES.rule(
    "EMR-APPLICATION-003",
    what="Trino goes by the name that the release knows it by.",
    why="It is PrestoSQL from emr-6.1.0 to emr-6.3.1, and Trino from emr-6.4.0.",
    source=_PRESTO,
)
def trino_has_its_name(spec: ClusterSpec) -> Iterator[Finding]:
    """PrestoSQL before emr-6.4.0, Trino from there."""
    release = Release.parse(spec.release)
    for position, name in enumerate(effective_applications(spec)):
        other = {"trino": "PrestoSQL", "prestosql": "Trino"}.get(name.lower())
        if other and availability(name, release) is False and availability(other, release):
            message = f"{release} knows {name} as {other}"
            yield Finding(("applications", position), message, other)


@APPLICATION_RULES.rule(
    "EMR-APPLICATION-004",
    what="Names of applications are spelled as EMR spells them.",
    why="EMR refuses names that it does not know.",
    source=_RELEASES,
)
def applications_are_not_misspelled(spec: ClusterSpec) -> Iterator[Finding]:
    """A name that is not known is not almost that of a known application."""
    for position, name in enumerate(effective_applications(spec)):
        if canonical_name(name) is None and (likely := _similar(name)):
            message = f"EMR has no application {name}, did you mean {likely}?"
            yield Finding(("applications", position), message, likely)


@APPLICATION_RULES.rule(
    "EMR-APPLICATION-005",
    what="Applications are ones that EMR listed.",
    why="EMR refuses names that it does not know; one that is newer than this catalogue may be fine.",
    source=_RELEASES,
    severity="warning",
)
def applications_are_known(spec: ClusterSpec) -> Iterator[Finding]:
    """The name is in the catalogue."""
    for position, name in enumerate(effective_applications(spec)):
        if canonical_name(name) is None and not _similar(name):
            yield Finding(
                ("applications", position),
                f"{name} is not among the applications known here",
                ", ".join(known for known in application_names() if not known.endswith("-Sandbox")),
            )


@APPLICATION_RULES.rule(
    "EMR-APPLICATION-006",
    what="The release contains the applications.",
    why="EMR refuses the cluster.",
    source=_RELEASES,
)
def applications_are_in_release(spec: ClusterSpec) -> Iterator[Finding]:
    """No application is documented for other releases only."""
    release = Release.parse(spec.release)
    renamed = {finding.path for finding in trino_has_its_name(spec)}
    for position, name in enumerate(effective_applications(spec)):
        path = ("applications", position)
        if availability(name, release) is False and path not in renamed:
            yield Finding(path, f"{release} does not contain {name}", _instead(name, release))


def _similar(name: str) -> str | None:
    by_lower_case = {known.lower(): known for known in application_names()}
    nearest = difflib.get_close_matches(name.lower(), by_lower_case, n=1, cutoff=0.75)
    return by_lower_case[nearest[0]] if nearest else None


_SUCCESSORS = {"ganglia": "AmazonCloudWatchAgent"}


def _instead(name: str, release: Release) -> str:
    """What to do about an application that a release does not contain."""
    successor = _SUCCESSORS.get(name.lower(), name.lower().removesuffix("-sandbox"))
    if successor != name.lower() and availability(successor, release):
        return f"{canonical_name(successor)}"
    known = canonical_name(name) or name
    return f"{known} with {', '.join(map(str, releases_with(known)))}"
