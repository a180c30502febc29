"""What a subnet has room for. The numbers are those of AWS's documents on subnets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from emr_platform.environment.address_rules import ADDRESS_RULES
from emr_platform.environment.spec import EnvironmentSpec

START, SCALING = "EMR-CAPACITY-006", "EMR-CAPACITY-007"


def found(cluster: Mapping[str, Any], **network: Any) -> list[str]:
    spec = EnvironmentSpec.model_validate(
        {
            "name": "dev",
            "region": "us-east-1",
            "network": network,
            "clusters": {"etl": {"release": "emr-7.12.0", **cluster}},
        }
    )
    return [problem.rule_id for problem in ADDRESS_RULES.problems(spec)]


def of(core: int, **more: Any) -> dict[str, Any]:
    return {"core": {"count": core}, **more}


@pytest.mark.parametrize(
    ("network", "room"),
    [
        # An eighth of a /21 is a /24: 256 addresses, of which AWS keeps 5 and 4 endpoints have one.
        ({"cidr": "10.0.0.0/21"}, 247),
        ({"cidr": "10.0.0.0/21", "endpoints": []}, 251),
        ({"cidr": "10.0.0.0/21", "endpoints": ["sts", "s3"]}, 250),
        ({"cidr": "10.0.0.0/21", "nat_gateways": 1}, 251),
        # Two zones of a /24: half of it each, less than that with room for databases.
        ({"cidr": "10.0.0.0/24", "nat_gateways": 1}, 59),
    ],
)
def test_room_of_the_subnet(network: dict[str, Any], room: int) -> None:
    scaling = {"minimum": 1, "maximum": room - 1}
    assert found(of(room - 1, scaling=scaling), **network) == []
    assert found(of(room, scaling=scaling), **network) == [START]
    assert found(of(1, scaling=scaling | {"maximum": room}), **network) == [SCALING]


def test_all_nodes_count() -> None:
    cluster = of(3, primary={"count": 3}, task={"a": {"count": 6}})
    network = {"cidr": "10.0.0.0/25", "endpoints": [], "availability_zones": 1}
    # The only zone of the smallest VPCs has a /26 less than it.
    assert found(cluster | {"task": {"a": {"count": 200}}}, cidr="10.0.0.0/24") == [START]
    assert found(cluster, **network | {"cidr": "10.0.0.0/24"}) == []


@pytest.mark.parametrize(
    "network",
    [
        {
            "vpc_id": "vpc-0123456789abcdef0",
            "cidr": "10.0.0.0/28",
            "cluster_subnet_ids": ["subnet-0123456789abcdef0"],
        },
        # Refused by rules of the network.
        {"cidr": "10.0.0.0/30"},
    ],
)
def test_what_is_not_known_is_not_judged(network: dict[str, Any]) -> None:
    assert found(of(1_000), **network) == []


def test_subnet_that_does_not_exist_is_the_business_of_another_rule() -> None:
    assert found(of(60_000, subnet_index=9)) == []


def test_fleets_count_in_units() -> None:
    fleet = {"types": {"m6g.xlarge": {}}, "spot_capacity": 60_000}
    scaling = {"minimum": 1, "maximum": 60_000}

    assert found({"instance_fleets": {"core": fleet}, "scaling": scaling}) == []
