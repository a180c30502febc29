"""``emr-platform lock``, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emr_platform.cli.program import run
from tests.tenants.files import CUSTOMERS, LOCK, write_tenants

Text = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a tenants file, of which nothing is locked."""
    write_tenants(tmp_path / "environments", lock=None)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "environments"


def ranges(folder: Path) -> dict[str, str]:
    text = (folder / "customers.lock.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)["ranges"]
    return found


def test_everybody_gets_a_range(folder: Path, capsys: Text) -> None:
    assert run(["lock"]) == 0

    assert capsys.readouterr().out == (
        "common: 10.64.0.0/20\nacme-staging: 10.64.16.0/20\nacme-prod: 10.64.32.0/20\n"
    )
    assert (folder / "customers.lock.json").read_text(encoding="utf-8") == LOCK
    assert run(["validate", "environments/customers.yaml"]) == 0


def test_nobody_moves(folder: Path, capsys: Text) -> None:
    run(["lock"])
    before = ranges(folder)
    tenants = CUSTOMERS.replace("tenants:\n", "tenants:\n  aaa: {}\n").replace(
        "staging: {", "test: {"
    )
    write_tenants(folder, tenants, lock=None)
    capsys.readouterr()

    assert run(["lock"]) == 0

    assert capsys.readouterr().out == "aaa: 10.64.48.0/20\nacme-test: 10.64.64.0/20\n"
    assert {name: ranges(folder)[name] for name in before} == before


def test_second_time_there_is_nothing_to_do(folder: Path, capsys: Text) -> None:
    run(["lock"])
    written = (folder / "customers.lock.json").stat().st_mtime_ns
    capsys.readouterr()

    assert run(["lock", "--check"]) == 0
    assert run(["lock"]) == 0

    assert capsys.readouterr().out == ""
    assert (folder / "customers.lock.json").stat().st_mtime_ns == written


def test_check_writes_nothing(folder: Path, capsys: Text) -> None:
    assert run(["lock", "--check"]) == 1

    assert not (folder / "customers.lock.json").exists()
    assert "customers.lock.json is not up to date" in capsys.readouterr().err


def test_range_of_one_who_is_gone_is_released_by_name_only(folder: Path) -> None:
    run(["lock"])
    write_tenants(
        folder, CUSTOMERS.replace("      staging: {parameters: {core_count: 1}}\n", ""), lock=None
    )
    assert run(["lock"]) == 0
    assert "acme-staging" in ranges(folder)

    assert run(["lock", "--release", "acme-staging"]) == 0

    assert [*ranges(folder)] == ["acme-prod", "common"]


def test_range_that_is_in_use_is_not_released(folder: Path, capsys: Text) -> None:
    run(["lock"])
    before = ranges(folder)

    assert run(["lock", "--release", "acme-prod"]) == 2

    assert "acme-prod is in environments/customers.yaml still" in capsys.readouterr().err
    assert ranges(folder) == before


def test_name_that_has_no_range(capsys: Text) -> None:
    assert run(["lock", "--release", "nobody"]) == 2

    assert "no lock file has a range of nobody" in capsys.readouterr().err


def test_exhausted_pool(folder: Path, capsys: Text) -> None:
    small = CUSTOMERS.replace("10.64.0.0/10", "{cidr: 10.64.0.0/19}")
    write_tenants(folder, small, lock=None)

    assert run(["lock"]) == 1

    captured = capsys.readouterr()
    assert captured.err == "acme-prod: no range is left\n"
    assert [*ranges(folder)] == ["acme-staging", "common"]


def test_broken_lock_file_is_left_alone(folder: Path, capsys: Text) -> None:
    (folder / "customers.lock.json").write_text("<<<<<<< HEAD", encoding="utf-8")

    assert run(["lock"]) == 2

    assert "git could not merge the file" in capsys.readouterr().err
    assert (folder / "customers.lock.json").read_text(encoding="utf-8") == "<<<<<<< HEAD"


def test_file_that_cannot_be_written(folder: Path, capsys: Text) -> None:
    (folder / "customers.lock.json").mkdir()

    assert run(["lock"]) == 2

    assert "cannot be read" in capsys.readouterr().err


def test_no_tenants_file(folder: Path, capsys: Text) -> None:
    (folder / "customers.yaml").unlink()

    assert run(["lock"]) == 2

    assert "there is no tenants file" in capsys.readouterr().err
