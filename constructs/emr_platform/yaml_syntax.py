"""What is wrong with text that is not YAML, in words for people who do not write YAML parsers."""

from __future__ import annotations

import re
from typing import NamedTuple

from yaml import MarkedYAMLError
from yaml.error import Mark as YamlMark


class SyntaxProblem(NamedTuple):
    """Where the text stops being YAML, what is there, and what would be accepted.

    Lines and columns count from 1; of a text that is cut off, it is the end of its last line.
    """

    line: int
    column: int
    message: str
    allowed: str | None


class _Words(NamedTuple):
    context: str
    problem: str
    message: str
    allowed: str | None = None
    where_it_began: bool = False


# The messages of libyaml and of PyYAML's own parser: what either says while it does what.
_WORDS = (
    _Words("", "tab character", "a tab stands where only spaces may", "spaces only"),
    _Words(
        "quoted scalar",
        "unexpected end of stream|unexpected document separator",
        "the quotation that begins here is never closed",
        where_it_began=True,
    ),
    _Words(
        "quoted scalar",
        "unknown escape character",
        "a backslash in double quotes is followed by a character that it cannot escape",
        "\\\\ for a backslash, or single quotes, in which it needs no escape",
    ),
    _Words(
        "quoted scalar",
        "hexdecimal|hexadecimal|Unicode",
        "\\x, \\u or \\U in double quotes needs the hexadecimal number of a character",
        "2, 4 or 8 hexadecimal digits, such as \\u00e9",
    ),
    _Words(
        "flow sequence",
        r"expected ',' or '\]'",
        "the list that begins here has no ] or no comma where one is needed",
        "[first, second]",
        where_it_began=True,
    ),
    _Words(
        "flow mapping",
        "expected ',' or '}'",
        "the mapping that begins here has no } or no comma where one is needed",
        "{first: 1, second: 2}",
        where_it_began=True,
    ),
    _Words(
        "",
        "mapping values are not allowed",
        "a ':' stands where no key can end",
        "one 'key: value' on each line, keys of one mapping below one another, "
        "quotes around text with ': '",
    ),
    _Words(
        "simple key",
        "expected ':'",
        "no ':' follows this key",
        "key: value",
        where_it_began=True,
    ),
    _Words(
        "",
        "sequence entries are not allowed",
        "a list cannot begin behind its key",
        "'- item' on lines of their own, or [item, item]",
    ),
    _Words("", "mapping keys are not allowed", "a '?' cannot stand here", "quotes around the text"),
    _Words(
        "block (mapping|sequence|collection)",
        "expected key|expected '-' indicator|expected <block end>",
        "this line does not continue what stands above it",
        "keys of one mapping, and items of one list, indented alike; "
        "quotes around a text that begins with a quotation mark",
    ),
    _Words(
        "an? (alias|anchor)",
        "alphabetic or numeric",
        "a text cannot begin with * or & unless it is in quotes",
        'quotes, such as "*.jar"',
        where_it_began=True,
    ),
    _Words(
        "",
        "cannot start any token",
        "a text cannot begin with this character unless it is in quotes",
        'quotes, such as "@value"',
    ),
    _Words(
        "",
        "expected (the )?node content",
        "a value is missing here, or a bracket, brace or comma is too much",
    ),
    _Words("", "undefined tag handle", "a value cannot begin with ! unless it is in quotes"),
    _Words(
        "block scalar",
        "",
        "| and > may only be followed by + or -, a digit from 1 to 9, or a comment",
        "the text on the lines below, indented",
    ),
    _Words("", "incompatible YAML document", "this version of YAML is not known", "%YAML 1.2"),
    _Words("directive", "", "a line that begins with % is not known here", "%YAML 1.2"),
    _Words("", "document start", "nothing may follow the end of the document, '...'"),
)


def explain(error: MarkedYAMLError, text: str) -> SyntaxProblem:
    """Put an error of PyYAML into plain words.

    Args:
        error: What the parser raised.
        text: What it was reading.

    Returns:
        The place to look at, and what is wrong there.
    """
    context, problem = error.context or "", error.problem or ""
    if error.problem_mark and text[error.problem_mark.index : error.problem_mark.index + 1] == "\t":
        problem = "tab character"
    for words in _WORDS:
        if re.search(words.context, context) and re.search(words.problem, problem):
            mark = error.context_mark if words.where_it_began else error.problem_mark
            mark = mark or error.problem_mark or error.context_mark
            return SyntaxProblem(*_place(mark, text), words.message, words.allowed)
    mark = error.problem_mark or error.context_mark
    return SyntaxProblem(*_place(mark, text), f"this is not YAML: {problem}", None)


def _place(mark: YamlMark | None, text: str) -> tuple[int, int]:
    if mark is None:
        return 1, 1
    lines = text.splitlines()
    if lines and mark.line >= len(lines):
        return len(lines), len(lines[-1]) + 1
    return mark.line + 1, mark.column + 1
