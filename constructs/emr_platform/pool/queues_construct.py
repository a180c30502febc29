"""Sets the queues of a running cluster, whose configuration CloudFormation could change by replacing it only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from emr_platform.pool.queues import queue_settings
from emr_platform.tenants.tenancy import PoolTenant

_HANDLER = Path(__file__).with_name("queues_handler.py")


class ClusterQueues(Construct):
    """The queues of the tenants of a cluster.

    For changed queues EMR restarts YARN's ResourceManager. A queue that nobody has any more is closed, and stays until
    the cluster is replaced.

    Args:
        scope: Parent construct.
        id: Name within the parent.
        cluster_id: Id of the cluster, which has instance groups. With another id, the queues are set again.
        tenants: All tenants of the cluster.
    """

    def __init__(
        self, scope: Construct, id: str, *, cluster_id: str, tenants: Sequence[PoolTenant]
    ) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        log_group = logs.LogGroup(
            self,
            "LogGroup",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        change_queues = iam.PolicyStatement(
            actions=[
                "elasticmapreduce:ListInstanceGroups",
                "elasticmapreduce:ModifyInstanceGroups",
            ],
            resources=[
                stack.format_arn(
                    service="elasticmapreduce", resource="cluster", resource_name=cluster_id
                )
            ],
        )
        write_logs = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group.log_group_arn],
        )
        # Part of the role itself: a policy of its own might come after the function is called.
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={
                "SetQueues": iam.PolicyDocument(statements=[change_queues, write_logs])
            },
        )
        function = lambda_.Function(
            self,
            "Function",
            description="Sets the queues of a shared EMR cluster",
            runtime=lambda_.Runtime.PYTHON_3_14,
            # In the template, so that the stack needs no asset.
            code=lambda_.Code.from_inline(_HANDLER.read_text(encoding="utf-8")),
            handler="index.handler",
            # EMR takes some minutes for it.
            timeout=cdk.Duration.minutes(15),
            log_group=log_group,
            role=role,
        )
        cdk.CustomResource(
            self,
            "Resource",
            resource_type="Custom::ClusterQueues",
            service_token=function.function_arn,
            properties={
                "ClusterId": cluster_id,
                "Queues": queue_settings(tenants),
            },
        )
