"""The values of a template's placeholders for one environment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from emr_platform.environment.schema_errors import similar
from emr_platform.environment.yaml_tree import Entry, MappingNode, ScalarNode, plain
from emr_platform.problems import Path, Problem
from emr_platform.tenants import file_problems as kinds
from emr_platform.tenants.layers import UnknownPlaceholder
from emr_platform.tenants.parameters import (
    BUILT_IN,
    allowed,
    placeholder_within,
    value_problem,
)
from emr_platform.tenants.template import Template
from emr_platform.tenants.template_parameters import Parameter
from emr_platform.tenants.tenants_document import Row


def parameter_values(
    row: Row, template: Template, parameters: Mapping[str, Parameter]
) -> tuple[dict[str, ScalarNode], list[Problem]]:
    """Find the value of each placeholder.

    Args:
        row: The environment.
        template: Its template.
        parameters: The template's parameters.

    Returns:
        The values, each with its place, of those parameters that have one; and what is wrong with the values
        that the row gives.
    """
    values = row.built_in_values
    for name, parameter in parameters.items():
        if parameter.default:
            values[name] = parameter.default
    problems = []
    for name, (path, entry) in _given(row).items():
        if problem := _value_problem(row, template, parameters, name, path, entry):
            problems.append(problem)
        if isinstance(entry.node, ScalarNode):
            mark = entry.value_mark.given_by(name)
            values[name] = ScalarNode(mark, entry.node.value)
    return values, problems


def placeholder_problems(
    row: Row,
    parameters: Mapping[str, Parameter],
    unknown: Iterable[UnknownPlaceholder],
    *,
    matters: Callable[[str], bool],
) -> list[Problem]:
    """Say what is wrong with placeholders without a value.

    Args:
        row: The environment.
        parameters: The parameters of its template.
        unknown: The placeholders.
        matters: Whether a key of the template is part of the environment.

    Returns:
        One problem for each placeholder that names nothing, and one for each parameter that the row has to give.
    """
    problems = []
    missing: set[str] = set()
    for each in unknown:
        if each.path and not matters(str(each.path[0])):
            continue
        parameter = parameters.get(each.name)
        if not each.name and not isinstance(each.path[-1], int) and "$" in each.path[-1]:
            problems.append(
                row.problem(
                    kinds.PLACEHOLDER,
                    each.mark,
                    "a placeholder stands in a key, where none is filled in",
                    path=each.path,
                    allowed="placeholders in values",
                )
            )
        elif each.is_open:
            problems.append(
                row.problem(
                    kinds.PLACEHOLDER,
                    each.mark,
                    f"$({each.name} has no closing bracket",
                    path=each.path,
                    allowed="$(parameter). An ordinary $( is written $$(",
                )
            )
        elif parameter is None:
            problems.append(
                row.problem(
                    kinds.PLACEHOLDER,
                    each.mark,
                    f"$({each.name}) names no parameter of the template",
                    path=each.path,
                    allowed=_similar_or_all(each.name, parameters, "$({})")
                    + " An ordinary $( is written $$(",
                )
            )
        elif each.name not in missing:
            missing.add(each.name)
            given = f"parameters: {{{each.name}: …}}"
            if row.is_implicit:
                given = f"shared: {{{row.key}: {{{given}}}}}"
            problems.append(
                row.problem(
                    kinds.PARAMETER_MISSING,
                    row.mark,
                    f"the parameter {each.name} has no value",
                    allowed=f"{given}, {allowed(parameter.spec)} ({parameter.spec.description})",
                )
            )
    return problems


def _given(row: Row) -> dict[str, tuple[Path, Entry]]:
    given: dict[str, tuple[Path, Entry]] = {}
    for path, entry in row.entries("parameters"):
        if isinstance(entry.node, MappingNode):
            for name, inner in entry.node.entries.items():
                given[name] = ((*path, name), inner)
    return given


def _value_problem(
    row: Row,
    template: Template,
    parameters: Mapping[str, Parameter],
    name: str,
    path: Path,
    entry: Entry,
) -> Problem | None:
    parameter = parameters.get(name)
    if parameter is None:
        return row.problem(
            kinds.UNKNOWN_PARAMETER,
            entry.mark,
            f"{template.file} has no parameter {name}",
            path=path,
            allowed=_similar_or_all(name, parameters, "{}").removesuffix("."),
        )
    if wrong := value_problem(parameter.spec, plain(entry.node)):
        return row.problem(
            kinds.PARAMETER_VALUE,
            entry.value_mark,
            wrong[0],
            path=path,
            allowed=f"{wrong[1]} ({parameter.spec.description})",
        )
    if inner := placeholder_within(plain(entry.node), parameters):
        return row.problem(
            kinds.PARAMETER_VALUE,
            entry.value_mark,
            f"{inner} stands in a value, where none is filled in",
            path=path,
            allowed="the value itself; placeholders in the template, or in overrides",
        )
    return None


def _similar_or_all(name: str, names: Iterable[str], form: str) -> str:
    known = [*names]
    if near := similar(name, [*known, *BUILT_IN]):
        return f"did you mean {form.format(near)}?"
    return f"one of {', '.join(form.format(each) for each in known)}." if known else "none."
