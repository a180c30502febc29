"""Rules about configurations: by themselves, against each other, and against the rest of a cluster."""

from __future__ import annotations

from emr_platform.cluster.configuration_rules.classifications import CLASSIFICATION_RULES
from emr_platform.cluster.configuration_rules.hbase import HBASE_RULES
from emr_platform.cluster.configuration_rules.hdfs import HDFS_RULES
from emr_platform.cluster.configuration_rules.hive import HIVE_RULES
from emr_platform.cluster.configuration_rules.spark import SPARK_RULES
from emr_platform.cluster.configuration_rules.spark_sizes import SPARK_SIZE_RULES
from emr_platform.cluster.configuration_rules.values import VALUE_RULES
from emr_platform.cluster.configuration_rules.yarn import YARN_RULES
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import RuleBook

CONFIGURATION_BOOKS: tuple[RuleBook[ClusterSpec], ...] = (
    CLASSIFICATION_RULES,
    VALUE_RULES,
    YARN_RULES,
    SPARK_RULES,
    SPARK_SIZE_RULES,
    HDFS_RULES,
    HBASE_RULES,
    HIVE_RULES,
)
"""All books of rules about configurations."""
