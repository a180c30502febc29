"""Presets: for which releases and applications, and whether they agree."""

from __future__ import annotations

from tests.cluster.cases import Case
from tests.cluster.cases.basics import release

CATALOGS = {"spark-defaults": {"spark.sql.catalog.spark_catalog": "org.example.Catalog"}}

CASES: list[Case] = [
    (
        "EMR-PRESET-001",
        [
            release("emr-6.5.0", presets=["iceberg"]),
            release("emr-6.9.0", presets=["delta"]),
            release("emr-5.28.0", presets=["hudi"]),
            release("emr-7.0.0", presets=["cloudwatch-agent"]),
            release("emr-5.32.0", presets=["jupyter-enterprise-gateway"]),
            release("emr-6.2.0", presets=["jupyter-enterprise-gateway"]),
            release("emr-5.1.0", presets=["flink"]),
            release("emr-6.1.0", presets=["flink"]),
            release("emr-6.9.0", presets=["trino-fault-tolerance"]),
            release("emr-spark-8.0.0", presets=["livy", "cloudwatch-agent"]),
            # What the release does not contain, the rule about applications says.
            release("emr-6.15.0", presets=["cloudwatch-agent"]),
            release("emr-6.0.1", presets=["flink"]),
            release("emr-spark-8.0.0", presets=["iceberg"]),
        ],
        [
            release("emr-6.4.0", presets=["iceberg"]),
            release("emr-6.8.1", presets={"delta": {}}),
            release("emr-5.27.1", presets=["hudi"]),
            release("emr-6.8.1", presets=["trino-fault-tolerance"]),
            release("emr-5.1.1", presets={"hbase-on-s3": {"root_directory": "s3://mine/hbase/"}}),
        ],
    ),
    (
        "EMR-PRESET-002",
        [
            release("emr-7.12.0", presets=["iceberg"]),
            release("emr-spark-8.0.0", presets=["livy"]),
            release("emr-spark-8.0.0", presets=["flink"]),
        ],
        [release("emr-spark-8.0.0", presets=["hudi"])],
    ),
    (
        "EMR-PRESET-003",
        [
            {"presets": {"hbase-on-s3": {"root_directory": "bucket://sandbox/hbase/"}}},
            {"presets": ["livy", "iceberg"]},
        ],
        [{"presets": ["hbase-on-s3"]}, {"presets": ["livy", "hue-database"]}],
    ),
    (
        "EMR-PRESET-004",
        [
            {"presets": ["delta", "iceberg"]},
            {"presets": ["delta", "hudi"], "configurations": CATALOGS},
            release("emr-6.6.0", presets=["hudi", "iceberg"]),
        ],
        [
            {"presets": ["delta", "hudi"]},
            {"presets": {"hudi": {}, "delta": {}}},
        ],
    ),
    (
        "EMR-PRESET-005",
        [
            {"presets": ["delta"], "applications": ["Trino"]},
            {"presets": ["spark-dynamic-allocation", "livy"], "applications": []},
            {"presets": ["flink"], "applications": []},
        ],
        [
            {"presets": ["delta"], "applications": ["Hive"]},
            {"presets": ["hudi"], "applications": ["Trino"]},
        ],
    ),
    (
        "EMR-PRESET-006",
        [
            release("emr-7.1.0", presets={"cloudwatch-agent": {"yarn": True}}),
            release("emr-7.0.0", presets={"cloudwatch-agent": {"yarn": False}}),
            release(
                "emr-5.7.0",
                presets={
                    "hbase-on-s3": {"root_directory": "s3://mine/hbase/", "read_replica": True}
                },
            ),
        ],
        [
            release("emr-7.0.0", presets={"cloudwatch-agent": {"yarn": True}}),
            release(
                "emr-5.6.1",
                presets={
                    "hbase-on-s3": {"root_directory": "s3://mine/hbase/", "read_replica": True}
                },
            ),
        ],
    ),
]
