"""What a user may declare about the metastore of a cluster, and about databases outside of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from emr_platform.spec import PARENTHESES_IN_PAIRS, Items, KmsKeyArn, SpecModel, TextMatching

S3Directory = Annotated[
    str,
    TextMatching(
        PARENTHESES_IN_PAIRS
        + r"(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|bucket://[a-z0-9-]+)/([^\s\[\]{}]*/)?",
        "s3://bucket/folder/ or bucket://name/folder/, with a slash at the end, "
        "without [ ] { }, and with ( and ) in pairs",
    ),
]
"""A folder in S3, with the slash at its end that some applications need."""

SecretArn = Annotated[
    str,
    TextMatching(
        r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}",
        "the full ARN of a secret, arn:aws:secretsmanager:…:secret:name-AbCdEf",
    ),
]
"""The ARN of a secret in Secrets Manager, with the six characters at its end."""


class DatabaseSpec(SpecModel):
    """A MySQL database outside the cluster: the environment's result store, or another."""

    host: (
        Annotated[
            str,
            TextMatching(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", "the name of a host"),
        ]
        | None
    ) = Field(default=None, description="Where the database server is. Left out: the result store.")
    port: int = Field(default=3306, ge=1, le=65535, description="Port of the server.")
    database: (
        Annotated[str, TextMatching(r"[A-Za-z0-9_]{1,64}", "letters, digits and underscores")]
        | None
    ) = Field(
        default=None,
        description="Name of the database on the server. "
        "Left out: hive_metastore, hue or oozie, by what it is for.",
    )
    user: (
        Annotated[str, TextMatching(r"[A-Za-z0-9_.-]{1,32}", "the name of a database user")] | None
    ) = Field(
        default=None,
        description="User to connect as, of the result store's users or one with a secret of its own. "
        "Left out: the result store's administrator.",
    )
    secret: SecretArn | None = Field(
        default=None,
        description="Secret with the user's password, and nothing else unless secret_key is given. "
        "Left out: that of the result store's user, or administrator.",
    )
    secret_key: (
        Annotated[str, TextMatching(r"[A-Za-z0-9_.-]{1,64}", "a key of the secret's JSON")] | None
    ) = Field(
        default=None,
        description="Key of the password, where the secret is JSON as RDS writes it. EMR takes "
        "whole secrets only, so the stack then keeps a secret of its own with the password alone.",
    )
    secret_encryption_key_arn: KmsKeyArn | None = Field(
        default=None, description="KMS key of the secret, where it has one of its own."
    )
    encrypted: bool = Field(
        default=True,
        description="Whether to connect with TLS. The result store takes nothing else.",
    )
    certificate_authorities: (
        Annotated[str, TextMatching(r"/[^\s&;'\"<>]+", "an absolute path")] | None
    ) = Field(
        default=None,
        description="File on the primary node with the certificate authorities of the server, in "
        "PEM form; a bootstrap action has to put it there. Left out: TLS without checking who "
        "answers.",
    )


class GlueCatalogSpec(SpecModel):
    """The AWS Glue Data Catalog."""

    catalog_id: Annotated[str, TextMatching(r"\d{12}", "twelve digits")] | None = Field(
        default=None,
        description="Account of the catalog, twelve digits in quotes. "
        "Left out: the cluster's own account.",
    )
    databases: (
        Annotated[
            Items[
                Annotated[
                    str,
                    TextMatching(
                        r"[a-z0-9_]{1,255}|[a-z0-9_]{0,254}\*",
                        "the name of a database, or the beginning of names with * behind it",
                    ),
                ]
            ],
            Field(min_length=1),
        ]
        | None
    ) = Field(
        default=None,
        description="Databases that nodes may use; sales_* is all whose names begin so. "
        "Left out: all of the catalog; for an environment of a tenants file, all that begin with its "
        "name, such as acme_prod__* for acme-prod.",
    )
    access: Literal["read", "read_write"] = Field(
        default="read_write", description="What nodes may do with databases and tables."
    )
    warehouse: S3Directory | None = Field(
        default=None,
        description="Where Hive and Spark put tables without a location of their own. "
        "Left out: EMR's default, which is in HDFS and ends with the cluster.",
    )
    encryption_key_arn: KmsKeyArn | None = Field(
        default=None,
        description="KMS key of the catalog, where it is encrypted with one of its owner's.",
    )


def _database_form(value: Any) -> str:
    return "database" if isinstance(value, dict | DatabaseSpec) else "result store"


Database = Annotated[
    Annotated[Literal["result_store"], Tag("result store")]
    | Annotated[DatabaseSpec, Tag("database")],
    Discriminator(_database_form),
]
"""A MySQL database: ``result_store``, or where it is and how to connect to it."""


class GlueMetastoreSpec(SpecModel):
    """The AWS Glue Data Catalog, with more to say than that."""

    glue: GlueCatalogSpec = Field(description="Which part of which catalog.")


class MySqlMetastoreSpec(SpecModel):
    """A Hive metastore that keeps its data in a MySQL database."""

    mysql: Database = Field(
        description="The database. result_store: a database of its own in the result store."
    )


def _metastore_form(value: Any) -> str | None:
    """Tell the forms apart; None where a mapping does not say exactly one kind."""
    match value:
        case GlueMetastoreSpec():
            return "glue"
        case MySqlMetastoreSpec():
            return "mysql"
        case dict():
            kinds = [kind for kind in ("glue", "mysql") if kind in value]
            return kinds[0] if len(kinds) == 1 else None
    return "kind"


MetastoreSpec = Annotated[
    Annotated[Literal["local", "glue"], Tag("kind")]
    | Annotated[GlueMetastoreSpec, Tag("glue")]
    | Annotated[MySqlMetastoreSpec, Tag("mysql")],
    Discriminator(
        _metastore_form,
        custom_error_type="one_of",
        custom_error_message="a metastore is one of {allowed}",
        custom_error_context={
            "allowed": "local, glue, or a mapping with one of glue and mysql",
            "choices": "glue mysql",
        },
    ),
]
"""Where Hive, Spark, Presto and Trino keep what they know of tables."""


def glue_catalog(metastore: MetastoreSpec) -> GlueCatalogSpec | None:
    """The Glue Data Catalog that a metastore is; None if it is another."""
    if isinstance(metastore, GlueMetastoreSpec):
        return metastore.glue
    return GlueCatalogSpec() if metastore == "glue" else None


def metastore_database(metastore: MetastoreSpec) -> DatabaseSpec | None:
    """The database outside the cluster that a metastore is in; None if there is none."""
    return database(metastore.mysql) if isinstance(metastore, MySqlMetastoreSpec) else None


def database(form: Database) -> DatabaseSpec:
    """A database in its long form, with nothing said for the result store."""
    return form if isinstance(form, DatabaseSpec) else DatabaseSpec()
