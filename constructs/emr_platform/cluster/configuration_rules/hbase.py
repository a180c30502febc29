"""Rules about HBase's settings, above all where it stores its tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emr_platform.catalog.release import Release
from emr_platform.cluster.settings import cluster_setting, installs, is_true
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook

HBASE_RULES: RuleBook[ClusterSpec] = RuleBook()

_HBASE = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-hbase-s3.html"
STORAGE_MODE = "hbase.emr.storageMode"
ROOT = "hbase.rootdir"
READ_REPLICA = "hbase.emr.readreplica.enabled"
_COMPACTION = "hbase.regionserver.compaction.enabled"
_READ_POLICY = "fs.s3a.experimental.input.fadvise"
_MODES = ("s3", "hdfs")
_IN_S3 = re.compile(r"s3[an]?://|bucket://")
_WHOLE_BUCKET = re.compile(r"(s3[an]?|bucket)://[^/]+")
_FIRST_IN_S3 = Release.parse("emr-5.2.0")
_FIRST_WITH_REPLICAS = Release.parse("emr-5.7.0")
_FIRST_WITH_STORE_FILE_TRACKING = Release.parse("emr-7.4.0")
_SLOW_READS = (Release.parse("emr-7.10.0"), Release.parse("emr-7.14.0"))


def stores_in_s3(spec: ClusterSpec) -> bool:
    """Whether HBase stores its tables in S3."""
    mode = cluster_setting(spec, "hbase", STORAGE_MODE)
    return mode is not None and mode.value.strip().lower() == "s3"


@HBASE_RULES.rule(
    "EMR-HBASE-001",
    what="HBase stores its tables in hdfs or s3.",
    why="EMR knows no other storage mode.",
    source=_HBASE,
    severity="warning",
)
def mode_exists(spec: ClusterSpec) -> Iterator[Finding]:
    """One of the two modes."""
    mode = cluster_setting(spec, "hbase", STORAGE_MODE)
    if mode and mode.value.strip() not in _MODES:
        yield Finding(mode.path, f"{STORAGE_MODE} is {mode.value}", " or ".join(_MODES))


@HBASE_RULES.rule(
    "EMR-HBASE-002",
    what="HBase in S3 says where, in hbase.rootdir of hbase-site.",
    why="There is no default, and HBase does not start.",
    source=_HBASE,
    severity="warning",
)
def tables_in_s3_have_a_place(spec: ClusterSpec) -> Iterator[Finding]:
    """A root directory in S3 with storage mode s3."""
    mode, root = (
        cluster_setting(spec, "hbase", STORAGE_MODE),
        cluster_setting(spec, "hbase-site", ROOT),
    )
    if mode and stores_in_s3(spec) and (root is None or not _IN_S3.match(root.value)):
        found = f"{ROOT} is {root.value}" if root else f"{ROOT} is not set"
        message = f"{STORAGE_MODE} is s3, and {found}"
        yield Finding(mode.path, message, f"hbase-site: {{{ROOT}: s3://…/…}}")


@HBASE_RULES.rule(
    "EMR-HBASE-003",
    what="A root directory of HBase in S3 comes with storage mode s3.",
    why="HBase would keep its files in S3 in a way that is made for HDFS, and lose some.",
    source=_HBASE,
    severity="warning",
)
def place_in_s3_has_the_mode(spec: ClusterSpec) -> Iterator[Finding]:
    """Storage mode s3 with a root directory in S3."""
    root = cluster_setting(spec, "hbase-site", ROOT)
    if root and _IN_S3.match(root.value) and not stores_in_s3(spec):
        message = f"{ROOT} is in S3, and {STORAGE_MODE} is not s3"
        yield Finding(root.path, message, f"hbase: {{{STORAGE_MODE}: s3}}")


@HBASE_RULES.rule(
    "EMR-HBASE-004",
    what="A root directory of HBase that is a whole bucket ends in a slash.",
    why="AWS asks for it, to avoid issues.",
    source=_HBASE,
    severity="warning",
)
def bucket_ends_in_slash(spec: ClusterSpec) -> Iterator[Finding]:
    """A slash behind the name of the bucket."""
    root = cluster_setting(spec, "hbase-site", ROOT)
    if root and _WHOLE_BUCKET.fullmatch(root.value.strip()):
        yield Finding(root.path, f"{ROOT} is {root.value}", f"{root.value.strip()}/")


@HBASE_RULES.rule(
    "EMR-HBASE-005",
    what="HBase in S3 needs emr-5.2.0 or later, and read replicas of it need emr-5.7.0 or later.",
    why="Older releases store HBase in HDFS only.",
    source=_HBASE,
)
def release_stores_in_s3(spec: ClusterSpec) -> Iterator[Finding]:
    """Neither of both with older releases."""
    release = Release.parse(spec.release)
    mode = cluster_setting(spec, "hbase", STORAGE_MODE)
    replica = cluster_setting(spec, "hbase", READ_REPLICA)
    if mode and stores_in_s3(spec) and release < _FIRST_IN_S3:
        yield Finding(mode.path, f"HBase in S3 with {release}", f"{_FIRST_IN_S3} or later")
    if replica and is_true(replica) and release < _FIRST_WITH_REPLICAS:
        message = f"a read replica of HBase with {release}"
        yield Finding(replica.path, message, f"{_FIRST_WITH_REPLICAS} or later")


@HBASE_RULES.rule(
    "EMR-HBASE-006",
    what="A read replica of HBase reads from S3, and before emr-7.4.0 does not compact.",
    why="It may rewrite tables of the system that the primary cluster relies on.",
    source=_HBASE,
    severity="warning",
)
def replicas_only_read(spec: ClusterSpec) -> Iterator[Finding]:
    """Storage mode s3 with a read replica, and no compaction where HFiles are tracked in a table."""
    replica = cluster_setting(spec, "hbase", READ_REPLICA)
    if not replica or not is_true(replica):
        return
    if not stores_in_s3(spec):
        message = f"{READ_REPLICA} is true, and {STORAGE_MODE} is not s3"
        yield Finding(replica.path, message, f"{STORAGE_MODE}: s3")
    elif Release.parse(spec.release) < _FIRST_WITH_STORE_FILE_TRACKING:
        compaction = cluster_setting(spec, "hbase-site", _COMPACTION)
        if compaction is None or compaction.value.strip().lower() != "false":
            message = f"a read replica of HBase with {spec.release} that compacts"
            yield Finding(replica.path, message, f"hbase-site: {{{_COMPACTION}: false}}")


@HBASE_RULES.rule(
    "EMR-HBASE-007",
    what="HBase in S3 reads in sequence with emr-7.10.0 to emr-7.13.0.",
    why="S3A takes scans and compactions of these releases for random reads, which makes them slow "
    "and in the end blocks writes.",
    source=_HBASE,
    severity="warning",
)
def reads_are_in_sequence(spec: ClusterSpec) -> Iterator[Finding]:
    """The read policy of S3A is set with the affected releases."""
    release = Release.parse(spec.release)
    mode = cluster_setting(spec, "hbase", STORAGE_MODE)
    if not mode or not stores_in_s3(spec) or not installs(spec, "HBase"):
        return
    affected = _SLOW_READS[0] <= release < _SLOW_READS[1]
    if affected and cluster_setting(spec, "hbase-site", _READ_POLICY) is None:
        message = f"HBase in S3 with {release}, and {_READ_POLICY} is not set"
        yield Finding(mode.path, message, f"hbase-site: {{{_READ_POLICY}: sequential}}")
