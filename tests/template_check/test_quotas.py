"""CloudFormation's quotas, with templates of just below, at and above each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from emr_platform.cli.program import run
from emr_platform.template_check.check import check_stack
from emr_platform.template_check.quota_rules import QUOTA_RULES, uses
from emr_platform.templates.reading import parse

Template = dict[str, Any]
REPORTS = Path(__file__).parent / "bad" / "quotas"
TOPIC = {"Type": "AWS::SNS::Topic"}
NEAR = "EMR-TEMPLATE-050"


def resources(number: int) -> Template:
    return {"Resources": {f"Topic{each}": TOPIC for each in range(number)}}


def outputs(number: int) -> Template:
    return {**resources(1), "Outputs": {f"Output{each}": {"Value": "x"} for each in range(number)}}


def parameters(number: int) -> Template:
    section = {f"Parameter{each}": {"Type": "String"} for each in range(number)}
    return {**resources(1), "Parameters": section}


def mappings(number: int) -> Template:
    section = {f"Mapping{each}": {"eu-west-1": {"Size": "1"}} for each in range(number)}
    return {**resources(1), "Mappings": section}


def first_keys(number: int) -> Template:
    mapping = {f"Key{each}": {"Size": "1"} for each in range(number)}
    return {**resources(1), "Mappings": {"Sizes": mapping}}


def second_keys(number: int) -> Template:
    attributes = {f"Size{each}": "1" for each in range(number)}
    return {**resources(1), "Mappings": {"Sizes": {"eu-west-1": attributes}}}


def size(number: int) -> Template:
    without = {**resources(1), "Metadata": {"Long": ""}}
    return {**without, "Metadata": {"Long": "x" * (number - len(json.dumps(without)))}}


def dynamic_references(number: int) -> Template:
    # Half of them as the CDK writes them, of a secret in the same template.
    def password(each: int) -> Any:
        whole = f"{{{{resolve:secretsmanager:other-{each}:SecretString:password::}}}}"
        key = f":SecretString:password{each}::}}}}"
        parts = ["{{resolve:secretsmanager:", {"Ref": "Secret"}, key]
        return {"Fn::Join": ["", parts]} if each % 2 else whole

    texts = [password(each) for each in range(number)]
    secret = {"Type": "AWS::SecretsManager::Secret"}
    users = [{"Type": "Custom::Users", "Properties": {"Passwords": texts}}] * 2
    return {"Resources": {"Secret": secret, "Users": users[0], "SameUsers": users[1]}}


class Quota(NamedTuple):
    """A quota, and what makes a template that uses so much of it."""

    template: Callable[[int], Template]
    rule: str
    most: int


QUOTAS = [
    Quota(resources, "042", 500),
    Quota(outputs, "043", 200),
    Quota(parameters, "044", 200),
    Quota(mappings, "045", 200),
    Quota(first_keys, "045", 200),
    Quota(second_keys, "045", 200),
    Quota(size, "046", 1_000_000),
    Quota(dynamic_references, "047", 60),
]


def found(template: Template) -> list[tuple[str, str]]:
    stack = parse(json.dumps(template), name="t.json", place="t.json")
    return [(problem.rule_id, problem.severity) for problem in check_stack(stack)]


@pytest.mark.parametrize("quota", QUOTAS, ids=lambda quota: quota.template.__name__)
def test_quota(quota: Quota) -> None:
    near = quota.most * 8 // 10
    assert found(quota.template(near - 1)) == []
    assert found(quota.template(near)) == [(NEAR, "warning")]
    assert found(quota.template(quota.most)) == [(NEAR, "warning")]
    assert found(quota.template(quota.most + 1)) == [(f"EMR-TEMPLATE-{quota.rule}", "error")]


def test_size_is_counted_in_bytes_as_the_template_is_written() -> None:
    text = json.dumps({**resources(1), "Description": "ä"}, indent=1, ensure_ascii=False)
    yaml = "# ä €\nResources: {Topic: {Type: 'AWS::SNS::Topic'}}\n"
    for written in (text, yaml):
        [used] = [
            each for each in uses(parse(written, name="t", place="t")) if each.what == "bytes"
        ]
        assert used.used == len(written.encode())


LONG = "x" * 255
TEXTS: list[tuple[str, Callable[[str], Template], int]] = [
    ("048", lambda text: {"Resources": {text: TOPIC}}, 255),
    ("048", lambda text: {**resources(1), "Outputs": {text: {"Value": "x"}}}, 255),
    ("048", lambda text: {**resources(1), "Parameters": {text: {"Type": "String"}}}, 255),
    ("048", lambda text: {**resources(1), "Mappings": {text: {"a": {"b": "c"}}}}, 255),
    ("048", lambda text: {**resources(1), "Mappings": {"a": {text: {"b": "c"}}}}, 255),
    ("048", lambda text: {**resources(1), "Mappings": {"a": {"b": {text: "c"}}}}, 255),
    ("049", lambda text: {**resources(1), "Description": text}, 1024),
    (
        "049",
        lambda text: {**resources(1), "Outputs": {"A": {"Value": "x", "Description": text}}},
        1024,
    ),
    (
        "049",
        lambda text: {**resources(1), "Parameters": {"A": {"Type": "String", "Default": text}}},
        4096,
    ),
]


@pytest.mark.parametrize(("rule", "template", "most"), TEXTS)
def test_text(rule: str, template: Callable[[str], Template], most: int) -> None:
    assert found(template("x" * most)) == []
    assert found(template("x" * (most + 1))) == [(f"EMR-TEMPLATE-{rule}", "error")]


def test_descriptions_are_counted_in_bytes() -> None:
    assert found({**resources(1), "Description": "ä" * 513}) == [("EMR-TEMPLATE-049", "error")]


def test_warning_is_acknowledged_in_the_metadata_of_the_template() -> None:
    metadata = {"EmrPlatform": {"acknowledge": {NEAR: "nothing will be added"}}}
    text = json.dumps({**resources(450), "Metadata": metadata})
    [problem] = check_stack(parse(text, name="t.json", place="t.json"))
    assert problem.acknowledged == "nothing will be added"
    resource = {**TOPIC, "Metadata": metadata}
    text = json.dumps({"Resources": {**resources(450)["Resources"], "Topic0": resource}})
    [problem] = check_stack(parse(text, name="t.json", place="t.json"))
    assert problem.acknowledged is None


# What is too large to lie in a folder. Each is made, and its report is a file like others.
TOO_MUCH: dict[str, Template] = {
    "too-many-resources": resources(501),
    "too-many-of-all": {
        **resources(450),
        "Description": "x" * 1025,
        "Outputs": outputs(201)["Outputs"],
        "Parameters": parameters(201)["Parameters"],
        "Mappings": mappings(201)["Mappings"],
    },
    "too-many-secrets": dynamic_references(61),
    "too-long": {**size(1_000_000), "Resources": {"Topic" * 52: TOPIC}},
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_report(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(f"{name}.json").write_text(json.dumps(TOO_MUCH[name], indent=1), encoding="utf-8")

    assert run(["check", f"{name}.json"]) == 1

    report = REPORTS / f"{name}.txt"
    assert capsys.readouterr().out == report.read_text(encoding="utf-8")


def test_every_rule_is_in_a_report() -> None:
    reports = "\n".join(path.read_text(encoding="utf-8") for path in REPORTS.glob("*.txt"))
    assert {rule.id for rule in QUOTA_RULES.rules if f"  {rule.id}" not in reports} == set()
