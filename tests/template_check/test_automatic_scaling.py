"""Scaling policies of instance groups in templates, whatever becomes of their rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.template_check.support import cluster, problems

LIMITS = ("Instances", "CoreInstanceGroup", "AutoScalingPolicy", "Constraints")
PLACE = ("Resources", "Cluster", "Properties", *LIMITS, "MinCapacity")


def found(least: int, most: int, **policy: Any) -> list[tuple[str, tuple[Any, ...]]]:
    constraints = {"MinCapacity": least, "MaxCapacity": most}
    group = {"AutoScalingPolicy": {"Constraints": constraints, **policy}}
    properties = cluster(AutoScalingRole="scaling", Instances={"CoreInstanceGroup": group})
    return [(problem.rule_id, problem.path) for problem in problems(properties)]


RULES: list[Any] = [[], {"Ref": "AWS::Region"}, [{"Name": {"Ref": "AWS::Region"}}]]


@pytest.mark.parametrize("rules", RULES)
def test_limits_are_checked_without_rules(rules: Any) -> None:
    assert ("EMR-AUTOSCALING-002", PLACE) in found(5, 1, Rules=rules)


@pytest.mark.parametrize("rules", RULES[:2])
def test_nothing_is_said_of_rules_that_are_not_there(rules: Any) -> None:
    assert found(1, 5, Rules=rules) == []


def test_limits_are_checked_beside_missing_rules() -> None:
    ids = {rule_id for rule_id, _ in found(5, 1)}
    assert ids == {"EMR-TEMPLATE-005", "EMR-AUTOSCALING-002"}
