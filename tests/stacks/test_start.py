"""What the app asks of the CDK, which runs in a process of its own: when, and how much."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import ROOT

# An environment is mostly that: a message to another process and an answer, for each question.
MOST_REQUESTS = 370


@pytest.fixture(scope="module")
def requests(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Everything that the app asks for one environment, in the order in which it does."""
    environment = {
        # Writes requests to standard error.
        # https://aws.github.io/jsii/user-guides/lib-user/configuration/
        "JSII_DEBUG": "1",
        "CDK_OUTDIR": str(tmp_path_factory.mktemp("assembly")),
        "CDK_CONTEXT_JSON": json.dumps({"environment": "dev"}),
    }
    result = subprocess.run(
        [sys.executable, ROOT / "app.py"],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
    )
    lines = [line for line in result.stderr.splitlines() if line.startswith("> {")]
    return [json.loads(line[2:]) for line in lines]


def described(request: dict[str, Any]) -> str:
    return str(request.get("fqn") or request.get("api"))


def test_modules_ask_nothing_when_they_are_imported(requests: list[dict[str, Any]]) -> None:
    # Until the app is made, another thread waits for an answer. There is one connection.
    before = [described(request) for request in requests]
    before = before[: before.index("aws-cdk-lib.App")]

    assert [each for each in before if each != "load"] == [
        "aws-cdk-lib.CloudFormationValidatePlugin"
    ]


def test_one_environment_is_not_too_many_questions(requests: list[dict[str, Any]]) -> None:
    assert len(requests) <= MOST_REQUESTS


def test_templates_are_checked_once(requests: list[dict[str, Any]]) -> None:
    made = [described(request) for request in requests]

    assert made.count("aws-cdk-lib.CloudFormationValidatePlugin") == 1


def test_the_check_can_be_switched_off() -> None:
    program = "from stacks import start; start.begin(); print(start._begun)"
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "CDK_VALIDATION": "false"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    )

    assert result.stdout == "None\n"


def test_the_folder_of_an_app(tmp_path: Path) -> None:
    from stacks.start import new_app

    app = new_app(directory=str(tmp_path / "assembly"), context={"key": "value"})

    assert app.node.try_get_context("key") == "value"
    # A Python app's own lines are in none of them.
    assert app.node.try_get_context("aws:cdk:disable-creation-stack-traces") is True
    assert Path(app.synth().directory) == tmp_path / "assembly"
