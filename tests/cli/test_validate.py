"""``emr-platform validate``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emr_platform.cli.program import run

VALID = "name: dev\nregion: us-east-1\n"
WARNING = "name: old\nregion: us-east-1\nresult_store: {engine: mysql-8.0}\n"
INVALID = """\
name: bad
region: us-east-1
network: {cidr: 10.0.0.0/30}
clusters: {etl: {release: emr-7.12.0, task: {a: {count: 1}}}}
"""


@pytest.fixture(autouse=True)
def _somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, text: str) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")
    return name


def test_valid_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", write("dev.yaml", VALID)]) == 0
    assert capsys.readouterr().out == "1 file: no problems\n"


def test_all_files_of_the_folder(capsys: pytest.CaptureFixture[str]) -> None:
    write("environments/b.yaml", WARNING)
    write("environments/a.yml", INVALID)
    write("environments/templates/c.yaml", "not: read")
    write("environments/README.md", "not: read")

    assert run(["validate"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "environments/a.yml:3:17  network.cidr  EMR-NETWORK-001",
        "  10.0.0.0/30 is a /30",
        "  allowed: a block of /16 to /24",
        "environments/a.yml:4:45  clusters.etl.task  EMR-CAPACITY-001",
        "  task nodes in a cluster without core nodes",
        "  allowed: core: {count: 1}",
        "environments/b.yaml:3:24  result_store.engine  EMR-DATABASE-002  warning",
        "  RDS bills Extended Support for mysql-8.0 since 2026-08-01",
        "  allowed: mysql-8.4",
        "2 files: 2 errors, 1 warning",
    ]


def test_nothing_to_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate"]) == 2
    assert "there is no environment file in environments/; name one" in capsys.readouterr().err


def test_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    file = write("old.yaml", WARNING)

    assert run(["validate", file]) == 0
    assert capsys.readouterr().out.endswith("\n1 file: 1 warning\n")
    for option in ("--strict", "--warnings-as-errors"):
        assert run(["validate", option, file]) == 1
        assert run(["validate", option, write("dev.yaml", VALID)]) == 0


def test_acknowledged_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    acknowledge = 'acknowledge: {EMR-DATABASE-002: "The move to 8.4 is planned"}\n'
    file = write("old.yaml", WARNING + acknowledge)

    assert run(["validate", "--strict", file]) == 0
    assert capsys.readouterr().out == "1 file: no problems; 1 warning acknowledged\n"
    assert run(["validate", "--strict", "--show-acknowledged", file]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "old.yaml:3:24  result_store.engine  EMR-DATABASE-002  warning",
        "  RDS bills Extended Support for mysql-8.0 since 2026-08-01",
        "  allowed: mysql-8.4",
        "  acknowledged: The move to 8.4 is planned",
        "1 file: no problems; 1 warning acknowledged",
    ]


def test_files_that_are_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    Path("folder.yaml").mkdir()

    assert run(["validate", "absent.yaml", "folder.yaml"]) == 2
    assert capsys.readouterr().out.splitlines() == [
        "absent.yaml:1:1  EMR-FILE-001",
        "  there is no such file",
        "folder.yaml:1:1  EMR-FILE-001",
        "  this is a directory",
        "  allowed: a file",
        "2 files: 2 errors",
    ]


def test_same_name_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", write("a.yaml", VALID), write("b.yaml", VALID)]) == 1
    assert "b.yaml:1:7  name  EMR-FILE-021\n" in capsys.readouterr().out


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    files = [write("a.yaml", INVALID), write("b.yaml", WARNING)]

    assert run(["validate", "--format", "json", *files]) == 1

    report = json.loads(capsys.readouterr().out)
    assert (report["files"], report["errors"], report["warnings"]) == (files, 2, 1)
    assert report["problems"][1] == {
        "rule": "EMR-CAPACITY-001",
        "severity": "error",
        "file": "a.yaml",
        "line": 4,
        "column": 45,
        "path": ["clusters", "etl", "task"],
        "message": "task nodes in a cluster without core nodes",
        "allowed": "core: {count: 1}",
        "aws_answer": None,
        "acknowledged": None,
    }


def test_json_without_problems(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "--format=json", write("dev.yaml", VALID)]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "files": ["dev.yaml"],
        "errors": 0,
        "warnings": 0,
        "acknowledged": 0,
        "problems": [],
    }


def test_unknown_format(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "--format", "xml", write("dev.yaml", VALID)]) == 2
    assert "'xml' is not one of 'text', 'json', 'sarif', 'junit'" in capsys.readouterr().err


def test_report_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    report = Path(write("report.sarif", "old"))

    assert run(["validate", "--format=sarif", f"--output={report}", write("a.yaml", INVALID)]) == 1

    assert capsys.readouterr().out == "1 file: 2 errors\n"
    [log] = json.loads(report.read_text(encoding="utf-8"))["runs"]
    assert [result["ruleId"] for result in log["results"]] == [
        "EMR-NETWORK-001",
        "EMR-CAPACITY-001",
    ]
    assert [path.name for path in Path().iterdir() if path.suffix != ".yaml"] == ["report.sarif"]


def test_report_that_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    file = write("a.yaml", INVALID)

    assert run(["validate", "--output", "absent/report.txt", file]) == 2

    assert capsys.readouterr().err == (
        "absent/report.txt: cannot be written: No such file or directory\n"
    )
