"""The digest of the program misses whatever can change a template, and nothing else."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from emr_platform.synthesis import program as module
from emr_platform.synthesis.program import Program
from emr_platform.synthesis.project import CdkProject

SOURCES = ("app.py", "stacks")
NODE = "bin/node"
ENVIRON = {"PATH": os.environ["PATH"], "CDK_DEFAULT_REGION": "eu-west-1"}


@pytest.fixture
def project(tmp_path: Path) -> CdkProject:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "bin").mkdir()
    (tmp_path / "app.py").write_text("print()", encoding="utf-8")
    (tmp_path / "stacks" / "one.py").write_text("ONE = 1", encoding="utf-8")
    node(tmp_path, "v24.1.0")
    return CdkProject(tmp_path, "python app.py", {"flag": True, "other": False})


def node(folder: Path, version: str) -> None:
    file = folder / NODE
    file.write_text(f"#!/bin/sh\necho {version}\n", encoding="utf-8")
    file.chmod(0o755)


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def digest(project: CdkProject, **environ: str) -> str:
    return Program(project, {**ENVIRON, **environ}).digest(SOURCES, NODE)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: write(folder, "app.py", "print(1)"),
        lambda folder: write(folder, "stacks/one.py", "ONE = 2"),
        lambda folder: write(folder, "stacks/two.py", ""),
        lambda folder: write(folder, "stacks/data.json", "{}"),
        lambda folder: (folder / "stacks/one.py").rename(folder / "stacks/other.py"),
        lambda folder: (folder / "stacks/one.py").unlink(),
        lambda folder: node(folder, "v24.2.0"),
        lambda folder: write(folder, ".emr-platform/catalog.json", "{}"),
    ],
    ids=[
        "app",
        "module",
        "new module",
        "data",
        "name of a module",
        "deleted module",
        "Node.js",
        "catalogue",
    ],
)
def test_files_that_matter(project: CdkProject, change: Callable[[Path], object]) -> None:
    before = digest(project)
    change(project.directory)

    assert digest(project) != before


def test_files_are_compared_by_content(project: CdkProject) -> None:
    """A clone has other times; an edit may leave size and time as they were."""
    before = digest(project)
    file = project.directory / "stacks" / "one.py"
    stat = file.stat()
    os.utime(file, (1, 1))
    assert digest(project) == before

    file.write_text("ONE = 3", encoding="utf-8")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert file.stat().st_size == stat.st_size
    assert digest(project) != before


def test_files_without_meaning(project: CdkProject) -> None:
    before = digest(project)
    for name in ("stacks/__pycache__/one.cpython-311.pyc", "stacks/.one.py.swp", "tests/test.py"):
        write(project.directory, name, "other")

    assert digest(project) == before


@pytest.mark.parametrize(
    "change",
    [
        {"app": "python3 app.py"},
        {"context": {"flag": False, "other": False}},
        {"context": {"flag": True, "other": False, "new": 1}},
    ],
    ids=["command line", "feature flag", "new context"],
)
def test_project_matters(project: CdkProject, change: dict[str, object]) -> None:
    assert digest(replace(project, **change)) != digest(project)  # type: ignore[arg-type]


def test_context_without_meaning(project: CdkProject) -> None:
    """Its order; and what says something of one environment is part of that one's key."""
    context = {
        "environment": "a",
        "environment-file": "b.yaml",
        "destroy-data": "c",
        "other": False,
        "flag": True,
    }

    assert digest(replace(project, context=context)) == digest(project)


@pytest.mark.parametrize(
    "name",
    ["CDK_DEFAULT_ACCOUNT", "CDK_DEFAULT_REGION", "CDK_VALIDATION", "JSII_X", "NODE_OPTIONS"],
)
def test_variables_that_matter(project: CdkProject, name: str) -> None:
    assert digest(project, **{name: "1"}) != digest(project)


@pytest.mark.parametrize(
    "name", ["HOME", "CDK_DISABLE_VERSION_CHECK", "CDK_OUTDIR", "EMR_PLATFORM_TRACEBACK"]
)
def test_variables_without_meaning(project: CdkProject, name: str) -> None:
    assert digest(project, **{name: "1"}) == digest(project)


def test_content_of_the_named_catalogue_matters(project: CdkProject) -> None:
    for name, text in (("a.json", "{}"), ("b.json", "{}"), ("c.json", '{"a": 1}')):
        write(project.directory, name, text)

    def digest_with(name: str) -> str:
        return digest(project, EMR_PLATFORM_CATALOG=name)

    assert digest_with("a.json") == digest_with("b.json") != digest_with("c.json")


def test_version_of_python_matters(project: CdkProject, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(project)
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")

    assert digest(project) != before


@pytest.mark.parametrize("name", ["aws_cdk_lib", "constructs", "jsii", "anything"])
def test_versions_of_packages_matter(
    project: CdkProject, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    site = project.directory / "site"
    monkeypatch.setattr(sys, "path", [*sys.path, str(site), "nowhere"])
    (site / f"{name}-1.0.0.dist-info").mkdir(parents=True)
    before = digest(project)
    (site / f"{name}-1.0.0.dist-info").rename(site / f"{name}-1.0.1.dist-info")

    assert digest(project) != before


def test_format_matters(project: CdkProject, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(project)
    monkeypatch.setattr(module, "FORMAT", module.FORMAT + 1)

    assert digest(project) != before


def test_node_that_is_not_there(project: CdkProject) -> None:
    program = Program(project, ENVIRON)

    assert program.node_version("bin/none") == ""
    assert program.node_version("no-such-command") == ""


def test_change_during_a_run(project: CdkProject) -> None:
    for file in ("app.py", "stacks/one.py"):
        os.utime(project.directory / file, (1, 1))
    program = Program(project, ENVIRON)
    program.digest(SOURCES, NODE)
    assert not program.has_changed()

    os.utime(project.directory / "stacks/one.py", (time.time() + 1,) * 2)

    assert program.has_changed()
