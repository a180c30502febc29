"""What assertions are given: files, folders, templates, or what was synthesized."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from emr_platform.templates.model import Source, Stack, TemplateError, stack_of
from emr_platform.templates.reading import MANIFEST, read
from emr_platform.testing.synthesis import Synthesized

Json = Any
Given = Synthesized | str | Path | Mapping[str, Json]
"""Templates: synthesized ones; a template's file; the folder of a cloud assembly, or one with a template per
stack; a template as plain data, or such templates by the names of their stacks."""

_ENDINGS = (".json", ".template", ".yaml", ".yml")


def source_of(given: Given) -> Source:
    """Read what was given.

    Raises:
        TemplateError: There is nothing there, or it is no template.
    """
    match given:
        case Synthesized():
            stacks = read(given.directory).stacks
            known = {name: stacks[name] for name in given.files if name in stacks}
            return Source(str(given.directory), known, is_assembly=True)
        case str() | Path():
            return _folder(Path(given)) if _is_plain_folder(Path(given)) else read(Path(given))
    if "Resources" in given:
        return Source("the template", {"template": _stack("template", given)}, is_assembly=False)
    if not given:
        raise TemplateError("the templates", "there are none")
    return Source(
        "the templates",
        {name: _stack(name, template) for name, template in given.items()},
        is_assembly=True,
    )


def stacks_of(given: Iterable[Given]) -> list[Stack]:
    """All stacks of what was given.

    Raises:
        TemplateError: Something is no template, or two stacks have the same name.
    """
    stacks: dict[str, Stack] = {}
    for each in given:
        source = source_of(each)
        for name, stack in source.stacks.items():
            if name in stacks:
                raise TemplateError(
                    source.place, f"has a stack {name}, as {stacks[name].place} has"
                )
            stacks[name] = stack
    return list(stacks.values())


def _stack(name: str, template: Json) -> Stack:
    stack = stack_of(template, name=name, place=name)
    # Reports say where something stands in the text that the CDK would write.
    return replace(stack, text=json.dumps(template, indent=1))


def _is_plain_folder(place: Path) -> bool:
    """Whether there are templates in a folder, as snapshots are, and not an assembly or several."""
    return place.is_dir() and not (place / MANIFEST).exists() and bool(_templates(place))


def _templates(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.iterdir()
        if file.suffix in _ENDINGS and not file.name.startswith(".")
    )


def _folder(folder: Path) -> Source:
    stacks = {}
    for file in _templates(folder):
        name = file.name.removesuffix(file.suffix).removesuffix(".template")
        stacks[name] = replace(next(iter(read(file).stacks.values())), name=name)
    return Source(str(folder), stacks, is_assembly=True)
