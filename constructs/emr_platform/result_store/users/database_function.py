"""The Lambda function beside the database: makes databases and users. It reaches the database, and nothing else.

It is given passwords with each call and asks nobody for them, so that no way has to lead from the database's subnets to
Secrets Manager. It answers the function of ``request_function.py``, which alone may call it.
"""

from __future__ import annotations

import ssl
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymysql

from emr_platform.result_store.users.statements import (
    Grants,
    Statement,
    User,
    account,
    change,
    text,
)

if TYPE_CHECKING:
    from pymysql.cursors import Cursor

CERTIFICATES = Path(__file__).with_name("rds_certificates.pem")
"""The certificate authorities of RDS in AWS's commercial regions, AWS's own file ``global-bundle.pem``.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
"""
_CONNECT_SECONDS = 15
_ANSWER_SECONDS = 60
# What the statements are written for, whatever the server's own setting.
_SQL_MODE = "STRICT_ALL_TABLES"


class DatabaseError(Exception):
    """The server could not be connected to, or refused a statement. The message holds no password."""


def handler(event: Mapping[str, Any], _context: object) -> dict[str, int]:
    """Make databases and users what the event says.

    Args:
        event: ``host``, ``port``; ``administrator`` with ``username`` and ``password``; ``databases`` and
            ``removed_users``, lists of names; ``users``, by name with ``password`` and ``privileges`` (by database).

    Returns:
        How many statements the server was sent.

    Raises:
        DatabaseError: See there.
    """
    return {"statements": len(apply(event, certificates=CERTIFICATES))}


def apply(event: Mapping[str, Any], *, certificates: Path) -> list[str]:
    """Make databases and users what the event says, on a server with a certificate of one of the authorities.

    Args:
        event: See :func:`handler`.
        certificates: File with the certificate authorities, in PEM form.

    Returns:
        What the server was sent, without passwords.

    Raises:
        DatabaseError: See there.
    """
    users = {
        name: User(user["password"], user["privileges"]) for name, user in event["users"].items()
    }
    connection = _connect(event, certificates)
    try:
        with connection.cursor() as cursor:
            statements = change(
                databases=event["databases"],
                users=users,
                removed_users=event["removed_users"],
                found={name: grants(cursor, name) for name in users},
                wildcards=has_wildcards(cursor),
            )
            return [_run(cursor, statement) for statement in statements]
    finally:
        connection.close()


def _connect(event: Mapping[str, Any], certificates: Path) -> pymysql.Connection[Cursor]:
    try:
        return pymysql.connect(
            host=event["host"],
            port=int(event["port"]),
            user=event["administrator"]["username"],
            password=event["administrator"]["password"],
            # With it, PyMySQL takes no connection without TLS.
            ssl=tls(certificates),
            sql_mode=_SQL_MODE,
            charset="utf8mb4",
            autocommit=True,
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_ANSWER_SECONDS,
            write_timeout=_ANSWER_SECONDS,
        )
    except (pymysql.MySQLError, OSError) as error:
        raise DatabaseError(f"cannot connect to {event['host']}: {error}") from None


def tls(certificates: Path) -> ssl.SSLContext:
    """TLS that makes sure of who answers: a chain to one of the authorities, and the host's name.

    Not ``ssl.create_default_context``: from Python 3.13 it asks for extensions in certificates that RFC 5280 wants and
    that certificates of RDS need not have, and it makes sure of nothing else that this does not.

    Args:
        certificates: File with the certificate authorities, in PEM form.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cafile=certificates)
    return context


def _run(cursor: Cursor, statement: Statement) -> str:
    try:
        cursor.execute(statement.sql)
    except pymysql.MySQLError as error:
        # The server's own message may quote the statement, password and all: just its number.
        number = error.args[0] if error.args else type(error).__name__
        raise DatabaseError(f"MySQL error {number} at: {statement.words}") from None
    return statement.words


def has_wildcards(cursor: Cursor) -> bool:
    """Whether the server takes ``_`` for a wildcard in ``GRANT``: not MySQL with ``partial_revokes``."""
    cursor.execute("SHOW GLOBAL VARIABLES LIKE 'partial_revokes'")
    return not any(str(value).upper() in {"ON", "1"} for _, value in cursor.fetchall())


# Table, and the columns of the database and of what tells that a privilege is not one on a database alone.
_MORE = ("column_privileges", "table_privileges")


def grants(cursor: Cursor, user: str) -> Grants:
    """What the server lets a user do; nothing if there is no such user."""
    grantee = text(account(user))
    databases: dict[str, set[str]] = {}
    more = False
    for database, privilege, grantable in _rows(
        cursor, "table_schema, privilege_type, is_grantable", "schema_privileges", grantee
    ):
        databases.setdefault(database, set()).add(privilege)
        more = more or grantable == "YES"
    for (privilege,) in _rows(cursor, "privilege_type", "user_privileges", grantee):
        more = more or privilege != "USAGE"
    for table in _MORE:
        more = more or any(_rows(cursor, "privilege_type", table, grantee))
    return Grants(databases, more)


def _rows(cursor: Cursor, columns: str, table: str, grantee: str) -> Iterator[tuple[str, ...]]:
    cursor.execute(f"SELECT {columns} FROM information_schema.{table} WHERE grantee = {grantee}")  # noqa: S608
    rows: Collection[tuple[str, ...]] = cursor.fetchall()
    yield from rows
