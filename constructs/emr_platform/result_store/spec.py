"""What a user may declare about the result store, an Amazon RDS for MySQL instance."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from emr_platform.spec import Items, Name, SpecModel, TextMatching

InstanceClass = Annotated[
    str,
    TextMatching(
        r"(?!db\.)[a-z][a-z0-9-]*\.[a-z0-9-]+",
        "an instance class without its db. prefix, such as t4g.small",
    ),
]
"""An RDS instance class, ``t4g.small`` for ``db.t4g.small``."""

ADMINISTRATOR = "admin"
"""The database user that the result store is made with."""

DatabaseName = Annotated[
    str,
    TextMatching(r"[A-Za-z0-9_]{1,64}", "at most 64 letters, digits and underscores"),
]
"""The name of a database within a server."""

DatabaseAccess = Literal["read_write", "read_only"]
"""What a user may do with tables."""


class DatabaseUserSpec(SpecModel):
    """A user of the result store, with more to say than what it may do."""

    access: DatabaseAccess = Field(
        description="What the user may do: read_write, to read and change tables and what is in them; "
        "read_only, to read them."
    )
    databases: Annotated[Items[DatabaseName], Field(min_length=1)] | None = Field(
        default=None,
        description="Databases that the user may do it in, out of those of the result store. "
        "Left out: all of them.",
    )


def _user_form(value: Any) -> str:
    return "user" if isinstance(value, dict | DatabaseUserSpec) else "access"


DatabaseUser = Annotated[
    Annotated[DatabaseAccess, Tag("access")] | Annotated[DatabaseUserSpec, Tag("user")],
    Discriminator(_user_form),
]
"""A user of the result store: what it may do, or that and where."""


def database_user(form: DatabaseUser) -> DatabaseUserSpec:
    """A user in its long form."""
    return form if isinstance(form, DatabaseUserSpec) else DatabaseUserSpec(access=form)


class ResultStoreSpec(SpecModel):
    """The MySQL database that jobs write their results to."""

    engine: Literal["mysql-8.0", "mysql-8.4"] = Field(
        default="mysql-8.4",
        description="Engine and its major version; RDS picks the minor version.",
    )
    instance_type: InstanceClass = Field(
        default="t4g.small", description="Instance class without its db. prefix."
    )
    storage_gib: int = Field(
        default=20, ge=20, le=65536, description="Storage to start with, in GiB (gp3)."
    )
    max_storage_gib: Annotated[int, Field(ge=22, le=65536)] | None = Field(
        default=None,
        description="Storage that RDS may grow to by itself, in GiB. Left out: no growth.",
    )
    multi_az: bool = Field(
        default=False, description="Whether a standby in another availability zone takes over."
    )
    collation: Annotated[str, TextMatching(r"utf8mb4_[a-z0-9_]+", "a collation of utf8mb4")] = (
        Field(
            default="utf8mb4_bin",
            description="Default collation of columns; the character set is utf8mb4.",
        )
    )
    backup_retention_days: int = Field(
        default=7, ge=1, le=35, description="Days that automatic backups are kept."
    )
    slow_query_seconds: int = Field(
        default=2,
        ge=1,
        le=3600,
        description="Queries that take longer are written to the slow query log.",
    )
    databases: Items[DatabaseName] = Field(
        default=(),
        description="Databases that are made if they are not there. None is ever dropped.",
    )
    users: dict[Name, DatabaseUser] = Field(
        default={},
        description="Database users by name: read_write or read_only, in all databases. Each gets a "
        "secret with its password, and connects with TLS only. Who is taken out of here is dropped.",
    )
