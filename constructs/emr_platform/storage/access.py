"""Grants on buckets: just the actions that EMRFS and EMR's log upload use, on just the objects that are meant.

The CDK's own ``grant_*`` methods allow whole families of actions (``s3:GetObject*``, ``kms:GenerateDataKey*``).
"""

from __future__ import annotations

from typing import cast

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct, IConstruct

from emr_platform.acknowledgements import acknowledge_wildcard
from emr_platform.asked_once import known
from emr_platform.storage.spec import BucketAccess

_LIST_ACTIONS = ("s3:GetBucketLocation", "s3:ListBucket")
_READ_ACTIONS = ("s3:GetObject",)
_WRITE_ACTIONS = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)


def object_arn(bucket: s3.IBucket, key: str) -> str:
    """The same as the bucket's own ``arn_for_objects``, without asking the CDK for each key.

    Args:
        bucket: The bucket.
        key: Key of an object, or a pattern of keys.
    """
    return f"{known(bucket).bucket_arn}/{key}"


def grant_bucket_access(
    grantee: iam.IGrantable, *, bucket: s3.IBucket, access: BucketAccess, prefix: str = ""
) -> None:
    """Let someone use a bucket, and the key that encrypts it.

    Args:
        grantee: Who may use it.
        bucket: The bucket; its ``encryption_key`` is granted along.
        access: ``read``, or ``read_write`` which includes deleting.
        prefix: Only keys that start with this. Default: all.
    """
    list_actions: tuple[str, ...] = _LIST_ACTIONS
    object_actions: tuple[str, ...] = _READ_ACTIONS
    if access == "read_write":
        list_actions += ("s3:ListBucketMultipartUploads",)
        object_actions += _WRITE_ACTIONS
    iam.Grant.add_to_principal(
        grantee=grantee, actions=list(list_actions), resource_arns=[known(bucket).bucket_arn]
    )
    objects = object_arn(bucket, f"{prefix}*")
    iam.Grant.add_to_principal(
        grantee=grantee, actions=list(object_actions), resource_arns=[objects]
    )
    if isinstance(grantee, Construct) or Construct.is_construct(grantee):
        acknowledge_wildcard(
            cast(IConstruct, grantee),
            resource=objects,
            reason="Objects of this one bucket, under the granted prefix: jobs choose the names of what they "
            "write. The actions are the ones that EMRFS uses, without wildcards.",
        )
    if key := known(bucket).encryption_key:
        grant_key_use(grantee, key=key, access=access)


def grant_object_read(grantee: iam.IGrantable, *, bucket: s3.IBucket, object_key: str) -> None:
    """Let a role read one object, and use the key that encrypts its bucket to do so."""
    iam.Grant.add_to_principal(
        grantee=grantee,
        actions=list(_READ_ACTIONS),
        resource_arns=[object_arn(bucket, object_key)],
    )
    if key := known(bucket).encryption_key:
        grant_key_use(grantee, key=key, access="read")


def grant_key_use(grantee: iam.IGrantable, *, key: kms.IKey, access: BucketAccess) -> None:
    """Let a role read, or read and write, objects that a key encrypts.

    Writing includes ``kms:Decrypt``, which S3 asks for to put the parts of an upload together.
    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html.
    """
    actions = ["kms:Decrypt"] if access == "read" else ["kms:Decrypt", "kms:GenerateDataKey"]
    key.grant(grantee, *actions)
