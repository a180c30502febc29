"""The function that empties buckets before they are deleted, which the CDK makes once in a stack."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from emr_platform.asked_once import known, stack_of

_PROVIDER = "Custom::S3AutoDeleteObjectsCustomResourceProvider"
_LOG_GROUP = "LogGroup"


def restrict_emptying(scope: Construct) -> None:
    """Let the function that empties a stack's buckets write its own logs only.

    With the managed policy that the CDK gives it, it may write to every log group of the account: those of other
    environments, too.

    Args:
        scope: Anything in a stack whose buckets have ``auto_delete_objects``. Without such a bucket nothing is done.
    """
    provider = _provider(scope)
    if provider is None or provider.node.try_find_child(_LOG_GROUP):
        return
    log_group = logs.LogGroup(
        provider,
        _LOG_GROUP,
        retention=logs.RetentionDays.ONE_MONTH,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    write_logs = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": log_group.log_group_arn,
    }
    for resource in emptying_resources(scope):
        if resource.cfn_resource_type == "AWS::IAM::Role":
            resource.add_property_deletion_override("ManagedPolicyArns")
            resource.add_property_override(
                "Policies",
                [
                    {
                        "PolicyName": "WriteLogs",
                        "PolicyDocument": {"Version": "2012-10-17", "Statement": [write_logs]},
                    }
                ],
            )
        else:
            resource.add_property_override("LoggingConfig.LogGroup", log_group.log_group_name)


def emptying_resources(scope: Construct) -> list[cdk.CfnResource]:
    """The function that empties a stack's buckets, and its role.

    The CDK makes them as resources of any type, which ``Tags.of`` passes over.

    Args:
        scope: Anything in the stack.
    """
    provider = _provider(scope)
    if provider is None:
        return []
    return [
        child
        for child in provider.node.children
        if isinstance(child, cdk.CfnResource)
        and child.cfn_resource_type in ("AWS::IAM::Role", "AWS::Lambda::Function")
    ]


def _provider(scope: Construct) -> Construct | None:
    provider = known(stack_of(scope)).node.try_find_child(_PROVIDER)
    return provider if isinstance(provider, Construct) else None
