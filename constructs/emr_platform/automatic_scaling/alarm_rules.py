"""Rules about what the automatic scaling of an instance group watches: metrics, and alarms on them."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.automatic_scaling.groups import GroupRule, group_rules
from emr_platform.automatic_scaling.spec import AutomaticScalingRuleSpec
from emr_platform.automatic_scaling.triggers import can_fire
from emr_platform.automatic_scaling.values import CLUSTER_ID
from emr_platform.catalog.metrics import (
    CLUSTER_DIMENSION,
    METRICS,
    NAMESPACE,
    PERIOD_SECONDS,
    Metric,
    similar_metric,
)
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook

ALARM_RULES: RuleBook[ClusterSpec] = RuleBook()

_METRICS = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/UsingEMR_ViewingMetrics.html"
_ALARM = "https://docs.aws.amazon.com/emr/latest/APIReference/API_CloudWatchAlarmDefinition.html"
_PUT_ALARM = (
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
)
_HOUR_SECONDS = 3_600
_DAY_SECONDS = 86_400
_WEEK_SECONDS = 604_800
_SHORT_PERIODS_SECONDS = (10, 20, 30)


def _rules_on_emr(spec: ClusterSpec) -> Iterator[GroupRule]:
    for each in group_rules(spec):
        if each.rule.namespace == NAMESPACE:
            yield each


def _rules_on_metrics(spec: ClusterSpec) -> Iterator[tuple[GroupRule, Metric]]:
    for each in _rules_on_emr(spec):
        if metric := METRICS.get(each.rule.metric):
            yield each, metric


@ALARM_RULES.rule(
    "EMR-AUTOSCALING-008",
    what="The period of a rule is a multiple of 60 seconds, or 10, 20 or 30.",
    why="CloudWatch takes no alarm with any other period.",
    source=_PUT_ALARM,
)
def periods_are_those_of_cloudwatch(spec: ClusterSpec) -> Iterator[Finding]:
    """Only periods that CloudWatch knows."""
    for each in group_rules(spec):
        if not _is_period(each.rule.period_seconds):
            message = f"a period of {_seconds(each.rule)}"
            yield Finding(each.place("period_seconds"), message, _periods_allowed(each.rule))


@ALARM_RULES.rule(
    "EMR-AUTOSCALING-009",
    what="Metrics of EMR are watched in periods of 300 seconds.",
    why="EMR publishes them every five minutes, and documents no other period; in shorter ones data "
    "is missing.",
    source=_ALARM,
    severity="warning",
)
def emr_metrics_have_their_period(spec: ClusterSpec) -> Iterator[Finding]:
    """A period of 300 seconds with metrics of EMR."""
    for each in _rules_on_emr(spec):
        period = each.rule.period_seconds
        if period != PERIOD_SECONDS and _is_period(period):
            message = f"a period of {_seconds(each.rule)} with a metric of EMR"
            yield Finding(each.place("period_seconds"), message, _periods_allowed(each.rule))


@ALARM_RULES.rule(
    "EMR-AUTOSCALING-010",
    what="A rule looks back a day at most, with periods of an hour and more seven days.",
    why="CloudWatch takes no alarm that looks back further.",
    source=_PUT_ALARM,
)
def rules_look_back_a_day(spec: ClusterSpec) -> Iterator[Finding]:
    """Periods times their length within CloudWatch's limits."""
    for each in group_rules(spec):
        period, count = each.rule.period_seconds, each.rule.evaluation_periods
        limit = _WEEK_SECONDS if period >= _HOUR_SECONDS else _DAY_SECONDS
        if count * period > limit:
            periods = "one period" if count == 1 else f"{count} periods"
            most = limit // period
            yield Finding(
                each.place("evaluation_periods"),
                f"{periods} of {_seconds(each.rule)}",
                f"at most {most}" if most else f"a period of at most {limit} seconds",
            )


@ALARM_RULES.rule(
    "EMR-AUTOSCALING-011",
    what="A metric of EMR is one that EMR publishes.",
    why="A rule about a metric without data never fires; one that is newer than this list may be fine.",
    source=_METRICS,
    severity="warning",
)
def metrics_are_published(spec: ClusterSpec) -> Iterator[Finding]:
    """Only metrics that EMR lists, and not those of AMIs of the time before release labels."""
    for each in _rules_on_emr(spec):
        known = METRICS.get(each.rule.metric)
        if known is None or known.group == "hadoop_1":
            likely = similar_metric(each.rule.metric)
            yield Finding(
                each.place("metric"),
                f"EMR publishes no metric {each.rule.metric}"
                + (f", did you mean {likely}?" if likely else " that is known here"),
                likely or "a metric of EMR's list, or the namespace of the metric",
            )


@ALARM_RULES.rule(
    "EMR-AUTOSCALING-012",
    what="The unit of a rule is the one that its metric is published in.",
    why="Values in other units are not looked at, so that the rule has no data and never fires.",
    source=_ALARM,
    severity="warning",
)
def units_are_those_of_metrics(spec: ClusterSpec) -> Iterator[Finding]:
    """The unit that EMR documents, where it is one of CloudWatch's."""
    for each, metric in _rules_on_metrics(spec):
        unit = each.rule.unit
        if unit and metric.unit in ("Count", "Percent") and unit != metric.unit.lower():
            yield Finding(
                each.place("unit"),
                f"EMR publishes {metric.name} in the unit {metric.unit.lower()}, not {unit}",
                f"{metric.unit.lower()}, or no unit",
            )


@ALARM_RULES.rule(
    "EMR-AUTOSCALING-013",
    what="A metric of EMR is that of the cluster itself.",
    why="EMR publishes metrics by the id of the cluster; with other dimensions there is no data and "
    "the rule never fires.",
    source=_METRICS,
    severity="warning",
)
def emr_metrics_are_those_of_the_cluster(spec: ClusterSpec) -> Iterator[Finding]:
    """The one dimension that EMR has, with what EMR puts the cluster's id for."""
    for each in _rules_on_emr(spec):
        dimensions = each.rule.dimensions
        if dimensions != {CLUSTER_DIMENSION: CLUSTER_ID}:
            found = ", ".join(f"{key}: {value}" for key, value in dimensions.items())
            yield Finding(
                each.place("dimensions"),
                f"the dimensions of a metric of EMR are {found or 'none'}",
                f"{CLUSTER_DIMENSION}: {CLUSTER_ID}, which is the default",
            )


@ALARM_RULES.rule(
    "EMR-AUTOSCALING-014",
    what="The threshold of a rule about a metric of EMR can be crossed.",
    why="No such metric is below 0, and no percentage above 100: the rule never fires, or always.",
    source=_METRICS,
    severity="warning",
)
def thresholds_can_be_crossed(spec: ClusterSpec) -> Iterator[Finding]:
    """The comparison holds for some values of the metric, not for none and not for all."""
    for each, metric in _rules_on_metrics(spec):
        rule = each.rule
        if rule.statistic == "sample_count":
            continue
        is_percent = metric.unit == "Percent" and rule.statistic != "sum"
        if how_often := can_fire(rule.comparison, rule.threshold, 100 if is_percent else None):
            yield Finding(
                each.place("threshold"),
                f"{metric.name} is {how_often} {rule.comparison.replace('_', ' ')} "
                f"{rule.threshold:g}",
                "a threshold between 0 and 100" if is_percent else "a threshold above 0",
            )


def _is_period(seconds: int) -> bool:
    return seconds % 60 == 0 or seconds in _SHORT_PERIODS_SECONDS


def _seconds(rule: AutomaticScalingRuleSpec) -> str:
    return "1 second" if rule.period_seconds == 1 else f"{rule.period_seconds} seconds"


def _periods_allowed(rule: AutomaticScalingRuleSpec) -> str:
    return str(PERIOD_SECONDS) if rule.namespace == NAMESPACE else "10, 20, 30, or a multiple of 60"
