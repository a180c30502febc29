"""Rules about what YARN has to share out, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from emr_platform.catalog.release import Release
from emr_platform.catalog.yarn import memory_mib, yarn_memory_mib
from emr_platform.cluster.settings import (
    Node,
    Setting,
    all_properties,
    all_settings,
    cluster_setting,
    is_true,
    node_setting,
    whole_number,
    worker_nodes,
)
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook

YARN_RULES: RuleBook[ClusterSpec] = RuleBook()

_TASK_CONFIG = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-hadoop-task-config.html"
_CONFIGURE = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps.html"
NODE_MEMORY = "yarn.nodemanager.resource.memory-mb"
LARGEST_CONTAINER = "yarn.scheduler.maximum-allocation-mb"
_SMALLEST_CONTAINER = "yarn.scheduler.minimum-allocation-mb"
_LABELS = (
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-instances-guidelines.html"
)
_SCALE_DOWN = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-scaledown-behavior.html"
_LABELS_ENABLED = "yarn.node-labels.enabled"
_MASTER_LABEL = "yarn.node-labels.am.default-node-label-expression"
_DECOMMISSION = "yarn.resourcemanager.nodemanager-graceful-decommission-timeout-secs"
_TASK_MEMORY = (
    "mapreduce.map.memory.mb",
    "mapreduce.reduce.memory.mb",
    "yarn.app.mapreduce.am.resource.mb",
)
_HEAPS = {
    "mapreduce.map.java.opts": "mapreduce.map.memory.mb",
    "mapreduce.reduce.java.opts": "mapreduce.reduce.memory.mb",
    "yarn.app.mapreduce.am.command-opts": "yarn.app.mapreduce.am.resource.mb",
}
_HEAP = re.compile(r"-Xmx(?P<number>\d+)(?P<unit>[kKmMgG]?)")
_MIB = {"": 1 / (1024 * 1024), "k": 1 / 1024, "m": 1, "g": 1024}
_CAPACITY = re.compile(r"yarn\.scheduler\.capacity\.(?P<queue>[\w.-]+)\.(?P<what>capacity|queues)")
_PERCENT = re.compile(r"\d+(\.\d+)?")


def node_memory_mib(spec: ClusterSpec, node: Node) -> int | None:
    """What YARN may share out on some nodes, in MiB; None where that is not known."""
    if setting := node_setting(spec, node, "yarn-site", NODE_MEMORY):
        return whole_number(setting)
    return yarn_memory_mib(node.type) if node.type else None


def largest_container_mib(spec: ClusterSpec, node: Node) -> int | None:
    """The largest container that may run on some nodes, in MiB; None where that is not known."""
    memory = node_memory_mib(spec, node)
    limit = whole_number(cluster_setting(spec, "yarn-site", LARGEST_CONTAINER))
    return memory if memory is None or limit is None else min(memory, limit)


@YARN_RULES.rule(
    "EMR-YARN-001",
    what="YARN shares out no more memory than the nodes have.",
    why="Linux ends processes when the memory is used up, among them those that hold HDFS.",
    source=_TASK_CONFIG,
    severity="warning",
)
def nodes_have_memory(spec: ClusterSpec) -> Iterator[Finding]:
    """At most the memory of the instance type for each group and type."""
    found = {}
    for node in worker_nodes(spec):
        setting = node_setting(spec, node, "yarn-site", NODE_MEMORY)
        memory = whole_number(setting)
        if setting and memory and node.type and memory > memory_mib(node.type):
            has, default = memory_mib(node.type), yarn_memory_mib(node.type)
            found[setting.path, node.type_name] = Finding(
                setting.path,
                f"{memory} MiB for containers on {node.type_name}, where EMR counts {has} MiB in all",
                f"{default}, EMR's default, or a little more",
            )
    yield from found.values()


@YARN_RULES.rule(
    "EMR-YARN-002",
    what="A container of the largest size fits on some node.",
    why="YARN accepts what is asked for, and then waits for a node that never comes.",
    source=_TASK_CONFIG,
    severity="warning",
)
def largest_container_fits(spec: ClusterSpec) -> Iterator[Finding]:
    """At most the memory that YARN has on the largest nodes."""
    settings = all_settings(spec, "yarn-site", LARGEST_CONTAINER)
    if not settings:
        return
    memories = [node_memory_mib(spec, node) for node in worker_nodes(spec)]
    known = [memory for memory in memories if memory is not None]
    if not known or len(known) < len(memories):
        return
    for setting in settings:
        limit = whole_number(setting)
        if limit is not None and limit > max(known):
            message = f"containers of up to {limit} MiB, and no node with more than {max(known)}"
            yield Finding(setting.path, message, f"at most {max(known)}")


@YARN_RULES.rule(
    "EMR-YARN-003",
    what="The smallest container is not larger than the largest.",
    why="The ResourceManager does not start, so that the cluster ends with an error.",
    source=_TASK_CONFIG,
)
def smallest_container_is_smaller(spec: ClusterSpec) -> Iterator[Finding]:
    """The least that is allocated is at most the most."""
    smallest = cluster_setting(spec, "yarn-site", _SMALLEST_CONTAINER)
    largest = cluster_setting(spec, "yarn-site", LARGEST_CONTAINER)
    least, most = whole_number(smallest), whole_number(largest)
    if smallest and least is not None and most is not None and least > most:
        message = f"containers of at least {least} MiB and at most {most} MiB"
        yield Finding(smallest.path, message, f"at most {most}")


@YARN_RULES.rule(
    "EMR-YARN-004",
    what="The capacities of the queues within a queue add up to 100 percent.",
    why="The ResourceManager does not start, so that the cluster ends with an error.",
    source=_CONFIGURE,
)
def capacities_add_up(spec: ClusterSpec) -> Iterator[Finding]:
    """100 for the queues of each parent, where all are in percent."""
    capacities, children = _queues(spec)
    for parent, queues in children.items():
        shares = {name: _share(capacities, parent, name) for name in queues.names}
        given = [share for share in shares.values() if share is not None]
        if not given or not all(_PERCENT.fullmatch(share.strip()) for share in given):
            continue  # weights, or resources by their number
        total = sum(float(share) for share in given)
        if abs(total - 100) > 0.01:
            parts = ", ".join(f"{name} {share or 'none'}" for name, share in shares.items())
            message = f"the queues of {parent} have {total:g} % together: {parts}"
            yield Finding(queues.path, message, "100 for all of them together")


@YARN_RULES.rule(
    "EMR-YARN-005",
    what="Capacities are those of queues that exist.",
    why="YARN ignores a queue that its parent does not list, and jobs for it are refused.",
    source=_CONFIGURE,
    severity="warning",
)
def capacities_are_of_queues(spec: ClusterSpec) -> Iterator[Finding]:
    """Every queue with a capacity is in the list of its parent, where there is one."""
    capacities, children = _queues(spec)
    for queue, setting in capacities.items():
        parent, _, name = queue.rpartition(".")
        if parent in children and name not in children[parent].names:
            known = ", ".join(children[parent].names)
            yield Finding(setting.path, f"{parent} has no queue {name}", f"a capacity of {known}")


@YARN_RULES.rule(
    "EMR-YARN-006",
    what="Tasks of MapReduce fit into a container.",
    why="YARN refuses larger ones, and the job fails.",
    source=_TASK_CONFIG,
    severity="warning",
)
def tasks_fit(spec: ClusterSpec) -> Iterator[Finding]:
    """At most the largest container for mappers, reducers and their master."""
    settings = [
        (name, setting)
        for name in _TASK_MEMORY
        for setting in all_settings(spec, "mapred-site", name)
    ]
    if not settings:
        return
    containers = [largest_container_mib(spec, node) for node in worker_nodes(spec)]
    known = [container for container in containers if container is not None]
    if not known or len(known) < len(containers):
        return
    for name, setting in settings:
        memory = whole_number(setting)
        if memory is not None and memory > max(known):
            message = f"{name} is {memory} MiB, and no container has more than {max(known)}"
            yield Finding(setting.path, message, f"at most {max(known)}")


@YARN_RULES.rule(
    "EMR-YARN-007",
    what="The heap of a task of MapReduce is smaller than its container.",
    why="YARN ends a container that uses more memory than it asked for.",
    source=_TASK_CONFIG,
    severity="warning",
)
def heaps_fit(spec: ClusterSpec) -> Iterator[Finding]:
    """-Xmx below the memory of the task, where both are given."""
    for options, memory_name in _HEAPS.items():
        setting = cluster_setting(spec, "mapred-site", options)
        memory = whole_number(cluster_setting(spec, "mapred-site", memory_name))
        heap = _HEAP.search(setting.value) if setting else None
        if setting and heap and memory is not None:
            size = int(heap["number"]) * _MIB[heap["unit"].lower()]
            if size >= memory:
                message = f"a heap of {heap.group()[4:]} in a container of {memory} MiB"
                yield Finding(setting.path, message, f"about -Xmx{memory * 4 // 5}m")


@YARN_RULES.rule(
    "EMR-YARN-008",
    what="Where application masters are kept to labelled nodes, labels are switched on.",
    why="From emr-6.0.0 labels are off, so that YARN knows no such nodes, and no application starts.",
    source=_LABELS,
    severity="warning",
)
def labels_are_on(spec: ClusterSpec) -> Iterator[Finding]:
    """Labels are enabled with a label of application masters, from emr-6.0.0."""
    label = cluster_setting(spec, "yarn-site", _MASTER_LABEL)
    enabled = is_true(cluster_setting(spec, "yarn-site", _LABELS_ENABLED))
    is_off = not enabled and Release.parse(spec.release).major >= 6
    if label and label.value.strip() and is_off:
        message = f"application masters on nodes labelled {label.value}, and labels are off"
        yield Finding(label.path, message, f"yarn-site: {{{_LABELS_ENABLED}: true}}")


@YARN_RULES.rule(
    "EMR-YARN-009",
    what="Nodes that are taken away have time to finish their tasks.",
    why="EMR takes -1 for no time at all, where Hadoop takes it for all the time it needs.",
    source=_SCALE_DOWN,
    severity="warning",
)
def nodes_finish_their_tasks(spec: ClusterSpec) -> Iterator[Finding]:
    """The timeout of a graceful decommission is not negative."""
    setting = cluster_setting(spec, "yarn-site", _DECOMMISSION)
    if setting and setting.value.strip().startswith("-"):
        message = f"{_DECOMMISSION} is {setting.value}"
        yield Finding(setting.path, message, "a number of seconds, such as 86400")


class _Queues(NamedTuple):
    """The queues within another, and where the file lists them or gives the first capacity."""

    names: tuple[str, ...]
    path: Path


def _queues(spec: ClusterSpec) -> tuple[dict[str, Setting], dict[str, _Queues]]:
    """The capacity of each queue, and the queues of each parent that lists some."""
    capacities: dict[str, Setting] = {}
    children: dict[str, _Queues] = {}
    for property_ in all_properties(spec):
        match = _CAPACITY.fullmatch(property_.name)
        if match and property_.classification == "capacity-scheduler":
            if match["what"] == "capacity":
                capacities[match["queue"]] = Setting(property_.value, property_.path)
            else:
                names = [name.strip() for name in property_.value.split(",")]
                children[match["queue"]] = _Queues(tuple(filter(None, names)), property_.path)
    default = capacities.get("root.default")
    if default and "root" not in children:
        children["root"] = _Queues(("default",), default.path)
    return capacities, children


def _share(capacities: Mapping[str, Setting], parent: str, name: str) -> str | None:
    """The capacity of a queue; EMR's own file gives all of it to the queue default."""
    queue = f"{parent}.{name}"
    if queue in capacities:
        return capacities[queue].value
    return "100" if queue == "root.default" else None
