"""Rules about how many instances a cluster has, how it buys them, and how it scales."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.catalog.release import Release
from emr_platform.cluster.effective import effective_applications
from emr_platform.cluster.groups import (
    core_size,
    has_core_nodes,
    has_task_nodes,
    instance_groups,
    task_size,
)
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook

CAPACITY_RULES: RuleBook[ClusterSpec] = RuleBook()

_MANAGED_SCALING = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-managed-scaling.html"
_COMPUTE_LIMITS = "https://docs.aws.amazon.com/emr/latest/APIReference/API_ComputeLimits.html"
_ADVANCED = (
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/"
    "managed-scaling-allocation-strategy-optimized.html"
)
_FIRST_WITH_ADVANCED = Release.parse("emr-7.0.0")
_FIRST_WITH_SCALING = Release.parse("emr-5.30.0")
_OUTSIDE_YARN = frozenset(("hbase", "presto", "prestosql", "trino"))
_WITHOUT_SCALING = (Release.parse("emr-6.0.0"), Release.parse("emr-6.0.1"))


@CAPACITY_RULES.rule(
    "EMR-MARKET-001",
    what="Only Spot instances have a bid price.",
    why="On-Demand instances have one price, so that the bid would mean nothing.",
    source="https://docs.aws.amazon.com/emr/latest/APIReference/API_InstanceGroupConfig.html",
)
def bid_price_is_for_spot(spec: ClusterSpec) -> Iterator[Finding]:
    """No bid price with On-Demand capacity."""
    for path, group in instance_groups(spec):
        if group.bid_price_usd is not None and group.market != "spot":
            yield Finding(
                (*path, "bid_price_usd"),
                f"a bid price with market {group.market}",
                "market: spot, or no bid price",
            )


@CAPACITY_RULES.rule(
    "EMR-SCALING-001",
    what="Managed scaling is there from emr-5.30.0, but not in emr-6.0.x.",
    why="EMR refuses the cluster.",
    source=_MANAGED_SCALING,
)
def scaling_needs_release(spec: ClusterSpec) -> Iterator[Finding]:
    """No scaling with releases that have none."""
    release = Release.parse(spec.release)
    if spec.scaling and (release < _FIRST_WITH_SCALING or release in _WITHOUT_SCALING):
        message = f"{release} has no managed scaling"
        yield Finding(("scaling",), message, "emr-5.30.0 or later, but not emr-6.0.x")


@CAPACITY_RULES.rule(
    "EMR-SCALING-002",
    what="The minimum capacity is not more than the maximum.",
    why="EMR refuses the cluster.",
    source=_COMPUTE_LIMITS,
)
def minimum_is_below_maximum(spec: ClusterSpec) -> Iterator[Finding]:
    """The minimum is at most the maximum."""
    scaling = spec.scaling
    if scaling and scaling.minimum > scaling.maximum:
        yield Finding(
            ("scaling", "minimum"),
            f"minimum capacity is {scaling.minimum}, "
            f"more than the maximum capacity {scaling.maximum}",
            f"at most scaling.maximum ({scaling.maximum})",
        )


@CAPACITY_RULES.rule(
    "EMR-SCALING-003",
    what="The maximum core capacity is not more than the maximum capacity.",
    why="EMR refuses the cluster.",
    source=_COMPUTE_LIMITS,
    aws_answer="Invalid configuration for managed scaling. "
    "The max Core capacity cannot be higher than max capacity",
)
def core_is_below_maximum(spec: ClusterSpec) -> Iterator[Finding]:
    """The most of core nodes is at most the most of all."""
    scaling = spec.scaling
    if scaling and scaling.max_core is not None and scaling.max_core > scaling.maximum:
        yield Finding(
            ("scaling", "max_core"),
            f"maximum core capacity is {scaling.max_core}, "
            f"more than the maximum capacity {scaling.maximum}",
            f"at most scaling.maximum ({scaling.maximum})",
        )


@CAPACITY_RULES.rule(
    "EMR-SCALING-004",
    what="The maximum On-Demand capacity is not more than the maximum capacity.",
    why="EMR refuses the cluster.",
    source=_COMPUTE_LIMITS,
)
def on_demand_is_below_maximum(spec: ClusterSpec) -> Iterator[Finding]:
    """The most of On-Demand capacity is at most the most of all."""
    scaling = spec.scaling
    if scaling and scaling.max_on_demand is not None and scaling.max_on_demand > scaling.maximum:
        yield Finding(
            ("scaling", "max_on_demand"),
            f"maximum On-Demand capacity is {scaling.max_on_demand}, "
            f"more than the maximum capacity {scaling.maximum}",
            f"at most scaling.maximum ({scaling.maximum})",
        )


@CAPACITY_RULES.rule(
    "EMR-SCALING-005",
    what="With On-Demand core nodes, the maximum core capacity is not more than the maximum "
    "On-Demand capacity.",
    why="EMR refuses the cluster.",
    source=_MANAGED_SCALING,
    aws_answer="If you select On-Demand market type for core nodes in a cluster with instance "
    "groups, MaximumCoreCapacityUnits must be less than or equal to MaximumOnDemandCapacityUnits.",
)
def on_demand_core_is_below_on_demand(spec: ClusterSpec) -> Iterator[Finding]:
    """The most of On-Demand core nodes is at most the most of On-Demand capacity."""
    scaling = spec.scaling
    if not scaling or not spec.core or spec.core.market != "on_demand":
        return
    # EMR takes the maximum for what is left out.
    max_core = scaling.maximum if scaling.max_core is None else scaling.max_core
    max_on_demand = scaling.maximum if scaling.max_on_demand is None else scaling.max_on_demand
    if max_core > max_on_demand:
        left_out = " (the maximum, as max_core is left out)" if scaling.max_core is None else ""
        yield Finding(
            ("scaling", "max_on_demand"),
            f"core nodes are On-Demand, and their maximum capacity is {max_core}{left_out}, "
            f"more than the maximum On-Demand capacity {max_on_demand}",
            f"max_core of at most {max_on_demand}, or core with market: spot"
            if max_on_demand
            else "core with market: spot, or max_on_demand of at least 1",
        )


@CAPACITY_RULES.rule(
    "EMR-SCALING-006",
    what="A cluster starts with a size within its limits.",
    why="EMR resizes it at once, and bills what it takes back for at least a minute.",
    source=_MANAGED_SCALING,
    severity="warning",
)
def initial_size_is_within_limits(spec: ClusterSpec) -> Iterator[Finding]:
    """Core and task nodes together from minimum to maximum, core nodes up to their own limit."""
    scaling = spec.scaling
    if not scaling or not has_core_nodes(spec) or scaling.unit == "vcpu":
        return
    if scaling.minimum > scaling.maximum:
        return  # no size would do
    what = "units of core and task capacity" if spec.instance_fleets else "core and task nodes"
    core = core_size(spec)
    total = core + task_size(spec)
    if not scaling.minimum <= total <= scaling.maximum:
        yield Finding(
            ("scaling",),
            f"the cluster starts with {total} {what}",
            f"{scaling.minimum} to {scaling.maximum}, as scaling says",
        )
    if scaling.max_core is not None and scaling.max_core < core <= scaling.maximum:
        yield Finding(
            ("instance_fleets", "core") if spec.instance_fleets else ("core", "count"),
            f"the cluster starts with {core} {what.replace(' and task', '')}",
            f"at most scaling.max_core ({scaling.max_core})",
        )


@CAPACITY_RULES.rule(
    "EMR-SCALING-007",
    what="A cluster that scales has core nodes.",
    why="Managed scaling resizes core and task nodes, so that there is nothing to scale.",
    source=_MANAGED_SCALING,
)
def scaling_needs_core(spec: ClusterSpec) -> Iterator[Finding]:
    """Core nodes with scaling."""
    if spec.scaling and not has_core_nodes(spec):
        allowed = "instance_fleets.core" if spec.instance_fleets else "core: {count: 1}"
        yield Finding(("scaling",), "scaling of a cluster without core nodes", allowed)


@CAPACITY_RULES.rule(
    "EMR-SCALING-008",
    what="A cluster that scales runs applications of YARN.",
    why="Managed scaling sees what YARN runs, and takes nodes away from HBase, Presto and Trino.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-scale-on-demand.html",
    severity="warning",
)
def scaling_suits_applications(spec: ClusterSpec) -> Iterator[Finding]:
    """No HBase, Presto or Trino with scaling."""
    if spec.scaling and (names := non_yarn_applications(spec)):
        message = f"managed scaling does not see the work of {names}"
        yield Finding(("scaling",), message, "a fixed size, or applications of YARN only")


@CAPACITY_RULES.rule(
    "EMR-SCALING-009",
    what="The strategy advanced of managed scaling is there from emr-7.0.0.",
    why="EMR refuses the policy.",
    source=_ADVANCED,
)
def advanced_scaling_needs_release(spec: ClusterSpec) -> Iterator[Finding]:
    """No strategy advanced with releases that do not know it."""
    release = Release.parse(spec.release)
    if spec.scaling and spec.scaling.strategy == "advanced" and release < _FIRST_WITH_ADVANCED:
        message = f"{release} has no strategy advanced"
        yield Finding(("scaling", "strategy"), message, "default, or emr-7.0.0 or later")


@CAPACITY_RULES.rule(
    "EMR-SCALING-010",
    what="The strategy advanced comes with a utilization_performance_index, and that with nothing else.",
    why="EMR refuses the policy: it is the strategy that says whether there is an index.",
    source=_ADVANCED,
)
def advanced_scaling_has_its_index(spec: ClusterSpec) -> Iterator[Finding]:
    """Both, or neither."""
    scaling = spec.scaling
    if not scaling:
        return
    if scaling.strategy == "advanced" and scaling.utilization_performance_index is None:
        message = "the strategy advanced without a utilization_performance_index"
        allowed = "utilization_performance_index: 50 to begin with, or another of 1, 25, 75 and 100"
        yield Finding(("scaling", "strategy"), message, allowed)
    if scaling.strategy == "default" and scaling.utilization_performance_index is not None:
        message = "a utilization_performance_index without the strategy advanced"
        path = ("scaling", "utilization_performance_index")
        yield Finding(path, message, "strategy: advanced, or no index")


@CAPACITY_RULES.rule(
    "EMR-CAPACITY-001",
    what="Task nodes come with core nodes.",
    why="A cluster of several nodes has at least one core node; EMR refuses it otherwise.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-overview.html",
)
def task_needs_core(spec: ClusterSpec) -> Iterator[Finding]:
    """Core nodes with task groups."""
    if has_task_nodes(spec) and not has_core_nodes(spec):
        fleets = spec.instance_fleets is not None
        yield Finding(
            ("instance_fleets", "task") if fleets else ("task",),
            "task nodes in a cluster without core nodes",
            "instance_fleets.core" if fleets else "core: {count: 1}",
        )


@CAPACITY_RULES.rule(
    "EMR-CAPACITY-002",
    what="A cluster consists of instance groups or of instance fleets, not of both.",
    why="EMR refuses the cluster, and later there is no way from the one to the other.",
    source="https://docs.aws.amazon.com/emr/latest/APIReference/API_JobFlowInstancesConfig.html",
)
def groups_or_fleets(spec: ClusterSpec) -> Iterator[Finding]:
    """No primary, core or task beside instance_fleets."""
    if spec.instance_fleets:
        for key in ("primary", "core", "task"):
            if key in spec.model_fields_set and getattr(spec, key):
                message = f"{key} is an instance group beside instance fleets"
                yield Finding((key,), message, f"instance_fleets.{key}, or no instance_fleets")


@CAPACITY_RULES.rule(
    "EMR-CAPACITY-003",
    what="The subnet of instance fleets is one of ``instance_fleets.subnet_indexes``.",
    why="``subnet_index`` is for instance groups, which run in one subnet.",
    source="https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-instance-fleet.html",
)
def fleets_name_subnets_themselves(spec: ClusterSpec) -> Iterator[Finding]:
    """No subnet_index beside instance_fleets."""
    if spec.instance_fleets and "subnet_index" in spec.model_fields_set:
        message = "subnet_index beside instance fleets"
        yield Finding(("subnet_index",), message, "instance_fleets.subnet_indexes: [0, 1]")


def non_yarn_applications(spec: ClusterSpec) -> str:
    """The cluster's applications that do their work outside of YARN, for use in a sentence."""
    return " and ".join(
        name for name in effective_applications(spec) if name.lower() in _OUTSIDE_YARN
    )
