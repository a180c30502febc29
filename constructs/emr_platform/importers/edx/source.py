"""A cluster file as a tree of values that know where they stand and whether anybody took them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from emr_platform.environment.yaml_scalars import Scalar, plain_scalar
from emr_platform.environment.yaml_tree import MappingNode, Node, ScalarNode, SequenceNode
from emr_platform.problems import Location, Path
from emr_platform.spec import scalar_text

PLACEHOLDER = re.compile(r"<[^<>]+>|\{\{.*?\}\}")
"""What stands for a value that a person or Ansible was to fill in."""


@dataclass(slots=True, eq=False)
class Item:
    """A value of the file.

    Attributes:
        path: The keys that lead to it.
        location: Where it stands.
        value: A scalar, a list of items, or items by key.
        written: The text as it stands in the file, where a placeholder in it was replaced.
        is_taken: Whether the import took it over, or named it in the report. Of a list or mapping
            this says nothing about the values in it.
    """

    path: Path
    location: Location
    value: Scalar | list[Item] | dict[str, Item]
    written: str | None = None
    is_taken: bool = False

    @property
    def is_given(self) -> bool:
        """Whether there is anything: not nothing, and not an empty text, list or mapping."""
        return self.value is not None and self.value not in ("", [], {})

    def take(self) -> None:
        """Note that this value, with everything in it, is accounted for."""
        self.is_taken = True
        for child in self.children():
            child.take()

    def children(self) -> Iterator[Item]:
        """The values that it directly consists of."""
        if isinstance(self.value, dict):
            yield from self.value.values()
        elif isinstance(self.value, list):
            yield from self.value

    def field(self, *names: str) -> Item | None:
        """The value of the first of some keys that is given; None where none is, or without keys."""
        if isinstance(self.value, dict):
            for name in names:
                item = self.value.get(name)
                if item is not None and item.is_given:
                    return item
                if item is not None:
                    item.take()
        return None

    def walk(self) -> Iterator[Item]:
        """This value and everything in it."""
        yield self
        for child in self.children():
            yield from child.walk()

    def untaken(self) -> Iterator[Item]:
        """The outermost values in it that nobody took."""
        if any(item.is_taken for item in self.walk()):
            for child in self.children():
                yield from child.untaken()
        else:
            yield self

    def shown(self, *, as_written: bool = False) -> str:
        """The value on one line.

        Args:
            as_written: Whether to show placeholders that were replaced.
        """
        if isinstance(self.value, dict):
            inner = (
                f"{key}: {item.shown(as_written=as_written)}" for key, item in self.value.items()
            )
            return f"{{{', '.join(inner)}}}"
        if isinstance(self.value, list):
            return f"[{', '.join(item.shown(as_written=as_written) for item in self.value)}]"
        if as_written and self.written is not None:
            return self.written
        return shown_scalar(self.value) or "''"


def shown_scalar(value: Scalar) -> str:
    """A scalar as people write it; a line break would tear the report apart."""
    return "null" if value is None else scalar_text(value).replace("\n", "\\n")


def tree(node: Node, file: str, replacements: Mapping[str, str]) -> Item:
    """Make a document a tree of values, with its placeholders replaced.

    Args:
        node: The root of the document.
        file: Name of the file, for the places of the values.
        replacements: Texts by the placeholder that they are put in the place of.
    """
    return _tree(node, (), Location(file, node.mark.line, node.mark.column), replacements)


def _tree(node: Node, path: Path, location: Location, replacements: Mapping[str, str]) -> Item:
    item = Item(path, location, None)
    if isinstance(node, MappingNode):
        item.value = {
            key: _tree(
                entry.node,
                (*path, key),
                Location(location.file, entry.value_mark.line, entry.value_mark.column),
                replacements,
            )
            for key, entry in node.entries.items()
        }
    elif isinstance(node, SequenceNode):
        item.value = [
            _tree(
                child,
                (*path, position),
                Location(location.file, child.mark.line, child.mark.column),
                replacements,
            )
            for position, child in enumerate(node.items)
        ]
    else:
        item.value = node.value
        _replace(item, node, replacements)
    return item


def _replace(item: Item, node: ScalarNode, replacements: Mapping[str, str]) -> None:
    if not isinstance(node.value, str):
        return
    text = node.value
    for placeholder, replacement in replacements.items():
        text = text.replace(placeholder, replacement)
    if text != node.value:
        item.written = node.value
        # A placeholder on its own may stand for a number.
        item.value = plain_scalar(text) if node.value in replacements else text


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of the file.

    Attributes:
        location: Where it stands.
        text: What it says, without the number sign.
    """

    location: Location
    text: str


_NUMBER_SIGN = re.compile(r"(?:^|(?<=\s))#[^\r\n]*", re.MULTILINE)


def comments(text: str, file: str) -> list[Comment]:
    """Find the comments of a YAML text, which its tree no longer knows.

    Args:
        text: The text of a file that is YAML.
        file: Name of the file, for the places of the comments.
    """
    if "#" not in text:
        return []
    starts, ends = [], []
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.ScalarToken):
            starts.append(token.start_mark.index)
            ends.append(token.end_mark.index)
    found = []
    for match in _NUMBER_SIGN.finditer(text):
        last = bisect_right(starts, match.start()) - 1
        if last >= 0 and match.start() < ends[last]:
            continue
        before = text[: match.start()]
        location = Location(file, before.count("\n") + 1, match.start() - before.rfind("\n"))
        found.append(Comment(location, match[0].lstrip("#").strip()))
    return found
