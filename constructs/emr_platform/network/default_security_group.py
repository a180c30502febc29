"""Closes a VPC's default security group, which CloudFormation itself has no means to change."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from emr_platform.asked_once import minutes, service_principal, stack_of

_HANDLER = Path(__file__).with_name("default_security_group_handler.py")


class ClosedDefaultSecurityGroup(Construct):
    """A default security group without rules, so that nothing is reachable by having forgotten one.

    CIS AWS Foundations Benchmark 5.4, AWS Config rule ``vpc-default-security-group-closed``.

    Args:
        scope: Parent construct.
        id: Name within the parent.
        security_group_id: Id of the default security group.
    """

    def __init__(self, scope: Construct, id: str, *, security_group_id: str) -> None:
        super().__init__(scope, id)
        stack = stack_of(self)
        log_group = logs.LogGroup(
            self,
            "LogGroup",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        revoke_rules = iam.PolicyStatement(
            actions=["ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress"],
            resources=[
                stack.format_arn(
                    service="ec2", resource="security-group", resource_name=security_group_id
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
            assumed_by=service_principal("lambda.amazonaws.com"),
            inline_policies={
                "CloseDefaultSecurityGroup": iam.PolicyDocument(
                    statements=[revoke_rules, write_logs]
                )
            },
        )
        function = lambda_.Function(
            self,
            "Function",
            description="Takes all rules out of the VPC's default security group",
            runtime=_runtime(),
            # In the template, so that the stack needs no asset.
            code=lambda_.Code.from_inline(_HANDLER.read_text(encoding="utf-8")),
            handler="index.handler",
            timeout=minutes(1),
            log_group=log_group,
            role=role,
        )
        cdk.CustomResource(
            self,
            "Resource",
            resource_type="Custom::ClosedDefaultSecurityGroup",
            service_token=function.function_arn,
            properties={"SecurityGroupId": security_group_id, "Account": stack.account},
        )


@cache
def _runtime() -> lambda_.Runtime:
    return lambda_.Runtime.PYTHON_3_14
