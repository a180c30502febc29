"""Custom resources: a Lambda function is told of every creation, update and deletion, and its answer counts."""

import json
import uuid
from typing import Any

import pytest

from emr_platform.operations.local_aws import LocalAws
from tests.operations.local_aws.templates import (
    attribute,
    create_stack,
    parameter,
    ref,
    resource,
)

# Sends what it is told to a queue, and does what its properties say.
CODE = """
import os
import boto3, json
import cfnresponse

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(event))
    properties = event["ResourceProperties"]
    if properties.get("Silent") == "true":
        return {"said": "nothing"}
    if properties.get("Crash") == "true":
        raise RuntimeError("it crashed")
    status = cfnresponse.FAILED if properties.get("Fail") == "true" else cfnresponse.SUCCESS
    data = {"Size": len(properties)}
    cfnresponse.send(event, context, status, data, properties.get("Id", "fixed"), reason="as it was told")
"""


@pytest.fixture
def queue(aws: LocalAws) -> str:
    sqs = aws.client("sqs")
    return str(sqs.create_queue(QueueName=f"told-{uuid.uuid4()}")["QueueUrl"])


def _resources(queue: str, **properties: Any) -> dict[str, Any]:
    return {
        "Role": resource("AWS::IAM::Role", {"AssumeRolePolicyDocument": {}}),
        "Function": resource(
            "AWS::Lambda::Function",
            {
                "Code": {"ZipFile": CODE},
                "Handler": "index.handler",
                "Role": attribute("Role", "Arn"),
                "Runtime": "python3.13",
                "Timeout": 30,
                "Environment": {"Variables": {"QUEUE": queue}},
            },
        ),
        "Custom": resource(
            "Custom::Thing", {"ServiceToken": attribute("Function", "Arn"), **properties}
        ),
    }


def _told(aws: LocalAws, queue: str) -> list[dict[str, Any]]:
    """What the function has been told since the last time."""
    sqs, events = aws.client("sqs"), []
    while messages := sqs.receive_message(QueueUrl=queue).get("Messages", []):
        for message in messages:
            events.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return events


def test_function_is_told_of_the_whole_life_of_the_resource(aws: LocalAws, queue: str) -> None:
    stack = create_stack(aws, _resources(queue, Flag=True, Count=3, List=[1, {"Deep": False}]))
    assert stack.status == "CREATE_COMPLETE"
    (created,) = _told(aws, queue)
    assert created["RequestType"] == "Create"
    assert created["ResourceType"] == "Custom::Thing"
    assert created["LogicalResourceId"] == "Custom"
    assert "PhysicalResourceId" not in created
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-create.html: values
    # are strings.
    sent = {**created["ResourceProperties"]}
    assert sent.pop("ServiceToken").startswith("arn:aws:lambda:")
    assert sent == {"Flag": "true", "Count": "3", "List": ["1", {"Deep": "false"}]}
    assert stack.resources["Custom"] == "fixed"

    stack.update(_resources(queue, Flag=False))
    (updated,) = _told(aws, queue)
    assert updated["RequestType"] == "Update"
    assert updated["PhysicalResourceId"] == "fixed"
    assert updated["ResourceProperties"]["Flag"] == "false"
    assert updated["OldResourceProperties"]["Count"] == "3"

    stack.delete()
    (deleted,) = _told(aws, queue)
    assert deleted["RequestType"] == "Delete"
    assert deleted["PhysicalResourceId"] == "fixed"
    assert deleted["ResourceProperties"]["Flag"] == "false"


def test_another_physical_id_replaces_the_resource(aws: LocalAws, queue: str) -> None:
    stack = create_stack(aws, _resources(queue, Id="one"))
    stack.update(_resources(queue, Id="two"))
    assert stack.resources["Custom"] == "two"
    told = [(event["RequestType"], event.get("PhysicalResourceId")) for event in _told(aws, queue)]
    assert told == [("Create", None), ("Update", "one"), ("Delete", "one")]


def test_answer_is_there_for_those_who_refer_to_the_resource(aws: LocalAws, queue: str) -> None:
    text = {"Fn::Join": [" ", [ref("Custom"), attribute("Custom", "Size")]]}
    stack = create_stack(aws, {"Parameter": parameter(text), **_resources(queue, Id="an-id")})
    name = stack.resources["Parameter"]
    assert aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] == "an-id 2"


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Fail": True}, "Create of Custom failed: as it was told"),
        ({"Crash": True}, "the function ended without an answer: RuntimeError: it crashed"),
        ({"Silent": True}, 'the function ended without an answer: it returned {"said": "nothing"}'),
    ],
)
def test_failure_is_that_of_the_stack(
    aws: LocalAws, queue: str, properties: dict[str, Any], reason: str
) -> None:
    stack = create_stack(aws, _resources(queue, **properties))
    assert stack.status == "ROLLBACK_COMPLETE"
    (failed,) = [event for event in stack.events if event[1] == "CREATE_FAILED"]
    assert failed[0] == "Custom"
    assert reason in failed[2]


def test_type_without_a_name_of_its_own_is_told_too(aws: LocalAws, queue: str) -> None:
    resources = _resources(queue)
    resources["Custom"]["Type"] = "AWS::CloudFormation::CustomResource"
    create_stack(aws, resources)
    (created,) = _told(aws, queue)
    assert created["ResourceType"] == "AWS::CloudFormation::CustomResource"


def test_function_can_be_invoked_and_leaves_a_log(aws: LocalAws, queue: str) -> None:
    code = "def handler(event, context):\n    print('was here')\n    return event['n'] + 1\n"
    resources = _resources(queue)
    resources["Function"]["Properties"]["Code"] = {"ZipFile": code}
    del resources["Custom"]
    stack = create_stack(aws, resources)
    name = stack.resources["Function"]
    answer = aws.client("lambda").invoke(FunctionName=name, Payload=b'{"n": 41}')
    assert json.loads(answer["Payload"].read()) == 42
    events = aws.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    assert "was here" in [event["message"] for event in events]
