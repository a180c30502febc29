"""Reads a CloudFormation template written in YAML, with the short forms of its functions, as JSON has it."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from emr_platform.yaml_syntax import explain

MOST_LEVELS = 100
"""More levels of nesting are no template, but made to exhaust who reads them."""

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""PyYAML's parser: in C, which is several times as fast, where PyYAML was built with it."""

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))


class TemplateSyntaxError(ValueError):
    """The text is no YAML that CloudFormation takes; the message says why.

    Attributes:
        line: Where, counted from 1; None where no line is to blame.
        column: Where in that line, counted from 1; None where the whole line is to blame.
        allowed: What would be accepted; None where the message says it all.
    """

    def __init__(
        self,
        message: str,
        line: int | None = None,
        *,
        column: int | None = None,
        allowed: str | None = None,
    ) -> None:
        self.line = line
        self.column = column
        self.allowed = allowed
        super().__init__(message)


def load_yaml(text: str) -> Any:
    """Read YAML as CloudFormation does: numbers and dates stay text, short forms become functions.

    Args:
        text: The template.

    Returns:
        Mappings, lists, text, booleans and None; ``!GetAtt A.B`` is ``{"Fn::GetAtt": ["A", "B"]}``.

    Raises:
        TemplateSyntaxError: It is not YAML, has aliases (CloudFormation takes none), more than one
            document, or more levels than templates have.
    """
    reader = _Reader()
    # Events, not nodes: building nodes recurses, and deep nesting would end the process.
    try:
        for event in yaml.parse(text, Loader=LOADER):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        line, column, message, allowed = explain(error, text)
        raise TemplateSyntaxError(message, line, column=column, allowed=allowed) from None
    except yaml.reader.ReaderError as error:
        before, found, _ = text.partition(chr(error.character))
        raise TemplateSyntaxError(
            f"the character U+{error.character:04X} is not text",
            before.count("\n") + 1 if found else None,
            allowed="text without control characters",
        ) from None
    except yaml.YAMLError as error:
        raise TemplateSyntaxError(" ".join(str(error).split())) from None
    return reader.root


class _Reader:
    """Puts values together from events, without recursion."""

    def __init__(self) -> None:
        self.root: Any = None
        self._documents = 0
        # What is open: the collection, its function if it has one, and the key that waits for a value.
        self._open: list[tuple[Any, str | None, list[str]]] = []

    def take(self, event: Event) -> None:
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _at(event, "a second document begins here; a template is one")
        elif isinstance(event, AliasEvent):
            raise _at(event, "CloudFormation takes no YAML aliases")
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            if len(self._open) >= MOST_LEVELS:
                raise _at(event, f"more than {MOST_LEVELS} levels")
            collection: Any = {} if isinstance(event, MappingStartEvent) else []
            self._open.append((collection, function_of(event), []))
        elif isinstance(event, CollectionEndEvent):
            collection, function, _ = self._open.pop()
            self._place(event, _applied(function, collection))
        elif isinstance(event, ScalarEvent):
            if self._waits_for_key():
                self._take_key(event)
            else:
                function = function_of(event)
                value = event.value if function else _scalar(event)
                self._place(event, _applied(function, value))
        elif isinstance(event, DocumentEndEvent):
            return

    def _waits_for_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1][0], dict) and not self._open[-1][2]

    def _take_key(self, event: ScalarEvent) -> None:
        collection, _, key = self._open[-1]
        if event.value in collection:
            raise _at(event, f"the key {event.value!r} is there twice")
        key.append(event.value)

    def _place(self, event: Event, value: Any) -> None:
        if not self._open:
            self.root = value
            return
        collection, _, key = self._open[-1]
        if isinstance(collection, list):
            collection.append(value)
        elif key:
            collection[key.pop()] = value
        else:
            raise _at(event, "a key of a mapping is text")


def function_of(event: Any) -> str | None:
    """The long name of the function whose short form stands before a value; None if none does."""
    tag = event.tag
    if not tag or not tag.startswith("!") or tag == "!":
        return None
    name = str(tag[1:])
    return name if name in ("Ref", "Condition") else f"Fn::{name}"


def _applied(function: str | None, value: Any) -> Any:
    if function == "Fn::GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {function: value} if function else value


def _scalar(event: ScalarEvent) -> Any:
    is_plain, _ = event.implicit
    if not is_plain:
        return event.value
    if event.value in _NULLS:
        return None
    if event.value in _TRUE or event.value in _FALSE:
        return event.value in _TRUE
    return event.value


def _at(event: Event, message: str) -> TemplateSyntaxError:
    mark = event.start_mark
    return TemplateSyntaxError(message, mark.line + 1 if mark else None)
