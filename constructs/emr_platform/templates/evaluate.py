"""What the functions of a template come to, as far as that is known without asking AWS."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from emr_platform.problems import Path
from emr_platform.templates.model import Stack

Json = Any


@dataclass(frozen=True, slots=True)
class Reference:
    """The one resource, parameter or attribute that a value is.

    Attributes:
        name: Logical id, or name of a parameter.
        attribute: Name of the attribute; None for ``Ref``.
    """

    name: str
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only AWS, or whoever deploys the template, knows.

    Attributes:
        reference: What it is a reference to, if it is one and nothing else.
    """

    reference: Reference | None = None


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, slots=True)
class Value:
    """A value after its functions were evaluated, with the path at which the template has it.

    Attributes:
        path: Keys and positions from the root of the template, functions included.
        content: Text, values by key, a list of values, or that it is unknown.
    """

    path: Path
    content: str | dict[str, Value] | list[Value] | Unknown

    def get(self, key: str) -> Value | None:
        """The value of a key of a mapping; None if there is none, or this is no mapping."""
        return self.content.get(key) if isinstance(self.content, dict) else None

    @property
    def entries(self) -> dict[str, Value]:
        """The values by key; empty for all but mappings."""
        return self.content if isinstance(self.content, dict) else {}

    @property
    def items(self) -> list[Value]:
        """The items of a list; empty for all but lists."""
        return self.content if isinstance(self.content, list) else []

    @property
    def text(self) -> str | None:
        """The text, where it is known."""
        return self.content if isinstance(self.content, str) else None

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is known of the value."""
        return isinstance(self.content, Unknown)

    @property
    def reference(self) -> Reference | None:
        """The resource or parameter that the value is, if it is one and nothing else."""
        return self.content.reference if isinstance(self.content, Unknown) else None


@dataclass(frozen=True, slots=True)
class Other:
    """A value of a parameter that is none of those that the template names.

    Attributes:
        parameter: Name of the parameter.
    """

    parameter: str


@dataclass(frozen=True)
class Scope:
    """What the functions of a template are evaluated with.

    Attributes:
        stack: The template.
        assigned: Values of parameters and pseudo parameters that are tried, by name. Those that are
            not here have their defaults.
    """

    stack: Stack
    assigned: Mapping[str, str | Other] = field(default_factory=dict)
    _known: dict[str, bool | None] = field(default_factory=dict, init=False, repr=False)

    def parameter(self, name: str) -> str | list[str] | Other | None:
        """The value of a parameter or pseudo parameter; None if it is not known."""
        if name in self.assigned:
            assigned = self.assigned[name]
            return assigned if isinstance(assigned, Other) else self._typed(name, assigned)
        if name == "AWS::Region":
            return self.stack.region
        if name == "AWS::AccountId":
            return self.stack.account
        declared = self.stack.parameters.get(name)
        default = declared.get("Default") if isinstance(declared, dict) else None
        return self._typed(name, default) if isinstance(default, str) else None

    def _typed(self, name: str, text: str) -> str | list[str] | None:
        declared = self.stack.parameters.get(name)
        kind = str(declared.get("Type", "String")) if isinstance(declared, dict) else "String"
        if kind.startswith("AWS::SSM::"):
            return None
        if kind == "CommaDelimitedList" or kind.startswith("List<"):
            return [item.strip() for item in text.split(",")]
        return text

    def condition(self, name: str) -> bool | None:
        """Whether a condition of the template holds; None if that is not known."""
        if name not in self._known:
            # While it is evaluated, one that refers to itself is not known; CloudFormation refuses it.
            self._known[name] = None
            self._known[name] = self._holds(self.stack.conditions.get(name))
        return self._known[name]

    def _holds(self, condition: Json) -> bool | None:
        if not isinstance(condition, dict) or len(condition) != 1:
            return None
        [(function, argument)] = condition.items()
        if function == "Condition" and isinstance(argument, str):
            return self.condition(argument)
        if not isinstance(argument, list):
            return None
        if function == "Fn::Equals" and len(argument) == 2:
            return _same(*(self._compared(operand) for operand in argument))
        inner = [self._holds(operand) for operand in argument]
        if function == "Fn::Not" and len(inner) == 1:
            return None if inner[0] is None else not inner[0]
        if function == "Fn::And":
            return False if False in inner else None if None in inner else True
        if function == "Fn::Or":
            return True if True in inner else None if None in inner else False
        return None

    def _compared(self, operand: Json) -> Json:
        if isinstance(operand, dict) and isinstance(name := operand.get("Ref"), str):
            parameter = self.parameter(name)
            if isinstance(parameter, Other):
                return parameter
        value = self.evaluate(operand, ())
        return None if value is None else _plain(value)

    # --- Values ----------------------------------------------------------------------------

    def evaluate(self, value: Json, path: Path) -> Value | None:
        """Evaluate a value and all that is in it.

        Args:
            value: As the template has it.
            path: Where the template has it.

        Returns:
            The value; None if it comes to none at all, as ``AWS::NoValue`` does.
        """
        if value is None:
            return None
        if isinstance(value, list):
            items = (self.evaluate(item, (*path, index)) for index, item in enumerate(value))
            return Value(path, [item for item in items if item is not None])
        if isinstance(value, dict):
            if len(value) == 1:
                [(name, argument)] = value.items()
                if name == "Ref" or name.startswith("Fn::"):
                    return self._function(name, argument, path)
            # A macro adds what it likes to the mapping.
            if "Fn::Transform" in value:
                return Value(path, UNKNOWN)
            entries = {
                key: item
                for key, inner in value.items()
                if _is_text(key) and (item := self.evaluate(inner, (*path, key))) is not None
            }
            return Value(path, entries)
        text = str(value)
        return Value(path, UNKNOWN if "{{resolve:" in text or not _is_text(text) else text)

    def _function(self, name: str, argument: Json, path: Path) -> Value | None:
        evaluated = _FUNCTIONS.get(name, _unknown)(self, argument, (*path, name))
        # The place of what a function comes to is that of the function.
        if isinstance(evaluated, str | list | Unknown):
            return _value(evaluated, path)
        return evaluated


def _is_text(text: str) -> bool:
    """Whether a text is one: JSON can write halves of characters, which nothing else has."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _value(content: str | list[str] | Unknown, path: Path) -> Value:
    if isinstance(content, list):
        return Value(path, [Value(path, item) for item in content])
    return Value(path, content)


def _same(one: Json, other: Json) -> bool | None:
    if isinstance(one, Other) or isinstance(other, Other):
        # It differs from every text that the template names; two of them may be alike.
        both = isinstance(one, Other) and isinstance(other, Other)
        return True if one == other else None if both or None in (one, other) else False
    return None if one is None or other is None else bool(one == other)


def _plain(value: Value) -> Json:
    """A value as plain data; None if any of it is unknown."""
    if value.is_unknown:
        return None
    if isinstance(value.content, list):
        items = [_plain(item) for item in value.content]
        return None if None in items else items
    if isinstance(value.content, dict):
        return None
    return value.content


_Result = Value | str | list[str] | Unknown | None


def _unknown(scope: Scope, argument: Json, path: Path) -> _Result:
    del scope, argument, path
    return UNKNOWN


def _ref(scope: Scope, argument: Json, path: Path) -> _Result:
    del path
    if not isinstance(argument, str):
        return UNKNOWN
    if argument == "AWS::NoValue":
        return None
    parameter = scope.parameter(argument)
    if isinstance(parameter, str | list):
        return parameter
    return Unknown(Reference(argument))


def _get_att(scope: Scope, argument: Json, path: Path) -> _Result:
    del scope, path
    if isinstance(argument, list) and argument and isinstance(argument[0], str):
        return Unknown(Reference(argument[0], ".".join(str(part) for part in argument[1:])))
    return UNKNOWN


_VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")


def _sub(scope: Scope, argument: Json, path: Path) -> _Result:
    text, variables = argument, {}
    if isinstance(argument, list) and len(argument) == 2:
        text, variables = argument
    if not isinstance(text, str) or not isinstance(variables, dict):
        return UNKNOWN
    is_unknown = False

    def replacement(match: re.Match[str]) -> str:
        nonlocal is_unknown
        literal, name = match.groups()
        if literal:
            return f"${{{name}}}"
        found = variables.get(name.strip(), {"Ref": name.strip()})
        value = scope.evaluate(found, path)
        if value is None or value.text is None:
            is_unknown = True
            return ""
        return value.text

    substituted = _VARIABLE.sub(replacement, text)
    if is_unknown or "{{resolve:" in substituted:
        whole = _VARIABLE.fullmatch(text)
        if whole and not whole[1] and whole[2].strip() not in variables:
            name, dot, attribute = whole[2].strip().partition(".")
            return Unknown(Reference(name, attribute if dot else None))
        return UNKNOWN
    return substituted


def _join(scope: Scope, argument: Json, path: Path) -> _Result:
    if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str):
        value = scope.evaluate(argument[1], path)
        texts = [item.text for item in value.items] if value else []
        if value and isinstance(value.content, list) and None not in texts:
            return argument[0].join(text for text in texts if text is not None)
        if value and len(value.items) == 1:
            return Unknown(value.items[0].reference)
    return UNKNOWN


def _split(scope: Scope, argument: Json, path: Path) -> _Result:
    if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str):
        value = scope.evaluate(argument[1], path)
        if argument[0] and value and value.text is not None:
            return value.text.split(argument[0])
    return UNKNOWN


def _select(scope: Scope, argument: Json, path: Path) -> _Result:
    if isinstance(argument, list) and len(argument) == 2:
        index, chosen = (scope.evaluate(part, path) for part in argument)
        items = chosen.items if chosen else []
        if index and index.text and index.text.isdecimal() and int(index.text) < len(items):
            return items[int(index.text)]
    return UNKNOWN


def _find_in_map(scope: Scope, argument: Json, path: Path) -> _Result:
    if not isinstance(argument, list) or len(argument) < 3:
        return UNKNOWN
    found: Json = scope.stack.mappings
    for part in argument[:3]:
        value = scope.evaluate(part, path)
        if value is None or value.text is None:
            return UNKNOWN
        if not isinstance(found, dict) or value.text not in found:
            # With AWS::LanguageExtensions there is a default; without, the template is refused.
            options = argument[3] if len(argument) > 3 else None
            default = options.get("DefaultValue") if isinstance(options, dict) else None
            return UNKNOWN if default is None else scope.evaluate(default, path)
        found = found[value.text]
    if isinstance(found, list):
        return [str(item) for item in found]
    return str(found)


def _if(scope: Scope, argument: Json, path: Path) -> _Result:
    if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
        return UNKNOWN
    holds = scope.condition(argument[0])
    if holds is None:
        return UNKNOWN
    position = 1 if holds else 2
    return scope.evaluate(argument[position], (*path, position))


_FUNCTIONS: dict[str, Callable[[Scope, Json, Path], _Result]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
}
