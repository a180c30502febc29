"""Parts of environments that were read before: those of many tenants of one template are mostly alike."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.environment.yaml_tree import MappingNode, Node, SequenceNode, plain

_PARTS = ("identity", "storage", "result_store")
_MOST_NODES = 1024


class KnownParts:
    """Remembers what parts of documents were found to be, and finds it for the same part of another document.

    Rules that remember what they said of a part need not look at it again, either.
    """

    def __init__(self) -> None:
        self._known: dict[Any, BaseModel] = {}
        # What a template says of all its tenants is the very same node.
        self._nodes: dict[tuple[str, int], tuple[Node, BaseModel]] = {}
        self._contents: dict[int, Any] = {}

    def document(self, root: Node) -> Any:
        """A document as Python's own types, but for parts that are known already.

        Args:
            root: The document.
        """
        self._contents.clear()
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
            root: The document that was asked for last.
            spec: What it was found to be.
        """
        if not isinstance(root, MappingNode):
            return
        for key in _PARTS:
            if entry := root.entries.get(key):
                self._keep(key, entry.node, getattr(spec, key))
        clusters = root.entries.get("clusters")
        if clusters and isinstance(clusters.node, MappingNode):
            for name, entry in clusters.node.entries.items():
                self._keep("clusters", entry.node, spec.clusters[name])

    def _keep(self, key: str, node: Node, part: BaseModel) -> None:
        if (key, id(node)) in self._nodes:
            return
        self._known.setdefault((key, self._content(node)), part)
        if len(self._nodes) >= _MOST_NODES:
            self._nodes.clear()
        # The node is kept along, so that no other one can get its identity.
        self._nodes[key, id(node)] = (node, part)

    def _part(self, key: str, node: Node) -> Any:
        if key not in (*_PARTS, "clusters"):
            return plain(node)
        if same := self._nodes.get((key, id(node))):
            return same[1]
        known = self._known.get((key, self._content(node)))
        return plain(node) if known is None else known

    def _content(self, node: Node) -> Any:
        if id(node) not in self._contents:
            self._contents[id(node)] = _content(node)
        return self._contents[id(node)]


def _content(node: Node) -> Any:
    """What a part says, to the letter and in its order, as something that dictionaries take for a key."""
    if isinstance(node, MappingNode):
        return (dict, *((key, _content(entry.node)) for key, entry in node.entries.items()))
    if isinstance(node, SequenceNode):
        return (list, *(_content(item) for item in node.items))
    value = node.value
    return (value.__class__, getattr(value, "text", value))
