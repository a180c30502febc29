"""Texts with names in them that only AWS knows, and whether IAM's patterns match them.

A name that AWS makes up is one character of Unicode's private planes: each resource has its own. So a text is a plain
``str``, and the pattern ``arn:aws:s3:::x/*``, where ``x`` stands for a bucket's name, matches the objects of that
bucket and of no other one. A pattern with a wildcard in that place matches those of every bucket.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

HOLE: Final = "\ue000"
"""A part of a text of which nothing is known, such as a parameter without a default."""

ANY: Final = "\ue001"
"""In the text of what is looked at, all texts: the objects of a bucket are its ARN, ``/`` and this."""

ACCOUNT: Final = "\ue002"
"""The account that stacks are deployed to which name none. All of them are: that is the worst case."""

REGION: Final = "\ue003"
"""The region that stacks are deployed to which name none."""

LITERAL_STAR: Final = "\ue004"
LITERAL_QUESTION_MARK: Final = "\ue005"

WORD: Final = "\ue006"
"""As ``ANY``, but without colons and slashes: a log stream, say."""

ELSEWHERE: Final = "\ue007"
"""A name that nobody has thought of: of a shared thing, what is no tenant's part. Only wildcards match it."""

WORDS: Final = "\ue008"
"""As ``WORD``, but with slashes."""

NOTHING: Final = "\ue009"
"""What a pattern has in the place of a tag that somebody has not got: nothing matches it."""

FIRST_SYMBOL: Final = 0xF0000
LAST_SYMBOL: Final = 0x10FFFD

OF_PRINCIPAL: Final = "aws:principaltag/"

_LOOSE: Final = frozenset((HOLE, ACCOUNT, REGION, WORD, WORDS))
_PRIVATE: Final = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_SYMBOL: Final = re.compile("[\U000f0000-\U0010ffff]")
_ORDINARY: Final = "[^\ue000-\uf8ff\U000f0000-\U0010ffff]"
_OF_A_NAME: Final = re.compile(r"[\w.\-]")
_SPECIAL: Final = re.compile(f"[*?{HOLE}{LITERAL_STAR}{LITERAL_QUESTION_MARK}]")
_VARIABLE: Final = re.compile(r"\$\{([^}]*)\}")


def literal(text: str) -> str:
    """A text of a template, without characters that mean something here."""
    return text if text.isascii() else _PRIVATE.sub("\ufffd", text)


def symbols_in(text: str) -> list[str]:
    """The names in a text that only AWS knows."""
    return [] if text.isascii() else _SYMBOL.findall(text)


def anonymous(text: str) -> str:
    """A text with all names that AWS makes up made the same: a pattern without such names matches both or neither."""
    return text if text.isascii() else _SYMBOL.sub(chr(LAST_SYMBOL), text)


def is_symbol(character: str) -> bool:
    """Whether a character stands for a name that only AWS knows."""
    return ord(character) >= FIRST_SYMBOL


def has_wildcard(pattern: str) -> bool:
    """Whether a pattern matches more than one text."""
    return "*" in pattern or "?" in pattern or HOLE in pattern


def with_variables(pattern: str, values: Mapping[str, str | None]) -> str:
    """Put values in the place of a policy's variables, such as ``${aws:PrincipalTag/team}``.

    Args:
        pattern: As a policy of version 2012-10-17 has it.
        values: By the variable's name, in lower case; None or no entry where nothing is known.

    Returns:
        The pattern; a variable of which nothing is known is a hole, and one of a tag that is not there matches nothing.
    """
    if "${" not in pattern:
        return pattern

    def value(match: re.Match[str]) -> str:
        name = match[1].split(",", 1)[0].strip()
        if name in ("*", "?", "$"):
            return {"*": LITERAL_STAR, "?": LITERAL_QUESTION_MARK, "$": "$"}[name]
        known = values.get(name.lower())
        if known is None and values and name.lower().startswith(OF_PRINCIPAL):
            return NOTHING
        return HOLE if known is None else escaped(known)

    return _VARIABLE.sub(value, pattern)


def escaped(text: str) -> str:
    """A text as a pattern that matches it alone."""
    return text.replace("*", LITERAL_STAR).replace("?", LITERAL_QUESTION_MARK)


@lru_cache(maxsize=65536)
def covers(pattern: str, text: str) -> bool:
    """Whether a pattern matches a text whatever stands in the place of what is not known.

    Args:
        pattern: As IAM has it, with ``*`` and ``?``.
        text: What it is held against. Of ``ANY`` in it, all texts have to be matched.
    """
    if not _SPECIAL.search(pattern):
        return pattern == text
    return pattern == "*" or _expression(pattern).fullmatch(text) is not None


@lru_cache(maxsize=65536)
def _expression(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression, which takes time in proportion to its length and the text's."""
    first, *rest = ("".join(map(_as_expression, part)) for part in pattern.split("*"))
    if not rest:
        return re.compile(first, re.DOTALL)
    # The first match of a part leaves most to the parts behind it: there is no need to try others.
    between = "".join(f"(?>.*?{part})" for part in rest[:-1] if part)
    return re.compile(f"{first}{between}.*{rest[-1]}", re.DOTALL)


def _as_expression(character: str) -> str:
    if character == "?":
        return _ORDINARY
    if character == HOLE:
        # Of a pattern of which something is unknown nothing is certain.
        return "(?!)"
    if character in (LITERAL_STAR, LITERAL_QUESTION_MARK):
        return re.escape("*" if character == LITERAL_STAR else "?")
    return re.escape(character)


@lru_cache(maxsize=65536)
def overlaps(pattern: str, text: str, *, holes: bool = True) -> bool:
    """Whether there is a text that a pattern matches, among those that ``text`` can be.

    Args:
        pattern: As IAM has it, with ``*`` and ``?``.
        text: What it is held against.
        holes: Whether what is unknown in the pattern is taken as matching.
    """
    if HOLE in pattern and not holes:
        return False
    if covers(pattern, text):
        return True
    for position, (ours, theirs) in enumerate(zip(pattern, text, strict=False)):
        if ours == theirs:
            continue
        if ours in "*?" or ours in _LOOSE or theirs == ANY or theirs in _LOOSE:
            return _meet(pattern, position, text, position)
        if is_symbol(theirs) and not is_symbol(ours):
            return _meet(pattern, position, text, position)
        return _same(ours, theirs) and _meet(pattern, position, text, position)
    shared = min(len(pattern), len(text))
    return _meet(pattern, shared, text, shared)


def _same(ours: str, theirs: str) -> bool:
    """Whether a character of a pattern, which is no wildcard, is one of a text."""
    if ours == LITERAL_STAR:
        return theirs == "*"
    if ours == LITERAL_QUESTION_MARK:
        return theirs == "?"
    return ours == theirs


_OUTSIDE, _WITHIN, _WITHIN_WILD = range(3)


def _meet(pattern: str, i: int, text: str, j: int) -> bool:
    """Walk through pattern and text at once, trying every way in which they can be the same."""
    seen: set[tuple[int, int, int]] = set()
    waiting = [(i, j, _OUTSIDE)]
    while waiting:
        state = waiting.pop()
        if state in seen:
            continue
        seen.add(state)
        i, j, within = state
        if i == len(pattern) and j == len(text) and within == _OUTSIDE:
            return True
        ours = pattern[i] if i < len(pattern) else ""
        theirs = text[j] if j < len(text) else ""
        waiting += _steps(ours, theirs, i, j, within)
    return False


def _steps(ours: str, theirs: str, i: int, j: int, within: int) -> list[tuple[int, int, int]]:
    if within != _OUTSIDE:
        return _steps_within(ours, i, j, within)
    found = []
    if ours and ours == theirs:
        found.append((i + 1, j + 1, _OUTSIDE))
    if ours == "*" or (ours and ours in _LOOSE):
        found.append((i + 1, j, _OUTSIDE))
        if theirs and _takes(ours, theirs):
            found.append((i, j + 1, _OUTSIDE))
    if theirs == ANY or (theirs and theirs in _LOOSE):
        found.append((i, j + 1, _OUTSIDE))
        if ours and _takes(theirs, ours):
            found.append((i + 1, j, _OUTSIDE))
    elif theirs and is_symbol(theirs):
        # A name that AWS makes up is not spelled out by accident; wildcards may stand for a part.
        found.append((i, j, _WITHIN))
    elif ours and theirs and (ours == "?" or _same(ours, theirs)):
        found.append((i + 1, j + 1, _OUTSIDE))
    return found


def _takes(loose: str, character: str) -> bool:
    """Whether a character may be a part of what is not known, or of what a wildcard stands for."""
    if character in "*?" or character in _LOOSE:
        return True
    if character == NOTHING:
        return False
    if loose == ACCOUNT:
        return character.isdecimal()
    if loose in (WORD, WORDS):
        return character != ":" and (loose == WORDS or character != "/")
    if loose == REGION:
        return character.isalnum() or character == "-"
    return True


def _steps_within(ours: str, i: int, j: int, within: int) -> list[tuple[int, int, int]]:
    found = []
    if within == _WITHIN_WILD:
        found.append((i, j + 1, _OUTSIDE))
    if ours and ours in ("*", "?", HOLE):
        found.append((i + 1, j, _WITHIN_WILD))
    elif ours and not is_symbol(ours) and _OF_A_NAME.match(ours):
        found.append((i + 1, j, within))
    return found
