"""Rules about Spark's memory and cores, and the nodes that are to have them."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.cluster.configuration_rules.yarn import largest_container_mib
from emr_platform.cluster.settings import Node, worker_nodes
from emr_platform.cluster.spark_settings import SparkProfile, size_mib, spark_profiles
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.remembered import remembered
from emr_platform.rule import Finding, RuleBook

SPARK_SIZE_RULES: RuleBook[ClusterSpec] = RuleBook()

_SPARK = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-spark-configure.html"
_TASK_CONFIG = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-hadoop-task-config.html"
_EXECUTOR = (
    "spark.executor.memory",
    "spark.executor.memoryOverhead",
    "spark.yarn.executor.memoryOverhead",
    "spark.executor.memoryOverheadFactor",
    "spark.executor.pyspark.memory",
    "spark.memory.offHeap.size",
)
_DRIVER = ("spark.driver.memory", "spark.driver.memoryOverhead")
_SIZES = tuple(name for name in (*_EXECUTOR, *_DRIVER) if not name.endswith("Factor"))
_CORES = "spark.executor.cores"
_WHOLE_NUMBERS = (_CORES, "spark.driver.cores", "spark.executor.instances")


@SPARK_SIZE_RULES.rule(
    "EMR-SPARK-009",
    what="An executor of Spark, with its overhead, fits into a container on every worker node.",
    why="Where it does not, no executor starts; if it fits nowhere, no application runs.",
    source=_TASK_CONFIG,
    severity="warning",
)
def executors_fit(spec: ClusterSpec) -> Iterator[Finding]:
    """At most the largest container of each core and task type."""
    for profile in spark_profiles(spec):
        asked = profile.executor_container_mib() if profile.sets_any(*_EXECUTOR) else None
        if asked is not None:
            yield from _too_large(profile, "an executor", asked, _EXECUTOR)


@SPARK_SIZE_RULES.rule(
    "EMR-SPARK-010",
    what="A driver of Spark that runs in the cluster fits into a container on some worker node.",
    why="YARN has no place for it, so that the application does not start.",
    source=_TASK_CONFIG,
    severity="warning",
)
def drivers_fit(spec: ClusterSpec) -> Iterator[Finding]:
    """At most the largest container of the largest type, in cluster mode."""
    for profile in spark_profiles(spec):
        asked = profile.driver_container_mib()
        mode = profile.setting("spark.submit.deployMode")
        in_cluster = mode is not None and mode.value.strip().lower() == "cluster"
        if asked is not None and in_cluster and profile.sets_any(*_DRIVER):
            containers = _containers(spec)
            if containers and all(container < asked for container in containers.values()):
                yield from _too_large(profile, "a driver", asked, _DRIVER)


@SPARK_SIZE_RULES.rule(
    "EMR-SPARK-011",
    what="An executor of Spark has no more cores than a worker node has vCPUs.",
    why="Its tasks wait for each other, and other executors on the node wait for it.",
    source=_SPARK,
    severity="warning",
)
def executors_have_cores(spec: ClusterSpec) -> Iterator[Finding]:
    """At most the vCPUs of each core and task type."""
    for profile in spark_profiles(spec):
        setting, cores = profile.setting(_CORES), profile.number(_CORES)
        if setting and cores is not None and profile.sets_any(_CORES):
            small = {
                node.type_name: node.type.vcpu
                for node in worker_nodes(spec)
                if node.type and node.type.vcpu < cores
            }
            if small:
                of = ", ".join(f"{count} of {name}" for name, count in small.items())
                message = f"{cores:g} cores for an executor, more than the vCPUs: {of}"
                yield Finding(setting.path, message, f"at most {min(small.values())}")


@SPARK_SIZE_RULES.rule(
    "EMR-SPARK-012",
    what="Sizes and numbers are ones that Spark can read.",
    why="Spark refuses to start the application.",
    source=_SPARK,
    severity="warning",
)
def sizes_can_be_read(spec: ClusterSpec) -> Iterator[Finding]:
    """A whole number with b, k, m, g or t, and whole numbers of cores and executors."""
    for profile in spark_profiles(spec):
        for name, setting in profile.of(_SIZES):
            if size_mib(setting.value) is None:
                yield Finding(
                    setting.path, f"{name} is {setting.value}", "a size such as 4g or 512m"
                )
        for name, setting in profile.of(_WHOLE_NUMBERS):
            if not setting.value.strip().isdecimal():
                yield Finding(setting.path, f"{name} is {setting.value}", "a whole number")


@remembered
def _containers(spec: ClusterSpec) -> dict[str, int]:
    """The largest container of each worker's type; empty if one of them is not known."""
    found: dict[str, int] = {}
    for node in worker_nodes(spec):
        container = largest_container_mib(spec, node)
        if container is None:
            return {}
        found[_name(node)] = max(container, found.get(_name(node), 0))
    return found


def _name(node: Node) -> str:
    return node.type_name


def _too_large(
    profile: SparkProfile, what: str, asked: float, names: tuple[str, ...]
) -> Iterator[Finding]:
    containers = _containers(profile.spec)
    small = {name: size for name, size in containers.items() if size < asked}
    if small:
        setting = next(
            found for name in names if profile.sets_any(name) and (found := profile.setting(name))
        )
        least = min(small.values())
        on = ", ".join(f"{size} MiB on {name}" for name, size in small.items())
        yield Finding(
            setting.path,
            f"{what} asks for {asked:.0f} MiB with its overhead, and a container has at most {on}",
            f"at most {least} MiB with the overhead",
        )
