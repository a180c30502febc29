"""The statements on a real server, as the function runs them.

With MariaDB where it is installed, which is where this is known to pass; with MySQL otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pymysql
import pytest

from emr_platform.result_store.spec import ResultStoreSpec
from emr_platform.result_store.users import database_function
from emr_platform.result_store.users.database_function import DatabaseError, apply
from emr_platform.result_store.users.privileges import user_privileges
from tests.result_store.users.mysql_server import ADMINISTRATOR, MySqlServer, mysql_server

PASSWORD = "it's a \\ pass\"word` --"
READ_WRITE = (
    "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE TEMPORARY TABLES, "
    "LOCK TABLES, CREATE VIEW, SHOW VIEW ON `{}`.* TO `{}`@`%`"
)
READ_ONLY = "GRANT SELECT, SHOW VIEW ON `{}`.* TO `{}`@`%`"


@pytest.fixture(scope="module")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MySqlServer]:
    try:
        with mysql_server(tmp_path_factory.mktemp("mysql")) as server:
            yield server
    except FileNotFoundError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def server(running_server: MySqlServer) -> Iterator[MySqlServer]:
    """The server, and afterwards nothing on it that was not there before."""
    yield running_server
    for (name,) in running_server.ask("SELECT user FROM mysql.user WHERE host = '%'"):
        if name != "admin":
            running_server.ask(f"DROP USER '{name}'@'%'")
    for (name,) in running_server.ask("SHOW DATABASES"):
        if name not in {"information_schema", "mysql", "performance_schema", "sys"}:
            running_server.ask(f"DROP DATABASE `{name}`")


def event(server: MySqlServer, spec: dict[str, Any], *removed: str, **more: Any) -> dict[str, Any]:
    """What the function is sent for a result store."""
    store = ResultStoreSpec.model_validate(spec)
    users = {
        name: {"password": PASSWORD, "privileges": privileges}
        for name, privileges in user_privileges(store).items()
    }
    return {
        "host": "localhost",
        "port": server.port,
        "administrator": ADMINISTRATOR,
        "databases": list(store.databases),
        "users": users,
        "removed_users": list(removed),
        **more,
    }


def make(server: MySqlServer, spec: dict[str, Any], *removed: str, **more: Any) -> list[str]:
    return apply(event(server, spec, *removed, **more), certificates=server.certificates)


def run(server: MySqlServer, user: str, *statements: str, database: str = "results") -> Any:
    with server.connect(user, PASSWORD, database=database, autocommit=True) as connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall()


SPEC: dict[str, Any] = {
    "databases": ["results", "hive_metastore"],
    "users": {
        "pipeline": "read_write",
        "api": {"access": "read_only", "databases": ["results"]},
    },
}


def test_users_can_do_what_they_may(server: MySqlServer) -> None:
    make(server, SPEC)

    run(server, "pipeline", "CREATE TABLE answers (id INT)", "INSERT INTO answers VALUES (42)")
    assert run(server, "api", "SELECT id FROM answers") == ((42,),)
    assert server.grants("pipeline") == [
        READ_WRITE.format(r"hive\\_metastore", "pipeline").replace("\\\\", "\\"),
        READ_WRITE.format("results", "pipeline"),
    ]
    assert server.grants("api") == [READ_ONLY.format("results", "api")]


@pytest.mark.parametrize(
    ("user", "statement"),
    [
        ("api", "INSERT INTO answers VALUES (1)"),
        ("api", "CREATE TABLE more (id INT)"),
        ("api", "SELECT * FROM hive_metastore.secrets"),
        ("pipeline", "CREATE DATABASE another"),
        ("pipeline", "CREATE USER somebody"),
        ("pipeline", "GRANT SELECT ON results.* TO api"),
        ("pipeline", "SELECT * FROM mysql.user"),
        ("pipeline", "CREATE TRIGGER t BEFORE INSERT ON answers FOR EACH ROW SET @a = 1"),
        ("pipeline", "CREATE PROCEDURE p() SELECT 1"),
    ],
)
def test_users_can_do_nothing_else(server: MySqlServer, user: str, statement: str) -> None:
    make(server, SPEC)
    server.ask("CREATE TABLE results.answers (id INT)")
    server.ask("CREATE TABLE hive_metastore.secrets (id INT)")

    with pytest.raises(pymysql.MySQLError, match="denied"):
        run(server, user, statement)


def test_an_underscore_is_no_wildcard(server: MySqlServer) -> None:
    make(server, SPEC)
    server.ask("CREATE DATABASE hiveXmetastore")

    with pytest.raises(pymysql.OperationalError, match="denied"):
        run(server, "pipeline", "SELECT 1", database="hiveXmetastore")


def test_users_connect_with_tls_only(server: MySqlServer) -> None:
    make(server, SPEC)
    rows = server.ask("SELECT ssl_type FROM mysql.user WHERE user = 'api'")

    assert rows in ([("ANY",)], [(b"ANY",)])
    with pytest.raises(pymysql.OperationalError):
        server.connect("api", PASSWORD, ssl=None, ssl_disabled=True)


def test_again_changes_nothing(server: MySqlServer) -> None:
    make(server, SPEC)
    before = server.grants("pipeline"), server.grants("api")

    again = make(server, SPEC)

    assert (server.grants("pipeline"), server.grants("api")) == before
    assert not [statement for statement in again if "GRANT" in statement or "REVOKE" in statement]


def test_a_changed_user(server: MySqlServer) -> None:
    make(server, SPEC)

    done = make(
        server, {"databases": ["results"], "users": {"pipeline": "read_only", "api": "read_write"}}
    )

    assert server.grants("pipeline") == [READ_ONLY.format("results", "pipeline")]
    assert server.grants("api") == [READ_WRITE.format("results", "api")]
    # Nobody loses for a moment what stays.
    assert "REVOKE ALL PRIVILEGES" not in " ".join(done)


def test_another_password(server: MySqlServer) -> None:
    make(server, SPEC)
    changed = event(server, SPEC)
    changed["users"]["api"]["password"] = "another"

    apply(changed, certificates=server.certificates)

    server.connect("api", "another").close()
    with pytest.raises(pymysql.OperationalError, match="denied"):
        server.connect("api", PASSWORD)


def test_a_removed_user_is_gone_and_data_stays(server: MySqlServer) -> None:
    make(server, SPEC)
    run(server, "pipeline", "CREATE TABLE answers (id INT)")

    make(server, {}, "pipeline", "api", "who-never-was")

    with pytest.raises(pymysql.OperationalError, match="denied"):
        server.connect("pipeline", PASSWORD)
    assert server.ask("SHOW TABLES FROM results") == [("answers",)]


@pytest.mark.parametrize(
    "more",
    [
        "GRANT SELECT ON *.* TO 'api'@'%'",
        "GRANT SELECT ON mysql.user TO 'api'@'%'",
        "GRANT SELECT (user) ON mysql.user TO 'api'@'%'",
        "GRANT SELECT ON results.* TO 'api'@'%' WITH GRANT OPTION",
        "GRANT DELETE ON results.* TO 'api'@'%'",
        "GRANT SELECT ON `%`.* TO 'api'@'%'",
    ],
)
def test_a_user_who_was_there_has_no_more_than_it_may(server: MySqlServer, more: str) -> None:
    server.ask("CREATE DATABASE results")
    server.ask("CREATE USER 'api'@'%' IDENTIFIED BY 'x'")
    # What the server itself can do and RDS's administrator cannot is none of what these need.
    server.ask(more)

    make(server, SPEC)

    assert server.grants("api") == [READ_ONLY.format("results", "api")]
    run(server, "api", "SELECT 1")


def test_data_of_a_database_that_was_there(server: MySqlServer) -> None:
    server.ask("CREATE DATABASE results")
    server.ask("CREATE TABLE results.answers (id INT)")

    make(server, SPEC)

    assert run(server, "pipeline", "SHOW TABLES") == (("answers",),)


def test_only_a_server_of_the_authority_is_trusted(server: MySqlServer) -> None:
    with pytest.raises(DatabaseError, match=r"cannot connect to localhost.*CERTIFICATE_VERIFY"):
        apply(event(server, SPEC), certificates=server.other_certificates)
    with pytest.raises(DatabaseError, match=r"cannot connect to localhost.*CERTIFICATE_VERIFY"):
        database_function.handler(event(server, SPEC), None)


def test_only_a_server_of_the_name_is_trusted(server: MySqlServer) -> None:
    with pytest.raises(DatabaseError, match=r"cannot connect to 127\.0\.0\.1.*IP address mismatch"):
        make(server, SPEC, host="127.0.0.1")


def test_a_server_that_is_not_there(server: MySqlServer) -> None:
    with pytest.raises(DatabaseError, match="cannot connect to localhost"):
        make(server, SPEC, port=1)


def test_what_went_wrong_is_told_without_a_password(
    server: MySqlServer, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = event(server, SPEC)
    broken["users"]["api"]["privileges"] = {"results": ["EVERYTHING"]}

    with pytest.raises(DatabaseError) as caught:
        apply(broken, certificates=server.certificates)

    assert str(caught.value) == (
        "MySQL error 1064 at: GRANT EVERYTHING ON `results`.* TO 'api'@'%'"
    )
    with pytest.raises(DatabaseError) as caught:
        make(server, SPEC, administrator={"username": "admin", "password": "wrong-one"})
    assert "Access denied" in str(caught.value)
    assert "wrong-one" not in str(caught.value)
    assert capsys.readouterr() == ("", "")
