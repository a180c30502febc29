"""Plain YAML scalars by the rules of YAML 1.2's core schema, with numbers that keep their spelling.

PyYAML's own rules are those of YAML 1.1, in which ``no`` is false, ``1:30`` is ninety and
``2024-01-01`` is a date. See https://yaml.org/spec/1.2.2/#103-core-schema.
"""

from __future__ import annotations

import re
from typing import Self

Scalar = str | int | float | bool | None


class WrittenInt(int):
    """A whole number whose spelling is not the one Python would choose, such as ``007``.

    Attributes:
        text: The number as it was written.
    """

    text: str

    def __new__(cls, value: int, text: str) -> Self:
        """Make the number."""
        number = super().__new__(cls, value)
        number.text = text
        return number


class WrittenFloat(float):
    """A number whose spelling is not the one Python would choose, such as ``1.10``.

    Attributes:
        text: The number as it was written.
    """

    text: str

    def __new__(cls, value: float, text: str) -> Self:
        """Make the number."""
        number = super().__new__(cls, value)
        number.text = text
        return number


_CONSTANTS: dict[str, bool | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_START = frozenset("+-.0123456789")
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL_OR_HEXADECIMAL = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NOT_A_NUMBER = frozenset((".nan", ".NaN", ".NAN"))

_MOST_DIGITS = 300
"""Longer rows of digits are text: Python refuses to convert them from 4300 on."""


def plain_scalar(text: str) -> Scalar:
    """Read a scalar that stands without quotes and tag.

    Args:
        text: The scalar as it was written.

    Returns:
        None, a boolean, a number or, for everything else, the text itself.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _NUMBER_START or len(text) > _MOST_DIGITS:
        return text
    if _INT.fullmatch(text):
        return _int(int(text), text)
    if _OCTAL_OR_HEXADECIMAL.fullmatch(text):
        return _int(int(text, base=0), text)
    if _FLOAT.fullmatch(text):
        return _float(float(text), text)
    if _INFINITY.fullmatch(text) or text in _NOT_A_NUMBER:
        return _float(float(text.replace(".", "")), text)
    return text


def _int(value: int, text: str) -> int:
    return value if str(value) == text else WrittenInt(value, text)


def _float(value: float, text: str) -> float:
    return value if str(value) == text else WrittenFloat(value, text)


STANDARD_TAGS: dict[str, type] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:null": type(None),
    "tag:yaml.org,2002:bool": bool,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
}
"""The tags of the core schema for scalars, with the Python type of their values."""


def tagged_scalar(text: str, tag: str) -> Scalar:
    """Read a scalar with one of the standard tags.

    Raises:
        ValueError: The tag is not a standard one, or the text is not of the tag's kind.
    """
    kind = STANDARD_TAGS.get(tag)
    if kind is None:
        raise ValueError(tag)
    if kind is str:
        return text
    value = plain_scalar(text)
    if kind is float and type(value) in (int, WrittenInt):
        return _float(float(text), text)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(text)
    return value
