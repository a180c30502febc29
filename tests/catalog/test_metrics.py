"""Expectations from "Monitoring Amazon EMR metrics with CloudWatch" in the Amazon EMR Management Guide."""

from __future__ import annotations

import pytest

from emr_platform.catalog.metrics import METRICS, similar_metric

# The tables of that page, by the unit that they give. YARNMemoryAvailablePercentage has its unit
# in the table of managed scaling only.
HADOOP_2 = {
    "Boolean": "IsIdle",
    "Percent": "LiveDataNodes MultiMasterInstanceGroupNodesRunningPercentage HDFSUtilization "
    "YARNMemoryAvailablePercentage",
    "Count": "ContainerAllocated ContainerReserved ContainerPending ContainerPendingRatio "
    "AppsCompleted AppsFailed AppsKilled AppsPending AppsRunning AppsSubmitted "
    "CoreNodesRunning CoreNodesPending MRTotalNodes MRActiveNodes MRLostNodes MRUnhealthyNodes "
    "MRDecommissionedNodes MRRebootedNodes MultiMasterInstanceGroupNodesRunning "
    "MultiMasterInstanceGroupNodesRequested S3BytesWritten S3BytesRead HDFSBytesRead "
    "HDFSBytesWritten MissingBlocks CorruptBlocks TotalLoad MemoryTotalMB MemoryReservedMB "
    "MemoryAvailableMB MemoryAllocatedMB PendingDeletionBlocks UnderReplicatedBlocks "
    "DfsPendingReplicationBlocks CapacityRemainingGB",
}
HADOOP_1_ONLY = {
    "Count": "JobsRunning JobsFailed MapTasksRunning MapTasksRemaining MapSlotsOpen "
    "ReduceTasksRunning ReduceTasksRemaining ReduceSlotsOpen",
    "Ratio": "RemainingMapTasksPerSlot",
    "Percent": "LiveTaskTrackers",
}
# In the table of Hadoop 1, but published with managed scaling as well.
TASK_NODES = {"Count": "TaskNodesRunning TaskNodesPending"}
HBASE = {
    "Count": "HbaseBackupFailed BackupFailed",
    "Minutes": "MostRecentBackupDuration TimeSinceLastSuccessfulBackup",
}
IDLENESS = {"Boolean": "AutoTerminationIsClusterIdle", "Count": "TotalNotebookKernels"}
CAPACITY = {
    "Count": " ".join(
        f"{nodes}{unit}{state}"
        for nodes in ("Total", "Core", "Task")
        for unit in ("Units", "Nodes", "VCPU")
        for state in ("Requested", "Running")
    )
}
TABLES = (HADOOP_2, HADOOP_1_ONLY, TASK_NODES, HBASE, IDLENESS, CAPACITY)


def test_every_documented_metric_is_listed_with_its_unit() -> None:
    documented = {
        name: unit for table in TABLES for unit, names in table.items() for name in names.split()
    }

    assert {name: metric.unit for name, metric in METRICS.items()} == documented


def test_metrics_of_hadoop_1_are_told_apart() -> None:
    old = {name for names in HADOOP_1_ONLY.values() for name in names.split()}

    assert {name for name, metric in METRICS.items() if metric.group == "hadoop_1"} == old


@pytest.mark.parametrize(
    ("name", "statistic"),
    [
        # A cluster that was busy for a moment was not idle.
        ("IsIdle", "Minimum"),
        ("AutoTerminationIsClusterIdle", "Minimum"),
        # With a value each minute, a sum over five would be five times as many nodes.
        ("CoreNodesRunning", "Average"),
        ("TotalNodesRunning", "Average"),
        ("ContainerPendingRatio", "Average"),
        ("S3BytesRead", "Sum"),
        ("MissingBlocks", "Maximum"),
        ("LiveDataNodes", "Minimum"),
    ],
)
def test_statistic_says_what_matters(name: str, statistic: str) -> None:
    assert METRICS[name].statistic == statistic


def test_similar_metric() -> None:
    assert similar_metric("YarnMemoryAvailablePercent") == "YARNMemoryAvailablePercentage"
    assert similar_metric("HDFSUtilisation") == "HDFSUtilization"
    assert similar_metric("Temperature") is None
