"""Buckets are made, changed and replaced as a template declares them."""

from emr_platform.operations.local_aws import LocalAws
from tests.operations.local_aws.templates import attribute, create_stack, resource

BLOCKED = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}


def test_bucket_is_made_and_changed_as_declared(aws: LocalAws) -> None:
    encryption = {
        "BucketKeyEnabled": True,
        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "key"},
    }
    properties = {
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
        "PublicAccessBlockConfiguration": BLOCKED,
        "Tags": [{"Key": "team", "Value": "analytics"}],
        "VersioningConfiguration": {"Status": "Enabled"},
    }
    stack = create_stack(
        aws,
        {"Bucket": resource("AWS::S3::Bucket", properties)},
        {"Arn": attribute("Bucket", "Arn")},
    )
    s3, name = aws.client("s3"), stack.resources["Bucket"]
    assert stack.outputs == {"Arn": f"arn:aws:s3:::{name}"}
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"] == BLOCKED
    found = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
    (rule,) = found["Rules"]
    assert rule["BucketKeyEnabled"] is True
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == "key"
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == properties["Tags"]

    properties |= {
        "VersioningConfiguration": {"Status": "Suspended"},
        "Tags": [{"Key": "team", "Value": "science"}],
    }
    stack.update({"Bucket": resource("AWS::S3::Bucket", properties)})
    assert stack.status == "UPDATE_COMPLETE"
    assert stack.resources["Bucket"] == name
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Suspended"
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == properties["Tags"]


def test_bucket_with_another_name_is_another_bucket(aws: LocalAws) -> None:
    stack = create_stack(aws, {"Bucket": resource("AWS::S3::Bucket", {"BucketName": "one"})})
    stack.update({"Bucket": resource("AWS::S3::Bucket", {"BucketName": "two"})})
    names = {bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]}
    assert {"one", "two"} & names == {"two"}
