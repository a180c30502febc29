"""The IAM roles of a cluster: the role of EMR itself, and the role of the nodes."""

from __future__ import annotations

from functools import cache, cached_property
from typing import Any

from aws_cdk import ArnFormat
from aws_cdk import aws_iam as iam
from constructs import Construct

from emr_platform.acknowledgements import acknowledge, acknowledge_wildcard
from emr_platform.asked_once import (
    known,
    service_principal,
    stack_of,
    static_service_principal,
)
from emr_platform.identity.spec import IdentitySpec


class BaseClusterRoles(Construct):
    """The roles of a cluster, be they made here or not.

    Attributes:
        service_role: What EMR itself works with.
        instance_role: What the programs on the nodes work with.
        instance_profile: How the nodes get the instance role.
        automatic_scaling_role: What scaling policies of instance groups work with; None for none.
    """

    service_role: iam.IRole
    instance_role: iam.IRole
    instance_profile: iam.IInstanceProfile
    automatic_scaling_role: iam.IRole | None


class ClusterRoles(BaseClusterRoles):
    """The roles of one cluster.

    Attributes:
        service_role: What EMR itself works with.
        instance_role: What the programs on the nodes work with; bound by grants to what they need.
        instance_profile: How the nodes get the instance role.
        automatic_scaling_role: What scaling policies of instance groups work with; None where there are none.
    """

    @staticmethod
    def from_roles(
        scope: Construct,
        id: str,
        *,
        service_role: iam.IRole,
        instance_role: iam.IRole,
        instance_profile: iam.IInstanceProfile | None = None,
        automatic_scaling_role: iam.IRole | None = None,
    ) -> BaseClusterRoles:
        """Roles that exist, or that something else makes.

        Args:
            scope: Parent construct.
            id: Construct id.
            service_role: What EMR itself works with. It must trust EMR, have EMR's managed policy or what comes up to
                it, and be allowed to pass on the other roles.
            instance_role: What the programs on the nodes work with; what jobs need is granted to it.
            instance_profile: The instance profile that holds it. Default: the one that is called as the role is.
            automatic_scaling_role: What scaling policies of instance groups work with. Default: none.
        """
        return _ExistingClusterRoles(
            scope,
            id,
            service_role=service_role,
            instance_role=instance_role,
            instance_profile=instance_profile,
            automatic_scaling_role=automatic_scaling_role,
        )

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        identity: IdentitySpec | None = None,
        session_manager: bool = False,
        uses_spot: bool = False,
        automatic_scaling: bool = False,
    ) -> None:
        """Create the roles.

        Args:
            scope: Parent construct.
            id: Construct id.
            identity: Path and permissions boundary of the roles. Default: path ``/``, no boundary.
            session_manager: Whether Session Manager may reach the nodes.
            uses_spot: Whether EMR buys Spot capacity, for which EC2 needs a service-linked role.
            automatic_scaling: Whether instance groups have scaling policies, for which EMR needs a role of its own.
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
        self.instance_role: iam.Role = iam.Role(
            self,
            "InstanceRole",
            description="Nodes of an EMR cluster",
            assumed_by=service_principal("ec2.amazonaws.com"),
            path=identity.role_path,
            permissions_boundary=boundary,
            # In the role itself, so that no node starts before it may be reached.
            inline_policies=(
                {"SessionManager": self._session_manager_policy()} if session_manager else None
            ),
        )
        if session_manager:
            self._acknowledge_session_manager()
        self.instance_profile = iam.InstanceProfile(
            self, "InstanceProfile", role=self.instance_role, path=identity.role_path
        )
        self.service_role: iam.Role = iam.Role(
            self,
            "ServiceRole",
            description="The EMR service, for one cluster",
            assumed_by=self._emr_of_this_account(),
            path=identity.role_path,
            permissions_boundary=boundary,
            managed_policies=[_managed_policy("service-role/AmazonEMRServicePolicy_v2")],
        )
        # The managed policy may pass EMR's default roles only. EC2 is the one who gets ours.
        # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role.html
        self.service_role.add_to_policy(
            iam.PolicyStatement(
                sid="PassInstanceRole",
                actions=["iam:PassRole"],
                resources=[known(self.instance_role).role_arn],
                conditions={"StringLike": {"iam:PassedToService": "ec2.amazonaws.com*"}},
            )
        )
        if uses_spot:
            self._allow_spot()
        self.automatic_scaling_role: iam.Role | None = (
            self._automatic_scaling_role(identity, boundary) if automatic_scaling else None
        )
        acknowledge(
            self.service_role,
            rule="AwsSolutions-IAM4"
            "[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2]",
            reason="EMR's own policy for its service role. AWS extends it with each EMR feature, and it grants "
            "nothing on resources without the tag for-use-with-amazon-emr-managed-policies.",
        )

    def _emr_of_this_account(self) -> iam.IPrincipal:
        """EMR, and only on behalf of clusters of this account and region (no confused deputy)."""
        # In the regions of China EMR goes by a name of its own, which the CDK does not know.
        suffix = ".cn" if known(stack_of(self)).region.startswith("cn-") else ""
        return static_service_principal(f"elasticmapreduce.amazonaws.com{suffix}").with_conditions(
            self._on_behalf_of(self._emr_resources())
        )

    def _emr_resources(self) -> str:
        return stack_of(self).format_arn(
            service="elasticmapreduce", resource="*", arn_format=ArnFormat.NO_RESOURCE_NAME
        )

    def _on_behalf_of(self, *sources: str) -> dict[str, Any]:
        return {
            "StringEquals": {"aws:SourceAccount": known(stack_of(self)).account},
            "ArnLike": {"aws:SourceArn": sources[0] if len(sources) == 1 else list(sources)},
        }

    def _automatic_scaling_role(
        self, identity: IdentitySpec, boundary: iam.IManagedPolicy | None
    ) -> iam.Role:
        """The role with which Application Auto Scaling resizes instance groups.

        Its policy is EMR's AmazonElasticMapReduceforAutoScalingRole, on clusters and alarms of this account and
        region only. It must be there before the cluster is, so that it cannot name the cluster. See
        https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role-automatic-scaling.html.
        """
        stack = stack_of(self)
        targets = stack.format_arn(
            service="application-autoscaling", resource="scalable-target", resource_name="*"
        )
        role = iam.Role(
            self,
            "AutomaticScalingRole",
            description="Automatic scaling of the instance groups of an EMR cluster",
            # AWS's documents name either ARN as the source.
            assumed_by=iam.ServicePrincipal(
                "application-autoscaling.amazonaws.com",
                conditions=self._on_behalf_of(targets, self._emr_resources()),
            ),
            path=identity.role_path,
            permissions_boundary=boundary,
        )
        if role.assume_role_policy:
            role.assume_role_policy.add_statements(
                iam.PolicyStatement(
                    actions=["sts:AssumeRole"], principals=[self._emr_of_this_account()]
                )
            )
        alarms = stack.format_arn(
            service="cloudwatch",
            resource="alarm",
            resource_name="*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        clusters = stack.format_arn(
            service="elasticmapreduce", resource="cluster", resource_name="*"
        )
        for resource, actions in (
            (alarms, ["cloudwatch:DescribeAlarms"]),
            (
                clusters,
                ["elasticmapreduce:ListInstanceGroups", "elasticmapreduce:ModifyInstanceGroups"],
            ),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[resource]))
            acknowledge_wildcard(
                role,
                resource=resource,
                reason="The role has to be there before the cluster and its alarms, so that it cannot name them. "
                "AWS's own policy for it names all resources of all regions.",
            )
        self.service_role.add_to_policy(
            iam.PolicyStatement(
                sid="PassAutomaticScalingRole",
                actions=["iam:PassRole"],
                resources=[role.role_arn],
                conditions={
                    "StringLike": {"iam:PassedToService": "application-autoscaling.amazonaws.com*"}
                },
            )
        )
        return role

    def _allow_spot(self) -> None:
        """Let EMR make the role that EC2 Spot needs in an account that never used Spot before.

        The managed policy does not. See
        https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-roles-defaultroles.html.
        """
        role = stack_of(self).format_arn(
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

    def _session_manager_policy(self) -> iam.PolicyDocument:
        """What a node needs to be reached by Session Manager, and nothing else of Systems Manager.

        The actions are those that AWS documents as the minimum, see
        https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html.
        AWS's managed policy AmazonSSMManagedInstanceCore also reads every parameter of the account. Sessions need
        none of ec2messages, where older agents ask for commands. Two of the actions look at the node that asks, and
        one works on a node:
        https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonmessagegatewayservice.html.
        """
        nodes = self._nodes
        from_nodes = {"ArnLike": {"ec2:SourceInstanceARN": nodes}}
        statements = [
            {
                "Sid": "ReportNode",
                "Effect": "Allow",
                "Action": "ssm:UpdateInstanceInformation",
                "Resource": nodes,
                "Condition": from_nodes,
            },
            {
                "Sid": "RegisterNode",
                "Effect": "Allow",
                "Action": "ssmmessages:CreateControlChannel",
                "Resource": "*",
                "Condition": from_nodes,
            },
            {
                "Sid": "HoldSessions",
                "Effect": "Allow",
                "Action": [
                    "ssmmessages:CreateDataChannel",
                    "ssmmessages:OpenControlChannel",
                    "ssmmessages:OpenDataChannel",
                ],
                "Resource": "*",
            },
        ]
        return iam.PolicyDocument.from_json({"Statement": statements})

    @cached_property
    def _nodes(self) -> str:
        return stack_of(self).format_arn(service="ec2", resource="instance", resource_name="*")

    def _acknowledge_session_manager(self) -> None:
        # Not the role itself: its other policies are none of this.
        resource = known(self.instance_role.node).default_child or self.instance_role
        acknowledge(
            resource,
            rule="AwsSolutions-IAM5[Resource::*]",
            reason="The channels of Session Manager, four actions of ssmmessages: AWS documents no resource for them, "
            "so that a policy has to say *. Through a channel a node serves the sessions that others start on it; it "
            "opens none on another node. Granted only where shell access through Session Manager was asked for, "
            "instead of open SSH ports and of AWS's managed policy, which reads every parameter of the account.",
        )
        acknowledge_wildcard(
            resource,
            resource=self._nodes,
            reason="A node reports that it is there and which version its agent has. EMR starts and replaces nodes as "
            "it needs them, so that no policy can name them; it is kept to instances of this account and region, on "
            "behalf of an instance.",
        )


@cache
def _managed_policy(name: str) -> iam.IManagedPolicy:
    return iam.ManagedPolicy.from_aws_managed_policy_name(name)


class _ExistingClusterRoles(BaseClusterRoles):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service_role: iam.IRole,
        instance_role: iam.IRole,
        instance_profile: iam.IInstanceProfile | None,
        automatic_scaling_role: iam.IRole | None,
    ) -> None:
        super().__init__(scope, id)
        self.service_role = service_role
        self.instance_role = instance_role
        # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role-for-ec2.html
        self.instance_profile = instance_profile or iam.InstanceProfile.from_instance_profile_name(
            self, "InstanceProfile", instance_role.role_name
        )
        self.automatic_scaling_role = automatic_scaling_role
