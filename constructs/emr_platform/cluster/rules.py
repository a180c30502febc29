"""Everything about a cluster that EMR would refuse or that costs people dearly. Pure functions.

The rules themselves are in the modules beside this one, by what they are about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from emr_platform.automatic_scaling.alarm_rules import ALARM_RULES
from emr_platform.automatic_scaling.rules import AUTOMATIC_SCALING_RULES
from emr_platform.cluster.ami_rules import AMI_RULES
from emr_platform.cluster.application_rules import APPLICATION_RULES
from emr_platform.cluster.capacity_rules import CAPACITY_RULES
from emr_platform.cluster.configuration_rules import CONFIGURATION_BOOKS
from emr_platform.cluster.configuration_rules.hdfs import HDFS_RULES
from emr_platform.cluster.configuration_rules.spark_sizes import SPARK_SIZE_RULES
from emr_platform.cluster.decommissioning import DECOMMISSION_RULES
from emr_platform.cluster.effective import written_path
from emr_platform.cluster.fleet_rules import FLEET_RULES
from emr_platform.cluster.high_availability_rules import HIGH_AVAILABILITY_RULES
from emr_platform.cluster.lifecycle_rules import LIFECYCLE_RULES
from emr_platform.cluster.node_count_rules import NODE_COUNT_RULES
from emr_platform.cluster.primary_rules import PRIMARY_RULES
from emr_platform.cluster.release_rules import RELEASE_RULES
from emr_platform.cluster.root_volume_rules import ROOT_VOLUME_RULES
from emr_platform.cluster.security_group_rules import SECURITY_GROUP_RULES
from emr_platform.cluster.sizes import without_sizes
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.cluster.step_rules import STEP_RULES
from emr_platform.cluster.volume_rules import VOLUME_RULES
from emr_platform.metastore.rules import METASTORE_RULES
from emr_platform.presets.rules import PRESET_RULES
from emr_platform.problems import Problem
from emr_platform.remembered import remembered_items
from emr_platform.rule import Rule, RuleBook, problems_of
from emr_platform.security_configuration.rules import SECURITY_RULES, cluster_security_problems

_BOOKS: tuple[RuleBook[ClusterSpec], ...] = (
    RELEASE_RULES,
    APPLICATION_RULES,
    CAPACITY_RULES,
    FLEET_RULES,
    HIGH_AVAILABILITY_RULES,
    PRIMARY_RULES,
    NODE_COUNT_RULES,
    AUTOMATIC_SCALING_RULES,
    ALARM_RULES,
    DECOMMISSION_RULES,
    VOLUME_RULES,
    ROOT_VOLUME_RULES,
    AMI_RULES,
    SECURITY_GROUP_RULES,
    STEP_RULES,
    LIFECYCLE_RULES,
    METASTORE_RULES,
    PRESET_RULES,
    *CONFIGURATION_BOOKS,
)

_ABOUT_SIZES = (
    CAPACITY_RULES,
    HIGH_AVAILABILITY_RULES,
    PRIMARY_RULES,
    NODE_COUNT_RULES,
    AUTOMATIC_SCALING_RULES,
    ALARM_RULES,
    DECOMMISSION_RULES,
    VOLUME_RULES,
    HDFS_RULES,
    SPARK_SIZE_RULES,
)
"""Books whose rules look at how many nodes groups have, or at how large their disks are. The others never see that."""

_SIZE_RULES = tuple(rule for book in _ABOUT_SIZES for rule in book.rules)
_OTHER_RULES = tuple(rule for book in _BOOKS if book not in _ABOUT_SIZES for rule in book.rules)

CLUSTER_RULES: tuple[Rule[ClusterSpec], ...] = (
    *(rule for book in _BOOKS for rule in book.rules),
    *SECURITY_RULES,
)
"""Every rule about a cluster by itself."""

_ORDER = {rule.id: position for position, rule in enumerate(CLUSTER_RULES)}


def cluster_problems(spec: ClusterSpec) -> list[Problem]:
    """Check a cluster by itself, whatever environment it is in.

    Args:
        spec: The cluster.

    Returns:
        All errors and warnings, with paths that begin in the spec.
    """
    return [*_problems(spec)]


@remembered_items
def _problems(spec: ClusterSpec) -> Iterable[Problem]:
    problems = [*problems_of(_SIZE_RULES, spec), *_other_problems(without_sizes(spec))]
    for problem in sorted(problems, key=lambda each: _ORDER[each.rule_id]):
        # Rules look at what EMR gets; their readers, at what the file says.
        yield replace(problem, path=written_path(spec, problem.path))


@remembered_items
def _other_problems(spec: ClusterSpec) -> Iterable[Problem]:
    return (*problems_of(_OTHER_RULES, spec), *cluster_security_problems(spec))
