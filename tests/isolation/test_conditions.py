"""Conditions of statements: they hold, do not hold, or it depends."""

from typing import Any

import pytest

from emr_platform.isolation.conditions import (
    ABSENT,
    DEPENDS,
    NO,
    YES,
    OfEnvironment,
    Request,
    Verdict,
    conditions_hold,
)
from emr_platform.isolation.matching import HOLE
from emr_platform.isolation.policies import Source, make_statement

ONE, TWO = "\U000f0000", "\U000f0001"
REQUEST = Request(
    values={
        "aws:principalarn": f"arn:aws:iam::111122223333:role/dev-{ONE}",
        "aws:principalaccount": "111122223333",
        "aws:sourcearn": ABSENT,
        "aws:sourcevpc": OfEnvironment("dev", "111122223333", {ONE: "dev", TWO: "prod"}.get),
        "aws:viaawsservice": "false",
        "aws:sourceip": "10.0.1.0/24",
    },
    groups={"aws:resourcetag/": {"environment": "prod", "team": HOLE}},
)
ARN = "aws:PrincipalArn"
TAG = "aws:ResourceTag/environment"


def holds(condition: Any, request: Request = REQUEST) -> Verdict:
    def texts(value: Any) -> list[str]:
        return [] if value is None else [value] if isinstance(value, str) else list(value)

    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}
    return conditions_hold(make_statement(statement, texts, Source("", ())), request)


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("StringEquals", TAG, "prod", YES),
        ("StringEquals", "AWS:resourcetag/Environment", "prod", YES),
        ("StringEquals", TAG, "Prod", NO),
        ("StringEquals", TAG, ["dev", "prod"], YES),
        ("StringEquals", TAG, "pr*", NO),
        ("StringLike", TAG, "pr*", YES),
        ("StringLike", TAG, "d*", NO),
        ("StringNotEquals", TAG, "prod", NO),
        ("StringNotEquals", TAG, ["dev", "prod"], NO),
        ("StringNotEquals", TAG, "dev", YES),
        ("StringNotLike", TAG, "pr?d", NO),
        ("StringEqualsIgnoreCase", TAG, "PROD", YES),
        ("StringNotEqualsIgnoreCase", TAG, "PROD", NO),
        # A key that the request does not have.
        ("StringEquals", "aws:ResourceTag/none", "prod", NO),
        ("StringEqualsIfExists", "aws:ResourceTag/none", "prod", YES),
        ("StringNotEquals", "aws:ResourceTag/none", "prod", YES),
        ("Null", "aws:ResourceTag/none", "true", YES),
        ("Null", "aws:ResourceTag/none", "false", NO),
        ("Null", TAG, "true", NO),
        ("Null", TAG, "false", YES),
        ("ForAllValues:StringEquals", "aws:ResourceTag/none", "x", YES),
        ("ForAnyValue:StringNotEquals", "aws:ResourceTag/none", "x", NO),
        ("ArnLike", "aws:SourceArn", "*", NO),
        # A value that is not known.
        ("StringEquals", "aws:ResourceTag/team", "blue", DEPENDS),
        ("StringNotEquals", "aws:ResourceTag/team", "blue", DEPENDS),
        ("StringEquals", "aws:RequestTag/team", "blue", DEPENDS),
        ("Bool", "aws:SecureTransport", "false", DEPENDS),
        ("NumericLessThan", "s3:TlsVersion", "1.2", DEPENDS),
        ("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z", DEPENDS),
        ("Null", "aws:MultiFactorAuthAge", "true", DEPENDS),
        ("StringEquals", TAG, HOLE, DEPENDS),
        # ARNs, with names that AWS makes up.
        ("ArnEquals", ARN, f"arn:aws:iam::111122223333:role/dev-{ONE}", YES),
        ("ArnEquals", ARN, "arn:aws:iam::111122223333:role/*", YES),
        ("ArnLike", ARN, f"arn:aws:iam::111122223333:role/dev-{TWO}", NO),
        ("ArnLike", ARN, "arn:aws:iam::*:role/dev-*", YES),
        ("ArnLike", ARN, "arn:aws:iam::*:role/prod-*", NO),
        ("ArnNotLike", ARN, "arn:aws:iam::*:role/prod-*", YES),
        ("ArnNotEquals", ARN, "arn:aws:iam::111122223333:role/*", NO),
        ("ArnLike", ARN, "arn:aws:iam::444455556666:role/*", NO),
        # The parts are compared one by one; a pattern of fewer is no ARN.
        ("ArnLike", ARN, "arn:aws:iam:*:role/dev-*", DEPENDS),
        ("ArnLike", ARN, "arn:aws:*::111122223333:role/dev-*", YES),
        ("ArnLike", ARN, "arn:aws:*:111122223333:eu-west-1:*", NO),
        ("StringLike", ARN, "arn:*:role/dev-*", YES),
        ("Bool", "aws:ViaAWSService", "false", YES),
        ("Bool", "aws:ViaAWSService", "true", NO),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/16", YES),
        ("IpAddress", "aws:SourceIp", "10.9.0.0/16", NO),
        ("NotIpAddress", "aws:SourceIp", "10.0.0.0/16", NO),
        ("IpAddress", "aws:SourceIp", "::/0", NO),
        ("IpAddress", "aws:SourceIp", "nonsense", DEPENDS),
        # Something of an environment.
        ("StringEquals", "aws:SourceVpc", f"vpc-{TWO}", NO),
        ("StringNotEquals", "aws:SourceVpc", f"vpc-{TWO}", YES),
        ("StringEquals", "aws:SourceVpc", f"vpc-{ONE}", DEPENDS),
        ("StringEquals", "aws:SourceVpc", "vpc-0123", DEPENDS),
        ("Unheard", TAG, "prod", DEPENDS),
    ],
)
def test_operator(operator: str, key: str, values: Any, expected: Verdict) -> None:
    assert holds({operator: {key: values}}) is expected


def test_all_conditions_have_to_hold() -> None:
    yes, no = {TAG: "prod"}, {TAG: "dev"}
    unknown = {"aws:RequestTag/x": "y"}
    assert holds({"StringEquals": yes, "StringLike": yes}) is YES
    assert holds({"StringEquals": yes, "StringLike": no}) is NO
    assert holds({"StringEquals": {**yes, **unknown}}) is DEPENDS
    assert holds({"StringEquals": {**unknown}, "StringLike": no}) is NO
    assert holds(None) is YES
    assert holds({"Fn::If": ["A", {}, {}]}) is DEPENDS


def test_variables_stand_for_values() -> None:
    condition = {"StringEquals": {TAG: "${aws:ResourceTag/environment}"}}
    assert holds(condition) is YES
    assert holds({"StringEquals": {TAG: "${aws:PrincipalAccount}"}}) is NO
    assert holds({"StringEquals": {TAG: "${aws:username}"}}) is DEPENDS


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (f"arn:aws:s3:::{TWO}", NO),
        (f"arn:aws:s3:::{ONE}", DEPENDS),
        ("arn:aws:s3:::*", DEPENDS),
        ("arn:aws:elasticmapreduce:eu-west-1:111122223333:*", DEPENDS),
        ("arn:aws:elasticmapreduce:eu-west-1:444455556666:*", NO),
    ],
)
def test_source_arn_of_another_environment(pattern: str, expected: Verdict) -> None:
    source = OfEnvironment("dev", "111122223333", {ONE: "dev", TWO: "prod"}.get)
    request = Request(values={"aws:sourcearn": source})
    assert holds({"ArnLike": {"aws:SourceArn": pattern}}, request) is expected
