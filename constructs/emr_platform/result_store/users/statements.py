"""The SQL by which databases and users come to be what a request says. Pure functions, for MySQL and MariaDB alike.

Statements can be run again: what is there already stays. Databases are made and never dropped.

- https://dev.mysql.com/doc/refman/8.4/en/create-user.html
- https://dev.mysql.com/doc/refman/8.4/en/grant.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

_PASSWORD_SHOWN = "'***'"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of SQL.

    Attributes:
        sql: What the server is sent; may hold a password.
        words: The same for logs and messages, without a password.
    """

    sql: str = field(repr=False)
    words: str


@dataclass(frozen=True, slots=True)
class User:
    """What a user shall be.

    Attributes:
        password: The password.
        privileges: What the user may do, by database: privileges such as ``SELECT``, in any order.
    """

    password: str = field(repr=False)
    privileges: Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Grants:
    """What the server lets a user do.

    Attributes:
        databases: Privileges by database, in the words that ``GRANT`` has for databases, see :func:`pattern`.
        more: Whether there are others as well: on the whole server, on single tables, or to grant them on.
    """

    databases: Mapping[str, Collection[str]]
    more: bool = False


def change(
    *,
    databases: Collection[str],
    users: Mapping[str, User],
    removed_users: Collection[str],
    found: Mapping[str, Grants],
    wildcards: bool,
) -> Iterator[Statement]:
    """The statements that make databases and users what they shall be.

    A user who keeps a privilege has it all the time: what is new is granted before what is no longer wanted is
    revoked, and nothing else is touched.

    Args:
        databases: Databases that shall be there.
        users: Users that shall be there, by name, and with just these privileges.
        removed_users: Users that shall not be there.
        found: What the server lets users do now, by user; nothing for those whom it does not know.
        wildcards: Whether the server takes ``_`` and ``%`` for wildcards in ``GRANT``, see :func:`pattern`.

    Returns:
        The statements, in the order in which they have to be run.
    """
    for database in databases:
        yield _plain(f"CREATE DATABASE IF NOT EXISTS {identifier(database)}")
    for name in removed_users:
        yield _plain(f"DROP USER IF EXISTS {account(name)}")
    for name, user in users.items():
        yield from _user(name, user, found.get(name, Grants({})), wildcards=wildcards)


def _user(name: str, user: User, found: Grants, *, wildcards: bool) -> Iterator[Statement]:
    # The first leaves a user alone who is there already, the second is for them.
    for verb in ("CREATE USER IF NOT EXISTS", "ALTER USER"):
        sql = f"{verb} {account(name)} IDENTIFIED BY {{}} REQUIRE SSL"
        yield Statement(sql.format(text(user.password)), sql.format(_PASSWORD_SHOWN))
    now = {} if found.more else found.databases
    if found.more:
        yield _plain(f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {account(name)}")
    wanted = {
        pattern(database, wildcards=wildcards): privileges
        for database, privileges in user.privileges.items()
    }
    for database, privileges in wanted.items():
        if added := sorted(set(privileges) - set(now.get(database, ()))):
            yield _plain(f"GRANT {', '.join(added)} ON {identifier(database)}.* TO {account(name)}")
    for database, privileges in now.items():
        if gone := sorted(set(privileges) - set(wanted.get(database, ()))):
            yield _plain(
                f"REVOKE {', '.join(gone)} ON {identifier(database)}.* FROM {account(name)}"
            )


def _plain(sql: str) -> Statement:
    return Statement(sql, sql)


def identifier(name: str) -> str:
    """A name of a database in backticks.

    See https://dev.mysql.com/doc/refman/8.4/en/identifiers.html.
    """
    return f"`{name.replace('`', '``')}`"


def text(value: str) -> str:
    """A text in quotes, for a server whose ``sql_mode`` is without ``NO_BACKSLASH_ESCAPES``.

    See https://dev.mysql.com/doc/refman/8.4/en/string-literals.html.
    """
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def account(user: str) -> str:
    """A user's account: from any host, as nodes come and go. Security groups say which may connect."""
    return f"{text(user)}@'%'"


def pattern(database: str, *, wildcards: bool) -> str:
    r"""A database in ``GRANT`` and ``REVOKE``, where ``_`` stands for any character unless it is escaped.

    With the variable ``partial_revokes``, MySQL takes neither ``_`` nor ``%`` nor ``\`` for anything special.
    See https://dev.mysql.com/doc/refman/8.4/en/grant.html.

    Args:
        database: Name of the database.
        wildcards: Whether the server takes ``_`` and ``%`` for wildcards.
    """
    if not wildcards:
        return database
    escaped = database.replace("\\", "\\\\")
    return escaped.replace("_", r"\_").replace("%", r"\%")
