"""A repository in which scripts of workflows run as on GitHub's runners, and what stands for the world outside."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
NODE_MODULES = ROOT / "node_modules"

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")

SMALL = """\
name: {name}
region: us-east-1
protection: {protection}
network: {{cidr: {cidr}, endpoints: [sts]}}
tags: {{owner: one}}
"""
MAKE = """\
#!/bin/sh
# Installing is done: the folder gets what the tests have.
folder=.
test "$1" = --directory && folder=$2
case " $* " in
*" install "*) mkdir -p "$folder/node_modules/.bin"
  ln -sfn "$REAL_VENV" "$folder/.venv"
  cp "$STUBS/cdk" "$folder/node_modules/.bin/cdk" ;;
*) exec "$MAKE_ITSELF" --assume-old=install "$@" ;;
esac
"""
CDK = """\
#!/bin/sh
echo "$@" >> "$STUBS/cdk.log"
"""
APP = """\
import os
import shutil
import subprocess
from pathlib import Path

from emr_platform.synthesis.worker import Made, serve


def synthesize(request):
    head = subprocess.check_output(["git", "rev-parse", "HEAD"], text=True).strip()
    made = Path(os.environ["STUBS"], f"templates-of-{head}", request.name)
    shutil.copytree(made, request.directory, dirs_exist_ok=True)
    return Made("", ())


serve(synthesize, refusals=())
"""
GH = """\
#!/bin/sh
echo "$@" >> "$STUBS/gh.log"
case "$*" in
"run list"*) cat "$STUBS/runs" ;;
*"--jq"*) cat "$STUBS/comment-id" ;;
*) cp comment.md "$STUBS/comment.md" ;;
esac
"""


@dataclass
class Runner:
    """Runs the steps of a job as GitHub's runner does, in a repository of its own."""

    folder: Path
    stubs: Path
    event: str = "push"
    values: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, step: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
        """Run a step; what it puts out is there for the following ones."""
        output = self.stubs / "output"
        output.write_text("")
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder,
            env=self._variables(step, output),
            capture_output=True,
            text=True,
            check=False,
        )
        for line in output.read_text().splitlines():
            key, _, value = line.partition("=")
            self.values[f"steps.{step['id']}.outputs.{key}"] = value
        return ended

    def log(self, name: str) -> list[str]:
        file = self.stubs / f"{name}.log"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def summary(self) -> str:
        return (self.stubs / "summary").read_text()

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Change something")
        return self.git("rev-parse", "HEAD")

    def edit(self, name: str, old: str, new: str) -> None:
        file = self.folder / "environments" / f"{name}.yaml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def _variables(self, step: Mapping[str, Any], output: Path) -> dict[str, str]:
        declared = {
            name: _EXPRESSION.sub(lambda match: self.values[match[1]], text)
            for name, text in step.get("env", {}).items()
        }
        return {
            **self._environment(),
            "GITHUB_EVENT_NAME": self.event,
            "GITHUB_REF_NAME": "main",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.stubs / "summary"),
            "RUNNER_TEMP": str(self.stubs),
            **self.environment,
            **declared,
        }

    def _environment(self) -> dict[str, str]:
        identity = {
            f"GIT_{who}_{what}": "somebody@example.com"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        return {
            "HOME": str(self.stubs),
            "PATH": f"{self.stubs}{os.pathsep}{BIN}{os.pathsep}{os.environ['PATH']}",
            "JSII_NODE": os.environ["JSII_NODE"],
            "GIT_CONFIG_GLOBAL": os.devnull,
            "STUBS": str(self.stubs),
            "REAL_VENV": str(BIN.parent),
            "NODE_MODULES": str(NODE_MODULES),
            "MAKE_ITSELF": str(shutil.which("make")),
            **identity,
        }


def runner_in(folder: Path) -> Runner:
    """A runner with a repository of two environments and one commit."""
    project, stubs = folder / "project", folder / "stubs"
    stubs.mkdir()
    for name, text in (
        ("make", MAKE),
        ("cdk", CDK),
        ("gh", GH),
    ):
        (stubs / name).write_text(text)
        (stubs / name).chmod(0o755)
    for name in ("comment-id", "summary"):
        (stubs / name).write_text("")
    (stubs / "runs").write_text("[]")
    (project / "environments").mkdir(parents=True)
    for name in ("Makefile", ".gitignore"):
        shutil.copy(ROOT / name, project / name)
    (project / "app.py").write_text(APP)
    (project / "cdk.json").write_text('{"app": ".venv/bin/python app.py"}')
    for name, protection, cidr in (
        ("alpha", "destroy", "10.1.0.0/16"),
        ("beta", "retain", "10.2.0.0/16"),
    ):
        text = SMALL.format(name=name, protection=protection, cidr=cidr)
        (project / "environments" / f"{name}.yaml").write_text(text)
    runner = Runner(project, stubs)
    runner.git("init", "--quiet", "--initial-branch=main")
    runner.values = {
        "github.repository": "somebody/environments",
        "github.token": "token",
        "github.event.pull_request.number": "7",
        "inputs.everything": "",
    }
    runner.commit()
    return runner
