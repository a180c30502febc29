"""Writes a template as YAML that people can review, with the short forms of functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

Json = Any

_SECTIONS: Final = (
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Transform",
    "Parameters",
    "Mappings",
    "Conditions",
    "Rules",
    "Resources",
    "Outputs",
)
_OF_RESOURCES: Final = ("Type", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy")


def as_yaml(template: Mapping[str, Json]) -> str:
    """Write a template.

    Args:
        template: The template, as plain data.

    Returns:
        YAML: sections in their usual order, all other keys sorted but for a resource's type, which comes
        first. Long lines are not broken, so that a changed value is one changed line.
    """
    import yaml

    dumper = _dumper()
    ordered = {
        name: _section(name, template[name])
        for name in sorted(template, key=lambda name: _rank(name, _SECTIONS))
    }
    text: str = yaml.dump(
        ordered, Dumper=dumper, sort_keys=False, allow_unicode=True, width=1_000_000
    )
    return text


@dataclass(frozen=True, slots=True)
class _Short:
    """A function in its short form."""

    tag: str
    value: Json


def _rank(name: str, first: tuple[str, ...]) -> tuple[int, str]:
    return (first.index(name) if name in first else len(first), name)


def _section(name: str, content: Json) -> Json:
    if name != "Resources" or not isinstance(content, Mapping):
        return _readable(content)
    return {
        logical_id: {
            key: _readable(resource[key])
            for key in sorted(resource, key=lambda key: _rank(key, _OF_RESOURCES))
        }
        for logical_id, resource in sorted(content.items())
    }


def _readable(value: Json) -> Json:
    if isinstance(value, Mapping):
        return _short(value) or {key: _readable(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_readable(item) for item in value]
    return value


def _short(value: Mapping[str, Json]) -> _Short | None:
    if len(value) != 1:
        return None
    [(name, argument)] = value.items()
    if name == "Fn::GetAtt" and isinstance(argument, list):
        if all(isinstance(part, str) for part in argument):
            return _Short("!GetAtt", ".".join(argument))
        return None
    # A function as the only argument of another one keeps the long form of the outer one.
    is_function = name == "Ref" or name.startswith("Fn::")
    if is_function and isinstance(argument, str | list):
        return _Short(f"!{name.removeprefix('Fn::')}", _readable(argument))
    return None


def _dumper() -> Any:
    import yaml

    # PyYAML's emitter in C, which is several times as fast, where PyYAML was built with it.
    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    class Dumper(base):  # type: ignore[misc]
        """Aliases are nothing that CloudFormation takes."""

        def ignore_aliases(self, _: Any) -> bool:
            return True

    def short(dumper: Any, function: _Short) -> Any:
        if isinstance(function.value, str):
            return dumper.represent_scalar(function.tag, function.value)
        return dumper.represent_sequence(function.tag, function.value)

    def text(dumper: Any, value: str) -> Any:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(_Short, short)
    Dumper.add_representer(str, text)
    return Dumper
