"""Each rule about result stores on both sides of what it allows."""

from __future__ import annotations

import pytest

from emr_platform.result_store.rules import RESULT_STORE_RULES, result_store_problems
from emr_platform.result_store.spec import ResultStoreSpec


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


def test_no_rule_is_left_out() -> None:
    assert [rule.id for rule in RESULT_STORE_RULES] == ["EMR-DATABASE-001", "EMR-DATABASE-002"]
