"""Rules about the release of a cluster, and about the instance types that it supports."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from emr_platform.catalog.data import catalog_data
from emr_platform.catalog.instance_types import (
    has_family,
    instance_type,
    is_other_ec2_type,
    is_previous_generation,
    is_supported,
    newest_release,
    release_labels,
)
from emr_platform.catalog.release import Release
from emr_platform.catalog.suggestions import similar_types
from emr_platform.catalog.support import end_of_support, is_out_of_support
from emr_platform.cluster.groups import instance_types as types_of
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook

RELEASE_RULES: RuleBook[ClusterSpec] = RuleBook()

_RELEASES = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-release-components.html"
_SUPPORT = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-standard-support.html"
_TYPES = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-supported-instance-types.html"

_BURSTABLE = frozenset(("t1", "t2", "t3", "t3a", "t4g"))
_TOO_SMALL = frozenset(("nano", "micro", "small", "medium", "large"))
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
            f"EMR listed {spec.release} in no region when the catalogue was made"
            if release.label in catalog_data().labels
            else f"{spec.release} is not among the releases known here",
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
                f"a type that {release} supports, such as "
                f"{', '.join(similar_types(name, release=release))}",
                _not_supported(name),
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
        if instance_type(name) is None and not _is_never_supported(name):
            found = (
                f"EC2 has {name}, but EMR supported it with no release when the catalogue was made"
                if is_other_ec2_type(name)
                else f"{name} is not among the instance types known here"
            )
            yield Finding(path, found, _instead(name, spec.release))


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
        if is_previous_generation(name):
            letters = name.partition(".")[0].rstrip("0123456789s")
            message = f"{name} is of a previous generation"
            yield Finding(path, message, _SUCCESSORS.get(letters))


@RELEASE_RULES.rule(
    "EMR-INSTANCE-004",
    what="Instance types are none of those of EC2 that EMR has never supported: the T families, "
    "and sizes below xlarge and metal of families of which it supports the others.",
    why="EMR refuses the cluster.",
    source=_TYPES,
)
def types_are_for_emr(spec: ClusterSpec) -> Iterator[Finding]:
    """No type of EC2 that is too small for EMR, or metal."""
    for path, _, name in types_of(spec):
        if _is_never_supported(name):
            message = f"EMR does not support {name} with any release"
            yield Finding(path, message, _instead(name, spec.release), _not_supported(name))


def _is_never_supported(name: str) -> bool:
    family, _, size = name.partition(".")
    if instance_type(name) is not None:
        return False
    if family in _BURSTABLE:
        return True
    is_other_size = size in _TOO_SMALL or size.startswith("metal")
    return is_other_size and is_other_ec2_type(name) and has_family(family)


def _instead(name: str, release: str) -> str:
    similar = similar_types(name, release=Release.parse(release))
    return f"an instance type of EMR, such as {', '.join(similar)}"


def _not_supported(name: str) -> str:
    return f"Instance type '{name}' is not supported."
