"""A scaling policy as EMR's own JSON has it, in EMR's spelling of keys and values.

See https://docs.aws.amazon.com/emr/latest/APIReference/API_AutoScalingPolicy.html.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias, get_args

from pydantic import ConfigDict, Field, model_validator
from pydantic.alias_generators import to_pascal
from pydantic_core import PydanticCustomError

from emr_platform.automatic_scaling.values import (
    CLUSTER_ID,
    MOST_IN_THRESHOLDS,
    Comparison,
    Market,
    MetricName,
    Namespace,
    RuleName,
    Statistic,
    Unit,
)
from emr_platform.catalog.metrics import CLUSTER_DIMENSION, NAMESPACE
from emr_platform.problems import Path
from emr_platform.spec import MOST_NODES, MOST_SECONDS, Items, SpecModel

if TYPE_CHECKING:
    EmrComparison: TypeAlias = str
    EmrMarket: TypeAlias = str
    EmrStatistic: TypeAlias = str
    EmrUnit: TypeAlias = str
else:
    # The same words, as EMR spells them.
    EmrComparison, EmrMarket, EmrStatistic, EmrUnit = (
        Literal[tuple(word.upper() for word in get_args(words))]
        for words in (Comparison, Market, Statistic, Unit)
    )


class _EmrModel(SpecModel):
    model_config = ConfigDict(alias_generator=to_pascal)


class EmrScalingConstraints(_EmrModel):
    """``ScalingConstraints`` of the EMR API."""

    min_capacity: int = Field(
        ge=0, le=MOST_NODES, description="Least number of instances in the group."
    )
    max_capacity: int = Field(ge=1, le=MOST_NODES, description="Most instances in the group.")


class EmrSimpleScalingPolicyConfiguration(_EmrModel):
    """``SimpleScalingPolicyConfiguration`` of the EMR API."""

    adjustment_type: Literal[
        "CHANGE_IN_CAPACITY", "PERCENT_CHANGE_IN_CAPACITY", "EXACT_CAPACITY"
    ] = Field(default="CHANGE_IN_CAPACITY", description="What the number stands for.")
    scaling_adjustment: int = Field(
        ge=-MOST_NODES,
        le=MOST_NODES,
        description="Instances or percent to add, or to take away if negative; or the size to have.",
    )
    cool_down: int = Field(
        default=0,
        ge=0,
        le=MOST_SECONDS,
        description="Seconds after a change until the next one may follow.",
    )


class EmrScalingAction(_EmrModel):
    """``ScalingAction`` of the EMR API."""

    market: EmrMarket | None = Field(
        default=None, description="It has no meaning for instance groups, which have their own."
    )
    simple_scaling_policy_configuration: EmrSimpleScalingPolicyConfiguration = Field(
        description="What becomes of the size of the group."
    )


class EmrMetricDimension(_EmrModel):
    """``MetricDimension`` of the EMR API."""

    key: str = Field(description="Name of the dimension.")
    value: str = Field(description="Its value.")


class EmrCloudWatchAlarmDefinition(_EmrModel):
    """``CloudWatchAlarmDefinition`` of the EMR API."""

    comparison_operator: EmrComparison = Field(
        description="How the metric compares to the threshold."
    )
    evaluation_periods: int = Field(
        default=1,
        ge=1,
        le=MOST_SECONDS,
        description="Periods in a row in which the comparison must hold.",
    )
    metric_name: MetricName = Field(description="Name of the CloudWatch metric to watch.")
    namespace: Namespace = Field(default=NAMESPACE, description="Namespace of the metric.")
    period: int = Field(
        ge=1,
        le=MOST_SECONDS,
        description="Length of a period in seconds; 300 for metrics of EMR.",
    )
    statistic: EmrStatistic = Field(
        default="AVERAGE", description="What is taken of the values in a period."
    )
    threshold: Annotated[float, Field(ge=0, le=MOST_IN_THRESHOLDS)] = Field(
        description="The value to compare to, in the unit of the metric."
    )
    unit: EmrUnit | None = Field(
        default=None, description="Only values of the metric that were published in this unit."
    )
    # EMR's own default.
    dimensions: Items[EmrMetricDimension] = Field(
        default=(EmrMetricDimension(Key=CLUSTER_DIMENSION, Value=CLUSTER_ID),),
        description="Dimensions of the metric.",
    )


class EmrScalingTrigger(_EmrModel):
    """``ScalingTrigger`` of the EMR API."""

    cloud_watch_alarm_definition: EmrCloudWatchAlarmDefinition = Field(
        description="What is watched."
    )


class EmrScalingRule(_EmrModel):
    """``ScalingRule`` of the EMR API."""

    name: RuleName = Field(description="Name of the rule, unlike those of the others.")
    description: str | None = Field(default=None, description="What the rule is for.")
    action: EmrScalingAction = Field(description="What is done.")
    trigger: EmrScalingTrigger = Field(description="When it is done.")


class EmrAutoScalingPolicy(_EmrModel):
    """``AutoScalingPolicy`` of the EMR API."""

    constraints: EmrScalingConstraints = Field(description="The limits of the group's size.")
    rules: Items[EmrScalingRule] = Field(
        min_length=1, description="When to change the size, and by how much."
    )

    @model_validator(mode="after")
    def _unique_names(self) -> EmrAutoScalingPolicy:
        names = [rule.name for rule in self.rules]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise PydanticCustomError(
                "rule_names",
                "several rules have the name {names}",
                {"names": ", ".join(twice), "allowed": "a name of its own for each rule"},
            )
        return self


_ALARM = ("Trigger", "CloudWatchAlarmDefinition")
_ACTION = ("Action", "SimpleScalingPolicyConfiguration")
_PLACES: dict[str, tuple[str, ...]] = {
    "minimum": ("Constraints", "MinCapacity"),
    "maximum": ("Constraints", "MaxCapacity"),
    "description": ("Description",),
    "metric": (*_ALARM, "MetricName"),
    "namespace": (*_ALARM, "Namespace"),
    "comparison": (*_ALARM, "ComparisonOperator"),
    "threshold": (*_ALARM, "Threshold"),
    "statistic": (*_ALARM, "Statistic"),
    "unit": (*_ALARM, "Unit"),
    "period_seconds": (*_ALARM, "Period"),
    "evaluation_periods": (*_ALARM, "EvaluationPeriods"),
    "dimensions": (*_ALARM, "Dimensions"),
    "adjustment": (*_ACTION, "ScalingAdjustment"),
    "cooldown_seconds": (*_ACTION, "CoolDown"),
    "market": ("Action", "Market"),
}


def written_as(keys: Sequence[str], rule_names: Sequence[str]) -> Path:
    """Translate keys of the typed form into those of EMR's JSON.

    Args:
        keys: Keys of :class:`~emr_platform.automatic_scaling.spec.AutomaticScalingSpec` and its parts.
        rule_names: Names of the rules, in their order.

    Returns:
        The path in EMR's JSON.
    """
    if keys[:1] == ("rules",):
        if len(keys) == 1:
            return ("Rules",)
        rule: Path = ("Rules", rule_names.index(keys[1]))
        return (*rule, *_PLACES[keys[2]]) if len(keys) > 2 else rule
    return _PLACES[keys[0]] if keys else ()
