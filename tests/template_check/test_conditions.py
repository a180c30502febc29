"""The rule about conditions that a template names and does not declare."""

from __future__ import annotations

from typing import Any

import pytest

from tests.template_check.support import cluster, from_yaml, problems, resource

ID = "EMR-TEMPLATE-040"
CONDITIONS = from_yaml(
    """
    IsProd: !Equals [!Ref AWS::Region, eu-west-1]
    IsTest: !Not [!Condition IsProd]
    IsBroken: !Or [!Condition IsProd, !And [!Condition IsTest, !Condition Nope]]
    IsBrokenFurtherIn: !Not [!Condition IsBroken]
    """
)


def places(
    properties: dict[str, Any], *, sections: dict[str, Any] | None = None, **more: Any
) -> list[tuple[Any, ...]]:
    """Where an undeclared condition is found."""
    sections = {"Conditions": CONDITIONS, **(sections or {})}
    found = problems(properties, sections=sections, **more)
    return [problem.path for problem in found if problem.rule_id == ID]


def named(condition: Any) -> dict[str, Any]:
    return cluster(Name={"Fn::If": [condition, "a", "b"]})


@pytest.mark.parametrize("condition", ["IsProd", "IsTest"])
def test_declared_conditions(condition: str) -> None:
    assert places(named(condition)) == []
    studio = {**resource("AWS::EMR::Studio"), "Condition": condition}
    assert places(cluster(), Studio=studio) == []


@pytest.mark.parametrize("condition", ["Nope", "isProd"])
def test_undeclared_conditions(condition: str) -> None:
    name = ("Resources", "Cluster", "Properties", "Name")
    assert places(named(condition)) == [(*name, "Fn::If", 0)]
    studio = {**resource("AWS::EMR::Studio"), "Condition": condition}
    assert places(cluster(), Studio=studio) == [("Resources", "Studio", "Condition")]


def test_branches_that_are_never_taken_count() -> None:
    inner = {"Fn::If": ["Nope", "a", "b"]}
    properties = cluster(Name={"Fn::If": ["Never", inner, "c"]})
    never = {"Never": {"Fn::Equals": ["a", "b"]}}
    name = ("Resources", "Cluster", "Properties", "Name", "Fn::If")
    assert places(properties, sections={"Conditions": never}) == [(*name, 1, "Fn::If", 0)]


@pytest.mark.parametrize("condition", ["IsBroken", "IsBrokenFurtherIn"])
def test_conditions_made_of_undeclared_ones(condition: str) -> None:
    place = ("Conditions", "IsBroken", "Fn::Or", 1, "Fn::And", 1, "Condition")
    assert places(named(condition)) == [place]


def test_conditions_of_resources_that_are_not_always_there() -> None:
    more = {**resource("AWS::EMR::Studio"), "Condition": "IsBroken"}
    [problem] = (
        problem
        for problem in problems(
            cluster(Name={"Fn::If": ["IsTest", "a", "b"]}),
            sections={"Conditions": CONDITIONS},
            Studio=more,
        )
        if problem.rule_id == ID
    )
    assert problem.message == "there is no condition Nope"


def test_conditions_that_refer_to_each_other() -> None:
    circle = {name: {"Fn::Not": [{"Condition": other}]} for name, other in ("ab", "ba")}
    assert places(named("a"), sections={"Conditions": circle}) == []


def test_what_is_not_of_emr_is_left_alone() -> None:
    topic = {**resource("AWS::SNS::Topic"), "Condition": "Nope"}
    assert places(cluster(), Topic=topic) == []


@pytest.mark.parametrize(
    "sections",
    [
        {"Transform": "AWS::LanguageExtensions"},
        {"Conditions": {**CONDITIONS, "Fn::Transform": {"Name": "AWS::Include"}}},
    ],
)
def test_macros_may_add_conditions(sections: dict[str, Any]) -> None:
    assert places(named("Nope"), sections=sections) == []
