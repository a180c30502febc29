"""The two forms of a scaling policy: what they refuse, and where they say what."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from emr_platform.automatic_scaling import (
    AdjustmentSpec,
    AutomaticScalingRuleSpec,
    AutomaticScalingSpec,
)
from emr_platform.automatic_scaling.presets import effective_rules
from emr_platform.instances.spec import PrimaryGroupSpec, TaskGroupSpec

RULE = AutomaticScalingRuleSpec(
    metric="AppsPending",
    comparison="greater_than",
    threshold=3,
    adjustment=AdjustmentSpec(change_in_capacity=1),
)
TYPED = {"minimum": 1, "maximum": 2, "rules": {"own": RULE.model_dump(exclude_none=True)}}
ALARM = {
    "ComparisonOperator": "GREATER_THAN",
    "MetricName": "AppsPending",
    "Period": 300,
    "Threshold": 3,
}
ACTION = {"ScalingAdjustment": 1}


def emr_form(*names: str, action: Any = None, **alarm: Any) -> dict[str, Any]:
    return {
        "Constraints": {"MinCapacity": 1, "MaxCapacity": 2},
        "Rules": [
            {
                "Name": name,
                "Action": {"SimpleScalingPolicyConfiguration": {**ACTION, **(action or {})}},
                "Trigger": {"CloudWatchAlarmDefinition": {**ALARM, **alarm}},
            }
            for name in names
        ],
    }


def policy(value: Any) -> AutomaticScalingSpec:
    group = TaskGroupSpec.model_validate({"count": 1, "automatic_scaling": value})
    assert group.automatic_scaling is not None
    return group.automatic_scaling


@pytest.mark.parametrize(
    ("value", "place", "kind"),
    [
        ({"minimum": 1, "maximum": 2}, (), "no_rules"),
        ({**TYPED, "minimum": -1}, ("minimum",), "greater_than_equal"),
        ({**TYPED, "maximum": 0}, ("maximum",), "greater_than_equal"),
        ({**TYPED, "preset": "yarn"}, ("preset",), "literal_error"),
        ({**TYPED, "Minimum": 1}, ("Minimum",), "extra_forbidden"),
        (emr_form(), ("Rules",), "too_short"),
        (emr_form("a", "a"), (), "rule_names"),
        ({"Rules": emr_form("a")["Rules"]}, ("Constraints",), "missing"),
        ("yarn-balanced", (), "model_type"),
    ],
)
def test_refused(value: Any, place: tuple[str, ...], kind: str) -> None:
    with pytest.raises(ValidationError) as refused:
        policy(value)

    [error] = refused.value.errors()
    assert error["type"] == kind
    assert error["loc"][2:] == place


@pytest.mark.parametrize(
    "wrong",
    [
        {"comparison": "GREATER_THAN"},
        {"threshold": -0.1},
        {"statistic": "p99"},
        {"unit": "megabytes"},
        {"period_seconds": 0},
        {"evaluation_periods": 0},
        {"cooldown_seconds": -1},
        {"market": "reserved"},
        {"metric": ""},
        {"namespace": ":x"},
        {"adjustment": {}},
        {"adjustment": {"change_in_capacity": 1, "exact_capacity": 2}},
        {"dimensions": {"JobFlowId": 1}},
    ],
)
def test_values_of_a_rule_that_are_refused(wrong: dict[str, Any]) -> None:
    rule = {**RULE.model_dump(exclude_none=True), **wrong}

    with pytest.raises(ValidationError) as refused:
        policy({**TYPED, "rules": {"own": rule}})

    assert [error["loc"][4] for error in refused.value.errors()] == [*wrong]


@pytest.mark.parametrize(
    ("wrong", "action"),
    [
        ({"ComparisonOperator": "greater_than"}, {}),
        ({"Threshold": -0.1}, {}),
        ({"Statistic": "P99"}, {}),
        ({"Unit": "percent"}, {}),
        ({"EvaluationPeriods": 0}, {}),
        ({"Dimensions": [{"Key": "JobFlowId"}]}, {}),
        ({}, {"AdjustmentType": "CHANGE"}),
        ({}, {"CoolDown": -1}),
        ({}, {"Cooldown": 1}),
    ],
)
def test_values_of_emrs_form_that_are_refused(wrong: dict[str, Any], action: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        policy(emr_form("a", action=action, **wrong))

    [error] = refused.value.errors()
    assert {*wrong, *action} & set(map(str, error["loc"]))


def test_primary_nodes_do_not_scale() -> None:
    with pytest.raises(ValidationError):
        PrimaryGroupSpec.model_validate({"automatic_scaling": TYPED})


def test_own_rules_replace_and_complete_those_of_a_preset() -> None:
    spec = AutomaticScalingSpec(
        preset="yarn-balanced", minimum=1, maximum=9, rules={"scale-in": RULE, "own": RULE}
    )

    rules = effective_rules(spec)
    assert [*rules] == ["scale-out", "scale-in", "own"]
    assert rules["scale-in"] == rules["own"] == RULE
    assert rules["scale-out"].metric == "ContainerPendingRatio"


@pytest.mark.parametrize(
    ("keys", "typed", "emr"),
    [
        ((), (), ()),
        (("minimum",), ("minimum",), ("Constraints", "MinCapacity")),
        (("maximum",), ("maximum",), ("Constraints", "MaxCapacity")),
        (("rules",), ("rules",), ("Rules",)),
        (("rules", "own"), ("rules", "own"), ("Rules", 1)),
        (
            ("rules", "own", "threshold"),
            ("rules", "own", "threshold"),
            ("Rules", 1, "Trigger", "CloudWatchAlarmDefinition", "Threshold"),
        ),
        (
            ("rules", "own", "adjustment", "exact_capacity"),
            ("rules", "own", "adjustment", "exact_capacity"),
            ("Rules", 1, "Action", "SimpleScalingPolicyConfiguration", "ScalingAdjustment"),
        ),
        (("rules", "own", "market"), ("rules", "own", "market"), ("Rules", 1, "Action", "Market")),
        # Not in the file: it comes from a preset.
        (("rules", "scale-out", "unit"), ("preset",), ("preset",)),
    ],
)
def test_places_are_those_of_the_form_that_was_used(
    keys: tuple[str, ...], typed: Any, emr: Any
) -> None:
    assert policy(TYPED).written(*keys) == typed
    assert policy(emr_form("first", "own")).written(*keys) == emr


def test_every_key_of_a_rule_has_its_place_in_emrs_form() -> None:
    spec = policy(emr_form("own"))
    places = {spec.written("rules", "own", key) for key in AutomaticScalingRuleSpec.model_fields}

    assert len(places) == len(AutomaticScalingRuleSpec.model_fields)


@pytest.mark.parametrize(
    ("adjustment", "kind", "value", "direction"),
    [
        (AdjustmentSpec(change_in_capacity=2), "change_in_capacity", 2, 1),
        (AdjustmentSpec(change_in_capacity=-2), "change_in_capacity", -2, -1),
        (AdjustmentSpec(percent_change_in_capacity=-10), "percent_change_in_capacity", -10, -1),
        (AdjustmentSpec(change_in_capacity=0), "change_in_capacity", 0, 0),
        (AdjustmentSpec(exact_capacity=5), "exact_capacity", 5, 0),
    ],
)
def test_adjustments(adjustment: AdjustmentSpec, kind: str, value: int, direction: int) -> None:
    assert (adjustment.kind, adjustment.value, adjustment.direction) == (kind, value, direction)
