"""What a user may declare about the automatic scaling of an instance group, in the file's words or in EMR's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, PrivateAttr, Tag, model_validator
from pydantic_core import PydanticCustomError

from emr_platform.automatic_scaling.emr_form import EmrAutoScalingPolicy, EmrScalingRule, written_as
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
from emr_platform.catalog.metrics import CLUSTER_DIMENSION, NAMESPACE, PERIOD_SECONDS
from emr_platform.problems import Path
from emr_platform.spec import MOST_NODES, MOST_SECONDS, Allowed, SpecModel

Preset = Literal["yarn-balanced", "yarn-eager", "yarn-memory"]


class AdjustmentSpec(SpecModel):
    """What becomes of the size of an instance group; exactly one of the three."""

    change_in_capacity: int | None = Field(
        default=None,
        ge=-MOST_NODES,
        le=MOST_NODES,
        description="Instances to add, or to take away if negative.",
    )
    percent_change_in_capacity: int | None = Field(
        default=None,
        ge=-MOST_NODES,
        le=MOST_NODES,
        description="Percent of the present size to add, or to take away if negative.",
    )
    exact_capacity: int | None = Field(
        default=None, ge=-MOST_NODES, le=MOST_NODES, description="The size to have from then on."
    )

    @model_validator(mode="after")
    def _one_kind(self) -> AdjustmentSpec:
        if len(self.model_dump(exclude_none=True)) != 1:
            raise PydanticCustomError(
                "one_of",
                "an adjustment is of one kind",
                {
                    "allowed": "exactly one of change_in_capacity, percent_change_in_capacity "
                    "and exact_capacity",
                    "choices": " ".join(AdjustmentSpec.model_fields),
                },
            )
        return self

    @property
    def kind(self) -> str:
        """Which of the three is given."""
        (kind,) = self.model_dump(exclude_none=True)
        return str(kind)

    @property
    def value(self) -> int:
        """The number that is given."""
        (value,) = self.model_dump(exclude_none=True).values()
        return int(value)

    @property
    def direction(self) -> int:
        """1 for adding instances, -1 for taking away, 0 where it depends on the present size or nothing changes."""
        if self.kind == "exact_capacity":
            return 0
        return (self.value > 0) - (self.value < 0)


class AutomaticScalingRuleSpec(SpecModel):
    """When to change the size of an instance group, and by how much. Mirrors ``ScalingRule`` of the EMR API."""

    description: str | None = Field(default=None, description="What the rule is for.")
    metric: MetricName = Field(description="Name of the CloudWatch metric to watch.")
    namespace: Namespace = Field(default=NAMESPACE, description="Namespace of the metric.")
    comparison: Comparison = Field(description="How the metric compares to the threshold.")
    threshold: Annotated[float, Field(ge=0, le=MOST_IN_THRESHOLDS)] = Field(
        description="The value to compare to, in the unit of the metric."
    )
    statistic: Statistic = Field(
        default="average", description="What is taken of the values in a period."
    )
    unit: Unit | None = Field(
        default=None,
        description="Only values of the metric that were published in this unit. Left out: all.",
    )
    period_seconds: int = Field(
        default=PERIOD_SECONDS,
        ge=1,
        le=MOST_SECONDS,
        description="Length of a period. EMR publishes its metrics every 300 seconds.",
    )
    evaluation_periods: int = Field(
        default=1,
        ge=1,
        le=MOST_SECONDS,
        description="Periods in a row in which the comparison must hold.",
    )
    dimensions: dict[str, str] = Field(
        default={CLUSTER_DIMENSION: CLUSTER_ID},
        description="Dimensions of the metric. EMR puts the cluster's id for ${emr.clusterId}.",
    )
    adjustment: AdjustmentSpec = Field(description="What becomes of the size.")
    cooldown_seconds: int = Field(
        default=300,
        ge=0,
        le=MOST_SECONDS,
        description="Seconds after a change until the next one may follow, by whichever rule.",
    )
    market: Market | None = Field(
        default=None,
        description="Market of the rule. It has no meaning for instance groups, which have their own.",
    )


class AutomaticScalingSpec(SpecModel):
    """Rules by which EMR changes the size of an instance group. Mirrors ``AutoScalingPolicy`` of the EMR API."""

    preset: Preset | None = Field(
        default=None, description="Ready-made rules. Left out: none but your own."
    )
    minimum: int = Field(ge=0, le=MOST_NODES, description="Least number of instances in the group.")
    maximum: int = Field(ge=1, le=MOST_NODES, description="Most instances in the group.")
    rules: dict[RuleName, AutomaticScalingRuleSpec] = Field(
        default_factory=dict,
        description="Rules by name. They come on top of the preset's, "
        "or in place of one of the same name.",
    )
    _emr_rule_names: tuple[str, ...] | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _some_rules(self) -> AutomaticScalingSpec:
        if self.preset is None and not self.rules:
            raise PydanticCustomError(
                "no_rules",
                "automatic scaling without a rule",
                {"allowed": "a preset, or at least one rule"},
            )
        return self

    def written(self, *keys: str) -> Path:
        """Where the file says something: the same keys, or those of EMR's JSON if the policy was written so.

        Args:
            keys: Keys of this model and its parts, e.g. ``"rules", "scale-out", "threshold"``.

        Returns:
            The path from the policy. Of a rule that comes from the preset, that of the preset.
        """
        if keys[:1] == ("rules",) and len(keys) > 1 and keys[1] not in self.rules:
            return ("preset",)
        return keys if self._emr_rule_names is None else written_as(keys, self._emr_rule_names)


def _typed(policy: EmrAutoScalingPolicy) -> AutomaticScalingSpec:
    spec = AutomaticScalingSpec(
        minimum=policy.constraints.min_capacity,
        maximum=policy.constraints.max_capacity,
        rules={rule.name: _typed_rule(rule) for rule in policy.rules},
    )
    spec._emr_rule_names = tuple(rule.name for rule in policy.rules)
    return spec


def _typed_rule(rule: EmrScalingRule) -> AutomaticScalingRuleSpec:
    action = rule.action.simple_scaling_policy_configuration
    alarm = rule.trigger.cloud_watch_alarm_definition
    return AutomaticScalingRuleSpec.model_validate(
        {
            "description": rule.description,
            "metric": alarm.metric_name,
            "namespace": alarm.namespace,
            "comparison": alarm.comparison_operator.lower(),
            "threshold": alarm.threshold,
            "statistic": alarm.statistic.lower(),
            "unit": alarm.unit and alarm.unit.lower(),
            "period_seconds": alarm.period,
            "evaluation_periods": alarm.evaluation_periods,
            "dimensions": {each.key: each.value for each in alarm.dimensions},
            "adjustment": {action.adjustment_type.lower(): action.scaling_adjustment},
            "cooldown_seconds": action.cool_down,
            "market": rule.action.market and rule.action.market.lower(),
        }
    )


def _form(value: Any) -> str:
    emr = isinstance(value, Mapping) and ("Constraints" in value or "Rules" in value)
    return "EMR's JSON" if emr or isinstance(value, EmrAutoScalingPolicy) else "rules by name"


if TYPE_CHECKING:
    AutomaticScaling = AutomaticScalingSpec
else:
    AutomaticScaling = Annotated[
        Annotated[AutomaticScalingSpec, Tag("rules by name")]
        | Annotated[
            EmrAutoScalingPolicy,
            AfterValidator(_typed),
            Tag("EMR's JSON"),
            Allowed("EMR's JSON of a policy, with the keys Constraints and Rules"),
        ],
        Discriminator(_form),
    ]
    """A policy in the file's words, or as EMR's own ``AutoScalingPolicy``; either becomes the former."""
