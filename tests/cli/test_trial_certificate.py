"""``emr-platform trial-certificate``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from emr_platform.cli.program import run


def command(output: Path, *more: str, region: str = "eu-west-1") -> int:
    return run(["trial-certificate", "--region", region, "--output", str(output), *more])


def test_only_its_owner_may_read_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "certs.zip"

    assert command(file, "--days", "30") == 0

    assert file.stat().st_mode & 0o777 == 0o600
    assert capsys.readouterr().out == (
        f"{file}: valid for *.eu-west-1.compute.internal, 30 days. "
        "For a trial only; keep it secret.\n"
    )
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_exists_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "certs.zip"
    file.write_text("mine", encoding="utf-8")

    assert command(file) == 1
    assert capsys.readouterr().err == f"{file}: exists already; --force overwrites it\n"
    assert file.read_text(encoding="utf-8") == "mine"

    assert command(file, "--force") == 0
    assert file.read_bytes().startswith(b"PK")


@pytest.mark.parametrize("region", ["Ireland", "eu-west-1a", ""])
def test_a_region_that_is_none(
    region: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(tmp_path / "certs.zip", region=region) == 1
    assert "allowed is a region such as eu-west-1" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "absent" / "certs.zip"

    assert command(file) == 1
    assert capsys.readouterr().err == f"{file}: cannot be written: No such file or directory\n"


@pytest.mark.parametrize("days", ["0", "826"])
def test_days_out_of_range(days: str, tmp_path: Path) -> None:
    assert command(tmp_path / "certs.zip", "--days", days) == 2


def test_without_the_package_that_it_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.delitem(
        sys.modules, "emr_platform.security_configuration.trial_certificate", raising=False
    )

    assert command(tmp_path / "certs.zip") == 1
    assert "pip install 'emr-platform[certificates]'" in capsys.readouterr().err
