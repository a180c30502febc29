"""Sets of positions as short texts, so that the catalogue's files stay small."""

from __future__ import annotations

from collections.abc import Iterable


def indexes(ranges: str) -> list[int]:
    """Read index ranges as they stand in the files: ``0-2,7`` is 0, 1, 2, 7."""
    found: list[int] = []
    for part in filter(None, ranges.split(",")):
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found


def index_ranges(flags: Iterable[bool]) -> str:
    """Write down where a sequence is true, as ``0-3,7`` (positions count from 0, ends included)."""
    ranges: list[list[int]] = []
    for position, flag in enumerate(flags):
        if flag and ranges and ranges[-1][1] == position - 1:
            ranges[-1][1] = position
        elif flag:
            ranges.append([position, position])
    return ",".join(f"{first}-{last}" if first < last else str(first) for first, last in ranges)
