"""Writes an environment file as a person would: blocks, short lists on one line, few quotes."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emr_platform.environment.yaml_scalars import plain_scalar
from emr_platform.importers.edx.draft import AnyScalar
from emr_platform.problems import Path
from emr_platform.spec import scalar_text

_WIDTH = 100

_PLAIN = re.compile(
    r"(?:[A-Za-z0-9_./]|-(?=[A-Za-z0-9-]))(?:[\w./@%+=()$:*-]|(?<! ) (?=[\w./@%+=()$*]))*", re.ASCII
)
"""What YAML takes without quotes, in lists on one line as well; a little less than the standard allows."""

_COLON_AT_END = re.compile(r":(?:\s|$)")
# Truth values, numbers in base sixty and dates of YAML 1.1, which other readers may still go by.
_YAML_1_1 = re.compile(r"(?i:y|n|yes|no|on|off)|[\d:.]*:[\d:.]*|\d{4}-\d\d?-\d\d?")

_LINE_BREAK = re.compile("[\x7f-\xa0\u2028\u2029\ufeff]")
"""Characters that JSON leaves as they are and YAML folds or refuses."""


def write(
    content: Mapping[str, Any],
    comments: Mapping[Path, Sequence[str]],
    *,
    heading: Sequence[str],
    spaced: Sequence[str] = (),
) -> str:
    """Write a YAML document.

    Args:
        content: The document: mappings, lists of scalars or of mappings, and scalars, which are
            texts, whole numbers and truth values.
        comments: Lines to write above a key or list item, by its path.
        heading: Comment lines on top.
        spaced: Keys of the outermost mapping that get an empty line above.

    Returns:
        The text of the document.
    """
    lines = [f"# {line}" for line in heading]
    for key, value in content.items():
        if key in spaced:
            lines.append("")
        lines += _entry(key, value, (key,), 0, comments)
    return "\n".join(lines) + "\n"


def _entry(
    key: str, value: Any, path: Path, indent: int, comments: Mapping[Path, Sequence[str]]
) -> Iterator[str]:
    margin = " " * indent
    yield from _comment(comments.get(path, ()), margin)
    name = scalar(key)
    if isinstance(value, Mapping) and value:
        yield f"{margin}{name}:"
        for inner_key, inner in value.items():
            yield from _entry(inner_key, inner, (*path, inner_key), indent + 2, comments)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        line = f"{margin}{name}: {_flow(value)}" if _is_flat(value) else ""
        if line and len(line) <= _WIDTH:
            yield line
        else:
            yield f"{margin}{name}:"
            yield from _items(value, path, indent + 2, comments)
    else:
        yield f"{margin}{name}: {scalar(value)}"


def _items(
    values: Sequence[Any], path: Path, indent: int, comments: Mapping[Path, Sequence[str]]
) -> Iterator[str]:
    margin = " " * indent
    for position, value in enumerate(values):
        here = (*path, position)
        yield from _comment(comments.get(here, ()), margin)
        if isinstance(value, Mapping) and value:
            lines = [
                line
                for key, inner in value.items()
                for line in _entry(key, inner, (*here, key), indent + 2, comments)
            ]
            # The dash takes the place of the first key's indentation; comments stay above it.
            first = next(n for n, line in enumerate(lines) if not line.lstrip().startswith("#"))
            yield from (f"{margin}{line.lstrip()}" for line in lines[:first])
            yield f"{margin}- {lines[first].lstrip()}"
            yield from lines[first + 1 :]
        else:
            yield f"{margin}- {scalar(value)}"


def _comment(texts: Sequence[str], margin: str) -> Iterator[str]:
    for text in texts:
        yield from textwrap.wrap(
            text,
            _WIDTH,
            initial_indent=f"{margin}# ",
            subsequent_indent=f"{margin}# ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def _is_flat(values: Sequence[Any]) -> bool:
    return not any(isinstance(value, Mapping | list | tuple) for value in values)


def _flow(values: Sequence[Any]) -> str:
    return f"[{', '.join(scalar(value) for value in values)}]"


def scalar(value: Any) -> str:
    """Write a scalar so that the loader reads it back as the same value."""
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    if not isinstance(value, str):
        return scalar_text(value)
    read = plain_scalar(value)
    is_text = isinstance(read, str)
    is_scalar = isinstance(value, AnyScalar) and read is not None and scalar_text(read) == value
    if (is_text or is_scalar) and _is_plain(value):
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _LINE_BREAK.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def _is_plain(text: str) -> bool:
    return (
        _PLAIN.fullmatch(text) is not None
        and not _COLON_AT_END.search(text)
        and not _YAML_1_1.fullmatch(text)
    )
