"""The IAM roles of a cluster: the role of EMR itself, and the role of the nodes."""

from __future__ import annotations

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from emr_platform.acknowledgements import acknowledge
from emr_platform.identity.spec import IdentitySpec


class ClusterRoles(Construct):
    """The roles of one cluster.

    Attributes:
        service_role: What EMR itself works with.
        instance_role: What the programs on the nodes work with; bound by grants to what they need.
        instance_profile: How the nodes get the instance role.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        identity: IdentitySpec | None = None,
        session_manager: bool = False,
        uses_spot: bool = False,
    ) -> None:
        """Create the roles.

        Args:
            scope: Parent construct.
            id: Construct id.
            identity: Path and permissions boundary of the roles. Default: path ``/``, no boundary.
            session_manager: Whether Session Manager may reach the nodes.
            uses_spot: Whether EMR buys Spot capacity, for which EC2 needs a service-linked role.
        """
        super().__init__(scope, id)
        identity = identity or IdentitySpec()
        boundary = (
            iam.ManagedPolicy.from_managed_policy_arn(
                self, "PermissionsBoundary", identity.permissions_boundary
            )
            if identity.permissions_boundary
            else None
        )
        self.instance_role = iam.Role(
            self,
            "InstanceRole",
            description="Nodes of an EMR cluster",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            path=identity.role_path,
            permissions_boundary=boundary,
        )
        if session_manager:
            self._allow_session_manager()
        self.instance_profile = iam.InstanceProfile(
            self, "InstanceProfile", role=self.instance_role, path=identity.role_path
        )
        self.service_role = iam.Role(
            self,
            "ServiceRole",
            description="The EMR service, for one cluster",
            assumed_by=self._emr_of_this_account(),
            path=identity.role_path,
            permissions_boundary=boundary,
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name(
                    "service-role/AmazonEMRServicePolicy_v2"
                )
            ],
        )
        # The managed policy may pass EMR's default roles only. EC2 is the one who gets ours.
        # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role.html
        self.service_role.add_to_policy(
            iam.PolicyStatement(
                sid="PassInstanceRole",
                actions=["iam:PassRole"],
                resources=[self.instance_role.role_arn],
                conditions={"StringLike": {"iam:PassedToService": "ec2.amazonaws.com*"}},
            )
        )
        if uses_spot:
            self._allow_spot()
        acknowledge(
            self.service_role,
            rule="AwsSolutions-IAM4"
            "[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2]",
            reason="EMR's own policy for its service role. AWS extends it with each EMR feature, and it grants "
            "nothing on resources without the tag for-use-with-amazon-emr-managed-policies.",
        )

    def _emr_of_this_account(self) -> iam.IPrincipal:
        """EMR, and only on behalf of clusters of this account and region (no confused deputy)."""
        stack = Stack.of(self)
        clusters = stack.format_arn(
            service="elasticmapreduce",
            resource="*",
            arn_format=ArnFormat.NO_RESOURCE_NAME,
        )
        # In the regions of China EMR goes by a name of its own, which the CDK does not know.
        suffix = ".cn" if stack.region.startswith("cn-") else ""
        return iam.ServicePrincipal.from_static_service_principle_name(
            f"elasticmapreduce.amazonaws.com{suffix}"
        ).with_conditions(
            {
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnLike": {"aws:SourceArn": clusters},
            }
        )

    def _allow_spot(self) -> None:
        """Let EMR make the role that EC2 Spot needs in an account that never used Spot before.

        The managed policy does not. See
        https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-roles-defaultroles.html.
        """
        role = Stack.of(self).format_arn(
            service="iam",
            region="",
            resource="role",
            resource_name="aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot",
        )
        self.service_role.add_to_policy(
            iam.PolicyStatement(
                sid="CreateSpotRole",
                actions=["iam:CreateServiceLinkedRole"],
                resources=[role],
                conditions={"StringEquals": {"iam:AWSServiceName": "spot.amazonaws.com"}},
            )
        )

    def _allow_session_manager(self) -> None:
        self.instance_role.add_managed_policy(
            iam.ManagedPolicy.from_aws_managed_policy_name("AmazonSSMManagedInstanceCore")
        )
        acknowledge(
            self.instance_role,
            rule="AwsSolutions-IAM4"
            "[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonSSMManagedInstanceCore]",
            reason="The policy that Systems Manager documents for managed instances; it is attached only where "
            "shell access through Session Manager was asked for, instead of open SSH ports.",
        )
