import pytest
from hypothesis import given
from hypothesis import strategies as st

from emr_platform.catalog.ranges import index_ranges, indexes


@pytest.mark.parametrize(
    ("flags", "expected"),
    [([], ""), ([False], ""), ([True], "0"), ([True, True, False, True], "0-1,3")],
)
def test_ranges_are_short(flags: list[bool], expected: str) -> None:
    assert index_ranges(flags) == expected


@given(st.lists(st.booleans()))
def test_ranges_read_back(flags: list[bool]) -> None:
    assert indexes(index_ranges(flags)) == [at for at, flag in enumerate(flags) if flag]
