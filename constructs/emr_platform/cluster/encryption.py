"""The key of a cluster's disks and the security configuration that makes EMR use it."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_emr as emr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from emr_platform.catalog.release import Release
from emr_platform.cluster.security_configuration import security_configuration


class ClusterEncryption(Construct):
    """A key for the disks of one cluster, and a security configuration.

    The key goes with the cluster: what it encrypts does not outlive the cluster's nodes.

    Attributes:
        key: The key of the nodes' disks.
        security_configuration: The security configuration. It has no name of its own: EMR refuses a second one of
            the same name, so a named one could never be replaced.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        release: str,
        service_role: iam.IGrantable,
        instance_role: iam.IGrantable,
    ) -> None:
        """Create the key and the security configuration.

        Args:
            scope: Parent construct.
            id: Construct id.
            release: Release label of the cluster.
            service_role: Role of the EMR service, which starts instances with encrypted volumes.
            instance_role: Role of the nodes, which open their own instance store volumes.
        """
        super().__init__(scope, id)
        self.key = kms.Key(
            self,
            "Key",
            description="Disks of an EMR cluster",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
            pending_window=Duration.days(7),
        )
        self.key.grant(instance_role, "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey")
        # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-encryption-enable.html
        self.key.grant(
            service_role,
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        )
        service_role.grant_principal.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
                resources=[self.key.key_arn],
                conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
            )
        )
        self.security_configuration = emr.CfnSecurityConfiguration(
            self,
            "SecurityConfiguration",
            security_configuration=security_configuration(
                Release.parse(release), disk_key_arn=self.key.key_arn
            ),
        )
