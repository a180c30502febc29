"""Whether an environment has the addresses that it needs, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from ipaddress import IPv4Network
from pathlib import Path

from emr_platform.environment.yaml_tree import MappingNode, locate, plain
from emr_platform.problems import InvalidSpecError, Location, Problem
from emr_platform.tenants import file_problems as kinds
from emr_platform.tenants.addresses import Allocation, allocate, overlaps
from emr_platform.tenants.tenants_document import Row
from emr_platform.tenants.tenants_file import TenantsFile


class RowAddresses:
    """The addresses of the environments of a tenants file.

    Attributes:
        file: The tenants file.
        taken: Ranges that others than its environments have.
    """

    def __init__(self, file: TenantsFile, taken: Iterable[IPv4Network] = ()) -> None:
        self.file = file
        self.taken = tuple(taken)

    @cached_property
    def owners(self) -> list[str]:
        """Environments that get their range from the pool, in the order of the file."""
        found = []
        for row in self.file.rows.values():
            try:
                if self.file.wants_range(row):
                    found.append(row.name)
            except InvalidSpecError:
                # It says itself what is wrong, and keeps the range that it may have.
                continue
        return found

    @cached_property
    def allocation(self) -> Allocation:
        """The ranges after everybody has got one for whom there is one."""
        pool = self.file.pool
        if pool is None:
            return Allocation(self.file.lock.ranges)
        taken = replace(pool, reserved=(*pool.reserved, *self.own_ranges.values(), *self.taken))
        return allocate(taken, self.file.lock.ranges, self.owners)

    @cached_property
    def own_ranges(self) -> dict[str, IPv4Network]:
        """Ranges that environments give themselves, as far as they are written out."""
        found = {}
        for row in self.file.rows.values():
            with suppress(InvalidSpecError, ValueError):
                if (cidr := self.file.own_cidr(row)) is not None:
                    found[row.name] = IPv4Network(cidr)
        return found

    @cached_property
    def lock_problems(self) -> list[Problem]:
        """What is wrong with the lock file, and with the ranges in it."""
        lock, pool = self.file.lock, self.file.pool
        problems = list(self.file.lock_problems)
        for first, second in overlaps(lock.ranges):
            problems.append(
                self._of_lock(
                    second,
                    f"the ranges {lock.ranges[first]} of {first} and {lock.ranges[second]} of {second} overlap",
                    "one of them only: take out the line of the one that is not deployed yet, "
                    "and run `emr-platform lock`",
                )
            )
        problems += [
            self._of_lock(
                name,
                f"the range {network} of {name} overlaps the reserved range {reserved}",
                "ranges that were given out stay: reserve another range, or release this one",
            )
            for name, network in lock.ranges.items()
            for reserved in (pool.reserved if pool else ())
            if network.overlaps(reserved)
        ]
        return problems

    def _of_lock(self, name: str, message: str, allowed: str) -> Problem:
        lock = self.file.lock
        location = Location(str(lock.path), lock.lines.get(name, 1), 1)
        return kinds.LOCK_FILE.at(location, message, path=("ranges", name), allowed=allowed)

    def problems(self, row: Row, root: MappingNode) -> list[Problem]:
        """What is wrong with the addresses of one environment.

        Args:
            row: The environment.
            root: What it amounts to.
        """
        pool = self.file.pool
        if pool is None or row.tier not in ("silo", "shared"):
            return []
        if self.file.lock_problems:
            return list(self.file.lock_problems)
        if not self.file.wants_range(row):
            return self._own_problems(row, root)
        if row.name in self.file.lock.ranges:
            return []
        if row.name in self.allocation.without:
            return [
                row.problem(
                    kinds.NO_ADDRESSES_LEFT,
                    row.mark,
                    f"{pool.cidr} has no free block of /{pool.prefix_length} left",
                    allowed="a larger address_pool, or fewer environments; those that are gone keep "
                    "their ranges until `emr-platform lock --release NAME`",
                )
            ]
        return [
            row.problem(
                kinds.ADDRESSES_NOT_LOCKED,
                row.mark,
                f"it has no range of {pool.cidr} yet",
                allowed="run `emr-platform lock`, and commit the lock file",
            )
        ]

    def _own_problems(self, row: Row, root: MappingNode) -> list[Problem]:
        """What is wrong with a range that an environment gives itself."""
        place = locate(root, ("network", "cidr"))
        exists = locate(root, ("network", "vpc_id")).found
        try:
            own = IPv4Network(str(plain(place.node)) if place.found and not exists else "")
        except ValueError:
            return []
        pool = self.file.pool
        others = [
            (f"the range of {name}", network)
            for name, network in self.file.lock.ranges.items()
            if name != row.name
        ]
        others += [
            (f"the range of {name}", network)
            for name, network in self.own_ranges.items()
            if name != row.name
        ]
        others += [("the reserved range", network) for network in (pool.reserved if pool else ())]
        return [
            row.problem(
                kinds.OWN_ADDRESSES,
                place.mark,
                f"{own} overlaps {what}, {network}",
                path=("network", "cidr"),
                allowed="a range apart from it, or none, for one of the pool",
            )
            for what, network in others
            if network.overlaps(own)
        ]


def overlaps_between(files: Iterable[TenantsFile]) -> dict[Path, list[Problem]]:
    """Find ranges that two tenants files have given out, each to an environment of its own.

    Args:
        files: The tenants files.

    Returns:
        The problems by tenants file: the later one of the two.
    """
    owners = {
        f"{number:06} {name}": (number, name, file)
        for number, file in enumerate(files)
        for name in file.lock.ranges
    }
    ranges = {owner: file.lock.ranges[name] for owner, (_, name, file) in owners.items()}
    found: dict[Path, list[Problem]] = {}
    for pair in overlaps(ranges):
        first, second = (owners[owner] for owner in sorted(pair))
        if first[0] == second[0] or first[1] == second[1]:
            # The file says it itself; or the environment has moved, and its range with it.
            continue
        (_, other, other_file), (_, name, file) = first, second
        found.setdefault(file.path, []).append(
            kinds.LOCK_FILE.at(
                Location(str(file.lock.path), file.lock.lines.get(name, 1), 1),
                f"the range {file.lock.ranges[name]} of {name} overlaps "
                f"{other_file.lock.ranges[other]} of {other} in {other_file.lock.path}",
                path=("ranges", name),
                allowed="one of them only: take out the line of the one that is not deployed yet, "
                "and run `emr-platform lock`",
            )
        )
    return found
