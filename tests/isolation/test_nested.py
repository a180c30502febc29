"""Stacks within stacks, and values that stacks take from each other by name."""

import json
from pathlib import Path
from typing import Any

import pytest

from emr_platform.isolation.check import isolation_of
from emr_platform.isolation.model import Isolation
from emr_platform.templates.reading import read
from tests.isolation.support import allow, arn, found, look, resource, role, stack, victim

ROLE = role(allow("s3:GetObject", {"Fn::Sub": "arn:aws:s3:::${Bucket}/*"}))


def isolation(folder: Path, inner: Any, nested: Any, **sections: Any) -> Isolation:
    """What comes of an environment whose stack has another one in it, next to ``prod``."""
    templates = {
        "dev": {"Resources": {"Nested": nested, "Own": resource("AWS::S3::Bucket")}, **sections},
        "prod": {"Resources": victim(Data=resource("AWS::S3::Bucket", BucketName="prod-data"))},
    }
    artifacts = {}
    for name, template in templates.items():
        (folder / f"{name}.json").write_text(json.dumps(template))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": "aws://unknown-account/eu-west-1",
            "properties": {"templateFile": f"{name}.json", "tags": {"environment": name}},
        }
    if inner is not None:
        (folder / "inner.nested.template.json").write_text(json.dumps(inner))
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return isolation_of(read(folder).stacks.values())


def nested(**parameters: Any) -> dict[str, Any]:
    made = resource("AWS::CloudFormation::Stack", TemplateURL="https://x", Parameters=parameters)
    return {**made, "Metadata": {"aws:asset:path": "inner.nested.template.json"}}


def test_leak_in_a_nested_stack(tmp_path: Path) -> None:
    result = isolation(tmp_path, {"Resources": {"App": role(allow("s3:GetObject"))}}, nested())
    [finding] = [each for each in result.findings if each.environment == "dev"]
    assert finding.id == "dev-Nested/App/s3:read"
    assert finding.reasons[0].source.file == str(tmp_path / "inner.nested.template.json")


@pytest.mark.parametrize(
    ("given", "is_leak"), [("prod-data", True), ({"Ref": "Own"}, False), ("else", False)]
)
def test_parameter_of_a_nested_stack(tmp_path: Path, given: Any, is_leak: bool) -> None:
    inner = {
        "Parameters": {"Bucket": {"Type": "String", "Default": "prod-data"}},
        "Resources": {"App": ROLE},
    }
    result = isolation(tmp_path, inner, nested(Bucket=given))
    assert found(result) == ({"App s3:read Data"} if is_leak else set())
    assert result.gaps == ()


def test_condition_of_a_nested_stack_goes_by_what_it_is_given(tmp_path: Path) -> None:
    inner = {
        "Parameters": {"Open": {"Type": "String", "Default": "no"}},
        "Conditions": {"IsOpen": {"Fn::Equals": [{"Ref": "Open"}, "yes"]}},
        "Resources": {"App": {**role(allow("s3:GetObject")), "Condition": "IsOpen"}},
    }
    assert found(isolation(tmp_path, inner, nested(Open="yes"))) == {"App s3:read Data"}
    assert found(isolation(tmp_path, inner, nested(Open="no"))) == set()
    unknown = nested(Open={"Fn::GetAtt": ["Own", "Arn"]})
    assert found(isolation(tmp_path, inner, unknown)) == {"App s3:read Data"}


def test_output_of_a_nested_stack(tmp_path: Path) -> None:
    """A victim in a nested stack is found by whoever names it through its parent."""
    inner = {
        "Resources": {"Data": resource("AWS::S3::Bucket")},
        "Outputs": {"Name": {"Value": {"Ref": "Data"}}},
    }
    output = {"Value": {"Fn::GetAtt": ["Nested", "Outputs.Name"]}, "Export": {"Name": "name"}}
    isolation(tmp_path, inner, nested(), Outputs={"Out": output})
    thing = {"Fn::Join": ["", ["arn:aws:s3:::", {"Fn::ImportValue": "name"}, "/*"]]}
    reader = stack("other", {"App": role(allow("s3:GetObject", thing))})
    result = isolation_of([*read(tmp_path).stacks.values(), reader])
    assert "App s3:read Data" in found(result, "other")
    [finding] = [each for each in result.findings if each.id == "other-stack/App/s3:read"]
    assert finding.targets == {"dev": ("dev-Nested/Data",)}


def test_nested_stack_without_its_template_cannot_be_judged(tmp_path: Path) -> None:
    result = isolation(tmp_path, None, nested())
    assert [gap.id for gap in result.gaps] == ["dev/Nested/nested"]
    assert not result.are_apart


def test_stack_that_is_nested_in_itself_is_read_once(tmp_path: Path) -> None:
    result = isolation(tmp_path, {"Resources": {"Again": nested()}}, nested())
    assert [gap.id for gap in result.gaps] == ["dev-Nested/Again/nested"]


@pytest.mark.parametrize("name", ["/prod/bucket", "/other/bucket"])
def test_parameter_of_systems_manager(name: str) -> None:
    of_prod = resource("AWS::SSM::Parameter", Name="/prod/bucket", Value={"Ref": "Data"})
    prod = stack("prod", victim(Parameter=of_prod))
    parameters = {"Bucket": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": name}}
    result = look(stack("dev", {"App": ROLE}, Parameters=parameters), prod)
    if name == "/prod/bucket":
        assert found(result) == {"App s3:read Data"}
    else:
        assert [gap.id for gap in result.gaps] == ["dev-stack/App/s3:read"]


def test_exports_of_the_same_name_are_those_of_the_own_region() -> None:
    output = {"Arn": {"Value": arn("Data"), "Export": {"Name": "data"}}}
    there = stack("prod", victim(), region="us-east-1", name="there", Outputs=output)
    here = stack("dev", {"Data": resource("AWS::S3::Bucket")}, name="here", Outputs=output)
    app = stack("dev", {"App": role(allow("s3:ListBucket", {"Fn::ImportValue": "data"}))})
    assert found(look(there, here, app)) == set()
