"""Files that are wrong, each beside the report that people get about it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from emr_platform.cli.program import run
from emr_platform.environment import yaml_source
from emr_platform.environment.file_problems import FILE_PROBLEMS, SAME_NAME, UNREADABLE
from emr_platform.environment.rules import ALL_RULES
from emr_platform.pool.cluster_rules import SHARED_POOL_RULES
from emr_platform.pool.rules import POOL_RULES
from emr_platform.tenants.rules import TENANCY_RULES

BAD = Path(__file__).parent / "bad"
REPORTS = sorted(BAD.glob("*.txt"))
# What the pure Python parser of PyYAML finds a character later than libyaml, or takes for text.
ELSEWHERE_IN_PURE_PYTHON = {"windows-path-in-quotes"}


def validate(report: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    status = run(["validate", f"{report.stem}.yaml"])
    return status, capsys.readouterr().out


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.stem)
def test_report(
    report: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(BAD)

    status, text = validate(report, capsys)

    assert text == report.read_text(encoding="utf-8")
    expected = 1 if "error" in text.splitlines()[-1] else 0
    assert status == (2 if UNREADABLE.id in text else expected)


@pytest.mark.parametrize(
    "report",
    [report for report in REPORTS if report.stem not in ELSEWHERE_IN_PURE_PYTHON],
    ids=lambda report: report.stem,
)
def test_report_without_libyaml(
    report: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(BAD)
    monkeypatch.setattr(yaml_source, "_LOADER", yaml.SafeLoader)

    assert validate(report, capsys)[1] == report.read_text(encoding="utf-8")


def test_every_file_has_its_report() -> None:
    assert {path.stem for path in BAD.glob("*.yaml")} == {path.stem for path in REPORTS}
    assert len(REPORTS) >= 45


def test_every_kind_of_problem_is_seen() -> None:
    reports = "\n".join(path.read_text(encoding="utf-8") for path in REPORTS)
    of_tenants = {rule.id for rule in TENANCY_RULES.rules}
    of_tenants |= {rule.id for rule in POOL_RULES.rules}
    of_tenants |= {rule.id for rule in SHARED_POOL_RULES.rules}
    ids = {rule.id for rule in ALL_RULES} | {kind.id for kind in FILE_PROBLEMS}
    ids -= of_tenants  # Those need a tenants file; their tests are beside them.

    # The one needs two files, the other a cluster without environment; their tests are elsewhere.
    assert {id for id in ids if f"  {id}" not in reports} == {SAME_NAME.id, "EMR-REFERENCE-004"}
