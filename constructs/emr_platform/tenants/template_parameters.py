"""Reads what a template says of its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import Field, ValidationError

from emr_platform.environment.empty_values import empty_values
from emr_platform.environment.schema_errors import schema_problems
from emr_platform.environment.yaml_tree import Entry, MappingNode, Mark, ScalarNode, plain
from emr_platform.problems import InvalidSpecError, Problem
from emr_platform.spec import SpecModel
from emr_platform.tenants import file_problems as kinds
from emr_platform.tenants.parameters import BUILT_IN, declaration_problems, placeholder_within
from emr_platform.tenants.spec import ParameterName, ParameterSpec
from emr_platform.tenants.template import Template


class TemplateHead(SpecModel):
    """What a template says besides an environment."""

    parameters: dict[ParameterName, ParameterSpec] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter, and where it stands.

    Attributes:
        spec: What the template says of it.
        mark: Where its name stands.
        default: Its default, with its place; None if it has none.
    """

    spec: ParameterSpec
    mark: Mark
    default: ScalarNode | None


def template_parameters(template: Template) -> Mapping[str, Parameter]:
    """The parameters of a template, by name.

    Args:
        template: The template.

    Raises:
        InvalidSpecError: It says what no parameter can mean.
    """
    node = template.parameters_node
    if node is None:
        return {}
    head = MappingNode(node.mark, True, {"parameters": Entry("parameters", node.mark, node)})
    document = plain(head)
    errors = empty_values(head, document, TemplateHead)
    try:
        declared = TemplateHead.model_validate(document).parameters
    except ValidationError as error:
        errors += error.errors(include_url=False)
        declared = {}
    file = str(template.file)
    problems = schema_problems(errors, model=TemplateHead, root=head, file=file)
    parameters = {}
    entries = node.entries if isinstance(node, MappingNode) else {}
    for name, spec in declared.items():
        entry = entries[name]
        inner = entry.node.entries if isinstance(entry.node, MappingNode) else {}
        problems += _declaration_problems(name, spec, entry, inner, file)
        if within := placeholder_within(spec.default, entries):
            problems.append(
                kinds.PARAMETER_DECLARATION.at(
                    inner["default"].value_mark.location(file),
                    f"{within} stands in a default, where none is filled in",
                    path=("parameters", name, "default"),
                    allowed="a value; placeholders where the parameter is used",
                )
            )
        default = inner["default"].node if "default" in inner else None
        parameters[name] = Parameter(
            spec,
            entry.mark,
            ScalarNode(default.mark.given_by(name), default.value)
            if isinstance(default, ScalarNode)
            else None,
        )
    if problems:
        raise InvalidSpecError(problems)
    return parameters


def _declaration_problems(
    name: str, spec: ParameterSpec, entry: Entry, inner: Mapping[str, Entry], file: str
) -> list[Problem]:
    problems = [
        kinds.PARAMETER_DECLARATION.at(
            (inner[key].value_mark if key in inner else entry.mark).location(file),
            message,
            path=("parameters", name, key),
            allowed=allowed,
        )
        for key, message, allowed in declaration_problems(spec)
    ]
    if name in BUILT_IN:
        problems.append(
            kinds.RESERVED_PARAMETER.at(
                entry.mark.location(file),
                f"$({name}) is the {BUILT_IN[name]} already",
                path=("parameters", name),
                allowed="another name",
            )
        )
    return problems
