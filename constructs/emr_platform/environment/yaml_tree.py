"""A YAML document as a tree of values that know where they stand in their file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from emr_platform.environment.yaml_scalars import Scalar
from emr_platform.problems import Location, Path


class Mark(NamedTuple):
    """A place in a text. Lines and columns count from 1.

    Attributes:
        line: The line.
        column: The column.
        file: The file, in a document that is put together from several; empty otherwise.
        parameter: The parameter of a template that a value was given by; empty otherwise.
    """

    line: int
    column: int
    file: str = ""
    parameter: str = ""

    def in_file(self, file: str) -> Mark:
        """The same place, of a document that is put together from several files."""
        return Mark(self.line, self.column, file, self.parameter)

    def given_by(self, parameter: str) -> Mark:
        """The same place, of a value that a parameter was given there."""
        return Mark(self.line, self.column, self.file, parameter)

    def location(self, file: str) -> Location:
        """The place as problems have it.

        Args:
            file: The file that it is in, unless the mark knows better.
        """
        return Location(self.file or file, self.line, self.column)


@dataclass(slots=True)
class ScalarNode:
    """A text, number, truth value, or nothing."""

    mark: Mark
    value: Scalar
    size: int = 1
    block: bool = False


@dataclass(slots=True)
class SequenceNode:
    """A list."""

    mark: Mark
    block: bool
    items: list[Node] = field(default_factory=list)
    size: int = 1


@dataclass(slots=True)
class Entry:
    """A key of a mapping, where it stands, and its value."""

    key: str
    mark: Mark
    node: Node

    @property
    def value_mark(self) -> Mark:
        """Where a reader looks for the value: at its key, if it is empty or begins below it."""
        empty = isinstance(self.node, ScalarNode) and self.node.value is None
        return self.mark if empty or self.node.block else self.node.mark


@dataclass(slots=True)
class MappingNode:
    """A mapping. Keys are in the order of the file, those merged in from elsewhere first."""

    mark: Mark
    block: bool
    entries: dict[str, Entry] = field(default_factory=dict)
    size: int = 1


Node = ScalarNode | SequenceNode | MappingNode


def plain(node: Node) -> Any:
    """The value of a node as Python's own types."""
    if isinstance(node, MappingNode):
        return {key: plain(entry.node) for key, entry in node.entries.items()}
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    return node.value


@dataclass(frozen=True, slots=True)
class Place:
    """Where a path leads in a document.

    Attributes:
        path: The keys as the file has them, followed by those that it has not.
        node: The last node that the path reaches.
        mark: Where that node stands.
        found: Whether the path was followed to its end.
    """

    path: Path
    node: Node
    mark: Mark
    found: bool


_LIST_FORM_KEYS = ("Properties", "properties", "Configurations", "configurations")


def locate(root: Node, path: Path) -> Place:
    """Follow a path as far as the document goes.

    A path of a spec names classifications where EMR's own form of ``configurations`` has a list
    and ``Properties``; this finds them in either form.
    """
    node, mark = root, root.mark
    written: Path = ()
    for position, part in enumerate(path):
        step = next(_steps(node, part, in_classification="configurations" in path[:position]), None)
        if step is None:
            return Place((*written, *path[position:]), node, mark, found=False)
        node, mark = step.node, step.mark
        written += step.path
    return Place(written, node, mark, found=True)


def _steps(node: Node, part: str | int, *, in_classification: bool) -> Iterator[Place]:
    """Every way in which a node has the child that a part of a path names, the nearest first."""
    if isinstance(node, SequenceNode):
        for position, item in enumerate(node.items):
            if part == position or (in_classification and _classification(item) == part):
                yield Place((position,), item, item.mark, found=True)
    elif isinstance(node, MappingNode) and isinstance(part, str):
        names = (part, part.capitalize()) if in_classification else (part,)
        for name in names:
            if entry := node.entries.get(name):
                yield Place((name,), entry.node, entry.value_mark, found=True)
        for inner in _LIST_FORM_KEYS if in_classification else ():
            if entry := node.entries.get(inner):
                for step in _steps(entry.node, part, in_classification=True):
                    yield Place((inner, *step.path), step.node, step.mark, found=True)


def _classification(node: Node) -> Scalar:
    """The classification that an item of EMR's list form is about; None for anything else."""
    if isinstance(node, MappingNode):
        for key in ("Classification", "classification"):
            if (entry := node.entries.get(key)) and isinstance(entry.node, ScalarNode):
                return entry.node.value
    return None
