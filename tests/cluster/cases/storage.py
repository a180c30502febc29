"""HDFS, HBase, the metastore's settings and EMRFS."""

from __future__ import annotations

from typing import Any

from tests.cluster.cases import Case, Values
from tests.cluster.cases.configurations import configured

GLUE = "com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory"
FACTORY = "hive.metastore.client.factory.class"
BOTH = ["Hive", "Spark"]


def replicated(copies: int | None, count: int, **values: Any) -> Values:
    configurations = {} if copies is None else {"hdfs-site": {"dfs.replication": copies}}
    return {"core": {"count": count}, "configurations": configurations, **values}


def scaled_by_rules(copies: int, count: int, minimum: int, maximum: int) -> Values:
    policy = {"preset": "yarn-balanced", "minimum": minimum, "maximum": maximum}
    return replicated(copies, count, core={"count": count, "automatic_scaling": policy})


def hbase(
    mode: str | None, root: str | None, *, release: str = "emr-7.14.0", **more: Any
) -> Values:
    """HBase with its storage mode, its root directory, and more of the classification ``hbase``."""
    curated = {**({"hbase.emr.storageMode": mode} if mode else {}), **more}
    site = {"hbase.rootdir": root} if root else {}
    return {
        "release": release,
        "applications": ["HBase"],
        "configurations": {
            **({"hbase": curated} if curated else {}),
            **({"hbase-site": site} if site else {}),
        },
    }


def with_site(values: Values, properties: Values) -> Values:
    configurations = {**values["configurations"]}
    configurations["hbase-site"] = {**configurations["hbase-site"], **properties}
    return {**values, "configurations": configurations}


def hive(**classifications: Values) -> Values:
    named = {name.replace("_", "-"): content for name, content in classifications.items()}
    return {"applications": BOTH, "configurations": named}


ROOT = "s3://bucket/hbase"
REPLICA: dict[str, Any] = {"hbase.emr.readreplica.enabled": True}
SEQUENTIAL: Values = {"fs.s3a.experimental.input.fadvise": "sequential"}

CASES: list[Case] = [
    (
        "EMR-HDFS-001",
        [
            replicated(2, 2),
            replicated(None, 1),
            replicated(3, 2, scaling={"minimum": 2, "maximum": 4}),
            replicated(3, 2, scaling={"minimum": 2, "maximum": 9, "max_core": 3}),
            scaled_by_rules(3, 2, minimum=2, maximum=3),
            configured("hdfs-site", {"dfs.replication": 1}),
        ],
        [
            scaled_by_rules(3, 1, minimum=1, maximum=2),
            replicated(3, 2),
            configured("hdfs-site", {"dfs.replication": 2}),
            replicated(3, 2, scaling={"minimum": 2, "maximum": 9, "max_core": 2}),
        ],
    ),
    (
        "EMR-HDFS-002",
        [
            replicated(1, 4),
            replicated(2, 3),
            replicated(1, 1),
            replicated(None, 3),
            replicated(1, 3, lifecycle="transient", steps=[{"name": "a", "command": ["a"]}]),
        ],
        [replicated(1, 3), replicated(1, 2)],
    ),
    (
        "EMR-HDFS-003",
        [
            replicated(2, 4, scaling={"minimum": 2, "maximum": 9}),
            # EMR's default is 1 below 4 core nodes, 2 below 10, and 3 for more.
            replicated(None, 3, scaling={"minimum": 1, "maximum": 9}),
            replicated(None, 9, scaling={"minimum": 2, "maximum": 9}),
            replicated(None, 10, scaling={"minimum": 3, "maximum": 20}),
            replicated(3, 4, scaling={"unit": "vcpu", "minimum": 1, "maximum": 100}),
            scaled_by_rules(2, 4, minimum=2, maximum=9),
            # Another rule is about no core nodes at all.
            scaled_by_rules(2, 4, minimum=0, maximum=9),
        ],
        [
            scaled_by_rules(2, 4, minimum=1, maximum=9),
            replicated(3, 4, scaling={"minimum": 2, "maximum": 9}),
            replicated(None, 4, scaling={"minimum": 1, "maximum": 9}),
            replicated(None, 10, scaling={"minimum": 2, "maximum": 20}),
        ],
    ),
    (
        "EMR-HBASE-001",
        [hbase("s3", ROOT), hbase("hdfs", None), hbase(None, None)],
        [hbase("S3", ROOT), hbase("emrfs", None)],
    ),
    (
        "EMR-HBASE-002",
        [hbase("s3", ROOT), hbase("s3", "bucket://logs/hbase"), hbase("hdfs", None)],
        [hbase("s3", None), hbase("s3", "hdfs:///hbase")],
    ),
    (
        "EMR-HBASE-003",
        [hbase("s3", ROOT), hbase(None, "hdfs:///hbase")],
        [hbase(None, ROOT), hbase("hdfs", ROOT), hbase(None, "s3a://bucket/hbase")],
    ),
    (
        "EMR-HBASE-004",
        [hbase("s3", ROOT), hbase("s3", "s3://bucket/")],
        [hbase("s3", "s3://bucket"), hbase("s3", "bucket://logs")],
    ),
    (
        "EMR-HBASE-005",
        [
            hbase("s3", ROOT, release="emr-5.2.0"),
            hbase("s3", ROOT, release="emr-5.7.0", **REPLICA),
            hbase("hdfs", None, release="emr-5.1.0"),
        ],
        [
            hbase("s3", ROOT, release="emr-5.1.0"),
            hbase("s3", ROOT, release="emr-5.6.0", **REPLICA),
        ],
    ),
    (
        "EMR-HBASE-006",
        [
            hbase("s3", ROOT),
            hbase("s3", ROOT, release="emr-7.4.0", **REPLICA),
            with_site(
                hbase("s3", ROOT, release="emr-7.3.0", **REPLICA),
                {"hbase.regionserver.compaction.enabled": False},
            ),
        ],
        [
            hbase("s3", ROOT, release="emr-7.3.0", **REPLICA),
            hbase(None, "hdfs:///hbase", **REPLICA),
        ],
    ),
    (
        "EMR-HBASE-007",
        [
            hbase("s3", ROOT, release="emr-7.9.0"),
            hbase("s3", ROOT, release="emr-7.14.0"),
            hbase("hdfs", None, release="emr-7.12.0"),
            with_site(hbase("s3", ROOT, release="emr-7.12.0"), SEQUENTIAL),
        ],
        [
            hbase("s3", ROOT, release="emr-7.10.0"),
            hbase("s3", ROOT, release="emr-7.13.0"),
        ],
    ),
    (
        "EMR-HIVE-001",
        [
            hive(hive_site={FACTORY: GLUE}, spark_hive_site={FACTORY: GLUE}),
            hive(hive_site={"javax.jdo.option.ConnectionURL": "jdbc:mysql://a/b"}),
        ],
        [
            hive(hive_site={FACTORY: GLUE, "javax.jdo.option.ConnectionURL": "jdbc:mysql://a/b"}),
            hive(spark_hive_site={FACTORY: GLUE, "hive.metastore.uris": "thrift://a:9083"}),
        ],
    ),
    (
        "EMR-HIVE-002",
        [
            hive(hive_site={FACTORY: GLUE}, spark_hive_site={FACTORY: GLUE}),
            hive(),
            configured("hive-site", {FACTORY: GLUE}, applications=["Hive"]),
        ],
        [hive(hive_site={FACTORY: GLUE}), hive(spark_hive_site={FACTORY: GLUE})],
    ),
    (
        "EMR-HIVE-003",
        [
            configured("hive-site", {FACTORY: GLUE}, release="emr-5.8.0"),
            configured("hive-site", {"a": 1}, release="emr-5.7.0"),
        ],
        [
            configured("hive-site", {FACTORY: GLUE}, release="emr-5.7.0"),
            configured("spark-hive-site", {FACTORY: GLUE}, release="emr-5.0.0"),
        ],
    ),
    (
        "EMR-EMRFS-001",
        [
            configured("emrfs-site", {"fs.s3.consistent": False}),
            configured("emrfs-site", {"fs.s3.maxConnections": 100}),
        ],
        [
            configured("emrfs-site", {"fs.s3.consistent": True}),
            {"core": {"configurations": {"emrfs-site": {"fs.s3.consistent": "TRUE"}}}},
        ],
    ),
]
