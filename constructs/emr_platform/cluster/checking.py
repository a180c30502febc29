"""Checks a cluster when its construct is made, whatever was checked before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from aws_cdk import Annotations
from constructs import IConstruct

from emr_platform.acknowledged_warnings.rules import Scope, with_acknowledgements
from emr_platform.cluster.references import REFERENCE_RULES, reference_problems
from emr_platform.cluster.rules import CLUSTER_RULES, cluster_problems
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.environment.rules import SEVERITIES
from emr_platform.environment.script_rules import SCRIPT_RULES, LocalScripts
from emr_platform.problems import InvalidSpecError

_ASKED = frozenset(
    {rule.id for rule in CLUSTER_RULES}
    | {rule.id for rule in REFERENCE_RULES}
    | {rule.id for rule in SCRIPT_RULES.rules}
)


def refuse_problems(
    cluster: IConstruct,
    spec: ClusterSpec,
    *,
    buckets: Collection[str],
    data_buckets: Collection[str],
    secrets: Collection[str],
    hosts: Collection[str],
    subnet_count: int,
    script_directory: Path,
    acknowledged_warnings: Mapping[str, str],
) -> None:
    """Refuse what EMR would refuse, and references to what is not there; annotate warnings.

    Args:
        cluster: What warnings are about.
        spec: The cluster.
        buckets: Names that ``bucket://`` may refer to.
        data_buckets: Those of them that are data buckets.
        secrets: Names that ``secret://`` may refer to.
        hosts: Names that ``host://`` may refer to.
        subnet_count: How many subnets EMR may choose from.
        script_directory: Where relative paths of scripts begin.
        acknowledged_warnings: Why warnings do not matter, besides what the spec acknowledges.

    Raises:
        InvalidSpecError: There are errors. It has the warnings, too.
    """
    problems = cluster_problems(spec)
    problems += reference_problems(
        spec,
        buckets=buckets,
        data_buckets=data_buckets,
        secrets=secrets,
        subnet_count=subnet_count,
        hosts=hosts,
    )
    for script in LocalScripts(script_directory).of_cluster(spec):
        problems += SCRIPT_RULES.problems(script)
    problems = with_acknowledgements(
        problems,
        [Scope((), spec.acknowledge), Scope((), acknowledged_warnings, is_shared=True)],
        severities=SEVERITIES,
        asked=_ASKED,
    )
    if any(problem.severity == "error" for problem in problems):
        raise InvalidSpecError(problems)
    for problem in problems:
        if problem.is_warning:
            Annotations.of(cluster).add_warning_v2(problem.rule_id, str(problem))
