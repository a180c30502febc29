"""Buckets have what a template declares of their versions and of public access."""

from emr_platform.operations.local_aws import LocalAws
from tests.operations.local_aws.templates import create_stack, resource

BLOCKED = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}


def test_bucket_keeps_versions_and_the_public_out(aws: LocalAws) -> None:
    properties = {
        "VersioningConfiguration": {"Status": "Enabled"},
        "PublicAccessBlockConfiguration": BLOCKED,
    }
    stack = create_stack(aws, {"Bucket": resource("AWS::S3::Bucket", properties)})
    s3, name = aws.client("s3"), stack.resources["Bucket"]
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"] == BLOCKED

    properties["VersioningConfiguration"] = {"Status": "Suspended"}
    stack.update({"Bucket": resource("AWS::S3::Bucket", properties)})
    assert stack.resources["Bucket"] == name
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Suspended"
