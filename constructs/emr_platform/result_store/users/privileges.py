"""What a user may do in a database, in MySQL's words. Pure data.

https://dev.mysql.com/doc/refman/8.4/en/privileges-provided.html
"""

from __future__ import annotations

from collections.abc import Mapping

from emr_platform.result_store.spec import DatabaseAccess, ResultStoreSpec, database_user

PRIVILEGES: Mapping[DatabaseAccess, tuple[str, ...]] = {
    "read_only": ("SELECT", "SHOW VIEW"),
    # All that jobs do with tables and views. None of what runs with somebody else's privileges (routines, triggers,
    # events), and none that can be handed on.
    "read_write": (
        "ALTER",
        "CREATE",
        "CREATE TEMPORARY TABLES",
        "CREATE VIEW",
        "DELETE",
        "DROP",
        "INDEX",
        "INSERT",
        "LOCK TABLES",
        "REFERENCES",
        "SELECT",
        "SHOW VIEW",
        "UPDATE",
    ),
}
"""Privileges on a database, by what the file calls them."""


def user_privileges(spec: ResultStoreSpec) -> dict[str, dict[str, list[str]]]:
    """What each user of a result store may do: privileges by database by user."""
    return {
        name: {
            database: list(PRIVILEGES[user.access])
            for database in (spec.databases if user.databases is None else user.databases)
        }
        for name, user in ((name, database_user(form)) for name, form in spec.users.items())
    }
