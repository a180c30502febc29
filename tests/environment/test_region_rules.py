"""Each rule about what regions offer, on both sides of what it allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from emr_platform.environment.region_rules import REGION_RULES
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.problems import Problem

Values = Mapping[str, Any]


def at(region: str, release: str = "emr-7.12.0", **cluster: Any) -> Values:
    return {"region": region, "clusters": {"etl": {"release": release, **cluster}}}


def found(rule_id: str, values: Values) -> list[Problem]:
    spec = EnvironmentSpec.model_validate({"name": "dev", **values})
    return [problem for problem in REGION_RULES.problems(spec) if problem.rule_id == rule_id]


FLEETS = {"core": {"types": {"m6g.xlarge": {}, "m5a.xlarge": {}}, "on_demand_capacity": 1}}

CASES: list[tuple[str, list[Values], list[Values]]] = [
    (
        "EMR-RELEASE-003",
        [
            at("us-east-1", "emr-4.2.0"),
            # Hyderabad opened in November 2022, with EMR 6.7.0 of the newest series.
            at("ap-south-2", "emr-6.7.0"),
            at("ap-south-2", "emr-5.36.0"),
            # Between releases that are listed.
            at("ap-southeast-3", "emr-5.31.0"),
            # The region's list ends before the newest release: it may be as old.
            at("ap-southeast-7", "emr-7.0.0"),
            # Nothing is known of the region, the release, or either.
            at("cn-north-1", "emr-4.2.0"),
            at("us-gov-west-1", "emr-4.2.0"),
            at("us-east-1", "emr-4.7.2"),
            at("us-esat-1", "emr-9.0.0"),
        ],
        [
            at("ap-south-2", "emr-6.6.0"),
            at("ap-south-2", "emr-5.35.0"),
            at("ap-south-2", "emr-4.9.6"),
            at("us-east-2", "emr-4.5.0"),
            at("eu-west-3", "emr-5.5.2"),
        ],
    ),
    (
        "EMR-RELEASE-004",
        [
            at("me-central-1", "emr-7.12.0"),
            at("us-east-1", "emr-spark-8.1.0"),
            at("cn-north-1", "emr-7.14.0"),
            # Another rule says that they are unknown, or were never there.
            at("me-central-1", "emr-7.99.0"),
            at("ap-south-2", "emr-6.6.0"),
        ],
        [
            at("me-central-1", "emr-7.13.0"),
            at("me-central-1", "emr-spark-8.0.0"),
            at("ap-southeast-3", "emr-5.31.0"),
            at("ap-southeast-7", "emr-7.0.0"),
        ],
    ),
    (
        "EMR-INSTANCE-005",
        [
            at("us-east-1", core={"type": "m5a.xlarge"}),
            at("ap-south-2", core={"type": "m5.xlarge"}),
            at("us-east-1", instance_fleets=FLEETS),
            # Nothing is known of the region, or of the type.
            at("ap-southeast-7", core={"type": "m5a.xlarge"}),
            at("cn-north-1", core={"type": "m5a.xlarge"}),
            at("ap-south-2", core={"type": "m99.xlarge"}),
            # Another rule says that the release does not support it.
            at("ap-south-2", "emr-6.7.0", primary={"type": "r8a.xlarge"}),
        ],
        [
            at("ap-south-2", core={"type": "m5a.xlarge"}),
            at("ap-south-2", primary={"type": "c4.xlarge"}),
            at("ap-south-2", task={"a": {"type": "p3.2xlarge", "count": 1}}, core={"count": 1}),
            at("ap-south-2", instance_fleets=FLEETS),
        ],
    ),
    (
        "EMR-DATABASE-005",
        [
            {"region": "us-east-1", "result_store": {"instance_type": "m5d.xlarge"}},
            {"region": "eu-central-2", "result_store": {}},
            {"region": "eu-central-2"},
            # Nothing is known of the region; another rule speaks of the class.
            {"region": "xx-west-9", "result_store": {"instance_type": "m5d.xlarge"}},
            {"region": "eu-central-2", "result_store": {"instance_type": "m99.large"}},
            {
                "region": "eu-central-2",
                "result_store": {"instance_type": "m8a.large", "engine": "mysql-8.0"},
            },
        ],
        [
            {"region": "eu-central-2", "result_store": {"instance_type": "m5d.xlarge"}},
            {"region": "ca-west-1", "result_store": {}},
        ],
    ),
]


def test_every_rule_has_cases() -> None:
    assert {case[0] for case in CASES} == {rule.id for rule in REGION_RULES.rules}


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
    ("region", "release", "offered"),
    [
        ("ap-south-2", "emr-4.9.6", "emr-5.36.0, emr-7.14.0"),
        ("ap-south-2", "emr-6.5.0", "emr-6.7.0, emr-7.14.0"),
    ],
)
def test_what_is_offered_instead_of_an_old_release(region: str, release: str, offered: str) -> None:
    [problem] = found("EMR-RELEASE-003", at(region, release))
    assert problem.allowed == f"a release that {region} offers, such as {offered}"


def test_spark_line_that_is_not_in_the_region_yet_gives_way_to_the_other() -> None:
    [problem] = found("EMR-RELEASE-004", at("me-central-1", "emr-spark-8.0.0"))
    assert problem.allowed == "a release that me-central-1 offers, such as emr-7.12.0"


def test_problem_stands_at_the_type_in_a_fleet() -> None:
    [problem] = found("EMR-INSTANCE-005", at("ap-south-2", instance_fleets=FLEETS))
    assert problem.path == ("clusters", "etl", "instance_fleets", "core", "types", "m5a.xlarge")
    assert problem.aws_answer == "Instance type 'm5a.xlarge' is not supported."
    assert "m5.xlarge" in str(problem.allowed)
