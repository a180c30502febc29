"""The Lambda function behind a custom resource: takes all rules out of a VPC's default security group."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import boto3
from botocore.exceptions import ClientError


def handler(event: dict[str, Any], context: Any) -> None:
    """Answer one request of CloudFormation.

    Args:
        event: The request; its properties are ``SecurityGroupId`` and ``Account``, the group's owner.
        context: Lambda's context object.

    See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
    """
    group_id = event["ResourceProperties"]["SecurityGroupId"]
    answer = {"Status": "SUCCESS"}
    try:
        # The group is deleted with its VPC; until then it should stay closed.
        if event["RequestType"] != "Delete":
            _remove_default_rules(group_id, event["ResourceProperties"]["Account"])
    except Exception as error:  # noqa: BLE001 - CloudFormation waits an hour for those who say nothing
        answer = {"Status": "FAILED", "Reason": f"{error} (log: {context.log_stream_name})"}
    answer |= {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer["PhysicalResourceId"] = group_id
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own URL
        event["ResponseURL"], json.dumps(answer).encode(), {"Content-Type": ""}, method="PUT"
    )
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310


def _remove_default_rules(group_id: str, account: str) -> None:
    """Revoke the two rules with which AWS creates the group; it is fine if they are gone already."""
    ec2 = boto3.client("ec2")
    from_itself = {"UserIdGroupPairs": [{"GroupId": group_id, "UserId": account}]}
    to_anywhere = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    for revoke, peers in (
        (ec2.revoke_security_group_ingress, from_itself),
        (ec2.revoke_security_group_egress, to_anywhere),
    ):
        try:
            revoke(GroupId=group_id, IpPermissions=[{"IpProtocol": "-1", **peers}])
        except ClientError as error:
            if error.response["Error"]["Code"] != "InvalidPermission.NotFound":
                raise
