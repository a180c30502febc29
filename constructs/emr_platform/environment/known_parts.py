"""Parts of environments that were read before: those of many tenants of one template are mostly alike."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.environment.yaml_tree import MappingNode, Node, SequenceNode, plain

_PARTS = ("identity", "storage", "result_store")


class KnownParts:
    """Remembers what parts of documents were found to be, and finds it for the same part of another document.

    Rules that remember what they said of a part need not look at it again, either.
    """

    def __init__(self) -> None:
        self._known: dict[Any, BaseModel] = {}

    def document(self, root: Node) -> Any:
        """A document as Python's own types, but for parts that are known already.

        Args:
            root: The document.
        """
        if not isinstance(root, MappingNode):
            return plain(root)
        document = {}
        for key, entry in root.entries.items():
            if key == "clusters" and isinstance(entry.node, MappingNode):
                inner = entry.node.entries.items()
                document[key] = {name: self._part(key, cluster.node) for name, cluster in inner}
            else:
                document[key] = self._part(key, entry.node)
        return document

    def keep(self, root: Node, spec: EnvironmentSpec) -> None:
        """Remember the parts of a document.

        Args:
            root: The document.
            spec: What it was found to be.
        """
        if not isinstance(root, MappingNode):
            return
        for key in _PARTS:
            if entry := root.entries.get(key):
                self._known.setdefault((key, _content(entry.node)), getattr(spec, key))
        clusters = root.entries.get("clusters")
        if clusters and isinstance(clusters.node, MappingNode):
            for name, entry in clusters.node.entries.items():
                known = ("clusters", _content(entry.node))
                self._known.setdefault(known, spec.clusters[name])

    def _part(self, key: str, node: Node) -> Any:
        if key not in (*_PARTS, "clusters"):
            return plain(node)
        known = self._known.get((key, _content(node)))
        return plain(node) if known is None else known


def _content(node: Node) -> Any:
    """What a part says, to the letter and in its order, as something that dictionaries take for a key."""
    if isinstance(node, MappingNode):
        return (dict, *((key, _content(entry.node)) for key, entry in node.entries.items()))
    if isinstance(node, SequenceNode):
        return (list, *(_content(item) for item in node.items))
    value = node.value
    return (value.__class__, getattr(value, "text", value))
