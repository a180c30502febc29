"""Ranges of a pool: given out once, never moved, never shared."""

from __future__ import annotations

from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from emr_platform.tenants.addresses import AddressPool, allocate, overlaps

names = st.from_regex(r"[a-z]{1,6}", fullmatch=True)


def pool(cidr: str = "10.64.0.0/10", prefix_length: int = 20, *reserved: str) -> AddressPool:
    return AddressPool(
        IPv4Network(cidr), prefix_length, tuple(IPv4Network(text) for text in reserved)
    )


def test_blocks_in_order() -> None:
    ranges = allocate(pool(), {}, ["acme", "globex"]).ranges

    assert {owner: str(network) for owner, network in ranges.items()} == {
        "acme": "10.64.0.0/20",
        "globex": "10.64.16.0/20",
    }


def test_reserved_ranges_are_left_out_even_where_they_are_small_or_large() -> None:
    given = pool("10.0.0.0/16", 20, "10.0.0.128/25", "10.0.32.0/19", "192.168.0.0/16")

    allocation = allocate(given, {}, ["a", "b"])

    assert [str(network) for network in allocation.ranges.values()] == [
        "10.0.16.0/20",
        "10.0.64.0/20",
    ]


def test_exhausted_pool_names_those_without() -> None:
    allocation = allocate(pool("10.0.0.0/18", 20), {}, ["a", "b", "c", "d", "e", "f"])

    assert allocation.added == ("a", "b", "c", "d")
    assert allocation.without == ("e", "f")


def test_range_of_a_former_owner_is_not_given_away() -> None:
    before = allocate(pool(), {}, ["acme", "globex"]).ranges

    after = allocate(pool(), before, ["globex", "tiny"])

    assert after.added == ("tiny",)
    assert str(after.ranges["tiny"]) == "10.64.32.0/20"
    assert after.ranges["acme"] == before["acme"]


def test_another_size_of_block_moves_nobody() -> None:
    before = allocate(pool(), {}, ["acme"]).ranges

    after = allocate(pool(prefix_length=22), before, ["acme", "globex"]).ranges

    assert str(after["acme"]) == "10.64.0.0/20"
    assert str(after["globex"]) == "10.64.16.0/22"


@given(
    st.lists(st.lists(names, max_size=12, unique=True), min_size=1, max_size=6),
    st.integers(18, 24),
    st.lists(st.integers(0, 255), max_size=4),
)
def test_whoever_comes_and_goes(
    rounds: list[list[str]], prefix_length: int, reserved: list[int]
) -> None:
    given = pool("10.7.0.0/16", prefix_length, *(f"10.7.{octet}.0/24" for octet in reserved))
    ranges: dict[str, IPv4Network] = {}
    for owners in rounds:
        allocation = allocate(given, ranges, owners)
        assert ranges.items() <= allocation.ranges.items(), "a range that was given out stays"
        ranges = dict(allocation.ranges)
        assert set(owners) <= ranges.keys() | set(allocation.without)
        assert allocation.without == () or len(ranges) <= given.block_count

    blocks = [*ranges.values(), *(network for network in given.reserved)]
    for position, network in enumerate(ranges.values()):
        assert network.subnet_of(given.cidr)
        assert not any(
            network.overlaps(other) for place, other in enumerate(blocks) if place != position
        )
    assert overlaps(ranges) == []


def test_overlaps_of_a_file_that_was_edited() -> None:
    ranges = {
        "acme": IPv4Network("10.64.0.0/16"),
        "globex": IPv4Network("10.64.16.0/20"),
        "tiny": IPv4Network("10.64.17.0/24"),
        "far": IPv4Network("10.65.0.0/20"),
    }

    assert overlaps(ranges) == [("acme", "globex"), ("acme", "tiny"), ("globex", "tiny")]
