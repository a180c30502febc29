"""How the address range of a VPC is divided among its subnets. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network

from emr_platform.network.spec import NewVpcSpec

LARGEST_VPC_PREFIX = 16
SMALLEST_VPC_PREFIX = 24
# https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
_SMALLEST_SUBNET_PREFIX = 28
_MOST_ZONES = 6
# From here on, an eighth of the VPC has no room for six of the smallest subnets.
_LAST_PREFIX_OF_EIGHTHS = 22


class AddressSpaceError(ValueError):
    """The subnets do not fit into the VPC's address range.

    Attributes:
        allowed: What would fit, in words for people.
    """

    def __init__(self, message: str, *, allowed: str) -> None:
        self.allowed = allowed
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class SubnetAddresses:
    """The address ranges of a VPC's subnets, one per availability zone and kind.

    Attributes:
        cluster: For clusters and for interface endpoints.
        database: For the result store.
        public: For NAT gateways; empty where there is none.
    """

    cluster: tuple[IPv4Network, ...]
    database: tuple[IPv4Network, ...]
    public: tuple[IPv4Network, ...]


def has_nat_subnets(spec: NewVpcSpec) -> bool:
    """Whether the VPC has public subnets besides the ones for clusters."""
    return spec.cluster_subnets == "private" and spec.nat_gateways > 0


def subnet_addresses(spec: NewVpcSpec) -> SubnetAddresses:
    """Divide the VPC's address range.

    In a VPC of /16 to /22 the ranges do not depend on anything but the VPC's own: each zone's
    clusters have an eighth, the seventh eighth is for databases and the last one for NAT gateways.
    A zone or a NAT gateway that is added later moves no subnet. A smaller VPC is divided by the
    number of its zones, so that clusters get as much of it as possible.

    Args:
        spec: The VPC.

    Raises:
        AddressSpaceError: The VPC is larger than /16 or smaller than /24, or its subnets would be
            smaller than the smallest that AWS has, /28.
    """
    division = _division(spec)
    start = int(IPv4Network(spec.cidr).network_address)

    def moved(networks: Iterable[IPv4Network]) -> tuple[IPv4Network, ...]:
        return tuple(
            IPv4Network((start + int(each.network_address), each.prefixlen)) for each in networks
        )

    return SubnetAddresses(
        moved(division.cluster), moved(division.database), moved(division.public)
    )


def cluster_subnet_sizes(spec: NewVpcSpec) -> tuple[int, ...]:
    """How many addresses the subnets for clusters have, those that AWS keeps included.

    Args:
        spec: The VPC.

    Raises:
        AddressSpaceError: As that of :func:`subnet_addresses`.
    """
    return tuple(1 << (32 - each.prefixlen) for each in _division(spec).cluster)


def _division(spec: NewVpcSpec) -> SubnetAddresses:
    """The ranges of the subnets, had the VPC the first address of all."""
    prefix, zones = int(spec.cidr.partition("/")[2]), spec.zone_count
    if not LARGEST_VPC_PREFIX <= prefix <= SMALLEST_VPC_PREFIX:
        raise AddressSpaceError(
            f"{spec.cidr} is a /{prefix}",
            allowed=f"a block of /{LARGEST_VPC_PREFIX} to /{SMALLEST_VPC_PREFIX}",
        )
    division = _divided(prefix, zones, with_nat=has_nat_subnets(spec))
    if has_nat_subnets(spec) and len(division.public) < zones:
        raise AddressSpaceError(
            f"{spec.cidr} has no room for the subnets of NAT gateways in {zones} availability zones",
            allowed=f"a larger block, at most {zones - 1} zones, or no NAT gateway",
        )
    return division


# VPCs of one size are divided alike, and of a thousand tenants most have the same size.
@cache
def _divided(prefix: int, zones: int, *, with_nat: bool) -> SubnetAddresses:
    vpc = IPv4Network((0, prefix))
    divide = _in_eighths if prefix <= _LAST_PREFIX_OF_EIGHTHS else _by_zones
    cluster, database, public = divide(vpc, zones)
    return SubnetAddresses(
        cluster=tuple(cluster[:zones]),
        database=tuple(database[:zones]),
        public=tuple(public[:zones]) if with_nat else (),
    )


_Tiers = tuple[list[IPv4Network], list[IPv4Network], list[IPv4Network]]


def _in_eighths(vpc: IPv4Network, zones: int) -> _Tiers:
    eighth = vpc.prefixlen + 3
    # A /24 holds more databases and NAT gateways than a zone will ever have; the rest stays free.
    small = max(24, vpc.prefixlen + 6)
    of_databases, of_nat_gateways = _blocks(vpc, eighth, range(_MOST_ZONES, _MOST_ZONES + 2))
    zone_numbers = range(min(zones, _MOST_ZONES))
    return (
        _blocks(vpc, eighth, zone_numbers),
        _blocks(of_databases, small, zone_numbers),
        _blocks(of_nat_gateways, small, zone_numbers),
    )


def _blocks(network: IPv4Network, prefix: int, numbers: Iterable[int]) -> list[IPv4Network]:
    """Some of a network's blocks of one size, by their numbers."""
    first, size = int(network.network_address), 1 << (network.max_prefixlen - prefix)
    return [IPv4Network((first + number * size, prefix)) for number in numbers]


def _by_zones(vpc: IPv4Network, zones: int) -> _Tiers:
    smallest = list(vpc.subnets(new_prefix=_SMALLEST_SUBNET_PREFIX))
    # Room for NAT gateways is kept even if there are none, unless clusters would be left with none.
    small_per_zone = 2 if len(smallest) >= 3 * zones else 1
    share = len(smallest) // zones - small_per_zone
    bits = share.bit_length() - 1  # the largest power of two within the share
    cluster = list(vpc.subnets(new_prefix=_SMALLEST_SUBNET_PREFIX - bits))[:zones]
    rest = smallest[zones << bits :]
    return cluster, rest[:zones], rest[zones : 2 * zones] if small_per_zone == 2 else []
