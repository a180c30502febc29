"""Rules about what the environment's region offers: releases of EMR, and instance types. Pure functions."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from emr_platform.catalog.instance_types import is_supported
from emr_platform.catalog.offers import (
    Offer,
    region_as_of,
    release_in_region,
    releases_in_region,
    type_in_region,
)
from emr_platform.catalog.release import Release
from emr_platform.catalog.suggestions import similar_types
from emr_platform.cluster.groups import instance_types
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.result_store.instance_classes import classes_in_region, classes_of_engine
from emr_platform.rule import Finding, RuleBook

REGION_RULES: RuleBook[EnvironmentSpec] = RuleBook()

_LIST_RELEASES = "https://docs.aws.amazon.com/emr/latest/APIReference/API_ListReleaseLabels.html"
_RELEASES = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-release-components.html"
_DATABASE_CLASSES = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.RegionSupport.html"
_TYPES = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-supported-instance-types.html"


@REGION_RULES.rule(
    "EMR-RELEASE-003",
    what="The release is not older than what EMR offers in the region.",
    why="A region has the releases since EMR came to it, and EMR refuses those before.",
    source=_LIST_RELEASES,
)
def release_is_offered(spec: EnvironmentSpec) -> Iterator[Finding]:
    """EMR lists the release, or an older one of its kind, in the region."""
    for name, cluster in spec.clusters.items():
        release = Release.parse(cluster.release)
        if release_in_region(release, spec.region) is Offer.NEVER:
            yield Finding(
                ("clusters", name, "release"),
                f"EMR has never offered {release} in {spec.region}",
                f"a release that {spec.region} offers, such as {_offered(release, spec.region)}",
            )


@REGION_RULES.rule(
    "EMR-RELEASE-004",
    what="EMR listed the release in the region.",
    why="A new release reaches the regions one after the other, and EMR refuses it before. It may "
    "have come since the catalogue was made.",
    source=_RELEASES,
    severity="warning",
)
def release_has_come(spec: EnvironmentSpec) -> Iterator[Finding]:
    """The release is in the catalogue for the region, if it is for another."""
    for name, cluster in spec.clusters.items():
        release = Release.parse(cluster.release)
        if release_in_region(release, spec.region) is Offer.NOT_LISTED:
            yield Finding(
                ("clusters", name, "release"),
                f"EMR did not list {release} in {spec.region} when the catalogue was made, "
                f"on {region_as_of(spec.region)}",
                f"a release that {spec.region} offers, such as {_offered(release, spec.region)}",
            )


@REGION_RULES.rule(
    "EMR-INSTANCE-005",
    what="EC2 offered the instance types in the region.",
    why="EMR refuses types that the region does not have. They may have come since the catalogue "
    "was made.",
    source=_TYPES,
    severity="warning",
)
def types_are_offered(spec: EnvironmentSpec) -> Iterator[Finding]:
    """EC2 offers each type that the release supports."""
    for name, cluster in spec.clusters.items():
        release = Release.parse(cluster.release)
        for path, _, type_ in instance_types(cluster):
            if is_supported(type_, release) is False:
                continue  # another rule says so
            if type_in_region(type_, spec.region) is False:
                similar = similar_types(type_, release=release, region=spec.region)
                yield Finding(
                    ("clusters", name, *path),
                    f"EC2 did not offer {type_} in {spec.region} when the catalogue was made, "
                    f"on {region_as_of(spec.region)}",
                    f"a type that {spec.region} offers, such as {', '.join(similar)}",
                    f"Instance type '{type_}' is not supported.",
                )


@REGION_RULES.rule(
    "EMR-DATABASE-005",
    what="RDS offered the instance class in the region.",
    why="RDS refuses a class that the region does not have. It may have come since the list was made.",
    source=_DATABASE_CLASSES,
    severity="warning",
)
def instance_class_is_offered(spec: EnvironmentSpec) -> Iterator[Finding]:
    """The region has the class, if the engine has it anywhere."""
    if not spec.result_store:
        return
    offered = classes_in_region(spec.region)
    class_, known = spec.result_store.instance_type, classes_of_engine(spec.result_store.engine)
    if offered is not None and class_ in known and class_ not in offered:
        there = [name for name in known if name in offered]
        nearest = difflib.get_close_matches(class_, there, n=3, cutoff=0)
        yield Finding(
            ("result_store", "instance_type"),
            f"RDS did not offer db.{class_} in {spec.region} when the list was made",
            f"a class that {spec.region} offers, such as {', '.join(nearest)}",
        )


def _offered(release: Release, region: str) -> str:
    """The next release that a region offers, and the newest one."""
    offered = releases_in_region(region)
    line = [other for other in offered if other.is_spark_line == release.is_spark_line] or offered
    later = [other for other in line if other > release]
    return ", ".join(dict.fromkeys(str(other) for other in (*later[:1], max(line))))
