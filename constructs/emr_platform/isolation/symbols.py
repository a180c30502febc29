"""Characters that stand for names that AWS makes up, and where stacks are."""

from __future__ import annotations

from dataclasses import dataclass, field

from emr_platform.isolation.matching import (
    ACCOUNT,
    ANY,
    ELSEWHERE,
    FIRST_SYMBOL,
    HOLE,
    LAST_SYMBOL,
    REGION,
    WORD,
    WORDS,
)
from emr_platform.templates.model import TemplateError


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name that AWS makes up.

    Attributes:
        environment: The environment of the resource that has it.
        stack: Name of the resource's stack.
        logical_id: The resource's logical id.
        what: Which of its attributes; empty for the name itself.
    """

    environment: str
    stack: str
    logical_id: str
    what: str


@dataclass
class Symbols:
    """The characters that stand for names that AWS makes up."""

    _characters: dict[tuple[str, str, str], str] = field(default_factory=dict)
    _symbols: dict[str, Symbol] = field(default_factory=dict)

    def character(self, environment: str, stack: str, logical_id: str, what: str = "") -> str:
        """The character of a name; the same whenever it is asked for.

        Raises:
            TemplateError: There are more names than characters.
        """
        key = (stack, logical_id, what)
        if key not in self._characters:
            number = FIRST_SYMBOL + len(self._characters)
            if number > LAST_SYMBOL:
                raise TemplateError(stack, "is one of more resources than can be looked at at once")
            self._characters[key] = chr(number)
            self._symbols[chr(number)] = Symbol(environment, stack, logical_id, what)
        return self._characters[key]

    def owner(self, character: str) -> Symbol | None:
        """Whose name a character stands for."""
        return self._symbols.get(character)

    def readable(self, text: str) -> str:
        """A text for people: names that AWS makes up are written as ``<stack/LogicalId>``."""
        if text.isascii():
            return text
        parts = []
        for character in text:
            if symbol := self._symbols.get(character):
                what = f".{symbol.what}" if symbol.what else ""
                parts.append(f"<{symbol.stack}/{symbol.logical_id}{what}>")
            else:
                parts.append(_WORDS.get(character, character))
        return "".join(parts)


_WORDS = {HOLE: "<unknown>", ACCOUNT: "<account>", REGION: "<region>"} | dict.fromkeys(
    (ANY, WORD, WORDS, ELSEWHERE), "*"
)


@dataclass(frozen=True)
class Place:
    """Where a stack is deployed.

    Attributes:
        account: Its account, or ``ACCOUNT``.
        region: Its region, or ``REGION``.
    """

    account: str
    region: str

    @property
    def partition(self) -> str:
        """The partition of the region."""
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"
