"""What the configurations of a cluster set, and for which of its nodes.

Paths are those of the effective configurations: ``written_path`` makes them those of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from emr_platform.catalog.instance_types import InstanceType, instance_type
from emr_platform.cluster.effective import (
    effective_applications,
    effective_configurations,
)
from emr_platform.cluster.groups import NodeRole, instance_groups, instances, role_of
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.configurations.spec import Configuration
from emr_platform.problems import Path
from emr_platform.remembered import remembered, remembered_items

_WHOLE_NUMBER = re.compile(r"\s*\d{1,12}\s*")

ANNOTATION = "EMR.secret@"
"""What EMR takes off the name of a property whose value is the ARN of a secret."""


class Setting(NamedTuple):
    """The value of a property, and its path in the effective configurations."""

    value: str
    path: Path


class Property(NamedTuple):
    """A property of a classification, nested or not."""

    classification: str
    name: str
    value: str
    path: Path


@dataclass(frozen=True, slots=True)
class Node:
    """The nodes of a group, or those of one type of a fleet.

    Attributes:
        path: Path of the group or the type.
        type_path: Path of the text that names the instance type.
        role: What the nodes are for.
        type_name: Name of their instance type.
        configurations: Their own classifications, which win over the cluster's.
    """

    path: Path
    type_path: Path
    role: NodeRole
    type_name: str
    configurations: Sequence[Configuration]

    @property
    def type(self) -> InstanceType | None:
        """The instance type; None where the catalogue does not know it."""
        return instance_type(self.type_name)


@remembered
def nodes(spec: ClusterSpec) -> tuple[Node, ...]:
    """Every group, or every type of every fleet: the primary node first, then core, then task."""
    groups = dict(instance_groups(spec))
    return tuple(
        Node(
            path=path,
            type_path=(*path, "type") if path in groups else path,
            role=role_of(path),
            type_name=groups[path].type if path in groups else str(path[-1]),
            configurations=tuple(instance.configurations),
        )
        for path, instance in instances(spec)
    )


@remembered
def worker_nodes(spec: ClusterSpec) -> tuple[Node, ...]:
    """The nodes that YARN runs containers on: core and task nodes, or a primary node that is alone."""
    all_nodes = nodes(spec)
    workers = tuple(node for node in all_nodes if node.role != "primary")
    return workers or all_nodes


def cluster_setting(spec: ClusterSpec, classification: str, name: str) -> Setting | None:
    """What a property is for the whole cluster, as EMR gets it; None where nothing sets it."""
    return _settings_by_classification(spec).get(classification, _NONE).get(name)


def cluster_settings(spec: ClusterSpec, classification: str) -> Mapping[str, Setting]:
    """What EMR gets of a classification for the whole cluster, by the names of properties."""
    return _settings_by_classification(spec).get(classification, _NONE)


@remembered
def _settings_by_classification(spec: ClusterSpec) -> dict[str, dict[str, Setting]]:
    found: dict[str, dict[str, Setting]] = {}
    for configuration in effective_configurations(spec):
        settings = found.setdefault(configuration.classification, {})
        # A name by itself comes before the same one with the annotation.
        for written in sorted(configuration.properties, key=_is_annotated):
            path = ("configurations", configuration.classification, written)
            value = configuration.properties[written]
            settings.setdefault(written.removeprefix(ANNOTATION), Setting(value, path))
    return found


def _is_annotated(name: str) -> bool:
    return name.startswith(ANNOTATION)


_NONE: Mapping[str, Setting] = MappingProxyType({})


def node_setting(spec: ClusterSpec, node: Node, classification: str, name: str) -> Setting | None:
    """What a property is on some nodes: as their group or type says, else as the cluster says."""
    found = _find(node.configurations, classification, name)
    if found:
        return Setting(found.value, (*node.path, "configurations", *found.path))
    return cluster_setting(spec, classification, name)


def all_settings(spec: ClusterSpec, classification: str, name: str) -> tuple[Setting, ...]:
    """Every place where a property is set, for the cluster or for some nodes."""
    found = [cluster_setting(spec, classification, name)]
    for node in _configured_nodes(spec):
        own = _find(node.configurations, classification, name)
        found.append(own and Setting(own.value, (*node.path, "configurations", *own.path)))
    return tuple(setting for setting in found if setting)


@remembered
def _configured_nodes(spec: ClusterSpec) -> tuple[Node, ...]:
    """The nodes that have classifications of their own."""
    return tuple(node for node in nodes(spec) if node.configurations)


@remembered_items
def all_configurations(spec: ClusterSpec) -> Iterator[tuple[Path, Configuration]]:
    """Every classification that is not nested in another, with its path."""
    for configuration in effective_configurations(spec):
        yield ("configurations", configuration.classification), configuration
    for node in nodes(spec):
        for configuration in node.configurations:
            yield (*node.path, "configurations", configuration.classification), configuration


@remembered_items
def all_properties(spec: ClusterSpec) -> Iterator[Property]:
    """Every property of every classification, also of nested ones, as EMR gets them."""
    for configuration in effective_configurations(spec):
        yield from _properties(("configurations",), configuration)
    for node in nodes(spec):
        for configuration in node.configurations:
            yield from _properties((*node.path, "configurations"), configuration)


def installs(spec: ClusterSpec, *applications: str) -> bool:
    """Whether EMR installs one of some applications, in whatever case it is written."""
    installed = _installed(spec)
    return any(application.lower() in installed for application in applications)


@remembered
def _installed(spec: ClusterSpec) -> frozenset[str]:
    return frozenset(name.lower() for name in effective_applications(spec))


def is_true(setting: Setting | None) -> bool:
    """Whether a property is set, and to true."""
    return setting is not None and setting.value.strip().lower() == "true"


def whole_number(setting: Setting | None) -> int | None:
    """The value of a property as a whole number; None if it is not set, or is none."""
    if setting is None or not _WHOLE_NUMBER.fullmatch(setting.value):
        return None
    return int(setting.value)


def _find(
    configurations: Sequence[Configuration], classification: str, name: str
) -> Property | None:
    for configuration in configurations:
        if configuration.classification == classification:
            for written in (name, f"{ANNOTATION}{name}"):
                if written in configuration.properties:
                    value = configuration.properties[written]
                    return Property(classification, name, value, (classification, written))
    return None


def _properties(prefix: Path, configuration: Configuration) -> Iterator[Property]:
    here = (*prefix, configuration.classification)
    for name, value in configuration.properties.items():
        yield Property(configuration.classification, name, value, (*here, name))
    for nested in configuration.configurations:
        yield from _properties(here, nested)
