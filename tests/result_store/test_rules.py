"""Each rule about result stores on both sides of what it allows."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from emr_platform.result_store.rules import RESULT_STORE_RULES, result_store_problems
from emr_platform.result_store.spec import DatabaseUser, ResultStoreSpec
from scripts.build_database_classes import TARGET, current


def ids(spec: ResultStoreSpec) -> list[str]:
    return [problem.rule_id for problem in result_store_problems(spec)]


@pytest.mark.parametrize(
    ("storage", "least"),
    # RDS: at least 10 % more than the allocated storage, so 1100 GiB for 1000 GiB.
    [(20, 22), (21, 24), (100, 110), (1000, 1100), (1001, 1102)],
)
def test_room_to_grow(storage: int, least: int) -> None:
    assert ids(ResultStoreSpec(storage_gib=storage)) == []
    assert ids(ResultStoreSpec(storage_gib=storage, max_storage_gib=least)) == []
    if least > 22:
        too_small = ResultStoreSpec(storage_gib=storage, max_storage_gib=least - 1)
        assert ids(too_small) == ["EMR-DATABASE-001"]


def test_extended_support() -> None:
    assert ids(ResultStoreSpec(engine="mysql-8.4")) == []
    assert ids(ResultStoreSpec(engine="mysql-8.0")) == ["EMR-DATABASE-002"]
    assert result_store_problems(ResultStoreSpec(engine="mysql-8.0"))[0].severity == "warning"


@pytest.mark.parametrize("engine", ["mysql-8.0", "mysql-8.4"])
@pytest.mark.parametrize("instance_class", ["t3.micro", "t4g.small", "r6g.large", "m7i.48xlarge"])
def test_known_class(engine: str, instance_class: str) -> None:
    values = {"engine": engine, "instance_type": instance_class}

    assert "EMR-DATABASE-004" not in ids(ResultStoreSpec.model_validate(values))


@pytest.mark.parametrize(
    ("engine", "instance_class", "similar"),
    [
        # Types of EC2 that RDS does not have, a retired class, and one that needs MySQL 8.4.
        ("mysql-8.4", "c5.large", "r5.large"),
        ("mysql-8.4", "t4g.nano", "t4g.small"),
        ("mysql-8.4", "m3.medium", "t4g.medium"),
        ("mysql-8.0", "m8a.large", "m8g.large"),
    ],
)
def test_unknown_class(engine: str, instance_class: str, similar: str) -> None:
    spec = ResultStoreSpec.model_validate({"engine": engine, "instance_type": instance_class})

    [problem] = [each for each in result_store_problems(spec) if each.path == ("instance_type",)]

    assert (problem.rule_id, problem.severity) == ("EMR-DATABASE-004", "warning")
    assert problem.message == (
        f"db.{instance_class} is not among the classes known here for {engine}"
    )
    assert similar in str(problem.allowed)


@pytest.mark.parametrize("text", ["db.t4g.small", "t4g", "T4g.small", "t4g.small.more", ""])
def test_what_is_no_class(text: str) -> None:
    with pytest.raises(ValidationError, match=r"without its db\. prefix, such as t4g\.small"):
        ResultStoreSpec(instance_type=text)


@pytest.mark.parametrize("name", ["mysql", "sys", "SYS", "Information_Schema", "innodb"])
def test_databases_of_the_server_itself(name: str) -> None:
    [problem] = result_store_problems(ResultStoreSpec(databases=["results", name]))

    assert (problem.rule_id, problem.path) == ("EMR-DATABASE-006", ("databases", 1))
    assert problem.message == f"{name} is a database of MySQL itself"


@pytest.mark.parametrize("name", ["mysql_results", "system", "results", "admin", "r" * 64, "_1"])
def test_other_databases(name: str) -> None:
    assert ids(ResultStoreSpec(databases=[name])) == []


@pytest.mark.parametrize(
    "name", ["admin", "root", "rdsadmin", "rdsrepladmin", "mysql", "mysqlxsys"]
)
def test_users_of_the_server_itself(name: str) -> None:
    spec = ResultStoreSpec(databases=["results"], users={"api": "read_only", name: "read_write"})

    [problem] = result_store_problems(spec)

    assert (problem.rule_id, problem.path) == ("EMR-DATABASE-006", ("users", name))
    assert problem.message.startswith(f"{name} is ")


@pytest.mark.parametrize("name", ["admins", "roots", "rd-s", "my-sql", "a" * 32])
def test_other_users(name: str) -> None:
    assert ids(ResultStoreSpec(databases=["results"], users={name: "read_only"})) == []


@pytest.mark.parametrize(("count", "found"), [(192, []), (193, ["EMR-DATABASE-010"])])
def test_users_that_fit_a_stack(count: int, found: list[str]) -> None:
    users: dict[str, DatabaseUser] = {f"u{number}": "read_only" for number in range(count)}

    assert ids(ResultStoreSpec(databases=["results"], users=users)) == found


@pytest.mark.parametrize("name", ["a" * 33, "Api", "api_1", "1api", "api-", "", "o'brien"])
def test_what_is_no_user(name: str) -> None:
    with pytest.raises(ValidationError, match="at most 32 lower-case letters"):
        ResultStoreSpec(databases=["results"], users={name: "read_only"})


@pytest.mark.parametrize("name", ["r" * 65, "a-b", "a b", "a`b", "", "ä"])
def test_what_is_no_database(name: str) -> None:
    with pytest.raises(ValidationError, match="at most 64 letters, digits and underscores"):
        ResultStoreSpec(databases=[name])


def test_databases_of_users() -> None:
    def found(*there: str, databases: list[str] | None = None) -> list[tuple[str, object]]:
        user = {"access": "read_only", "databases": databases} if databases else "read_only"
        spec = ResultStoreSpec.model_validate({"databases": list(there), "users": {"api": user}})
        return [(problem.message, problem.allowed) for problem in result_store_problems(spec)]

    assert found("a", "b") == found("a", "b", databases=["b"]) == []
    assert found() == [
        ("there is no database that api could use", "a name in result_store.databases")
    ]
    assert found("a", "b", databases=["a", "c"]) == [("the result store has no database c", "a, b")]
    assert found(databases=["c"]) == [
        ("the result store has no database c", "nothing: there are none")
    ]


def test_a_user_with_a_list_has_a_database() -> None:
    user = {"access": "read_only", "databases": []}
    with pytest.raises(ValidationError, match="at least 1 item"):
        ResultStoreSpec.model_validate({"databases": ["a"], "users": {"api": user}})


def test_list_of_classes_is_current() -> None:
    # python -m scripts.build_database_classes
    assert TARGET.read_text(encoding="utf-8") == current()


def test_no_rule_is_left_out() -> None:
    assert [rule.id for rule in RESULT_STORE_RULES] == [
        f"EMR-DATABASE-{n:03}" for n in (1, 2, 4, 6, 7, 10)
    ]
