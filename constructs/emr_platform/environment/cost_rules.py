"""Rules about what AWS lets pass and what costs money or data later. Pure functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from emr_platform.catalog.release import Release
from emr_platform.cluster.configuration_rules.hbase import READ_REPLICA, ROOT, stores_in_s3
from emr_platform.cluster.configuration_rules.hdfs import REPLICATION, default_replication
from emr_platform.cluster.effective import written_path
from emr_platform.cluster.groups import core_size, has_core_nodes
from emr_platform.cluster.high_availability_rules import is_highly_available, primary_path
from emr_platform.cluster.settings import cluster_setting, installs, is_true, whole_number
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.network.spec import NewVpcSpec, SharedVpcSpec
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook

COST_RULES: RuleBook[EnvironmentSpec] = RuleBook()

_GUIDE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide"
_PROTECTION = f"{_GUIDE}/UsingEMR_TerminationProtection.html"
_AUTO_TERMINATION = f"{_GUIDE}/emr-auto-termination-policy.html"
_HIGH_AVAILABILITY = f"{_GUIDE}/emr-plan-ha-launch.html"
_HDFS = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-hdfs-config.html"
_HBASE = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-hbase-s3.html"
_LOGS = f"{_GUIDE}/emr-plan-debugging.html"
_ZONES = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html"
_FIRST_WITH_IDLE_TIMEOUT = Release.parse("emr-5.30.0")
_WITHOUT_IDLE_TIMEOUT = (Release.parse("emr-6.0.0"), Release.parse("emr-6.0.1"))
# EMR takes a cluster for idle while these work.
_NEVER_IDLE = ("HBase", "Presto", "PrestoSQL", "Trino")


@COST_RULES.rule(
    "EMR-COST-001",
    what="In an environment that is retained, clusters that hold data are protected from termination.",
    why="Whoever terminates the cluster by mistake ends HDFS with it.",
    source=_PROTECTION,
    severity="warning",
)
def data_is_protected(spec: EnvironmentSpec) -> Iterator[Finding]:
    """No ``termination_protection: false`` with core nodes that stay, and ``protection: retain``."""
    if spec.protection == "retain":
        for path, cluster in _clusters(spec):
            stays = cluster.lifecycle == "long_running" and has_core_nodes(cluster)
            if stays and cluster.termination_protection is False:
                yield Finding(
                    (*path, "termination_protection"),
                    "a cluster with core nodes that anybody may terminate",
                    "true, or protection: destroy",
                )


@COST_RULES.rule(
    "EMR-COST-002",
    what="In an environment that may be destroyed, clusters end themselves when nobody uses them.",
    why="A cluster that is forgotten is paid for by the second, day and night.",
    source=_AUTO_TERMINATION,
    severity="warning",
)
def forgotten_clusters_end(spec: EnvironmentSpec) -> Iterator[Finding]:
    """An idle timeout, where the release has it and sees the work of the applications."""
    if spec.protection == "destroy":
        for path, cluster in _clusters(spec):
            if _may_be_forgotten(cluster):
                message = "a cluster that waits for work for ever"
                allowed = "idle_timeout_minutes: 60, or lifecycle: transient"
                yield Finding((*path, "idle_timeout_minutes"), message, allowed)


@COST_RULES.rule(
    "EMR-ENVIRONMENT-004",
    what="In an environment that may be destroyed, clusters have one primary node.",
    why="EMR protects clusters with three from termination, so that deleting the stack fails until "
    "somebody takes the protection away by hand.",
    source=_HIGH_AVAILABILITY,
    severity="warning",
    aws_answer="Could not shut down one or more job flows since they are termination protected.",
)
def clusters_of_three_stay(spec: EnvironmentSpec) -> Iterator[Finding]:
    """No three primary nodes with ``protection: destroy``."""
    if spec.protection == "destroy":
        for path, cluster in _clusters(spec):
            if is_highly_available(cluster):
                yield Finding(
                    (*path, *primary_path(cluster), "count"),
                    "three primary nodes in an environment with protection: destroy",
                    "1, or protection: retain",
                )


@COST_RULES.rule(
    "EMR-ENVIRONMENT-005",
    what="The key of a cluster's logs is in the environment's region.",
    why="S3 encrypts with keys of the bucket's own region only, so that no logs are written.",
    source=_LOGS,
)
def log_keys_are_in_region(spec: EnvironmentSpec) -> Iterator[Finding]:
    """The region in the ARN of each log_encryption_key_arn is that of the environment."""
    for path, cluster in _clusters(spec):
        if cluster.log_encryption_key_arn:
            region = cluster.log_encryption_key_arn.split(":")[3]
            if region != spec.region:
                message = f"the key is in {region}, the environment in {spec.region}"
                yield Finding((*path, "log_encryption_key_arn"), message, f"a key in {spec.region}")


@COST_RULES.rule(
    "EMR-HDFS-004",
    what="In an environment that is retained, clusters that scale store each block of HDFS twice.",
    why="EMR stores it once on fewer than four core nodes, and a node that is taken away or lost may "
    "hold the only copy.",
    source=_HDFS,
    severity="warning",
)
def scaling_keeps_blocks(spec: EnvironmentSpec) -> Iterator[Finding]:
    """A replication of at least 2 with scaling of core nodes, and ``protection: retain``."""
    if spec.protection == "retain":
        for path, cluster in _clusters(spec):
            key = _what_scales_core(cluster)
            given = cluster_setting(cluster, "hdfs-site", REPLICATION) if key else None
            if key and given is None and default_replication(core_size(cluster)) == 1:
                yield Finding(
                    (*path, *key),
                    f"scaling of {core_size(cluster)} core nodes that store each block once",
                    f"hdfs-site: {{{REPLICATION}: 2}}, or four core nodes",
                )
            elif key and given and whole_number(given) == 1:
                where = written_path(cluster, given.path)
                message = f"{REPLICATION} is 1 with scaling of core nodes"
                yield Finding((*path, *where), message, "2 or more")


@COST_RULES.rule(
    "EMR-HBASE-008",
    what="One cluster writes to a root directory of HBase in S3, and others are read replicas of it.",
    why="Two clusters that write to the same tables destroy them.",
    source=_HBASE,
    severity="warning",
)
def tables_have_one_writer(spec: EnvironmentSpec) -> Iterator[Finding]:
    """No root directory in S3 of two clusters that both write."""
    writers: dict[str, list[str]] = defaultdict(list)
    for name, cluster in spec.clusters.items():
        root = cluster_setting(cluster, "hbase-site", ROOT)
        replica = is_true(cluster_setting(cluster, "hbase", READ_REPLICA))
        if root and installs(cluster, "HBase") and stores_in_s3(cluster) and not replica:
            directory = root.value.strip().rstrip("/")
            if writers[directory]:
                where = written_path(cluster, root.path)
                message = f"{root.value} is the root directory of {writers[directory][0]} too"
                allowed = f"a directory of its own, or hbase: {{{READ_REPLICA}: true}}"
                yield Finding(("clusters", name, *where), message, allowed)
            writers[directory].append(name)


@COST_RULES.rule(
    "EMR-NETWORK-013",
    what="In an environment that is retained, the network spans several availability zones.",
    why="When a zone fails, or has no more instances of a type, there is no other one to start in.",
    source=_ZONES,
    severity="warning",
)
def network_spans_zones(spec: EnvironmentSpec) -> Iterator[Finding]:
    """At least two zones of a VPC of its own, with ``protection: retain``."""
    network = spec.network
    if isinstance(network, SharedVpcSpec):
        return  # it is reported where the VPC is declared
    is_one = isinstance(network, NewVpcSpec) and network.zone_count == 1
    if spec.protection == "retain" and spec.clusters and is_one:
        message = "a network in one availability zone"
        yield Finding(("network", "availability_zones"), message, "2 or more")


def _clusters(spec: EnvironmentSpec) -> Iterator[tuple[Path, ClusterSpec]]:
    for name, cluster in spec.clusters.items():
        yield ("clusters", name), cluster


def _may_be_forgotten(cluster: ClusterSpec) -> bool:
    """Whether a cluster waits for ever, although it could have an idle timeout."""
    release = Release.parse(cluster.release)
    able = release >= _FIRST_WITH_IDLE_TIMEOUT and release not in _WITHOUT_IDLE_TIMEOUT
    return (
        able
        and cluster.lifecycle == "long_running"
        and cluster.idle_timeout_minutes is None
        and not is_highly_available(cluster)
        and not installs(cluster, *_NEVER_IDLE)
    )


def _what_scales_core(cluster: ClusterSpec) -> Path | None:
    """The key that says how core nodes scale, of clusters that stay; None for a fixed size."""
    if cluster.lifecycle != "long_running" or cluster.instance_fleets or not cluster.core:
        return None
    if cluster.core.automatic_scaling:
        return ("core", "automatic_scaling")
    if cluster.scaling and cluster.scaling.max_core != cluster.core.count:
        return ("scaling",)
    return None
