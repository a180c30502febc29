"""Grants that presets need: on buckets that they name, and IAM actions."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from emr_platform.presets.expansion import action_uses, bucket_uses
from emr_platform.presets.spec import Presets, used_presets
from emr_platform.storage.access import grant_bucket_access

_REFERENCE = "bucket://"


def grant_presets(
    grantee: iam.IRole, *, presets: Presets, buckets: Mapping[str, s3.IBucket]
) -> None:
    """Let a role do what the presets of its cluster need.

    Args:
        grantee: The role of the nodes.
        presets: The presets.
        buckets: Buckets by the name that ``bucket://`` references use. What presets name beside them belongs to
            others, and is granted as one of the environment's external buckets.
    """
    for use in used_presets(presets):
        for wanted in bucket_uses(use):
            bucket = buckets.get(wanted.bucket.removeprefix(_REFERENCE))
            if bucket and wanted.bucket.startswith(_REFERENCE):
                grant_bucket_access(
                    grantee, bucket=bucket, access=wanted.access, prefix=wanted.prefix
                )
        for action in action_uses(use):
            iam.Grant.add_to_principal(
                grantee=grantee, actions=list(action.actions), resource_arns=[action.resource]
            )
