"""What AWS would refuse about a result store, or what costs people dearly. Pure functions."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from emr_platform.problems import Problem
from emr_platform.result_store.instance_classes import classes_of_engine
from emr_platform.result_store.spec import ADMINISTRATOR, ResultStoreSpec, database_user
from emr_platform.rule import Finding, RuleBook

_BOOK: RuleBook[ResultStoreSpec] = RuleBook()

MOST_USERS = 192
"""As many as the stack of a result store has room for: of each, the secret is exported."""

_AUTOSCALING = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html"
_CLASSES = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html"
)
_PRIVILEGES = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html"
)
_QUOTAS = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"
)
_USERS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.UsersAndPrivileges.html"
)
_VERSIONS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html"


@_BOOK.rule(
    "EMR-DATABASE-001",
    what="Storage that may grow has at least 10 % to grow by.",
    why="RDS refuses a smaller maximum.",
    source=_AUTOSCALING,
)
def storage_has_room_to_grow(spec: ResultStoreSpec) -> Iterator[Finding]:
    """The maximum is at least 110 % of the storage to start with."""
    # In whole numbers: 10 % more, rounded up.
    least = -(-spec.storage_gib * 11 // 10)
    if spec.max_storage_gib is not None and spec.max_storage_gib < least:
        yield Finding(
            ("max_storage_gib",),
            f"storage of {spec.storage_gib} GiB may grow to {spec.max_storage_gib} GiB only",
            f"at least {least} GiB, or no max_storage_gib",
        )


@_BOOK.rule(
    "EMR-DATABASE-002",
    what="RDS supports the engine without extra charge.",
    why="RDS ended its standard support of MySQL 8.0 on 2026-07-31, and bills Extended Support for "
    "each vCPU and hour since.",
    source=_VERSIONS,
    severity="warning",
)
def engine_is_in_standard_support(spec: ResultStoreSpec) -> Iterator[Finding]:
    """Not mysql-8.0."""
    if spec.engine == "mysql-8.0":
        message = "RDS bills Extended Support for mysql-8.0 since 2026-08-01"
        yield Finding(("engine",), message, "mysql-8.4")


@_BOOK.rule(
    "EMR-DATABASE-004",
    what="RDS has the instance class for the engine.",
    why="RDS refuses a class that it does not have, or not for this version of MySQL; one that is "
    "newer than the list here may be fine.",
    source=_CLASSES,
    severity="warning",
)
def instance_class_is_known(spec: ResultStoreSpec) -> Iterator[Finding]:
    """The class is in the list for the engine."""
    classes = classes_of_engine(spec.engine)
    if spec.instance_type not in classes:
        nearest = difflib.get_close_matches(spec.instance_type, classes, n=3, cutoff=0)
        yield Finding(
            ("instance_type",),
            f"db.{spec.instance_type} is not among the classes known here for {spec.engine}",
            f"a class of RDS such as {', '.join(nearest)}",
        )


# Of MySQL itself, and RDS's own: rdsadmin, rdsrepladmin, rdstopmgr and whatever it may add.
_SYSTEM_DATABASES = frozenset(
    ("information_schema", "innodb", "mysql", "performance_schema", "sys")
)
_SYSTEM_USERS = frozenset((ADMINISTRATOR, "root"))
_SYSTEM_USER_PREFIXES = ("mysql", "rds")


@_BOOK.rule(
    "EMR-DATABASE-006",
    what="Databases and users have names that MySQL and RDS do not keep for themselves.",
    why="The server's own databases and users, and the administrator, would be changed instead of made; RDS refuses "
    "that for most of them.",
    source=_USERS,
)
def names_are_free(spec: ResultStoreSpec) -> Iterator[Finding]:
    """No ``mysql`` and the like among databases, no ``admin``, ``root``, ``mysql…`` or ``rds…`` among users."""
    for position, database in enumerate(spec.databases):
        # Case does not tell names of databases apart on every server.
        if database.lower() in _SYSTEM_DATABASES:
            yield Finding(
                ("databases", position),
                f"{database} is a database of MySQL itself",
                f"any other name than {', '.join(sorted(_SYSTEM_DATABASES))}",
            )
    for name in spec.users:
        if name in _SYSTEM_USERS or name.startswith(_SYSTEM_USER_PREFIXES):
            whose = "the administrator" if name == ADMINISTRATOR else "kept for the server itself"
            yield Finding(
                ("users", name),
                f"{name} is {whose}",
                f"a name that is neither {ADMINISTRATOR} nor root and begins with neither mysql nor rds",
            )


@_BOOK.rule(
    "EMR-DATABASE-007",
    what="Each database of a user is one of the result store's, and each user has one.",
    why="There is nothing that the user could be let into.",
    source=_PRIVILEGES,
)
def users_have_databases(spec: ResultStoreSpec) -> Iterator[Finding]:
    """``databases`` of a user are among those of the result store, of which there are some."""
    there = ", ".join(spec.databases) or "nothing: there are none"
    for name, form in spec.users.items():
        databases = database_user(form).databases
        if databases is None and not spec.databases:
            message = f"there is no database that {name} could use"
            yield Finding(("users", name), message, "a name in result_store.databases")
        for position, database in enumerate(databases or ()):
            if database not in spec.databases:
                yield Finding(
                    ("users", name, "databases", position),
                    f"the result store has no database {database}",
                    there,
                )


@_BOOK.rule(
    "EMR-DATABASE-010",
    what=f"A result store has at most {MOST_USERS} users.",
    why="Clusters use what the result store's stack exports, a secret of each user, and CloudFormation refuses a "
    "template of more than 200 outputs.",
    source=_QUOTAS,
)
def users_fit_a_stack(spec: ResultStoreSpec) -> Iterator[Finding]:
    """Room for the output of each."""
    if len(spec.users) > MOST_USERS:
        yield Finding(("users",), f"{len(spec.users)} users", f"at most {MOST_USERS}")


RESULT_STORE_RULES = _BOOK.rules
"""Every rule about a result store by itself."""


def result_store_problems(spec: ResultStoreSpec) -> list[Problem]:
    """Check a result store by itself.

    Args:
        spec: The result store.

    Returns:
        All errors and warnings, with paths that begin in the spec.
    """
    return _BOOK.problems(spec)
