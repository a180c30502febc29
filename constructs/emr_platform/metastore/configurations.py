"""The classifications by which each application learns of the metastore. Pure functions.

AWS documents them per application:

- Hive: https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-metastore-external-hive.html
- Spark: https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-spark-glue.html
- Presto: https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-presto-glue.html
- Trino: https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-trino-getting-started-launch.html
"""

from __future__ import annotations

from collections.abc import Collection

from emr_platform.catalog.applications import availability
from emr_platform.catalog.release import Release
from emr_platform.configurations.spec import Configuration
from emr_platform.metastore.database import ANNOTATION, jdbc_url, password_secret, user
from emr_platform.metastore.spec import (
    DatabaseSpec,
    GlueCatalogSpec,
    MetastoreSpec,
    glue_catalog,
    metastore_database,
)

GLUE_FACTORY = "com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory"
"""The class by which Hive and Spark use the Glue Data Catalog."""
DATABASE_NAME = "hive_metastore"
"""Name of the metastore's database, unless the file says another."""

HIVE = frozenset(("hive", "hcatalog"))
"""Applications that read ``hive-site``."""
SPARK = frozenset(("spark", "zeppelin"))
"""Applications that read ``spark-hive-site``."""
# EMR installs HCatalog's server, which is the metastore service, with them.
METASTORE_SERVICE = HIVE | {"presto", "prestosql", "trino"}
"""Applications that the service comes with that keeps the metastore in a database."""

CONNECTORS = {
    "presto": "presto-connector-hive",
    "prestosql": "prestosql-connector-hive",
    "trino": "trino-connector-hive",
}
"""Classification of the Hive connector, by the application that has it."""

FIRST_WITH_GLUE = Release.parse("emr-5.8.0")
"""The first release of which Hive and Spark can use the Glue Data Catalog."""
FIRST_PRESTO_WITH_GLUE = Release.parse("emr-5.10.0")
"""The first release of which Presto can use the Glue Data Catalog."""
_PRESTO_WITH_GLUE_BY_NAME = Release.parse("emr-5.16.0")
_WITHOUT_LOCAL_SCHEMA = frozenset(
    Release.parse(label) for label in ("emr-5.28.0", "emr-5.28.1", "emr-5.29.0")
)


def metastore_configurations(
    metastore: MetastoreSpec, *, release: Release, applications: Collection[str]
) -> tuple[Configuration, ...]:
    """Render the metastore for the applications that are installed.

    Args:
        metastore: The metastore.
        release: The release of the cluster.
        applications: The applications of the cluster, in any case.

    Returns:
        One classification for each application that the metastore is told to; none for EMR's own.
    """
    # What a release does not contain, a rule about applications says.
    installed = {name.lower() for name in applications if availability(name, release) is not False}
    properties: dict[str, dict[str, str]] = {}
    if catalog := glue_catalog(metastore):
        properties = _glue(catalog, release, installed)
    elif (database := metastore_database(metastore)) and installed & METASTORE_SERVICE:
        properties = {"hive-site": _mysql(database)}
    return tuple(
        Configuration(classification=name, properties=content)
        for name, content in properties.items()
    )


def _glue(
    catalog: GlueCatalogSpec, release: Release, installed: set[str]
) -> dict[str, dict[str, str]]:
    if release < FIRST_WITH_GLUE:
        return {}
    account = {"hive.metastore.glue.catalogid": catalog.catalog_id} if catalog.catalog_id else {}
    client = {"hive.metastore.client.factory.class": GLUE_FACTORY, **account}
    properties: dict[str, dict[str, str]] = {}
    if installed & HIVE:
        properties["hive-site"] = dict(client)
        if release in _WITHOUT_LOCAL_SCHEMA:
            properties["hive-site"]["hive.metastore.schema.verification"] = "false"
        if catalog.warehouse:
            properties["hive-site"]["hive.metastore.warehouse.dir"] = catalog.warehouse
    if installed & SPARK:
        properties["spark-hive-site"] = dict(client)
        if catalog.warehouse:
            properties["spark-defaults"] = {"spark.sql.warehouse.dir": catalog.warehouse}
    for application, classification in CONNECTORS.items():
        if application in installed and release >= FIRST_PRESTO_WITH_GLUE:
            old = application == "presto" and release < _PRESTO_WITH_GLUE_BY_NAME
            properties[classification] = (
                {"hive.metastore.glue.datacatalog.enabled": "true"}
                if old
                else {"hive.metastore": "glue", **account}
            )
    return properties


def _mysql(database: DatabaseSpec) -> dict[str, str]:
    return {
        "javax.jdo.option.ConnectionURL": jdbc_url(database, default_name=DATABASE_NAME),
        "javax.jdo.option.ConnectionDriverName": "org.mariadb.jdbc.Driver",
        "javax.jdo.option.ConnectionUserName": user(database),
        f"{ANNOTATION}javax.jdo.option.ConnectionPassword": password_secret(database),
    }
