"""Published examples of EMR clusters, said in our environment files, become the clusters that were published."""

from __future__ import annotations

import pytest

from tests.examples import reports
from tests.examples.published import (
    Example,
    differing,
    examples,
    is_within,
    unexplained_additions,
)

EXAMPLES = examples()
of_each_cluster = pytest.mark.parametrize(
    "example",
    [example for example in EXAMPLES if {"request", "part", "template"} & example.facts.keys()],
    ids=lambda example: example.name,
)
of_each_security_configuration = pytest.mark.parametrize(
    "example",
    [example for example in EXAMPLES if "security_configuration" in example.facts],
    ids=lambda example: example.name,
)
of_each_template = pytest.mark.parametrize(
    "example",
    [example for example in EXAMPLES if "template" in example.facts],
    ids=lambda example: example.name,
)


@of_each_cluster
def test_file_becomes_what_was_published(example: Example) -> None:
    found = differing(example.published, example.rendered)

    known = example.facts.get("differences", {})
    assert {path: values for path, values in found.items() if not is_within(path, known)} == {}


@of_each_cluster
def test_file_adds_nothing_but_defaults(example: Example) -> None:
    added = unexplained_additions(example.published, example.rendered)

    known = example.facts.get("differences", {})
    assert {path: value for path, value in added.items() if not is_within(path, known)} == {}


@of_each_cluster
def test_known_differences_are_there(example: Example) -> None:
    differing_paths = [
        *differing(example.published, example.rendered),
        *unexplained_additions(example.published, example.rendered),
    ]

    known = example.facts.get("differences", {})
    assert [
        place for place in known if not any(is_within(path, [place]) for path in differing_paths)
    ] == []


@of_each_security_configuration
def test_file_becomes_the_security_configuration_that_was_published(example: Example) -> None:
    assert example.security_document == example.facts["security_configuration"]


def test_rules_find_what_is_known_and_nothing_else() -> None:
    # Where a new rule is right about examples: python -m tests.examples.reports, and say why it is.
    assert reports.found() == {
        rule_id: {place: names for place, names in entry.items() if place != "why"}
        for rule_id, entry in reports.known().items()
    }


def test_everything_that_rules_find_is_judged() -> None:
    assert [rule_id for rule_id, entry in reports.known().items() if not entry["why"]] == []


@of_each_template
def test_open_parameters_raise_no_alarm(example: Example) -> None:
    open_parameters = reports.template_reports(example, with_values=False)

    assert set(open_parameters) <= set(reports.template_reports(example, with_values=True))


def test_there_are_many_examples_of_every_source() -> None:
    assert len(EXAMPLES) >= 40
    assert all(example.facts["source"].startswith("https://") for example in EXAMPLES)
