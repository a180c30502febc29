"""Policies in all the ways in which CloudFormation takes them; what it puts together itself is not judged."""

import json
from typing import Any

import pytest

from emr_platform.isolation.documents import items_of
from tests.isolation.support import allow, document, found, key, look, resource, role, stack, victim

OPEN = document(allow("s3:GetObject"))
NOTHING = {"Ref": "AWS::NoValue"}
CONDITIONS = {"Conditions": {"Some": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}}
STAGE = {"Parameters": {"Stage": {"Type": "String"}}}


def chosen(one: Any, other: Any = NOTHING) -> Any:
    return {"Fn::If": ["Some", one, other]}


def named(policy: Any) -> Any:
    return {"PolicyName": "some", "PolicyDocument": policy}


def attached(policy: Any) -> dict[str, Any]:
    made = resource("AWS::IAM::Policy", Roles=[{"Ref": "App"}], PolicyDocument=policy)
    return {"App": role(), "Policy": made}


def looked_at(resources: dict[str, Any], **sections: Any) -> Any:
    more: dict[str, Any] = {**CONDITIONS, **STAGE, **sections}
    dev = stack("dev", resources, **more)
    return look(dev, stack("prod", victim()))


@pytest.mark.parametrize(
    "resources",
    [
        attached(OPEN),
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html: JSON.
        attached(json.dumps(OPEN)),
        attached(chosen(OPEN)),
        attached(document(chosen(allow("s3:GetObject")))),
        attached({"Statement": chosen([allow("s3:GetObject")])}),
        {"App": role(Policies=chosen([named(OPEN)]))},
        {"App": role(Policies=[chosen(named(OPEN))])},
        {"App": role(Policies=[named(chosen(json.dumps(OPEN)))])},
    ],
)
def test_leak_is_found_however_it_is_written(resources: dict[str, Any]) -> None:
    isolation = looked_at(resources)
    assert found(isolation) == {"App s3:read Data"}
    assert isolation.gaps == ()


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        (attached({"Fn::Sub": json.dumps(OPEN)}), "dev-stack/Policy/document"),
        (attached("no JSON"), "dev-stack/Policy/document"),
        (attached({"Fn::Transform": {"Name": "AWS::Include"}}), "dev-stack/Policy/document"),
        (attached(document({"Fn::FindInMap": ["a", "b", "c"]})), "dev-stack/Policy/document"),
        (attached(document({"Ref": "Stage"})), "dev-stack/Policy/document"),
        (attached(document(chosen(allow("s3:ListAllMyBuckets")))), None),
        (attached(chosen(NOTHING, document())), None),
        ({"App": role(Policies=[named({"Ref": "Stage"})])}, "dev-stack/App/document"),
        ({"App": role(AssumeRolePolicyDocument={"Fn::Sub": "{}"})}, "dev-stack/App/document"),
        ({"Key": resource("AWS::KMS::Key", KeyPolicy={"Ref": "Stage"})}, "dev-stack/Key/document"),
        ({"Key": key()}, None),
        ({"Bucket": resource("AWS::S3::BucketPolicy", PolicyDocument={"Ref": "Stage"})},
         "dev-stack/Bucket/document"),
        # Not a policy of AWS.
        ({"Other": resource("Custom::Some", PolicyDocument={"Ref": "Stage"})}, None),
    ],
)  # fmt: skip
def test_policy_that_is_put_together_cannot_be_judged(
    resources: dict[str, Any], expected: str | None
) -> None:
    ids = {each.id for each in looked_at(resources).gaps}
    if expected:
        assert expected in ids
    else:
        assert ids == set()


@pytest.mark.parametrize(
    ("transform", "is_known"),
    [
        ("AWS::LanguageExtensions", True),
        (["AWS::LanguageExtensions"], True),
        ("AWS::Serverless-2016-10-31", False),
        (["AWS::LanguageExtensions", "Own"], False),
        ([{"Name": "AWS::Include", "Parameters": {"Location": "s3://some/file"}}], False),
    ],
)
def test_macros_change_what_was_judged(transform: Any, is_known: bool) -> None:
    isolation = looked_at({"App": role()}, Transform=transform)
    assert [each.id for each in isolation.gaps] == ([] if is_known else ["dev-stack/transform"])


def test_macro_within_a_template() -> None:
    included = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://a/b"}}}
    isolation = looked_at({"Bucket": resource("AWS::S3::Bucket", Tags=[included])})
    assert [each.id for each in isolation.gaps] == ["dev-stack/transform"]


def test_items_of_lists_within_conditions() -> None:
    items = [1, {"Fn::If": ["c", [2, 3], {"Fn::If": ["d", 4, None]}]}]
    assert list(items_of(items, ("at",))) == [
        (1, ("at", 0)),
        (2, ("at", 1, "Fn::If", 1, 0)),
        (3, ("at", 1, "Fn::If", 1, 1)),
        (4, ("at", 1, "Fn::If", 2, "Fn::If", 1)),
    ]
