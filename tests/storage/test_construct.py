"""The template of an environment's buckets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from emr_platform.storage import (
    ConfigBucketSpec,
    DataBucketSpec,
    ExternalBucketSpec,
    LogBucketSpec,
    Storage,
    StorageSpec,
)
from emr_platform.testing import Synthesized, masked
from tests.support import lint, new_app, synthesize

EVERYTHING = StorageSpec(
    logs=LogBucketSpec(expire_after_days=365),
    config=ConfigBucketSpec(expire_old_versions_after_days=10),
    data={
        "input": DataBucketSpec(),
        "out-put": DataBucketSpec(
            expire_after_days=400,
            expire_old_versions_after_days=7,
            infrequent_access_after_days=60,
        ),
        "output": DataBucketSpec(),
    },
    external={"lake": ExternalBucketSpec(bucket_name="company-lake")},
)


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """One app with the fewest buckets, and with all of them to be destroyed."""
    app = new_app(tmp_path_factory.mktemp("storage"))
    Storage(cdk.Stack(app, "Defaults"), "Storage", spec=StorageSpec())
    Storage(
        cdk.Stack(app, "Everything"),
        "Storage",
        spec=EVERYTHING,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    return synthesize(app)


@pytest.fixture
def templates(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def buckets(synthesis: Synthesized, stack: str) -> list[dict[str, Any]]:
    return list(synthesis.resources(stack, "AWS::S3::Bucket").values())


def bucket(synthesis: Synthesized, stack: str, prefix: str) -> dict[str, Any]:
    """The properties of the bucket whose access logs are written under a prefix."""
    (found,) = (
        each["Properties"]
        for each in buckets(synthesis, stack)
        if each["Properties"].get("LoggingConfiguration", {}).get("LogFilePrefix") == prefix
    )
    properties: dict[str, Any] = found
    return properties


def access_log_bucket(synthesis: Synthesized, stack: str) -> tuple[str, dict[str, Any]]:
    ((logical_id, resource),) = (
        (logical_id, resource)
        for logical_id, resource in synthesis.resources(stack, "AWS::S3::Bucket").items()
        if "LoggingConfiguration" not in resource["Properties"]
    )
    return logical_id, resource["Properties"]


def lifecycle(properties: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The lifecycle rules of a bucket by their id; all of them must be in force, for all objects."""
    rules = {}
    for rule in properties["LifecycleConfiguration"]["Rules"]:
        assert rule["Status"] == "Enabled"
        assert not {"Prefix", "TagFilters"} & rule.keys()
        rules[rule["Id"]] = {
            key: value for key, value in rule.items() if key not in {"Id", "Status"}
        }
    assert rules.pop("AbortUploads") == {
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}
    }
    return rules


def test_template_with_nothing_set(synthesis: Synthesized, templates: SnapshotAssertion) -> None:
    assert masked(synthesis.template("Defaults")) == templates


def test_template_with_everything_set(synthesis: Synthesized, templates: SnapshotAssertion) -> None:
    assert masked(synthesis.template("Everything")) == templates


def test_nothing_is_found_and_nothing_acknowledged(synthesis: Synthesized) -> None:
    assert synthesis.findings == ()
    assert synthesis.acknowledged == frozenset()


@pytest.mark.parametrize("stack", ["Defaults", "Everything"])
def test_cfn_lint(synthesis: Synthesized, stack: str) -> None:
    assert lint(synthesis.template_file(stack)) == []


@pytest.mark.parametrize(("stack", "count"), [("Defaults", 3), ("Everything", 6)])
def test_every_bucket_is_private_and_unnamed(
    synthesis: Synthesized, stack: str, count: int
) -> None:
    assert len(buckets(synthesis, stack)) == count
    for each in buckets(synthesis, stack):
        properties = each["Properties"]
        assert properties["PublicAccessBlockConfiguration"] == {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        }
        assert properties["OwnershipControls"] == {
            "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]
        }
        assert "AccessControl" not in properties
        assert "BucketName" not in properties


@pytest.mark.parametrize("stack", ["Defaults", "Everything"])
def test_every_bucket_takes_tls_1_2_only(synthesis: Synthesized, stack: str) -> None:
    policies = {
        policy["Properties"]["Bucket"]["Ref"]: policy["Properties"]["PolicyDocument"]["Statement"]
        for policy in synthesis.resources(stack, "AWS::S3::BucketPolicy").values()
    }

    assert policies.keys() == synthesis.resources(stack, "AWS::S3::Bucket").keys()
    for logical_id, statements in policies.items():
        arn = {"Fn::GetAtt": [logical_id, "Arn"]}
        refused = [statement for statement in statements if statement["Effect"] == "Deny"]
        assert [statement["Condition"] for statement in refused] == [
            {"Bool": {"aws:SecureTransport": "false"}},
            {"NumericLessThan": {"s3:TlsVersion": 1.2}},
        ]
        for statement in refused:
            assert statement["Principal"] == {"AWS": "*"}
            assert statement["Action"] == "s3:*"
            assert statement["Resource"] == [arn, {"Fn::Join": ["", [arn, "/*"]]}]


@pytest.mark.parametrize("stack", ["Defaults", "Everything"])
def test_every_bucket_has_a_key_of_its_own(synthesis: Synthesized, stack: str) -> None:
    keys = synthesis.resources(stack, "AWS::KMS::Key")
    used = []
    for each in buckets(synthesis, stack):
        (rule,) = each["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        encryption = rule["ServerSideEncryptionByDefault"]
        if "LoggingConfiguration" in each["Properties"]:
            assert encryption["SSEAlgorithm"] == "aws:kms"
            assert rule["BucketKeyEnabled"] is True
            used.append(encryption["KMSMasterKeyID"]["Fn::GetAtt"][0])
        else:
            # Access logs cannot be delivered to a bucket with a KMS key.
            assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}

    assert sorted(used) == sorted(keys)
    for key in keys.values():
        assert key["Properties"]["EnableKeyRotation"] is True


def test_access_is_recorded_for_each_bucket(synthesis: Synthesized) -> None:
    target, _ = access_log_bucket(synthesis, "Everything")
    prefixes = {}
    for logical_id, each in synthesis.resources("Everything", "AWS::S3::Bucket").items():
        if logical_id != target:
            logging = each["Properties"]["LoggingConfiguration"]
            assert logging["DestinationBucketName"] == {"Ref": target}
            prefixes[logical_id] = logging["LogFilePrefix"]
    (policy,) = (
        policy["Properties"]["PolicyDocument"]
        for policy in synthesis.resources("Everything", "AWS::S3::BucketPolicy").values()
        if policy["Properties"]["Bucket"] == {"Ref": target}
    )
    deliveries = [
        statement
        for statement in policy["Statement"]
        if statement["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    ]

    assert sorted(prefixes.values()) == [
        "config/",
        "data/input/",
        "data/out-put/",
        "data/output/",
        "logs/",
    ]
    assert {
        statement["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::GetAtt"][0]: statement["Resource"]
        for statement in deliveries
    } == {
        source: {"Fn::Join": ["", [{"Fn::GetAtt": [target, "Arn"]}, f"/{prefix}*"]]}
        for source, prefix in prefixes.items()
    }
    for statement in deliveries:
        assert statement["Action"] == "s3:PutObject"
        assert statement["Condition"]["StringEquals"] == {
            "aws:SourceAccount": {"Ref": "AWS::AccountId"}
        }


def test_what_is_versioned(synthesis: Synthesized) -> None:
    versioned = {
        prefix: bucket(synthesis, "Everything", prefix).get("VersioningConfiguration")
        for prefix in ("logs/", "config/", "data/input/")
    }

    enabled = {"Status": "Enabled"}
    assert versioned == {"logs/": None, "config/": enabled, "data/input/": enabled}


def test_lifecycle_with_nothing_set(synthesis: Synthesized) -> None:
    assert lifecycle(bucket(synthesis, "Defaults", "logs/")) == {"Expire": {"ExpirationInDays": 90}}
    assert lifecycle(bucket(synthesis, "Defaults", "config/")) == {
        "ExpireOldVersions": {
            "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
            "ExpiredObjectDeleteMarker": True,
        }
    }
    assert lifecycle(access_log_bucket(synthesis, "Defaults")[1]) == {
        "Expire": {"ExpirationInDays": 365}
    }


def test_lifecycle_with_everything_set(synthesis: Synthesized) -> None:
    assert lifecycle(bucket(synthesis, "Everything", "logs/")) == {
        "Expire": {"ExpirationInDays": 365}
    }
    assert lifecycle(bucket(synthesis, "Everything", "config/")) == {
        "ExpireOldVersions": {
            "NoncurrentVersionExpiration": {"NoncurrentDays": 10},
            "ExpiredObjectDeleteMarker": True,
        }
    }
    # S3 takes ExpiredObjectDeleteMarker and days in rules of their own only:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html
    assert lifecycle(bucket(synthesis, "Everything", "data/out-put/")) == {
        "Expire": {"ExpirationInDays": 400},
        "ExpireOldVersions": {
            "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
            "ExpiredObjectDeleteMarker": True,
        },
        "InfrequentAccess": {
            "Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 60}]
        },
    }


def test_data_is_kept_for_ever_unless_asked(synthesis: Synthesized) -> None:
    assert lifecycle(bucket(synthesis, "Everything", "data/input/")) == {
        "ExpireOldVersions": {
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
            "ExpiredObjectDeleteMarker": True,
        }
    }


def test_everything_is_kept_by_default(synthesis: Synthesized) -> None:
    resources = synthesis.template("Defaults")["Resources"].values()

    assert {resource["Type"] for resource in resources} == {
        "AWS::KMS::Key",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
    }
    for resource in resources:
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
        assert "PendingWindowInDays" not in resource["Properties"]


def test_everything_is_destroyed_when_asked(synthesis: Synthesized) -> None:
    resources = synthesis.template("Everything")["Resources"]
    emptied = synthesis.resources("Everything", "Custom::S3AutoDeleteObjects").values()

    for resource in resources.values():
        assert resource.get("DeletionPolicy", "Delete") == "Delete"
    assert {each["Properties"]["BucketName"]["Ref"] for each in emptied} == (
        synthesis.resources("Everything", "AWS::S3::Bucket").keys()
    )
    for key in synthesis.resources("Everything", "AWS::KMS::Key").values():
        assert key["Properties"]["PendingWindowInDays"] == 7


def test_who_empties_buckets_writes_no_logs_but_its_own(synthesis: Synthesized) -> None:
    """The CDK's own function may write to all log groups of the account."""
    role = synthesis.properties("Everything", "AWS::IAM::Role")
    function = synthesis.properties("Everything", "AWS::Lambda::Function")
    (log_group,) = synthesis.resources("Everything", "AWS::Logs::LogGroup")

    assert "ManagedPolicyArns" not in role
    (policy,) = role["Policies"]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": {"Fn::GetAtt": [log_group, "Arn"]},
        }
    ]
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": log_group}}


def test_two_storages_in_a_stack(tmp_path: Path) -> None:
    """The CDK makes one function for all buckets of a stack."""
    stack = cdk.Stack(new_app(tmp_path), "Twice")

    for name in ("A", "B"):
        Storage(stack, name, spec=StorageSpec(), removal_policy=cdk.RemovalPolicy.DESTROY)

    resources = cdk.assertions.Template.from_stack(stack).find_resources("AWS::Logs::LogGroup")
    assert len(resources) == 1


def test_the_buckets_by_name() -> None:
    storage = Storage(cdk.Stack(cdk.App(), "Stack"), "Storage", spec=EVERYTHING)

    assert list(storage.data) == ["input", "out-put", "output"]
    for each in (storage.logs, storage.config, *storage.data.values()):
        assert isinstance(each, s3.Bucket)
        assert each.encryption_key is not None
    assert storage.access_logs.encryption_key is None


def test_an_app_without_our_feature_flags_gets_no_acl(tmp_path: Path) -> None:
    app = new_app(tmp_path, feature_flags=False)
    Storage(cdk.Stack(app, "Stack"), "Storage", spec=StorageSpec())
    synthesis = synthesize(app)

    assert synthesis.findings == ()
    for each in buckets(synthesis, "Stack"):
        assert "AccessControl" not in each["Properties"]
        assert each["Properties"]["OwnershipControls"]
    target, _ = access_log_bucket(synthesis, "Stack")
    policies = synthesis.resources("Stack", "AWS::S3::BucketPolicy").values()
    services = [
        statement["Principal"].get("Service")
        for policy in policies
        if policy["Properties"]["Bucket"] == {"Ref": target}
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    assert services.count("logging.s3.amazonaws.com") == 2


def test_a_spec_costs_no_cdk() -> None:
    program = (
        "import sys\n"
        "from emr_platform.storage import StorageSpec\n"
        "assert StorageSpec()\n"
        "assert not {'aws_cdk', 'jsii', 'boto3'} & sys.modules.keys()\n"
        "from emr_platform.storage import Storage\n"
        "assert 'aws_cdk' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_there_is_nothing_else_in_the_package() -> None:
    import emr_platform.storage

    with pytest.raises(AttributeError, match="has no attribute 'Storages'"):
        _ = emr_platform.storage.Storages
    assert all(hasattr(emr_platform.storage, name) for name in emr_platform.storage.__all__)
