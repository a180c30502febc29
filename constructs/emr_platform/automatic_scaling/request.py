"""A scaling policy rendered as EMR's API takes it, as plain data."""

from __future__ import annotations

from typing import Any

from emr_platform.automatic_scaling.presets import effective_rules
from emr_platform.automatic_scaling.spec import AutomaticScalingRuleSpec, AutomaticScalingSpec

Json = dict[str, Any]


def auto_scaling_policy_request(policy: AutomaticScalingSpec) -> Json:
    """Render a policy.

    Args:
        policy: The policy.

    Returns:
        The policy; see https://docs.aws.amazon.com/emr/latest/APIReference/API_AutoScalingPolicy.html.
    """
    return {
        "Constraints": {"MinCapacity": policy.minimum, "MaxCapacity": policy.maximum},
        "Rules": [_rule(name, rule) for name, rule in effective_rules(policy).items()],
    }


def _rule(name: str, rule: AutomaticScalingRuleSpec) -> Json:
    action: Json = {
        "SimpleScalingPolicyConfiguration": {
            "AdjustmentType": rule.adjustment.kind.upper(),
            "ScalingAdjustment": rule.adjustment.value,
            "CoolDown": rule.cooldown_seconds,
        }
    }
    if rule.market:
        action["Market"] = rule.market.upper()
    alarm: Json = {
        "ComparisonOperator": rule.comparison.upper(),
        "EvaluationPeriods": rule.evaluation_periods,
        "MetricName": rule.metric,
        "Namespace": rule.namespace,
        "Period": rule.period_seconds,
        "Statistic": rule.statistic.upper(),
        "Threshold": rule.threshold,
        "Dimensions": [{"Key": key, "Value": value} for key, value in rule.dimensions.items()],
    }
    if rule.unit:
        alarm["Unit"] = rule.unit.upper()
    rendered: Json = {
        "Name": name,
        "Action": action,
        "Trigger": {"CloudWatchAlarmDefinition": alarm},
    }
    if rule.description is not None:
        rendered["Description"] = rule.description
    return rendered
