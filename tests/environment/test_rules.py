"""The rules of all parts together, and what holds for every one of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from emr_platform.environment.file_problems import FILE_PROBLEMS, FileProblem
from emr_platform.environment.rules import ALL_RULES, environment_problems
from emr_platform.environment.script_rules import SCRIPT_RULES, LocalScripts
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.rule import Rule

TESTS = Path(__file__).parents[1]


def environment(**values: object) -> EnvironmentSpec:
    return EnvironmentSpec.model_validate({"name": "dev", "region": "us-east-1", **values})


def test_identifiers_are_unique() -> None:
    ids = [rule.id for rule in ALL_RULES] + [kind.id for kind in FILE_PROBLEMS]

    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    "id", [rule.id for rule in ALL_RULES] + [kind.id for kind in FILE_PROBLEMS]
)
def test_every_identifier_occurs_in_tests(id: str) -> None:
    assert re.fullmatch(r"EMR-[A-Z]+-\d{3}", id)
    assert any(id in file.read_text(encoding="utf-8") for file in TESTS.rglob("test_*.py")) or any(
        id in file.read_text(encoding="utf-8") for file in TESTS.rglob("bad/*.txt")
    )


def test_identifiers_are_numbered_without_gaps() -> None:
    numbers: dict[str, list[int]] = {}
    for id in sorted({rule.id for rule in ALL_RULES} | {kind.id for kind in FILE_PROBLEMS}):
        subject, _, number = id.rpartition("-")
        numbers.setdefault(subject, []).append(int(number))

    for subject, found in numbers.items():
        assert found == list(range(1, len(found) + 1)), subject


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
def test_every_rule_is_explained(rule: Rule[Any]) -> None:
    for sentence in (rule.what, rule.why):
        assert sentence.endswith(".")
        assert sentence[0].isupper() or sentence[0] in "`0123456789"
    assert rule.source.startswith("https://docs.aws.amazon.com/")
    assert rule.check.__doc__


@pytest.mark.parametrize("kind", FILE_PROBLEMS, ids=lambda kind: kind.id)
def test_every_kind_of_file_problem_is_explained(kind: FileProblem) -> None:
    for sentence in (kind.what, kind.why):
        assert sentence.endswith(".")


def test_paths_begin_in_the_environment() -> None:
    spec = environment(
        network={"endpoints": []},
        storage={"data": {"logs": {}}},
        ssh={"key_pair": "a", "allow_from": ["0.0.0.0/0"]},
        result_store={"engine": "mysql-8.0"},
        clusters={
            "a": {"release": "emr-7.12.0", "step_concurrency": 2, "data_access": {"b": "read"}},
            "b": {"release": "emr-7.12.0", "idle_timeout_minutes": 1, "applications": ["Sparc"]},
        },
    )

    paths = {(problem.rule_id, problem.path) for problem in environment_problems(spec)}

    assert paths >= {
        ("EMR-NETWORK-004", ("network", "endpoints")),
        ("EMR-STORAGE-001", ("storage", "data", "logs")),
        ("EMR-SSH-001", ("ssh", "allow_from", 0)),
        ("EMR-DATABASE-002", ("result_store", "engine")),
        ("EMR-REFERENCE-002", ("clusters", "a", "data_access", "b")),
        ("EMR-APPLICATION-004", ("clusters", "b", "applications", 0)),
    }


def test_references_to_what_the_environment_has() -> None:
    cluster = {
        "release": "emr-7.12.0",
        "applications": ["Hive"],
        "read_result_store_secret": True,
        "result_store_users": ["pipeline"],
        "metastore": {"mysql": {"user": "hive"}},
        "configurations": {
            "core-site": {"b": "secret://result-store", "c": "secret://result-store-user-pipeline"}
        },
        "steps": [
            {"name": "a", "command": [f"bucket://{name}/x" for name in ("logs", "config", "input")]}
        ],
    }
    spec = environment(
        network={"nat_gateways": 1},
        storage={"data": {"input": {}}},
        result_store={
            "databases": ["results", "hive_metastore"],
            "users": {"pipeline": "read_only", "hive": "read_write"},
        },
        clusters={"etl": cluster},
    )

    assert environment_problems(spec) == []


# --- Scripts ---------------------------------------------------------------------------------


def script_ids(directory: Path | None, *names: str) -> list[str]:
    spec = environment(
        clusters={
            "etl": {
                "release": "emr-7.12.0",
                "bootstrap": {f"b{number}": {"script": name} for number, name in enumerate(names)},
                "steps": [{"name": "s", "script": name} for name in names],
            }
        }
    )
    found = environment_problems(spec, LocalScripts(directory) if directory else None)
    return [problem.rule_id for problem in found if problem.rule_id.startswith("EMR-SCRIPT")]


def test_scripts_are_looked_at_where_they_are_used(tmp_path: Path) -> None:
    assert script_ids(tmp_path, "absent") == ["EMR-SCRIPT-001", "EMR-SCRIPT-001"]
    assert script_ids(None, "absent") == []
    assert script_ids(tmp_path, "s3://bucket/absent", "bucket://config/absent") == []


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        (b"#!/bin/bash\necho\n", []),
        (b"#!/bin/bash", []),
        (b"#!/usr/bin/env python3\nprint('a\r\n')\r\n", []),
        (b"", ["EMR-SCRIPT-002"]),
        (b"\n", ["EMR-SCRIPT-003"]),
        (b"echo\r\n", ["EMR-SCRIPT-003"]),
        (b"\xff\x00binary", ["EMR-SCRIPT-003"]),
        (b"#!/bin/bash\r\necho\r\n", ["EMR-SCRIPT-004"]),
    ],
)
def test_content_of_scripts(tmp_path: Path, content: bytes, ids: list[str]) -> None:
    (tmp_path / "script").write_bytes(content)

    assert script_ids(tmp_path, "script") == ids * 2


def test_script_outside_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "script").write_text("#!/bin/sh\n", encoding="utf-8")

    assert script_ids(tmp_path / "environments", "../script") == []


def test_script_that_is_a_folder(tmp_path: Path) -> None:
    assert script_ids(tmp_path, ".") == ["EMR-SCRIPT-001", "EMR-SCRIPT-001"]


def test_a_script_is_looked_at_once_for_all_environments_of_a_check(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/bash\n", encoding="utf-8")
    spec = environment(
        clusters={
            name: {"release": "emr-7.12.0", "steps": [{"name": "s", "script": "script"}]}
            for name in ("one", "two")
        }
    )
    scripts = LocalScripts(tmp_path)
    before = [*scripts.of(spec)]
    script.write_text("echo\n", encoding="utf-8")

    assert [each.path for each in before] == [
        ("clusters", name, "steps", 0, "script") for name in ("one", "two")
    ]
    assert [*scripts.of(spec)] == before
    assert {each.first_line for each in before} == {b"#!/bin/bash\n"}
    # The next check sees what has changed.
    assert {each.first_line for each in LocalScripts(tmp_path).of(spec)} == {b"echo\n"}


def test_no_script_rule_is_left_out() -> None:
    assert [rule.id for rule in SCRIPT_RULES.rules] == [f"EMR-SCRIPT-00{n}" for n in (1, 2, 3, 4)]
