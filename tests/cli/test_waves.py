"""``emr-platform waves``: with a file and without."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emr_platform.cli.affected import affected
from emr_platform.cli.errors import CommandError
from emr_platform.cli.waves import waves
from tests.cli.revisions import edit, project_in, run


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two environments and a commit, in which the tests run."""
    return project_in(tmp_path / "project", monkeypatch)


@pytest.mark.usefixtures("project")
def test_waves() -> None:
    assert run(waves).stdout == "waves\n  1  canary  staging\n  2  silo    prod\n"
    assert run(waves, "--format", "github").stdout.splitlines()[1] == "environments=staging,prod"
    assert json.loads(run(waves, "--format", "json").stdout) == [
        {"name": "canary", "group": "canary", "environments": ["staging"]},
        {"name": "silo", "group": "silo", "environments": ["prod"]},
    ]


def test_waves_of_a_file(project: Path) -> None:
    file = project / "deployment.yaml"
    file.write_text("waves:\n  - {name: first, environments: [prod, tset]}\n")

    result = run(waves)
    assert result.stdout == "waves\n  1  first      prod\n  2  remaining  staging\n"
    assert "deployment.yaml:2:40  waves[0].environments[1]  EMR-WAVE-002" in result.stderr
    edit(project / "environments" / "prod.yaml", "emr-7.12.0", "emr-7.11.0")
    assert "  1  first  prod\n" in run(affected, "--since", "HEAD").stdout


def test_waves_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    result = run(waves)
    assert isinstance(result.exception, CommandError)
