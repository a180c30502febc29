"""What a user may declare about the result store, an Amazon RDS for MySQL instance."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from emr_platform.spec import SpecModel, TextMatching

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
