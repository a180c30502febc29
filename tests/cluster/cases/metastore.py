"""The metastore, databases outside the cluster, and secrets in configurations."""

from __future__ import annotations

from typing import Any

from tests.cluster.cases import Case, Values
from tests.cluster.cases.basics import release

GLUE_CLASS = "com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory"
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:hive-AbCdEf"
DATABASE = {"host": "db.example.com", "user": "hive", "secret": SECRET}
OTHERS_CATALOG = {"glue": {"catalog_id": "111122223333"}}
HIGH_AVAILABILITY = {"primary": {"count": 3}, "core": {"count": 3}}


def with_applications(*names: str, **values: Any) -> Values:
    return {"applications": list(names), **values}


def mysql(**values: Any) -> Values:
    return with_applications("Hive", metastore={"mysql": {**DATABASE, **values}})


def mysql_without(*keys: str, **values: Any) -> Values:
    kept = {key: value for key, value in DATABASE.items() if key not in keys}
    return with_applications("Hive", metastore={"mysql": {**kept, **values}})


def hue(**values: Any) -> Values:
    return {"presets": {"hue-database": {"database": {**DATABASE, **values}}}}


def hive_site(**properties: str) -> Values:
    return {"configurations": {"hive-site": properties}}


def password(value: str) -> Values:
    return hive_site(**{"EMR.secret@javax.jdo.option.ConnectionPassword": value})


CASES: list[Case] = [
    (
        "EMR-METASTORE-001",
        [
            release("emr-5.8.0", metastore="glue"),
            release("emr-5.7.0", metastore="local"),
            release("emr-5.10.0", metastore="glue", applications=["Presto"]),
            release("emr-5.8.0", metastore="glue", applications=["Hive"]),
        ],
        [
            release("emr-5.7.0", metastore="glue"),
            release("emr-5.7.0", metastore={"glue": {}}, applications=["Presto"]),
            release("emr-5.9.0", metastore="glue", applications=["presto"]),
        ],
    ),
    (
        "EMR-METASTORE-002",
        [
            release("emr-5.16.0", metastore=OTHERS_CATALOG),
            release("emr-5.15.0", metastore={"glue": {"databases": ["sales"]}}),
        ],
        [release("emr-5.15.0", metastore=OTHERS_CATALOG)],
    ),
    (
        "EMR-METASTORE-003",
        [
            with_applications("Flink"),
            with_applications("Spark", metastore="glue"),
            with_applications("Trino", metastore="glue"),
            with_applications("HCatalog", metastore={"mysql": "result_store"}),
            with_applications("Presto", metastore={"mysql": "result_store"}),
            with_applications(metastore="glue", presets=["livy"]),
        ],
        [
            with_applications("Flink", metastore="glue"),
            with_applications(metastore="glue"),
            with_applications("Spark", metastore={"mysql": "result_store"}),
        ],
    ),
    (
        "EMR-METASTORE-004",
        [
            with_applications("Hive", "Hue", "Oozie"),
            with_applications("Spark", **HIGH_AVAILABILITY),
            with_applications("Hive", metastore="glue", **HIGH_AVAILABILITY),
            with_applications("Hive", metastore={"mysql": "result_store"}, **HIGH_AVAILABILITY),
            with_applications("Presto", metastore="glue", **HIGH_AVAILABILITY),
            with_applications("Presto", metastore={"mysql": DATABASE}, **HIGH_AVAILABILITY),
            {
                **with_applications("Hive", **HIGH_AVAILABILITY),
                **hive_site(**{"hive.metastore.client.factory.class": GLUE_CLASS}),
            },
            {**hue(), **HIGH_AVAILABILITY},
            {"presets": {"oozie-database": {"database": "result_store"}}, **HIGH_AVAILABILITY},
        ],
        [
            with_applications("Hive", **HIGH_AVAILABILITY),
            with_applications("Presto", **HIGH_AVAILABILITY),
            with_applications("Hue", metastore="glue", **HIGH_AVAILABILITY),
            with_applications("Oozie", metastore="glue", **HIGH_AVAILABILITY),
        ],
    ),
    (
        "EMR-CONNECTION-001",
        [
            mysql(),
            mysql(secret_key="password"),
            mysql_without("host"),
            mysql_without("host", "user", "secret"),
            with_applications("Hive", metastore={"mysql": "result_store"}),
            # Of the result store: EMR-REFERENCE-008.
            mysql_without("host", "secret"),
        ],
        [
            mysql_without("user"),
            mysql_without("secret"),
            mysql_without("user", "secret"),
            mysql_without("host", "user"),
            mysql_without("host", "user", "secret", secret_key="password"),
        ],
    ),
    (
        "EMR-CONNECTION-002",
        [mysql(), mysql_without("host"), hue()],
        [
            with_applications("Hive", metastore={"mysql": "result_store"}),
            with_applications("Hive", metastore={"mysql": {"database": "own"}}),
            {"presets": {"oozie-database": {"database": "result_store"}}},
        ],
    ),
    (
        "EMR-CONNECTION-003",
        [mysql(encrypted=False), mysql_without("host")],
        [mysql_without("host", encrypted=False)],
    ),
    (
        "EMR-CONNECTION-004",
        [hue(certificate_authorities="/etc/ca.pem"), hue(encrypted=False), mysql()],
        [hue(), {"presets": {"hue-database": {"database": "result_store"}}}],
    ),
    (
        "EMR-SECRET-001",
        [
            password(SECRET),
            password("secret://result-store-password"),
            hive_site(**{"javax.jdo.option.ConnectionURL": "jdbc:mysql://db/hive"}),
        ],
        [
            password("hunter2"),
            password("arn:aws:s3:::bucket"),
            {"core": {"configurations": password("hunter2")["configurations"]}},
        ],
    ),
    (
        "EMR-SECRET-002",
        [password("secret://result-store-password"), password(SECRET)],
        [password("secret://result-store")],
    ),
]
