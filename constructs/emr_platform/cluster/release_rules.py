"""Rules about the release of a cluster, and about the instance types that it supports."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from emr_platform.catalog.instance_types import (
    instance_type,
    instance_types,
    is_supported,
    newest_release,
    release_labels,
)
from emr_platform.catalog.release import Release
from emr_platform.catalog.support import end_of_support, is_out_of_support
from emr_platform.cluster.groups import instance_types as types_of
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook

RELEASE_RULES: RuleBook[ClusterSpec] = RuleBook()

_RELEASES = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-release-components.html"
_SUPPORT = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-standard-support.html"
_TYPES = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-supported-instance-types.html"

# By the guide, and not by what EC2's API says of each type: that has counted r7g among them.
_PREVIOUS_GENERATIONS = frozenset(
    {
        "a1",
        "c1",
        "c3",
        "c4",
        "d2",
        "g3",
        "g3s",
        "i2",
        "m1",
        "m2",
        "m3",
        "m4",
        "p2",
        "p3",
        "r3",
        "r4",
    }
)
_SUCCESSORS = {
    "c": "c6g or c7g",
    "d": "d3",
    "i": "i3en or i4i",
    "m": "m6g or m7g",
    "r": "r6g or r7g",
}


@RELEASE_RULES.rule(
    "EMR-RELEASE-001",
    what="The release is one that EMR listed.",
    why="EMR refuses labels that do not exist; one that is newer than this catalogue may be fine.",
    source=_RELEASES,
    severity="warning",
)
def release_is_known(spec: ClusterSpec) -> Iterator[Finding]:
    """The label is in the catalogue."""
    if spec.release not in release_labels():
        release = Release.parse(spec.release)
        nearest = difflib.get_close_matches(spec.release, release_labels(), n=3, cutoff=0)
        newest = newest_release(is_spark_line=release.is_spark_line)
        yield Finding(
            ("release",),
            f"{spec.release} is not among the releases known here",
            f"a release of EMR, such as {', '.join(dict.fromkeys([*nearest, newest.label]))}",
        )


@RELEASE_RULES.rule(
    "EMR-RELEASE-002",
    what="AWS still supports the release.",
    why="A release without support gets no fixes, not even for security, and no technical help.",
    source=_SUPPORT,
    severity="warning",
)
def release_is_supported(spec: ClusterSpec) -> Iterator[Finding]:
    """The end of the release's support has not come."""
    release = Release.parse(spec.release)
    if is_out_of_support(release):
        yield Finding(
            ("release",),
            f"AWS ended its support of {release} on {end_of_support(release)}",
            f"a newer release, such as {newest_release()}",
        )


@RELEASE_RULES.rule(
    "EMR-INSTANCE-001",
    what="The release supports the instance types of all groups and fleets.",
    why="EMR refuses the cluster.",
    source=_TYPES,
)
def types_are_in_release(spec: ClusterSpec) -> Iterator[Finding]:
    """No type is one that EMR lists for other releases only."""
    release = Release.parse(spec.release)
    for path, _, name in types_of(spec):
        if is_supported(name, release) is False:
            yield Finding(
                path,
                f"{release} does not support {name}",
                _types_instead(name, release),
                f"Instance type '{name}' is not supported.",
            )


@RELEASE_RULES.rule(
    "EMR-INSTANCE-002",
    what="Instance types are ones that EMR listed.",
    why="EMR refuses types that do not exist; one that is newer than this catalogue may be fine.",
    source=_TYPES,
    severity="warning",
)
def types_are_known(spec: ClusterSpec) -> Iterator[Finding]:
    """The type is in the catalogue."""
    for path, _, name in types_of(spec):
        if instance_type(name) is None:
            names = [known.name for known in instance_types()]
            family = name.partition(".")[0]
            sizes = [name for name in names if name.startswith(f"{family}.")]
            nearest = difflib.get_close_matches(name, sizes or names, n=3, cutoff=0)
            yield Finding(
                path,
                f"{name} is not among the instance types known here",
                f"an instance type of EMR, such as {', '.join(nearest)}",
            )


@RELEASE_RULES.rule(
    "EMR-INSTANCE-003",
    what="Instance types are of a current generation.",
    why="Older ones cost more for the same work, and AWS has less and less of them.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-types.html",
    severity="warning",
)
def types_are_current(spec: ClusterSpec) -> Iterator[Finding]:
    """The family is not one that EC2's guide lists under previous generations."""
    for path, _, name in types_of(spec):
        family = name.partition(".")[0]
        if family in _PREVIOUS_GENERATIONS:
            letters = family.rstrip("0123456789s")
            message = f"{name} is of a previous generation"
            yield Finding(path, message, _SUCCESSORS.get(letters))


def _types_instead(name: str, release: Release) -> str:
    """Types of about the same size and family that a release does support."""
    size = name.partition(".")[2]
    refused = instance_type(name)
    supported = [
        known.name
        for known in instance_types()
        if is_supported(known.name, release)
        and (refused is None or known.architecture == refused.architecture)
    ]
    same_size = [other for other in supported if other.endswith(f".{size}")]
    nearest = difflib.get_close_matches(name, same_size or supported, n=3, cutoff=0)
    return f"a type that {release} supports, such as {', '.join(nearest)}"
