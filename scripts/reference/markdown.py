"""Pieces of GitHub's Markdown, and how a generated part is put between its markers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_BEGIN = "<!-- generated: {name}, by `make reference` -->"
_END = "<!-- end of generated: {name} -->"

_CODE = re.compile(r"``(.+?)``")
_SPECIAL = re.compile(r"([\\`*<>|\[\]])")


class MissingMarkersError(ValueError):
    """A page has no place for a generated part; the message says which markers it needs."""


def prose(text: str) -> str:
    """Write a text of a docstring or description so that Markdown shows it as it is.

    Args:
        text: The text; what stands in double backticks is code.

    Returns:
        One line of Markdown.
    """
    parts = _CODE.split(" ".join(text.split()))
    return "".join(
        code(part) if number % 2 else _SPECIAL.sub(r"\\\1", part)
        for number, part in enumerate(parts)
    )


def code(text: str) -> str:
    """Write a text as code that is also safe in a table."""
    return f"`{text}`".replace("|", "\\|")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; the cells are Markdown already."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def anchor(heading: str) -> str:
    """The name that GitHub gives to a heading, to link to it."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def with_generated(page: str, name: str, content: str) -> str:
    """Put a generated part in its place.

    Args:
        page: The page as it is.
        name: Name of the part, as its markers have it.
        content: What belongs between the markers.

    Returns:
        The page as it should be.

    Raises:
        MissingMarkersError: The page does not have both markers, once and in this order.
    """
    begin, end = _BEGIN.format(name=name), _END.format(name=name)
    before, opened, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not (opened and closed) or begin in rest or end in after:
        raise MissingMarkersError(f"a page needs these two lines once each:\n{begin}\n{end}")
    return f"{before}{begin}\n\n{content.strip()}\n\n{end}{after}"
