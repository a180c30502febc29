"""Where the values of a template stand in its text. Made when there is something to point at."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml
from yaml.events import (
    CollectionEndEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from emr_platform.problems import Path
from emr_platform.templates.yaml_text import LOADER, function_of


class Mark(NamedTuple):
    """A place in a text. Lines and columns count from 1, as editors do."""

    line: int
    column: int


class Place(NamedTuple):
    """Where a value of a template stands.

    Attributes:
        key: Where its key begins; of a list's item, where the item itself does.
        value: Where a reader looks for the value: at its key, if it begins below it.
    """

    key: Mark
    value: Mark


START = Place(Mark(1, 1), Mark(1, 1))


@dataclass(frozen=True, slots=True)
class Positions:
    """The places of a template's values.

    Attributes:
        places: By the path of the value. The short forms of functions have the path of the long
            ones: ``!Sub text`` is ``Fn::Sub`` with a text.
        repeated: Paths of keys that are in their mapping twice, with the second place.
    """

    places: Mapping[Path, Place]
    repeated: tuple[tuple[Path, Mark], ...] = ()

    def find(self, path: Path) -> Place:
        """Where a value stands; if it is not there, where the nearest value around it does."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, START)


def positions(text: str) -> Positions:
    """Find where everything stands.

    Args:
        text: A template that can be read, JSON or YAML.
    """
    try:
        json.loads(text)
    except ValueError:
        return _YamlPositions().read(text)
    return _json_positions(text)


def repeats_keys(text: str) -> bool:
    """Whether a template in JSON has a key twice in one mapping; YAML with such keys is not read."""
    repeated = False

    def note(pairs: list[tuple[str, Any]]) -> None:
        nonlocal repeated
        repeated = repeated or len({key for key, _ in pairs}) < len(pairs)

    try:
        json.loads(text, object_pairs_hook=note)
    except ValueError:
        return False
    return repeated


# --- JSON ----------------------------------------------------------------------------------

_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+)', re.DOTALL)


@dataclass(slots=True)
class _Container:
    path: Path
    is_list: bool
    length: int = 0
    key: str | None = None
    key_mark: Mark | None = None


def _json_positions(text: str) -> Positions:
    places: dict[Path, Place] = {}
    repeated: list[tuple[Path, Mark]] = []
    containers: list[_Container] = []
    for written, mark in _tokens(text):
        around = containers[-1] if containers else None
        if written in ("}", "]"):
            containers.pop()
            continue
        if written in (":", ","):
            continue
        if around and not around.is_list and around.key is None:
            around.key, around.key_mark = json.loads(written), mark
            if (*around.path, str(around.key)) in places:
                repeated.append(((*around.path, str(around.key)), mark))
            continue
        path: Path = ()
        key_mark = mark
        if around and around.is_list:
            path = (*around.path, around.length)
            around.length += 1
        elif around:
            path, key_mark = (*around.path, str(around.key)), around.key_mark or mark
            around.key = None
        places[path] = Place(key_mark, mark)
        if written in ("{", "["):
            containers.append(_Container(path, written == "["))
    return Positions(places, tuple(repeated))


def _tokens(text: str) -> Iterator[tuple[str, Mark]]:
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    for match in _TOKEN.finditer(text):
        start = match.start(1)
        line = bisect_right(lines, start)
        yield match[1], Mark(line, start - lines[line - 1] + 1)


# --- YAML ----------------------------------------------------------------------------------


class _YamlPositions:
    """Follows the parser's events, as the reading of values does, and so without recursion."""

    def __init__(self) -> None:
        self._places: dict[Path, Place] = {}
        self._containers: list[_Container] = []

    def read(self, text: str) -> Positions:
        for event in yaml.parse(text, Loader=LOADER):
            self._take(event)
        return Positions(self._places)

    def _take(self, event: Event) -> None:
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            path = self._place(event, below=not event.flow_style)
            self._containers.append(_Container(path, isinstance(event, SequenceStartEvent)))
        elif isinstance(event, CollectionEndEvent):
            self._containers.pop()
        elif isinstance(event, ScalarEvent):
            around = self._containers[-1] if self._containers else None
            if around and not around.is_list and around.key is None:
                around.key, around.key_mark = event.value, _mark(event)
            else:
                self._place(event, below=event.style in ("|", ">") or not event.value)

    def _place(self, event: Any, *, below: bool) -> Path:
        """Note where a value stands, and return the path of what is in it."""
        around = self._containers[-1] if self._containers else None
        path: Path = ()
        value = key = _mark(event)
        if around and around.is_list:
            path = (*around.path, around.length)
            around.length += 1
        elif around:
            path, key = (*around.path, str(around.key)), around.key_mark or value
            around.key = None
            value = key if below else value
        self._places[path] = Place(key, value)
        if function := function_of(event):
            path = (*path, function)
            self._places[path] = Place(key, value)
        return path


def _mark(event: Event) -> Mark:
    mark = event.start_mark
    return Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
