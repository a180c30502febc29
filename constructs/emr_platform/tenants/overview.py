"""All environments at a glance, read off their files without checking them.

Made for speed: it loads neither specs nor rules, so that a thousand environments are listed at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emr_platform.environment.text import read_text
from emr_platform.environment.yaml_source import parse
from emr_platform.environment.yaml_tree import MappingNode, ScalarNode, plain
from emr_platform.problems import InvalidSpecError, Problem
from emr_platform.tenants.detection import tenants_document
from emr_platform.tenants.layers import Substitution, merged
from emr_platform.tenants.tenants_document import Row, TenantsDocument, child

UNKNOWN = "?"
"""Stands for what cannot be read off the files; checking them says why."""


@dataclass(frozen=True, slots=True)
class Overview:
    """An environment at a glance.

    Attributes:
        name: Its name.
        tenant: Whose it is; None for one with a file of its own, and for shared ones.
        tier: silo, bridge, pool or shared; None for one with a file of its own.
        region: Its region.
        account: Its account; None for that of the caller's credentials.
        releases: EMR releases of its clusters, each once.
        nodes: Nodes that its clusters start with, where fleets count a node for each unit of their capacity; None
            if that cannot be told. For pool: 0, its jobs run on somebody else's.
        file: The file that declares it.
    """

    name: str
    tenant: str | None
    tier: str | None
    region: str
    account: str | None
    releases: tuple[str, ...]
    nodes: int | None
    file: Path


def overviews(files: Iterable[Path]) -> tuple[list[Overview], list[Problem]]:
    """Look at environments.

    Args:
        files: Environment files and tenants files.

    Returns:
        The environments, in the order of their names; and why some could not be read.
    """
    found: list[Overview] = []
    problems: list[Problem] = []
    for file in dict.fromkeys(files):
        try:
            document = tenants_document(file)
            if document is not None:
                found += _of_tenants(document, problems)
            else:
                found.append(_of_file(file))
        except InvalidSpecError as error:
            problems += error.problems
    return sorted(found, key=lambda each: each.name), problems


def _of_file(file: Path) -> Overview:
    root, problems = parse(read_text(file).removeprefix("\ufeff"), str(file))
    if not isinstance(root, MappingNode):
        raise InvalidSpecError(problems)
    said = plain(root)
    clusters = _mappings(said.get("clusters"))
    return Overview(
        name=_text(said.get("name")) or file.stem,
        tenant=None,
        tier=None,
        region=_text(said.get("region")) or UNKNOWN,
        account=_text(said.get("account")),
        releases=_releases(clusters),
        nodes=_nodes(clusters),
        file=file,
    )


def _of_tenants(document: TenantsDocument, problems: list[Problem]) -> Iterator[Overview]:
    for row in document.rows.values():
        try:
            yield _of_row(document, row)
        except InvalidSpecError as error:
            problems += error.problems


def _of_row(document: TenantsDocument, row: Row) -> Overview:
    template = document.template(row)
    values = _values(row, template.parameters_node)
    root, _ = template.substitution.of(values)
    for _, entry in row.entries("overrides"):
        if isinstance(entry.node, MappingNode):
            over, _ = Substitution(entry.node).of(values)
            root = merged(root, over)
    shared = document.shared_of(row)
    place: dict[str, Any] = {}
    for each in (root, *_layers(shared), *_layers(row)):
        for key in ("account", "region"):
            if key in each.entries:
                place[key] = plain(each.entries[key].node)
    has_clusters = row.tier in ("silo", "bridge") or (
        row.tier == "shared" and "pool" in document.serves(row)
    )
    node = child(root, "clusters") if has_clusters else None
    clusters = _mappings(plain(node)) if node else {}
    return Overview(
        name=row.name,
        tenant=row.tenant,
        tier=row.tier,
        region=_text(place.get("region")) or UNKNOWN,
        account=_text(place.get("account")),
        releases=_releases(clusters),
        nodes=_nodes(clusters),
        file=document.path,
    )


def _layers(row: Row | None) -> list[MappingNode]:
    return [layer for _, layer in row.layers] if row else []


def _values(row: Row, parameters: Any) -> dict[str, ScalarNode]:
    """The values of placeholders, whether or not they are allowed."""
    values = row.built_in_values
    for name, entry in parameters.entries.items() if isinstance(parameters, MappingNode) else ():
        default = child(entry.node, "default")
        if isinstance(default, ScalarNode):
            values[name] = default
    for _, entry in row.entries("parameters"):
        if isinstance(entry.node, MappingNode):
            for name, inner in entry.node.entries.items():
                if isinstance(inner.node, ScalarNode):
                    values[name] = inner.node
    return values


def _releases(clusters: Mapping[str, Any]) -> tuple[str, ...]:
    releases = (_text(cluster.get("release")) for cluster in clusters.values())
    return tuple(dict.fromkeys(release or UNKNOWN for release in releases))


def _nodes(clusters: Mapping[str, Any]) -> int | None:
    try:
        return sum(_nodes_of(cluster) for cluster in clusters.values())
    except TypeError:
        return None


def _nodes_of(cluster: Mapping[str, Any]) -> int:
    """Nodes that a cluster starts with.

    Raises:
        TypeError: It does not say so in numbers.
    """
    fleets = cluster.get("instance_fleets")
    if isinstance(fleets, dict):
        units = sum(
            _mapping(fleets.get(kind)).get(key, 0)
            for kind in ("core", "task")
            for key in ("on_demand_capacity", "spot_capacity")
        )
        return int(_mapping(fleets.get("primary")).get("count", 1) + units)
    groups = [_mapping(cluster.get("primary"))]
    if cluster.get("core") is not None:
        groups.append(_mapping(cluster["core"]))
    groups += _mappings(cluster.get("task")).values()
    return sum(0 + group.get("count", 1) for group in groups)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> dict[str, dict[str, Any]]:
    return {key: _mapping(inner) for key, inner in _mapping(value).items()}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
