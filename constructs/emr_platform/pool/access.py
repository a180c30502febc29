"""Grants on a tenant's part of shared buckets: its own keys, and nothing that tells of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from emr_platform.acknowledgements import acknowledge_wildcard
from emr_platform.asked_once import known, stack_of
from emr_platform.storage.access import object_arn
from emr_platform.storage.spec import BucketAccess

_READ = ("s3:GetObject",)
_WRITE = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)


def grant_prefix(
    grantee: iam.IRole, *, buckets: Sequence[s3.IBucket], prefix: str, access: BucketAccess
) -> None:
    """Let a role list, and use, what lies under a prefix of buckets that others use as well.

    A bucket's key is granted for these objects alone, and through S3: without S3 bucket keys, the encryption context
    of an object is its ARN. See https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html. Uploads
    that are under way are not listed: S3 could not do so for the prefix only.

    Args:
        grantee: Who may do it.
        buckets: The buckets; the ``encryption_key`` of each is granted along.
        prefix: The prefix, ending with a slash: ``tenants/acme`` is the beginning of another one's keys, too.
        access: ``read``, or ``read_write`` which includes deleting.
    """
    if not buckets:
        return
    arns = [known(bucket).bucket_arn for bucket in buckets]
    iam.Grant.add_to_principal(
        grantee=grantee, actions=["s3:GetBucketLocation"], resource_arns=arns
    )
    iam.Grant.add_to_principal(
        grantee=grantee,
        actions=["s3:ListBucket"],
        resource_arns=arns,
        conditions={"StringLike": {"s3:prefix": f"{prefix}*"}},
    )
    _grant_objects(
        grantee,
        buckets=buckets,
        prefix=prefix,
        actions=_READ if access == "read" else _READ + _WRITE,
        key_actions=["kms:Decrypt"] if access == "read" else ["kms:Decrypt", "kms:GenerateDataKey"],
    )


def grant_adding(grantee: iam.IRole, *, bucket: s3.IBucket, prefix: str) -> None:
    """Let a role add objects under a prefix, such as logs, without reading what is there.

    Args:
        grantee: Who may do it.
        bucket: The bucket; its ``encryption_key`` is granted along.
        prefix: The prefix, ending with a slash.
    """
    # S3 decrypts the parts of an upload to put them together.
    _grant_objects(
        grantee,
        buckets=[bucket],
        prefix=prefix,
        actions=("s3:AbortMultipartUpload", "s3:PutObject"),
        key_actions=["kms:Decrypt", "kms:GenerateDataKey"],
    )


def _grant_objects(
    grantee: iam.IRole,
    *,
    buckets: Sequence[s3.IBucket],
    prefix: str,
    actions: tuple[str, ...],
    key_actions: list[str],
) -> None:
    objects = {bucket: object_arn(bucket, f"{prefix}*") for bucket in buckets}
    iam.Grant.add_to_principal(
        grantee=grantee, actions=list(actions), resource_arns=list(objects.values())
    )
    for resource in objects.values():
        acknowledge_wildcard(
            cast(IConstruct, grantee),
            resource=resource,
            reason="Objects of this one bucket, under the tenant's own prefix: jobs choose the names of what they "
            "write. The actions are the ones that EMRFS uses, without wildcards.",
        )
    keys = {
        bucket: known(key).key_arn for bucket in buckets if (key := known(bucket).encryption_key)
    }
    if keys:
        stack = known(stack_of(grantee))
        # One statement for all, as policies may not become long: a key has to do with its own bucket's objects only.
        iam.Grant.add_to_principal(
            grantee=grantee,
            actions=key_actions,
            resource_arns=list(keys.values()),
            conditions={
                "StringEquals": {"kms:ViaService": f"s3.{stack.region}.{stack.url_suffix}"},
                "StringLike": {
                    "kms:EncryptionContext:aws:s3:arn": [objects[bucket] for bucket in keys]
                },
            },
        )
