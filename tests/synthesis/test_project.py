"""The project's files are read as the CDK's command line reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emr_platform.synthesis.project import CdkProject, ProjectError, read_project


def write(folder: Path, name: str, content: Any) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content), encoding="utf-8")


def read(folder: Path, **context: str) -> CdkProject:
    return read_project(folder, context=context, home=folder / "home")


def test_app_and_context(tmp_path: Path) -> None:
    write(tmp_path, "cdk.json", {"app": "python app.py", "context": {"flag": True}})

    project = read(tmp_path)

    assert project.app == "python app.py"
    assert project.context == {
        "flag": True,
        "aws:cdk:enable-path-metadata": True,
        "aws:cdk:enable-asset-metadata": True,
        "aws:cdk:version-reporting": True,
        "aws:cdk:bundling-stacks": ["**"],
        "@aws-cdk/core:failSynthOnValidationErrors": False,
    }


def test_what_goes_over_what(tmp_path: Path) -> None:
    write(tmp_path / "home", ".cdk.json", {"context": dict.fromkeys("abcd", "user")})
    write(tmp_path, "cdk.context.json", dict.fromkeys("abc", "looked up"))
    write(tmp_path, "cdk.json", {"app": "x", "context": dict.fromkeys("ab", "project")})

    context = read(tmp_path, a="command line").context

    assert {key: context[key] for key in "abcd"} == {
        "a": "command line",
        "b": "project",
        "c": "looked up",
        "d": "user",
    }


def test_settings_are_context(tmp_path: Path) -> None:
    settings = {"versionReporting": False, "pathMetadata": False, "staging": False}
    write(tmp_path, "cdk.json", {"app": ["python", "app.py"], **settings})

    project = read(tmp_path)

    assert project.app == "python app.py"
    assert "aws:cdk:enable-path-metadata" not in project.context
    assert "aws:cdk:version-reporting" not in project.context
    assert project.context["aws:cdk:disable-version-reporting"] is True
    assert project.context["aws:cdk:disable-asset-staging"] is True


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "there is no cdk.json here"),
        ("{", "is not JSON"),
        ("[]", "is no object"),
        ("{}", "names no app"),
        ('{"app": 1}', "names no app"),
        ('{"app": "x", "context": []}', "its context is no object"),
    ],
)
def test_no_project(tmp_path: Path, content: str | None, reason: str) -> None:
    if content is not None:
        (tmp_path / "cdk.json").write_text(content, encoding="utf-8")

    with pytest.raises(ProjectError, match=reason):
        read(tmp_path)
