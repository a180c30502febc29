"""Answers that are remembered are those of the spec that is asked about."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.remembered import remembered, remembered_items


def test_function_is_asked_once_for_each_spec() -> None:
    asked: list[list[int]] = []

    @remembered
    def total(spec: list[int]) -> int:
        asked.append(spec)
        return sum(spec)

    first, equal = [1, 2], [1, 2]
    assert [total(first), total(equal), total(first), total(equal)] == [3, 3, 3, 3]
    assert len(asked) == 2
    assert asked[0] is first
    assert asked[1] is equal


def test_identity_is_not_taken_over_by_another_spec() -> None:
    """A spec that is thrown away may leave its address to the next one."""

    @remembered
    def first_of(spec: list[int]) -> int:
        return spec[0]

    assert [first_of([number]) for number in range(500)] == list(range(500))


def test_items_are_all_there_for_everybody() -> None:
    @remembered_items
    def items(spec: list[int]) -> Iterator[int]:
        """Say what the items are."""
        yield from spec

    spec = [1, 2, 3]
    assert next(iter(items(spec))) == 1
    assert items(spec) == (1, 2, 3)
    assert items.__doc__ == "Say what the items are."
