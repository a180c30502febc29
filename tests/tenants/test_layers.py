"""Documents out of several: what wins, and where each value is from."""

from __future__ import annotations

from typing import Any

import pytest

from emr_platform.environment.yaml_source import parse
from emr_platform.environment.yaml_tree import MappingNode, Mark, ScalarNode, locate, plain
from emr_platform.tenants.layers import Substitution, merged, stamped, with_values, without


def tree(text: str, file: str = "") -> MappingNode:
    root, problems = parse(text, file)
    assert not problems
    assert isinstance(root, MappingNode)
    found = stamped(root, file)
    assert isinstance(found, MappingNode)
    return found


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ("a: 1\nb: 2", "b: 3\nc: 4", {"a": 1, "b": 3, "c": 4}),
        ("a: {b: {c: 1, d: 2}}", "a: {b: {c: 3}}", {"a": {"b": {"c": 3, "d": 2}}}),
        ("a: [1, 2]", "a: [3]", {"a": [3]}),
        ("a: {b: 1}", "a: [2]", {"a": [2]}),
        ("a: 1", "a: {b: 2}", {"a": {"b": 2}}),
        ("a: {b: 1, c: 2}", "a: {b: }", {"a": {"c": 2}}),
        ("a: 1", "b: {c: null, d: 1}", {"a": 1, "b": {"d": 1}}),
        ("a: 1", "a: ~", {}),
        ("a: {b: 1}", "a: {}", {"a": {"b": 1}}),
    ],
)
def test_later_layers_win_key_by_key(base: str, over: str, expected: dict[str, Any]) -> None:
    lower = tree(base)

    assert plain(merged(lower, tree(over))) == expected
    assert plain(lower) == plain(tree(base)), "what is below is not changed"


def test_values_keep_the_place_that_they_are_from() -> None:
    root = merged(
        tree("clusters:\n  etl:\n    core: {type: m6g.xlarge, count: 2}\n", "template.yaml"),
        tree("clusters: {etl: {core: {count: 4}}}\n", "customers.yaml"),
    )

    assert locate(root, ("clusters", "etl", "core", "type")).mark == Mark(3, 18, "template.yaml")
    assert locate(root, ("clusters", "etl", "core", "count")).mark == Mark(1, 32, "customers.yaml")


def test_keys_are_set_in_front_and_left_out() -> None:
    root = with_values(tree("a: 1\nb: 2"), [("b", Mark(1, 1), ScalarNode(Mark(1, 1), 3))])

    assert [*plain(root).items()] == [("b", 3), ("a", 1)]
    assert plain(without(root, "b")) == {"a": 1}


def scalar(value: str | int | float | bool, file: str = "customers.yaml") -> ScalarNode:
    return ScalarNode(Mark(7, 8, file), value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: $(count)", 3),
        ('a: "$(count)"', 3),
        ("a: $(flag)", True),
        ("a: of-$(name)", "of-acme"),
        ("a: $(name)-$(count)", "acme-3"),
        ("a: is $(flag)", "is true"),
        ("a: $$(count)", "$(count)"),
        ("a: $$$(count)", "$$(count)"),
        ("a: cost $5", "cost $5"),
    ],
)
def test_placeholders(text: str, expected: object) -> None:
    values = {"count": scalar(3), "flag": scalar(True), "name": scalar("acme")}

    root, unknown = Substitution(tree(text, "template.yaml")).of(values)

    assert plain(root) == {"a": expected}
    assert unknown == []


def test_numbers_keep_their_spelling_within_texts() -> None:
    values = {"version": tree("v: 1.10").entries["v"].node}
    assert isinstance(values["version"], ScalarNode)

    root, _ = Substitution(tree("a: delta-$(version).jar")).of({"version": values["version"]})

    assert plain(root) == {"a": "delta-1.10.jar"}


@pytest.mark.parametrize("text", ["a: [b, {c: $(nobody)}]", "a: [b, {c: x-$(nobody}]"])
def test_placeholders_of_nothing_are_left_and_reported(text: str) -> None:
    root, unknown = Substitution(tree(text, "template.yaml")).of({})

    assert [(each.name, each.path) for each in unknown] == [("nobody", ("a", 1, "c"))]
    assert plain(root) == plain(tree(text))


@pytest.mark.parametrize("key", ["$(name)", "x-$(name)", "$$(name)"])
def test_placeholders_in_keys_are_reported(key: str) -> None:
    root, unknown = Substitution(tree(f"a: {{{key}: 1}}\nb: {{cost$: 1}}", "template.yaml")).of({})

    assert [(each.name, each.path, each.mark) for each in unknown] == [
        ("", ("a", key), Mark(1, 5, "template.yaml"))
    ]
    assert plain(root)["a"] == {key: 1}


def test_place_of_a_value_that_was_given() -> None:
    """The row is to blame for a wrong value, also where it is a part of a text of the template."""
    root, _ = Substitution(tree("a: $(count)\nb: x-$(count)\nc: x-$(own)", "template.yaml")).of(
        {"count": scalar(3), "own": scalar("y", "template.yaml")}
    )

    assert [locate(root, (key,)).mark for key in "abc"] == [
        Mark(7, 8, "customers.yaml"),
        Mark(7, 8, "customers.yaml"),
        Mark(3, 4, "template.yaml"),
    ]


def test_what_has_no_placeholders_is_shared() -> None:
    template = tree("a: {b: $(x)}\nc: {d: 1}")

    root, _ = Substitution(template).of({"x": scalar(1)})

    assert root.entries["c"].node is template.entries["c"].node
    assert root.entries["a"].node is not template.entries["a"].node
