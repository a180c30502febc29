"""Projects in repositories of git, for commands that compare revisions."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from emr_platform.cli.affected import affected

SMALL = """\
name: {name}
region: eu-west-1
protection: {protection}
clusters:
  etl:
    release: emr-7.12.0
    bootstrap:
      tools: {{script: scripts/tools.sh}}
"""


def run(command: Callable[..., None], *arguments: str) -> Result:
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, arguments)


def found(*arguments: str) -> dict[str, str]:
    result = run(affected, *arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    report: dict[str, Any] = json.loads(result.stdout)
    return {each["name"]: each["verdict"] for each in report["environments"]}


def git(folder: Path, *arguments: str) -> str:
    identity = {
        f"GIT_{who}_{what}": "somebody@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments],
        cwd=folder,
        env=inherited | identity | {"GIT_CONFIG_GLOBAL": os.devnull},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Change something")


def project_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository with two environments and a commit, and go there."""
    (folder / "environments" / "scripts").mkdir(parents=True)
    (folder / "stacks").mkdir()
    for name, protection in (("prod", "retain"), ("staging", "destroy")):
        text = SMALL.format(name=name, protection=protection)
        (folder / "environments" / f"{name}.yaml").write_text(text)
    (folder / "environments" / "scripts" / "tools.sh").write_text("#!/bin/bash\ntrue\n")
    (folder / "app.py").write_text("print('hello')\n")
    (folder / ".gitignore").write_text("*.pyc\n")
    git(folder, "init", "--quiet")
    commit(folder)
    monkeypatch.chdir(folder)
    # As within a hook of git's: it must not matter.
    monkeypatch.setenv("GIT_INDEX_FILE", "nonsense")
    monkeypatch.setenv("GIT_DIR", "nonsense")
    return folder


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def run_raising(*arguments: str) -> None:
    result = run(affected, *arguments)
    assert result.exception is not None
    raise result.exception


def changed(*arguments: str) -> set[str]:
    return {name for name, verdict in found(*arguments).items() if verdict != "unchanged"}
