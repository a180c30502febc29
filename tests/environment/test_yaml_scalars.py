"""YAML 1.2's core schema, by the table of its specification (10.3.2)."""

from __future__ import annotations

import math

import pytest

from emr_platform.environment.yaml_scalars import Scalar, plain_scalar, tagged_scalar
from emr_platform.spec import scalar_text


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_nothing(text: str) -> None:
    assert plain_scalar(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("false", False),
        ("False", False),
        ("FALSE", False),
    ],
)
def test_truth_values(text: str, value: bool) -> None:
    assert plain_scalar(text) is value


@pytest.mark.parametrize(
    "text",
    # Truth values, numbers to the base of 60, 8 and 2, dates and the like are of YAML 1.1.
    """
    yes no on off y n Yes NO tRue nUll none None
    1:30 190:20:30 0b1010 1_000 2024-01-01 2001-12-14t21:59:43.10-05:00
    = << . - + .. 0x 0o 0o8 0xg 1.2.3 emr-7.12.0 1e e3 -.nan 10.0.0.0/16 0O7 0X1F ٣ .infinity +0x1 -0o7
    """.split(),  # noqa: SIM905 - read as a text, as they stand in a file
)
def test_text(text: str) -> None:
    assert plain_scalar(text) == text
    assert type(plain_scalar(text)) is str


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("+12", 12),
        ("007", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("-685230", -685230),
    ],
)
def test_whole_numbers(text: str, value: int) -> None:
    number = plain_scalar(text)

    assert number == value
    assert isinstance(number, int)
    assert not isinstance(number, bool)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.", 1.0),
        (".5", 0.5),
        ("1.10", 1.1),
        ("-2E+05", -200000.0),
        ("12e03", 12000.0),
        ("1e3", 1000.0),
        (".inf", math.inf),
        ("-.Inf", -math.inf),
        ("+.INF", math.inf),
    ],
)
def test_numbers(text: str, value: float) -> None:
    number = plain_scalar(text)

    assert number == value
    assert isinstance(number, float)


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number(text: str) -> None:
    number = plain_scalar(text)

    assert isinstance(number, float)
    assert math.isnan(number)


@pytest.mark.parametrize(
    "text",
    """
    7 007 +7 0o17 0x1F 1.1 1.10 1. .5 1e3 .inf -.INF .nan -0
    0.30000000000000000000001 123456789012345678901234567890 1e400
    """.split(),  # noqa: SIM905 - read as a text, as they stand in a file
)
def test_numbers_keep_their_spelling(text: str) -> None:
    assert scalar_text(plain_scalar(text)) == text


def test_rows_of_digits_that_python_would_refuse_are_text() -> None:
    digits = "1" * 5000

    assert plain_scalar(digits) == digits


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("str", "12", "12"),
        ("str", "", ""),
        ("int", "12", 12),
        ("float", "12", 12.0),
        ("float", "1.5", 1.5),
        ("bool", "true", True),
        ("null", "", None),
    ],
)
def test_standard_tags(tag: str, text: str, value: Scalar) -> None:
    tagged = tagged_scalar(text, f"tag:yaml.org,2002:{tag}")

    assert tagged == value
    assert isinstance(tagged, type(value))


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("tag:yaml.org,2002:int", "x"),
        ("tag:yaml.org,2002:int", "true"),
        ("tag:yaml.org,2002:int", "1.5"),
        ("tag:yaml.org,2002:bool", "yes"),
        ("tag:yaml.org,2002:float", "x"),
        ("tag:yaml.org,2002:null", "x"),
        ("tag:yaml.org,2002:binary", "aGk="),
        ("tag:yaml.org,2002:timestamp", "2024-01-01"),
        ("tag:yaml.org,2002:python/name:os.system", "x"),
        ("!Ref", "x"),
    ],
)
def test_other_tags(tag: str, text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        tagged_scalar(text, tag)
