"""Tenants files that are wrong, each beside the report that people get about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from emr_platform.cli.program import run
from emr_platform.tenants.file_problems import TENANT_PROBLEMS
from emr_platform.tenants.rules import TENANCY_RULES

BAD = Path(__file__).parent / "bad"
FILES = sorted(BAD.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_report(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(BAD)

    status = run(["validate", file.name])

    assert capsys.readouterr().out == file.with_suffix(".txt").read_text(encoding="utf-8")
    assert status == 1


def test_every_kind_of_problem_is_seen() -> None:
    reports = "\n".join(file.with_suffix(".txt").read_text(encoding="utf-8") for file in FILES)

    assert [kind.id for kind in TENANT_PROBLEMS if f"  {kind.id}\n" not in reports] == []


def test_every_rule_of_tenants_is_seen() -> None:
    reports = "\n".join(file.with_suffix(".txt").read_text(encoding="utf-8") for file in FILES)

    assert [rule.id for rule in TENANCY_RULES.rules if f"  {rule.id}" not in reports] == []


def test_kinds_of_problems_are_in_order() -> None:
    ids = [kind.id for kind in TENANT_PROBLEMS]

    assert ids == [f"EMR-TENANT-{number:03}" for number in range(1, len(ids) + 1)]
