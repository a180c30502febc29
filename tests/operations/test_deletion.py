"""An environment can really be deleted, and its data only with both keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emr_platform.operations.inventory import take_inventory
from emr_platform.operations.local_aws import LocalAws
from emr_platform.operations.local_aws.cdk import Cdk
from tests.support import ROOT

ENVIRONMENT = """\
name: passing
region: us-east-1
protection: destroy
storage: {data: {lake: {}}}
result_store: {}
clusters:
  etl:
    release: emr-7.12.0
    bootstrap: {packages: {script: packages.sh}}
"""


def test_everything_goes_in_the_end(tmp_path: Path) -> None:
    file = tmp_path / "passing.yaml"
    file.write_text(ENVIRONMENT, encoding="utf-8")
    (tmp_path / "packages.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    assembly = tmp_path / "cdk.out"
    with LocalAws(node_modules=ROOT / "node_modules") as aws:
        cdk = Cdk(project=ROOT, environment=aws.environment(), node_modules=ROOT / "node_modules")

        def run(command: str, *arguments: str) -> int:
            context = ("--context", f"environment-file={file}")
            return cdk.run(command, "passing/*", *context, "--output", str(assembly), *arguments)

        deploy = (
            "deploy",
            "--require-approval",
            "never",
            "--method",
            "direct",
            "--concurrency",
            "2",
        )
        second_key = ("--context", "destroy-data=passing")
        assert cdk.bootstrap(account=aws.account, region=aws.region) == 0
        assert run(*deploy) == 0
        before = take_inventory(aws.client, environment="passing")
        assert len(before.stacks) == 4
        _fill([bucket.name for bucket in before.buckets], aws.client("s3"))
        # The second key is part of the templates, so it has to be deployed first.
        assert run(*deploy, *second_key) == 0
        # What was deployed last is what is destroyed; synthesizing it again would change nothing.
        assert replace(cdk, app=str(assembly)).destroy("passing/*") == 0

        assert take_inventory(aws.client, environment="passing").stacks == ()
        assert _what_is_left(aws) == {
            "buckets": [],
            "databases": [],
            "running clusters": [],
            "secrets": [],
            "keys": [],
            "security groups": [],
            "VPCs": [],
            "roles": [],
        }


def _fill(buckets: list[str], s3: Any) -> None:
    """Put two versions of an object into each bucket: only then is a deletion worth the name."""
    for bucket in buckets:
        for content in (b"old", b"new"):
            s3.put_object(Bucket=bucket, Key="object", Body=content)


def _what_is_left(aws: LocalAws) -> dict[str, list[str]]:
    """What an account would still hold of the environment, apart from what is there in any account."""
    ec2, emr, kms = aws.client("ec2"), aws.client("emr"), aws.client("kms")
    states = {"STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"}
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    names = {
        "buckets": [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]],
        "databases": [
            database["DBInstanceIdentifier"]
            for database in aws.client("rds").describe_db_instances()["DBInstances"]
        ],
        "running clusters": [
            cluster["Name"]
            for cluster in emr.list_clusters()["Clusters"]
            if cluster["Status"]["State"] in states
        ],
        "secrets": [
            secret["Name"] for secret in aws.client("secretsmanager").list_secrets()["SecretList"]
        ],
        "keys": [key["KeyId"] for key in keys if key["KeyState"] != "PendingDeletion"],
        "security groups": [
            group["GroupName"]
            for group in ec2.describe_security_groups()["SecurityGroups"]
            if group["GroupName"].startswith("passing-")
        ],
        "VPCs": [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]],
        "roles": [role["RoleName"] for role in aws.client("iam").list_roles()["Roles"]],
    }
    return {
        kind: [name for name in found if not name.startswith("cdk-hnb659fds-")]
        for kind, found in names.items()
    }


@pytest.mark.parametrize("protection", ["retain", "destroy"])
def test_one_key_is_not_enough(tmp_path: Path, protection: str) -> None:
    """What stays is in the template, so the template tells."""
    from aws_cdk import App

    from emr_platform.environment import load_environment
    from stacks.environment import EnvironmentStage

    file = tmp_path / "passing.yaml"
    file.write_text(ENVIRONMENT.replace("destroy", protection), encoding="utf-8")
    (tmp_path / "packages.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    app = App()
    stage = EnvironmentStage(
        app,
        spec=load_environment(file).spec,
        directory=tmp_path,
        destroy_data=protection == "retain",
    )

    template = stage.synth().get_stack_artifact(stage.storage.artifact_id).template

    policies = {
        resource["DeletionPolicy"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::S3::Bucket"
    }
    assert policies == {"RetainExceptOnCreate"}
