"""Rules about the properties themselves: whether CloudFormation knows them, and what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from emr_platform.environment.declared import one_of
from emr_platform.environment.schema_errors import similar
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook
from emr_platform.template_check.choices import choices
from emr_platform.template_check.shapes import Shape, Shapes, shapes
from emr_platform.template_check.spelling import intended, likely_names
from emr_platform.template_check.template import EmrResource, EmrTemplate
from emr_platform.templates.evaluate import Value

SHAPE_RULES: RuleBook[EmrTemplate] = RuleBook()

_REFERENCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EMR.html"

_Kind = Literal["misspelled", "unknown", "missing", "kind", "choice", "empty"]


@dataclass(frozen=True, slots=True)
class _Fault:
    kind: _Kind
    path: Path
    message: str
    allowed: str | None = None

    @property
    def finding(self) -> Finding:
        return Finding(self.path, self.message, self.allowed)


def _found(template: EmrTemplate, kind: _Kind) -> Iterator[Finding]:
    for resource in template.resources.values():
        for fault in _faults(resource):
            if fault.kind == kind:
                yield fault.finding


@SHAPE_RULES.rule(
    "EMR-TEMPLATE-003",
    what="Properties are spelled as CloudFormation spells them, and stand where it has them.",
    why="CloudFormation refuses the template; the CDK drops them from level-1 constructs silently.",
    source=_REFERENCE,
)
def properties_are_not_misspelled(template: EmrTemplate) -> Iterator[Finding]:
    """No unknown property that is almost a known one, or that the EMR API has instead."""
    yield from _found(template, "misspelled")


@SHAPE_RULES.rule(
    "EMR-TEMPLATE-004",
    what="Properties are ones that CloudFormation listed.",
    why="CloudFormation refuses others; one that is newer than these schemas may be fine.",
    source=_REFERENCE,
    severity="warning",
)
def properties_are_known(template: EmrTemplate) -> Iterator[Finding]:
    """No unknown property that is like nothing that is known."""
    yield from _found(template, "unknown")


@SHAPE_RULES.rule(
    "EMR-TEMPLATE-005",
    what="Properties without which CloudFormation makes nothing are there.",
    why="CloudFormation refuses the template.",
    source=_REFERENCE,
)
def required_properties_are_there(template: EmrTemplate) -> Iterator[Finding]:
    """Every property that the schemas ask for."""
    yield from _found(template, "missing")


@SHAPE_RULES.rule(
    "EMR-TEMPLATE-006",
    what="A value is of the kind that its property holds: text, number, truth value, list or mapping.",
    why="CloudFormation refuses the template.",
    source=_REFERENCE,
)
def values_are_of_their_kind(template: EmrTemplate) -> Iterator[Finding]:
    """Values can be read as what the schemas say."""
    yield from _found(template, "kind")


@SHAPE_RULES.rule(
    "EMR-TEMPLATE-007",
    what="Where EMR knows certain values only, the value is one of them.",
    why="EMR refuses the request, letters in another case included.",
    source="https://docs.aws.amazon.com/emr/latest/APIReference/API_RunJobFlow.html",
)
def values_are_choices(template: EmrTemplate) -> Iterator[Finding]:
    """One of the values that AWS documents."""
    yield from _found(template, "choice")


@SHAPE_RULES.rule(
    "EMR-TEMPLATE-012",
    what="Mappings with known properties have some.",
    why="What was meant is lost: the CDK drops keys that are not spelled in camelCase, and says nothing.",
    source="https://docs.aws.amazon.com/cdk/v2/guide/cfn-layer.html",
)
def mappings_hold_something(template: EmrTemplate) -> Iterator[Finding]:
    """No empty mapping where something is needed, and none in a list."""
    yield from _found(template, "empty")


# --- Walking -------------------------------------------------------------------------------


def _faults(resource: EmrResource) -> Iterator[_Fault]:
    yield from _object(resource.type, "", resource.written)


def _object(resource_type: str, definition: str, value: Value) -> Iterator[_Fault]:
    if value.is_unknown:
        # All properties at once come from a macro, such as AWS::Include.
        return
    known = shapes(resource_type, definition)
    meant = intended(resource_type, definition, value)
    for written, inner in value.entries.items():
        name = meant.get(written, written)
        if written not in known:
            yield _unknown(value, written, known)
        if name in known:
            yield from _property(resource_type, definition, name, known[name], inner)
    for name, shape in known.items():
        if shape.is_required and name not in (*value.entries, *meant.values()):
            yield _Fault("missing", value.path, f"{name} is missing", _expected(shape))


def _property(
    resource_type: str, definition: str, name: str, shape: Shape, value: Value
) -> Iterator[_Fault]:
    if value.is_unknown:
        return
    if not shape.is_list:
        yield from _value(resource_type, definition, name, shape, value)
    elif not isinstance(value.content, list):
        yield _Fault("kind", value.path, f"{name} is {_what(value)}", _expected(shape))
    else:
        for item in value.items:
            if not item.is_unknown:
                yield from _value(resource_type, definition, name, shape, item, is_item=True)


def _value(
    resource_type: str,
    definition: str,
    name: str,
    shape: Shape,
    value: Value,
    *,
    is_item: bool = False,
) -> Iterator[_Fault]:
    if shape.kind == "object":
        required = any(
            inner.is_required for inner in shapes(resource_type, shape.definition).values()
        )
        if isinstance(value.content, dict) and value.content:
            yield from _object(resource_type, shape.definition, value)
        elif isinstance(value.content, dict):
            if is_item or required or shape.is_required:
                message = f"{'an item of ' if is_item else ''}{name} is an empty mapping"
                yield _Fault("empty", value.path, message, _properties(resource_type, shape))
        else:
            yield _Fault("kind", value.path, f"{name} is {_what(value)}", "a mapping")
    elif not _is(shape.kind, value):
        message = f"{name} is {_what(value)}"
        yield _Fault("kind", value.path, message, _EXPECTED[shape.kind])
    else:
        known = choices(resource_type, definition, name)
        if known and value.text is not None and value.text not in known:
            likely = similar(value.text, known)
            hint = f", did you mean {likely}?" if likely else ""
            yield _Fault("choice", value.path, f"{name} is {value.text}{hint}", one_of(known))


def _is(kind: str, value: Value) -> bool:
    text = value.text
    if kind == "json":
        return text is not None or isinstance(value.content, dict)
    if kind == "map":
        return isinstance(value.content, dict) and all(
            inner.is_unknown or inner.text is not None for inner in value.entries.values()
        )
    if text is None:
        return False
    if kind == "integer":
        return re.fullmatch(r"\s*[-+]?\d+(\.0+)?\s*", text) is not None
    if kind == "number":
        return re.fullmatch(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", text) is not None
    # YAML 1.1, which CloudFormation reads, has more words for truth values than JSON.
    return kind != "boolean" or text.lower() in ("true", "false", "yes", "no", "on", "off")


_EXPECTED = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "map": "a mapping whose values are texts, numbers or truth values",
    "json": "a mapping, or JSON as text",
    "object": "a mapping",
}


def _expected(shape: Shape) -> str:
    if not shape.is_list:
        return _EXPECTED[shape.kind]
    return "a list of mappings" if shape.kind == "object" else "a list of texts"


def _properties(resource_type: str, shape: Shape) -> str:
    names = [*shapes(resource_type, shape.definition)]
    few = f"{', '.join(names[:3])} …" if len(names) > 3 else ", ".join(names)
    return f"at least one of {few}; in the CDK, names in camelCase"


def _what(value: Value) -> str:
    if isinstance(value.content, list):
        return "a list"
    if isinstance(value.content, dict):
        nested = any(
            not inner.is_unknown and inner.text is None for inner in value.entries.values()
        )
        return "a mapping with lists or mappings in it" if nested else "a mapping"
    text = value.text or ""
    return f"the text '{text if len(text) <= 60 else text[:57] + '...'}'"


def _unknown(value: Value, name: str, known: Shapes) -> _Fault:
    inner = value.entries[name]
    likely = likely_names(name, known)
    message = f"{name} is not a property here"
    if not likely:
        return _Fault("unknown", inner.path, message, ", ".join(known))
    return _Fault(
        "misspelled", inner.path, f"{message}, did you mean {one_of(likely)}?", one_of(likely)
    )
