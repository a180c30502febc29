"""Each rule about tags, on both sides of what it allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.environment.tag_rules import TAG_RULES

Values = Mapping[str, Any]


def found(rule_id: str, values: Values) -> list[str]:
    spec = EnvironmentSpec.model_validate({"name": "dev", "region": "us-east-1", **values})
    return [each.rule_id for each in TAG_RULES.problems(spec) if each.rule_id == rule_id]


def etl(**values: Any) -> Values:
    return {"clusters": {"etl": {"release": "emr-7.12.0", **values}}}


def tags(prefix: str, count: int) -> dict[str, str]:
    return {f"{prefix}{number}": "x" for number in range(count)}


CASES: list[tuple[str, list[Values], list[Values]]] = [
    (
        "EMR-TAGS-001",
        [
            {"tags": tags("a", 20), **etl(tags=tags("b", 25))},
            {"tags": tags("a", 45), **etl(tags=tags("a", 45))},
        ],
        [{"tags": tags("a", 20), **etl(tags=tags("b", 26))}],
    ),
    (
        "EMR-TAGS-002",
        [
            {"tags": {"team": "a", "teams": "a"}},
            # EC2 tells them apart, and a cluster's own tags do not go to roles.
            etl(tags={"team": "a", "Team": "a"}),
            {"tags": {"environment": "a"}},
        ],
        [
            {"tags": {"team": "a", "TEAM": "a"}},
            # The platform has a tag of its own, environment.
            {"tags": {"Environment": "a"}},
        ],
    ),
    (
        "EMR-TAGS-003",
        [{"tags": {"stage": "a"}}, {"tags": {"Environment": "a"}}],
        [
            {"tags": {"environment": "a"}},
            {"tags": {"for-use-with-amazon-emr-managed-policies": "true"}},
            etl(tags={"environment": "a"}),
        ],
    ),
]


def test_every_rule_has_cases() -> None:
    assert {case[0] for case in CASES} == {rule.id for rule in TAG_RULES.rules}


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
