"""Where a cluster's logs are, and who may write them."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from emr_platform.cluster.base import LogLocation
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.storage.access import grant_bucket_access


def log_location(
    scope: Construct, *, spec: ClusterSpec, bucket: s3.IBucket, prefix: str
) -> LogLocation:
    """Where EMR writes the logs of a cluster.

    Args:
        scope: Parent of what has to be imported.
        spec: The cluster.
        bucket: Where logs go if the spec does not say.
        prefix: What their keys begin with then.
    """
    key = (
        kms.Key.from_key_arn(scope, "LogKey", spec.log_encryption_key_arn)
        if spec.log_encryption_key_arn
        else None
    )
    if spec.log_uri is None:
        return LogLocation(bucket, prefix, key)
    name, _, path = spec.log_uri.removeprefix("s3://").partition("/")
    own = s3.Bucket.from_bucket_name(scope, "LogUriBucket", name)
    return LogLocation(own, f"{path.rstrip('/')}/" if path.strip("/") else "", key)


def grant_log_writing(
    logs: LogLocation, *, spec: ClusterSpec, instance_role: iam.IRole, service_role: iam.IRole
) -> None:
    """Let EMR write the logs of a cluster.

    Args:
        logs: Where they go. A bucket that only the spec names is its owner's to open.
        spec: The cluster.
        instance_role: Role of the nodes, which write the logs.
        service_role: Role of the EMR service.
    """
    if spec.log_uri is None:
        grant_bucket_access(
            instance_role, bucket=logs.bucket, access="read_write", prefix=logs.prefix
        )
    if logs.key:
        # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-debugging.html
        logs.key.grant(instance_role, "kms:GenerateDataKey")
        logs.key.grant(service_role, "kms:DescribeKey")
