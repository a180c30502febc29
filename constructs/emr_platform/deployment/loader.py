"""Reads ``deployment.yaml`` and checks it, alone and against the environments that there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from emr_platform.deployment.rules import WAVE_RULES, Deployment
from emr_platform.deployment.spec import DeploymentSpec
from emr_platform.deployment.waves import Deployable
from emr_platform.environment import file_problems as kinds
from emr_platform.environment.empty_values import empty_values
from emr_platform.environment.schema_errors import schema_problems
from emr_platform.environment.text import read_text
from emr_platform.environment.yaml_source import parse
from emr_platform.environment.yaml_tree import Node, locate, plain
from emr_platform.problems import InvalidSpecError, Location, Problem, in_file_order

DEPLOYMENT_FILE = Path("deployment.yaml")
"""Where the file lies, from the folder of the project, if there is one."""


@dataclass(frozen=True, slots=True)
class LoadedDeployment:
    """How environments are shipped.

    Attributes:
        spec: What the file says; defaults where there is none.
        warnings: What is legal but unwise, in the order of the file.
        located: Gives a problem of the spec its place in the file.
    """

    spec: DeploymentSpec
    warnings: tuple[Problem, ...] = ()
    located: Callable[[Problem], Problem] = field(default=lambda problem: problem, repr=False)


def load_deployment(file: Path | None, environments: tuple[Deployable, ...]) -> LoadedDeployment:
    """Read and check how environments are shipped.

    Args:
        file: The file. None: ``deployment.yaml`` if it is there, or else the defaults.
        environments: Every environment of the estate.

    Raises:
        InvalidSpecError: The file cannot be read, or has errors. It lists every error and warning with its place.
    """
    if file is None and not DEPLOYMENT_FILE.exists():
        return LoadedDeployment(DeploymentSpec())
    place = file or DEPLOYMENT_FILE
    root, problems = parse(read_text(place).removeprefix("\ufeff"), str(place))
    if root is None:
        raise InvalidSpecError([_about_this_file(problem) for problem in problems])
    document = plain(root)
    errors = empty_values(root, document, DeploymentSpec)
    try:
        spec = DeploymentSpec.model_validate(document)
    except ValidationError as error:
        errors += error.errors(include_url=False)
    if errors:
        problems += schema_problems(errors, model=DeploymentSpec, root=root, file=str(place))
        raise InvalidSpecError(in_file_order(problems))
    found = WAVE_RULES.problems(Deployment(spec, environments))
    problems += [_placed(problem, root, str(place)) for problem in found]
    problems = in_file_order(problems)
    if any(problem.severity == "error" for problem in problems):
        raise InvalidSpecError(problems)
    return LoadedDeployment(
        spec, tuple(problems), located=lambda problem: _placed(problem, root, str(place))
    )


def _about_this_file(problem: Problem) -> Problem:
    if problem.rule_id == kinds.EMPTY.id:
        return replace(problem, allowed="waves: … or pipeline: …, or no file")
    return problem


def _placed(problem: Problem, root: Node, file: str) -> Problem:
    place = locate(root, problem.path)
    return replace(
        problem, path=place.path, location=Location(file, place.mark.line, place.mark.column)
    )
