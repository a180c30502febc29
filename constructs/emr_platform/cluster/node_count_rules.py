"""Rules about how large a cluster may be at all."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.cluster.groups import core_size, instance_groups, primary_count, task_size
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook
from emr_platform.spec import MOST_NODES

NODE_COUNT_RULES: RuleBook[ClusterSpec] = RuleBook()

_SUBNET_SIZING = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"
_QUOTA = 2_000


@NODE_COUNT_RULES.rule(
    "EMR-CAPACITY-004",
    what="A cluster of instance groups has at most as many nodes as the largest subnet has addresses.",
    why="All of its nodes run in one subnet, and each has an address of it.",
    source=_SUBNET_SIZING,
)
def nodes_have_addresses(spec: ClusterSpec) -> Iterator[Finding]:
    """At most 65531 nodes, at the start and by managed scaling."""
    if spec.instance_fleets:
        return
    allowed = f"at most {MOST_NODES} nodes, the primary ones included"
    total = nodes_at_start(spec)
    if total > MOST_NODES:
        yield Finding(("core",), f"the cluster starts with {total} nodes", allowed)
    most = most_nodes(spec)
    if most is not None and most > MOST_NODES:
        yield Finding(("scaling", "maximum"), f"the cluster grows to {most} nodes", allowed)


@NODE_COUNT_RULES.rule(
    "EMR-CAPACITY-005",
    what="An instance group has at most 2000 instances.",
    why="That is the quota of an account which has not asked for more.",
    source="https://docs.aws.amazon.com/general/latest/gr/emr.html",
    severity="warning",
)
def groups_are_within_quota(spec: ClusterSpec) -> Iterator[Finding]:
    """At most 2000 instances in each group."""
    for path, group in instance_groups(spec):
        if group.count > _QUOTA:
            message = f"{group.count} instances in one group"
            yield Finding((*path, "count"), message, f"at most {_QUOTA}, or a higher quota")


def nodes_at_start(spec: ClusterSpec) -> int:
    """How many nodes a cluster of instance groups starts with."""
    return primary_count(spec) + core_size(spec) + task_size(spec)


def most_nodes(spec: ClusterSpec) -> int | None:
    """To how many nodes managed scaling may grow a cluster of instance groups; None if nothing says so."""
    scaling = spec.scaling
    if not scaling or spec.instance_fleets or scaling.unit not in (None, "instances"):
        return None
    return primary_count(spec) + scaling.maximum
