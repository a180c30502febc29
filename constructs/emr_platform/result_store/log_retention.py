"""How long Amazon RDS keeps the logs that it writes to CloudWatch Logs, by itself forever."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from constructs import Construct, IConstruct

from emr_platform.acknowledgements import acknowledge, acknowledge_wildcard

# The CDK makes one function per stack for this, under a name that is part of its own contract.
_PROVIDER = "LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a"


class InstanceLogRetention(Construct):
    """A limit to how long the exported logs of a DB instance are kept.

    RDS makes the log groups itself, at a time of its own choosing, so that they cannot be resources
    of a template.

    Args:
        scope: Parent construct.
        id: Name within the parent.
        instance: The DB instance.
        log_types: The logs that it exports, by RDS's names for them.
        retention: How long log entries are kept.
        removal_policy: What becomes of the logs when the stack is deleted.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        instance: rds.IDatabaseInstance,
        log_types: Sequence[str],
        retention: logs.RetentionDays,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, id)
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQLDB.PublishtoCloudWatchLogs.html
        log_group_names = [
            f"/aws/rds/instance/{instance.instance_identifier}/{log_type}" for log_type in log_types
        ]
        for log_type, log_group_name in zip(log_types, log_group_names, strict=True):
            logs.LogRetention(
                self,
                log_type,
                log_group_name=log_group_name,
                retention=retention,
                removal_policy=removal_policy,
            )
        provider = cdk.Stack.of(self).node.try_find_child(_PROVIDER)
        if provider is not None:
            _acknowledge(
                provider, log_group_names if removal_policy == cdk.RemovalPolicy.DESTROY else []
            )


def _acknowledge(provider: IConstruct, deleted_log_group_names: Sequence[str]) -> None:
    acknowledge(
        provider,
        rule="AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
        "AWSLambdaBasicExecutionRole]",
        reason="The CDK's own function for log retention; the policy lets it write its log.",
    )
    acknowledge(
        provider,
        rule="AwsSolutions-IAM5[Resource::*]",
        reason="The CDK's own function for log retention, one for all log groups of the stack. It "
        "may set and unset retention everywhere, but neither read nor delete a log.",
    )
    for name in deleted_log_group_names:
        acknowledge_wildcard(
            provider,
            resource=cdk.Stack.of(provider).format_arn(
                service="logs",
                resource="log-group",
                resource_name=f"{name}:*",
                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
            ),
            reason="All streams of this one log group, which goes with its database.",
        )
