"""The app with a pipeline: what it builds, and how it says no."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from emr_platform.problems import InvalidSpecError
from stacks.app import AppInputError, build
from tests.support import ROOT

BIN = Path(sys.executable).parent
PIPELINE = """\
pipeline:
  account: "111122223333"
  region: eu-west-1
  source: {codecommit: environments}
  environments: [staging, prod]
"""
SMALL = """\
name: {name}
region: eu-west-1
protection: {protection}
network: {{cidr: {cidr}, endpoints: [sts]}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with three environments, of which a pipeline deploys two."""
    (tmp_path / "environments").mkdir()
    for number, (name, protection) in enumerate(
        (("dev", "destroy"), ("staging", "destroy"), ("prod", "retain"))
    ):
        text = SMALL.format(name=name, protection=protection, cidr=f"10.{number}.0.0/16")
        (tmp_path / "environments" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "deployment.yaml").write_text(PIPELINE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def built(**context: str) -> list[str]:
    app = App(context={"pipeline": "deployment.yaml", **context})
    return [stage.spec.name for stage in build(app)]


def stages(template: Path) -> dict[str, list[str]]:
    resources: dict[str, Any] = json.loads(template.read_text(encoding="utf-8"))["Resources"]
    [pipeline] = [
        each for each in resources.values() if each["Type"] == "AWS::CodePipeline::Pipeline"
    ]
    return {
        stage["Name"]: [action["Name"] for action in stage["Actions"]]
        for stage in pipeline["Properties"]["Stages"]
    }


def test_real_command_line(folder: Path) -> None:
    """From the files of a project to the pipeline, in the way the pipeline itself does it."""
    for name in ("app.py", "cdk.json", "package.json"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("stacks", "node_modules"):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").symlink_to(BIN.parent)

    ended = subprocess.run(
        ["node_modules/.bin/cdk", "synth", "--quiet", "--context", "pipeline=deployment.yaml"],
        cwd=folder,
        env=os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    assert stages(folder / "cdk.out" / "environments-pipeline.template.json") == {
        "Source": ["environments"],
        "Build": ["Synth"],
        "UpdatePipeline": ["SelfMutate"],
        "staging": ["Changes-canary", "network.Deploy", "storage.Deploy"],
        "prod": ["Changes-silo", "Approve-silo", "network.Deploy", "storage.Deploy"],
    }
    assert {each.name for each in (folder / "cdk.out").glob("assembly-*")} == {
        "assembly-prod",
        "assembly-staging",
    }
    # The version that this project is tried with.
    version = json.loads((ROOT / "package.json").read_text())["devDependencies"]["aws-cdk"]
    text = (folder / "cdk.out" / "environments-pipeline.template.json").read_text()
    assert f"npm install -g aws-cdk@{version}" in text
    assert "--context pipeline=deployment.yaml" in text


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("other", ["environment", "environment-file", "destroy-data"])
def test_nothing_that_only_the_command_line_says(other: str) -> None:
    with pytest.raises(AppInputError, match=f"without --context {other}"):
        built(**{other: "prod"})


def test_file_without_a_pipeline(folder: Path) -> None:
    (folder / "deployment.yaml").write_text("waves: [{name: all}]\n", encoding="utf-8")

    with pytest.raises(
        InvalidSpecError,
        match=r"^deployment\.yaml:1:1  pipeline  EMR-FILE-014\n  .*nothing of a pipeline",
    ):
        built()


@pytest.mark.usefixtures("folder")
def test_file_that_is_not_there() -> None:
    with pytest.raises(InvalidSpecError, match=r"^other\.yaml:1:1  EMR-FILE-001"):
        built(pipeline="other.yaml")


@pytest.mark.usefixtures("folder")
def test_what_codepipeline_refuses_has_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emr_platform.deployment.pipeline_plan.MOST_ACTIONS_OF_A_STAGE", 3)

    with pytest.raises(
        InvalidSpecError,
        match=re.escape(
            "deployment.yaml:1:1  pipeline  EMR-PIPELINE-002\n  the environment prod has 2 stacks"
        ),
    ):
        built()


def test_environment_that_is_not_valid(folder: Path) -> None:
    (folder / "environments" / "prod.yaml").write_text("name: prod\n", encoding="utf-8")

    with pytest.raises(InvalidSpecError, match=r"prod\.yaml:1:1  region"):
        built()


def test_warnings_are_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = PIPELINE.replace("staging,", "staging, stgaing,")
    (folder / "deployment.yaml").write_text(text, encoding="utf-8")

    assert built() == ["prod", "staging"]
    assert "deployment.yaml:5:27  pipeline.environments[1]  EMR-WAVE-002" in capsys.readouterr().err
