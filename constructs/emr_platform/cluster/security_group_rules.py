"""Rules about the existing security groups that the nodes of a cluster get."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook, listed_twice

SECURITY_GROUP_RULES: RuleBook[ClusterSpec] = RuleBook()


@SECURITY_GROUP_RULES.rule(
    "EMR-NETWORK-015",
    what="An additional security group is listed once.",
    why="CloudFormation's schema of AWS::EMR::Cluster wants the groups of a list to be unique, and the CDK makes "
    "no template that breaks it.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
    "aws-properties-emr-cluster-jobflowinstancesconfig.html",
)
def security_groups_are_unique(spec: ClusterSpec) -> Iterator[Finding]:
    """No group twice for the primary node, and none twice for the others."""
    groups = spec.additional_security_groups
    yield from listed_twice(("additional_security_groups", "primary"), groups.primary)
    yield from listed_twice(("additional_security_groups", "core_and_task"), groups.core_and_task)
