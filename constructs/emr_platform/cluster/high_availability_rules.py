"""Rules about clusters with three primary nodes."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.catalog.release import Release
from emr_platform.cluster.effective import effective_applications
from emr_platform.cluster.groups import core_size, has_core_nodes, primary_count
from emr_platform.cluster.settings import cluster_setting, whole_number
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook

HIGH_AVAILABILITY_RULES: RuleBook[ClusterSpec] = RuleBook()

_GUIDE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide"
_CONSIDERATIONS = f"{_GUIDE}/emr-plan-ha-considerations.html"
_LAUNCH = f"{_GUIDE}/emr-plan-ha-launch.html"
_APPLICATIONS = f"{_GUIDE}/emr-plan-ha-applications.html"
_PLACEMENT = f"{_GUIDE}/emr-plan-ha-placementgroup.html"
_FIRST_WITH_GROUPS = Release.parse("emr-5.23.0")
_FIRST_WITH_FLEETS = Release.parse("emr-6.12.0")
_PATCHES_WITH_FLEETS = tuple(
    Release.parse(label)
    for label in (
        "emr-5.36.1",
        "emr-5.36.2",
        "emr-6.8.1",
        "emr-6.9.1",
        "emr-6.10.1",
        "emr-6.11.1",
    )
)
_FEW_CORE_NODES = 4
# What AWS lists as working on such clusters, what has no daemon, and EMR's own agent.
_SUITABLE = frozenset(
    (
        *("amazoncloudwatchagent", "delta", "flink", "ganglia", "hadoop", "hbase", "hcatalog"),
        *("hive", "hudi", "hue", "iceberg", "jupyterhub", "livy", "mahout", "mxnet", "oozie"),
        *("phoenix", "pig", "presto", "prestosql", "spark", "sqoop", "tensorflow", "tez", "trino"),
        *("zeppelin", "zookeeper"),
    )
)


def is_highly_available(spec: ClusterSpec) -> bool:
    """Whether the cluster has three primary nodes."""
    return primary_count(spec) > 1


def primary_path(spec: ClusterSpec) -> Path:
    """Where the file says of what the primary nodes are."""
    return ("instance_fleets", "primary") if spec.instance_fleets else ("primary",)


@HIGH_AVAILABILITY_RULES.rule(
    "EMR-AVAILABILITY-001",
    what="Three primary nodes need emr-5.23.0 or later, with instance fleets emr-6.12.0 or later, or "
    "one of six older patch releases.",
    why="EMR refuses the cluster.",
    source=_CONSIDERATIONS,
)
def primaries_need_release(spec: ClusterSpec) -> Iterator[Finding]:
    """One primary node with other releases."""
    release = Release.parse(spec.release)
    if not is_highly_available(spec):
        return
    if not spec.instance_fleets:
        if release < _FIRST_WITH_GROUPS:
            message = f"three primary nodes with {release}"
            yield Finding(
                (*primary_path(spec), "count"), message, f"1, or {_FIRST_WITH_GROUPS} or later"
            )
    elif release < _FIRST_WITH_FLEETS and release not in _PATCHES_WITH_FLEETS:
        patches = ", ".join(map(str, _PATCHES_WITH_FLEETS))
        yield Finding(
            (*primary_path(spec), "count"),
            f"three primary nodes in an instance fleet with {release}",
            f"1, {_FIRST_WITH_FLEETS} or later, or one of {patches}",
        )


@HIGH_AVAILABILITY_RULES.rule(
    "EMR-AVAILABILITY-002",
    what="Three primary nodes are On-Demand instances.",
    why="EMR starts no others for such clusters.",
    source=_CONSIDERATIONS,
)
def primaries_are_on_demand(spec: ClusterSpec) -> Iterator[Finding]:
    """No Spot instances with three primary nodes."""
    primary = spec.instance_fleets.primary if spec.instance_fleets else spec.primary
    if is_highly_available(spec) and primary.market == "spot":
        message = "three primary nodes as Spot instances"
        yield Finding((*primary_path(spec), "market"), message, "on_demand")


@HIGH_AVAILABILITY_RULES.rule(
    "EMR-AVAILABILITY-003",
    what="A cluster with three primary nodes has four core nodes, or stores each block of HDFS twice.",
    why="Otherwise the end of one core node loses data, however many primary nodes there are.",
    source=_CONSIDERATIONS,
    severity="warning",
)
def core_is_available_too(spec: ClusterSpec) -> Iterator[Finding]:
    """At least four core nodes, or a replication of at least 2."""
    replication = whole_number(cluster_setting(spec, "hdfs-site", "dfs.replication"))
    if not is_highly_available(spec) or not has_core_nodes(spec) or spec.instance_fleets:
        return
    if core_size(spec) < _FEW_CORE_NODES and (replication is None or replication < 2):
        yield Finding(
            ("core", "count"),
            f"three primary nodes, and {core_size(spec)} core nodes that store each block once",
            f"{_FEW_CORE_NODES} or more, or hdfs-site: {{dfs.replication: 2}}",
        )


@HIGH_AVAILABILITY_RULES.rule(
    "EMR-AVAILABILITY-004",
    what="A cluster with three primary nodes is ended by somebody, not by itself.",
    why="EMR protects it from termination, and ignores settings by which it would end.",
    source=_LAUNCH,
    severity="warning",
)
def clusters_do_not_end_themselves(spec: ClusterSpec) -> Iterator[Finding]:
    """Neither transient, nor an idle timeout, nor without protection."""
    if not is_highly_available(spec):
        return
    if spec.lifecycle == "transient":
        message = "transient with three primary nodes, which EMR does not end after the last step"
        yield Finding(("lifecycle",), message, "long_running, or one primary node")
    if spec.idle_timeout_minutes is not None:
        message = "an idle timeout with three primary nodes, which EMR ignores"
        yield Finding(("idle_timeout_minutes",), message, "none, or one primary node")
    if spec.termination_protection is False:
        message = "no termination protection with three primary nodes, which EMR protects anyway"
        yield Finding(("termination_protection",), message, "true, or one primary node")


@HIGH_AVAILABILITY_RULES.rule(
    "EMR-AVAILABILITY-005",
    what="Steps of a cluster with three primary nodes do not end it when they fail.",
    why="A step that runs while its primary node fails counts as failed, although another one goes on.",
    source=_APPLICATIONS,
    severity="warning",
)
def steps_do_not_end_clusters(spec: ClusterSpec) -> Iterator[Finding]:
    """Each step has continue or cancel_and_wait."""
    if is_highly_available(spec):
        for position, step in enumerate(spec.steps):
            if step.on_failure == "terminate_cluster":
                message = "on_failure: terminate_cluster with three primary nodes"
                path = ("steps", position, "on_failure")
                yield Finding(path, message, "continue or cancel_and_wait")


@HIGH_AVAILABILITY_RULES.rule(
    "EMR-AVAILABILITY-006",
    what="Applications of a cluster with three primary nodes go on when one of the nodes fails.",
    why="AWS does not say what becomes of others; notebooks of EMR do not work there at all.",
    source=_APPLICATIONS,
    severity="warning",
)
def applications_fail_over(spec: ClusterSpec) -> Iterator[Finding]:
    """Applications that AWS lists for such clusters."""
    if is_highly_available(spec):
        for position, name in enumerate(effective_applications(spec)):
            if name.lower() not in _SUITABLE:
                message = f"{name} on three primary nodes"
                allowed = "one primary node, or an application that AWS lists for three"
                yield Finding(("applications", position), message, allowed)


@HIGH_AVAILABILITY_RULES.rule(
    "EMR-AVAILABILITY-007",
    what="A placement group is for three primary nodes, and needs emr-5.23.0 or later.",
    why="EMR places no other nodes.",
    source=_PLACEMENT,
)
def placement_is_for_three(spec: ClusterSpec) -> Iterator[Finding]:
    """No placement group with one primary node, or with older releases."""
    release = Release.parse(spec.release)
    if spec.placement_group and not is_highly_available(spec):
        message = "a placement group for one primary node"
        allowed = "no placement_group, or three primary nodes"
        yield Finding(("placement_group",), message, allowed)
    elif spec.placement_group and release < _FIRST_WITH_GROUPS:
        message = f"a placement group with {release}"
        yield Finding(("placement_group",), message, f"{_FIRST_WITH_GROUPS} or later")
