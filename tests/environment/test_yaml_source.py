"""What a YAML text means, and where in the text each value stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from emr_platform.environment import yaml_source
from emr_platform.environment.yaml_source import MOST_LEVELS, MOST_VALUES, parse
from emr_platform.environment.yaml_tree import Mark, Node, locate, plain
from emr_platform.problems import Path
from emr_platform.spec import scalar_text

CHOSEN = yaml_source._LOADER


@pytest.fixture(params=["libyaml", "pure Python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    loaders = {"libyaml": yaml.CSafeLoader, "pure Python": yaml.SafeLoader}
    monkeypatch.setattr(yaml_source, "_LOADER", loaders[request.param])


def tree(text: str) -> Node:
    root, problems = parse(text, "file.yaml")
    assert problems == []
    assert root is not None
    return root


def value(text: str) -> Any:
    return plain(tree(text))


def ids(text: str) -> list[str]:
    return [problem.rule_id for problem in parse(text, "file.yaml")[1]]


def place(text: str, *path: str | int) -> tuple[int, int]:
    mark = locate(tree(text), path).mark
    return mark.line, mark.column


def test_libyaml_is_used_where_it_is() -> None:
    assert CHOSEN is yaml.CSafeLoader


def test_values() -> None:
    text = "a: 1\nb: [x, 'yes', \"2\", yes, null, ]\nc: {d: 1.5, e: }\nf: |\n  one\n  two\ng: >-\n  one\n  two\n"

    assert value(text) == {
        "a": 1,
        "b": ["x", "yes", "2", "yes", None],
        "c": {"d": 1.5, "e": None},
        "f": "one\ntwo\n",
        "g": "one two",
    }


def test_json_is_yaml() -> None:
    assert value('{"a": [1, 2.5, true, null, "\\u00e9"]}') == {"a": [1, 2.5, True, None, "é"]}


def test_unicode() -> None:
    text = "näme: žluťoučký 🐎\nother: 中文\n"

    assert value(text) == {"näme": "žluťoučký 🐎", "other": "中文"}
    # Columns count characters, not bytes.
    assert place("🐎🐎: x", "🐎🐎") == (1, 5)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    text = end.join(["a: 1", "b:", "  c: 2", ""])

    assert value(text) == {"a": 1, "b": {"c": 2}}
    assert place(text, "b", "c") == (3, 6)


def test_quoted_scalars_are_text() -> None:
    assert value('["1", \'1\', "true", \'\', "~"]') == ["1", "1", "true", "", "~"]
    assert value("! 1") == "1"
    assert value("!!str 1") == "1"
    assert value("!!map {a: !!seq [1]}") == {"a": [1]}


def test_version_directive() -> None:
    assert value("%YAML 1.2\n---\na: no\n...\n") == {"a": "no"}


def test_numbers_keep_their_spelling() -> None:
    numbers = value("[1.10, 0x1F, 007, 1, 2.5]")

    assert [scalar_text(number) for number in numbers] == ["1.10", "0x1F", "007", "1", "2.5"]


def test_aliases() -> None:
    assert value("a: &x {b: 1}\nc: *x\nd: [*x, &x 2, *x]\n") == {
        "a": {"b": 1},
        "c": {"b": 1},
        "d": [{"b": 1}, 2, 2],
    }
    assert value("&k key: 1\nother: *k\n") == {"key": 1, "other": "key"}
    assert value("a: &k key\n*k : 1\n") == {"a": "key", "key": 1}


def test_value_behind_an_alias_stands_where_it_was_written() -> None:
    text = "a: &x\n  b: 1\nc: *x\n"

    assert place(text, "c", "b") == place(text, "a", "b") == (2, 6)


def test_merge() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {z: 3, <<: [*a, *b], w: 3}\n"

    merged = value(text)["c"]

    assert merged == {"x": 1, "y": 1, "z": 3, "w": 3}
    assert place(text, "c", "y") == (1, 17)
    assert place(text, "c", "z") == (3, 8)


def test_merge_of_a_mapping_that_was_merged() -> None:
    assert value("a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b, x: 3}\n")["c"] == {"x": 3, "y": 2}


def test_order_of_merged_keys() -> None:
    # Bootstrap actions run in order, so it matters.
    text = "a: &a {one: 1, two: 2}\nb: {three: 3, <<: *a, two: 22}\n"

    assert list(value(text)["b"].items()) == [("one", 1), ("two", 22), ("three", 3)]


def test_merge_leaves_the_other_mapping_alone() -> None:
    assert value("a: &a {x: 1}\nb: {<<: *a, y: 2}\n")["a"] == {"x": 1}


def test_merge_of_an_inline_mapping() -> None:
    assert value("a: {<<: {x: 1}, y: 2}") == {"a": {"x": 1, "y": 2}}


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("a: 1", ("a",), (1, 4)),
        ("a:   {b:   1}", ("a",), (1, 6)),
        ("a:   {b:   1}", ("a", "b"), (1, 12)),
        # What begins on a line of its own is looked for at its key.
        ("x: 1\na:\n  b: 1", ("a",), (2, 1)),
        ("x: 1\na:\n- 1\n- 2", ("a",), (2, 1)),
        ("x: 1\na:\n- 1\n- b: 2", ("a", 1), (4, 3)),
        ("x: 1\na: |\n  text", ("a",), (2, 1)),
        # So is what is not there at all.
        ("x: 1\na:", ("a",), (2, 1)),
        ("x: 1\na: ~", ("a",), (2, 1)),
    ],
)
def test_places(text: str, path: Path, expected: tuple[int, int]) -> None:
    assert place(text, *path) == expected


def test_place_of_what_is_missing_is_that_of_its_mapping() -> None:
    found = locate(tree("a: 1\nb:\n  c: 1\n"), ("b", "d", "e"))

    assert (found.path, found.mark, found.found) == (("b", "d", "e"), Mark(2, 1), False)


def test_place_of_a_list_item_that_is_missing() -> None:
    found = locate(tree("a: [1]\n"), ("a", 1))

    assert (found.path, found.mark, found.found) == (("a", 1), Mark(1, 4), False)


MAPPING_FORM = "configurations:\n  spark-env:\n    export: {A: 1}\n    level: 2\n"
LIST_FORM = """\
configurations:
  - Classification: spark-env
    Properties: {level: 2}
    Configurations:
      - Classification: export
        Properties: {A: 1}
"""


@pytest.mark.parametrize(
    ("text", "path", "written", "expected"),
    [
        (MAPPING_FORM, ("spark-env", "level"), ("spark-env", "level"), (4, 12)),
        (MAPPING_FORM, ("spark-env", "export", "A"), ("spark-env", "export", "A"), (3, 17)),
        (LIST_FORM, ("spark-env",), (0,), (2, 5)),
        (LIST_FORM, ("spark-env", "level"), (0, "Properties", "level"), (3, 25)),
        (
            LIST_FORM,
            ("spark-env", "export", "A"),
            (0, "Configurations", 0, "Properties", "A"),
            (6, 25),
        ),
        (LIST_FORM, (0, "configurations", 0), (0, "Configurations", 0), (5, 9)),
    ],
)
def test_places_in_configurations(
    text: str, path: Path, written: Path, expected: tuple[int, int]
) -> None:
    found = locate(tree(text), ("configurations", *path))

    assert found.path == ("configurations", *written)
    assert (found.mark.line, found.mark.column) == expected


def test_classifications_are_looked_for_in_configurations_only() -> None:
    text = "clusters:\n  etl:\n    configurations: {scaling: {a: 1}}\n"

    assert locate(tree(text), ("clusters", "etl", "scaling")).mark == Mark(2, 3)


def test_most_levels() -> None:
    assert ids("[" * MOST_LEVELS + "]" * MOST_LEVELS) == []
    assert ids("[" * (MOST_LEVELS + 1) + "]" * (MOST_LEVELS + 1)) == ["EMR-FILE-012"]


def test_nesting_that_would_overflow_the_stack() -> None:
    assert ids("[" * 200_000) == ["EMR-FILE-012"]
    assert ids("{a: " * 200_000) == ["EMR-FILE-012"]
    assert ids("- " * 200_000) == ["EMR-FILE-012"]


def test_most_values() -> None:
    items = "&a [" + "0, " * 999 + "]"
    # Each alias counts as the list and its items.
    fits = (MOST_VALUES - 1) // 1000 - 1

    assert ids(f"[{items}{', *a' * fits}]") == []
    assert ids(f"[{items}{', *a' * (fits + 1)}]") == ["EMR-FILE-002"]


def test_every_problem_of_the_structure_is_found() -> None:
    text = "a: 1\na: 2\n3: x\nb: !Ref c\nd: {<<: 4}\na: 5\n"

    assert ids(text) == [
        "EMR-FILE-007",
        "EMR-FILE-008",
        "EMR-FILE-009",
        "EMR-FILE-011",
        "EMR-FILE-007",
    ]


def test_first_of_duplicate_keys_counts() -> None:
    root, _ = parse("a: 1\na: 2\n", "file.yaml")

    assert root is not None
    assert plain(root) == {"a": 1}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'a: "x\ty\r\n"', "x\ty\r\n"),
        (r'a: "C:\\back"', r"C:\back"),
        # Outside of double quotes, a backslash is one.
        (r"a: 'x\0y'", r"x\0y"),
        (r"a: x\0y", r"x\0y"),
        ("a: __proto__", "__proto__"),
        ("a: ${Token}", "${Token}"),
        ("a: Token[x.1]", "Token[x.1]"),
        ("a: $Token[x.1]", "$Token[x.1]"),
        ("a: x-1.234567890e+289", "x-1.234567890e+289"),
    ],
)
def test_texts_that_only_look_doubtful(text: str, expected: str) -> None:
    assert value(text) == {"a": expected}


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        (r'a: "x\0y"', (1, 4)),
        (r'a: [b, "x\x07"]', (1, 8)),
        (r'{"a": "\u0000"}', (1, 7)),
        ('a:\n  "\\e": b', (2, 3)),
        (r'"\x7f"', (1, 1)),
    ],
)
def test_control_characters_by_escapes(text: str, mark: tuple[int, int]) -> None:
    (problem,) = parse(text, "file.yaml")[1]

    assert problem.rule_id == "EMR-FILE-003"
    assert problem.location is not None
    assert (problem.location.line, problem.location.column) == mark


@pytest.mark.parametrize(
    "text",
    [
        "__proto__: 1",
        "a: {__proto__: 1}",
        "a: [{'__proto__': 1}]",
        r'"__proto\x5f_": 1',
        "a: &a {__proto__: 1}\nb: {<<: *a}",
        "&a __proto__: 1",
    ],
)
def test_the_key_that_javascript_reserves(text: str) -> None:
    assert ids(text) == ["EMR-FILE-022"]


def test_the_key_that_javascript_reserves_by_an_alias() -> None:
    assert ids("a: &a __proto__\n*a : 1") == ["EMR-FILE-022"]


@pytest.mark.parametrize(
    "text",
    [
        "a: ${Token[anything.1]}",
        "a: b ${Token[AWS.Partition.3]} c",
        "a: '#{Token[x.1]}'",
        "a: b#{Token[x.1]}",
        "${Token[x.1]}: a",
        # What is filled in may complete it.
        "a: ${Token[$(town)]}",
        r'a: "${Tok\x65n[x.1]}"',
        "a: |\n  b\n  ${Token[x.1]}",
        "a: -1.8881545897087623e+289",
        "a: '-1.8881545897087623e+289'",
    ],
)
def test_tokens_of_the_cdk(text: str) -> None:
    assert ids(text) == ["EMR-FILE-023"]


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n", "# comment", "---", "---\n...", "~", "null", "--- # nothing"],
)
def test_empty(text: str) -> None:
    assert ids(text) == ["EMR-FILE-005"]


@pytest.mark.parametrize(
    "text",
    [
        "a: 'x",
        "a: [1",
        "a: {b: 1",
        "a: b: c",
        "a: 1\n b: 2",
        "a:\n\tb: 1",
        "\ta: 1",
        "a: @b",
        "a: `b`",
        "a: %b",
        'a: "\\d"',
        'a: "\\xZZ"',
        "a: - b",
        "a: *",
        "a: & b",
        "a: *.jar",
        "a: !x!y z",
        "a: |9x\n  b",
        "a: }",
        "a: ]",
        "a: [1,,2]",
        'a: "b" c',
        "%YAML 3.0\n---\na: 1",
        "a: 1\n...\nb: 2",
        "a: ? b",
        "name dev\nregion: x\n",
    ],
)
def test_syntax_errors_are_explained(text: str) -> None:
    (problem,) = parse(text, "file.yaml")[1]

    assert problem.rule_id == "EMR-FILE-004"
    assert problem.location is not None
    assert problem.location.line <= text.count("\n") + 1
    # One of our own sentences, not the parser's.
    assert "this is not YAML" not in problem.message
    assert "token" not in problem.message


def yaml_like() -> Iterator[str]:
    yield from ["a", "1", ":", " ", "\n", "- ", "[", "]", "{", "}", ",", "&x ", "*x", "'", '"', "#"]
    yield from [
        "<<: ",
        "? ",
        "!",
        "!!str ",
        "|",
        ">",
        "\t",
        "%",
        "@",
        "\\",
        "---\n",
        "...\n",
        "é",
        "\x00",
    ]


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(st.sampled_from(list(yaml_like())), max_size=40).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    root, problems = parse(text, "file.yaml")

    assert (root is not None) or problems
    for problem in problems:
        assert problem.rule_id.startswith("EMR-FILE-")
        assert problem.location is not None
        assert 1 <= problem.location.line <= len(text) + 1
