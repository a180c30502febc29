"""CloudFormation templates as plain data, and where they are read from: files and cloud assemblies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emr_platform.changes.template_yaml import MOST_LEVELS, TemplateSyntaxError, load_yaml

MOST_BYTES = 16 * 1024 * 1024
"""CloudFormation takes one mebibyte; a manifest of a large app may be longer."""

Json = Any


class TemplateError(Exception):
    """A template or cloud assembly cannot be read; the message says which, where and why."""


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
    """

    type: str
    properties: Mapping[str, Json]
    deletion_policy: str | None = None
    update_replace_policy: str | None = None
    condition: str | None = None
    path: str | None = None


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
        termination_protection: Whether the stack cannot be deleted; None where nothing says so.
    """

    name: str
    resources: Mapping[str, Resource]
    exports: Mapping[str, Json] = field(default_factory=dict)
    parameters: Mapping[str, Json] = field(default_factory=dict)
    mappings: Mapping[str, Json] = field(default_factory=dict)
    conditions: Mapping[str, Json] = field(default_factory=dict)
    account: str | None = None
    region: str | None = None
    termination_protection: bool | None = None


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


def read(place: Path) -> Source:
    """Read a template, or all templates of a cloud assembly and the assemblies within it.

    Args:
        place: A template in JSON or YAML, or the folder that ``cdk synth`` writes.

    Returns:
        The stacks.

    Raises:
        TemplateError: There is nothing there, or it is not a template or an assembly.
    """
    if not place.is_dir():
        stack = parse(_text(place), name=place.name, place=str(place))
        return Source(str(place), {stack.name: stack}, is_assembly=False)
    stacks: dict[str, Stack] = {}
    for stack in _assembly(place, set()):
        if stack.name in stacks:
            raise TemplateError(
                f"{place}: has two stacks named {stack.name}; name one of their templates"
            )
        stacks[stack.name] = stack
    if not stacks:
        raise TemplateError(f"{place}: the cloud assembly has no stacks")
    return Source(str(place), stacks, is_assembly=True)


def parse(text: str, *, name: str, place: str) -> Stack:
    """Read the text of a template.

    Args:
        text: JSON or YAML.
        name: Name of the stack.
        place: Where the text comes from, for messages.

    Raises:
        TemplateError: It is not a template.
    """
    return stack_of(_load(text, place), name=name, place=place)


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
        raise TemplateError(f"{place}: is no CloudFormation template: it has no Resources")
    try:
        plain = normal(template)
    except RecursionError:
        raise TemplateError(f"{place}: is nested too deeply for a template") from None
    return Stack(
        name=name,
        resources={
            logical_id: _resource(logical_id, resource, place)
            for logical_id, resource in _section(plain, "Resources", place).items()
        },
        exports=dict(_exports(_section(plain, "Outputs", place))),
        parameters=_section(plain, "Parameters", place),
        mappings=_section(plain, "Mappings", place),
        conditions=_section(plain, "Conditions", place),
    )


def normal(value: Json, *, level: int = 0) -> Json:
    """Bring a value into one form, as CloudFormation does: ``3`` is ``"3"``, ``true`` is ``"true"``.

    Raises:
        RecursionError: It has more levels than templates have.
    """
    if level > MOST_LEVELS:
        raise RecursionError
    if isinstance(value, dict):
        plain = {str(key): normal(inner, level=level + 1) for key, inner in value.items()}
        attribute = plain.get("Fn::GetAtt")
        if len(plain) == 1 and isinstance(attribute, str):
            return {"Fn::GetAtt": attribute.split(".", 1)}
        return plain
    if isinstance(value, list):
        return [normal(inner, level=level + 1) for inner in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None else str(value)


def canonical(value: Json) -> str:
    """A value as text that is the same for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _exports(outputs: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    for output in outputs.values():
        if isinstance(output, dict) and isinstance(export := output.get("Export"), dict):
            yield export_key(export.get("Name")), output.get("Value")


def export_key(name: Json) -> str:
    """The name of an export or import; one that is put together by functions, as text."""
    return name if isinstance(name, str) else canonical(name)


def _resource(logical_id: str, resource: Json, place: str) -> Resource:
    if logical_id.startswith("Fn::"):
        raise TemplateError(
            f"{place}: Resources.{logical_id}: is expanded by CloudFormation; name the processed template"
        )
    if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
        raise TemplateError(f"{place}: Resources.{logical_id}: has no Type")
    properties = resource.get("Properties") or {}
    if not isinstance(properties, dict):
        raise TemplateError(f"{place}: Resources.{logical_id}.Properties: is not a mapping")
    metadata = resource.get("Metadata")
    path = metadata.get("aws:cdk:path") if isinstance(metadata, dict) else None
    return Resource(
        type=resource["Type"],
        # A property set to nothing is one that is left out.
        properties={name: value for name, value in properties.items() if value is not None},
        deletion_policy=_text_or_none(resource.get("DeletionPolicy")),
        update_replace_policy=_text_or_none(resource.get("UpdateReplacePolicy")),
        condition=_text_or_none(resource.get("Condition")),
        path=path.removesuffix("/Resource") if isinstance(path, str) else None,
    )


def _text_or_none(value: Json) -> str | None:
    return value if value is None or isinstance(value, str) else canonical(value)


def _section(template: Mapping[str, Json], name: str, place: str) -> Mapping[str, Json]:
    section = template.get(name) or {}
    if not isinstance(section, dict):
        raise TemplateError(f"{place}: {name}: is not a mapping")
    return section


def _assembly(folder: Path, seen: set[Path]) -> Iterator[Stack]:
    """The stacks of an assembly, in the order of its manifest, stages included."""
    if folder.resolve() in seen:
        return
    seen.add(folder.resolve())
    file = folder / "manifest.json"
    if not file.exists():
        raise TemplateError(f"{folder}: is no cloud assembly: there is no manifest.json in it")
    manifest = _load(_text(file), str(file))
    artifacts = manifest.get("artifacts") if isinstance(manifest, dict) else None
    if not isinstance(artifacts, dict):
        raise TemplateError(f"{file}: has no artifacts")
    for artifact_id, artifact in artifacts.items():
        try:
            properties = artifact.get("properties", {})
            if artifact["type"] == "cdk:cloud-assembly":
                yield from _assembly(folder / properties["directoryName"], seen)
            elif artifact["type"] == "aws:cloudformation:stack":
                yield _stack(folder, artifact_id, artifact, properties)
        except (AttributeError, KeyError, TypeError):
            raise TemplateError(
                f"{file}: artifacts.{artifact_id}: has not the expected form"
            ) from None


def _stack(folder: Path, artifact_id: str, artifact: Json, properties: Json) -> Stack:
    file = folder / properties["templateFile"]
    stack = parse(_text(file), name=str(properties.get("stackName", artifact_id)), place=str(file))
    account, _, region = artifact.get("environment", "").removeprefix("aws://").partition("/")
    return Stack(
        name=stack.name,
        resources=stack.resources,
        exports=stack.exports,
        parameters=stack.parameters,
        mappings=stack.mappings,
        conditions=stack.conditions,
        account=account if account and account != "unknown-account" else None,
        region=region if region and region != "unknown-region" else None,
        termination_protection=bool(properties.get("terminationProtection", False)),
    )


def _load(text: str, place: str) -> Json:
    try:
        # JSON is YAML, but its own parser is many times as fast.
        return json.loads(text) if text.lstrip().startswith("{") else load_yaml(text)
    except json.JSONDecodeError as error:
        # YAML's flow style begins with a brace, too.
        try:
            return load_yaml(text)
        except TemplateSyntaxError:
            raise TemplateError(f"{place}:{error.lineno}: is not JSON: {error.msg}") from None
    except TemplateSyntaxError as error:
        raise TemplateError(f"{place}: cannot be read: {error}") from None
    except RecursionError:
        raise TemplateError(f"{place}: is nested too deeply for a template") from None


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TemplateError(f"{file}: cannot be read: {reason}") from None
    if len(content) > MOST_BYTES:
        raise TemplateError(f"{file}: has more than {MOST_BYTES // 1024**2} MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise TemplateError(f"{file}:{line}: is not UTF-8") from None
