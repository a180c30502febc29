"""How long Amazon RDS keeps the logs that it writes to CloudWatch Logs, by itself forever."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import custom_resources as cr
from constructs import Construct

from emr_platform.acknowledgements import acknowledge_wildcard
from emr_platform.asked_once import (
    known,
    minutes,
    physical_resource_id,
    service_principal,
    stack_of,
)

_TIMEOUT_MINUTES = 2


class InstanceLogRetention(Construct):
    """A limit to how long the exported logs of a DB instance are kept.

    RDS makes the log groups itself, at a time of its own choosing, so that they cannot be resources
    of a template. The CDK's ``LogRetention`` is not used: its function may set retention on every
    log group of the account, other environments' among them. This one may touch its own groups only.

    Args:
        scope: Parent construct.
        id: Name within the parent.
        instance: The DB instance.
        log_types: The logs that it exports, by RDS's names for them.
        retention_days: How long log entries are kept.
        removal_policy: What becomes of the logs when the stack is deleted.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        instance: rds.IDatabaseInstance,
        log_types: Sequence[str],
        retention_days: int,
        removal_policy: cdk.RemovalPolicy,
    ) -> None:
        super().__init__(scope, id)
        self._destroy = removal_policy == cdk.RemovalPolicy.DESTROY
        self._role = iam.Role(
            self,
            "Role",
            description="Sets how long the logs of a result store are kept, while the stack is deployed",
            assumed_by=service_principal("lambda.amazonaws.com"),
        )
        self._function_logs = logs.LogGroup(
            self,
            "Logs",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self._function_logs.grant_write(self._role)
        for log_type in log_types:
            # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQLDB.PublishtoCloudWatchLogs.html
            self._keep(
                log_type,
                f"/aws/rds/instance/{known(instance).instance_identifier}/{log_type}",
                retention_days,
            )

    def _keep(self, id: str, log_group_name: str, retention_days: int) -> None:
        """Make the log group if RDS has not, say how long its entries are kept, and delete it if it is to go."""
        group = {"logGroupName": log_group_name}
        make = cr.AwsSdkCall(
            service="CloudWatchLogs",
            action="createLogGroup",
            parameters=group,
            physical_resource_id=physical_resource_id(f"{id}-group"),
            ignore_error_codes_matching="ResourceAlreadyExistsException",
        )
        delete = cr.AwsSdkCall(
            service="CloudWatchLogs",
            action="deleteLogGroup",
            parameters=group,
            ignore_error_codes_matching="ResourceNotFoundException",
        )
        keep = cr.AwsSdkCall(
            service="CloudWatchLogs",
            action="putRetentionPolicy",
            parameters={**group, "retentionInDays": retention_days},
            physical_resource_id=physical_resource_id(f"{id}-retention"),
        )
        # With the ending, as CloudWatch Logs wants it for actions on log groups:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
        log_group = stack_of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name=f"{log_group_name}:*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        made = self._call(
            f"{id}Group",
            log_group,
            actions=["logs:CreateLogGroup", *(["logs:DeleteLogGroup"] if self._destroy else [])],
            on_create=make,
            on_update=make,
            on_delete=delete if self._destroy else None,
        )
        self._call(
            f"{id}Retention",
            log_group,
            actions=["logs:PutRetentionPolicy"],
            on_create=keep,
            on_update=keep,
            after=[made],
        )

    def _call(
        self,
        id: str,
        log_group: str,
        *,
        actions: Sequence[str],
        on_create: cr.AwsSdkCall,
        on_update: cr.AwsSdkCall,
        on_delete: cr.AwsSdkCall | None = None,
        after: Sequence[Construct] = (),
    ) -> cr.AwsCustomResource:
        call = cr.AwsCustomResource(
            self,
            id,
            resource_type="Custom::InstanceLogRetention",
            on_create=on_create,
            on_update=on_update,
            on_delete=on_delete,
            install_latest_aws_sdk=False,
            timeout=minutes(_TIMEOUT_MINUTES),
            role=self._role,
            log_group=self._function_logs,
            policy=cr.AwsCustomResourcePolicy.from_statements(
                [iam.PolicyStatement(actions=list(actions), resources=[log_group])]
            ),
        )
        call.node.add_dependency(self._role, *after)
        acknowledge_wildcard(
            call,
            resource=log_group,
            reason="One log group of this database. The ending :* is part of how CloudWatch Logs writes the ARN "
            "of a log group in policies.",
        )
        return call
