"""Each rule about networks on both sides of what it allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from emr_platform.network.rules import NETWORK_RULES, network_problems
from emr_platform.network.spec import ExistingVpcSpec, NewVpcSpec
from emr_platform.problems import Problem

Values = Mapping[str, Any]


def network(values: Values) -> NewVpcSpec | ExistingVpcSpec:
    if "vpc_id" in values:
        return ExistingVpcSpec.model_validate(values)
    return NewVpcSpec.model_validate(values)


def existing(**values: Any) -> Values:
    return {
        "vpc_id": "vpc-12345678",
        "cidr": "10.0.0.0/16",
        "cluster_subnet_ids": ["subnet-11111111"],
        **values,
    }


def found(rule_id: str, values: Values) -> list[Problem]:
    return [problem for problem in network_problems(network(values)) if problem.rule_id == rule_id]


SUBNETS = ["subnet-11111111", "subnet-22222222"]

CASES: list[tuple[str, list[Values], list[Values]]] = [
    (
        "EMR-NETWORK-001",
        # A /24 has sixteen subnets of /28: for six zones two each, and for five zones three each.
        [
            {"cidr": "10.0.0.0/16"},
            {"cidr": "10.0.0.0/24", "availability_zones": 6},
            {"cidr": "10.0.0.0/24", "availability_zones": 5, "nat_gateways": 1},
        ],
        [
            {"cidr": "10.0.0.0/15"},
            {"cidr": "10.0.0.0/25"},
            {"cidr": "10.0.0.0/24", "availability_zones": 6, "nat_gateways": 1},
        ],
    ),
    (
        "EMR-NETWORK-002",
        [{"availability_zones": 2, "nat_gateways": 2}, {"availability_zones": ["us-east-1a"]}],
        [
            {"availability_zones": 2, "nat_gateways": 3},
            {"availability_zones": ["us-east-1a"], "nat_gateways": 2},
        ],
    ),
    (
        "EMR-NETWORK-003",
        [{"cluster_subnets": "public"}, {"nat_gateways": 1}],
        [{"cluster_subnets": "public", "nat_gateways": 1}],
    ),
    (
        "EMR-NETWORK-004",
        [
            {},
            {"endpoints": ["elasticmapreduce"]},
            {"endpoints": [], "nat_gateways": 1},
            {"endpoints": ["logs"], "cluster_subnets": "public"},
        ],
        [{"endpoints": []}, {"endpoints": ["s3", "logs"]}],
    ),
    (
        "EMR-NETWORK-005",
        [{"endpoints": ["elasticmapreduce", "s3", "dynamodb", "ecr.api", "kms-fips"]}],
        [{"endpoints": ["elasticmapreduce", "secretmanager"]}],
    ),
    (
        "EMR-NETWORK-006",
        [
            {"endpoints": ["elasticmapreduce", "logs"]},
            {"availability_zones": ["us-east-1a", "us-east-1b"]},
        ],
        [
            {"endpoints": ["elasticmapreduce", "elasticmapreduce"]},
            {"availability_zones": ["us-east-1a", "us-east-1a"]},
        ],
    ),
    (
        "EMR-NETWORK-014",
        [
            {"cidr": "10.255.0.0/16"},
            {"cidr": "172.16.0.0/16"},
            {"cidr": "172.31.240.0/20"},
            {"cidr": "192.168.0.0/16"},
            {"cidr": "100.127.0.0/16"},
        ],
        [
            {"cidr": "0.0.0.0/16"},
            {"cidr": "9.255.0.0/16"},
            {"cidr": "172.17.16.0/20"},
            {"cidr": "172.32.0.0/16"},
            {"cidr": "100.128.0.0/16"},
        ],
    ),
    (
        "EMR-NETWORK-007",
        # A subnet may be for both.
        [existing(cluster_subnet_ids=SUBNETS, result_store_subnet_ids=SUBNETS)],
        [
            existing(cluster_subnet_ids=[*SUBNETS, SUBNETS[0]]),
            existing(result_store_subnet_ids=[*SUBNETS, SUBNETS[0]]),
        ],
    ),
    (
        "EMR-NETWORK-008",
        [existing(cidr="10.0.0.0/16"), existing(cidr="10.0.0.0/28")],
        [existing(cidr="10.0.0.0/15"), existing(cidr="10.0.0.0/29")],
    ),
]


def test_every_rule_has_cases() -> None:
    assert [case[0] for case in CASES] == [rule.id for rule in NETWORK_RULES]


@pytest.mark.parametrize(
    ("rule_id", "values"), [(id, values) for id, accepted, _ in CASES for values in accepted]
)
def test_accepted(rule_id: str, values: Values) -> None:
    assert found(rule_id, values) == []


@pytest.mark.parametrize(
    ("rule_id", "values"), [(id, values) for id, _, refused in CASES for values in refused]
)
def test_refused(rule_id: str, values: Values) -> None:
    assert len(found(rule_id, values)) == 1


@pytest.mark.parametrize(
    "values", [{}, {"nat_gateways": 1}, {"cluster_subnets": "public"}, existing()]
)
def test_nothing_is_wrong_with_ordinary_networks(values: Values) -> None:
    assert network_problems(network(values)) == []
