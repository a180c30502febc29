"""Parameters of templates: what their declarations and their values have to be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from emr_platform.environment.declared import one_of
from emr_platform.environment.schema_errors import found
from emr_platform.tenants.spec import ParameterSpec, ParameterType

BUILT_IN: Final = {
    "name": "name of the environment",
    "tenant": "name of the tenant; of the environment, for a shared one",
    "environment": "which of the tenant's environments: its key in the row, or the tenant's name",
    "tier": "silo, bridge, pool or shared",
}
"""Placeholders that every template has, with their meaning."""

_PLACEHOLDER: Final = re.compile(r"\$\(([^()]*)\)")

_KINDS: Final[dict[ParameterType, str]] = {
    "text": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def value_problem(spec: ParameterSpec, value: object) -> tuple[str, str] | None:
    """Say what is wrong with a value of a parameter.

    Args:
        spec: The parameter.
        value: The value, as it was read.

    Returns:
        What was found, and what is allowed; None if all is well.
    """
    if not _is_of(spec.type, value):
        return f"found {found(value)}", allowed(spec)
    if spec.allowed and value not in spec.allowed:
        return f"found {found(value)}", allowed(spec)
    if isinstance(value, int | float) and not isinstance(value, bool):
        too_small = spec.minimum is not None and value < spec.minimum
        too_great = spec.maximum is not None and value > spec.maximum
        if too_small or too_great:
            return f"found {found(value)}", allowed(spec)
    return None


def placeholder_within(value: object, names: Collection[str]) -> str | None:
    """Find a placeholder in a value of a parameter, where none is filled in.

    Args:
        value: The value.
        names: The template's parameters.

    Returns:
        The first one of a name that there is: ``$(tenant)``; None if there is none. Other texts of this form, such as
        those of a shell, are what they are.
    """
    if not isinstance(value, str):
        return None
    known = (each[0] for each in _PLACEHOLDER.finditer(value) if each[1] in {*names, *BUILT_IN})
    return next(known, None)


def allowed(spec: ParameterSpec) -> str:
    """The values of a parameter in words: ``a whole number from 1 to 20``."""
    if spec.allowed:
        return one_of(_written(value) for value in spec.allowed)
    words = _KINDS[spec.type]
    if spec.minimum is not None and spec.maximum is not None:
        return f"{words} from {spec.minimum} to {spec.maximum}"
    if spec.minimum is not None:
        return f"{words} of at least {spec.minimum}"
    return words if spec.maximum is None else f"{words} of at most {spec.maximum}"


def declaration_problems(spec: ParameterSpec) -> Iterator[tuple[str, str, str]]:
    """Find contradictions in what a template says of a parameter.

    Args:
        spec: The parameter.

    Yields:
        The key that is wrong, what was found, and what is allowed.
    """
    is_number = spec.type in ("integer", "number")
    for key, bound in (("minimum", spec.minimum), ("maximum", spec.maximum)):
        if bound is not None and not is_number:
            yield key, f"values of the type {spec.type} have no {key}", "type: integer or number"
    if spec.minimum is not None and spec.maximum is not None and spec.minimum > spec.maximum:
        yield (
            "minimum",
            f"the minimum {spec.minimum} is more than the maximum",
            f"at most {spec.maximum}",
        )
        return
    bare = spec.model_copy(update={"allowed": (), "default": None})
    for value in spec.allowed:
        if problem := value_problem(bare, value):
            yield "allowed", problem[0], f"only {problem[1]}"
            return
    if spec.default is not None and (problem := value_problem(spec, spec.default)):
        yield "default", *problem


def _is_of(type_: ParameterType, value: object) -> bool:
    if type_ == "boolean" or isinstance(value, bool):
        return type_ == "boolean" and isinstance(value, bool)
    if type_ == "text":
        return isinstance(value, str)
    return isinstance(value, int) or (type_ == "number" and isinstance(value, float))


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
