"""What a region offers: releases of EMR, and instance types of EC2."""

from __future__ import annotations

from enum import Enum, auto
from functools import cache

from emr_platform.catalog.data import CatalogData, catalog_data
from emr_platform.catalog.release import Release


class Offer(Enum):
    """Whether a region offers a release."""

    OFFERED = auto()
    """EMR lists it there."""
    NEVER = auto()
    """EMR lists only later ones there: the region came after it."""
    NOT_LISTED = auto()
    """EMR did not list it there when it was asked. It may by now."""
    UNKNOWN = auto()
    """Nothing is known of the region, or of the release."""


def regions_with_facts() -> tuple[str, ...]:
    """The regions of which it is known what they offer, by name."""
    return tuple(sorted(catalog_data().releases_by_region))


def release_in_region(release: Release, region: str) -> Offer:
    """Whether a region offers a release.

    EMR lists, in each region, the releases since it came there, and those before are not to be had.
    New ones, and patches of older ones, come to regions over time, so that a catalogue cannot tell
    that they are not there. The same holds for one that is missing between others, and for any in a
    region whose list does not reach to the newest release.

    Args:
        release: The release.
        region: Name of the region, ``eu-west-1``.
    """
    data = catalog_data()
    listed = data.releases_by_region.get(region)
    if listed is None or release.label not in data.release_labels:
        return Offer.UNKNOWN
    if release.label in listed:
        return Offer.OFFERED
    line = [
        known
        for known in releases_in_region(region)
        if known.is_spark_line == release.is_spark_line
    ]
    of_major = [known for known in line if known.major == release.major]
    is_before = line and release < min(of_major or line)
    return Offer.NEVER if is_before and _is_up_to_date(data, region) else Offer.NOT_LISTED


@cache
def _is_up_to_date(data: CatalogData, region: str) -> bool:
    """Whether a region lists the newest release that any region listed by the same day."""
    as_of = data.region_as_of(region)
    listed = (
        _releases_in_region(data, other)[-1]
        for other in data.releases_by_region
        if data.region_as_of(other) <= as_of
    )
    return _releases_in_region(data, region)[-1] == max(listed)


def releases_in_region(region: str) -> tuple[Release, ...]:
    """The releases that EMR lists in a region, oldest first; none of a region that is not known."""
    return _releases_in_region(catalog_data(), region)


@cache
def _releases_in_region(data: CatalogData, region: str) -> tuple[Release, ...]:
    return tuple(sorted(map(Release.parse, data.releases_by_region.get(region, ()))))


def regions_of_release(release: Release) -> tuple[str, ...]:
    """The regions in which EMR lists a release, by name."""
    by_region = catalog_data().releases_by_region
    return tuple(sorted(name for name, listed in by_region.items() if release.label in listed))


def region_as_of(region: str) -> str | None:
    """The day on which a region was asked, ``YYYY-MM-DD``; None for one that was not."""
    data = catalog_data()
    return data.region_as_of(region) if region in data.releases_by_region else None


def type_in_region(type: str, region: str) -> bool | None:
    """Whether EC2 offers an instance type in a region.

    Args:
        type: Name of the instance type.
        region: Name of the region.

    Returns:
        True or False as EC2 said when it was asked; a type that it did not offer may be there by
        now. None for a region or a type that is not known.
    """
    data = catalog_data()
    offered = data.types_in(region)
    if offered is None or type not in data.instance_types:
        return None
    return type in offered


def regions_of_type(type: str) -> tuple[str, ...]:
    """The regions in which EC2 offers an instance type, by name."""
    return tuple(region for region in regions_with_facts() if type_in_region(type, region))
