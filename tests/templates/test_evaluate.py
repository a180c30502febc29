"""What functions come to, by CloudFormation's reference of intrinsic functions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from emr_platform.templates.evaluate import UNKNOWN, Other, Reference, Scope, Unknown, Value
from emr_platform.templates.model import Stack
from emr_platform.templates.reading import parse
from emr_platform.templates.scenarios import scenarios, words

TEMPLATE = """\
Parameters:
  Env: {Type: String, Default: dev}
  Size: {Type: Number, Default: 3}
  Open: {Type: String}
  Zones: {Type: CommaDelimitedList, Default: "a, b,c"}
  Image: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /a/b}
Mappings:
  Types:
    dev: {Type: m5.xlarge, List: [x, y]}
    prod: {Type: r5.xlarge}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsOpen: !Equals [!Ref Open, "yes"]
  Not: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Condition IsOpen]
  Any: !Or [!Condition Not, !Condition IsOpen]
  Circle: !Not [!Condition Circle]
  Mapped: !Equals [!FindInMap [Types, !Ref Env, Type], r5.xlarge]
Resources:
  Thing:
    Type: AWS::S3::Bucket
"""


@pytest.fixture(scope="module")
def stack() -> Stack:
    return parse(TEMPLATE, name="t", place="t.yaml")


def plain(value: Value | None) -> Any:
    """A value without its paths."""
    if value is None:
        return None
    if isinstance(value.content, dict):
        return {key: plain(inner) for key, inner in value.content.items()}
    if isinstance(value.content, list):
        return [plain(inner) for inner in value.content]
    return value.content


def evaluated(stack: Stack, value: str, **assigned: str | Other) -> Any:
    indented = "\n".join(f"      {line}" for line in f"V: {value}".splitlines())
    text = TEMPLATE + "    Properties:\n" + indented + "\n"
    properties = dict(parse(text, name="t", place="t").resources["Thing"].properties)
    return plain(Scope(stack, assigned).evaluate(properties, ())).get("V")


THING = Unknown(Reference("Thing"))


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("text", "text"),
        ("3", "3"),
        ("!Ref Size", "3"),
        ("!Ref Open", Unknown(Reference("Open"))),
        ("!Ref Zones", ["a", "b", "c"]),
        ("!Ref Image", Unknown(Reference("Image"))),
        ("!Ref Thing", THING),
        ("!Ref AWS::NoValue", None),
        ("!Ref AWS::Region", Unknown(Reference("AWS::Region"))),
        ("[a, !Ref AWS::NoValue, b]", ["a", "b"]),
        ("{a: !Ref AWS::NoValue, b: ~, c: d}", {"c": "d"}),
        ("!GetAtt Thing.Arn", Unknown(Reference("Thing", "Arn"))),
        ("!GetAtt [Thing, A.B]", Unknown(Reference("Thing", "A.B"))),
        ('!Sub "${Env}-${Size}-${!Env}"', "dev-3-${Env}"),
        ('!Sub ["${A}${Env}", {A: !FindInMap [Types, dev, Type]}]', "m5.xlargedev"),
        ('!Sub "s3://${Thing}/x"', UNKNOWN),
        ('!Sub "${Thing}"', THING),
        ('!Sub "${Thing.Arn}"', Unknown(Reference("Thing", "Arn"))),
        ('!Join ["-", [a, !Ref Env]]', "a-dev"),
        ('!Join [",", !Ref Zones]', "a,b,c"),
        ('!Join ["", ["s3://", !Ref Thing]]', UNKNOWN),
        ('!Join ["", [!Ref Thing]]', THING),
        ("!Select [1, !Ref Zones]", "b"),
        ("!Select [9, !Ref Zones]", UNKNOWN),
        ("!Select [0, !GetAZs '']", UNKNOWN),
        ('!Select [1, !Split [".", "emr-6.15.0"]]', "15"),
        ("!Split ['', a]", UNKNOWN),
        ("!FindInMap [Types, !Ref Env, List]", ["x", "y"]),
        ("!FindInMap [Types, nobody, Type]", UNKNOWN),
        ("!FindInMap [Types, nobody, Type, {DefaultValue: d}]", "d"),
        ("!If [IsProd, a, b]", "b"),
        ("!If [IsProd, a, !Ref AWS::NoValue]", None),
        ("!If [IsOpen, a, b]", UNKNOWN),
        ("!If [Nobody, a, b]", UNKNOWN),
        ("!If [Circle, a, b]", UNKNOWN),
        ("!If [Mapped, a, b]", "b"),
        ("!If [Any, a, b]", "a"),
        ("!If [Both, a, b]", "b"),
        ("!ImportValue x", UNKNOWN),
        ("!Base64 x", UNKNOWN),
        ("!Transform {Name: x}", UNKNOWN),
        ("{a: b, Fn::Transform: {Name: x}}", UNKNOWN),
        ("'{{resolve:ssm:/a/b}}'", UNKNOWN),
        ("!Sub '{{resolve:ssm:/${Env}}}'", UNKNOWN),
        # Functions with arguments that make no sense.
        ("!If [IsProd]", UNKNOWN),
        ("!Ref [a]", UNKNOWN),
        ("!Join [a]", UNKNOWN),
        ("!Sub [a]", UNKNOWN),
        ("!Select a", UNKNOWN),
        ("!FindInMap [a]", UNKNOWN),
    ],
)
def test_function(stack: Stack, value: str, result: Any) -> None:
    assert evaluated(stack, value) == result


def test_tried_values(stack: Stack) -> None:
    assert evaluated(stack, "!If [IsProd, a, b]", Env="prod") == "a"
    assert evaluated(stack, "!If [IsProd, a, b]", Env=Other("Env")) == "b"
    assert evaluated(stack, "!If [Both, a, b]", Env="prod", Open="yes") == "a"
    assert evaluated(stack, "!Ref Env", Env=Other("Env")) == Unknown(Reference("Env"))
    assert evaluated(replace(stack, region="eu-west-1"), "!Ref AWS::Region") == "eu-west-1"


def test_values_know_where_the_template_has_them(stack: Stack) -> None:
    value = {"A": {"Fn::If": ["IsProd", "x", {"B": ["y", {"Fn::Sub": "${Env}"}]}]}}
    evaluated = Scope(stack).evaluate(value, ("P",))
    assert evaluated
    inner = evaluated.entries["A"]
    assert inner.path == ("P", "A", "Fn::If", 2)
    items = inner.entries["B"].items
    assert [(item.path, item.text) for item in items] == [
        (("P", "A", "Fn::If", 2, "B", 0), "y"),
        (("P", "A", "Fn::If", 2, "B", 1), "dev"),
    ]


def test_nested_functions_take_no_longer_than_they_are() -> None:
    conditions: dict[str, Any] = {"C0": {"Fn::Equals": ["a", "a"]}}
    for number in range(1, 60):
        before = {"Condition": f"C{number - 1}"}
        conditions[f"C{number}"] = {"Fn::And": [before, before]}
    value: Any = {"Ref": "Thing"}
    for _ in range(30):
        value = {"Fn::Join": ["", [value, "x"]]}
    scope = Scope(Stack("t", {}, conditions=conditions))
    assert scope.condition("C59") is True
    assert scope.evaluate(value, ()) == Value((), UNKNOWN)


def names(stack: Stack, *conditions: str) -> list[dict[str, Any]]:
    value = [{"Fn::If": [condition, "a", "b"]} for condition in conditions]
    return [dict(scenario.assigned) for scenario in scenarios(stack, [value], [])]


def test_scenarios_are_what_conditions_tell_apart(stack: Stack) -> None:
    assert names(stack) == [{}]
    assert names(stack, "IsProd") == [{"Env": "dev"}, {"Env": "prod"}]
    # Nobody knows what is put in for a parameter without a default.
    assert names(stack, "IsOpen") == [{"Open": "yes"}, {"Open": Other("Open")}]
    assert len(names(stack, "Both")) == 4
    assert names(stack, "Mapped") == [{"Env": "dev"}, {"Env": "prod"}, {"Env": Other("Env")}]
    assert names(stack, "Nobody") == [{}]


def test_allowed_values_are_all_there_is() -> None:
    text = TEMPLATE.replace("Default: dev}", "Default: dev, AllowedValues: [dev, test, prod]}")
    stack = parse(text, name="t", place="t")
    assert names(stack, "IsProd") == [{"Env": "dev"}, {"Env": "test"}, {"Env": "prod"}]


def test_default_that_is_compared_leaves_all_others() -> None:
    text = TEMPLATE.replace("{Type: String}", '{Type: String, Default: "yes"}')
    stack = parse(text, name="t", place="t")
    assert names(stack, "IsOpen") == [{"Open": "yes"}, {"Open": Other("Open")}]


def test_resource_that_is_there_under_a_condition(stack: Stack) -> None:
    assert [dict(each.assigned) for each in scenarios(stack, [], ["Not"])] == [
        {"Env": "dev"},
        {"Env": "prod"},
    ]


def test_many_parameters_are_changed_one_by_one() -> None:
    conditions = {f"C{n}": {"Fn::Equals": [{"Ref": f"P{n}"}, "x"]} for n in range(30)}
    parameters = {f"P{n}": {"Type": "String", "Default": "y"} for n in range(30)}
    stack = Stack("t", {}, conditions=conditions, parameters=parameters)
    found = names(stack, *conditions)
    assert len(found) == 21
    assert found[0] == {f"P{n}": "y" for n in range(20)}
    assert found[3] == {**found[0], "P2": "x"}


def test_words_for_scenarios() -> None:
    def size(env: str | Other) -> dict[str, str | Other]:
        return {"Env": env, "Size": "1"}

    dev, test, prod, other = (size(env) for env in ("dev", "test", "prod", Other("Env")))
    everything = [dev, test, prod, other]
    assert words(everything, everything) is None
    assert words([prod], everything) == "Env is prod"
    assert words([dev, prod], everything) == "Env is dev or prod"
    assert words([other], everything) == "Env is neither dev nor test nor prod"
    assert words([{"Env": ""}], [{"Env": "a"}, {"Env": ""}]) == "Env is empty"
    assert words([{"A": Other("A")}], [{"A": "x"}, {"A": Other("A")}]) == "A is not x"
    both = [{"A": a, "B": b} for a in "12" for b in "12"]
    assert words([both[0]], both) == "A is 1 and B is 1"
