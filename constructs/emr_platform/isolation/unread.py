"""What of templates cannot be read, so that it cannot be judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from emr_platform.isolation.documents import items_of, readable
from emr_platform.isolation.names import Naming
from emr_platform.isolation.parties import Unjudged
from emr_platform.isolation.policies import Source
from emr_platform.problems import Path
from emr_platform.templates.model import Resource, Stack

Json = Any

HARMLESS_TRANSFORMS: Final = frozenset(("AWS::LanguageExtensions",))
"""Transforms that make no resources but by ``Fn::ForEach``, which is refused when a template is read."""

_DOCUMENTS: Final = frozenset(
    ("AssumeRolePolicyDocument", "KeyPolicy", "PolicyDocument", "ResourcePolicy")
)
"""Properties that hold policies."""


def unread(
    stacks: Iterable[tuple[Naming, Stack]], resources: Iterable[tuple[Naming, str, Resource]]
) -> Iterator[Unjudged]:
    """Templates that macros change, and policies that are put together by functions.

    Args:
        stacks: All stacks, with what resolves their values.
        resources: All resources, with that and their logical ids.
    """
    for naming, stack in stacks:
        for name in macros(stack):
            message = (
                f"{name} changes the template of {stack.name}: what becomes of it cannot be judged"
            )
            source = Source(stack.place, ("Transform",))
            yield Unjudged(f"{stack.name}/transform", naming.environment, message, source)
    for naming, logical_id, resource in resources:
        name = f"{naming.stack.name}/{logical_id}"
        for place in unreadable(resource, ("Resources", logical_id, "Properties")):
            message = f"a policy of {name} is put together: what it says cannot be judged"
            source = Source(naming.stack.place, place)
            yield Unjudged(f"{name}/document", naming.environment, message, source)


def macros(stack: Stack) -> list[str]:
    """What changes a template before it is deployed, so that nobody knows what becomes of it.

    Args:
        stack: The stack.
    """
    found = [each for each in stack.transforms if each not in HARMLESS_TRANSFORMS]
    return [*found, "Fn::Transform"] if "Fn::Transform" in stack.text else found


def unreadable(resource: Resource, path: Path) -> Iterator[Path]:
    """Where policies of a resource are that are put together, so that nobody knows what they say.

    Args:
        resource: The resource.
        path: Where its properties are.
    """
    if resource.type.startswith("AWS::"):
        yield from _unreadable(resource.properties, path)


def _unreadable(properties: Json, path: Path) -> Iterator[Path]:
    for key in _DOCUMENTS & set(properties):
        for document, place in items_of(properties[key], (*path, key)):
            if not _is_policy(readable(document)):
                yield place
    for policy, place in items_of(properties.get("Policies"), (*path, "Policies")):
        if isinstance(policy, dict) and "PolicyDocument" in policy:
            yield from _unreadable({"PolicyDocument": policy["PolicyDocument"]}, place)
        elif policy != {"Ref": "AWS::NoValue"} and "PolicyName" in str(policy):
            yield place


def _is_policy(document: Json) -> bool:
    if document == {"Ref": "AWS::NoValue"}:
        return True
    if not isinstance(document, dict) or "Statement" not in document:
        return False
    statements = items_of(document["Statement"], ())
    return all(
        isinstance(each, dict) and ("Effect" in each or each == {"Ref": "AWS::NoValue"})
        for each, _ in statements
    )
