"""Rules about how often HDFS stores each block, and for how many nodes."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.cluster.groups import core_size
from emr_platform.cluster.settings import cluster_setting, whole_number
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook

HDFS_RULES: RuleBook[ClusterSpec] = RuleBook()

_HDFS = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-hdfs-config.html"
REPLICATION = "dfs.replication"


def default_replication(core_nodes: int) -> int:
    """How often EMR lets HDFS store each block, by the core nodes that a cluster starts with."""
    if core_nodes < 4:
        return 1
    return 2 if core_nodes < 10 else 3


@HDFS_RULES.rule(
    "EMR-HDFS-001",
    what="HDFS stores a block no more often than there are core nodes.",
    why="The copies that have no node are missing for good, and EMR never takes a core node away.",
    source=_HDFS,
    severity="warning",
)
def copies_have_nodes(spec: ClusterSpec) -> Iterator[Finding]:
    """The replication is at most the number of core nodes, which scaling may raise."""
    setting = cluster_setting(spec, "hdfs-site", REPLICATION)
    copies = whole_number(setting)
    size = _most_core_nodes(spec)
    if setting and copies is not None and size is not None and copies > max(size, 1):
        message = f"{copies} copies of each block on {size} core nodes"
        yield Finding(setting.path, message, f"at most {max(size, 1)}, or more core nodes")


@HDFS_RULES.rule(
    "EMR-HDFS-002",
    what="With fewer than four core nodes, HDFS stores each block more than once.",
    why="The end of one node loses the blocks that only it has.",
    source=_HDFS,
    severity="warning",
)
def blocks_have_copies(spec: ClusterSpec) -> Iterator[Finding]:
    """No replication of 1 where it is given, on a cluster that waits for more work."""
    setting = cluster_setting(spec, "hdfs-site", REPLICATION)
    few = 1 < core_size(spec) < 4 and spec.lifecycle == "long_running"
    if few and setting and whole_number(setting) == 1:
        message = f"{REPLICATION} is 1 on {core_size(spec)} core nodes"
        yield Finding(setting.path, message, "2, or data in S3 only")


@HDFS_RULES.rule(
    "EMR-HDFS-003",
    what="A cluster may not shrink to fewer core nodes than HDFS stores copies.",
    why="EMR does not take core nodes below dfs.replication, so that the minimum is never reached, "
    "and the nodes are paid for.",
    source=_HDFS,
    severity="warning",
)
def minimum_is_reached(spec: ClusterSpec) -> Iterator[Finding]:
    """The minimum of scaling is at least the replication, given or EMR's default."""
    if spec.instance_fleets or not spec.core:
        return
    given = whole_number(cluster_setting(spec, "hdfs-site", REPLICATION))
    copies = default_replication(spec.core.count) if given is None else given
    default = ", which is EMR's default for its core nodes" if given is None else ""
    for path, minimum in _minimums(spec):
        if minimum < min(copies, spec.core.count):
            message = f"a minimum of {minimum} with {REPLICATION} {copies}{default}"
            yield Finding(path, message, f"{copies} or more, or {REPLICATION}: {minimum}")


def _minimums(spec: ClusterSpec) -> Iterator[tuple[Path, int]]:
    """The least numbers of nodes that scaling leaves, where it counts nodes."""
    if spec.scaling and spec.scaling.unit != "vcpu":
        yield ("scaling", "minimum"), spec.scaling.minimum
    policy = spec.core and spec.core.automatic_scaling
    # Another rule warns of a minimum of no core nodes at all.
    if policy and policy.minimum > 0:
        yield ("core", "automatic_scaling", *policy.written("minimum")), policy.minimum


def _most_core_nodes(spec: ClusterSpec) -> int | None:
    """How many core nodes there may come to be; None where that is not clear."""
    if spec.instance_fleets:
        return None
    if spec.core and spec.core.automatic_scaling:
        return max(spec.core.automatic_scaling.maximum, spec.core.count)
    if spec.scaling:
        if spec.scaling.unit == "vcpu":
            return None
        most = spec.scaling.maximum if spec.scaling.max_core is None else spec.scaling.max_core
        return max(most, core_size(spec))
    return core_size(spec)
