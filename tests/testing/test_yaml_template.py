"""Templates as YAML say the same as they do as JSON, in a form that can be reviewed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emr_platform.templates.model import normal
from emr_platform.templates.yaml_text import load_yaml
from emr_platform.testing.yaml_template import as_yaml

TEMPLATE: dict[str, Any] = {
    "Outputs": {"Url": {"Value": {"Fn::GetAtt": ["Queue", "QueueUrl"]}}},
    "Resources": {
        "Queue": {
            "Properties": {
                "QueueName": {"Fn::Sub": "${AWS::Region}-jobs"},
                "DelaySeconds": 3,
                "FifoQueue": True,
                "Tags": [{"Key": "on", "Value": "true"}, {"Key": "text", "Value": "one\ntwo\n"}],
                "KmsMasterKeyId": {"Fn::ImportValue": {"Fn::Sub": "${Stage}-key"}},
                "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}},
            },
            "DeletionPolicy": "Retain",
            "Type": "AWS::SQS::Queue",
            "DependsOn": ["Dead"],
        },
        "Dead": {"Type": "AWS::SQS::Queue"},
    },
    "Description": "Jobs",
    "Parameters": {"Stage": {"Type": "String", "Default": "01"}},
}

WRITTEN = """\
Description: Jobs
Parameters:
  Stage:
    Default: '01'
    Type: String
Resources:
  Dead:
    Type: AWS::SQS::Queue
  Queue:
    Type: AWS::SQS::Queue
    DependsOn:
    - Dead
    DeletionPolicy: Retain
    Properties:
      DelaySeconds: 3
      FifoQueue: true
      KmsMasterKeyId:
        Fn::ImportValue: !Sub ${Stage}-key
      QueueName: !Sub ${AWS::Region}-jobs
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Dead.Arn
      Tags:
      - Key: 'on'
        Value: 'true'
      - Key: text
        Value: |
          one
          two
Outputs:
  Url:
    Value: !GetAtt Queue.QueueUrl
"""


def test_template_as_people_write_it() -> None:
    assert as_yaml(TEMPLATE) == WRITTEN


def test_yaml_says_what_the_template_says() -> None:
    assert normal(load_yaml(as_yaml(TEMPLATE))) == normal(TEMPLATE)


def test_long_texts_stay_on_a_line() -> None:
    statement = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::" + "a b " * 200]]}
    text = as_yaml({"Resources": {"A": {"Type": "Custom::A", "Properties": {"B": statement}}}})

    assert max(map(len, text.splitlines())) > 800


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::GetAtt": ["Resource", {"Ref": "Attribute"}]},
        {"Fn::GetAtt": ["Nested", "Outputs.Name"]},
        {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
        {"Fn::If": ["IsLarge", {"Ref": "AWS::NoValue"}, [1, 2]]},
        {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://a/b"}}},
        {"Ref": "A", "Other": "B"},
        {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]},
        {},
        [],
        "",
        "# no comment",
        "a: b",
        "!Ref A",
        " spaces ",
        "\ttab",
        "null",
    ],
)
def test_value(value: Any) -> None:
    template = {"Resources": {"A": {"Type": "Custom::A", "Properties": {"Value": value}}}}

    assert normal(load_yaml(as_yaml(template))) == normal(template)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]))
VALUES = st.recursive(
    TEXTS | st.booleans() | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS.filter(lambda key: key != "Ref"), inner),
    max_leaves=10,
)


@settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(VALUES)
def test_any_value(value: Any) -> None:
    template = {"Resources": {"A": {"Type": "Custom::A", "Properties": {"Value": value}}}}

    assert normal(load_yaml(as_yaml(template))) == normal(template)
