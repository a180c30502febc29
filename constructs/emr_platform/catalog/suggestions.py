"""Which instance types to name where one cannot be had."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from emr_platform.catalog.data import CatalogData, catalog_data
from emr_platform.catalog.instance_types import (
    InstanceType,
    instance_type,
    instance_types,
    is_other_ec2_type,
    is_previous_generation,
    is_supported,
)
from emr_platform.catalog.offers import type_in_region
from emr_platform.catalog.release import Release

_NAME = re.compile(r"(?P<series>[a-z]+)-?(?P<generation>\d+)(?P<attributes>[\w-]*)\.(?P<size>.+)")
_SIZE = re.compile(r"(?P<number>\d*)xlarge|metal-(?P<metal>\d+)xl")
# In terms of xlarge.
_SMALL_SIZES = {"nano": 1 / 32, "micro": 1 / 16, "small": 1 / 8, "medium": 1 / 4, "large": 1 / 2}
# All of a machine, which is at least as large as the largest other size.
_METAL = 1024.0
# Series to turn to from one that EMR, a release or a region has nothing of, and how much higher they
# count their generations. T3 came with M5, and T4g with M6g.
_LIKE = {
    "a": ("m", 5),
    "t": ("m", 2),
    "hpc": ("c", 0),
    "u": ("x", 0),
    "inf": ("g", 3),
    "trn": ("g", 3),
    "dl": ("g", 3),
    "vt": ("g", 3),
    "p": ("g", 1),
}
_PROCESSORS = frozenset("agi")
_LIKELY_NEXT_GENERATIONS = 2
# What another letter counts, where another generation counts 1.
_PER_ATTRIBUTE = 2


@dataclass(frozen=True, slots=True)
class _Name:
    """The parts of an instance type's name, ``m6gd.2xlarge``.

    Attributes:
        series: ``m``.
        generation: 6.
        attributes: The letters behind it, ``gd``.
        size: 2, in terms of xlarge; None for what is no size.
    """

    series: str
    generation: int
    attributes: str
    size: float | None

    @property
    def is_arm(self) -> bool:
        """Whether the processor is AWS's own."""
        return self.attributes.startswith("g") or (self.series, self.generation) == ("a", 1)


def similar_types(
    name: str, *, release: Release | None = None, region: str | None = None, count: int = 3
) -> tuple[str, ...]:
    """Find instance types that can take the place of one that is misspelled or cannot be had.

    Other sizes of the family where the size is what is wrong. Otherwise the same size, or the one
    next to it, of the same series and architecture: rather of the same or a newer generation than of
    an older one, and of the family with the most in common.

    Args:
        name: Name of the instance type; it may be one that does not exist.
        release: The release that has to support them. Default: any.
        region: The region that has to offer them. Default: any.
        count: How many to find at most.

    Returns:
        Their names, the best first. None that is known to be unsupported or not offered.
    """
    return _similar_types(catalog_data(), name, release, region, count)


# A check of a template of which something is open asks the same over and over.
@lru_cache(maxsize=512)
def _similar_types(
    data: CatalogData, name: str, release: Release | None, region: str | None, count: int
) -> tuple[str, ...]:
    del data
    candidates = [
        type_
        for type_ in instance_types()
        if type_.name != name
        and (release is None or is_supported(type_.name, release) is not False)
        and (region is None or type_in_region(type_.name, region) is not False)
    ]
    wanted = _parse(name)
    family, _, size = name.partition(".")
    relatives = [type_ for type_ in candidates if type_.family == family]
    if relatives and instance_type(name) is None:
        return _sizes(wanted, name, relatives)[:count]
    if wanted and (instance_type(name) or is_other_ec2_type(name) or _is_next(wanted)):
        found = _alike(wanted, instance_type(name), candidates)
        if found:
            return found[:count]
    of_size = [type_.name for type_ in candidates if type_.name.endswith(f".{size}")]
    families = {other.partition(".")[0]: other for other in of_size}
    swapped = [other for other in families if sorted(other) == sorted(family)]
    spelled = swapped + difflib.get_close_matches(family, families, n=count)
    if spelled:
        return tuple(families[other] for other in dict.fromkeys(spelled))[:count]
    names = of_size or [type_.name for type_ in candidates]
    current = [other for other in names if not is_previous_generation(other)]
    return tuple(difflib.get_close_matches(name, current or names, n=count, cutoff=0))


def _sizes(wanted: _Name | None, name: str, relatives: Iterable[InstanceType]) -> tuple[str, ...]:
    """Other sizes of a family: the nearest first, or those that are spelled almost like it."""
    names = [type_.name for type_ in relatives]
    if wanted is None or wanted.size is None:
        return tuple(difflib.get_close_matches(name, names, n=len(names), cutoff=0))
    return tuple(sorted(names, key=lambda other: _distance(wanted, _parse(other))))


def _alike(
    wanted: _Name, old: InstanceType | None, candidates: Iterable[InstanceType]
) -> tuple[str, ...]:
    """Types of the same series and architecture, or of the series that is most like it."""
    architecture = old.architecture if old else ("arm64" if wanted.is_arm else "x86_64")
    candidates = list(candidates)
    same = [type_ for type_ in candidates if type_.architecture == architecture]
    found, generation = _of_series(wanted, same)
    if not found:
        found, generation = _of_series(wanted, candidates)
    found = {name: found[name] for name in found if not is_previous_generation(name)} or found
    nearest = min((_distance(wanted, other) for other in found.values()), default=0)

    def rank(name: str) -> tuple[int, float, str]:
        other = found[name]
        generations = abs(other.generation - generation) + (other.generation < generation)
        return generations + _differences(wanted, other), other.size or math.inf, name

    near = [name for name, other in found.items() if _distance(wanted, other) == nearest]
    return tuple(sorted(near, key=rank))


def _of_series(wanted: _Name, candidates: Iterable[InstanceType]) -> tuple[dict[str, _Name], int]:
    """Types of the same series, or of the one that is most like it, and the generation to look for."""
    parsed = {type_.name: other for type_ in candidates if (other := _parse(type_.name))}
    for series, more in ((wanted.series, 0), _LIKE.get(wanted.series, (wanted.series, 0))):
        found = {name: other for name, other in parsed.items() if other.series == series}
        if found:
            return found, wanted.generation + more
    return {}, wanted.generation


def _is_next(wanted: _Name) -> bool:
    """Whether it looks like a family that is newer than the catalogue."""
    known = [_parse(type_.name) for type_ in instance_types()]
    of_series = [other.generation for other in known if other and other.series == wanted.series]
    return 0 < wanted.generation - max(of_series, default=99) <= _LIKELY_NEXT_GENERATIONS


def _differences(one: _Name, other: _Name) -> int:
    """How much the attributes differ; that an x86 processor is of another maker counts little."""
    letters = set(one.attributes) ^ set(other.attributes)
    return _PER_ATTRIBUTE * len(letters - _PROCESSORS) + bool(letters & _PROCESSORS)


def _distance(one: _Name, other: _Name | None) -> float:
    if other is None or one.size is None or other.size is None:
        return 0
    return abs(math.log2(one.size / other.size))


def _parse(name: str) -> _Name | None:
    match = _NAME.fullmatch(name)
    if not match:
        return None
    return _Name(
        match["series"], int(match["generation"]), match["attributes"], _size(match["size"])
    )


def _size(size: str) -> float | None:
    if match := _SIZE.fullmatch(size):
        return float(match["metal"] or match["number"] or 1) or None
    return _METAL if size == "metal" else _SMALL_SIZES.get(size)
