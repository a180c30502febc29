"""The real CDK command line deploys to the local AWS, and deletes what it deployed."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from emr_platform.operations.local_aws import Cdk, LocalAws
from tests.operations.local_aws.custom_resources_app import ASSET, COPIED_KEY, synthesize


@dataclass(frozen=True)
class Observed:
    """What there was after the deployment, and what after the destruction."""

    outputs: dict[str, dict[str, str]]
    statuses: dict[str, str]
    exports: dict[str, str]
    default_security_group: dict[str, Any]
    group: dict[str, Any]
    copied: bytes
    buckets: set[str]
    stacks_left: set[str]
    exports_left: set[str]
    buckets_left: set[str]
    vpcs_left: set[str]


@pytest.fixture(scope="module")
def observed(
    aws: LocalAws, node_modules: Path, tmp_path_factory: pytest.TempPathFactory
) -> Observed:
    folder = tmp_path_factory.mktemp("project")
    environment = aws.environment()
    assembly, outputs_file = folder / "assembly", folder / "outputs.json"
    synthesize(assembly)
    cdk = Cdk(project=folder, environment=environment, node_modules=node_modules, app=str(assembly))
    assert cdk.bootstrap(account=aws.account, region=aws.region) == 0
    assert cdk.deploy(outputs_file=outputs_file) == 0
    cloudformation, ec2, s3 = aws.client("cloudformation"), aws.client("ec2"), aws.client("s3")
    outputs = json.loads(outputs_file.read_text())
    bucket_name = outputs["Storage"]["BucketName"]
    vpc_filter = [{"Name": "vpc-id", "Values": [outputs["Network"]["VpcId"]]}]
    groups = ec2.describe_security_groups(Filters=vpc_filter)["SecurityGroups"]
    before = {
        "outputs": outputs,
        "statuses": _statuses(cloudformation),
        "exports": _exports(cloudformation),
        "default_security_group": next(g for g in groups if g["GroupName"] == "default"),
        "group": next(g for g in groups if g["GroupId"] == outputs["Storage"]["GroupId"]),
        "copied": s3.get_object(Bucket=bucket_name, Key=COPIED_KEY)["Body"].read(),
        "buckets": _buckets(s3),
    }

    # Something that only whoever knows of versions can delete.
    s3.put_object(Bucket=bucket_name, Key="hidden", Body=b"version under a delete marker")
    s3.delete_object(Bucket=bucket_name, Key="hidden")
    assert cdk.destroy() == 0
    return Observed(
        **before,
        stacks_left=set(_statuses(cloudformation)),
        exports_left=set(_exports(cloudformation)),
        buckets_left=_buckets(s3),
        vpcs_left={vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]},
    )


def _statuses(cloudformation: Any) -> dict[str, str]:
    stacks = cloudformation.describe_stacks()["Stacks"]
    return {stack["StackName"]: stack["StackStatus"] for stack in stacks}


def _exports(cloudformation: Any) -> dict[str, str]:
    exports = cloudformation.list_exports()["Exports"]
    return {export["Name"]: export["Value"] for export in exports}


def _buckets(s3: Any) -> set[str]:
    return {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}


@pytest.mark.parametrize("stack", ["CDKToolkit", "Network", "Storage"])
def test_stack_is_complete(observed: Observed, stack: str) -> None:
    assert observed.statuses[stack] == "CREATE_COMPLETE"


def test_stack_exports_what_another_one_imports(observed: Observed) -> None:
    vpc_id = observed.outputs["Network"]["VpcId"]
    exported = {name: value for name, value in observed.exports.items() if "Network:" in name}
    assert list(exported.values()) == [vpc_id]
    assert observed.group["VpcId"] == vpc_id


def test_default_security_group_has_lost_its_rules(observed: Observed) -> None:
    # https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html: it has one of each otherwise.
    assert observed.default_security_group["IpPermissions"] == []
    assert observed.default_security_group["IpPermissionsEgress"] == []


def test_other_security_groups_keep_their_rules(observed: Observed) -> None:
    (rule,) = observed.group["IpPermissionsEgress"]
    assert rule["IpProtocol"] == "-1"
    assert [peer["CidrIp"] for peer in rule["IpRanges"]] == ["0.0.0.0/0"]


def test_object_is_copied_from_the_asset(observed: Observed) -> None:
    assert observed.copied == ASSET.read_bytes()


def test_what_a_custom_resource_answers_is_an_attribute(observed: Observed) -> None:
    # The ETag of an object of one part, without a KMS key, is its MD5 digest.
    digest = hashlib.md5(ASSET.read_bytes(), usedforsecurity=False).hexdigest()
    assert observed.outputs["Storage"]["ETag"].strip('"') == digest


def test_destroying_leaves_nothing_but_the_toolkit(observed: Observed) -> None:
    assert "CDKToolkit" in observed.stacks_left
    assert not {"Network", "Storage"} & observed.stacks_left
    assert not [name for name in observed.exports_left if "Network:" in name]
    assert observed.outputs["Network"]["VpcId"] not in observed.vpcs_left


def test_bucket_with_objects_is_emptied_and_deleted(observed: Observed) -> None:
    bucket_name = observed.outputs["Storage"]["BucketName"]
    assert bucket_name in observed.buckets
    assert observed.buckets - observed.buckets_left == {bucket_name}
