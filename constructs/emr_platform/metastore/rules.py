"""Rules about the metastore of a cluster, and about databases and secrets outside of it. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from emr_platform.catalog.release import Release
from emr_platform.cluster.databases import databases
from emr_platform.cluster.effective import effective_applications, effective_configurations
from emr_platform.cluster.groups import all_configurations, primary_count
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.configurations.spec import Configuration
from emr_platform.metastore.configurations import (
    CONNECTORS,
    FIRST_PRESTO_WITH_GLUE,
    FIRST_WITH_GLUE,
    metastore_configurations,
)
from emr_platform.metastore.database import ANNOTATION, RESULT_STORE, annotated_properties
from emr_platform.metastore.spec import glue_catalog, metastore_database
from emr_platform.rule import Finding, RuleBook

METASTORE_RULES: RuleBook[ClusterSpec] = RuleBook()

_GLUE = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-hive-metastore-glue.html"
_PRESTO_GLUE = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-presto-glue.html"
_EXTERNAL = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-metastore-external-hive.html"
_HIGH_AVAILABILITY = (
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-ha-applications.html"
)
_HUE = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/hue-rds.html"
_TLS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-ssl-connections.require-ssl.html"
)
_SECRETS = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/storing-sensitive-data.html"

_FIRST_WITH_OTHER_ACCOUNTS = Release.parse("emr-5.16.0")
_HIGH_AVAILABILITY_NODES = 3
_ConfigurationPath = tuple[str, ...]


@METASTORE_RULES.rule(
    "EMR-METASTORE-001",
    what="The Glue Data Catalog is there from emr-5.8.0, and for Presto from emr-5.10.0.",
    why="Older releases do not have the class that the configuration names, and Hive does not start.",
    source=_GLUE,
)
def glue_needs_release(spec: ClusterSpec) -> Iterator[Finding]:
    """No Glue Data Catalog with releases that cannot use it."""
    release = Release.parse(spec.release)
    if glue_catalog(spec.metastore) is None:
        return
    if release < FIRST_WITH_GLUE:
        message = f"{release} cannot use the Glue Data Catalog"
        yield Finding(("metastore",), message, f"{FIRST_WITH_GLUE} or later")
    elif release < FIRST_PRESTO_WITH_GLUE and _installs(spec, "presto"):
        message = f"Presto of {release} cannot use the Glue Data Catalog"
        yield Finding(("metastore",), message, f"{FIRST_PRESTO_WITH_GLUE} or later")


@METASTORE_RULES.rule(
    "EMR-METASTORE-002",
    what="The Glue Data Catalog of another account is there from emr-5.16.0.",
    why="Older releases use the catalog of the cluster's own account, whatever the file says.",
    source=_PRESTO_GLUE,
)
def other_accounts_need_release(spec: ClusterSpec) -> Iterator[Finding]:
    """No ``catalog_id`` with releases that do not read it."""
    catalog = glue_catalog(spec.metastore)
    release = Release.parse(spec.release)
    if catalog and catalog.catalog_id and FIRST_WITH_GLUE <= release < _FIRST_WITH_OTHER_ACCOUNTS:
        yield Finding(
            ("metastore", "glue", "catalog_id"),
            f"{release} cannot use the catalog of another account",
            f"{_FIRST_WITH_OTHER_ACCOUNTS} or later, or no catalog_id",
        )


@METASTORE_RULES.rule(
    "EMR-METASTORE-003",
    what="A metastore is for an application that the cluster has.",
    why="Nothing would be told of it.",
    source=_EXTERNAL,
    severity="warning",
)
def metastore_is_used(spec: ClusterSpec) -> Iterator[Finding]:
    """An application that reads the metastore is installed."""
    applications = effective_applications(spec)
    if any(glue_needs_release(spec)):
        return  # then no application can be told
    told = metastore_configurations(
        spec.metastore, release=Release.parse(spec.release), applications=applications
    )
    if spec.metastore != "local" and not told:
        readers = "Hive, Spark, Presto or Trino"
        if metastore_database(spec.metastore):
            # Spark alone asks a metastore service that only comes with one of these.
            readers = "Hive, HCatalog, Presto or Trino"
        message = (
            f"none of the applications reads it ({', '.join(applications) or 'there are none'})"
        )
        yield Finding(("metastore",), message, f"{readers} among the applications, or local")


@METASTORE_RULES.rule(
    "EMR-METASTORE-004",
    what="With three primary nodes, the databases of Hive, Presto, Hue and Oozie are outside the cluster.",
    why="Each primary node would have a database of its own, and EMR asks for one that they share.",
    source=_HIGH_AVAILABILITY,
)
def databases_are_outside(spec: ClusterSpec) -> Iterator[Finding]:
    """A metastore, and databases for Hue and Oozie, that outlive a primary node."""
    if primary_count(spec) != _HIGH_AVAILABILITY_NODES:
        return
    configurations = effective_configurations(spec)
    for position, name in enumerate(effective_applications(spec)):
        if name.lower() not in _OUTSIDE:
            continue
        ways, allowed = _OUTSIDE[name.lower()]
        if not any(_value(configurations, *way) for way in ways):
            message = f"{name} on three primary nodes, with its database on one of them"
            yield Finding(("applications", position), message, allowed)


_METASTORE_OUTSIDE: tuple[_ConfigurationPath, ...] = (
    ("hive-site", "hive.metastore.client.factory.class"),
    ("hive-site", "javax.jdo.option.ConnectionURL"),
    ("hive-site", "hive.metastore.uris"),
)
_OUTSIDE: dict[str, tuple[tuple[_ConfigurationPath, ...], str]] = {
    "hive": (_METASTORE_OUTSIDE, "metastore: glue, or one with mysql"),
    "presto": (
        (
            *_METASTORE_OUTSIDE,
            (CONNECTORS["presto"], "hive.metastore"),
            (CONNECTORS["presto"], "hive.metastore.glue.datacatalog.enabled"),
            (CONNECTORS["presto"], "hive.metastore.uri"),
        ),
        "metastore: glue, or one with mysql",
    ),
    "hue": (
        (("hue-ini", "desktop", "database", "host"),),
        "the preset hue-database",
    ),
    "oozie": (
        (("oozie-site", "oozie.service.JPAService.jdbc.url"),),
        "the preset oozie-database",
    ),
}
"""Where the configurations of an application say that its database is outside, and what says so."""


@METASTORE_RULES.rule(
    "EMR-CONNECTION-001",
    what="A database on another server has a host, a user and a secret.",
    why="Nobody could connect.",
    source=_EXTERNAL,
)
def databases_can_be_connected_to(spec: ClusterSpec) -> Iterator[Finding]:
    """Nothing is missing of what a connection takes."""
    for use in databases(spec):
        given = use.database
        missing = [name for name in ("user", "secret") if not getattr(given, name)]
        if given.host and missing:
            message = f"a host, and no {' and no '.join(missing)}"
            yield Finding((*use.path, "host"), message, f"a {' and a '.join(missing)} as well")
        elif given.secret and not given.user:
            yield Finding((*use.path, "secret"), "a secret, and no user", "a user as well")
        for key in ("secret_key", "secret_encryption_key_arn"):
            if getattr(given, key) and not given.secret:
                yield Finding((*use.path, key), f"a {key}, and no secret", "a secret as well")


@METASTORE_RULES.rule(
    "EMR-CONNECTION-002",
    what="Applications do not connect to the result store as its administrator.",
    why="The password is in their configuration files, and whoever runs code on the cluster can read it.",
    source=_EXTERNAL,
    severity="warning",
)
def administrator_is_not_used(spec: ClusterSpec) -> Iterator[Finding]:
    """A user of the application's own."""
    for use in databases(spec):
        if not use.database.host and not use.database.user:
            yield Finding(
                use.path,
                f"{use.application} connects to the result store as its administrator",
                "a user: one of result_store.users, or another one and its secret",
            )


@METASTORE_RULES.rule(
    "EMR-CONNECTION-003",
    what="Connections to the result store are encrypted.",
    why="It takes no others.",
    source=_TLS,
    aws_answer="Connections using insecure transport are prohibited while "
    "--require_secure_transport=ON.",
)
def result_store_takes_tls(spec: ClusterSpec) -> Iterator[Finding]:
    """No ``encrypted: false`` for the result store."""
    for use in databases(spec):
        if not use.database.host and not use.database.encrypted:
            yield Finding((*use.path, "encrypted"), "a connection without TLS", "true")


@METASTORE_RULES.rule(
    "EMR-CONNECTION-004",
    what="Hue is told which certificate authorities its database has.",
    why="AWS documents no encrypted connection of Hue, and Hue's own documents only one with them; "
    "the result store takes no connection that is not encrypted.",
    source=_HUE,
    severity="warning",
)
def hue_knows_authorities(spec: ClusterSpec) -> Iterator[Finding]:
    """``certificate_authorities`` for Hue, unless the connection is not to be encrypted."""
    for use in databases(spec):
        given = use.database
        if use.application == "Hue" and given.encrypted and not given.certificate_authorities:
            yield Finding(
                use.path,
                "Hue does not encrypt the connection to its database"
                + ("" if given.host else ", and the result store refuses it"),
                "certificate_authorities"
                + (", or encrypted: false" if given.host else "")
                + ", and a bootstrap action that puts the file there",
            )


_SECRET_VALUE = re.compile(r"arn:aws[a-z-]*:secretsmanager:\S+|secret://[a-z0-9-]+")


@METASTORE_RULES.rule(
    "EMR-SECRET-001",
    what="What a property with EMR.secret@ holds is the ARN of a secret.",
    why="EMR looks for a secret of that name, and refuses the configuration.",
    source=_SECRETS,
)
def annotated_values_are_secrets(spec: ClusterSpec) -> Iterator[Finding]:
    """An ARN of Secrets Manager, or ``secret://NAME``."""
    for path, configurations in all_configurations(spec):
        for place, value in annotated_properties(configurations, path):
            if not _SECRET_VALUE.fullmatch(value):
                # Not the value itself: it may be the password.
                message = f"{str(place[-1]).removeprefix(ANNOTATION)} is not the ARN of a secret"
                yield Finding(
                    place, message, "arn:aws:secretsmanager:…, or secret://result-store-password"
                )


@METASTORE_RULES.rule(
    "EMR-SECRET-002",
    what="A property with EMR.secret@ names a secret that is one text, not JSON.",
    why="EMR puts the whole secret there, and the application takes it for the password.",
    source=_SECRETS,
    severity="warning",
)
def annotated_values_are_whole(spec: ClusterSpec) -> Iterator[Finding]:
    """Not the secret of the result store, which has user, password, host and port."""
    for path, configurations in all_configurations(spec):
        for place, value in annotated_properties(configurations, path):
            if value == f"secret://{RESULT_STORE}":
                message = f"{value} is JSON with user, password, host and port"
                yield Finding(place, message, f"{value}-password")


def _installs(spec: ClusterSpec, *names: str) -> bool:
    return any(name.lower() in names for name in effective_applications(spec))


def _value(configurations: Sequence[Configuration], *path: str) -> str | None:
    """A property of a classification, nested or not, by the names that lead to it."""
    classification, *nested, name = path
    for configuration in configurations:
        if configuration.classification == classification:
            if nested:
                return _value(configuration.configurations, *nested, name)
            return configuration.properties.get(name)
    return None
