"""Which instance type takes the place of one whose family EC2 has left behind."""

from __future__ import annotations

import re
from dataclasses import dataclass

from emr_platform.catalog.instance_types import (
    InstanceType,
    instance_type,
    instance_types,
    is_supported,
)
from emr_platform.catalog.release import Release

RETIRED_FAMILIES = frozenset(
    ("c1", "c3", "cc2", "cg1", "cr1", "g2", "hi1", "hs1", "i2", "m1", "m2", "m3", "r3", "t1")
)
"""Previous generations from before Nitro, by EC2's page "Previous Generation Instances".

EMR still lists some of them, but EC2 offers them in old zones only and advises to leave them.
"""

_SERIES = {"m2": "r"}
"""Families whose current successors have another letter, by EC2's upgrade paths."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A current instance type for an old one, both as EMR describes them."""

    old: InstanceType
    new: InstanceType

    @property
    def sizes(self) -> str:
        """The sizes of both, as EMR counts: its memory is less than EC2's for newer types."""
        return f"As EMR counts, {self.old.name} has {_size(self.old)}; {self.new.name} has {_size(self.new)}"

    @property
    def comment(self) -> str:
        """What to say beside the new type."""
        return f"Was {self.old.name} with {_size(self.old)}; this has {_size(self.new)}."


def replacement(name: str, release: Release) -> Replacement | None:
    """Find the smallest current type that is at least as large as a retired one.

    Args:
        name: Name of an instance type.
        release: The release that has to support the new type.

    Returns:
        A type of the same series and architecture with as many vCPUs and as much memory or more,
        of one of EC2's current generations and without a specialty (m6a, not m6idn); of equals
        that of the earliest generation, which most zones have. None where the type can stay, or
        where nothing fits.
    """
    old = instance_type(name)
    if old is None:
        return None
    if old.family not in RETIRED_FAMILIES and is_supported(name, release) is not False:
        return None
    series = _SERIES.get(old.family, _letters(old.family))
    candidates = [
        type_
        for type_ in instance_types()
        if type_.is_current_generation
        and type_.architecture == old.architecture
        and re.fullmatch(rf"{series}\d[agi]?", type_.family)
        and type_.vcpu >= old.vcpu
        and type_.memory_gib >= old.memory_gib
        and is_supported(type_.name, release)
    ]
    if not candidates:
        return None
    return Replacement(
        old,
        min(
            candidates,
            key=lambda type_: (
                type_.vcpu,
                type_.memory_gib,
                _generation(type_.family),
                type_.name,
            ),
        ),
    )


def _letters(family: str) -> str:
    return re.split(r"\d", family, maxsplit=1)[0]


def _generation(family: str) -> int:
    return int(re.findall(r"\d+", family)[0])


def _size(type_: InstanceType) -> str:
    disks = type_.instance_store_disks
    local = f", {disks} local disk{'s' if disks > 1 else ''}" if disks else ", EBS only"
    return f"{type_.vcpu} vCPU, {type_.memory_gib:g} GiB{local}"
