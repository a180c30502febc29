"""Finds keys of a document that have no value, where the spec would take that for leaving out the key."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from emr_platform.environment.declared import Declared
from emr_platform.environment.yaml_tree import MappingNode, Node, ScalarNode, SequenceNode

EMPTY_VALUE = "empty_value"
"""Stands for these errors where pydantic has a type of error."""

_Location = tuple[str | int, ...]
_Alternatives = list[tuple[_Location, Declared]]


def empty_values(root: Node, document: Any, model: type[BaseModel]) -> list[ErrorDetails]:
    """Find every key that has no value and may be left out.

    Without a value it is neither left out nor does it say something: ``ssh:`` above lines that are
    commented out most likely once meant more. Where a value is needed pydantic finds it missing.

    Args:
        root: The document.
        document: The same as Python's own types. Parts of it may be specs already, in which there are none.
        model: What it is checked against.

    Returns:
        Errors like pydantic's own, one for each such key.
    """
    if not _has_empty_value(document):
        return []
    return [
        ErrorDetails(type=EMPTY_VALUE, loc=location, msg="no value", input=None)
        for location in _locations(root, [((), Declared(model))])
    ]


def _has_empty_value(document: Any) -> bool:
    if isinstance(document, dict):
        return any(map(_has_empty_value, document.values()))
    if isinstance(document, list):
        return any(map(_has_empty_value, document))
    return document is None


def _locations(node: Node, alternatives: _Alternatives) -> Iterator[_Location]:
    alternatives = [each for outer in alternatives for each in _flat(*outer)]
    if isinstance(node, MappingNode):
        for key, entry in node.entries.items():
            empty = isinstance(entry.node, ScalarNode) and entry.node.value is None
            inner: _Alternatives = []
            for location, declared in alternatives:
                info = declared.field(key)
                if empty and info and _takes_none(info.annotation):
                    yield (*location, key)
                    break
                child = declared.child(key, None)
                if child and child is not declared:
                    inner.append(((*location, key), child))
            if inner:
                yield from _locations(entry.node, inner)
    elif isinstance(node, SequenceNode):
        for position, item in enumerate(node.items):
            inner = [
                ((*location, position), child)
                for location, declared in alternatives
                if get_origin(declared.kind) is not dict
                and (child := declared.child(position, None))
                and child is not declared
            ]
            if inner:
                yield from _locations(item, inner)


def _flat(location: _Location, declared: Declared) -> _Alternatives:
    """The alternatives of a union, each with pydantic's name for it in its location."""
    if not declared.members:
        return [(location, declared)]
    return [
        each for tag, member in declared.members.items() for each in _flat((*location, tag), member)
    ]


def _takes_none(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _takes_none(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return any(member is type(None) or _takes_none(member) for member in get_args(annotation))
    return False
