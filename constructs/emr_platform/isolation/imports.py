"""What stacks of an environment import from another one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emr_platform.isolation.facts import Access
from emr_platform.isolation.model import Finding, Reason
from emr_platform.isolation.names import Naming
from emr_platform.isolation.parties import World
from emr_platform.isolation.policies import Source
from emr_platform.problems import Path
from emr_platform.templates.model import export_key

Json = Any


def import_findings(world: World) -> Iterator[Finding]:
    """Imports across environments: one of them cannot be deployed or deleted without the other.

    Args:
        world: Everything.
    """
    exported: dict[str, Naming] = {}
    for naming, stack in world.stacks:
        exported.update(dict.fromkeys(stack.exports, naming))
    for naming, stack in world.stacks:
        targets: dict[str, dict[str, None]] = {}
        reasons: dict[Reason, None] = {}
        for logical_id, resource in stack.resources.items():
            path: Path = ("Resources", logical_id, "Properties")
            for name, place in _imports(resource.properties, path):
                other = exported.get(name)
                if other and other.environment != naming.environment:
                    targets.setdefault(other.environment, {})[other.stack.name] = None
                    reasons[Reason(f"imports {name}", Source(stack.place, place))] = None
        if targets:
            yield Finding(
                id=f"{stack.name}/import:use",
                environment=naming.environment,
                who=stack.name,
                access=Access.USE,
                service="import",
                actions=("Fn::ImportValue",),
                targets={each: tuple(targets[each]) for each in sorted(targets)},
                reasons=tuple(reasons),
            )


def _imports(value: Json, path: Path) -> Iterator[tuple[str, Path]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _imports(item, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Fn::ImportValue":
                yield export_key(item), (*path, key)
            else:
                yield from _imports(item, (*path, key))
