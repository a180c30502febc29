"""Keys without a value, wherever the spec would take that for leaving the key out."""

from __future__ import annotations

from typing import Any

import pytest

from emr_platform.environment.empty_values import empty_values
from emr_platform.environment.loader import load_environment_text
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.environment.yaml_source import parse
from emr_platform.environment.yaml_tree import plain
from emr_platform.problems import InvalidSpecError

START = "name: dev\nregion: us-east-1\n"


def found(text: str) -> list[Any]:
    root, _ = parse(START + text, "dev.yaml")
    assert root is not None
    return [error["loc"] for error in empty_values(root, plain(root), EnvironmentSpec)]


@pytest.mark.parametrize("empty", ["", "~", "null", "!!null ''"])
def test_every_spelling(empty: str) -> None:
    assert found(f"ssh: {empty}\n") == [("ssh",)]


@pytest.mark.parametrize("text", ["ssh: ''\n", "ssh: {}\n", "ssh: []\n", "ssh: 'null'\n", ""])
def test_values(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("network: {endpoints: }\n", ("network", "new VPC", "endpoints")),
        (
            "clusters: {a: {core: {ebs: [{size_gib: 10, iops: }]}}}\n",
            ("clusters", "a", "core", "ebs", "several kinds of volumes", 0, "iops"),
        ),
        (
            "clusters: {a: {steps: [{name: b, jar: c, main_class: }]}}\n",
            ("clusters", "a", "steps", 0, "jar step", "main_class"),
        ),
        (
            "clusters: {a: {instance_fleets: {core: {types: {m6g.xlarge: {ebs: ~}}}}}}\n",
            ("clusters", "a", "instance_fleets", "core", "types", "m6g.xlarge", "ebs"),
        ),
    ],
)
def test_places_are_named_as_pydantic_does(text: str, location: tuple[str | int, ...]) -> None:
    assert found(text) == [location]


@pytest.mark.parametrize(
    "text",
    [
        # pydantic finds these: they may not be empty in Python either.
        "network: \n",
        "clusters: {a: }\n",
        "tags: {a: }\n",
        # EMR's own, in which nothing has a meaning that we know.
        "clusters: {a: {additional_info: {b: ~, c: [~]}}}\n",
        # Not known at all.
        "sssh: \n",
        "clusters: {a: {core: {ebs: {sizes: ~}}}}\n",
        "clusters: {a: {steps: {jar: }}}\n",
    ],
)
def test_what_is_said_elsewhere_or_means_something(text: str) -> None:
    assert found(text) == []


def test_rules_look_at_the_rest() -> None:
    text = "ssh:\nnetwork: {cidr: 10.0.0.0/30}\n"

    with pytest.raises(InvalidSpecError) as raised:
        load_environment_text(START + text, file="dev.yaml")

    assert [problem.rule_id for problem in raised.value.problems] == [
        "EMR-FILE-015",
        "EMR-NETWORK-001",
    ]
