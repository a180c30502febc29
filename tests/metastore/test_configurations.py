"""What applications are told of the metastore. Expected is what AWS's documents show for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter

from emr_platform.catalog.release import Release
from emr_platform.metastore.configurations import metastore_configurations
from emr_platform.metastore.spec import MetastoreSpec

CLASS = {
    "hive.metastore.client.factory.class": "com.amazonaws.glue.catalog.metastore."
    "AWSGlueDataCatalogHiveClientFactory"
}
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:hive-AbCdEf"
SPEC: TypeAdapter[MetastoreSpec] = TypeAdapter(MetastoreSpec)


def told(metastore: Any, release: str, *applications: str) -> Mapping[str, Mapping[str, str]]:
    found = metastore_configurations(
        SPEC.validate_python(metastore), release=Release.parse(release), applications=applications
    )
    return {item.classification: item.properties for item in found}


def test_emrs_own_metastore_is_told_to_nobody() -> None:
    assert told("local", "emr-7.12.0", "Hive", "Spark", "Presto") == {}


@pytest.mark.parametrize(
    ("release", "application", "classification", "properties"),
    [
        ("emr-7.12.0", "Hive", "hive-site", CLASS),
        ("emr-5.8.0", "hive", "hive-site", CLASS),
        ("emr-7.12.0", "HCatalog", "hive-site", CLASS),
        ("emr-7.12.0", "Spark", "spark-hive-site", CLASS),
        ("emr-7.12.0", "Zeppelin", "spark-hive-site", CLASS),
        (
            "emr-5.10.0",
            "Presto",
            "presto-connector-hive",
            {"hive.metastore.glue.datacatalog.enabled": "true"},
        ),
        (
            "emr-5.15.0",
            "Presto",
            "presto-connector-hive",
            {"hive.metastore.glue.datacatalog.enabled": "true"},
        ),
        ("emr-5.16.0", "Presto", "presto-connector-hive", {"hive.metastore": "glue"}),
        ("emr-7.12.0", "Presto", "presto-connector-hive", {"hive.metastore": "glue"}),
        ("emr-6.1.0", "PrestoSQL", "prestosql-connector-hive", {"hive.metastore": "glue"}),
        ("emr-6.4.0", "Trino", "trino-connector-hive", {"hive.metastore": "glue"}),
    ],
)
def test_glue(
    release: str, application: str, classification: str, properties: Mapping[str, str]
) -> None:
    assert told("glue", release, application) == {classification: properties}
    assert told({"glue": {}}, release, application) == {classification: properties}


@pytest.mark.parametrize(
    ("release", "application"),
    [("emr-5.7.0", "Hive"), ("emr-5.7.0", "Spark"), ("emr-5.9.0", "Presto"), ("emr-7.12.0", "Tez")],
)
def test_glue_is_not_told_to_those_who_cannot_use_it(release: str, application: str) -> None:
    assert told("glue", release, application) == {}


def test_catalog_of_another_account() -> None:
    found = told({"glue": {"catalog_id": "111122223333"}}, "emr-7.12.0", "Hive", "Spark", "Trino")
    assert {
        name: properties["hive.metastore.glue.catalogid"] for name, properties in found.items()
    } == {
        "hive-site": "111122223333",
        "spark-hive-site": "111122223333",
        "trino-connector-hive": "111122223333",
    }


@pytest.mark.parametrize(
    ("release", "verification"),
    [
        ("emr-5.27.1", None),
        ("emr-5.28.0", "false"),
        ("emr-5.28.1", "false"),
        ("emr-5.29.0", "false"),
        ("emr-5.30.0", None),
    ],
)
def test_local_schema_is_not_verified_where_it_would_be(
    release: str, verification: str | None
) -> None:
    # https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-hive-metastore-glue.html
    found = told("glue", release, "Hive")["hive-site"]
    assert found.get("hive.metastore.schema.verification") == verification


def test_warehouse() -> None:
    found = told({"glue": {"warehouse": "s3://mine/warehouse/"}}, "emr-7.12.0", "Hive", "Spark")
    assert found["hive-site"]["hive.metastore.warehouse.dir"] == "s3://mine/warehouse/"
    assert found["spark-defaults"] == {"spark.sql.warehouse.dir": "s3://mine/warehouse/"}


def test_mysql_elsewhere() -> None:
    database = {"host": "db.example.com", "port": 3307, "user": "hive", "secret": SECRET}
    assert told({"mysql": database}, "emr-7.12.0", "Hive", "Spark") == {
        "hive-site": {
            "javax.jdo.option.ConnectionURL": "jdbc:mysql://db.example.com:3307/hive_metastore"
            "?createDatabaseIfNotExist=true&useSSL=true&trustServerCertificate=true",
            "javax.jdo.option.ConnectionDriverName": "org.mariadb.jdbc.Driver",
            "javax.jdo.option.ConnectionUserName": "hive",
            "EMR.secret@javax.jdo.option.ConnectionPassword": SECRET,
        }
    }


def test_mysql_in_the_result_store() -> None:
    found = told({"mysql": "result_store"}, "emr-7.12.0", "Presto")["hive-site"]
    assert found["javax.jdo.option.ConnectionURL"].startswith(
        "jdbc:mysql://host://result-store:3306/hive_metastore?"
    )
    assert found["javax.jdo.option.ConnectionUserName"] == "admin"
    assert (
        found["EMR.secret@javax.jdo.option.ConnectionPassword"] == "secret://result-store-password"
    )


def test_mysql_is_not_told_where_no_metastore_service_runs() -> None:
    assert told({"mysql": "result_store"}, "emr-7.12.0", "Spark") == {}


@pytest.mark.parametrize(
    ("values", "parameters"),
    [
        ({"encrypted": False}, "createDatabaseIfNotExist=true"),
        (
            {"certificate_authorities": "/etc/ca.pem"},
            "createDatabaseIfNotExist=true&useSSL=true&serverSslCert=/etc/ca.pem",
        ),
    ],
)
def test_encryption_of_the_connection(values: Mapping[str, Any], parameters: str) -> None:
    database = {"host": "db", "user": "hive", "secret": SECRET, "database": "own", **values}
    found = told({"mysql": database}, "emr-7.12.0", "Hive")["hive-site"]
    assert found["javax.jdo.option.ConnectionURL"] == f"jdbc:mysql://db:3306/own?{parameters}"


def test_secret_that_is_json_is_copied() -> None:
    def secret(key: str) -> str:
        database = {"host": "db", "user": "hive", "secret": SECRET, "secret_key": key}
        found = told({"mysql": database}, "emr-7.12.0", "Hive")["hive-site"]
        return found["EMR.secret@javax.jdo.option.ConnectionPassword"]

    assert secret("password").startswith("secret://password-")
    assert secret("password") == secret("password")
    assert secret("password") != secret("reader_password")
