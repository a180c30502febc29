"""``emr-platform list``, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emr_platform.cli.program import run
from tests.tenants.files import write_tenants

Text = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an environment file and a tenants file."""
    environments = tmp_path / "environments"
    write_tenants(environments)
    (environments / "dev.yaml").write_text(
        "name: dev\nregion: us-east-1\nclusters: {etl: {release: emr-7.12.0}}\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return environments


def test_table(capsys: Text) -> None:
    assert run(["list"]) == 0

    assert (
        capsys.readouterr().out
        == """\
name          tenant  tier    region     account       release     nodes
acme-prod     acme    silo    us-east-1  111122223333  emr-7.12.0     11
acme-staging  acme    silo    us-east-1  111122223333  emr-7.12.0      2
common        -       shared  eu-west-1  -             emr-7.12.0      3
dev           -       -       us-east-1  -             emr-7.12.0      1
globex        globex  bridge  eu-west-1  -             emr-7.12.0      3
tiny          tiny    pool    eu-west-1  -             -               0
"""
    )


def test_json_of_a_tenant(capsys: Text) -> None:
    assert run(["list", "acme", "--format", "json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in found] == ["acme-prod", "acme-staging"]
    assert found[0] == {
        "name": "acme-prod",
        "tenant": "acme",
        "tier": "silo",
        "region": "us-east-1",
        "account": "111122223333",
        "releases": ["emr-7.12.0"],
        "nodes": 11,
        "file": "environments/customers.yaml",
    }


def test_names_with_wildcards(capsys: Text) -> None:
    assert run(["list", "*-staging", "d?v"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["name", "acme-staging", "dev"]


def test_nobody_of_that_name(capsys: Text) -> None:
    assert run(["list", "nobody"]) == 1

    assert capsys.readouterr().err == "no environment or tenant is named nobody\n"


def test_one_of_several_whom_there_is_not(capsys: Text) -> None:
    assert run(["list", "acme", "no*", "nobody"]) == 1

    captured = capsys.readouterr()
    assert "acme-prod" in captured.out
    assert captured.err == "no environment or tenant is named no* or nobody\n"


def test_file_that_cannot_be_read(folder: Path, capsys: Text) -> None:
    (folder / "broken.yaml").write_bytes(b"name: \xff")

    assert run(["list"]) == 1

    captured = capsys.readouterr()
    assert captured.err.startswith("environments/broken.yaml:1:7  EMR-FILE-003\n")
    assert len(captured.out.splitlines()) == 7


def test_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Text) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")

    assert run(["list"]) == 2
    assert "there is no environment file" in capsys.readouterr().err
