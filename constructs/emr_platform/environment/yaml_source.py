"""Reads YAML text into a tree of located values, and reports everything that no spec could mean.

The parser's events are read instead of its node graph: the graph is built by recursion in C, which
deeply nested brackets overflow, and it has lost where aliases stand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from emr_platform.environment import file_problems as kinds
from emr_platform.environment.file_problems import FileProblem
from emr_platform.environment.unfit_text import (
    CONTROL_CHARACTER,
    RESERVED_KEY,
    may_be_unfit,
    unfit,
)
from emr_platform.environment.yaml_scalars import STANDARD_TAGS, plain_scalar, tagged_scalar
from emr_platform.environment.yaml_tree import (
    Entry,
    MappingNode,
    Mark,
    Node,
    ScalarNode,
    SequenceNode,
)
from emr_platform.problems import Location, Path, Problem
from emr_platform.yaml_syntax import explain

MOST_VALUES = 100_000
MOST_LEVELS = 50

_COLLECTION_TAGS = frozenset(("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"))
# C is several times as fast; a PyYAML built without it parses all the same.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """Read a YAML document.

    Args:
        text: The text of the file.
        file: Name of the file, for the places of problems.

    Returns:
        The root of the document, None if there is nothing that could be checked any further; and
        everything that is wrong with the text as such.
    """
    return _Reader(text, file).read()


class _Hopeless(Exception):  # noqa: N818 - it ends the reading, and the problem is reported already
    """Nothing sensible can be read from here on."""


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read."""

    node: MappingNode | SequenceNode
    path: Path
    anchor: str | None
    key: ScalarNode | None = None
    expects_key: bool = False
    merged: list[MappingNode] = field(default_factory=list)
    merges: bool = False


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._problems: list[Problem] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}
        self._root: Node | None = None
        self._documents = 0

    def read(self) -> tuple[Node | None, list[Problem]]:
        try:
            self._refuse_control_characters()
            self._read_events()
        except _Hopeless:
            return None, self._problems
        if self._root is None or (isinstance(self._root, ScalarNode) and self._root.value is None):
            self._report(
                kinds.EMPTY, Mark(1, 1), "the file is empty", allowed="name: … and region: …"
            )
            return None, self._problems
        return self._root, self._problems

    def _read_events(self) -> None:
        take: dict[type[Event], Callable[[Any], None]] = {
            DocumentStartEvent: self._start_document,
            ScalarEvent: self._take_doubtful_scalar
            if may_be_unfit(self._text)
            else self._take_scalar,
            AliasEvent: self._take_alias,
            MappingStartEvent: self._begin,
            SequenceStartEvent: self._begin,
            MappingEndEvent: self._end,
            SequenceEndEvent: self._end,
        }
        try:
            # As yaml.parse() does, which asks the parser twice for each event.
            parser = _LOADER(self._text)
            try:
                while (event := parser.get_event()) is not None:
                    if handler := take.get(type(event)):
                        handler(event)
            finally:
                parser.dispose()
        except yaml.MarkedYAMLError as error:
            line, column, message, allowed = explain(error, self._text)
            self._give_up(kinds.SYNTAX, Mark(line, column), message, allowed=allowed)
        except yaml.YAMLError as error:
            self._give_up(kinds.SYNTAX, Mark(1, 1), f"this is not YAML: {error}")

    def _refuse_control_characters(self) -> None:
        if match := CONTROL_CHARACTER.search(self._text):
            before = self._text[: match.start()]
            mark = Mark(before.count("\n") + 1, match.start() - before.rfind("\n"))
            self._give_up(
                kinds.NOT_TEXT,
                mark,
                f"the character U+{ord(match[0]):04X} is not text",
                allowed="text without control characters",
            )

    def _start_document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._give_up(
                kinds.SEVERAL_DOCUMENTS,
                _mark(event),
                "a second YAML document begins here",
                allowed="one document in each file",
            )

    def _take_scalar(self, event: ScalarEvent) -> None:
        node = self._scalar(event)
        if event.anchor is None and self._open:
            parent = self._open[-1]
            # Most of all values are keys.
            if parent.expects_key and isinstance(node.value, str):
                parent.key, parent.expects_key = node, False
                return
        self._put(node, event.anchor)

    def _take_doubtful_scalar(self, event: ScalarEvent) -> None:
        for kind, message, allowed in unfit(event.value, has_escapes=event.style == '"'):
            path = self._path_here()
            if self._open and self._open[-1].expects_key:
                path = (*path, event.value)
            self._report(kind, _mark(event), message, path=path, allowed=allowed)
        self._take_scalar(event)

    def _take_alias(self, event: AliasEvent) -> None:
        self._put(self._aliased(event), None)

    # --- Values ----------------------------------------------------------------------------

    def _scalar(self, event: ScalarEvent) -> ScalarNode:
        block = event.style in ("|", ">")
        tag = event.tag
        if tag is None or tag == "!":
            value = plain_scalar(event.value) if tag is None and event.implicit[0] else event.value
            return ScalarNode(_mark(event), value, 1, block)
        try:
            return ScalarNode(_mark(event), tagged_scalar(event.value, str(tag)), block=block)
        except ValueError:
            self._refuse_tag(event)
            return ScalarNode(_mark(event), event.value, block=block)

    def _refuse_tag(self, event: NodeEvent) -> None:
        tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")  # type: ignore[attr-defined]
        known = event.tag in STANDARD_TAGS  # type: ignore[attr-defined]
        self._report(
            kinds.TAG,
            _mark(event),
            f"the value is not what its tag {tag} says" if known else f"the tag {tag} is not known",
            path=self._path_here(),
            allowed="the value without a tag",
        )

    def _aliased(self, event: AliasEvent) -> Node:
        node = self._anchors.get(str(event.anchor))
        if node is None:
            self._give_up(
                kinds.ALIAS,
                _mark(event),
                f"*{event.anchor} stands inside of &{event.anchor}, so it would contain itself"
                if event.anchor in self._anchors
                else f"there is no &{event.anchor} above",
                path=self._path_here(),
                allowed=self._known_anchors(),
            )
        return node

    def _known_anchors(self) -> str:
        known = sorted(f"*{name}" for name, node in self._anchors.items() if node is not None)
        return ", ".join(known) or "a value instead of an alias: there are no anchors above"

    # --- Collections -----------------------------------------------------------------------

    def _begin(self, event: CollectionStartEvent) -> None:
        if event.tag is not None and event.tag != "!" and event.tag not in _COLLECTION_TAGS:
            self._refuse_tag(event)
        if len(self._open) == MOST_LEVELS:
            self._give_up(
                kinds.TOO_DEEP,
                _mark(event),
                f"values are nested more than {MOST_LEVELS} deep",
                path=self._path_here()[:3],
            )
        block = not event.flow_style
        is_mapping = isinstance(event, MappingStartEvent)
        node = MappingNode(_mark(event), block) if is_mapping else SequenceNode(_mark(event), block)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._open.append(_Open(node, self._path_here(), event.anchor, expects_key=is_mapping))

    def _end(self, _event: CollectionEndEvent) -> None:
        ended = self._open.pop()
        if isinstance(ended.node, MappingNode) and ended.merged:
            self._merge(ended.node, ended.merged)
        self._put(ended.node, ended.anchor)

    def _put(self, node: Node, anchor: str | None) -> None:
        """Give a finished value to the collection that it is part of."""
        if anchor is not None:
            self._anchors[anchor] = node
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        collection = parent.node
        if isinstance(collection, SequenceNode):
            self._grow(parent, node)
            collection.items.append(node)
        elif parent.expects_key:
            parent.key, parent.expects_key = self._key(parent, node), False
        else:
            self._grow(parent, node)
            self._put_value(parent, collection, node)
            parent.key, parent.expects_key = None, True

    def _grow(self, parent: _Open, node: Node) -> None:
        collection = parent.node
        collection.size += node.size
        if collection.size > MOST_VALUES:
            self._give_up(
                kinds.TOO_LARGE,
                node.mark,
                f"with its aliases written out, the file has more than {MOST_VALUES} values",
                path=parent.path,
            )

    def _key(self, parent: _Open, node: Node) -> ScalarNode | None:
        if isinstance(node, ScalarNode) and isinstance(node.value, str):
            return node
        found, hint = _key_found(node)
        self._report(
            kinds.KEY_NOT_TEXT, node.mark, f"a key is {found}", path=parent.path, allowed=hint
        )
        return None

    def _put_value(self, parent: _Open, mapping: MappingNode, node: Node) -> None:
        key = parent.key.value if parent.key else None
        if parent.key is None or not isinstance(key, str):
            return
        is_merge = key == "<<"
        if key in mapping.entries or (is_merge and parent.merges):
            first = mapping.entries[key].mark if key in mapping.entries else mapping.mark
            self._report(
                kinds.DUPLICATE_KEY,
                parent.key.mark,
                f"the key {key} stands in this mapping already, on line {first.line}",
                path=(*parent.path, key),
                allowed="<<: [*first, *second] for several mappings"
                if is_merge
                else "each key once",
            )
        elif is_merge:
            parent.merges = True
            self._note_merge(parent, node)
        elif key == RESERVED_KEY:
            self._report(
                kinds.RESERVED_KEY,
                parent.key.mark,
                f"JavaScript has something else of the name {key} in every mapping",
                path=(*parent.path, key),
                allowed="another key",
            )
        else:
            mapping.entries[key] = Entry(key, parent.key.mark, node)

    def _note_merge(self, parent: _Open, node: Node) -> None:
        sources = node.items if isinstance(node, SequenceNode) else [node]
        for source in sources:
            if isinstance(source, MappingNode):
                parent.merged.append(source)
            else:
                self._report(
                    kinds.MERGE,
                    source.mark,
                    "only mappings can be merged",
                    path=(*parent.path, "<<"),
                    allowed="<<: *alias, or <<: [*first, *second], of mappings",
                )

    def _merge(self, mapping: MappingNode, sources: list[MappingNode]) -> None:
        """Put merged keys first, as YAML readers do; the mapping's own and earlier sources win."""
        merged: dict[str, Entry] = {}
        for source in reversed(sources):
            merged = {
                **source.entries,
                **{k: v for k, v in merged.items() if k not in source.entries},
            }
        mapping.entries = {**merged, **mapping.entries}

    # --- Problems --------------------------------------------------------------------------

    def _path_here(self) -> Path:
        """The path of the value that is being read."""
        if not self._open:
            return ()
        parent = self._open[-1]
        if isinstance(parent.node, SequenceNode):
            return (*parent.path, len(parent.node.items))
        if parent.key is not None and isinstance(parent.key.value, str):
            return (*parent.path, parent.key.value)
        return parent.path

    def _report(
        self,
        kind: FileProblem,
        mark: Mark,
        message: str,
        *,
        path: Path = (),
        allowed: str | None = None,
    ) -> None:
        location = Location(self._file, mark.line, mark.column)
        self._problems.append(kind.at(location, message, path=path, allowed=allowed))

    def _give_up(
        self,
        kind: FileProblem,
        mark: Mark,
        message: str,
        *,
        path: Path = (),
        allowed: str | None = None,
    ) -> NoReturn:
        self._report(kind, mark, message, path=path, allowed=allowed)
        raise _Hopeless


def _key_found(node: Node) -> tuple[str, str]:
    if isinstance(node, MappingNode):
        return "a mapping", 'text; quote a text that begins with {, such as "{{ name }}"'
    if isinstance(node, SequenceNode):
        return "a list", "text; quote a text that begins with ["
    if node.value is None:
        return "empty", "text, such as name"
    text = getattr(node.value, "text", None) or str(node.value)
    if isinstance(node.value, bool):
        return f"the truth value {text.lower()}", f'text; in quotes: "{text.lower()}"'
    return f"the number {text}", f'text; in quotes: "{text}"'


def _mark(event: Event) -> Mark:
    mark = event.start_mark
    return Mark(mark.line + 1, mark.column + 1) if mark is not None else Mark(1, 1)
