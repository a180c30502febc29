"""Parts of environments that were read before: those of many tenants of one template are mostly alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emr_platform.cluster.spec import ClusterSpec
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.environment.yaml_tree import (
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    plain,
)
from emr_platform.spec import SpecModel

_PARTS = ("identity", "storage", "result_store")
_MOST_NODES = 4096

_Key = tuple[str, int]


class KnownParts:
    """Remembers what parts of documents were found to be, and finds it for the same part of another document.

    A part is a key of the environment, a cluster, or a key of a cluster. What is known is not checked again, and rules
    that remember what they said of it need not look at it again, either.
    """

    def __init__(self) -> None:
        self._contents = _Contents()
        self._parts: dict[_Key, Any] = {}
        self._parts_of_clusters: dict[_Key, Any] = {}

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
                document[key] = {name: self._cluster(cluster.node) for name, cluster in inner}
            else:
                document[key] = self._part(self._parts, key, entry.node)
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
                self._keep(self._parts, key, entry.node, getattr(spec, key))
        clusters = root.entries.get("clusters")
        if clusters and isinstance(clusters.node, MappingNode):
            for name, entry in clusters.node.entries.items():
                self._keep_cluster(entry.node, spec.clusters[name])

    def _keep_cluster(self, node: Node, cluster: ClusterSpec) -> None:
        key = ("clusters", self._contents.number(node))
        if key in self._parts or not isinstance(node, MappingNode):
            return
        self._parts[key] = cluster
        for name, entry in node.entries.items():
            self._keep(self._parts_of_clusters, name, entry.node, getattr(cluster, name))

    def _keep(self, parts: dict[_Key, Any], name: str, node: Node, value: Any) -> None:
        if _is_of_specs(value):
            parts.setdefault((name, self._contents.number(node)), value)

    def _cluster(self, node: Node) -> Any:
        known = self._parts.get(("clusters", self._contents.number(node)))
        if known is not None or not isinstance(node, MappingNode):
            return known or plain(node)
        parts = self._parts_of_clusters
        return {key: self._part(parts, key, entry.node) for key, entry in node.entries.items()}

    def _part(self, parts: dict[_Key, Any], name: str, node: Node) -> Any:
        if isinstance(node, ScalarNode):
            return node.value
        return parts.get((name, self._contents.number(node))) or plain(node)


class _Contents:
    """Numbers of what nodes say, to the letter and in its order: what says the same has the same number."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        # What a template says of all its tenants is the very same node.
        self._nodes: dict[int, tuple[Node, int]] = {}

    def number(self, node: Node) -> int:
        """The number of what a node says."""
        known = self._nodes.get(id(node))
        if known:
            return known[1]
        content = self._content(node)
        number = self._numbers.setdefault(content, len(self._numbers))
        if len(self._nodes) >= _MOST_NODES:
            self._nodes.clear()
        # The node is kept along, so that no other one can get its identity.
        self._nodes[id(node)] = (node, number)
        return number

    def _content(self, node: Node) -> Any:
        if isinstance(node, MappingNode):
            return (dict, *((key, self._inner(entry.node)) for key, entry in node.entries.items()))
        if isinstance(node, SequenceNode):
            return (list, *(self._inner(item) for item in node.items))
        value = node.value
        return (value.__class__, getattr(value, "text", value))

    def _inner(self, node: Node) -> Any:
        # Texts and numbers are most nodes, and compared faster than they are numbered.
        return self._content(node) if isinstance(node, ScalarNode) else self.number(node)


def _is_of_specs(value: Any) -> bool:
    """Whether a value is what specs take in place of the text of a file: a spec, or several.

    Others, such as lists of texts, are checked faster than they are found.
    """
    items: Iterable[Any] = (value,)
    if isinstance(value, dict):
        items = value.values()
    elif isinstance(value, tuple):
        items = value
    return bool(value) and all(isinstance(item, SpecModel) for item in items)
