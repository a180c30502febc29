"""The reference of the environment file: every key, from the spec itself."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from emr_platform.automatic_scaling.emr_form import EmrAutoScalingPolicy
from emr_platform.configurations.spec import Configuration
from emr_platform.environment.declared import Declared
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.security_configuration.document import SecurityConfigurationDocument
from emr_platform.spec import Name
from scripts.reference.markdown import anchor, code, prose, table

_HEADER = ("Key", "Value", "Default", "Meaning")
_TOP = "Top level"
_NAME = Declared.of(Name)
_FIRST_LEVEL = 3
_DEEPEST_LEVEL = 6
DESCRIBED_ELSEWHERE = (Configuration, EmrAutoScalingPolicy, SecurityConfigurationDocument)
"""Written in a form of its own, which is described beside this reference."""
_CHOSEN = ("NAME", "[]")


@dataclass(slots=True)
class _Part:
    """A mapping with known keys, described where it first occurs.

    Attributes:
        path: The keys that lead to it; ``NAME`` stands for a name that the user chooses.
        kind: What tells it from other mappings at the same place; empty where there are none.
        model: What is declared there.
        also_at: Further places where the same may be written.
    """

    path: tuple[str, ...]
    kind: str
    model: type[BaseModel]
    also_at: list[str] = field(default_factory=list)

    @property
    def where(self) -> str:
        return dotted(self.path)

    @property
    def heading(self) -> str:
        if not self.path:
            return _TOP
        return f"{code(self.where)}: {self.kind}" if self.kind else code(self.where)


def environment_file_reference() -> str:
    """Describe every key of an environment file."""
    return file_reference(EnvironmentSpec)


def file_reference(model: type[BaseModel]) -> str:
    """Describe every key of a file, part by part.

    Args:
        model: What the file may say.

    Returns:
        Markdown: a heading, a sentence and a table for each part.
    """
    parts: dict[type[BaseModel], _Part] = {}
    _collect(Declared(model), (), "", parts)
    return "\n\n".join(_section(part, parts) for part in parts.values())


def dotted(path: Sequence[str]) -> str:
    """Write a path as error messages do, with ``NAME`` and ``[]`` where users choose."""
    return ".".join(path).replace(".[]", "[]")


def _collect(
    declared: Declared, path: tuple[str, ...], kind: str, parts: dict[type[BaseModel], _Part]
) -> None:
    for further, alternative, model in _models(declared, kind):
        here = (*path, *further)
        if model in parts:
            parts[model].also_at.append(dotted(here))
            continue
        parts[model] = _Part(here, alternative, model)
        for name, info in model.model_fields.items():
            _collect(Declared.of(info.annotation, info.metadata), (*here, name), "", parts)


def _models(
    declared: Declared, kind: str = ""
) -> Iterator[tuple[tuple[str, ...], str, type[BaseModel]]]:
    """The mappings with known keys that a type leads to: how, which alternative, and the model."""
    if declared.model:
        if declared.model not in DESCRIBED_ELSEWHERE:
            yield (), kind, declared.model
    elif declared.members:
        for tag, member in declared.members.items():
            yield from _models(member, tag)
    elif inner := _inner(declared):
        step = "NAME" if get_origin(declared.kind) is dict else "[]"
        for further, alternative, model in _models(inner):
            yield (step, *further), alternative, model


def _inner(declared: Declared) -> Declared | None:
    """What the values of a mapping, or the entries of a list, are."""
    if get_origin(declared.kind) is dict:
        return Declared.of(get_args(declared.kind)[1])
    if get_origin(declared.kind) is Sequence:
        return Declared.of(get_args(declared.kind)[0])
    return None


def _section(part: _Part, parts: dict[type[BaseModel], _Part]) -> str:
    keys = [key for key in part.path if key not in _CHOSEN]
    level = min(_FIRST_LEVEL + max(len(keys) - 1, 0), _DEEPEST_LEVEL)
    about = prose((inspect.getdoc(part.model) or "").split("\n\n")[0])
    if part.also_at:
        about += f" The same at {_listed([code(place) for place in part.also_at])}."
    rows = [_row(name, info, parts) for name, info in part.model.model_fields.items()]
    content = table(_HEADER, rows) if rows else "There is nothing more to say: `{}`."
    return "\n\n".join([f"{'#' * level} {part.heading}", about, content])


def _row(name: str, info: FieldInfo, parts: dict[type[BaseModel], _Part]) -> tuple[str, ...]:
    declared = Declared.of(info.annotation, info.metadata)
    return (
        code(name),
        _value(declared, parts),
        "**required**"
        if info.is_required()
        else _default(info.get_default(call_default_factory=True)),
        prose(info.description or ""),
    )


def _value(declared: Declared, parts: dict[type[BaseModel], _Part]) -> str:
    """Say what may be written, and link to where that is described further."""
    if declared.members:
        return ", or ".join(_value(member, parts) for member in declared.members.values())
    if declared.model in parts:
        part = parts[declared.model]
        return f"[{part.kind or code(part.where)}](#{anchor(part.heading)})"
    origin = get_origin(declared.kind)
    if origin is Literal:
        return _listed([code(_yaml(choice)) for choice in get_args(declared.kind)], "or")
    inner = _inner(declared)
    if inner is None:
        return prose(declared.expected)
    if inner.model is Configuration:
        return f"{prose(declared.expected)}: [configurations](#configurations)"
    if origin is dict:
        key = Declared.of(get_args(declared.kind)[0])
        by = "by [name](#names):" if key == _NAME else f"from {prose(key.expected)} to"
        return f"a mapping{_limits(declared)} {by} {_value(inner, parts)}"
    return f"{prose(declared.expected)}: {_value(inner, parts)}"


def _limits(declared: Declared) -> str:
    """The limits of a mapping, in the words that a list has for them."""
    as_list = Declared(Sequence[Any], declared.metadata).expected
    return prose(as_list).removeprefix("a list")


def _default(value: object) -> str:
    if value is None or value in ((), {}, ""):
        return "none"
    if isinstance(value, BaseModel):
        return "its defaults"
    return code(_yaml(value))


def _yaml(value: object) -> str:
    """Write a value as one would in an environment file."""
    if isinstance(value, tuple):
        return f"[{', '.join(_yaml(item) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_yaml(item)}' for key, item in value.items())}}}"
    if isinstance(value, BaseModel):
        return _yaml(value.model_dump(exclude_defaults=True))
    return value if isinstance(value, str) else json.dumps(value)


def _listed(words: Sequence[str], last: str = "and") -> str:
    """Write words as people do: ``a, b and c``."""
    *most, final = words
    return f"{', '.join(most)} {last} {final}" if most else final
