"""The division of a VPC's address range."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network
from itertools import combinations, product

import pytest

from emr_platform.network.addresses import (
    AddressSpaceError,
    SubnetAddresses,
    cluster_subnet_sizes,
    subnet_addresses,
)
from emr_platform.network.spec import NewVpcSpec, SubnetKind

PREFIXES = range(16, 25)
ZONES = range(1, 7)
KINDS: tuple[tuple[SubnetKind, int], ...] = (("private", 0), ("private", 1), ("public", 0))

# Six zones with three subnets each are eighteen; a /24 has sixteen of the smallest subnets.
IMPOSSIBLE: tuple[int, int, tuple[SubnetKind, int]] = (24, 6, ("private", 1))


def spec(prefix: int, zones: int, kind: tuple[SubnetKind, int]) -> NewVpcSpec:
    return NewVpcSpec(
        cidr=f"10.40.0.0/{prefix}",
        availability_zones=zones,
        cluster_subnets=kind[0],
        nat_gateways=kind[1],
    )


def every_range(addresses: SubnetAddresses) -> list[IPv4Network]:
    return [*addresses.cluster, *addresses.database, *addresses.public]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_vpc_that_can_be_divided_is(prefix: int) -> None:
    for zones, kind in product(ZONES, KINDS):
        if (prefix, zones, kind) == IMPOSSIBLE:
            continue
        addresses = subnet_addresses(spec(prefix, zones, kind))

        sizes = cluster_subnet_sizes(spec(prefix, zones, kind))
        assert sizes == tuple(each.num_addresses for each in addresses.cluster)
        vpc = IPv4Network(f"10.40.0.0/{prefix}")
        ranges = every_range(addresses)
        assert all(each.subnet_of(vpc) for each in ranges)
        assert not any(one.overlaps(other) for one, other in combinations(ranges, 2))
        # The sizes that AWS has.
        assert all(16 <= each.prefixlen <= 28 for each in ranges)
        assert len(addresses.cluster) == len(addresses.database) == zones
        assert len(addresses.public) == (zones if kind == ("private", 1) else 0)
        assert len({each.prefixlen for each in addresses.cluster}) == 1
        assert all(each.prefixlen >= addresses.cluster[0].prefixlen for each in ranges)


def test_a_large_vpc() -> None:
    addresses = subnet_addresses(spec(16, 3, ("private", 1)))

    assert [str(each) for each in addresses.cluster] == [
        "10.40.0.0/19",
        "10.40.32.0/19",
        "10.40.64.0/19",
    ]
    assert [str(each) for each in addresses.database] == [
        "10.40.192.0/24",
        "10.40.193.0/24",
        "10.40.194.0/24",
    ]
    assert [str(each) for each in addresses.public] == [
        "10.40.224.0/24",
        "10.40.225.0/24",
        "10.40.226.0/24",
    ]


@pytest.mark.parametrize(
    ("prefix", "zones", "cluster_prefix"),
    [
        (16, 6, 19),
        (20, 2, 23),
        (22, 6, 25),
        (23, 1, 24),
        (23, 2, 25),
        (23, 3, 25),
        (23, 4, 26),
        (23, 6, 27),
        (24, 1, 25),
        (24, 2, 26),
        (24, 3, 27),
        (24, 4, 27),
        (24, 5, 28),
        (24, 6, 28),
    ],
)
def test_clusters_get_most_of_it(prefix: int, zones: int, cluster_prefix: int) -> None:
    addresses = subnet_addresses(spec(prefix, zones, ("private", 0)))

    assert {each.prefixlen for each in addresses.cluster} == {cluster_prefix}


@pytest.mark.parametrize("prefix", range(16, 23))
def test_growing_moves_no_subnet(prefix: int) -> None:
    largest = subnet_addresses(spec(prefix, 6, ("private", 1)))
    for zones, kind in product(ZONES, KINDS):
        addresses = subnet_addresses(spec(prefix, zones, kind))
        assert addresses.cluster == largest.cluster[:zones]
        assert addresses.database == largest.database[:zones]
        assert addresses.public == largest.public[: len(addresses.public)]


def test_the_first_nat_gateway_moves_no_subnet_of_a_small_vpc() -> None:
    for prefix, zones in product((23, 24), ZONES):
        if (prefix, zones) == IMPOSSIBLE[:2]:
            continue
        without = subnet_addresses(spec(prefix, zones, ("private", 0)))
        with_one = subnet_addresses(spec(prefix, zones, ("private", 1)))
        assert (without.cluster, without.database) == (with_one.cluster, with_one.database)


@pytest.mark.parametrize("divide", [subnet_addresses, cluster_subnet_sizes])
def test_no_room_for_nat_gateways(divide: Callable[[NewVpcSpec], object]) -> None:
    with pytest.raises(AddressSpaceError) as caught:
        divide(spec(*IMPOSSIBLE))

    assert str(caught.value) == (
        "10.40.0.0/24 has no room for the subnets of NAT gateways in 6 availability zones"
    )
    assert caught.value.allowed == "a larger block, at most 5 zones, or no NAT gateway"


@pytest.mark.parametrize("cidr", ["10.0.0.0/15", "10.0.0.0/25", "0.0.0.0/0", "10.0.0.1/32"])
def test_a_vpc_of_another_size(cidr: str) -> None:
    with pytest.raises(AddressSpaceError) as caught:
        subnet_addresses(NewVpcSpec(cidr=cidr))

    assert str(caught.value) == f"{cidr} is a /{cidr.rpartition('/')[2]}"
    assert caught.value.allowed == "a block of /16 to /24"


def test_vpcs_of_one_size_are_divided_alike() -> None:
    first = subnet_addresses(NewVpcSpec(cidr="10.0.16.0/20", nat_gateways=1))
    second = subnet_addresses(NewVpcSpec(cidr="192.168.240.0/20", nat_gateways=1))

    assert [str(each) for each in first.cluster] == ["10.0.16.0/23", "10.0.18.0/23"]
    assert [str(each) for each in second.cluster] == ["192.168.240.0/23", "192.168.242.0/23"]
    assert [str(each) for each in second.database] == ["192.168.252.0/26", "192.168.252.64/26"]
    assert [str(each) for each in second.public] == ["192.168.254.0/26", "192.168.254.64/26"]


def test_zones_by_name_count_like_zones_by_number() -> None:
    named = NewVpcSpec(cidr="10.40.0.0/24", availability_zones=["eu-west-1c", "eu-west-1a"])

    assert subnet_addresses(named) == subnet_addresses(spec(24, 2, ("private", 0)))
