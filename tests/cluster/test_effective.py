"""What EMR gets of a cluster."""

from __future__ import annotations

from typing import Any

import pytest

from emr_platform.cluster.effective import (
    contradictions,
    effective_applications,
    effective_configurations,
    metastore_kind,
    written_path,
)
from emr_platform.cluster.rules import cluster_problems
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.configurations.spec import Configuration
from emr_platform.problems import Path

GLUE = {
    "hive.metastore.client.factory.class": "com.amazonaws.glue.catalog.metastore."
    "AWSGlueDataCatalogHiveClientFactory"
}


def cluster(**values: Any) -> ClusterSpec:
    return ClusterSpec.model_validate({"release": "emr-7.12.0", **values})


def properties(spec: ClusterSpec) -> dict[str, dict[str, str]]:
    return {
        configuration.classification: configuration.properties
        for configuration in effective_configurations(spec)
    }


def test_alone_a_cluster_gets_what_its_file_says() -> None:
    spec = cluster(
        applications=["Hive"], configurations={"hive-site": {"hive.exec.parallel": True}}
    )
    assert effective_applications(spec) == ("Hive",)
    assert effective_configurations(spec) == (
        Configuration(classification="hive-site", properties={"hive.exec.parallel": "true"}),
    )
    path = ("configurations", "hive-site", "hive.exec.parallel")
    assert written_path(spec, path) == path
    assert metastore_kind(spec) == "local"


def test_applications_are_added_once_and_behind_the_files_own() -> None:
    spec = cluster(applications=["hive", "spark"], presets=["livy", "jupyterhub"])
    assert effective_applications(spec) == ("hive", "spark", "Livy", "JupyterHub")


def test_the_file_wins_property_by_property() -> None:
    spec = cluster(
        metastore={"glue": {"warehouse": "s3://mine/warehouse/"}},
        presets=["spark-dynamic-allocation"],
        configurations={
            "spark-defaults": {
                "spark.dynamicAllocation.enabled": False,
                "spark.eventLog.enabled": 1,
            }
        },
    )
    assert properties(spec) == {
        "spark-defaults": {
            "spark.dynamicAllocation.enabled": "false",
            "spark.eventLog.enabled": "1",
            "spark.sql.warehouse.dir": "s3://mine/warehouse/",
            "spark.shuffle.service.enabled": "true",
        },
        "spark-hive-site": GLUE,
    }


def test_the_files_own_password_replaces_an_annotated_one() -> None:
    name = "javax.jdo.option.ConnectionPassword"
    spec = cluster(
        applications=["Hive"],
        metastore={"mysql": "result_store"},
        configurations={"hive-site": {name: "in the open"}},
    )
    assert properties(spec)["hive-site"][name] == "in the open"
    assert f"EMR.secret@{name}" not in properties(spec)["hive-site"]


def test_nested_classifications_are_completed() -> None:
    spec = cluster(
        presets={"zeppelin": {"bucket": "notebooks"}},
        configurations={
            "zeppelin-env": {"export": {"ZEPPELIN_PORT": 8890, "ZEPPELIN_NOTEBOOK_S3_USER": "me"}}
        },
    )
    (environment,) = effective_configurations(spec)
    (export,) = environment.configurations
    assert export.properties == {
        "ZEPPELIN_PORT": "8890",
        "ZEPPELIN_NOTEBOOK_S3_USER": "me",
        "ZEPPELIN_NOTEBOOK_STORAGE": "org.apache.zeppelin.notebook.repo.S3NotebookRepo",
        "ZEPPELIN_NOTEBOOK_S3_BUCKET": "notebooks",
    }


def test_lists_of_presets_are_joined() -> None:
    spec = cluster(presets=["delta", "iceberg"])
    assert properties(spec)["spark-defaults"]["spark.sql.extensions"] == (
        "io.delta.sql.DeltaSparkSessionExtension,"
        "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions"
    )
    assert contradictions(spec) == ()


def test_presets_see_the_applications_that_others_add() -> None:
    spec = cluster(applications=[], presets=["livy", "delta"])
    assert "spark.sql.catalog.spark_catalog" in properties(spec)["spark-defaults"]


def test_contradictions_name_both_sides() -> None:
    (found,) = contradictions(cluster(presets=["delta", "hudi"]))
    assert found.path == ("configurations", "spark-defaults", "spark.sql.catalog.spark_catalog")
    assert (found.first, found.second) == (("presets", 0), ("presets", 1))
    assert found.first_value.endswith("DeltaCatalog")
    assert found.second_value.endswith("HoodieCatalog")


SPEC = cluster(
    applications=["Hive", "Spark"],
    metastore="glue",
    presets={"zeppelin": {"bucket": "notebooks"}, "livy": {"session_timeout": "2h"}},
    configurations=[{"Classification": "hive-site", "Properties": {"hive.exec.parallel": "true"}}],
)


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (("configurations", "hive-site"), ("configurations", "hive-site")),
        (("configurations", "hive-site", *GLUE), ("metastore",)),
        (("configurations", "spark-hive-site"), ("metastore",)),
        (("configurations", "zeppelin-env", "export"), ("presets", "zeppelin")),
        (
            ("configurations", "zeppelin-env", "export", "ZEPPELIN_NOTEBOOK_STORAGE"),
            ("presets", "zeppelin"),
        ),
        (("configurations", "livy-conf", "livy.server.session.timeout"), ("presets", "livy")),
        (("configurations", "core-site", "nobody"), ("configurations", "core-site", "nobody")),
        (("applications", 1), ("applications", 1)),
        (("applications", 2), ("presets", "livy")),
        (("applications", 3), ("presets", "zeppelin")),
        (("applications",), ("applications",)),
        (("core", "configurations", "x"), ("core", "configurations", "x")),
    ],
)
def test_where_the_file_says_it(path: Path, written: Path) -> None:
    assert written_path(SPEC, path) == written


def test_problems_of_what_was_added_are_reported_where_the_file_added_it() -> None:
    spec = cluster(
        release="emr-6.15.0", applications=["Presto"], presets=["livy", "cloudwatch-agent"]
    )
    assert [problem.path for problem in cluster_problems(spec) if problem.severity == "error"] == [
        ("presets", 1)
    ]
