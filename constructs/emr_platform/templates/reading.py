"""Where templates are read from: files, and the cloud assemblies that the CDK writes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from emr_platform.templates.model import Source, Stack, TemplateError, stack_of
from emr_platform.templates.yaml_text import TemplateSyntaxError, load_yaml

MOST_BYTES = 16 * 1024 * 1024
"""CloudFormation takes one mebibyte; a manifest of a large app may be longer."""

NESTED_STACK = "AWS::CloudFormation::Stack"

MANIFEST = "manifest.json"
RECORD_FILE = ".emr-platform.json"
"""What ``emr-platform synth`` leaves in a cloud assembly."""

Json = Any


def read(place: Path) -> Source:
    """Read a template, or all templates of a cloud assembly and the assemblies within it.

    Args:
        place: A template in JSON or YAML, the folder that ``cdk synth`` writes, or a folder of such folders, as
            ``emr-platform synth`` writes one for each environment.

    Returns:
        The stacks.

    Raises:
        TemplateError: There is nothing there, or it is not a template or an assembly.
    """
    if not place.is_dir():
        stack = _with_nested(parse(_text(place), name=place.name, place=str(place)), set())
        return Source(str(place), {stack.name: stack}, is_assembly=False)
    stacks: dict[str, Stack] = {}
    for stack in _assemblies(place):
        if stack.name in stacks:
            raise TemplateError(
                place, f"has two stacks named {stack.name}; name one of their templates"
            )
        stacks[stack.name] = stack
    if not stacks:
        raise TemplateError(place, "the cloud assembly has no stacks")
    return Source(str(place), stacks, is_assembly=True)


def read_all(place: Path) -> list[Stack]:
    """Read a template, or every template of a cloud assembly, those of nested stacks included.

    Other than for :func:`read`, stacks may have the same name: in several accounts or regions.

    Args:
        place: As for :func:`read`.

    Raises:
        TemplateError: There is nothing there, or it is not a template or an assembly.
    """
    if not place.is_dir():
        return [*read(place).stacks.values()]
    stacks = [*_assemblies(place)]
    if not stacks:
        raise TemplateError(place, "the cloud assembly has no stacks")
    return [*stacks, *nested(stacks)]


def read_own(folder: Path) -> list[Stack]:
    """Read every template of a cloud assembly that was just written, whatever else lies in its folder.

    Args:
        folder: Where the CDK has written it.

    Raises:
        TemplateError: It is no assembly, has no stacks, or a template cannot be read.
    """
    stacks = [*_assembly(folder, set())]
    if not stacks:
        raise TemplateError(folder, "the cloud assembly has no stacks")
    return [*stacks, *nested(stacks)]


def nested(stacks: Iterable[Stack]) -> Iterator[Stack]:
    """The templates of nested stacks, which the CDK writes beside those of the stacks they are in.

    Args:
        stacks: Stacks of a cloud assembly.

    Raises:
        TemplateError: One of the templates cannot be read.
    """
    folders: dict[Path, list[Stack]] = {}
    for stack in stacks:
        folders.setdefault(Path(stack.place).parent, []).append(stack)
    for folder, around in folders.items():
        accounts, regions = ({getattr(s, name) for s in around} for name in ("account", "region"))
        for file in sorted(folder.glob("*.nested.template.json")):
            inner = parse(_text(file), name=file.name, place=str(file))
            # Which stack it is in is known where all of them are deployed to the same place.
            yield replace(
                inner,
                account=accounts.pop() if len(accounts) == 1 else None,
                region=regions.pop() if len(regions) == 1 else None,
            )


def _with_nested(stack: Stack, around: set[Path]) -> Stack:
    """A stack with those stacks in it whose templates are beside its own, where the CDK writes them."""
    folder, found = Path(stack.place).parent, {}
    for logical_id, resource in stack.resources.items():
        if resource.type == NESTED_STACK and resource.asset:
            file = folder / Path(resource.asset).name
            if file.is_file() and file not in around:
                inner = parse(_text(file), name=f"{stack.name}-{logical_id}", place=str(file))
                found[logical_id] = _with_nested(inner, around | {file})
    return replace(stack, nested=found) if found else stack


def parse(text: str, *, name: str, place: str) -> Stack:
    """Read the text of a template.

    Args:
        text: JSON or YAML.
        name: Name of the stack.
        place: Where the text comes from, for messages.

    Raises:
        TemplateError: It is not a template.
    """
    return replace(stack_of(_load(text, place), name=name, place=place), text=text)


def _assemblies(folder: Path) -> Iterator[Stack]:
    """The stacks of an assembly, or of all that are folders in a folder, by the order of their names."""
    seen: set[Path] = set()
    inner = sorted(
        {file.parent for name in (MANIFEST, RECORD_FILE) for file in folder.glob(f"[!.]*/{name}")}
    )
    if not (folder / MANIFEST).exists() and inner:
        for each in inner:
            yield from _assembly(each, seen)
        return
    yield from _assembly(folder, seen)
    # Whichever is older, nobody should take a part for the whole.
    others = [each for each in inner if (each / RECORD_FILE).is_file()]
    if others:
        raise TemplateError(
            folder,
            f"is a cloud assembly, and has others beside it, such as {others[0]}",
            allowed="one of the two: emr-platform synth removes what cdk synth has written there",
        )


def template_files(assembly: Path) -> dict[str, Path]:
    """Where the templates of a cloud assembly and the assemblies within it are, without reading them.

    Args:
        assembly: The folder that ``cdk synth`` writes.

    Returns:
        The files by the names of the stacks, in the order of the manifest; those of nested stacks are not
        among them. Of stacks with the same name, which are in several accounts or regions, it is the last
        one.

    Raises:
        TemplateError: It is not a cloud assembly.
    """
    files = {}
    for manifest, artifact_id, artifact in _artifacts(assembly, set()):
        with _of_the_expected_form(manifest, artifact_id):
            name, file = _name_and_file(manifest, artifact_id, artifact)
            files[name] = file
    return files


def _assembly(folder: Path, seen: set[Path]) -> Iterator[Stack]:
    """The stacks of an assembly, in the order of its manifest, stages included."""
    for manifest, artifact_id, artifact in _artifacts(folder, seen):
        with _of_the_expected_form(manifest, artifact_id):
            stack = _stack(manifest, artifact_id, artifact)
        yield stack


def _artifacts(folder: Path, seen: set[Path]) -> Iterator[tuple[Path, str, Json]]:
    """The stacks of an assembly as its manifest has them, each with the manifest and its id there."""
    if folder.resolve() in seen:
        return
    seen.add(folder.resolve())
    file = folder / "manifest.json"
    if not file.exists():
        raise TemplateError(folder, "is no cloud assembly: there is no manifest.json in it")
    manifest = _load(_text(file), str(file))
    artifacts = manifest.get("artifacts") if isinstance(manifest, dict) else None
    if not isinstance(artifacts, dict):
        raise TemplateError(file, "has no artifacts")
    for artifact_id, artifact in artifacts.items():
        inner = None
        with _of_the_expected_form(file, artifact_id):
            kind = artifact["type"]
            if kind == "cdk:cloud-assembly":
                inner = folder / artifact["properties"]["directoryName"]
        if inner:
            yield from _artifacts(inner, seen)
        elif kind == "aws:cloudformation:stack":
            yield file, artifact_id, artifact


@contextmanager
def _of_the_expected_form(manifest: Path, artifact_id: str) -> Iterator[None]:
    try:
        yield
    except (AttributeError, KeyError, TypeError):
        raise TemplateError(
            manifest, f"artifacts.{artifact_id}: has not the expected form"
        ) from None


def _name_and_file(manifest: Path, artifact_id: str, artifact: Json) -> tuple[str, Path]:
    properties = artifact["properties"]
    return str(properties.get("stackName", artifact_id)), manifest.parent / properties[
        "templateFile"
    ]


def _stack(manifest: Path, artifact_id: str, artifact: Json) -> Stack:
    name, file = _name_and_file(manifest, artifact_id, artifact)
    stack = _with_nested(parse(_text(file), name=name, place=str(file)), set())
    properties = artifact["properties"]
    account, _, region = artifact.get("environment", "").removeprefix("aws://").partition("/")
    return replace(
        stack,
        account=account if account and account != "unknown-account" else None,
        region=region if region and region != "unknown-region" else None,
        lookup_role=(properties.get("lookupRole") or {}).get("arn"),
        termination_protection=bool(properties.get("terminationProtection", False)),
        tags={str(key): str(value) for key, value in (properties.get("tags") or {}).items()},
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
            # Of a text that is cut off, it is the line behind the last one.
            line = min(error.lineno, len(text.splitlines()))
            raise TemplateError(place, f"is not JSON: {error.msg}", line=line) from None
    except TemplateSyntaxError as error:
        raise TemplateError(
            place,
            f"cannot be read: {error}",
            line=error.line,
            column=error.column,
            allowed=error.allowed,
        ) from None
    except RecursionError:
        raise TemplateError(place, "is nested too deeply for a template") from None
    except ValueError:
        raise TemplateError(place, "has a number with more digits than anything counts") from None


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TemplateError(file, f"cannot be read: {reason}") from None
    if len(content) > MOST_BYTES:
        raise TemplateError(file, f"has more than {MOST_BYTES // 1024**2} MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise TemplateError(file, "is not UTF-8", line=line) from None
