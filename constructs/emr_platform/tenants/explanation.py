"""What an environment amounts to, line by line, with where each value is from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from emr_platform.environment.yaml_tree import MappingNode, Mark, Node, SequenceNode
from emr_platform.problems import Path

DEFAULT = "default"
"""Where a value is from that nobody wrote."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an environment.

    Attributes:
        path: The keys that lead to it.
        value: The value: text, number, truth value, or an empty list or mapping.
        mark: Where it stands; None for a default.
    """

    path: Path
    value: Any
    mark: Mark | None

    def origin(self, file: str) -> str:
        """Where it is from, in words.

        Args:
            file: The file that it is in, unless its mark knows better.
        """
        if self.mark is None:
            return DEFAULT
        place = f"{self.mark.file or file}:{self.mark.line}"
        return f"{place} ({self.mark.parameter})" if self.mark.parameter else place


def values_of(root: Node) -> Iterator[Value]:
    """Every value of a document that has none within, in the order of the document.

    Args:
        root: The document.
    """
    yield from _values(root, (), root.mark)


def _values(node: Node, path: Path, mark: Mark) -> Iterator[Value]:
    if isinstance(node, MappingNode):
        for key, entry in node.entries.items():
            yield from _values(entry.node, (*path, key), entry.value_mark)
        if not node.entries:
            yield Value(path, {}, mark)
    elif isinstance(node, SequenceNode):
        for position, item in enumerate(node.items):
            yield from _values(item, (*path, position), item.mark)
        if not node.items:
            yield Value(path, [], mark)
    else:
        yield Value(path, node.value, mark)


def with_defaults(values: list[Value], complete: Any) -> list[Value]:
    """Values of a document, and those that it leaves out.

    Args:
        values: What the document says.
        complete: The whole environment, defaults included, as plain data.

    Returns:
        All values; a part that the document says in a form of its own is left in that form.
    """
    said = {value.path for value in values}
    within = {path[:length] for path in said for length in range(len(path) + 1)}
    return [*values, *_defaults(complete, (), said, within)]


def _defaults(value: Any, path: Path, said: set[Path], within: set[Path]) -> Iterator[Value]:
    if path in said or value is None:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _defaults(inner, (*path, key), said, within)
        if not value and path not in within:
            yield Value(path, {}, None)
    elif path not in within:
        yield Value(path, value, None)


def as_yaml(values: list[Value], file: str) -> str:
    """Write values as YAML, each with where it is from behind it.

    Args:
        values: The values.
        file: The file that they are in, where they do not know better.
    """
    tree: dict[Any, Any] = {}
    for value in values:
        _put(tree, value)
    lines = [*_lines(tree, "", file)]
    width = min(60, max((len(text) for text, _ in lines), default=0))
    return "".join(
        f"{text.ljust(width)}  # {origin}\n" if origin else f"{text}\n" for text, origin in lines
    )


def _put(tree: dict[Any, Any], value: Value) -> None:
    *outer, last = value.path or ("",)
    for part in outer:
        tree = tree.setdefault(part, {})
    tree[last] = value


def _lines(tree: dict[Any, Any], indent: str, file: str) -> Iterator[tuple[str, str]]:
    for key, inner in tree.items():
        start = f"{indent}-" if isinstance(key, int) else f"{indent}{_written(key)}:"
        if isinstance(inner, Value):
            yield f"{start} {_written(inner.value)}", inner.origin(file)
        elif isinstance(key, int):
            # The first line of an item stands behind its dash.
            first, *others = _lines(inner, f"{indent}  ", file)
            yield f"{start} {first[0].lstrip()}", first[1]
            yield from others
        else:
            yield start, ""
            yield from _lines(inner, f"{indent}  ", file)


def _written(value: Any) -> str:
    """A scalar, or an empty list or mapping, on one line."""
    text = getattr(value, "text", None)
    if isinstance(text, str):
        return text
    dumped: str = yaml.safe_dump(value, default_flow_style=True, width=1 << 30, allow_unicode=True)
    return dumped.removesuffix("\n...\n").rstrip("\n")
