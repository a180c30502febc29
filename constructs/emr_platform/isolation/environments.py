"""Which environments there are: tenants, those that tenants share, and others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from emr_platform.tags import ENVIRONMENT_TAG, TENANT_TAG, TIER_TAG
from emr_platform.templates.model import Resource, Stack

Json = Any
SHARED: Final = "shared"
SILO: Final = "silo"


@dataclass(frozen=True)
class Environments:
    """Which environments there are. All environments of a tenant are one here.

    Attributes:
        of: Name of the environment, by the stack's name.
        tiers: The tiers of an environment's stacks; none for those that no tenants file makes.
        shared: Those that tenants share.
        called: What else an environment is called: the names of its tenant's environments.
    """

    of: Mapping[str, str] = field(default_factory=dict)
    tiers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    shared: frozenset[str] = frozenset()
    called: Mapping[str, frozenset[str]] = field(default_factory=dict)


def environments_of(stacks: Iterable[Stack]) -> Environments:
    """Find out whose stacks are.

    Args:
        stacks: All stacks.
    """
    kinds: dict[str, dict[str, list[Stack]]] = {TENANT_TAG: {}, ENVIRONMENT_TAG: {}, SHARED: {}}
    for stack in stacks:
        kinds[_kind(stack)].setdefault(environment_of(stack), []).append(stack)
    of: dict[str, str] = {}
    tiers: dict[str, frozenset[str]] = {}
    called: dict[str, frozenset[str]] = {}
    shared = set()
    for kind, by_name in kinds.items():
        for given, theirs in by_name.items():
            # A tenant and somebody else's environment may have the same name; they are two.
            name = f"{given} ({kind})" if given in tiers else given
            of.update((stack.name, name) for stack in theirs)
            tiers[name] = frozenset(tier for each in theirs if (tier := tag_of(each, TIER_TAG)))
            others = (tag_of(each, ENVIRONMENT_TAG) for each in theirs)
            called[name] = frozenset((given, *(other for other in others if other)))
            if kind == SHARED:
                shared.add(name)
    return Environments(of, tiers, frozenset(shared), called)


def _kind(stack: Stack) -> str:
    if tag_of(stack, TIER_TAG) == SHARED:
        return SHARED
    return TENANT_TAG if tag_of(stack, TENANT_TAG) else ENVIRONMENT_TAG


def environment_of(stack: Stack) -> str:
    """The environment of a stack: the tag ``tenant``, or ``environment``, or else its stage.

    Tags of the stack count first, then those that all of its tagged resources agree on. What tenants share is no
    tenant's.
    """
    keys = (
        (ENVIRONMENT_TAG,) if tag_of(stack, TIER_TAG) == SHARED else (TENANT_TAG, ENVIRONMENT_TAG)
    )
    for key in keys:
        if value := tag_of(stack, key):
            return value
    stage = Path(stack.place).parent.name
    return stage.removeprefix("assembly-") if stage.startswith("assembly-") else stack.name


def tag_of(stack: Stack, key: str) -> str | None:
    """The value of a tag of a stack, or the one that all of its tagged resources agree on."""
    if value := stack.tags.get(key):
        return value
    values = {
        tag
        for resource in stack.resources.values()
        if isinstance(tag := plain_tags(resource).get(key), str)
    }
    return values.pop() if len(values) == 1 else None


def plain_tags(resource: Resource) -> dict[str, Json]:
    """The tags of a resource, values as the template has them."""
    written = resource.properties.get("Tags")
    if isinstance(written, dict):
        return {key: value for key, value in written.items() if not key.startswith("Fn::")}
    if not isinstance(written, list):
        return {}
    return {
        tag["Key"]: tag.get("Value")
        for tag in written
        if isinstance(tag, dict) and isinstance(tag.get("Key"), str)
    }
