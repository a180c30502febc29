"""Reads templates: environments with parameters, each of which may extend another one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from emr_platform.environment import file_problems as file_kinds
from emr_platform.environment.text import is_file, read_text
from emr_platform.environment.yaml_source import parse
from emr_platform.environment.yaml_tree import MappingNode, Mark, Node, ScalarNode
from emr_platform.problems import InvalidSpecError, Problem
from emr_platform.tenants import file_problems as kinds
from emr_platform.tenants.layers import Substitution, merged, stamped, without

MOST_TEMPLATES = 10
"""How many templates may extend each other."""


@dataclass(frozen=True)
class Template:
    """A template, with those that it extends laid under it.

    Attributes:
        file: The file.
        parameters_node: What it says of its parameters; None if it has none.
        substitution: The environment, with its placeholders.
    """

    file: Path
    parameters_node: Node | None
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
    declared = root.entries.get("parameters")
    environment = without(root, "parameters", "extends")
    return Template(path, declared.node if declared else None, Substitution(environment))


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
                    "found no text",
                    path=("extends",),
                    allowed="the path of a template, from the folder of this one",
                )
            ]
        )
    other = path.parent / extended
    if not is_file(other):
        raise InvalidSpecError([missing_template(other, entry.value_mark, str(path), ("extends",))])
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
