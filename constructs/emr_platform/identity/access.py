"""Grants on secrets."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager

from emr_platform.asked_once import known


def grant_secret_read(grantee: iam.IGrantable, *, secret: secretsmanager.ISecret) -> None:
    """Let a role read a secret, and decrypt it.

    ``ISecret.grant_read`` also writes the role into the key's policy. The key's stack would then need the role's stack,
    which needs the secret: a circle. The key leaves the decision to IAM, so the role's own policy is enough.

    Args:
        grantee: Who may read it.
        secret: The secret; its ``encryption_key`` is granted along.
    """
    iam.Grant.add_to_principal(
        grantee=grantee,
        actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
        resource_arns=[known(secret).secret_arn],
    )
    if key := known(secret).encryption_key:
        key.grant(grantee, "kms:Decrypt")
