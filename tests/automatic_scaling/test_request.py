"""Policies rendered for EMR, held against the API reference."""

from __future__ import annotations

from typing import Any, get_args

import botocore.session
import pytest
from botocore.validate import ParamValidator

from emr_platform.automatic_scaling import AutomaticScalingSpec
from emr_platform.automatic_scaling.presets import PRESETS, effective_rules
from emr_platform.automatic_scaling.request import auto_scaling_policy_request
from emr_platform.automatic_scaling.spec import Preset
from emr_platform.automatic_scaling.values import Comparison, Market, Statistic, Unit
from emr_platform.instances.spec import CoreGroupSpec

EMR = botocore.session.get_session().get_service_model("emr")

# "Adding an automatic scaling policy" in the Amazon EMR Management Guide: the rules of EMR's console.
DOCUMENTED: dict[str, Any] = {
    "Constraints": {"MinCapacity": 2, "MaxCapacity": 10},
    "Rules": [
        {
            "Name": name,
            "Description": "Replicates the rule in the console.",
            "Action": {
                "SimpleScalingPolicyConfiguration": {
                    "AdjustmentType": "CHANGE_IN_CAPACITY",
                    "ScalingAdjustment": adjustment,
                    "CoolDown": 300,
                }
            },
            "Trigger": {
                "CloudWatchAlarmDefinition": {
                    "ComparisonOperator": comparison,
                    "EvaluationPeriods": 1,
                    "MetricName": "YARNMemoryAvailablePercentage",
                    "Namespace": "AWS/ElasticMapReduce",
                    "Period": 300,
                    "Threshold": threshold,
                    "Statistic": "AVERAGE",
                    "Unit": "PERCENT",
                    "Dimensions": [{"Key": "JobFlowId", "Value": "${emr.clusterId}"}],
                }
            },
        }
        for name, adjustment, comparison, threshold in (
            ("Default-scale-out", 1, "LESS_THAN", 15),
            ("Default-scale-in", -1, "GREATER_THAN", 75),
        )
    ],
}


def policy(value: Any) -> AutomaticScalingSpec:
    """A policy as a group in a file has it, in either form."""
    group = CoreGroupSpec.model_validate({"count": 2, "automatic_scaling": value})
    assert group.automatic_scaling is not None
    return group.automatic_scaling


def problems(request: dict[str, Any]) -> str:
    shape = EMR.shape_for("AutoScalingPolicy")
    report: str = ParamValidator().validate(request, shape).generate_report()
    return report


@pytest.mark.parametrize("preset", get_args(Preset))
def test_presets_are_requests_of_the_api(preset: str) -> None:
    request = auto_scaling_policy_request(policy({"preset": preset, "minimum": 1, "maximum": 2}))

    assert problems(request) == ""
    assert [rule["Name"] for rule in request["Rules"]] == ["scale-out", "scale-in"]


def test_every_preset_has_its_data() -> None:
    assert set(get_args(Preset)) == PRESETS.keys()


def test_preset_of_the_documents() -> None:
    rendered = auto_scaling_policy_request(
        policy({"preset": "yarn-memory", "minimum": 2, "maximum": 10})
    )

    assert [rule["Trigger"] for rule in rendered["Rules"]] == [
        rule["Trigger"] for rule in DOCUMENTED["Rules"]
    ]
    assert [rule["Action"] for rule in rendered["Rules"]] == [
        rule["Action"] for rule in DOCUMENTED["Rules"]
    ]


def test_balanced_preset_grows_on_waiting_containers_and_shrinks_on_free_memory() -> None:
    rules = effective_rules(policy({"preset": "yarn-balanced", "minimum": 2, "maximum": 20}))

    out, back = rules["scale-out"], rules["scale-in"]
    assert (out.metric, out.comparison) == ("ContainerPendingRatio", "greater_than")
    assert (back.metric, back.comparison) == ("YARNMemoryAvailablePercentage", "greater_than")
    # Faster out than in.
    assert out.adjustment.value > -back.adjustment.value > 0
    assert out.evaluation_periods < back.evaluation_periods


def test_emrs_own_form_comes_out_as_it_went_in() -> None:
    assert auto_scaling_policy_request(policy(DOCUMENTED)) == DOCUMENTED


def test_both_forms_are_the_same_policy() -> None:
    typed = {
        "minimum": 2,
        "maximum": 10,
        "rules": {
            name: {
                "description": "Replicates the rule in the console.",
                "metric": "YARNMemoryAvailablePercentage",
                "comparison": comparison,
                "threshold": threshold,
                "unit": "percent",
                "adjustment": {"change_in_capacity": adjustment},
            }
            for name, adjustment, comparison, threshold in (
                ("Default-scale-out", 1, "less_than", 15),
                ("Default-scale-in", -1, "greater_than", 75),
            )
        },
    }

    assert policy(typed).model_dump() == policy(DOCUMENTED).model_dump()


def test_what_emr_takes_for_what_its_form_leaves_out() -> None:
    """Defaults of the API reference."""
    rules = policy(
        {
            "Constraints": {"MinCapacity": 1, "MaxCapacity": 2},
            "Rules": [
                {
                    "Name": "out",
                    "Action": {"SimpleScalingPolicyConfiguration": {"ScalingAdjustment": 1}},
                    "Trigger": {
                        "CloudWatchAlarmDefinition": {
                            "ComparisonOperator": "GREATER_THAN",
                            "MetricName": "AppsPending",
                            "Period": 300,
                            "Threshold": 1,
                        }
                    },
                }
            ],
        }
    ).rules

    rule = rules["out"]
    assert rule.evaluation_periods == 1
    assert rule.namespace == "AWS/ElasticMapReduce"
    assert rule.statistic == "average"
    assert rule.unit is None
    assert rule.dimensions == {"JobFlowId": "${emr.clusterId}"}
    assert rule.adjustment.model_dump(exclude_none=True) == {"change_in_capacity": 1}
    assert rule.cooldown_seconds == 0
    assert rule.market is None


def test_every_setting_is_rendered() -> None:
    request = auto_scaling_policy_request(
        policy(
            {
                "minimum": 0,
                "maximum": 30,
                "rules": {
                    "Queue is long": {
                        "description": "Jobs wait",
                        "metric": "QueueLength",
                        "namespace": "Jobs",
                        "comparison": "greater_than_or_equal",
                        "threshold": 2.5,
                        "statistic": "maximum",
                        "unit": "count",
                        "period_seconds": 60,
                        "evaluation_periods": 3,
                        "dimensions": {"Queue": "nightly", "Team": "a"},
                        "adjustment": {"percent_change_in_capacity": 50},
                        "cooldown_seconds": 90,
                        "market": "spot",
                    }
                },
            }
        )
    )

    assert problems(request) == ""
    assert request == {
        "Constraints": {"MinCapacity": 0, "MaxCapacity": 30},
        "Rules": [
            {
                "Name": "Queue is long",
                "Description": "Jobs wait",
                "Action": {
                    "Market": "SPOT",
                    "SimpleScalingPolicyConfiguration": {
                        "AdjustmentType": "PERCENT_CHANGE_IN_CAPACITY",
                        "ScalingAdjustment": 50,
                        "CoolDown": 90,
                    },
                },
                "Trigger": {
                    "CloudWatchAlarmDefinition": {
                        "ComparisonOperator": "GREATER_THAN_OR_EQUAL",
                        "EvaluationPeriods": 3,
                        "MetricName": "QueueLength",
                        "Namespace": "Jobs",
                        "Period": 60,
                        "Statistic": "MAXIMUM",
                        "Threshold": 2.5,
                        "Unit": "COUNT",
                        "Dimensions": [
                            {"Key": "Queue", "Value": "nightly"},
                            {"Key": "Team", "Value": "a"},
                        ],
                    }
                },
            }
        ],
    }


@pytest.mark.parametrize(
    ("words", "shape"),
    [
        (Comparison, "ComparisonOperator"),
        (Market, "MarketType"),
        (Statistic, "Statistic"),
        (Unit, "Unit"),
    ],
)
def test_words_are_those_of_the_api(words: Any, shape: str) -> None:
    assert {word.upper() for word in get_args(words)} == set(EMR.shape_for(shape).metadata["enum"])
