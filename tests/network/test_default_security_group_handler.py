"""The function that empties a VPC's default security group, against an EC2 in memory."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from emr_platform.network.default_security_group_handler import handler

ACCOUNT = "123456789012"
CONTEXT = SimpleNamespace(log_stream_name="2030/01/01/[$LATEST]0123")


class CloudFormation:
    """Sends requests to the handler and takes its answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[tuple[urllib.request.Request, float]] = []
        monkeypatch.setattr(urllib.request, "urlopen", self._urlopen)

    def _urlopen(self, request: urllib.request.Request, *, timeout: float) -> Any:
        self.sent.append((request, timeout))
        return SimpleNamespace(close=lambda: None)

    def request(self, kind: str, group_id: str) -> dict[str, Any]:
        event = {
            "RequestType": kind,
            "ResponseURL": "https://answers.example/here?signature=1",
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "Resource",
            "ResourceProperties": {"SecurityGroupId": group_id, "Account": ACCOUNT},
        }
        handler(event, CONTEXT)
        request, _ = self.sent[-1]
        assert isinstance(request.data, bytes)
        answer: dict[str, Any] = json.loads(request.data)
        return answer


@pytest.fixture
def cloudformation(monkeypatch: pytest.MonkeyPatch) -> CloudFormation:
    return CloudFormation(monkeypatch)


@pytest.fixture
def ec2(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield boto3.client("ec2")


@pytest.fixture
def group_id(ec2: Any) -> str:
    """A default security group with the two rules that AWS creates it with."""
    vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/24")["Vpc"]["VpcId"]
    (group,) = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])[
        "SecurityGroups"
    ]
    from_itself = {"UserIdGroupPairs": [{"GroupId": group["GroupId"], "UserId": ACCOUNT}]}
    ec2.authorize_security_group_ingress(
        GroupId=group["GroupId"], IpPermissions=[{"IpProtocol": "-1", **from_itself}]
    )
    assert rules(ec2, group["GroupId"]) == (1, 1)
    return str(group["GroupId"])


def rules(ec2: Any, group_id: str) -> tuple[int, int]:
    (group,) = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    return len(group["IpPermissions"]), len(group["IpPermissionsEgress"])


def test_the_rules_are_removed(ec2: Any, group_id: str, cloudformation: CloudFormation) -> None:
    answer = cloudformation.request("Create", group_id)

    assert answer == {
        "Status": "SUCCESS",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Resource",
        "PhysicalResourceId": group_id,
    }
    assert rules(ec2, group_id) == (0, 0)


def test_rules_that_are_gone_are_no_failure(
    ec2: Any, group_id: str, cloudformation: CloudFormation
) -> None:
    cloudformation.request("Create", group_id)

    assert cloudformation.request("Update", group_id)["Status"] == "SUCCESS"
    assert rules(ec2, group_id) == (0, 0)


def test_deletion_opens_nothing_and_closes_nothing(
    ec2: Any, group_id: str, cloudformation: CloudFormation
) -> None:
    assert cloudformation.request("Delete", group_id)["Status"] == "SUCCESS"
    assert rules(ec2, group_id) == (1, 1)


@pytest.mark.usefixtures("ec2")
def test_a_failure_is_told(cloudformation: CloudFormation) -> None:
    answer = cloudformation.request("Create", "sg-0123456789abcdef0")

    assert answer["Status"] == "FAILED"
    assert "InvalidGroup.NotFound" in answer["Reason"]
    assert "(log: 2030/01/01/[$LATEST]0123)" in answer["Reason"]
    assert answer["PhysicalResourceId"] == "sg-0123456789abcdef0"


@pytest.mark.usefixtures("ec2")
def test_the_answer_goes_where_cloudformation_wants_it(
    group_id: str, cloudformation: CloudFormation
) -> None:
    cloudformation.request("Create", group_id)

    request, timeout = cloudformation.sent[-1]
    assert request.full_url == "https://answers.example/here?signature=1"
    assert request.method == "PUT"
    # The signature of the URL covers an empty content type.
    assert request.get_header("Content-type") == ""
    assert timeout == 30
