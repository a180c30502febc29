"""Acknowledgements, held against cdk-nag itself."""

from __future__ import annotations

import cdk_nag
import pytest
from aws_cdk import App, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3

from emr_platform.acknowledgements import acknowledge_wildcard, flatten


def app_with_grant(*, acknowledged: str, prefix: str = "in/") -> App:
    """A role in one stack that may read objects of a bucket in another one."""
    app = App()
    Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    policies = Stack(app, "Policies")
    role = iam.Role(policies, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    bucket = s3.Bucket.from_bucket_name(policies, "Imported", "imported")
    topic = iam.Role(
        Stack(app, "Other"), "Other", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com")
    )
    for resource in (bucket.arn_for_objects(f"{prefix}*"), f"{topic.role_arn}/*"):
        role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=[resource]))
    acknowledge_wildcard(role, resource=bucket.arn_for_objects(f"{prefix}*"), reason="a test")
    acknowledge_wildcard(role, resource=f"{topic.role_arn}/{acknowledged}", reason="a test")
    return app


def test_a_reference_to_another_stack_is_acknowledged() -> None:
    app_with_grant(acknowledged="*").synth()


def test_parentheses_in_pairs_are_taken() -> None:
    app_with_grant(acknowledged="*", prefix="report (final)/").synth()


# So no prefix and no path in a file may have them.
@pytest.mark.parametrize("prefix", ["a(b/", "a)b/", "a]b/", "a{b/", "a{b}/"])
def test_the_cdk_counts_brackets(prefix: str) -> None:
    with pytest.raises(RuntimeError, match="InvalidValidationId"):
        app_with_grant(acknowledged="*", prefix=prefix).synth()


def test_another_resource_is_not() -> None:
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app_with_grant(acknowledged="other/*").synth()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ({"Fn::Sub": "bucket-${AWS::Region}"}, "bucket-<AWS::Region>"),
        (
            {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::x"]]},
            "arn:<AWS::Partition>:s3:::x",
        ),
        ({"Fn::GetAtt": ["Bucket", "Arn"]}, "<Bucket.Arn>"),
        ({"Fn::ImportValue": "network:Export"}, "network:Export"),
        ({"Fn::Select": [0, "x"]}, '{"Fn::Select":[0,"x"]}'),
    ],
)
def test_flatten(value: object, text: str) -> None:
    assert flatten(value) == text
