"""Parts of declarations that have the very form of the template: what CloudFormation's schemas say is enough."""

from __future__ import annotations

from emr_platform.template_check.choices import choices
from emr_platform.template_check.conversion import samples
from emr_platform.template_check.conversion.parts import (
    Json,
    Part,
    boolean,
    integer,
    items,
    mapping,
    number,
    text,
    unknown,
)
from emr_platform.template_check.shapes import Shape, shapes
from emr_platform.template_check.template import CLUSTER
from emr_platform.templates.evaluate import Value


def shaped(value: Value | None, definition: str, *if_unknown: Json) -> Part | None:
    """A mapping as the template has it, with numbers and truth values for the texts that mean them.

    Args:
        value: The mapping; None if there is none.
        definition: Its definition in the schema of ``AWS::EMR::Cluster``.
        if_unknown: Mappings that it might be, if nothing is known of it.
    """
    if value is None:
        return None
    if not isinstance(value.content, dict):
        return unknown(value, *if_unknown)
    known = shapes(CLUSTER, definition)
    return mapping(
        value.path,
        {
            name: _member(inner, definition, name, known[name])
            for name, inner in value.entries.items()
            if name in known
        },
        *if_unknown,
    )


def _member(value: Value, definition: str, name: str, shape: Shape) -> Part | None:
    def one(item: Value) -> Part | None:
        if shape.kind == "object":
            return shaped(item, shape.definition)
        if shape.kind == "integer":
            return integer(item)
        if shape.kind == "number":
            return number(item)
        if shape.kind == "boolean":
            return boolean(item)
        return text(item, *(choices(CLUSTER, definition, name) or samples.WORDS))

    return items(value, one) if shape.is_list else one(value)
