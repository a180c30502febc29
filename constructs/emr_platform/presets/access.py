"""Grants that presets need: on buckets that they name, and IAM actions."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from emr_platform.presets.expansion import action_uses, bucket_uses
from emr_platform.presets.spec import Presets, used_presets
from emr_platform.storage.access import grant_bucket_access
from emr_platform.storage.spec import BucketAccess


def grant_directory(
    grantee: iam.IRole, *, directory: str, access: BucketAccess, buckets: Mapping[str, s3.IBucket]
) -> None:
    """Let a role use a folder of one of the environment's buckets.

    Args:
        grantee: The role.
        directory: The folder, ``bucket://NAME/prefix``. Nothing is granted on ``s3://`` here: what belongs to others
            is granted as one of the environment's external buckets.
        access: What the role may do there.
        buckets: Buckets by the name that ``bucket://`` references use; others need no grant.
    """
    scheme, _, rest = directory.partition("://")
    name, _, prefix = rest.partition("/")
    if scheme == "bucket" and name in buckets:
        grant_bucket_access(grantee, bucket=buckets[name], access=access, prefix=prefix)


def grant_presets(
    grantee: iam.IRole, *, presets: Presets, buckets: Mapping[str, s3.IBucket]
) -> None:
    """Let a role do what the presets of its cluster need.

    Args:
        grantee: The role of the nodes.
        presets: The presets.
        buckets: Buckets by the name that ``bucket://`` references use.
    """
    for use in used_presets(presets):
        for wanted in bucket_uses(use):
            grant_directory(
                grantee,
                directory=f"{wanted.bucket}/{wanted.prefix}",
                access=wanted.access,
                buckets=buckets,
            )
        for action in action_uses(use):
            iam.Grant.add_to_principal(
                grantee=grantee, actions=list(action.actions), resource_arns=[action.resource]
            )
