"""Puts a document together from several: templates, what a tenant overrides, and values of parameters.

Every value keeps the place that it comes from. Documents are never changed: what differs is made anew, and the rest
is shared, so that a thousand tenants of a template hold it in memory once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from emr_platform.environment.yaml_scalars import Scalar
from emr_platform.environment.yaml_tree import (
    Entry,
    MappingNode,
    Mark,
    Node,
    ScalarNode,
    SequenceNode,
)
from emr_platform.problems import Path


def stamped(node: Node, file: str) -> Node:
    """The same document, whose places name the file that it was read from.

    Args:
        node: The document.
        file: The file.
    """
    mark = node.mark.in_file(file)
    if isinstance(node, MappingNode):
        entries = {
            key: Entry(key, entry.mark.in_file(file), stamped(entry.node, file))
            for key, entry in node.entries.items()
        }
        return MappingNode(mark, node.block, entries, node.size)
    if isinstance(node, SequenceNode):
        return SequenceNode(
            mark, node.block, [stamped(item, file) for item in node.items], node.size
        )
    return ScalarNode(mark, node.value, node.size, node.block)


def merged(base: MappingNode, over: MappingNode) -> MappingNode:
    """A mapping with another one laid over it.

    Mappings are merged key by key at any depth; anything else replaces what was there, and a key without a value takes
    it out.

    Args:
        base: What is there.
        over: What is said in addition.
    """
    entries = dict(base.entries)
    for key, entry in over.entries.items():
        below = entries.get(key)
        if isinstance(entry.node, ScalarNode) and entry.node.value is None:
            entries.pop(key, None)
        elif isinstance(entry.node, MappingNode):
            # Also where nothing is below: a key without a value has nothing to take out there.
            inner = (
                below.node
                if below and isinstance(below.node, MappingNode)
                else MappingNode(entry.node.mark, entry.node.block)
            )
            mark = below.mark if below and inner is below.node else entry.mark
            entries[key] = Entry(key, mark, merged(inner, entry.node))
        else:
            entries[key] = entry
    return MappingNode(base.mark, base.block, entries)


def with_values(base: MappingNode, values: Iterable[tuple[str, Mark, Node]]) -> MappingNode:
    """A mapping with some keys set and in front, whatever they had before.

    Args:
        base: The mapping.
        values: Keys, where they are from, and their values.
    """
    said = {key: Entry(key, mark, node) for key, mark, node in values}
    others = {key: entry for key, entry in base.entries.items() if key not in said}
    return MappingNode(base.mark, base.block, said | others)


def without(base: MappingNode, *keys: str) -> MappingNode:
    """A mapping without some of its keys."""
    entries = {key: entry for key, entry in base.entries.items() if key not in keys}
    return MappingNode(base.mark, base.block, entries)


_WORD = re.compile(r"\w*")
_PLACEHOLDER = re.compile(r"\$\$\(|\$\(([^()]*)\)?")


@dataclass(frozen=True, slots=True)
class UnknownPlaceholder:
    """A placeholder that names nothing.

    Attributes:
        name: What it names; empty for one in a key, where none is filled in.
        path: Where it is in the document.
        mark: Where it is in its file.
        is_open: Whether its closing bracket is missing.
    """

    name: str
    path: Path
    mark: Mark
    is_open: bool = False


@dataclass
class Substitution:
    """Sets the values of parameters for their placeholders in one document after the other.

    A text that is a placeholder becomes the value, of its own kind: a number stays a number. Within a longer text the
    value is written out. ``$$(`` is an ordinary ``$(``.

    Attributes:
        template: The document whose placeholders are found once, for all its tenants.
    """

    template: MappingNode
    _with_placeholders: frozenset[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Find the parts that have placeholders; the others are never looked at again."""
        found: set[int] = set()
        _note_placeholders(self.template, found)
        self._with_placeholders = frozenset(found)

    def of(self, values: Mapping[str, ScalarNode]) -> tuple[MappingNode, list[UnknownPlaceholder]]:
        """The template with values for its placeholders.

        Args:
            values: The value of each parameter, with the place that gave it.

        Returns:
            The document, and the placeholders that name nothing, which are left as they are.
        """
        unknown: list[UnknownPlaceholder] = []
        node = _substituted(self.template, values, unknown, (), self._with_placeholders)
        return (node if isinstance(node, MappingNode) else self.template), unknown


def _note_placeholders(node: Node, found: set[int]) -> bool:
    if isinstance(node, MappingNode):
        has = [_note_placeholders(entry.node, found) for entry in node.entries.values()]
        has += [_PLACEHOLDER.search(key) is not None for key in node.entries]
    elif isinstance(node, SequenceNode):
        has = [_note_placeholders(item, found) for item in node.items]
    else:
        has = [isinstance(node.value, str) and "$" in node.value]
    if any(has):
        found.add(id(node))
        return True
    return False


def _substituted(
    node: Node,
    values: Mapping[str, ScalarNode],
    unknown: list[UnknownPlaceholder],
    path: Path,
    having: frozenset[int],
) -> Node:
    if id(node) not in having:
        return node
    if isinstance(node, MappingNode):
        unknown += [
            UnknownPlaceholder("", (*path, key), entry.mark)
            for key, entry in node.entries.items()
            if _PLACEHOLDER.search(key)
        ]
        entries = {
            key: entry
            if id(entry.node) not in having
            else Entry(
                key, entry.mark, _substituted(entry.node, values, unknown, (*path, key), having)
            )
            for key, entry in node.entries.items()
        }
        return MappingNode(node.mark, node.block, entries, node.size)
    if isinstance(node, SequenceNode):
        items = [
            _substituted(item, values, unknown, (*path, position), having)
            for position, item in enumerate(node.items)
        ]
        return SequenceNode(node.mark, node.block, items, node.size)
    return _filled(node, values, unknown, path)


def _filled(
    node: ScalarNode,
    values: Mapping[str, ScalarNode],
    unknown: list[UnknownPlaceholder],
    path: Path,
) -> ScalarNode:
    text = node.value
    if not isinstance(text, str):
        return node
    whole = _PLACEHOLDER.fullmatch(text)
    if whole and whole[1] is not None and text.endswith(")") and whole[1] in values:
        return values[whole[1]]
    mark = node.mark

    def written(match: re.Match[str]) -> str:
        nonlocal mark
        name = match[1]
        if name is None:
            return "$("
        value = values.get(name)
        is_open = not match[0].endswith(")")
        if value is None or is_open:
            # Of one that is not closed, all that follows would be the name.
            word = _WORD.match(name)
            known = word[0] if word and is_open else name
            unknown.append(UnknownPlaceholder(known, path, node.mark, is_open))
            return match[0]
        # Where the text is wrong, the value is to blame that differs from tenant to tenant.
        if value.mark.file and value.mark.file != node.mark.file:
            mark = value.mark
        return _written(value.value)

    filled = _PLACEHOLDER.sub(written, text)
    return node if filled == text else ScalarNode(mark, filled, node.size, node.block)


def _written(value: Scalar) -> str:
    """A value within a text, true to how it was written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(getattr(value, "text", value))
