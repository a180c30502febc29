"""What a template says, as plain data in one form, whatever it was written in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from emr_platform.templates.yaml_text import MOST_LEVELS

Json = Any


class TemplateError(Exception):
    """A template or cloud assembly cannot be read; the message says which, where and why.

    Attributes:
        place: The file or folder.
        reason: Why it cannot be read.
        line: The line of the file, counted from 1; None where no line is to blame.
        column: Where in that line, counted from 1; None where the whole line is to blame.
        allowed: What would be accepted; None where the reason says it all.
    """

    def __init__(
        self,
        place: object,
        reason: str,
        *,
        line: int | None = None,
        column: int | None = None,
        allowed: str | None = None,
    ) -> None:
        self.place = str(place)
        self.reason = reason
        self.line = line
        self.column = column
        self.allowed = allowed
        where = ":".join(str(part) for part in (place, line, column) if part is not None)
        super().__init__(f"{where}: {reason}{f'; allowed is {allowed}' if allowed else ''}")


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a template.

    Attributes:
        type: E.g. ``AWS::EMR::Cluster``.
        properties: As the template has them, in one form: numbers and booleans as text.
        deletion_policy: ``DeletionPolicy``, or None where the template leaves it out.
        update_replace_policy: ``UpdateReplacePolicy``, or None.
        condition: Name of the condition under which the resource exists, or None.
        path: Where the construct is in the CDK app, ``prod/etl/Cluster``, or None.
        acknowledged: Reasons why warnings about it do not matter, by the identifier of the warning:
            ``acknowledge`` in its metadata ``EmrPlatform``.
        asset: The file or folder of the assembly that it is made with, such as a nested stack's template, or None.
    """

    type: str
    properties: Mapping[str, Json]
    deletion_policy: str | None = None
    update_replace_policy: str | None = None
    condition: str | None = None
    path: str | None = None
    acknowledged: Mapping[str, str] = field(default_factory=dict, compare=False)
    asset: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack: its template, and what the cloud assembly says about it.

    Attributes:
        name: Name of the stack; of a single template, the name of its file.
        resources: By logical id.
        exports: What other stacks may import: the value by the export's name.
        parameters: By name, as the template has them.
        mappings: By name, as the template has them.
        conditions: By name, as the template has them.
        account: Account that the assembly names, or None.
        region: Region that the assembly names, or None.
        lookup_role: ARN of the role with which the CDK looks things up where the stack belongs, as the
            assembly names it: with pseudo parameters such as ``${AWS::Partition}``. None if it names none.
        termination_protection: Whether the stack cannot be deleted; None where nothing says so.
        place: The template's file, or wherever else it comes from.
        text: The template as it was written, to find places in it; empty if it never was text.
        has_transform: Whether CloudFormation lets macros change the template before it is deployed.
        transforms: The names of these macros.
        tags: Tags of the stack, which its resources get, too, as the assembly names them.
        outputs: By name, as the template has them, exports included.
        description: What the template says that it is for, or None.
        acknowledged: Reasons why warnings about the template as a whole do not matter, by the
            identifier of the warning: ``acknowledge`` in its metadata ``EmrPlatform``.
        nested: The stacks within it, by logical id, as far as their templates are beside its own.
    """

    name: str
    resources: Mapping[str, Resource]
    exports: Mapping[str, Json] = field(default_factory=dict)
    parameters: Mapping[str, Json] = field(default_factory=dict)
    mappings: Mapping[str, Json] = field(default_factory=dict)
    conditions: Mapping[str, Json] = field(default_factory=dict)
    account: str | None = None
    region: str | None = None
    lookup_role: str | None = None
    termination_protection: bool | None = None
    place: str = field(default="", compare=False)
    text: str = field(default="", compare=False, repr=False)
    has_transform: bool = field(default=False, compare=False)
    transforms: tuple[str, ...] = field(default=(), compare=False)
    tags: Mapping[str, str] = field(default_factory=dict, compare=False)
    outputs: Mapping[str, Json] = field(default_factory=dict)
    description: str | None = None
    acknowledged: Mapping[str, str] = field(default_factory=dict, compare=False)
    nested: Mapping[str, Stack] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Source:
    """What was read from one place.

    Attributes:
        place: The file or folder, as it was given.
        stacks: By name.
        is_assembly: Whether stacks have names of their own; a single template has none.
    """

    place: str
    stacks: Mapping[str, Stack]
    is_assembly: bool


def stack_of(template: Json, *, name: str, place: str) -> Stack:
    """Make a stack of a template that is plain data already.

    Args:
        template: What JSON or YAML of it means.
        name: Name of the stack.
        place: Where it comes from, for messages.

    Raises:
        TemplateError: It is not a template.
    """
    if not isinstance(template, dict) or "Resources" not in template:
        raise TemplateError(place, "is no CloudFormation template: it has no Resources")
    try:
        plain = normal(template)
    except RecursionError:
        raise TemplateError(place, "is nested too deeply for a template") from None
    outputs = _section(plain, "Outputs", place)
    return Stack(
        name=name,
        resources={
            logical_id: _resource(logical_id, resource, place)
            for logical_id, resource in _section(plain, "Resources", place).items()
        },
        exports=dict(_exports(outputs)),
        parameters=_section(plain, "Parameters", place),
        mappings=_section(plain, "Mappings", place),
        conditions=_section(plain, "Conditions", place),
        place=place,
        has_transform=bool(plain.get("Transform")),
        transforms=tuple(_transforms(plain.get("Transform"))),
        outputs=outputs,
        description=_text_or_none(plain.get("Description")),
        acknowledged=_acknowledged(plain.get("Metadata")),
    )


def normal(value: Json, *, level: int = 0) -> Json:
    """Bring a value into one form, as CloudFormation does: ``3`` is ``"3"``, ``true`` is ``"true"``.

    Raises:
        RecursionError: It has more levels than templates have.
    """
    # Most of a template is text, for which not even a call is made.
    if value.__class__ is str:
        return value
    if level > MOST_LEVELS:
        raise RecursionError
    inner = level + 1
    if isinstance(value, dict):
        plain = {
            str(key): each if each.__class__ is str else normal(each, level=inner)
            for key, each in value.items()
        }
        if len(plain) == 1 and isinstance(attribute := plain.get("Fn::GetAtt"), str):
            return {"Fn::GetAtt": attribute.split(".", 1)}
        return plain
    if isinstance(value, list):
        return [each if each.__class__ is str else normal(each, level=inner) for each in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None else str(value)


def canonical(value: Json) -> str:
    """A value as text that is the same for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _transforms(value: Json) -> Iterator[str]:
    for each in value if isinstance(value, list) else [value]:
        if each:
            yield str(each.get("Name")) if isinstance(each, dict) else str(each)


def _exports(outputs: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    for output in outputs.values():
        if isinstance(output, dict) and isinstance(export := output.get("Export"), dict):
            yield export_key(export.get("Name")), output.get("Value")


def export_key(name: Json) -> str:
    """The name of an export or import; one that is put together by functions, as text."""
    return name if isinstance(name, str) else canonical(name)


def _resource(logical_id: str, resource: Json, place: str) -> Resource:
    name = f"Resources.{logical_id}"
    by_a_macro = isinstance(resource, dict) and "Fn::Transform" in resource
    if logical_id.startswith("Fn::") or (by_a_macro and "Type" not in resource):
        raise TemplateError(
            place, f"{name}: is expanded by CloudFormation; name the processed template"
        )
    if not isinstance(resource, dict):
        raise TemplateError(place, f"{name}: is not a mapping")
    if "Type" not in resource:
        raise TemplateError(place, f"{name}: has no Type")
    if not isinstance(resource["Type"], str):
        raise TemplateError(place, f"{name}.Type: is not text")
    properties = resource.get("Properties") or {}
    if not isinstance(properties, dict):
        raise TemplateError(place, f"Resources.{logical_id}.Properties: is not a mapping")
    metadata = resource.get("Metadata")
    path = metadata.get("aws:cdk:path") if isinstance(metadata, dict) else None
    asset = metadata.get("aws:asset:path") if isinstance(metadata, dict) else None
    return Resource(
        type=resource["Type"],
        # A property set to nothing is one that is left out.
        properties={name: value for name, value in properties.items() if value is not None},
        deletion_policy=_text_or_none(resource.get("DeletionPolicy")),
        update_replace_policy=_text_or_none(resource.get("UpdateReplacePolicy")),
        condition=_text_or_none(resource.get("Condition")),
        path=path.removesuffix("/Resource") if isinstance(path, str) else None,
        acknowledged=_acknowledged(metadata),
        asset=asset if isinstance(asset, str) else None,
    )


def _acknowledged(metadata: Json) -> dict[str, str]:
    ours = metadata.get("EmrPlatform") if isinstance(metadata, dict) else None
    reasons = ours.get("acknowledge") if isinstance(ours, dict) else None
    if not isinstance(reasons, dict):
        return {}
    return {id: reason for id, reason in reasons.items() if isinstance(reason, str)}


def _text_or_none(value: Json) -> str | None:
    return value if value is None or isinstance(value, str) else canonical(value)


def _section(template: Mapping[str, Json], name: str, place: str) -> Mapping[str, Json]:
    section = template.get(name)
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise TemplateError(place, f"{name}: is not a mapping")
    return section
