"""What EMR publishes about a cluster, as metrics for alarms and dashboards."""

from __future__ import annotations

from typing import TypedDict, Unpack

from aws_cdk import Annotations, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from emr_platform.catalog.metrics import (
    CLUSTER_DIMENSION,
    METRICS,
    NAMESPACE,
    PERIOD_SECONDS,
    similar_metric,
)


class MetricOptions(TypedDict, total=False):
    """How a metric is looked at.

    Attributes:
        statistic: What is taken of the values in a period, e.g. ``Average`` or ``p90``. Default: what says most
            about the metric, as :data:`emr_platform.catalog.metrics.METRICS` has it.
        period: Length of a period. Default: five minutes, as EMR publishes.
        label: What the metric is called in a graph. Default: CloudWatch's choice.
        color: Colour in a graph, ``#rrggbb``. Default: CloudWatch's choice.
    """

    statistic: str
    period: Duration
    label: str
    color: str


class ClusterMetrics(Construct):
    """The metrics of a cluster. Units are those of :data:`emr_platform.catalog.metrics.METRICS`.

    No metric is bound to its unit: CloudWatch then takes every value that there is, whatever the unit that EMR
    published it in.

    Attributes:
        cluster_id: Id of the cluster, ``j-…``.
    """

    cluster_id: str

    def metric(self, name: str, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """A metric by its name.

        Args:
            name: Name of the metric, e.g. ``HDFSUtilization``. One that EMR is not known to publish is
                taken all the same, with a warning.
            options: How it is looked at; see :class:`MetricOptions`.
        """
        known = METRICS.get(name)
        if known is None:
            likely = similar_metric(name)
            hint = f", did you mean {likely}?" if likely else ""
            Annotations.of(self).add_warning_v2(
                f"emr-platform:unknown-metric:{name}",
                f"EMR publishes no metric {name} that is known here{hint}",
            )
        metric = cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=name,
            dimensions_map={CLUSTER_DIMENSION: self.cluster_id},
            statistic=options.get("statistic") or (known.statistic if known else "Average"),
            period=options.get("period") or Duration.seconds(PERIOD_SECONDS),
            label=options.get("label"),
            color=options.get("color"),
        )
        return metric.attach_to(self)

    def metric_is_idle(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """1 while nothing runs, 0 otherwise. By its minimum: 1 if the cluster was idle at every look."""
        return self.metric("IsIdle", **options)

    def metric_apps_running(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """YARN applications that run."""
        return self.metric("AppsRunning", **options)

    def metric_apps_pending(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """YARN applications that wait."""
        return self.metric("AppsPending", **options)

    def metric_apps_failed(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """YARN applications that failed, counted from the start of YARN."""
        return self.metric("AppsFailed", **options)

    def metric_containers_pending(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """YARN containers that wait to be allocated."""
        return self.metric("ContainerPending", **options)

    def metric_container_pending_ratio(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """YARN containers that wait, for each one that is allocated; their number if none is."""
        return self.metric("ContainerPendingRatio", **options)

    def metric_yarn_memory_available_percentage(
        self, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """Percent of YARN's memory that is free, over all nodes."""
        return self.metric("YARNMemoryAvailablePercentage", **options)

    def metric_hdfs_utilization(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Percent of HDFS that is used."""
        return self.metric("HDFSUtilization", **options)

    def metric_capacity_remaining_gb(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Gigabytes of HDFS that are free."""
        return self.metric("CapacityRemainingGB", **options)

    def metric_missing_blocks(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Blocks of HDFS without any replica: data that may be lost."""
        return self.metric("MissingBlocks", **options)

    def metric_corrupt_blocks(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Blocks that HDFS reports as corrupt."""
        return self.metric("CorruptBlocks", **options)

    def metric_under_replicated_blocks(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Blocks of HDFS with fewer replicas than they should have."""
        return self.metric("UnderReplicatedBlocks", **options)

    def metric_live_data_nodes(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Percent of data nodes that work."""
        return self.metric("LiveDataNodes", **options)

    def metric_unhealthy_nodes(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Nodes that YARN marks as unhealthy, most often because a disk is full."""
        return self.metric("MRUnhealthyNodes", **options)

    def metric_lost_nodes(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Nodes that YARN has lost."""
        return self.metric("MRLostNodes", **options)

    def metric_core_nodes_running(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Core nodes that work."""
        return self.metric("CoreNodesRunning", **options)

    def metric_core_nodes_pending(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Core nodes that were asked for and have not come."""
        return self.metric("CoreNodesPending", **options)

    def metric_task_nodes_running(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Task nodes that work."""
        return self.metric("TaskNodesRunning", **options)

    def metric_task_nodes_pending(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Task nodes that were asked for and have not come."""
        return self.metric("TaskNodesPending", **options)

    def metric_primary_nodes_running(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Primary nodes that work, of a cluster with three."""
        return self.metric("MultiMasterInstanceGroupNodesRunning", **options)

    def metric_auto_termination_is_cluster_idle(
        self, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """1 while EMR holds the cluster for idle, 0 otherwise; for clusters with an idle timeout."""
        return self.metric("AutoTerminationIsClusterIdle", **options)
