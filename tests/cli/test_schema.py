"""``emr-platform schema``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emr_platform.cli.program import run
from emr_platform.environment.schema import environment_schema


def test_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == environment_schema()


def test_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "environment.schema.json"
    file.write_text("old", encoding="utf-8")

    assert run(["schema", "--output", str(file)]) == 0
    assert json.loads(file.read_text(encoding="utf-8")) == environment_schema()
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == [file]


def test_to_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "absent" / "schema.json"

    assert run(["schema", "--output", str(file)]) == 1
    assert capsys.readouterr().err == f"{file}: cannot be written: No such file or directory\n"


def test_onto_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "schema.json").mkdir()

    assert run(["schema", "--output", str(tmp_path / "schema.json")]) == 1
    assert "cannot be written: Is a directory" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [tmp_path / "schema.json"]
