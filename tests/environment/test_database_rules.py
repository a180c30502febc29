"""Each rule about the result store's users and what is around it, on both sides of what it allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from emr_platform.environment.database_rules import DATABASE_RULES
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.problems import Problem
from emr_platform.result_store.users.authorities import regions_with_authorities

Values = Mapping[str, Any]
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:hive-AbCdEf"


def store(user: Any, *databases: str, **cluster: Any) -> Values:
    """A result store with a user hive, and a cluster whose metastore is there."""
    return {
        "result_store": {"databases": databases, "users": {"hive": user}},
        "clusters": {
            "etl": {
                "release": "emr-7.12.0",
                "applications": ["Hive"],
                "metastore": {"mysql": {"user": "hive"}},
                **cluster,
            }
        },
    }


def at(region: str, **result_store: Any) -> Values:
    return {"region": region, "result_store": result_store}


OOZIE = {"oozie-database": {"database": {"user": "hive"}}}

CASES: list[tuple[str, list[Values], list[Values]]] = [
    (
        "EMR-DATABASE-008",
        [
            store("read_write", "hive_metastore"),
            store("read_write", "a", "b", metastore={"mysql": {"user": "hive", "database": "b"}}),
            store(
                {"access": "read_write", "databases": ["hive_metastore"]}, "hive_metastore", "other"
            ),
            store("read_write", "oozie", metastore="local", presets=OOZIE),
            # Nothing is known of the privileges of others.
            store("read_only", "a", metastore={"mysql": "result_store"}),
            store("read_only", "a", metastore={"mysql": {"user": "hive", "secret": SECRET}}),
            store("read_only", "a", metastore={"mysql": {"user": "somebody"}}),
            {"clusters": {"etl": {"release": "emr-7.12.0"}}},
        ],
        [
            store("read_only", "hive_metastore"),
            store("read_write", "results"),
            store({"access": "read_write", "databases": ["a"]}, "a", "hive_metastore"),
            store("read_write", "a", metastore={"mysql": {"user": "hive", "database": "b"}}),
            store("read_write", "hive_metastore", metastore="local", presets=OOZIE),
        ],
    ),
    (
        "EMR-DATABASE-009",
        [
            at("eu-west-1", databases=["a"]),
            at("ap-southeast-7", users={"api": "read_only"}),
            at("us-gov-west-1"),
            {"region": "cn-north-1"},
        ],
        [
            at("us-gov-west-1", databases=["a"]),
            at("cn-north-1", users={"api": "read_only"}),
        ],
    ),
]


def found(rule_id: str, values: Values) -> list[Problem]:
    spec = EnvironmentSpec.model_validate({"name": "dev", "region": "us-east-1", **values})
    return [problem for problem in DATABASE_RULES.problems(spec) if problem.rule_id == rule_id]


def test_every_rule_has_cases() -> None:
    assert {case[0] for case in CASES} == {rule.id for rule in DATABASE_RULES.rules}


@pytest.mark.parametrize(
    ("rule_id", "values"), [(id, values) for id, allowed, _ in CASES for values in allowed]
)
def test_allowed(rule_id: str, values: Values) -> None:
    assert found(rule_id, values) == []


@pytest.mark.parametrize(
    ("rule_id", "values"), [(id, values) for id, _, refused in CASES for values in refused]
)
def test_refused(rule_id: str, values: Values) -> None:
    assert len(found(rule_id, values)) == 1


def test_what_is_said_of_a_user_who_cannot_write() -> None:
    [problem] = found("EMR-DATABASE-008", store("read_only", "hive_metastore"))

    assert problem.path == ("clusters", "etl", "metastore", "mysql", "user")
    assert problem.message == "hive may not write to the database hive_metastore"
    [problem] = found("EMR-DATABASE-008", store("read_write", "results"))
    assert problem.message == "hive may not use the database hive_metastore"


def test_regions_with_authorities() -> None:
    """Those of AWS's bundle for commercial regions; the names with a capital are AWS's own trials."""
    regions = regions_with_authorities()

    assert len(regions) == 34
    assert {"us-east-1", "eu-west-1", "ap-southeast-7", "mx-central-1"} <= regions
    assert not {region for region in regions if region.startswith(("cn-", "us-gov-"))}
