import json
from pathlib import Path
from typing import Any

import pytest

from emr_platform.changes.references import Reference, references
from emr_platform.templates.model import TemplateError
from emr_platform.templates.reading import parse, read, read_all

YAML = """\
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Size: {Type: Number, Default: 3}
Conditions:
  Large: !Equals [!Ref Size, 10]
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Condition: Large
    DeletionPolicy: Retain
    Metadata: {aws:cdk:path: app/data/Bucket/Resource}
    Properties:
      BucketName: !Sub "${Size}-${Key.Arn}-${!Literal}"
      VersioningConfiguration: !If [Large, {Status: Enabled}, !Ref AWS::NoValue]
      ObjectLockEnabled: true
      Nothing: ~
      Date: 2012-10-17
      Joined: !Join ["", [!GetAtt Key.Arn, !ImportValue other:Key]]
  Key:
    Type: AWS::KMS::Key
Outputs:
  Name:
    Value: !Ref Bucket
    Export: {Name: data:Bucket}
"""
JSON = {
    "Parameters": {"Size": {"Type": "Number", "Default": 3}},
    "Conditions": {"Large": {"Fn::Equals": [{"Ref": "Size"}, 10]}},
    "Resources": {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Condition": "Large",
            "DeletionPolicy": "Retain",
            "Metadata": {"aws:cdk:path": "app/data/Bucket/Resource"},
            "Properties": {
                "BucketName": {"Fn::Sub": "${Size}-${Key.Arn}-${!Literal}"},
                "VersioningConfiguration": {
                    "Fn::If": ["Large", {"Status": "Enabled"}, {"Ref": "AWS::NoValue"}]
                },
                "ObjectLockEnabled": True,
                "Date": "2012-10-17",
                "Joined": {
                    "Fn::Join": [
                        "",
                        [{"Fn::GetAtt": ["Key", "Arn"]}, {"Fn::ImportValue": "other:Key"}],
                    ]
                },
            },
        },
        "Key": {"Type": "AWS::KMS::Key"},
    },
    "Outputs": {"Name": {"Value": {"Ref": "Bucket"}, "Export": {"Name": "data:Bucket"}}},
}


def test_yaml_with_short_forms_means_what_json_means() -> None:
    from_yaml = parse(YAML, name="data", place="data.yaml")
    assert from_yaml == parse(json.dumps(JSON), name="data", place="data.json")
    bucket = from_yaml.resources["Bucket"]
    assert (bucket.type, bucket.deletion_policy, bucket.condition) == (
        "AWS::S3::Bucket",
        "Retain",
        "Large",
    )
    assert bucket.path == "app/data/Bucket"
    assert bucket.properties["ObjectLockEnabled"] == "true"
    assert from_yaml.exports == {"data:Bucket": {"Ref": "Bucket"}}


def test_references_are_found_in_every_function() -> None:
    stack = parse(YAML, name="data", place="data.yaml")
    found = list(references(dict(stack.resources["Bucket"].properties)))
    assert found == [
        (("BucketName",), Reference("ref", "Size")),
        (("BucketName",), Reference("attribute", "Key", "Arn")),
        (("VersioningConfiguration",), Reference("condition", "Large")),
        (("VersioningConfiguration",), Reference("ref", "AWS::NoValue")),
        (("Joined",), Reference("attribute", "Key", "Arn")),
        (("Joined",), Reference("import", "other:Key")),
    ]
    with_variables = {"Fn::Sub": ["${Mine}-${Theirs}", {"Mine": {"Ref": "Key"}}]}
    assert {reference.name for _, reference in references(with_variables)} == {"Theirs", "Key"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "t: is no CloudFormation template: it has no Resources"),
        ("just text", "is no CloudFormation template"),
        ("[1, 2]", "is no CloudFormation template"),
        ("Resources: [1]", "Resources: is not a mapping"),
        ("Resources: []", "Resources: is not a mapping"),
        ("Resources: {}\nParameters: ''", "Parameters: is not a mapping"),
        ("Resources: {A: text}", "Resources.A: is not a mapping"),
        ("Resources: {A: 5}", "Resources.A: is not a mapping"),
        ("Resources: {A: {}}", "Resources.A: has no Type"),
        ("Resources: {A: {Type: [x]}}", "Resources.A.Type: is not text"),
        ("Resources: {A: {Type: A::B::C, Properties: [x]}}", "Resources.A.Properties: is not"),
        ("Resources: {'Fn::ForEach::X': []}", "name the processed template"),
        ("Resources: {A: {'Fn::Transform': {}}}", "Resources.A: is expanded by CloudFormation"),
        ("Resources: {A: {Type: A::B::C}}\nOutputs: text", "Outputs: is not a mapping"),
        (
            "Resources: {A: &a {Type: A::B::C}, B: *a}",
            "t:1: cannot be read: CloudFormation takes no YAML alias",
        ),
        ("Resources:\n  A: 1\n  A: 2", "t:3: cannot be read: the key 'A' is there twice"),
        ("Resources: {}\n---\nResources: {}", "t:2: cannot be read: a second document"),
        ("Resources: {A: [}", "t:1:17: cannot be read: a value is missing here"),
        (
            "Resources:\n\tA: 1\n",
            "t:2:1: cannot be read: a tab stands where only spaces may; allowed",
        ),
        ("Resources:\n  A: [1,\n", "t:2:9: cannot be read: a value is missing here"),
        ("a: '\nb: 1\n", "t:1:4: cannot be read: the quotation that begins here is never closed"),
        ('{"Resources": {\n"A": 1,\n', "t:2: is not JSON"),
        ("? {a: b}\n: c", "a key of a mapping is text"),
        ("Resources: " + "[" * 200_000, "t:1: cannot be read: more than 100 levels"),
        ('{"Resources": ' + "[" * 200_000, "nested too deeply"),
        ('{"Resources": ' + "[" * 120 + "]" * 120 + "}", "nested too deeply"),
        ('{"Resources": {}\n"x"}', "t:2: is not JSON"),
        ("a: 1\nb: \x01", "t:2: cannot be read: the character U+0001 is not text; allowed"),
    ],
)
def test_what_is_no_template_is_refused_in_words(text: str, message: str) -> None:
    with pytest.raises(TemplateError) as refused:
        parse(text, name="t", place="t")
    assert str(refused.value).startswith("t:")
    assert message in str(refused.value)


def assembly(folder: Path, artifacts: dict[str, Any], **templates: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}), encoding="utf-8")
    for name, template in templates.items():
        (folder / f"{name}.json").write_text(json.dumps(template), encoding="utf-8")
    return folder


def stack_artifact(name: str, file: str = "t.json", environment: str = "aws://1/eu-west-1") -> Any:
    return {
        "type": "aws:cloudformation:stack",
        "environment": environment,
        "properties": {"templateFile": file, "stackName": name, "terminationProtection": True},
    }


EMPTY: dict[str, Any] = {"Resources": {}}


def test_assembly_is_read_with_the_assemblies_in_it(tmp_path: Path) -> None:
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "stage"}}
    itself = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}}
    unknown = stack_artifact("one", environment="aws://unknown-account/unknown-region")
    assembly(tmp_path, {"A": unknown, "S": stage, "I": itself, "T": {"type": "cdk:tree"}}, t=EMPTY)
    assembly(tmp_path / "stage", {"B": stack_artifact("two")}, t=EMPTY)
    stacks = read(tmp_path).stacks
    assert list(stacks) == ["one", "two"]
    assert (stacks["one"].account, stacks["one"].region) == (None, None)
    assert (stacks["two"].account, stacks["two"].region) == ("1", "eu-west-1")
    assert stacks["two"].termination_protection is True


@pytest.mark.parametrize(
    ("artifacts", "message"),
    [
        ({}, "has no stacks"),
        (
            {"A": stack_artifact("one", "missing.json")},
            "missing.json: cannot be read: No such file",
        ),
        ({"A": {"type": "aws:cloudformation:stack"}}, "artifacts.A: has not the expected form"),
        ({"A": "text"}, "artifacts.A: has not the expected form"),
        ({"A": stack_artifact("one"), "B": stack_artifact("one")}, "two stacks named one"),
    ],
)
def test_what_is_no_assembly_is_refused_in_words(
    tmp_path: Path, artifacts: dict[str, Any], message: str
) -> None:
    with pytest.raises(TemplateError, match=message):
        read(assembly(tmp_path, artifacts, t=EMPTY))


def test_places_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"there is no manifest\.json"):
        read(tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(TemplateError, match="has no artifacts"):
        read(tmp_path)
    with pytest.raises(TemplateError, match="cannot be read: No such file"):
        read(tmp_path / "missing.yaml")
    (tmp_path / "latin").write_bytes(b"a: 1\nb: \xe9")
    with pytest.raises(TemplateError, match=r"latin:2: is not UTF-8"):
        read(tmp_path / "latin")


def of_one_stack(folder: Path, stack: str) -> Path:
    artifact = {"type": "aws:cloudformation:stack", "properties": {"templateFile": "t.json"}}
    return assembly(folder, {stack: artifact}, t={"Resources": {}})


def test_folder_of_assemblies(tmp_path: Path) -> None:
    """As ``emr-platform synth`` writes one for each environment."""
    for name in ("prod", "dev", ".unfinished"):
        of_one_stack(tmp_path / name, f"{name}-network")
    (tmp_path / "something").mkdir()

    assert list(read(tmp_path).stacks) == ["dev-network", "prod-network"]
    assert [stack.name for stack in read_all(tmp_path)] == ["dev-network", "prod-network"]


def test_folder_with_what_is_left_of_an_of_one_stack(tmp_path: Path) -> None:
    """None of the environments is overlooked."""
    of_one_stack(tmp_path / "dev", "dev-network")
    (tmp_path / "prod").mkdir()
    (tmp_path / "prod" / ".emr-platform.json").write_text("{}")

    with pytest.raises(TemplateError, match="prod: is no cloud assembly"):
        read(tmp_path)


def test_assembly_with_others_beside_it(tmp_path: Path) -> None:
    """One of them is older, and nobody can tell which is meant."""
    whole = of_one_stack(tmp_path / "cdk.out", "all")
    of_one_stack(whole / "dev", "dev-network")
    assert list(read(whole).stacks) == ["all"]
    (whole / "dev" / ".emr-platform.json").write_text("{}")

    with pytest.raises(TemplateError, match=r"has others beside it, such as .*dev"):
        read(whole)
