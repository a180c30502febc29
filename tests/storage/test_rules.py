"""Each rule about buckets on both sides of what it allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from emr_platform.problems import Problem
from emr_platform.storage.rules import STORAGE_RULES, storage_problems
from emr_platform.storage.spec import StorageSpec

Values = Mapping[str, Any]


def data(**values: Any) -> Values:
    return {"data": {"input": values}}


def data_buckets(count: int) -> Values:
    return {"data": {f"b{number}": {} for number in range(count)}}


def external(bucket_name: str) -> Values:
    return {"external": {"other": {"bucket_name": bucket_name}}}


def found(rule_id: str, values: Values) -> list[Problem]:
    problems = storage_problems(StorageSpec.model_validate(values))
    return [problem for problem in problems if problem.rule_id == rule_id]


CASES: list[tuple[str, list[Values], list[Values]]] = [
    (
        "EMR-STORAGE-001",
        [{"data": {"input": {}, "logs2": {}}}, {}],
        [{"data": {"logs": {}}}, {"data": {"config": {}}}],
    ),
    (
        "EMR-STORAGE-002",
        [
            data(expire_after_days=31, infrequent_access_after_days=30),
            data(expire_after_days=1),
            data(infrequent_access_after_days=30),
        ],
        [
            data(expire_after_days=30, infrequent_access_after_days=30),
            data(expire_after_days=29, infrequent_access_after_days=30),
        ],
    ),
    (
        "EMR-STORAGE-003",
        [
            external("my.bucket"),
            external("1.2.3"),
            external("amzn-s3-bucket"),
            external("xn-bucket"),
        ],
        [
            external("my..bucket"),
            external("192.168.5.4"),
            external("xn--bucket"),
            external("sthree-bucket"),
            external("amzn-s3-demo-bucket"),
            external("bucket-s3alias"),
            external("bucket--ol-s3"),
            external("bucket.mrap"),
            external("bucket--x-s3"),
            external("bucket--table-s3"),
        ],
    ),
    ("EMR-STORAGE-006", [data_buckets(48)], [data_buckets(49)]),
]


def test_every_rule_has_cases() -> None:
    assert [case[0] for case in CASES] == [rule.id for rule in STORAGE_RULES]


@pytest.mark.parametrize(
    ("rule_id", "values"), [(id, values) for id, accepted, _ in CASES for values in accepted]
)
def test_accepted(rule_id: str, values: Values) -> None:
    assert found(rule_id, values) == []


@pytest.mark.parametrize(
    ("rule_id", "values"), [(id, values) for id, _, refused in CASES for values in refused]
)
def test_refused(rule_id: str, values: Values) -> None:
    assert len(found(rule_id, values)) == 1
