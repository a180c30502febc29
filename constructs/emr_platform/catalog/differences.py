"""How two catalogues differ."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from emr_platform.catalog.facts import Facts, RegionFacts


@dataclass(frozen=True, slots=True)
class Difference:
    """What came and what went, both sorted.

    Attributes:
        added: What only the newer one has.
        removed: What only the older one has.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


@dataclass(frozen=True, slots=True)
class RegionDifference:
    """How what a region offers differs.

    Attributes:
        is_new: Whether the older catalogue knew nothing of the region.
        releases: Labels of releases.
        instance_types: Names of EMR's instance types. Empty where one of both did not know them.
    """

    is_new: bool
    releases: Difference
    instance_types: Difference

    def __bool__(self) -> bool:
        return self.is_new or bool(self.releases) or bool(self.instance_types)


@dataclass(frozen=True, slots=True)
class CatalogDifferences:
    """How two catalogues differ.

    Attributes:
        releases: Releases that EMR lists in any region.
        instance_types: EMR's instance types.
        changed_types: For each instance type of both whose facts differ, these in words.
        regions: By region, those that differ.
        support: For each release of both, the instance types that differ; those that only one
            catalogue knows at all are left out.
        applications: For each release of both, the applications that differ, in words.
    """

    releases: Difference
    instance_types: Difference
    changed_types: Mapping[str, str]
    regions: Mapping[str, RegionDifference]
    support: Mapping[str, Difference]
    applications: Mapping[str, tuple[str, ...]]

    def __bool__(self) -> bool:
        return any(
            (
                self.releases,
                self.instance_types,
                self.changed_types,
                self.regions,
                self.support,
                self.applications,
            )
        )


def differences(old: Facts, new: Facts) -> CatalogDifferences:
    """Compare two catalogues.

    Args:
        old: The older one.
        new: The newer one.

    Returns:
        What differs, apart from sources and days.
    """
    both_types = old.instance_types.keys() & new.instance_types.keys()
    regions = {
        name: _region(old.regions.get(name), region) for name, region in sorted(new.regions.items())
    }
    support = {
        label: _difference(old.supported[label] & both_types, new.supported[label] & both_types)
        for label in sorted(old.supported.keys() & new.supported.keys() & old.listed & new.listed)
    }
    applications = {
        label: _applications(old.applications[label], new.applications[label])
        for label in sorted(old.applications.keys() & new.applications.keys())
    }
    return CatalogDifferences(
        releases=_difference(old.listed, new.listed),
        instance_types=_difference(old.instance_types.keys(), new.instance_types.keys()),
        changed_types={
            name: changed
            for name in sorted(both_types)
            if (changed := _type_changes(old, new, name))
        },
        regions={name: region for name, region in regions.items() if region},
        support={label: difference for label, difference in support.items() if difference},
        applications={label: changes for label, changes in applications.items() if changes},
    )


def _difference(old: Set[str], new: Set[str]) -> Difference:
    return Difference(tuple(sorted(new - old)), tuple(sorted(old - new)))


def _region(old: RegionFacts | None, new: RegionFacts) -> RegionDifference:
    nothing = Difference((), ())
    if old is None:
        return RegionDifference(is_new=True, releases=nothing, instance_types=nothing)
    types = nothing
    if old.instance_types is not None and new.instance_types is not None:
        types = _difference(old.instance_types, new.instance_types)
    return RegionDifference(
        is_new=False, releases=_difference(old.releases, new.releases), instance_types=types
    )


def _type_changes(old: Facts, new: Facts, name: str) -> str:
    before, after = old.instance_types[name], new.instance_types[name]
    pairs = (
        ("vCPU", before.vcpu, after.vcpu),
        ("GiB of memory", before.memory_gib, after.memory_gib),
        ("architecture", before.architecture, after.architecture),
        ("local disks", before.instance_store_disks, after.instance_store_disks),
        ("GB of local disks", before.instance_store_gb, after.instance_store_gb),
    )
    return ", ".join(f"{what} {one} → {other}" for what, one, other in pairs if one != other)


def _applications(old: Mapping[str, str | None], new: Mapping[str, str | None]) -> tuple[str, ...]:
    changes = []
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if name not in new:
            changes.append(f"without {name}")
        elif name not in old:
            changes.append(f"with {name}{f' {after}' if after else ''}")
        elif before and after and community_version(before) != community_version(after):
            changes.append(f"{name} {before} → {after}")
    return tuple(changes)


def community_version(version: str) -> str:
    """A version without what AWS adds to it: the guide has ``3.5.6-amzn-1`` where APIs may have 3.5.6."""
    return version.partition("-amzn-")[0].removesuffix("-incubating")
