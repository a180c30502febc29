"""What the catalogue knows, spelled out, and how that becomes the compact file and back.

For what makes catalogues and compares them. What only looks something up reads the file through
:mod:`emr_platform.catalog.data`, which does not spell it all out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from emr_platform.catalog.ranges import index_ranges, indexes
from emr_platform.catalog.release import Release

Json = Any

FORMAT = 2
"""The version of the file's format. A file of another version has to be made again."""

INSTANCE_TYPE_COLUMNS = (
    "vcpu",
    "memory_gib",
    "architecture",
    "instance_store_disks",
    "instance_store_gb",
    "is_current_generation",
    "support_set",
)


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """An instance type; see :class:`~emr_platform.catalog.instance_types.InstanceType`."""

    vcpu: int
    memory_gib: float
    architecture: str
    instance_store_disks: int
    instance_store_gb: int
    is_current_generation: bool


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """What a region offers.

    Attributes:
        as_of: The day on which it was asked, ``YYYY-MM-DD``.
        releases: Labels of the releases that EMR lists there.
        instance_types: EMR's instance types that EC2 offers there; None where EC2 was not asked.
    """

    as_of: str
    releases: frozenset[str]
    instance_types: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a catalogue knows.

    Attributes:
        source: Where it comes from, with version and licence.
        as_of: The day on which it was put together, ``YYYY-MM-DD``.
        regions: What each region offers.
        instance_types: EMR's instance types by name.
        supported: For each release that any region lists, the instance types that EMR supports
            with it.
        other_ec2_types: Instance types of EC2 that EMR supports with no release.
        applications: For each release whose applications are known, these with their versions;
            None where the version is not known.
    """

    source: str
    as_of: str
    regions: Mapping[str, RegionFacts]
    instance_types: Mapping[str, TypeFacts]
    supported: Mapping[str, frozenset[str]]
    other_ec2_types: frozenset[str]
    applications: Mapping[str, Mapping[str, str | None]]

    @property
    def listed(self) -> frozenset[str]:
        """The releases that EMR lists in any region."""
        return frozenset().union(*(region.releases for region in self.regions.values()))


def readable(labels: Iterable[str]) -> list[str]:
    """Leave out betas and previews, whose labels have no place in an order of releases."""
    kept = []
    for label in labels:
        try:
            kept.append(Release.parse(label).label)
        except ValueError:
            continue
    return kept


def plain_number(number: float) -> float | int:
    """Undo the API's 32-bit floating point: 17.100000381469727 is 17.1."""
    rounded = round(number, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def condense(facts: Facts) -> Json:
    """Write facts as the content of a catalogue's file."""
    labels = sorted(facts.listed | facts.applications.keys(), key=Release.parse)
    names = sorted(facts.instance_types)
    support_sets: list[str] = []
    rows = {}
    for name in names:
        ranges = index_ranges(name in facts.supported.get(label, ()) for label in labels)
        if ranges not in support_sets:
            support_sets.append(ranges)
        type_ = facts.instance_types[name]
        rows[name] = [
            type_.vcpu,
            type_.memory_gib,
            type_.architecture,
            type_.instance_store_disks,
            type_.instance_store_gb,
            type_.is_current_generation,
            support_sets.index(ranges),
        ]
    return {
        "format": FORMAT,
        "source": facts.source,
        "as_of": facts.as_of,
        "releases": labels,
        "regions": {
            name: {
                "as_of": region.as_of,
                "releases": index_ranges(label in region.releases for label in labels),
                "instance_types": None
                if region.instance_types is None
                else index_ranges(type_ in region.instance_types for type_ in names),
            }
            for name, region in sorted(facts.regions.items())
        },
        "support_sets": support_sets,
        "instance_type_columns": list(INSTANCE_TYPE_COLUMNS),
        "instance_types": rows,
        "other_ec2_types": _sizes_by_family(facts.other_ec2_types),
        "described_releases": index_ranges(label in facts.applications for label in labels),
        "applications": _applications(facts, labels),
    }


def expand(content: Json) -> Facts:
    """Undo :func:`condense`.

    Raises:
        ValueError, KeyError, IndexError, TypeError, AttributeError: It is not such a content.
    """
    if content["format"] != FORMAT:
        raise ValueError(f"its format is {content['format']}, and this version reads {FORMAT}")
    labels: list[str] = content["releases"]
    Release.parse(max(labels, key=Release.parse))
    names = list(content["instance_types"])
    support_sets = [set(indexes(ranges)) for ranges in content["support_sets"]]
    applications: dict[str, dict[str, str | None]] = {
        labels[index]: {} for index in indexes(content["described_releases"])
    }
    for name, versions in content["applications"].items():
        for version, ranges in versions.items():
            for index in indexes(ranges):
                applications[labels[index]][name] = version or None
    return Facts(
        source=str(content["source"]),
        as_of=str(content["as_of"]),
        regions={
            name: RegionFacts(
                as_of=str(region["as_of"]),
                releases=frozenset(labels[index] for index in indexes(region["releases"])),
                instance_types=None
                if region["instance_types"] is None
                else frozenset(names[index] for index in indexes(region["instance_types"])),
            )
            for name, region in content["regions"].items()
        },
        instance_types={
            name: TypeFacts(*row[:6]) for name, row in content["instance_types"].items()
        },
        supported={
            label: frozenset(
                name
                for name, row in content["instance_types"].items()
                if position in support_sets[row[6]]
            )
            for position, label in enumerate(labels)
        },
        other_ec2_types=frozenset(
            f"{family}.{size}"
            for family, sizes in content["other_ec2_types"].items()
            for size in sizes.split()
        ),
        applications=applications,
    )


def render(content: Mapping[str, Json]) -> str:
    """Write a file's content as JSON, one entry to a line so that versions can be compared."""
    lines = []
    for key, value in content.items():
        if isinstance(value, dict):
            entries = ",\n".join(
                f"  {_compact(name)}: {_compact(row)}" for name, row in value.items()
            )
            lines.append(f"{_compact(key)}: {{\n{entries}\n }}")
        else:
            lines.append(f"{_compact(key)}: {_compact(value)}")
    return "{\n " + ",\n ".join(lines) + "\n}\n"


def _applications(facts: Facts, labels: list[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, list[bool]]] = {}
    for position, label in enumerate(labels):
        for name, version in facts.applications.get(label, {}).items():
            flags = found.setdefault(name, {}).setdefault(version or "", [False] * len(labels))
            flags[position] = True
    return {
        name: {version: index_ranges(flags) for version, flags in found[name].items()}
        for name in sorted(found)
    }


def _sizes_by_family(names: Iterable[str]) -> dict[str, str]:
    families: dict[str, list[str]] = {}
    for name in sorted(names):
        family, _, size = name.partition(".")
        families.setdefault(family, []).append(size)
    return {family: " ".join(sizes) for family, sizes in families.items()}


def _compact(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
