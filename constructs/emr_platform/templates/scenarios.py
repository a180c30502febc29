"""The ways in which a template can be deployed: what its conditions depend on, tried one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from emr_platform.templates.conditions import deciding, made_of
from emr_platform.templates.evaluate import Other, Scope
from emr_platform.templates.model import Stack

Json = Any
MOST = 64
"""With more combinations, each parameter is changed by itself."""

MOST_PARAMETERS = 20
"""Conditions that depend on more than these are looked at with the defaults of the others."""

Assignment = Mapping[str, str | Other]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to deploy a template.

    Attributes:
        scope: What functions are evaluated with.
        assigned: The values of the parameters that conditions depend on.
    """

    scope: Scope
    assigned: Assignment


def scenarios(stack: Stack, values: Iterable[Json], conditions: Iterable[str]) -> list[Scenario]:
    """Every way to deploy a template that makes a difference to some of its values.

    Args:
        stack: The template.
        values: The values, as the template has them.
        conditions: Conditions that decide whether the values are there at all.

    Returns:
        At least one; the first is that of the parameters' defaults. Parameters that no condition
        depends on have their defaults in all of them.
    """
    used = [*conditions, *(name for value in values for name, _ in deciding(value))]
    used = _with_inner(stack, used)
    names = _parameters(stack, used)[:MOST_PARAMETERS]
    options = {name: _candidates(stack, name, used) for name in names}
    return [Scenario(Scope(stack, assigned), assigned) for assigned in _assignments(options)]


def words(assigned: Sequence[Assignment], among: Sequence[Assignment]) -> str | None:
    """Say for people which of some assignments are meant.

    Returns:
        E.g. ``Env is prod``; None if it is all of them.
    """
    if len(assigned) == len(among):
        return None
    names = [name for name in among[0] if len({each[name] for each in among}) > 1]
    for name in names:
        values = list(dict.fromkeys(each[name] for each in assigned))
        if [each for each in among if each[name] in values] == list(assigned):
            return f"{name} is {' or '.join(_value(value, name, among) for value in values)}"
    first = assigned[0]
    return " and ".join(f"{name} is {_value(first[name], name, among)}" for name in names)


def _value(value: str | Other, name: str, among: Sequence[Assignment]) -> str:
    if isinstance(value, Other):
        named = dict.fromkeys(str(each[name]) for each in among if isinstance(each[name], str))
        return "neither " + " nor ".join(named) if len(named) > 1 else f"not {next(iter(named))}"
    return value or "empty"


def _assignments(options: Mapping[str, Sequence[str | Other]]) -> Iterator[Assignment]:
    if prod(len(values) for values in options.values()) <= MOST:
        for chosen in product(*options.values()):
            yield dict(zip(options, chosen, strict=True))
        return
    first = {name: values[0] for name, values in options.items()}
    yield first
    for name, values in list(options.items())[:MOST]:
        for value in values[1:MOST]:
            yield {**first, name: value}


def _parameters(stack: Stack, conditions: Iterable[str]) -> list[str]:
    """The parameters and pseudo parameters that conditions depend on, in order."""
    found: dict[str, None] = {}
    for condition in conditions:
        for name in _references(stack.conditions.get(condition)):
            known_region = name == "AWS::Region" and stack.region
            if (name in stack.parameters or name == "AWS::Region") and not known_region:
                found[name] = None
    return list(found)


def _with_inner(stack: Stack, conditions: Iterable[str]) -> list[str]:
    """Conditions, and those that they are made of."""
    found: dict[str, None] = {}
    waiting = list(conditions)
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += [inner for inner, _ in made_of(stack.conditions.get(name))]
    return list(found)


def _candidates(stack: Stack, name: str, conditions: Iterable[str]) -> list[str | Other]:
    """The values of a parameter that a template tells apart, its default first."""
    declared = stack.parameters.get(name)
    declared = declared if isinstance(declared, dict) else {}
    default = declared.get("Default")
    first = [default] if isinstance(default, str) else []
    allowed = declared.get("AllowedValues")
    if isinstance(allowed, list) and allowed:
        return list(dict.fromkeys([*first, *(str(value) for value in allowed)]))
    compared = [
        text
        for condition in conditions
        for text in _compared_with(stack, name, stack.conditions.get(condition))
    ]
    named = list(dict.fromkeys([*first, *compared]))
    # A default that no condition compares with stands for all other values.
    return [*named, Other(name)] if set(first) <= set(compared) else [*named]


def _compared_with(stack: Stack, name: str, condition: Json) -> Iterator[str]:
    """The texts that a parameter is compared with, and the keys of mappings it is looked up in."""
    if isinstance(condition, list):
        for item in condition:
            yield from _compared_with(stack, name, item)
    elif isinstance(condition, dict):
        for key, argument in condition.items():
            if key == "Fn::Equals" and isinstance(argument, list) and {"Ref": name} in argument:
                yield from (operand for operand in argument if isinstance(operand, str))
            if key == "Fn::FindInMap" and isinstance(argument, list) and {"Ref": name} in argument:
                mapping = stack.mappings.get(str(argument[0]))
                if isinstance(mapping, dict) and argument[1:2] == [{"Ref": name}]:
                    yield from mapping
            yield from _compared_with(stack, name, argument)


def _references(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref" and isinstance(item, str):
                yield item
            yield from _references(item)
