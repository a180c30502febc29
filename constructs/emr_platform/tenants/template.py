"""Reads templates: environments with parameters, each of which may extend another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field, ValidationError

from emr_platform.environment import file_problems as file_kinds
from emr_platform.environment.empty_values import empty_values
from emr_platform.environment.loader import read_text
from emr_platform.environment.schema_errors import schema_problems
from emr_platform.environment.yaml_source import parse
from emr_platform.environment.yaml_tree import MappingNode, Mark, ScalarNode, plain
from emr_platform.problems import InvalidSpecError, Problem
from emr_platform.spec import SpecModel
from emr_platform.tenants import file_problems as kinds
from emr_platform.tenants.layers import Substitution, merged, stamped, without
from emr_platform.tenants.parameters import BUILT_IN, declaration_problems
from emr_platform.tenants.spec import ParameterName, ParameterSpec

MOST_TEMPLATES = 10
"""How many templates may extend each other."""


class TemplateHead(SpecModel):
    """What a template says besides an environment."""

    extends: str | None = None
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


@dataclass(frozen=True)
class Template:
    """A template, with those that it extends laid under it.

    Attributes:
        file: The file.
        parameters: Its parameters by name.
        substitution: The environment, with its placeholders.
    """

    file: Path
    parameters: Mapping[str, Parameter]
    substitution: Substitution = field(repr=False)

    @property
    def root(self) -> MappingNode:
        """The environment, with its placeholders."""
        return self.substitution.template


def load_template(path: Path) -> Template:
    """Read a template and those that it extends.

    Args:
        path: The file.

    Returns:
        The template.

    Raises:
        InvalidSpecError: A file cannot be read, or says what no template can mean.
    """
    root = _read_chain(path, ())
    parameters, problems = _parameters(root, path)
    if problems:
        raise InvalidSpecError(problems)
    environment = without(root, "parameters", "extends")
    return Template(path, parameters, Substitution(environment))


def _read_chain(path: Path, readers: tuple[Path, ...]) -> MappingNode:
    text = read_text(path).removeprefix("\ufeff")
    root, problems = parse(text, str(path))
    if root is None or problems:
        raise InvalidSpecError(problems)
    if not isinstance(root, MappingNode):
        location = root.mark.location(str(path))
        raise InvalidSpecError(
            [file_kinds.EMPTY.at(location, "found no mapping", allowed="region: … and so on")]
        )
    here = stamped(root, str(path))
    assert isinstance(here, MappingNode)  # noqa: S101 - it is what it was
    entry = here.entries.get("extends")
    if entry is None:
        return here
    extended = entry.node.value if isinstance(entry.node, ScalarNode) else None
    if not isinstance(extended, str):
        raise InvalidSpecError(
            [
                file_kinds.WRONG_KIND.at(
                    entry.value_mark.location(str(path)),
                    "found something else",
                    path=("extends",),
                    allowed="the path of a template, from the folder of this one",
                )
            ]
        )
    other = path.parent / extended
    chain = (*readers, path)
    if other.resolve() in {each.resolve() for each in chain} or len(chain) >= MOST_TEMPLATES:
        circle = " → ".join(str(each) for each in (*chain, other))
        raise InvalidSpecError(
            [
                kinds.EXTENDS.at(
                    entry.value_mark.location(str(path)),
                    f"the templates never end: {circle}",
                    path=("extends",),
                    allowed=f"at most {MOST_TEMPLATES} templates, none of them twice",
                )
            ]
        )
    if not other.is_file():
        raise InvalidSpecError([missing_template(other, entry.value_mark, str(path), ("extends",))])
    return merged(_read_chain(other, chain), here)


def missing_template(template: Path, mark: Mark, file: str, path: tuple[str | int, ...]) -> Problem:
    """The problem that a template is not there, at the place that names it.

    Args:
        template: The template.
        mark: The place.
        file: The file that the place is in.
        path: The keys that lead to it.
    """
    return kinds.TEMPLATE_MISSING.at(
        mark.location(file),
        f"there is no template {template}",
        path=path,
        allowed="a file that exists",
    )


def _parameters(root: MappingNode, path: Path) -> tuple[dict[str, Parameter], list[Problem]]:
    entry = root.entries.get("parameters")
    if entry is None:
        return {}, []
    head = MappingNode(root.mark, root.block, {"parameters": entry})
    errors = empty_values(head, TemplateHead)
    try:
        declared = TemplateHead.model_validate({"parameters": plain(entry.node)}).parameters
    except ValidationError as error:
        errors += error.errors(include_url=False)
        declared = {}
    if errors:
        return {}, schema_problems(errors, model=TemplateHead, root=head, file=str(path))
    problems: list[Problem] = []
    parameters = {}
    assert isinstance(entry.node, MappingNode)  # noqa: S101 - it is valid
    for name, spec in declared.items():
        own = entry.node.entries[name]
        assert isinstance(own.node, MappingNode)  # noqa: S101 - it is valid
        if name in BUILT_IN:
            problems.append(
                kinds.RESERVED_PARAMETER.at(
                    own.mark.location(str(path)),
                    f"$({name}) is the {BUILT_IN[name]} already",
                    path=("parameters", name),
                    allowed="another name",
                )
            )
        for key, message, allowed in declaration_problems(spec):
            at = own.node.entries[key].value_mark if key in own.node.entries else own.mark
            problems.append(
                kinds.PARAMETER_DECLARATION.at(
                    at.location(str(path)),
                    message,
                    path=("parameters", name, key),
                    allowed=allowed,
                )
            )
        default = own.node.entries.get("default")
        node = default.node if default and isinstance(default.node, ScalarNode) else None
        parameters[name] = Parameter(
            spec,
            own.mark,
            ScalarNode(node.mark._replace(parameter=name), node.value) if node else None,
        )
    return parameters, problems
