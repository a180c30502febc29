"""Rules about the automatic scaling of instance groups: limits, adjustments, and how rules act together.

Those about what a rule watches are in the module beside this one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from emr_platform.automatic_scaling.groups import group_rules, scaled_groups
from emr_platform.automatic_scaling.presets import effective_rules
from emr_platform.automatic_scaling.spec import AutomaticScalingRuleSpec
from emr_platform.automatic_scaling.triggers import fire_together
from emr_platform.catalog.metrics import METRICS, NAMESPACE
from emr_platform.cluster.capacity_rules import non_yarn_applications
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook

AUTOMATIC_SCALING_RULES: RuleBook[ClusterSpec] = RuleBook()

_GUIDE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-automatic-scaling.html"
_SCALING = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-scale-on-demand.html"
_API = "https://docs.aws.amazon.com/emr/latest/APIReference"
_CONSTRAINTS = f"{_API}/API_ScalingConstraints.html"
_ADJUSTMENT = f"{_API}/API_SimpleScalingPolicyConfiguration.html"


@AUTOMATIC_SCALING_RULES.rule(
    "EMR-AUTOSCALING-001",
    what="A cluster scales by managed scaling or by policies of its instance groups, not by both.",
    why="EMR offers one or the other for a cluster.",
    source=_SCALING,
)
def managed_scaling_excludes_policies(spec: ClusterSpec) -> Iterator[Finding]:
    """No policy with managed scaling."""
    if spec.scaling:
        for scaled in scaled_groups(spec):
            message = "automatic scaling of a group in a cluster with managed scaling"
            yield Finding(scaled.place(), message, "scaling or automatic_scaling")


@AUTOMATIC_SCALING_RULES.rule(
    "EMR-AUTOSCALING-002",
    what="The minimum of a group is not more than its maximum.",
    why="EMR refuses the policy.",
    source=_CONSTRAINTS,
)
def minimum_is_below_maximum(spec: ClusterSpec) -> Iterator[Finding]:
    """The minimum is at most the maximum."""
    for scaled in scaled_groups(spec):
        minimum, maximum = scaled.policy.minimum, scaled.policy.maximum
        if minimum > maximum:
            message = f"the minimum is {minimum}, more than the maximum {maximum}"
            yield Finding(scaled.place("minimum"), message, f"at most {maximum}")


@AUTOMATIC_SCALING_RULES.rule(
    "EMR-AUTOSCALING-003",
    what="A group starts with a size within its limits.",
    why="Nothing brings it there before a rule fires.",
    source=_CONSTRAINTS,
    severity="warning",
)
def initial_size_is_within_limits(spec: ClusterSpec) -> Iterator[Finding]:
    """The number of instances to start with is from minimum to maximum."""
    for scaled in scaled_groups(spec):
        minimum, maximum, count = scaled.policy.minimum, scaled.policy.maximum, scaled.group.count
        if minimum <= maximum and not minimum <= count <= maximum:
            instances = "1 instance" if count == 1 else f"{count} instances"
            yield Finding(
                (*scaled.path, "count"),
                f"the group starts with {instances}",
                f"{minimum} to {maximum}, as its automatic_scaling says",
            )


@AUTOMATIC_SCALING_RULES.rule(
    "EMR-AUTOSCALING-004",
    what="The group of core nodes keeps at least one.",
    why="A cluster of several nodes has at least one core node, so that EMR cannot take the last one.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-overview.html",
    severity="warning",
)
def core_group_keeps_a_node(spec: ClusterSpec) -> Iterator[Finding]:
    """The minimum of the core group is not 0."""
    for scaled in scaled_groups(spec):
        if scaled.path == ("core",) and scaled.policy.minimum == 0:
            yield Finding(scaled.place("minimum"), "the minimum of core nodes is 0", "at least 1")


@AUTOMATIC_SCALING_RULES.rule(
    "EMR-AUTOSCALING-005",
    what="An exact capacity is a positive number.",
    why="EMR refuses the policy.",
    source=_ADJUSTMENT,
)
def exact_capacity_is_positive(spec: ClusterSpec) -> Iterator[Finding]:
    """An exact capacity of at least 1."""
    for each in group_rules(spec):
        exact = each.rule.adjustment.exact_capacity
        if exact is not None and exact < 1:
            yield Finding(
                each.place("adjustment", "exact_capacity"),
                f"the exact capacity is {exact}",
                "at least 1; to go to 0, percent_change_in_capacity: -100",
            )


@AUTOMATIC_SCALING_RULES.rule(
    "EMR-AUTOSCALING-006",
    what="An exact capacity is within the limits of the group.",
    why="Scaling activities stop at the limits, so that this size is never reached.",
    source=_CONSTRAINTS,
    severity="warning",
)
def exact_capacity_is_within_limits(spec: ClusterSpec) -> Iterator[Finding]:
    """An exact capacity from minimum to maximum."""
    for each in group_rules(spec):
        exact = each.rule.adjustment.exact_capacity
        minimum, maximum = each.scaled.policy.minimum, each.scaled.policy.maximum
        sound = exact is None or exact < 1 or minimum > maximum  # or the matter of another rule
        if exact is not None and not sound and not minimum <= exact <= maximum:
            yield Finding(
                each.place("adjustment", "exact_capacity"),
                f"the exact capacity is {exact}",
                f"{minimum} to {maximum}",
            )


@AUTOMATIC_SCALING_RULES.rule(
    "EMR-AUTOSCALING-007",
    what="A rule changes the size of its group.",
    why="With a change of 0 it fires for nothing.",
    source=_ADJUSTMENT,
    severity="warning",
)
def adjustments_change_something(spec: ClusterSpec) -> Iterator[Finding]:
    """No change of 0."""
    for each in group_rules(spec):
        kind = each.rule.adjustment.kind
        if kind != "exact_capacity" and each.rule.adjustment.value == 0:
            yield Finding(
                each.place("adjustment", kind),
                "the size is changed by 0",
                "a number above 0 to add instances, below 0 to take them away",
            )


@AUTOMATIC_SCALING_RULES.rule(
    "EMR-AUTOSCALING-015",
    what="A group that grows by rules also shrinks by rules, and the other way round.",
    why="Otherwise someone has to set the size back by hand after each time.",
    source=_GUIDE,
    severity="warning",
)
def scaling_goes_both_ways(spec: ClusterSpec) -> Iterator[Finding]:
    """Rules that add and rules that take away, or an exact capacity."""
    for scaled in scaled_groups(spec):
        rules = effective_rules(scaled.policy).values()
        directions = {rule.adjustment.direction for rule in rules}
        if directions == {1}:
            message = "instances are added and never taken away"
            allowed = "a rule with a change below 0, which takes instances away"
            yield Finding(scaled.place("rules"), message, allowed)
        if directions == {-1}:
            message = "instances are taken away and never added"
            allowed = "a rule with a change above 0, which adds instances"
            yield Finding(scaled.place("rules"), message, allowed)


@AUTOMATIC_SCALING_RULES.rule(
    "EMR-AUTOSCALING-016",
    what="No value of a metric makes one rule add instances and another one take them away.",
    why="The group would grow and shrink in turn, and each instance is billed for a minute at least.",
    source=_GUIDE,
    severity="warning",
)
def rules_do_not_pull_apart(spec: ClusterSpec) -> Iterator[Finding]:
    """No two rules of opposite directions that hold at the same value."""
    for scaled in scaled_groups(spec):
        rules = effective_rules(scaled.policy).items()
        for (one, first), (other, second) in itertools.combinations(rules, 2):
            opposed = first.adjustment.direction * second.adjustment.direction < 0
            if (
                opposed
                and _watched(first) == _watched(second)
                and fire_together(
                    (first.comparison, first.threshold), (second.comparison, second.threshold)
                )
            ):
                yield Finding(
                    scaled.place("rules", other, "threshold"),
                    f"{other} fires at values of {second.metric} at which {one} does the opposite",
                    f"a threshold apart from the one of {one} ({first.threshold:g})",
                )


def _watched(rule: AutomaticScalingRuleSpec) -> tuple[object, ...]:
    return rule.namespace, rule.metric, rule.statistic, sorted(rule.dimensions.items())


@AUTOMATIC_SCALING_RULES.rule(
    "EMR-AUTOSCALING-017",
    what="Rules of instance groups have no market.",
    why="It has no meaning: new instances are bought in the market of the group.",
    source=f"{_API}/API_ScalingAction.html",
    severity="warning",
)
def rules_have_no_market(spec: ClusterSpec) -> Iterator[Finding]:
    """No market in a rule."""
    for each in group_rules(spec):
        if each.rule.market:
            message = f"the market {each.rule.market} in a rule of an instance group"
            yield Finding(each.place("market"), message, "no market; the group has one")


@AUTOMATIC_SCALING_RULES.rule(
    "EMR-AUTOSCALING-018",
    what="A cluster with automatic scaling is visible to all users.",
    why="EMR documents it as a condition of automatic scaling with policies of one's own.",
    source=_GUIDE,
)
def scaled_clusters_are_visible(spec: ClusterSpec) -> Iterator[Finding]:
    """Visibility to all users with a policy."""
    if not spec.visible_to_all_users and any(scaled_groups(spec)):
        message = "automatic scaling in a cluster that is not visible to all users"
        yield Finding(("visible_to_all_users",), message, "true, or no automatic_scaling")


@AUTOMATIC_SCALING_RULES.rule(
    "EMR-AUTOSCALING-019",
    what="A group that scales by what YARN reports is in a cluster whose applications run on YARN.",
    why="HBase, Presto and Trino do their work outside of it, so that rules take nodes away from them.",
    source=_SCALING,
    severity="warning",
)
def yarn_metrics_suit_applications(spec: ClusterSpec) -> Iterator[Finding]:
    """No HBase, Presto or Trino where all rules watch YARN."""
    if not (names := non_yarn_applications(spec)):
        return
    for scaled in scaled_groups(spec):
        rules = effective_rules(scaled.policy).values()
        if all(rule.namespace == NAMESPACE and _is_of_yarn(rule.metric) for rule in rules):
            message = f"the rules watch YARN, which does not see the work of {names}"
            allowed = "rules about metrics of your own that do, or a fixed size"
            yield Finding(scaled.place("rules"), message, allowed)


def _is_of_yarn(metric: str) -> bool:
    return metric in METRICS and metric.startswith(
        ("Apps", "Container", "IsIdle", "Memory", "YARN")
    )
