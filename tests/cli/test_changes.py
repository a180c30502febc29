import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
import typer
from moto import mock_aws
from typer.testing import CliRunner, Result

from emr_platform.cli.changes import changes
from emr_platform.cli.errors import CommandError


def run(*arguments: str | Path) -> Result:
    app = typer.Typer()
    app.command()(changes)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def template(folder: Path, name: str, **resources: Any) -> Path:
    file = folder / name
    file.write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    return file


def bucket(name: str) -> Any:
    return {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    before = template(tmp_path, "before.json", Data=bucket("one"), Same=bucket("same"))
    return before, template(tmp_path, "after.json", Data=bucket("two"), Same=bucket("same"))


def test_text(pair: tuple[Path, Path]) -> None:
    result = run(*pair)
    assert result.exit_code == 3
    assert result.stdout == (
        "after.json\n"
        "  REPLACED: AWS::S3::Bucket Data\n"
        "    BucketName: one → two [replaces it]\n"
        "    lost: the objects in the bucket\n"
        "    note: CloudFormation deletes an empty bucket only: one with objects stays, outside of the stack\n"
        "    note: the new one begins empty\n"
        "\n"
        "Resources: 1 replaced, 1 unchanged\n"
        "This deployment stops here: 1 resource replaced or lost\n"
    )


def test_nothing_to_stop_for(pair: tuple[Path, Path]) -> None:
    result = run(pair[0], pair[0])
    assert result.exit_code == 0
    assert result.stdout == "Resources: 2 unchanged\nNothing is replaced or lost\n"


@pytest.mark.parametrize("allowed", ["Data", "AWS::S3::Bucket"])
def test_what_is_allowed_does_not_stop(pair: tuple[Path, Path], allowed: str) -> None:
    result = run(*pair, "--allow", "Other", "--allow", allowed)
    assert result.exit_code == 0
    assert "replaced, which is allowed: AWS::S3::Bucket Data" in result.stdout
    assert "Nothing else is replaced or lost" in result.stdout


def test_headline_tells_what_is_certain_from_what_is_not(tmp_path: Path) -> None:
    def database(engine: str, name: str) -> Any:
        return {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": engine, "DBName": name}}

    queue = {"Type": "AWS::SQS::Queue"}
    old = {"One": database("mysql", "a"), "Two": database("mysql", "a"), "Three": queue}
    new = {"One": database("mariadb", "a"), "Two": database("mysql", "b"), "Three": bucket("c")}
    result = run(template(tmp_path, "a.json", **old), template(tmp_path, "b.json", **new))
    assert result.exit_code == 3
    assert result.stdout.endswith(
        "This deployment stops here: 1 resource replaced or lost, "
        "1 resource that may be replaced, 1 resource that CloudFormation refuses\n"
    )


def test_json(pair: tuple[Path, Path]) -> None:
    result = run(*pair, "--format", "json")
    assert result.exit_code == 3
    report = json.loads(result.stdout)
    assert report["stops"] is True
    assert report["summary"]["replaced"] == 1
    [stack] = report["stacks"]
    [resource] = stack["resources"]
    assert (resource["logical_id"], resource["kind"], resource["fate"]) == (
        "Data",
        "replaced",
        "deleted",
    )
    assert resource["properties"] == [
        {
            "path": "BucketName",
            "before": "one",
            "after": "two",
            "effect": "replace",
            "because": None,
        }
    ]


def test_markdown_and_terminals_are_not_obeyed(tmp_path: Path) -> None:
    evil = "<img src=x> @team [a](b) `c` \x1b[2J\nnew | line"
    before = template(tmp_path, "before.json", Data=bucket("one"))
    after = template(tmp_path, "after.json", Data=bucket(evil))
    result = run(before, after, "--format", "markdown")
    assert result.exit_code == 3
    assert result.stdout.startswith("### This deployment stops here: 1 resource replaced or lost\n")
    assert "- **REPLACED**: AWS::S3::Bucket `Data`\n" in result.stdout
    assert r"\<img src=x\> \@team \[a\](b) \`c\`" in result.stdout
    for text in (result.stdout, run(before, after).stdout):
        assert "\x1b" not in text
        assert "\nnew" not in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a",), "name two: BEFORE and AFTER"),
        (("a", "b", "c"), "name two: BEFORE and AFTER"),
        (("a", "b", "--deployed"), "--deployed takes AFTER alone"),
        (("a", "b", "--region", "eu-west-1"), "--lookup-roles are for --deployed"),
        (("a", "b", "--lookup-roles"), "--lookup-roles are for --deployed"),
        (("a", "b", "--format", "xml"), "xml"),
    ],
)
def test_arguments_that_make_no_sense(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.output


@pytest.mark.parametrize("which", [0, 1])
def test_what_cannot_be_read_is_named(tmp_path: Path, pair: tuple[Path, Path], which: int) -> None:
    places = list(pair)
    places[which] = tmp_path / "missing.json"
    result = run(*places)
    assert result.exit_code == 1
    assert isinstance(result.exception, CommandError)
    assert str(result.exception).endswith("missing.json: cannot be read: No such file or directory")


def test_deployed(tmp_path: Path) -> None:
    template(tmp_path, "t.json", Data=bucket("two"))
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/eu-west-1",
        "properties": {"templateFile": "t.json", "stackName": "prod-storage"},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"S": artifact}}))
    body = json.dumps({"Resources": {"Data": bucket("one")}})
    with mock_aws():
        new = run("--deployed", tmp_path)
        client = boto3.client("cloudformation", region_name="eu-west-1")
        client.create_stack(StackName="prod-storage", TemplateBody=body)
        changed = run("--deployed", tmp_path)
        nobody = run("--deployed", tmp_path, "--profile", "nobody")
    assert new.exit_code == 0
    assert "prod-storage is new\n  added: AWS::S3::Bucket Data\n" in new.stdout
    assert changed.exit_code == 3
    assert "BucketName: one → two [replaces it]" in changed.stdout
    assert isinstance(nobody.exception, CommandError)


def test_program_ends_in_the_documented_status_without_loading_the_cdk(
    pair: tuple[Path, Path],
) -> None:
    code = (
        "import sys\nfrom emr_platform.cli.program import run\n"
        "status = run(['changes', *sys.argv[1:]])\n"
        "print(status, sorted({'aws_cdk', 'boto3', 'cfnlint'} & sys.modules.keys()))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, *pair], capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines()[-1] == "3 []"
    missing = subprocess.run(
        [sys.executable, "-c", code, pair[0], "missing"], capture_output=True, text=True, check=True
    )
    assert missing.stdout == "1 []\n"
    assert missing.stderr == "missing: cannot be read: No such file or directory\n"
