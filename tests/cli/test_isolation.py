import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from emr_platform.cli.errors import CommandError
from emr_platform.cli.isolation import isolation

BUCKET = {"Type": "AWS::S3::Bucket"}


def run(*arguments: str | Path) -> Result:
    app = typer.Typer()
    app.command()(isolation)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def reader(action: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    policies = [{"PolicyName": "all", "PolicyDocument": document}]
    return {"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}}


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    """Two environments, one of which may read the other."""
    artifacts = {}
    for name, resources in (("dev", {"App": reader("s3:GetObject")}), ("prod", {"Data": BUCKET})):
        (tmp_path / f"{name}.json").write_text(json.dumps({"Resources": resources}))
        properties = {"templateFile": f"{name}.json", "tags": {"environment": name}}
        artifacts[f"{name}-stack"] = {
            "type": "aws:cloudformation:stack",
            "environment": "aws://unknown-account/eu-west-1",
            "properties": properties,
        }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return tmp_path


def test_not_apart(assembly: Path) -> None:
    result = run(assembly)
    assert result.exit_code == 1
    assert "NOT APART: dev-stack/App may read things of prod: s3" in result.stdout
    assert f"because of {assembly}/dev.json:1 " in result.stdout


def test_default_place(assembly: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(assembly)
    assert run().exit_code == 2
    assembly.rename(assembly.parent / "elsewhere")
    folder = assembly.parent / "work"
    folder.mkdir()
    (assembly.parent / "elsewhere").rename(folder / "cdk.out")
    monkeypatch.chdir(folder)
    assert run().exit_code == 1


def test_apart(assembly: Path) -> None:
    (assembly / "dev.json").write_text(json.dumps({"Resources": {"App": reader("sqs:*")}}))
    result = run(assembly)
    assert result.exit_code == 0
    assert result.stdout.endswith("2 environments are apart\n")


def test_json(assembly: Path) -> None:
    result = run(assembly, "--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["findings"][0]["id"] == "dev-stack/App/s3:read"


def test_accepted(assembly: Path) -> None:
    result = run(assembly, "--accept", "dev-stack/*/s3:read=auditors read = all")
    assert result.exit_code == 0
    assert "Accepted: auditors read = all" in result.stdout


@pytest.mark.parametrize("accepted", ["dev-stack/App/s3:read", "x=", "=why", "x= "])
def test_nothing_is_accepted_without_a_reason(assembly: Path, accepted: str) -> None:
    assert run(assembly, "--accept", accepted).exit_code == 2


def test_unreadable(assembly: Path) -> None:
    (assembly / "dev.json").write_text("{")
    result = run(assembly)
    assert isinstance(result.exception, CommandError)
    assert result.exception.exit_status == 2
    assert "dev.json" in str(result.exception)


def test_one_stack_twice(assembly: Path) -> None:
    result = run(assembly, assembly)
    assert isinstance(result.exception, CommandError)
    assert "has a stack dev-stack" in str(result.exception)
