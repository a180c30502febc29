"""What is spelled out becomes a file, and the file becomes what is spelled out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from emr_platform.catalog.data import packaged_content
from emr_platform.catalog.facts import (
    Facts,
    RegionFacts,
    TypeFacts,
    condense,
    expand,
    plain_number,
    readable,
    render,
)

M5 = TypeFacts(4, 16, "x86_64", 0, 0, True)
X9 = TypeFacts(8, 30.5, "arm64", 1, 100, False)
FACTS = Facts(
    source="here",
    as_of="2026-01-02",
    regions={
        "us-east-1": RegionFacts(
            "2026-01-02", frozenset({"emr-7.0.0", "emr-spark-8.0.0"}), frozenset({"m5.xlarge"})
        ),
        "eu-west-1": RegionFacts("2025-12-31", frozenset({"emr-7.0.0"}), None),
    },
    instance_types={"m5.xlarge": M5, "x9.2xlarge": X9},
    supported={
        "emr-7.0.0": frozenset({"m5.xlarge"}),
        "emr-spark-8.0.0": frozenset({"m5.xlarge", "x9.2xlarge"}),
    },
    other_ec2_types=frozenset({"t3.micro", "t3.nano", "m5.large"}),
    applications={
        "emr-7.0.0": {"Hive": None, "Spark": "3.5.0"},
        "emr-spark-8.0.0": {"Spark": "4.0.0"},
    },
)


def test_nothing_is_lost() -> None:
    assert expand(json.loads(render(condense(FACTS)))) == FACTS
    assert FACTS.listed == {"emr-7.0.0", "emr-spark-8.0.0"}


def test_the_packages_catalogue_is_as_short_as_can_be() -> None:
    content = packaged_content()
    assert condense(expand(content)) == content


def test_release_that_no_region_lists_is_kept_for_its_applications() -> None:
    facts = replace(FACTS, applications={**FACTS.applications, "emr-4.7.2": {"Spark": "1.6.2"}})
    back = expand(condense(facts))
    assert back.applications == facts.applications
    assert back.listed == FACTS.listed


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        {**condense(FACTS), "format": 1},
        {**condense(FACTS), "releases": []},
        {**condense(FACTS), "releases": ["emr-7.0.0"]},
        {**condense(FACTS), "releases": ["7.0.0", "8.0.0"]},
        {**condense(FACTS), "instance_types": {"m5.xlarge": [1, 2]}},
        {**condense(FACTS), "support_sets": ["x"]},
        {**condense(FACTS), "regions": {"us-east-1": {}}},
        {**condense(FACTS), "other_ec2_types": {"t3": 1}},
        {**condense(FACTS), "applications": {"Spark": "3.5.0"}},
        {key: value for key, value in condense(FACTS).items() if key != "described_releases"},
    ],
)
def test_anything_else_is_refused(content: object) -> None:
    with pytest.raises((AttributeError, LookupError, TypeError, ValueError)):
        expand(content)


def test_betas_and_previews_are_left_out() -> None:
    assert readable(["emr-6.0.0-beta", "emr-7.0.0", "emr-spark-8.0-preview"]) == ["emr-7.0.0"]


@pytest.mark.parametrize(
    ("number", "expected"), [(17.100000381469727, 17.1), (16.0, 16), (15.25, 15.25)]
)
def test_32_bit_numbers(number: float, expected: float) -> None:
    assert plain_number(number) == expected
    assert isinstance(plain_number(number), type(expected))
