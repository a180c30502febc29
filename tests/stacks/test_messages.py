"""Messages between Python and the CDK: they say what jsii's own would say."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from typing import Any

import jsii
import pytest
from aws_cdk import App, Aspects, CfnResource, CfnTag, Duration, IAspect, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from aws_cdk.assertions import Template
from constructs import IConstruct
from jsii._kernel import types

from stacks.messages import MessagesProcess, _default, jsii_reference, reference
from tests.support import ROOT


def values() -> dict[str, Any]:
    """Arguments of every kind there is."""
    stack = Stack(App(), "it")
    return {
        "text": "té\n",
        "numbers": [1, 2.5, True, None],
        "map": {"a": {"b": [None, "c"]}, "d": None},
        "date": datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC),
        "enum": RemovalPolicy.RETAIN,
        "construct": stack,
        "object": Duration.days(1),
        "struct": CfnTag(key="a", value="b"),
        "struct with little": s3.BucketProps(bucket_name="b"),
        "struct with nothing": s3.BucketProps(),
        "structs in structs": s3.BucketProps(
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(1), prefix="")],
            cors=[],
        ),
        "struct from a dictionary": s3.BucketProps(lifecycle_rules=[{"prefix": "a"}]),
        "proxies": ec2.Vpc.from_vpc_attributes(
            stack,
            "vpc",
            vpc_id="vpc-1",
            availability_zones=["us-east-1a"],
            public_subnet_ids=["subnet-1"],
        ).public_subnets,
    }


def sent(value: Any) -> Any:
    return json.loads(json.dumps(value, default=_default))


def without_nulls_in_structs(value: Any) -> Any:
    if isinstance(value, list):
        return [without_nulls_in_structs(item) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {key: without_nulls_in_structs(item) for key, item in value.items()}
    if (struct := inner.get("$jsii.struct")) and any(
        v is not None for v in struct["data"].values()
    ):
        struct["data"] = {key: item for key, item in struct["data"].items() if item is not None}
    return inner


def test_arguments_are_sent_as_jsii_sends_them() -> None:
    arguments = values()

    ours = {name: sent(reference(jsii.kernel, value)) for name, value in arguments.items()}

    assert ours == {
        name: without_nulls_in_structs(sent(jsii_reference(jsii.kernel, value)))
        for name, value in arguments.items()
    }


def test_all_arguments_at_once_are_sent_as_jsii_sends_them() -> None:
    everything = list(values().values())

    ours = reference(jsii.kernel, everything)

    assert sent(ours) == without_nulls_in_structs(sent(jsii_reference(jsii.kernel, everything)))


def test_a_function_is_refused_as_jsii_refuses_it() -> None:
    with pytest.raises(jsii.errors.JSIIError, match="Cannot pass function"):
        reference(jsii.kernel, {"a": [lambda: None]})


def test_the_tests_use_these_messages() -> None:
    provider_of: Any = jsii.kernel.provider

    assert isinstance(provider_of._process, MessagesProcess)


def test_an_error_of_the_cdk_is_raised_as_jsii_raises_it() -> None:
    app = App()
    Stack(app, "it")

    with pytest.raises(RuntimeError, match="already a Construct with name 'it'") as error:
        Stack(app, "it")

    assert isinstance(error.value.__cause__, jsii.errors.JavaScriptError)


def test_a_question_that_makes_no_sense_is_a_fault_as_with_jsii() -> None:
    request = types.GetRequest(types.ObjRef("aws-cdk-lib.App@1"), "node")

    with pytest.raises(jsii.errors.JSIIError, match="not found"):
        jsii.kernel.provider.get(request)


def test_the_cdk_can_call_back() -> None:
    stack = Stack(App(), "it")
    CfnResource(stack, "made", type="AWS::S3::Bucket")
    visited = []

    @jsii.implements(IAspect)
    class Visitor:
        def visit(self, node: IConstruct) -> None:
            visited.append(node.node.path)

    Aspects.of(stack).add(Visitor())
    Template.from_stack(stack)

    assert "it/made" in visited


def test_where_python_was_is_sent_by_jsii_when_asked_for() -> None:
    # https://aws.github.io/jsii/user-guides/lib-user/configuration/
    program = """
from jsii._kernel import types
from jsii._kernel.providers import process as provider
from stacks.messages import MessagesProcess
provider._NodeProcess.send = lambda self, request, answer: print(answer.__name__)
provider._NodeProcess.stop = lambda self: None
MessagesProcess().send(types.GetRequest(types.ObjRef("a@1"), "node"), types.GetResponse)
"""

    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "JSII_HOST_STACK_TRACES": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert result.stdout == "GetResponse\n", result.stderr
