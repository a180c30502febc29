"""Rules about Spark's settings that contradict each other, or the rest of the cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emr_platform.cluster.settings import (
    all_configurations,
    cluster_setting,
    installs,
    is_true,
)
from emr_platform.cluster.spark_settings import spark_profiles
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook

SPARK_RULES: RuleBook[ClusterSpec] = RuleBook()

_SPARK = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-spark-configure.html"
_MAXIMIZE = "maximizeResourceAllocation"
_SET_BY_EMR = (
    "spark.executor.memory",
    "spark.executor.cores",
    "spark.executor.instances",
    "spark.driver.memory",
    "spark.default.parallelism",
)
_DYNAMIC = "spark.dynamicAllocation.enabled"
_INSTANCES = "spark.executor.instances"
_LEAST = "spark.dynamicAllocation.minExecutors"
_MOST = "spark.dynamicAllocation.maxExecutors"
_COLLECTOR = re.compile(r"-XX:[+-]?(Use\w*GC|\w*GC\w*|G1\w+|CMS\w+|InitiatingHeapOccupancy\w+)")


@SPARK_RULES.rule(
    "EMR-SPARK-001",
    what="Where Spark does not add executors by itself, it is said how many there are.",
    why="Spark takes two, however large the cluster is.",
    source=_SPARK,
    severity="warning",
)
def executors_are_counted(spec: ClusterSpec) -> Iterator[Finding]:
    """The number of executors, if dynamic allocation is off."""
    maximizes = is_true(cluster_setting(spec, "spark", _MAXIMIZE))
    for profile in spark_profiles(spec):
        dynamic = profile.setting(_DYNAMIC)
        if not dynamic or not profile.sets_any(_DYNAMIC) or maximizes:
            continue
        off = dynamic.value.strip().lower() == "false"
        if off and profile.setting(_INSTANCES) is None:
            message = f"{_DYNAMIC} is false, and {_INSTANCES} is not set"
            yield Finding(dynamic.path, message, f"{_INSTANCES}, or no {_DYNAMIC}")


@SPARK_RULES.rule(
    "EMR-SPARK-002",
    what="Spark does not take all resources of a cluster with HBase.",
    why="EMR sets YARN up to leave room for HBase, which maximizeResourceAllocation does not see, so "
    "that Spark's applications fail.",
    source=_SPARK,
    severity="warning",
)
def hbase_keeps_its_share(spec: ClusterSpec) -> Iterator[Finding]:
    """No maximizeResourceAllocation with HBase."""
    setting = cluster_setting(spec, "spark", _MAXIMIZE)
    if setting and is_true(setting) and installs(spec, "HBase", "Phoenix"):
        message = f"{_MAXIMIZE} on a cluster with HBase"
        yield Finding(setting.path, message, "sizes of executors in spark-defaults instead")


@SPARK_RULES.rule(
    "EMR-SPARK-003",
    what="The sizes of executors are either left to maximizeResourceAllocation or given.",
    why="EMR would compute them, and what is given wins, so that the two do not fit together.",
    source=_SPARK,
    severity="warning",
)
def sizes_have_one_source(spec: ClusterSpec) -> Iterator[Finding]:
    """None of the settings that maximizeResourceAllocation sets."""
    if is_true(cluster_setting(spec, "spark", _MAXIMIZE)):
        for name in _SET_BY_EMR:
            if setting := cluster_setting(spec, "spark-defaults", name):
                message = f"{name} is given, and {_MAXIMIZE} sets it"
                yield Finding(setting.path, message, "one of the two")


@SPARK_RULES.rule(
    "EMR-SPARK-004",
    what="Clusters of instance fleets give the sizes of executors themselves.",
    why="With maximizeResourceAllocation they are for one instance type, and a fleet has whichever it gets.",
    source=_SPARK,
    severity="warning",
)
def fleets_have_sizes(spec: ClusterSpec) -> Iterator[Finding]:
    """No maximizeResourceAllocation with fleets of several types."""
    setting = cluster_setting(spec, "spark", _MAXIMIZE)
    fleets = spec.instance_fleets
    types = (
        {type_ for fleet in (fleets.core, fleets.task) if fleet for type_ in fleet.types}
        if fleets
        else set()
    )
    if setting and is_true(setting) and len(types) > 1:
        message = f"{_MAXIMIZE} with {len(types)} instance types"
        yield Finding(setting.path, message, "sizes of executors in spark-defaults instead")


@SPARK_RULES.rule(
    "EMR-SPARK-005",
    what="The classification spark has the one property maximizeResourceAllocation.",
    why="Spark's own properties belong into spark-defaults, and do nothing here.",
    source=_SPARK,
    severity="warning",
)
def spark_has_one_property(spec: ClusterSpec) -> Iterator[Finding]:
    """Nothing but maximizeResourceAllocation, which is true or false."""
    for path, configuration in all_configurations(spec):
        if configuration.classification == "spark":
            for name, value in configuration.properties.items():
                if name != _MAXIMIZE:
                    allowed = "spark-defaults for it" if name.startswith("spark.") else _MAXIMIZE
                    yield Finding((*path, name), f"{name} in the classification spark", allowed)
                elif value.strip().lower() not in ("true", "false"):
                    yield Finding((*path, name), f"{name} is {value}", "true or false")


@SPARK_RULES.rule(
    "EMR-SPARK-006",
    what="Every property in spark-defaults has a name that begins with spark.",
    why="Spark ignores all others.",
    source=_SPARK,
    severity="warning",
)
def defaults_are_sparks(spec: ClusterSpec) -> Iterator[Finding]:
    """Names that begin with ``spark.``, an annotation before them left aside."""
    for path, configuration in all_configurations(spec):
        if configuration.classification == "spark-defaults":
            for name in configuration.properties:
                if not name.rpartition("@")[2].startswith("spark."):
                    allowed = f"spark.{name}, or spark.hadoop.{name} for one of Hadoop"
                    yield Finding((*path, name), f"{name} is not a property of Spark", allowed)


@SPARK_RULES.rule(
    "EMR-SPARK-007",
    what="Dynamic allocation has no more executors at least than at most.",
    why="Spark refuses to start the application.",
    source=_SPARK,
    severity="warning",
)
def executor_limits_fit(spec: ClusterSpec) -> Iterator[Finding]:
    """The minimum is at most the maximum."""
    for profile in spark_profiles(spec):
        setting, least = profile.setting(_LEAST), profile.number(_LEAST)
        most = profile.number(_MOST)
        if not setting or not profile.sets_any(_LEAST, _MOST):
            continue
        if least is not None and most is not None and least > most:
            message = f"{_LEAST} is {least:g}, more than {_MOST}, which is {most:g}"
            yield Finding(setting.path, message, f"at most {most:g}")


@SPARK_RULES.rule(
    "EMR-SPARK-008",
    what="With emr-6.1.0, options of the garbage collector replace those of EMR.",
    why="EMR sets its own in spark.driver.defaultJavaOptions and spark.executor.defaultJavaOptions, "
    "and with two collectors neither drivers nor executors start.",
    source=_SPARK,
    severity="warning",
)
def collectors_do_not_collide(spec: ClusterSpec) -> Iterator[Finding]:
    """No options of the collector in extraJavaOptions with emr-6.1.0."""
    if spec.release != "emr-6.1.0":
        return
    for profile in spark_profiles(spec):
        for role in ("driver", "executor"):
            name = f"spark.{role}.extraJavaOptions"
            setting = profile.setting(name)
            defaults = f"spark.{role}.defaultJavaOptions"
            if not setting or not profile.sets_any(name) or profile.setting(defaults):
                continue
            if _COLLECTOR.search(setting.value):
                message = f"options of the garbage collector in {name} with emr-6.1.0"
                yield Finding(setting.path, message, f"them in {defaults}")
