import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws

from emr_platform.changes.compare import compare
from emr_platform.changes.model import Kind
from emr_platform.operations.deployed_templates import DeployedTemplatesError, read_deployed
from emr_platform.templates.model import Source, stack_of
from emr_platform.templates.reading import read
from tests.support import ACCOUNT, REGION

BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "deployed"}}
TOPIC = {"Type": "AWS::SNS::Topic"}
TEMPLATE = {"Resources": {"Bucket": BUCKET}}
AS_YAML = """\
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Sub deployed}
"""


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with mock_aws():
        yield boto3.client("cloudformation", region_name=REGION)


def assembly(*names: str, account: str | None = None, region: str | None = REGION) -> Source:
    stacks = {}
    for name in names:
        plain = stack_of(TEMPLATE, name=name, place=name)
        stacks[name] = type(plain)(
            name=name, resources=plain.resources, account=account, region=region
        )
    return Source("cdk.out", stacks, is_assembly=True)


@pytest.mark.parametrize("body", [json.dumps(TEMPLATE), AS_YAML], ids=["json", "yaml"])
def test_templates_of_stacks_that_exist_are_read(aws: Any, body: str) -> None:
    aws.create_stack(StackName="prod-storage", TemplateBody=body)
    wanted = assembly("prod-storage", "prod-new", account=ACCOUNT)
    before = read_deployed(wanted)
    assert list(before.stacks) == ["prod-storage"]
    assert before.stacks["prod-storage"].resources["Bucket"].type == "AWS::S3::Bucket"
    comparison = compare(before.stacks, wanted.stacks)
    assert {stack.name: stack.is_new for stack in comparison.stacks} == {
        "prod-new": True,
        "prod-storage": False,
    }
    expected = Kind.UNCHANGED if body.startswith("{") else Kind.REPLACED
    [storage] = [stack for stack in comparison.stacks if not stack.is_new]
    assert storage.resources[0].kind is expected


def test_region_is_that_of_the_stack_and_then_the_one_given(aws: Any) -> None:
    aws.create_stack(StackName="a", TemplateBody=json.dumps(TEMPLATE))
    assert list(read_deployed(assembly("a", region=None), region=REGION).stacks) == ["a"]
    assert list(read_deployed(assembly("a"), region="us-east-2").stacks) == ["a"]
    assert list(read_deployed(assembly("a", region="us-east-2")).stacks) == []
    with pytest.raises(DeployedTemplatesError, match="a: its region is not known; give --region"):
        read_deployed(assembly("a", region=None))


@pytest.mark.usefixtures("aws")
def test_credentials_of_another_account_are_refused() -> None:
    with pytest.raises(DeployedTemplatesError, match=f"account 999999999999, .* for {ACCOUNT}"):
        read_deployed(assembly("a", account="999999999999"))


ROLE = (
    "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/cdk-lookup-${AWS::AccountId}-${AWS::Region}"
)


def test_lookup_roles_lead_to_other_accounts(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.create_stack(StackName="ours", TemplateBody=json.dumps(TEMPLATE))
    # moto keeps the accounts apart: what a role of the other one reads is there.
    assumed = boto3.client("sts").assume_role(
        RoleArn="arn:aws:iam::999999999999:role/any", RoleSessionName="test"
    )["Credentials"]
    boto3.client(
        "cloudformation",
        region_name=REGION,
        aws_access_key_id=assumed["AccessKeyId"],
        aws_secret_access_key=assumed["SecretAccessKey"],
        aws_session_token=assumed["SessionToken"],
    ).create_stack(StackName="theirs", TemplateBody=json.dumps({"Resources": {"Topic": TOPIC}}))
    asked: list[str] = []
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def noted(self: BaseClient, operation: str, arguments: Any) -> Any:
        if operation == "AssumeRole":
            asked.append(arguments["RoleArn"])
        return call(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", noted)
    wanted = assembly("ours", "theirs", "new")
    stacks = {name: replace(each, lookup_role=ROLE) for name, each in wanted.stacks.items()}
    stacks["theirs"] = replace(stacks["theirs"], account="999999999999")

    found = read_deployed(replace(wanted, stacks=stacks), lookup_roles=True)

    assert list(found.stacks) == ["ours", "theirs"]
    assert list(found.stacks["theirs"].resources) == ["Topic"]
    # Once for each role, however many stacks there are.
    assert asked == [
        f"arn:aws:iam::{account}:role/cdk-lookup-{account}-{REGION}"
        for account in (ACCOUNT, "999999999999")
    ]


@pytest.mark.usefixtures("aws")
def test_assembly_without_lookup_roles() -> None:
    with pytest.raises(DeployedTemplatesError, match="a: the assembly names no lookup role"):
        read_deployed(assembly("a"), lookup_roles=True)


@pytest.mark.usefixtures("aws")
def test_profile_that_does_not_exist_is_named() -> None:
    with pytest.raises(DeployedTemplatesError, match="nobody"):
        read_deployed(assembly("a"), profile="nobody")


@pytest.mark.usefixtures("aws")
def test_refusal_of_aws_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: object, operation: str, __: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)

    monkeypatch.setattr(BaseClient, "_make_api_call", denied)
    with pytest.raises(DeployedTemplatesError, match=r"AccessDenied.*GetTemplate"):
        read_deployed(assembly("a"))


def test_single_template_does_not_say_which_stack(tmp_path: Path) -> None:
    file = tmp_path / "t.json"
    file.write_text(json.dumps(TEMPLATE))
    with pytest.raises(DeployedTemplatesError, match="name a cloud assembly"):
        read_deployed(read(file))


def test_extra_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(DeployedTemplatesError, match=r"pip install 'emr-platform\[operations\]'"):
        read_deployed(assembly("a"))
