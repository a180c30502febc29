"""What moto's CloudFormation forgets of a bucket, and of a bucket that is not empty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emr_platform.operations.local_aws.resources.model import Properties, Service, parameters


def _complete_bucket(aws: Service, bucket: Any, properties: Properties) -> None:
    """Encryption and tags are there. Versions matter, because they outlive their objects."""
    s3, request = aws("s3"), {"Bucket": bucket.physical_resource_id, **properties}
    if "VersioningConfiguration" in properties:
        s3.put_bucket_versioning(**parameters(s3, "PutBucketVersioning", request))
    if "PublicAccessBlockConfiguration" in properties:
        s3.put_public_access_block(**parameters(s3, "PutPublicAccessBlock", request))


def _delete_bucket(aws: Service, bucket: Any) -> None:
    """A bucket that is not empty stays, and moto says that it is gone."""
    aws("s3").delete_bucket(Bucket=bucket.physical_resource_id)


COMPLETIONS: dict[str, Callable[[Service, Any, Properties], None]] = {
    "AWS::S3::Bucket": _complete_bucket
}
"""What to do when moto has made or changed a resource of these types."""

DELETIONS: dict[str, Callable[[Service, Any], None]] = {"AWS::S3::Bucket": _delete_bucket}
"""How to delete what moto makes well, but does not delete well."""
