"""What Spark is set to, on a cluster and in each of its steps."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from emr_platform.catalog.release import Release
from emr_platform.cluster.settings import Setting, cluster_settings
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.problems import Path
from emr_platform.remembered import remembered_items
from emr_platform.steps.spec import CommandStepSpec, JarStepSpec, SparkSubmitStepSpec

_OPTIONS = {
    "--deploy-mode": "spark.submit.deployMode",
    "--driver-cores": "spark.driver.cores",
    "--driver-memory": "spark.driver.memory",
    "--executor-cores": "spark.executor.cores",
    "--executor-memory": "spark.executor.memory",
    "--num-executors": "spark.executor.instances",
}
FLAGS = frozenset(("--verbose", "-v", "--supervise", "--version", "--help", "-h"))
"""Options of spark-submit without a value."""
_SIZE = re.compile(r"\s*(?P<number>\d+)(?P<unit>b|k|kb|m|mb|g|gb|t|tb|p|pb)?\s*", re.IGNORECASE)
_MIB = {"b": 1 / 1024 / 1024, "k": 1 / 1024, "m": 1.0, "g": 1024.0, "t": 1024.0**2, "p": 1024.0**3}
_FIRST_WITH_MORE_OVERHEAD = Release.parse("emr-5.22.0")
_LEAST_OVERHEAD_MIB = 384


@dataclass(frozen=True, slots=True)
class SparkProfile:
    """The settings that a Spark application starts with.

    Attributes:
        spec: The cluster.
        step: Path of the step that starts it; None for what holds for the whole cluster.
        own: What the step itself sets, by the names of the properties.
        shared: What ``spark-defaults`` sets for the whole cluster.
    """

    spec: ClusterSpec
    step: Path | None = None
    own: dict[str, Setting] = field(default_factory=dict)
    shared: Mapping[str, Setting] = field(default_factory=dict)

    def setting(self, name: str) -> Setting | None:
        """What a property is: as the step says, else as ``spark-defaults`` says."""
        return self.own.get(name) or self.shared.get(name)

    def size_mib(self, name: str, *, unit: str = "m") -> float | None:
        """A property that is a size, in MiB; None if it is not set, or not a size."""
        setting = self.setting(name)
        return size_mib(setting.value, unit=unit) if setting else None

    def number(self, name: str) -> float | None:
        """A property that is a number; None if it is not set, or not a number."""
        setting = self.setting(name)
        try:
            return float(setting.value) if setting else None
        except ValueError:
            return None

    def sets_any(self, *names: str) -> bool:
        """Whether this profile is the one to report one of some properties for."""
        if self.step is None:
            return any(self.setting(name) for name in names)
        return any(name in self.own for name in names)

    def of(self, names: Collection[str]) -> Iterator[tuple[str, Setting]]:
        """Those of some properties that this profile is the one to report, with what they are."""
        settings = self.shared if self.step is None else self.own
        for name in names:
            if name in settings:
                yield name, settings[name]

    def executor_container_mib(self) -> float | None:
        """The memory that YARN is asked for each executor, in MiB; None if it is left to EMR."""
        memory = self.size_mib("spark.executor.memory")
        if memory is None:
            return None
        overhead = self.size_mib("spark.executor.memoryOverhead")
        if overhead is None:
            overhead = self.size_mib("spark.yarn.executor.memoryOverhead")
        if overhead is None:
            overhead = max(memory * self._overhead_factor(), _LEAST_OVERHEAD_MIB)
        off_heap = self.setting("spark.memory.offHeap.enabled")
        if off_heap and off_heap.value.strip().lower() == "true":
            overhead += self.size_mib("spark.memory.offHeap.size", unit="b") or 0
        return memory + overhead + (self.size_mib("spark.executor.pyspark.memory") or 0)

    def driver_container_mib(self) -> float | None:
        """The memory that YARN is asked for a driver in cluster mode, in MiB; None if left to EMR."""
        memory = self.size_mib("spark.driver.memory")
        if memory is None:
            return None
        overhead = self.size_mib("spark.driver.memoryOverhead")
        return memory + (max(memory * 0.1, _LEAST_OVERHEAD_MIB) if overhead is None else overhead)

    def _overhead_factor(self) -> float:
        for name in (
            "spark.executor.memoryOverheadFactor",
            "spark.yarn.executor.memoryOverheadFactor",
        ):
            if (factor := self.number(name)) is not None:
                return factor
        return 0.1875 if Release.parse(self.spec.release) >= _FIRST_WITH_MORE_OVERHEAD else 0.1


@lru_cache(maxsize=4096)
def size_mib(text: str, *, unit: str = "m") -> float | None:
    """Read a size as Spark does.

    Args:
        text: A whole number, with b, k, m, g, t or p behind it if need be.
        unit: What a number without one of these counts. Default: MiB.

    Returns:
        The size in MiB; None for what Spark cannot read.
    """
    match = _SIZE.fullmatch(text)
    if match is None:
        return None
    return int(match["number"]) * _MIB[(match["unit"] or unit)[0].lower()]


@remembered_items
def spark_profiles(spec: ClusterSpec) -> Iterator[SparkProfile]:
    """The settings for the whole cluster, then those of each step that runs spark-submit."""
    shared = cluster_settings(spec, "spark-defaults")
    yield SparkProfile(spec, shared=shared)
    for position, step in enumerate(spec.steps):
        path: Path = ("steps", position)
        match step:
            case SparkSubmitStepSpec():
                own = _options(step.spark_submit, (*path, "spark_submit"), 0)
            case CommandStepSpec() if step.command[0].rpartition("/")[2] == "spark-submit":
                own = _options(step.command, (*path, "command"), 1)
            case JarStepSpec() if step.args and step.args[0].rpartition("/")[2] == "spark-submit":
                own = _options(step.args, (*path, "args"), 1)
            case _:
                continue
        yield SparkProfile(spec, path, own, shared)


def _options(args: Sequence[str], path: Path, start: int) -> dict[str, Setting]:
    """What the options of spark-submit set; those of the application behind them are not looked at."""
    found: dict[str, Setting] = {}
    position = start
    while position < len(args) and args[position].startswith("-"):
        option, given, value = args[position].partition("=")
        here = (*path, position)
        position += 1
        if not given and option not in FLAGS and position < len(args):
            value, here = args[position], (*path, position)
            position += 1
        if option in ("--conf", "-c"):
            name, _, value = value.partition("=")
            found[name] = Setting(value, here)
        elif option in _OPTIONS:
            found[_OPTIONS[option]] = Setting(value, here)
    return found
