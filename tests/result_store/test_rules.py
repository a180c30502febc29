"""Each rule about result stores on both sides of what it allows."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from emr_platform.result_store.rules import RESULT_STORE_RULES, result_store_problems
from emr_platform.result_store.spec import ResultStoreSpec
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


def test_list_of_classes_is_current() -> None:
    # python -m scripts.build_database_classes
    assert TARGET.read_text(encoding="utf-8") == current()


def test_no_rule_is_left_out() -> None:
    assert [rule.id for rule in RESULT_STORE_RULES] == [f"EMR-DATABASE-00{n}" for n in (1, 2, 4)]
