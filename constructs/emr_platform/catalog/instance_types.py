"""What EMR says about its releases and about the instance types that they support.

A snapshot. What is newer than it is unknown, which is not the same as unsupported.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from emr_platform.catalog.data import CatalogData, catalog_data
from emr_platform.catalog.release import Release

Architecture = Literal["x86_64", "arm64"]


@dataclass(frozen=True, slots=True)
class InstanceType:
    """An EC2 instance type, as EMR describes it. Mirrors ``SupportedInstanceType`` of the EMR API.

    Attributes:
        name: Name of the type, ``m6g.xlarge``.
        vcpu: vCPUs that YARN sees. For m4, d2 and i2 EMR counts twice as many as EC2 does.
        memory_gib: Memory that EMR counts on, in GiB; for newer families a little less than
            EC2 states.
        architecture: ``x86_64`` or ``arm64``.
        instance_store_disks: Number of local disks. 0: it has EBS volumes only.
        instance_store_gb: Size of all local disks together, in GB.
        is_current_generation: Whether EC2 counts it among its current generations.
    """

    name: str
    vcpu: int
    memory_gib: float
    architecture: Architecture
    instance_store_disks: int
    instance_store_gb: int
    is_current_generation: bool

    @property
    def is_ebs_only(self) -> bool:
        """Whether it has no local disks, so that HDFS lives on EBS volumes."""
        return self.instance_store_disks == 0

    @property
    def family(self) -> str:
        """The family, ``m6g`` of ``m6g.xlarge``."""
        return self.name.partition(".")[0]


def instance_type(name: str) -> InstanceType | None:
    """Look up an instance type by name; None where EMR did not list it on the day of the data."""
    return _instance_type(catalog_data(), name)


@lru_cache(maxsize=4096)
def _instance_type(data: CatalogData, name: str) -> InstanceType | None:
    row = data.instance_types.get(name)
    return None if row is None else InstanceType(name, *row[:6])


def instance_types() -> tuple[InstanceType, ...]:
    """All instance types that EMR listed, by name."""
    return _instance_types(catalog_data())


@cache
def _instance_types(data: CatalogData) -> tuple[InstanceType, ...]:
    return tuple(InstanceType(name, *row[:6]) for name, row in data.instance_types.items())


def has_family(family: str) -> bool:
    """Whether EMR listed any instance type of a family, such as ``m6g``."""
    return family in _families(catalog_data())


@cache
def _families(data: CatalogData) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in data.instance_types)


def is_other_ec2_type(name: str) -> bool:
    """Whether EC2 had an instance type on the day of the data that EMR listed for no release."""
    return catalog_data().is_other_ec2_type(name)


# By the guide, and not by what EC2's API says of each type: that has counted r7g among them.
_PREVIOUS_GENERATIONS = frozenset(
    (
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
    )
)


def is_previous_generation(name: str) -> bool:
    """Whether EC2's guide lists an instance type's family under previous generations."""
    return name.partition(".")[0] in _PREVIOUS_GENERATIONS


def is_supported(type: str, release: Release) -> bool | None:
    """Whether a release of EMR supports an instance type.

    Args:
        type: Name of the instance type.
        release: The release.

    Returns:
        True or False as EMR's ``ListSupportedInstanceTypes`` said. None where the data does not
        know the type or the release, because it is newer than the data or was never listed.
    """
    return _is_supported(catalog_data(), type, release)


@lru_cache(maxsize=4096)
def _is_supported(data: CatalogData, type: str, release: Release) -> bool | None:
    row = data.instance_types.get(type)
    if row is None or release.label not in data.release_labels:
        return None
    return release.label in data.supported[row[data.columns.index("support_set")]]


def releases() -> tuple[Release, ...]:
    """All releases that EMR listed in any region, oldest first."""
    return _releases(catalog_data())


@cache
def _releases(data: CatalogData) -> tuple[Release, ...]:
    return tuple(Release.parse(label) for label in data.release_labels)


def release_labels() -> tuple[str, ...]:
    """The labels of all releases that EMR listed, oldest first; without betas and previews."""
    return catalog_data().release_labels


def newest_release(*, is_spark_line: bool = False) -> Release:
    """The newest release that EMR listed.

    Args:
        is_spark_line: Whether to look in the ``emr-spark-…`` line instead of the one with all
            applications.
    """
    return max(release for release in releases() if release.is_spark_line == is_spark_line)
