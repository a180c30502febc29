"""Rules about the size of the primary node."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.catalog.instance_types import instance_type
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook

PRIMARY_RULES: RuleBook[ClusterSpec] = RuleBook()

_GUIDELINES = (
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-instances-guidelines.html"
)
_NODES_OF_A_SMALL_CLUSTER = 50
_VCPUS_OF_A_SMALL_PRIMARY = 4


@PRIMARY_RULES.rule(
    "EMR-PRIMARY-001",
    what="The primary node of a cluster of more than 50 nodes is larger than an xlarge.",
    why="It keeps account of all nodes, files and applications, and everything waits for it.",
    source=_GUIDELINES,
    severity="warning",
)
def primary_suits_cluster(spec: ClusterSpec) -> Iterator[Finding]:
    """More than 4 vCPUs where groups start with, or grow to, more than 50 nodes."""
    if spec.instance_fleets:
        return
    count = (spec.core.count if spec.core else 0) + sum(group.count for group in spec.task.values())
    if spec.scaling and spec.scaling.unit != "vcpu":
        count = max(count, spec.scaling.maximum)
    type_ = instance_type(spec.primary.type)
    if count > _NODES_OF_A_SMALL_CLUSTER and type_ and type_.vcpu <= _VCPUS_OF_A_SMALL_PRIMARY:
        message = f"{type_.name} for a cluster of up to {count} nodes"
        allowed = f"more than {_VCPUS_OF_A_SMALL_PRIMARY} vCPUs, such as m6g.2xlarge"
        yield Finding(("primary", "type"), message, allowed)
