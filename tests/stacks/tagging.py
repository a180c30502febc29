"""Whether templates tag all that can be tagged, by what CloudFormation says of each type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

_REGION = "us-east-1"


@cache
def tag_property(type: str) -> str | None:
    """The property that holds the tags of a type of resources; None if it has none.

    CloudFormation's schema of a type says so in ``tagging``; older ones only have ``taggable``, or nothing but the
    property, and then it is taggable unless it says otherwise.
    https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
    """
    if type.startswith("Custom::"):
        return None
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(_REGION, type).schema
    tagging = schema.get("tagging", {})
    if not tagging.get("taggable", schema.get("taggable", True)):
        return None
    name = str(tagging.get("tagProperty", "/properties/Tags")).rpartition("/")[2]
    return name if name in schema["properties"] else None


def wrong_tags(
    resources: Iterable[tuple[str, Mapping[str, Any]]], expected: Mapping[str, str]
) -> Iterator[str]:
    """Resources that could have tags and lack some, or have others in their place.

    Args:
        resources: Logical ids, and resources as templates have them.
        expected: Values of tags that all of them have to have.
    """
    for logical_id, resource in resources:
        if tag_property(resource["Type"]) is None:
            continue
        tags = list(tags_of(resource))
        for key, value in expected.items():
            found = [tag for tag in tags if tag[0].lower() == key.lower()]
            if found != [(key, value)]:
                yield f"{logical_id} ({resource['Type']}): {key} {found}"


def tags_of(resource: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The tags of a resource as a template has it, each with its value."""
    name = tag_property(resource["Type"])
    tags = resource.get("Properties", {}).get(name, []) if name else []
    if isinstance(tags, dict):
        yield from tags.items()
    else:
        yield from ((tag["Key"], tag["Value"]) for tag in tags)
