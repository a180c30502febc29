"""Which address range of a pool belongs to which tenant, for good. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network


@dataclass(frozen=True, slots=True)
class AddressPool:
    """A range of addresses that is given out in blocks of one size.

    Attributes:
        cidr: The whole range.
        prefix_length: Size of a block, as in CIDR notation: 20 is 4096 addresses.
        reserved: Ranges that no block may touch: offices, other VPCs, whatever is connected.
    """

    cidr: IPv4Network
    prefix_length: int
    reserved: tuple[IPv4Network, ...] = ()

    @property
    def block_count(self) -> int:
        """How many blocks the range has, reserved ones included."""
        return 1 << max(0, self.prefix_length - self.cidr.prefixlen)

    def block(self, index: int) -> IPv4Network:
        """The block at a position, counted from 0."""
        size = 1 << (32 - self.prefix_length)
        first = int(self.cidr.network_address) + index * size
        return IPv4Network((first, self.prefix_length))

    def touched(self, network: IPv4Network) -> range:
        """The positions of the blocks that a range touches; empty for one outside of the pool."""
        start = int(self.cidr.network_address)
        first = max(0, int(network.network_address) - start)
        last = min(int(self.cidr.broadcast_address), int(network.broadcast_address)) - start
        if last < first:
            return range(0)
        shift = 32 - self.prefix_length
        return range(first >> shift, (last >> shift) + 1)


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who has which range.

    Attributes:
        ranges: The range of each owner, those of former owners included.
        added: Owners that got a range just now, in the order in which they asked.
        without: Owners for whom no block was left.
    """

    ranges: Mapping[str, IPv4Network]
    added: tuple[str, ...] = ()
    without: tuple[str, ...] = field(default=())


def allocate(
    pool: AddressPool, locked: Mapping[str, IPv4Network], owners: Iterable[str]
) -> Allocation:
    """Give a block to each owner that has none.

    A range that was given out never moves, whoever else comes or goes and however the pool changes. Nor is the
    range of an owner who is gone given to another one: what was deployed there may still be there.

    Args:
        pool: Where blocks come from.
        locked: Ranges that were given out before, by owner.
        owners: All owners now. New ones get the first free blocks, in this order.

    Returns:
        The ranges, and who got one and who did not.
    """
    taken: set[int] = set()
    for network in (*pool.reserved, *locked.values()):
        taken.update(pool.touched(network))
    ranges = dict(locked)
    added: list[str] = []
    without: list[str] = []
    free = (index for index in range(pool.block_count) if index not in taken)
    for owner in owners:
        if owner in ranges:
            continue
        index = next(free, None)
        if index is None:
            without.append(owner)
        else:
            ranges[owner] = pool.block(index)
            added.append(owner)
    return Allocation(ranges, tuple(added), tuple(without))


def overlaps(ranges: Mapping[str, IPv4Network]) -> list[tuple[str, str]]:
    """Pairs of owners whose ranges share addresses, as a lock file that was edited by hand may have.

    Args:
        ranges: The range of each owner.

    Returns:
        Each such pair once, in the order of their addresses.
    """
    found: list[tuple[str, str]] = []
    open_ranges: list[tuple[int, str]] = []
    for owner, network in sorted(ranges.items(), key=lambda item: (item[1], item[0])):
        open_ranges = [
            (last, other) for last, other in open_ranges if last >= int(network.network_address)
        ]
        found += [(other, owner) for _, other in open_ranges]
        open_ranges.append((int(network.broadcast_address), owner))
    return found
