import string
from typing import Any

import hypothesis.strategies as st
import pytest
import yaml
from hypothesis import given, settings

from emr_platform.environment.yaml_source import parse
from emr_platform.environment.yaml_tree import plain
from emr_platform.importers.edx.draft import AnyScalar
from emr_platform.importers.edx.writer import scalar, write
from emr_platform.spec import scalar_text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("m6g.xlarge", "m6g.xlarge"),
        ("s3://bucket/key", "s3://bucket/key"),
        ("Install MySQL connector for Sqoop", "Install MySQL connector for Sqoop"),
        ("-Xmx2458m", "-Xmx2458m"),
        ("--deploy-mode", "--deploy-mode"),
        ("10.0.0.0/16", "10.0.0.0/16"),
        # Texts that would be something else without quotes.
        ("50", '"50"'),
        ("-1", '"-1"'),
        ("0.20", '"0.20"'),
        ("true", '"true"'),
        ("null", '"null"'),
        ("", '""'),
        ("- x", '"- x"'),
        ("a: b", '"a: b"'),
        ("a:", '"a:"'),
        ("a #b", '"a #b"'),
        ("*.jar", '"*.jar"'),
        ("{x}", '"{x}"'),
        ("a, b", '"a, b"'),
        ("x\ny", '"x\\ny"'),
        ('say "hi"', '"say \\"hi\\""'),
        # What readers of YAML 1.1 take for a truth value, a number in base sixty, a date.
        ("yes", '"yes"'),
        ("Off", '"Off"'),
        ("12:30:45", '"12:30:45"'),
        ("2026-11-21", '"2026-11-21"'),
        # Settings, whose spelling is kept whether they are numbers or not.
        (AnyScalar("50"), "50"),
        (AnyScalar("0.20"), "0.20"),
        (AnyScalar("true"), "true"),
        (AnyScalar("TRUE"), '"TRUE"'),
        (AnyScalar("yes"), '"yes"'),
        (AnyScalar("null"), '"null"'),
        (AnyScalar(""), '""'),
        (2, "2"),
        (False, "false"),
        ([], "[]"),
        ({}, "{}"),
    ],
)
def test_scalars_are_quoted_only_where_they_must_be(value: Any, expected: str) -> None:
    assert scalar(value) == expected


def test_a_document_as_a_person_would_write_it() -> None:
    content = {
        "name": "etl",
        "lists": {"short": ["a", "b"], "long": ["x" * 60, "y" * 60], "of": [{"k": 1, "l": ["m"]}]},
    }
    comments = {("lists", "short"): ["Two."], ("lists", "of", 0, "k"): ["One."]}
    assert write(content, comments, heading=["Top"], spaced=["lists"]) == "\n".join(
        [
            "# Top",
            "name: etl",
            "",
            "lists:",
            "  # Two.",
            "  short: [a, b]",
            "  long:",
            f"    - {'x' * 60}",
            f"    - {'y' * 60}",
            "  of:",
            "    # One.",
            "    - k: 1",
            "      l: [m]",
            "",
        ]
    )


_texts = st.one_of(
    st.text(max_size=20),
    st.text(string.printable, max_size=20),
    st.text("-:#,[]{}'\"!&*?|>%@` \t\n\\01.yesno~", max_size=8),
)
_scalars = st.one_of(_texts, _texts.map(AnyScalar), st.integers(), st.booleans())
_documents = st.dictionaries(
    _texts.filter(bool),
    st.recursive(
        st.one_of(_scalars, st.lists(_scalars, max_size=3)),
        lambda inner: st.one_of(
            st.lists(st.dictionaries(_texts, inner, max_size=3), max_size=2),
            st.dictionaries(_texts, inner, max_size=3),
        ),
        max_leaves=8,
    ),
    min_size=1,
    max_size=3,
)


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_text(inner) for inner in value]
    return scalar_text(value)


def _kinds(value: Any) -> Any:
    """The same document, but with AnyScalar as nothing in particular."""
    if isinstance(value, dict):
        return {key: _kinds(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_kinds(inner) for inner in value]
    return None if isinstance(value, AnyScalar) else type(value)


def _agrees(written: Any, read: Any) -> bool:
    if isinstance(written, dict):
        return all(_agrees(inner, read[key]) for key, inner in written.items())
    if isinstance(written, list):
        return all(_agrees(a, b) for a, b in zip(written, read, strict=True))
    return written is None or (
        isinstance(read, written) and (written is not int or read is not True)
    )


@settings(deadline=None, max_examples=150, derandomize=True)
@given(content=_documents)
def test_what_was_written_reads_back_the_same(content: dict[str, Any]) -> None:
    text = write(content, {}, heading=["x"])
    root, problems = parse(text, "x.yaml")
    if any(problem.rule_id in ("EMR-FILE-003", "EMR-FILE-007") for problem in problems):
        return  # control characters, which no cluster file can hold, and the merge key
    assert root is not None, text
    assert problems == []
    read = plain(root)
    assert _as_text(read) == _as_text(content)
    assert _agrees(_kinds(content), read)


def test_other_readers_of_yaml_agree_on_ordinary_files() -> None:
    content = {"a": {"b": ["x y", "--z", "1"], "c": "yes", "d": AnyScalar("0.20")}, "e": "é: 😀"}
    assert yaml.safe_load(write(content, {}, heading=[])) == {
        "a": {"b": ["x y", "--z", "1"], "c": "yes", "d": 0.2},
        "e": "é: 😀",
    }
