"""``emr-platform lock``, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emr_platform.cli.program import run
from emr_platform.environment.files import environment_files
from emr_platform.tenants.estate import read_estate
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


def test_nothing_is_released_beside_a_name_that_has_no_range(folder: Path) -> None:
    (folder / "customers.lock.json").write_text(
        '{"version": 1, "ranges": {"gone": "10.64.0.0/20"}}', encoding="utf-8"
    )

    assert run(["lock", "--release", "gone", "--release", "goner"]) == 2

    assert ranges(folder) == {"gone": "10.64.0.0/20"}


def test_exhausted_pool(folder: Path, capsys: Text) -> None:
    small = CUSTOMERS.replace("10.64.0.0/10", "{cidr: 10.64.0.0/19}")
    write_tenants(folder, small, lock=None)

    assert run(["lock"]) == 1

    captured = capsys.readouterr()
    assert captured.err == "acme-prod: no range is left\n"
    assert [*ranges(folder)] == ["acme-staging", "common"]


def test_broken_lock_file_is_left_alone(folder: Path, capsys: Text) -> None:
    (folder / "customers.lock.json").write_text("<<<<<<< HEAD", encoding="utf-8")

    assert run(["lock", "--release", "gone"]) == 2

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


PARTNERS = """\
template: templates/standard.yaml
address_pool: 10.64.0.0/12
tenants:
  initech: {}
"""


def test_files_with_one_pool_do_not_give_out_the_same_range(folder: Path, capsys: Text) -> None:
    (folder / "partners.yaml").write_text(PARTNERS, encoding="utf-8")

    assert run(["lock", "--check"]) == 1
    checked = capsys.readouterr().out
    assert run(["lock"]) == 0

    assert capsys.readouterr().out == checked
    assert checked.endswith("initech: 10.64.48.0/20\n")
    assert run(["validate"]) == 0


def test_file_of_its_own_keeps_off_what_its_neighbours_have_given_out(
    folder: Path, capsys: Text
) -> None:
    run(["lock"])
    (folder / "partners.yaml").write_text(PARTNERS, encoding="utf-8")
    capsys.readouterr()

    assert run(["lock", "environments/partners.yaml"]) == 0

    assert capsys.readouterr().out == "initech: 10.64.48.0/20\n"


def test_range_that_two_files_have_given_out(folder: Path, capsys: Text) -> None:
    run(["lock"])
    (folder / "partners.yaml").write_text(PARTNERS, encoding="utf-8")
    (folder / "partners.lock.json").write_text(
        '{"version": 1, "ranges": {\n"acme-prod": "10.64.32.0/20",\n"initech": "10.64.16.0/20"}}',
        encoding="utf-8",
    )
    capsys.readouterr()
    message = (
        "environments/partners.lock.json:3:1  ranges.initech  EMR-TENANT-012\n"
        "  the range 10.64.16.0/20 of initech overlaps 10.64.16.0/20 of acme-staging in "
        "environments/customers.lock.json\n"
    )

    assert run(["lock", "--check"]) == 1
    assert message in capsys.readouterr().err
    assert run(["validate"]) == 1
    report = capsys.readouterr().out
    assert message in report
    assert "2 files: 1 error" in report
    problems = read_estate(environment_files(folder)).problems
    assert [each.path for each in problems] == [("ranges", "initech")]


def test_file_that_is_none_of_tenants(folder: Path, capsys: Text) -> None:
    assert run(["lock", "environments/templates/standard.yaml", "nothere.yaml"]) == 2

    captured = capsys.readouterr()
    assert "environments/templates/standard.yaml: this is no tenants file" in captured.err
    assert "nothere.yaml:1:1  EMR-FILE-001\n  there is no such file" in captured.err
    assert not (folder / "customers.lock.json").exists()


def test_tenants_file_that_is_no_yaml(folder: Path, capsys: Text) -> None:
    (folder / "customers.yaml").write_text("tenants:\n  acme: {tier: silo\n", encoding="utf-8")

    assert run(["lock"]) == 2

    assert "environments/customers.yaml:2:9  EMR-FILE-004" in capsys.readouterr().err
