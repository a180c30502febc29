"""What presets come to. Expected is what AWS's documents show."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from emr_platform.catalog.release import Release
from emr_platform.presets.catalog import MetastoreKind
from emr_platform.presets.expansion import (
    ActionUse,
    BucketUse,
    action_uses,
    bucket_uses,
    preset_classifications,
)
from emr_platform.presets.spec import Presets, PresetUse, used_presets

SPEC: TypeAdapter[Presets] = TypeAdapter(Presets)
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:hue-AbCdEf"
WORKSPACE = "arn:aws:aps:eu-west-1:111122223333:workspace/ws-12345"
DATABASE = {"host": "db.example.com", "user": "app", "secret": SECRET}


def use(name: str, **options: Any) -> PresetUse:
    (found,) = used_presets(SPEC.validate_python({name: options}))
    return found


def classifications(
    name: str,
    *applications: str,
    release: str = "emr-7.12.0",
    metastore: MetastoreKind = "local",
    **options: Any,
) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for part in preset_classifications(
        use(name, **options),
        release=Release.parse(release),
        applications=applications,
        metastore=metastore,
    ):
        for key, content in part.items():
            merged.setdefault(key, {}).update(content)
    return merged


def test_iceberg_is_switched_on() -> None:
    assert classifications("iceberg", "Hive") == {"iceberg-defaults": {"iceberg.enabled": "true"}}


def test_iceberg_with_a_catalog_for_spark() -> None:
    glue = classifications("iceberg", "Spark", metastore="glue", warehouse="s3://mine/ice/")
    assert glue["spark-defaults"] == {
        "spark.sql.extensions": [
            "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions"
        ],
        "spark.sql.catalog.iceberg": "org.apache.iceberg.spark.SparkCatalog",
        "spark.sql.catalog.iceberg.warehouse": "s3://mine/ice/",
        "spark.sql.catalog.iceberg.catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
    }
    own = classifications("iceberg", "Spark", warehouse="s3://mine/ice/", catalog="dev")
    assert own["spark-defaults"]["spark.sql.catalog.dev.type"] == "hive"
    assert "spark.sql.catalog.dev.catalog-impl" not in own["spark-defaults"]


@pytest.mark.parametrize(
    ("metastore", "expected"),
    [
        ("glue", {"connector.name": "iceberg", "iceberg.catalog.type": "glue"}),
        (
            "local",
            {"connector.name": "iceberg", "hive.metastore.uri": "thrift://localhost:9083"},
        ),
    ],
)
def test_iceberg_for_trino(metastore: MetastoreKind, expected: dict[str, str]) -> None:
    found = classifications("iceberg", "Trino", metastore=metastore)
    assert found["trino-connector-iceberg"] == expected
    before = classifications("iceberg", "Trino", metastore=metastore, release="emr-6.5.0")
    assert "trino-connector-iceberg" not in before


def test_delta() -> None:
    assert classifications("delta", "Spark", "Trino", metastore="glue") == {
        "delta-defaults": {"delta.enabled": "true"},
        "spark-defaults": {
            "spark.sql.extensions": ["io.delta.sql.DeltaSparkSessionExtension"],
            "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        },
        "trino-connector-delta": {"hive.metastore": "glue"},
    }
    own = classifications("delta", "Trino", metastore="mysql")
    assert own["trino-connector-delta"] == {"hive.metastore.uri": "thrift://localhost:9083"}


@pytest.mark.parametrize(
    ("release", "converts", "catalog"),
    [
        ("emr-5.34.0", "false", None),
        ("emr-5.35.0", None, None),
        ("emr-6.4.0", "false", None),
        ("emr-6.5.0", None, None),
        ("emr-6.6.0", None, None),
        ("emr-6.7.0", None, "org.apache.spark.sql.hudi.catalog.HoodieCatalog"),
    ],
)
def test_hudi(release: str, converts: str | None, catalog: str | None) -> None:
    found = classifications("hudi", "Spark", release=release)["spark-defaults"]
    assert found["spark.serializer"] == "org.apache.spark.serializer.KryoSerializer"
    assert found["spark.jars"] == ["/usr/lib/hudi/hudi-spark-bundle.jar"]
    assert found.get("spark.sql.hive.convertMetastoreParquet") == converts
    assert found.get("spark.sql.catalog.spark_catalog") == catalog


@pytest.mark.parametrize("release", ["emr-5.28.0", "emr-5.30.2", "emr-6.0.0", "emr-6.1.1"])
def test_hudi_with_avro(release: str) -> None:
    parts = preset_classifications(
        use("hudi"), release=Release.parse(release), applications=["Spark"], metastore="local"
    )
    jars = [part["spark-defaults"].get("spark.jars") for part in parts]
    assert ["/usr/lib/spark/external/lib/spark-avro.jar"] in jars


def test_hbase_in_s3() -> None:
    found = classifications("hbase-on-s3", "HBase", root_directory="bucket://data/hbase/")
    assert found["hbase"] == {"hbase.emr.storageMode": "s3"}
    assert found["hbase-site"]["hbase.rootdir"] == "bucket://data/hbase/"
    replica = classifications(
        "hbase-on-s3", "HBase", root_directory="bucket://data/hbase/", read_replica=True
    )
    assert replica["hbase"]["hbase.emr.readreplica.enabled"] == "true"


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [("bucket://notebooks", "bucket-name://notebooks"), ("my-notebooks", "my-notebooks")],
)
def test_notebooks_in_s3(bucket: str, expected: str) -> None:
    assert classifications("jupyterhub", "JupyterHub", bucket=bucket) == {
        "jupyter-s3-conf": {"s3.persistence.enabled": "true", "s3.persistence.bucket": expected}
    }
    assert classifications("zeppelin", "Zeppelin", bucket=bucket, user="team") == {
        "zeppelin-env": {
            "export": {
                "ZEPPELIN_NOTEBOOK_STORAGE": "org.apache.zeppelin.notebook.repo.S3NotebookRepo",
                "ZEPPELIN_NOTEBOOK_S3_BUCKET": expected,
                "ZEPPELIN_NOTEBOOK_S3_USER": "team",
            }
        }
    }


def test_notebooks_that_end_with_the_cluster() -> None:
    assert classifications("jupyterhub", "JupyterHub") == {}


def test_hue() -> None:
    found = classifications("hue-database", "Hue", database={**DATABASE, "database": "people"})
    assert found["hue-ini"]["desktop"]["database"] == {
        "name": "people",
        "user": "app",
        "EMR.secret@password": SECRET,
        "host": "db.example.com",
        "port": "3306",
        "engine": "mysql",
    }
    checked = classifications(
        "hue-database", "Hue", database={**DATABASE, "certificate_authorities": "/etc/ca.pem"}
    )["hue-ini"]["desktop"]["database"]
    assert checked["name"] == "hue"
    assert checked["options"] == '{"ssl": {"ca": "/etc/ca.pem"}}'


def test_oozie() -> None:
    found = classifications("oozie-database", "Oozie", database="result_store")["oozie-site"]
    assert found["oozie.service.JPAService.jdbc.url"].startswith(
        "jdbc:mysql://host://result-store:3306/oozie?"
    )
    assert found["oozie.service.JPAService.jdbc.username"] == "admin"
    assert (
        found["EMR.secret@oozie.service.JPAService.jdbc.password"]
        == "secret://result-store-password"
    )


def test_metrics_to_prometheus() -> None:
    found = classifications("cloudwatch-agent", prometheus_workspace_arn=WORKSPACE)
    assert found["emr-metrics"] == {
        "metrics_destination": "PROMETHEUS",
        "prometheus_endpoint": "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/"
        "ws-12345/api/v1/remote_write",
    }
    assert list(action_uses(use("cloudwatch-agent", prometheus_workspace_arn=WORKSPACE))) == [
        ActionUse(("aps:RemoteWrite",), WORKSPACE)
    ]


def test_metrics_to_cloudwatch() -> None:
    assert classifications("cloudwatch-agent") == {}
    assert list(action_uses(use("cloudwatch-agent"))) == []


def test_spark() -> None:
    assert classifications("spark-maximize-resources", "Spark") == {
        "spark": {"maximizeResourceAllocation": "true"}
    }
    assert classifications(
        "spark-dynamic-allocation", "Spark", maximum_executors=20, idle_timeout_seconds=30
    ) == {
        "spark-defaults": {
            "spark.dynamicAllocation.enabled": "true",
            "spark.shuffle.service.enabled": "true",
            "spark.dynamicAllocation.maxExecutors": "20",
            "spark.dynamicAllocation.executorIdleTimeout": "30s",
        }
    }


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        (
            use("hbase-on-s3", root_directory="bucket://data/hbase/"),
            BucketUse("root_directory", "bucket://data", "hbase/", "read_write"),
        ),
        (
            use("yarn-logs-on-s3", directory="s3://theirs/logs/"),
            BucketUse("directory", "s3://theirs", "logs/", "read_write"),
        ),
        (
            use("jupyterhub", bucket="bucket://notebooks"),
            BucketUse("bucket", "bucket://notebooks", "jupyter/", "read_write"),
        ),
        (
            use("zeppelin", bucket="theirs", user="team"),
            BucketUse("bucket", "s3://theirs", "team/notebook/", "read_write"),
        ),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_buckets_that_nodes_need(preset: PresetUse, expected: BucketUse) -> None:
    assert list(bucket_uses(preset)) == [expected]


def test_a_list_is_the_same_as_a_mapping_without_options() -> None:
    (listed,) = used_presets(SPEC.validate_python(["iceberg"]))
    mapped = use("iceberg")
    assert (listed.name, listed.options) == (mapped.name, mapped.options)
    assert (listed.path, mapped.path) == (("presets", 0), ("presets", "iceberg"))


@pytest.mark.parametrize(
    "presets",
    [
        ["icebrg"],
        {"icebrg": {}},
        {"iceberg": None},
        {"iceberg": {"warehouse": "s3://mine/without-slash"}},
        {"hue-database": {}},
        {"spark-dynamic-allocation": {"maximum_executors": 0}},
        {"livy": {"session_timeout": "soon"}},
        "iceberg",
    ],
)
def test_mistakes_are_refused(presets: Any) -> None:
    with pytest.raises(ValidationError):
        SPEC.validate_python(presets, strict=True)


@pytest.mark.parametrize(
    ("name", "applications", "release"),
    [
        ("delta", ["Spark"], "emr-6.8.0"),
        ("delta", ["Hive"], "emr-7.12.0"),
        ("hbase-on-s3", ["HBase"], "emr-7.12.0"),
    ],
)
def test_a_preset_that_is_not_for_the_cluster_sets_nothing(
    name: str, applications: list[str], release: str
) -> None:
    (listed,) = used_presets(SPEC.validate_python([name]))
    parts = preset_classifications(
        listed, release=Release.parse(release), applications=applications, metastore="local"
    )
    assert list(parts) == []


def test_an_option_that_the_release_does_not_know_sets_nothing() -> None:
    found = classifications("cloudwatch-agent", release="emr-7.0.0", yarn=True)
    assert found == {}
    assert "emr-metrics" in classifications("cloudwatch-agent", release="emr-7.1.0", yarn=True)
