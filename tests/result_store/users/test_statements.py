"""The statements that make users, to the letter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emr_platform.result_store.users.statements import (
    Grants,
    Statement,
    User,
    account,
    change,
    identifier,
    pattern,
    text,
)

READ = ("SELECT", "SHOW VIEW")
API = User("secret", {"results": READ})


def words(
    users: dict[str, User] | None = None,
    *,
    databases: tuple[str, ...] = (),
    removed_users: tuple[str, ...] = (),
    found: dict[str, Grants] | None = None,
    wildcards: bool = True,
) -> list[str]:
    statements = change(
        databases=databases,
        users=users or {},
        removed_users=removed_users,
        found=found or {},
        wildcards=wildcards,
    )
    return [statement.words for statement in statements]


def test_a_new_user() -> None:
    assert words({"api": API}, databases=("results",)) == [
        "CREATE DATABASE IF NOT EXISTS `results`",
        "CREATE USER IF NOT EXISTS 'api'@'%' IDENTIFIED BY '***' REQUIRE SSL",
        "ALTER USER 'api'@'%' IDENTIFIED BY '***' REQUIRE SSL",
        "GRANT SELECT, SHOW VIEW ON `results`.* TO 'api'@'%'",
    ]


def test_the_password_is_in_the_statement_and_nowhere_else() -> None:
    statements = list(
        change(databases=(), users={"api": API}, removed_users=(), found={}, wildcards=True)
    )

    assert [statement.sql for statement in statements[:2]] == [
        "CREATE USER IF NOT EXISTS 'api'@'%' IDENTIFIED BY 'secret' REQUIRE SSL",
        "ALTER USER 'api'@'%' IDENTIFIED BY 'secret' REQUIRE SSL",
    ]
    assert statements[2].sql == statements[2].words
    assert "secret" not in repr(statements)
    assert "secret" not in repr(API)


def test_a_user_with_just_these_privileges_is_let_be() -> None:
    assert words({"api": API}, found={"api": Grants({"results": READ})}) == [
        "CREATE USER IF NOT EXISTS 'api'@'%' IDENTIFIED BY '***' REQUIRE SSL",
        "ALTER USER 'api'@'%' IDENTIFIED BY '***' REQUIRE SSL",
    ]


def test_what_is_new_is_granted_before_what_is_old_is_revoked() -> None:
    found = {"api": Grants({"results": {"SELECT", "UPDATE", "INSERT"}, "old": {"SELECT"}})}

    assert words({"api": API}, found=found)[2:] == [
        "GRANT SHOW VIEW ON `results`.* TO 'api'@'%'",
        "REVOKE INSERT, UPDATE ON `results`.* FROM 'api'@'%'",
        "REVOKE SELECT ON `old`.* FROM 'api'@'%'",
    ]


def test_privileges_of_other_kinds_are_all_revoked() -> None:
    assert words({"api": API}, found={"api": Grants({"results": READ}, more=True)})[2:] == [
        "REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'api'@'%'",
        "GRANT SELECT, SHOW VIEW ON `results`.* TO 'api'@'%'",
    ]


def test_removed_users_are_dropped_and_databases_are_not() -> None:
    assert words(removed_users=("api", "pipeline")) == [
        "DROP USER IF EXISTS 'api'@'%'",
        "DROP USER IF EXISTS 'pipeline'@'%'",
    ]


def test_nothing_is_nothing() -> None:
    assert words() == []


@pytest.mark.parametrize(
    ("wildcards", "written"), [(True, r"`hive\_metastore`"), (False, "`hive_metastore`")]
)
def test_an_underscore_in_a_grant(wildcards: bool, written: str) -> None:
    hive = User("x", {"hive_metastore": ("SELECT",)})
    found = {"hive": Grants({"a_b": ("SELECT",)})}

    assert words({"hive": hive}, databases=("hive_metastore",), wildcards=wildcards)[0] == (
        "CREATE DATABASE IF NOT EXISTS `hive_metastore`"
    )
    assert words({"hive": hive}, found=found, wildcards=wildcards)[2:] == [
        f"GRANT SELECT ON {written}.* TO 'hive'@'%'",
        # In the server's own words already.
        "REVOKE SELECT ON `a_b`.* FROM 'hive'@'%'",
    ]
    same = {"hive": Grants({written.strip("`"): ("SELECT",)})}
    assert words({"hive": hive}, found=same, wildcards=wildcards)[2:] == []


@pytest.mark.parametrize(
    ("value", "written"),
    [("plain", "'plain'"), ("it's", "'it''s'"), ("\\", r"'\\'"), (r"\'; --", r"'\\''; --'")],
)
def test_texts(value: str, written: str) -> None:
    assert text(value) == written


def test_names() -> None:
    assert identifier("results") == "`results`"
    assert identifier("a`; DROP") == "`a``; DROP`"
    assert account("o'brien") == "'o''brien'@'%'"
    assert pattern(r"a\b%c_d", wildcards=True) == r"a\\b\%c\_d"


@given(st.text())
def test_no_text_ends_before_its_end(value: str) -> None:
    inside = text(value)[1:-1]
    # Read as MySQL reads it: an escaped character, or two quotes for one.
    read, position = "", 0
    while position < len(inside):
        assert inside[position : position + 2] in ("''", "\\\\") or inside[position] not in "'\\"
        position += 2 if inside[position] in "'\\" else 1
        read += inside[position - 1]
    assert read == value


def test_statements_are_values() -> None:
    assert Statement("a", "b") == Statement("a", "b") != Statement("a", "c")
