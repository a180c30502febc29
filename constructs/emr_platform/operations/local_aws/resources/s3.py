"""Buckets."""

from __future__ import annotations

from typing import Any

from emr_platform.operations.local_aws.resources.model import (
    Declared,
    Existing,
    Made,
    Properties,
    ResourceType,
    parameters,
)


class _Bucket(ResourceType):
    """By moto it keeps no versions, fails to change without a name, and stays when it is not empty.

    Its policy is a resource of its own, which is not made: moto takes a denial on a condition, such as requests
    without TLS, for a denial of everything.
    """

    name = "AWS::S3::Bucket"
    name_property = "BucketName"

    def create(self, declared: Declared) -> Made:
        s3, name = declared.aws("s3"), declared.physical_name
        # In the first region, S3 itself lets an owner make a bucket again; CloudFormation does not.
        if any(bucket["Name"] == name for bucket in s3.list_buckets()["Buckets"]):
            raise ValueError(f"the bucket {name} already exists")
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html: the first region has no constraint.
        location = (
            {}
            if declared.region == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": declared.region}}
        )
        s3.create_bucket(Bucket=name, **location)
        self._set(s3, name, declared.properties)
        attributes = {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{declared.region}.amazonaws.com",
        }
        return Made(name, attributes)

    def update(self, existing: Existing, declared: Declared) -> Made | None:
        if declared.differs(existing.declared, "BucketName"):
            return None
        self._set(declared.aws("s3"), existing.id, declared.properties)
        return existing.made

    def delete(self, existing: Existing) -> None:
        existing.aws("s3").delete_bucket(Bucket=existing.id)

    @staticmethod
    def _set(s3: Any, name: str, properties: Properties) -> None:
        request = {"Bucket": name, **properties}
        if "VersioningConfiguration" in properties:
            s3.put_bucket_versioning(**parameters(s3, "PutBucketVersioning", request))
        if "PublicAccessBlockConfiguration" in properties:
            s3.put_public_access_block(**parameters(s3, "PutPublicAccessBlock", request))
        if "BucketEncryption" in properties:
            rules = [
                {
                    **rule,
                    "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
                }
                for rule in properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            ]
            encryption = {"Bucket": name, "ServerSideEncryptionConfiguration": {"Rules": rules}}
            s3.put_bucket_encryption(**parameters(s3, "PutBucketEncryption", encryption))
        if properties.get("Tags"):
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": properties["Tags"]})


TYPES: tuple[ResourceType, ...] = (_Bucket(),)
