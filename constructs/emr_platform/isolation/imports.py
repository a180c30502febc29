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
from emr_platform.templates.model import Stack, export_key

Json = Any


def import_findings(world: World) -> Iterator[Finding]:
    """Imports across environments: one of them cannot be deployed or deleted without the other.

    That tenants import from what they share is as it should be; the other way round is not.

    Args:
        world: Everything.
    """
    for naming, stack in world.stacks:
        targets: dict[str, dict[str, None]] = {}
        reasons: dict[Reason, None] = {}
        fine = {naming.environment, *world.uses.get(naming.environment, ())}
        for name, place in imports_of(stack, naming):
            for other, _ in world.offered.exporting(name, naming.place):
                if other.environment not in fine:
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


def imports_of(stack: Stack, naming: Naming) -> Iterator[tuple[str, Path]]:
    """The exports that a stack imports, with the places where it does.

    Args:
        stack: The stack.
        naming: What resolves its values.
    """
    if stack.text and "ImportValue" not in stack.text:
        return
    for logical_id, resource in stack.resources.items():
        for name, place in _imports(resource.properties, ("Resources", logical_id, "Properties")):
            for key in dict.fromkeys((export_key(name), *naming.texts(name))):
                yield key, place


def _imports(value: Json, path: Path) -> Iterator[tuple[Json, Path]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _imports(item, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Fn::ImportValue":
                yield item, (*path, key)
            else:
                yield from _imports(item, (*path, key))
