"""Classifications: their names, how they nest, and values whatever they are for."""

from __future__ import annotations

from typing import Any

from tests.cluster.cases import Case, Values


def configured(classification: str, properties: Values, **values: Any) -> Values:
    return {"configurations": {classification: properties}, **values}


def nested(parent: str, *children: str, **values: Any) -> Values:
    """EMR's list form with classifications, each with a property, within another."""
    inner = [{"Classification": child, "Properties": {"a": "b"}} for child in children]
    return {
        "configurations": [{"Classification": parent, "Properties": {}, "Configurations": inner}],
        **values,
    }


CASES: list[Case] = [
    (
        "EMR-CLASSIFICATION-001",
        [
            configured("spark-defaults", {"spark.a": 1}),
            configured("made-up", {"a": 1}),
            configured("spark-env", {"export": {"A": 1}}),
        ],
        [
            configured("spark-default", {"spark.a": 1}),
            configured("sparkdefaults", {"spark.a": 1}),
            configured("Yarn-Site", {"a": 1}),
            configured("export", {"A": 1}),
            {"core": {"configurations": {"hdfs-sites": {"a": 1}}}},
        ],
    ),
    (
        "EMR-CLASSIFICATION-002",
        [configured("core-site", {"a": 1}), configured("cor-site", {"a": 1})],
        [configured("made-up", {"a": 1}), {"primary": {"configurations": {"made-up": {"a": 1}}}}],
    ),
    (
        "EMR-CLASSIFICATION-003",
        [
            # Log4j 2 came to Spark with 6.8.0, to HBase with 7.9.0.
            configured("spark-log4j", {"a": 1}, release="emr-6.7.0"),
            configured("spark-log4j2", {"a": 1}, release="emr-6.8.0"),
            configured("hbase-log4j", {"a": 1}, release="emr-7.8.0"),
            configured("hbase-log4j2", {"a": 1}, release="emr-7.9.0"),
            configured("emr-metrics", {"a": 1}, release="emr-7.1.0"),
            # Its first release is between two of those that are known.
            configured("trino-config", {"a": 1}, release="emr-6.4.0"),
            configured("emrfs-site", {"a": 1}),
            # Newer, or older, than everything that is known.
            configured("cloudwatch-logs", {"a": 1}, release="emr-7.15.0"),
            configured("emr-metrics", {"a": 1}, release="emr-4.9.0"),
        ],
        [
            configured("spark-log4j", {"a": 1}, release="emr-6.8.0"),
            configured("spark-log4j2", {"a": 1}, release="emr-6.7.0"),
            configured("hbase-log4j", {"a": 1}, release="emr-7.9.0"),
            configured("hbase-log4j2", {"a": 1}, release="emr-7.8.0"),
            configured("emr-metrics", {"a": 1}, release="emr-7.0.0"),
            configured("prestosql-config", {"a": 1}, release="emr-7.12.0"),
            configured("flink-log4j-yarn-session", {"a": 1}),
            configured("emrfs-site", {"a": 1}, release="emr-spark-8.0.0"),
        ],
    ),
    (
        "EMR-CLASSIFICATION-004",
        [
            nested("spark-env", "export"),
            nested("hue-ini", "desktop", "beeswax"),
            nested("container-executor", "docker"),
            nested("emr-metrics", "emr-system-metrics"),
            nested("made-up", "also-made-up"),
            nested("capacity-scheduler", "not-documented"),
        ],
        [
            nested("spark-env", "exports"),
            nested("spark-defaults", "export"),
            nested("container-executor", "export"),
            nested("emr-metrics", "cpu"),
            {"core": {"configurations": {"hdfs-site": {"export": {"A": 1}}}}},
        ],
    ),
    (
        "EMR-CLASSIFICATION-005",
        [
            configured("spark-env", {"export": {"A": 1}}),
            configured("trino-env", {"a": 1}),
            configured("spark-defaults", {"spark.a": 1}),
        ],
        [configured("spark-env", {"A": 1}), configured("hadoop-env", {"A": 1, "export": {"B": 1}})],
    ),
    (
        "EMR-CLASSIFICATION-006",
        [
            configured("spark-defaults", {"spark.a": 1}, applications=["SPARK"]),
            configured("spark-defaults", {"spark.a": 1}, applications=["Livy"]),
            configured("hive-site", {"a": 1}, applications=["Hive"]),
            configured("hbase", {"a": 1}, applications=["Phoenix"]),
            configured("yarn-site", {"a": 1}, applications=[]),
            configured("prestosql-config", {"a": 1}, applications=["Presto"]),
            configured("made-up", {"a": 1}, applications=[]),
        ],
        [
            configured("spark-defaults", {"spark.a": 1}, applications=["Hive"]),
            configured("spark", {"maximizeResourceAllocation": True}, applications=[]),
            configured("hive-site", {"a": 1}),
            configured("trino-config", {"a": 1}, applications=["Presto"]),
            configured("hiveserver2-site", {"a": 1}),
        ],
    ),
    (
        "EMR-CLASSIFICATION-007",
        [configured("core-site", {"a": 1}), configured("spark-env", {"export": {"A": 1}})],
        [configured("core-site", {}), configured("spark-env", {"export": {}})],
    ),
    (
        "EMR-CONFIGURATION-002",
        [
            configured("spark-defaults", {"spark.dynamicAllocation.enabled": True}),
            configured("spark-defaults", {"spark.dynamicAllocation.enabled": "FALSE"}),
            configured("core-site", {"enabled.a": "yes"}),
        ],
        [
            configured("spark-defaults", {"spark.dynamicAllocation.enabled": "yes"}),
            configured("yarn-site", {"yarn.log-aggregation-enable.enabled": 1}),
            configured("spark-env", {"export": {"a.enabled": "on"}}),
        ],
    ),
    (
        "EMR-CONFIGURATION-003",
        [
            configured("trino-config", {"http-server.http.port": 8889}),
            configured("core-site", {"a.port": 0}),
            configured("core-site", {"a.port": 65535}),
            configured("core-site", {"a.port": "${b}"}),
        ],
        [
            configured("core-site", {"a.port": 65536}),
            configured("core-site", {"a.port": "8080-8090"}),
            configured("core-site", {"a.port": -1}),
        ],
    ),
    (
        "EMR-CONFIGURATION-004",
        [
            configured(
                "hive-site", {"EMR.secret@javax.jdo.option.ConnectionPassword": "arn:aws:x"}
            ),
            configured("hive-site", {"javax.jdo.option.ConnectionPassword": "${env.PASSWORD}"}),
            configured("hive-site", {"javax.jdo.option.ConnectionUserName": "hive"}),
            configured("core-site", {"hadoop.security.credential.provider.path": "jceks://a"}),
            configured("core-site", {"a.password.file": "a"}),
        ],
        [
            configured("hive-site", {"javax.jdo.option.ConnectionPassword": "hive"}),
            configured("core-site", {"fs.s3a.secret.key": "wJalrXUtnFEMI"}),
            configured("core-site", {"fs.s3.awsSecretAccessKey": "wJalrXUtnFEMI"}),
            configured("spark-defaults", {"spark.ssl.keyPassword": "a"}),
        ],
    ),
    (
        "EMR-CONFIGURATION-005",
        [
            configured("core-site", {"fs.s3.impl": "a"}),
            configured("hive-site", {"fs.defaultFS": "a"}),
            configured("yarn-site", {"yarn.resourcemanager.max-completed-applications": 5}),
        ],
        [
            configured("core-site", {"fs.defaultFS": "hdfs://primary:8020"}),
            configured("yarn-site", {"yarn.resourcemanager.hostname": "primary"}),
        ],
    ),
]
