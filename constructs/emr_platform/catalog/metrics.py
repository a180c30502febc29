"""The metrics that EMR publishes in CloudWatch, with their documented units.

From "Monitoring Amazon EMR metrics with CloudWatch" in the Amazon EMR Management Guide
(https://docs.aws.amazon.com/emr/latest/ManagementGuide/UsingEMR_ViewingMetrics.html), as of 2026-10.
EMR publishes each every five minutes, and with managed scaling or an idle timeout some every minute.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

NAMESPACE = "AWS/ElasticMapReduce"
"""The namespace of all metrics here."""

CLUSTER_DIMENSION = "JobFlowId"
"""The dimension that EMR publishes metrics with; its value is the id of a cluster, ``j-…``."""

PERIOD_SECONDS = 300
"""How often EMR publishes."""

Unit = Literal["Boolean", "Bytes", "Count", "Minutes", "Percent", "Ratio"]
Statistic = Literal["Average", "Maximum", "Minimum", "Sum"]
Group = Literal["cluster", "nodes", "io", "capacity", "idleness", "hbase", "hadoop_1"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of a cluster.

    Attributes:
        name: Its name in CloudWatch.
        group: What it is about. ``capacity`` is published with managed scaling or an idle timeout only,
            ``idleness`` with an idle timeout only, ``hbase`` with HBase only, and ``hadoop_1`` by AMIs of the
            time before release labels.
        unit: The unit that EMR documents. Not all are units of CloudWatch's.
        statistic: What says most about a period in which there are several values: the worst one of what should
            not be, the sum of what adds up, the average of everything else.
    """

    name: str
    group: Group
    unit: Unit
    statistic: Statistic = "Average"


_TABLE: tuple[tuple[Group, Unit, Statistic, str], ...] = (
    # Idle means idle all the time.
    ("cluster", "Boolean", "Minimum", "IsIdle"),
    ("cluster", "Count", "Average", "ContainerAllocated ContainerReserved ContainerPending"),
    ("cluster", "Count", "Average", "ContainerPendingRatio AppsPending AppsRunning"),
    # YARN counts these from its start.
    ("cluster", "Count", "Maximum", "AppsCompleted AppsFailed AppsKilled AppsSubmitted"),
    ("nodes", "Count", "Average", "CoreNodesRunning CoreNodesPending"),
    ("nodes", "Count", "Average", "TaskNodesRunning TaskNodesPending MRTotalNodes MRActiveNodes"),
    ("nodes", "Percent", "Minimum", "LiveDataNodes"),
    ("nodes", "Count", "Maximum", "MRLostNodes MRUnhealthyNodes"),
    ("nodes", "Count", "Maximum", "MRDecommissionedNodes MRRebootedNodes"),
    ("nodes", "Count", "Minimum", "MultiMasterInstanceGroupNodesRunning"),
    ("nodes", "Percent", "Minimum", "MultiMasterInstanceGroupNodesRunningPercentage"),
    ("nodes", "Count", "Average", "MultiMasterInstanceGroupNodesRequested"),
    # Bytes, which EMR documents as a count.
    ("io", "Count", "Sum", "S3BytesWritten S3BytesRead HDFSBytesRead HDFSBytesWritten"),
    ("io", "Percent", "Maximum", "HDFSUtilization"),
    ("io", "Count", "Maximum", "MissingBlocks CorruptBlocks UnderReplicatedBlocks"),
    ("io", "Count", "Maximum", "PendingDeletionBlocks DfsPendingReplicationBlocks"),
    ("io", "Count", "Average", "TotalLoad MemoryTotalMB MemoryReservedMB MemoryAvailableMB"),
    ("io", "Count", "Average", "MemoryAllocatedMB"),
    ("io", "Percent", "Average", "YARNMemoryAvailablePercentage"),
    ("io", "Count", "Minimum", "CapacityRemainingGB"),
    ("capacity", "Count", "Average", "TotalUnitsRequested TotalNodesRequested TotalVCPURequested"),
    ("capacity", "Count", "Average", "TotalUnitsRunning TotalNodesRunning TotalVCPURunning"),
    ("capacity", "Count", "Average", "CoreUnitsRequested CoreNodesRequested CoreVCPURequested"),
    ("capacity", "Count", "Average", "CoreUnitsRunning CoreVCPURunning"),
    ("capacity", "Count", "Average", "TaskUnitsRequested TaskNodesRequested TaskVCPURequested"),
    ("capacity", "Count", "Average", "TaskUnitsRunning TaskVCPURunning"),
    ("idleness", "Boolean", "Minimum", "AutoTerminationIsClusterIdle"),
    ("idleness", "Count", "Average", "TotalNotebookKernels"),
    ("hbase", "Count", "Maximum", "HbaseBackupFailed BackupFailed"),
    ("hbase", "Minutes", "Maximum", "MostRecentBackupDuration TimeSinceLastSuccessfulBackup"),
    ("hadoop_1", "Count", "Average", "JobsRunning MapTasksRunning MapTasksRemaining MapSlotsOpen"),
    ("hadoop_1", "Count", "Average", "ReduceTasksRunning ReduceTasksRemaining ReduceSlotsOpen"),
    ("hadoop_1", "Count", "Maximum", "JobsFailed"),
    ("hadoop_1", "Ratio", "Average", "RemainingMapTasksPerSlot"),
    ("hadoop_1", "Percent", "Minimum", "LiveTaskTrackers"),
)

METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        name: Metric(name, group, unit, statistic)
        for group, unit, statistic, names in _TABLE
        for name in names.split()
    }
)
"""Every metric by its name."""


def similar_metric(name: str) -> str | None:
    """The metric that a name which EMR does not publish is most likely meant to be; None if none is near."""
    by_lower_case = {
        known.lower(): known for known, metric in METRICS.items() if metric.group != "hadoop_1"
    }
    nearest = difflib.get_close_matches(name.lower(), by_lower_case, n=1, cutoff=0.6)
    return by_lower_case[nearest[0]] if nearest else None
