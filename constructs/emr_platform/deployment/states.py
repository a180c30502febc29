"""Reads the environments and the program of a project, as they are now or at a revision."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from emr_platform.deployment.program import Program, program_of
from emr_platform.deployment.revisions import Repository
from emr_platform.deployment.waves import Deployable
from emr_platform.environment.files import check_files, environment_files
from emr_platform.environment.loader import LoadedEnvironment
from emr_platform.problems import InvalidSpecError, Problem
from emr_platform.synthesis.inputs import EnvironmentInputs, inputs_of
from emr_platform.tenants.estate import read_estate

ENVIRONMENTS = "environments"
"""Where environment files lie, from the folder of the project."""


@dataclass(frozen=True, slots=True)
class State:
    """A project at one point of its history.

    Attributes:
        environments: The inputs of each environment, by its name; None for one that is not valid.
        program: What makes the templates.
        deployables: What the order of deployment goes by, of every valid environment.
    """

    environments: Mapping[str, EnvironmentInputs | None]
    program: Program
    deployables: tuple[Deployable, ...]

    @property
    def inputs(self) -> dict[str, EnvironmentInputs]:
        """The inputs of the environments that are valid."""
        return {name: each for name, each in self.environments.items() if each is not None}


def state_now(repository: Repository, project: Path) -> State:
    """The project as it is now, with what is not committed yet.

    Args:
        repository: The repository that it lies in.
        project: Its folder.

    Raises:
        InvalidSpecError: An environment is not valid.
    """
    return _state(project, repository.files_now(), refuses=True)


def state_at(repository: Repository, revision: str, *, refuses: bool) -> State:
    """The project as it was, or will be, at a revision.

    Args:
        repository: The repository that it lies in.
        revision: The revision.
        refuses: Whether an environment that is not valid is an error. What is past cannot be corrected.

    Raises:
        RevisionError: There is no such revision.
        InvalidSpecError: An environment is not valid, and ``refuses``.
    """
    tree = repository.tree(revision)
    with tempfile.TemporaryDirectory(prefix="emr-platform-") as folder:
        repository.write(tree, Path(folder))
        project = Path(folder, repository.project)
        try:
            return _state(project, repository.files_of(tree), refuses=refuses)
        except InvalidSpecError as error:
            raise InvalidSpecError(
                [_at_revision(problem, revision, project) for problem in error.problems]
            ) from None


def environments_of(directory: Path) -> tuple[LoadedEnvironment, ...]:
    """Check all environments of a folder.

    Args:
        directory: The folder with environment files and tenants files.

    Raises:
        InvalidSpecError: Some are not valid, or two have the same name. All errors of all files are in it.
    """
    checked = check_files(environment_files(directory))
    if checked.errors:
        raise InvalidSpecError(checked.errors)
    return checked.environments


def deployable(environment: LoadedEnvironment) -> Deployable:
    """What the order of deployment goes by."""
    tenancy = environment.tenancy
    return Deployable(
        name=environment.spec.name,
        region=environment.spec.region,
        protection=environment.spec.protection,
        tier=tenancy.tier if tenancy else "silo",
        shared=tenancy.shared.name if tenancy and tenancy.shared else None,
    )


def _state(project: Path, paths: list[str], *, refuses: bool) -> State:
    directory = project / ENVIRONMENTS
    known: dict[str, EnvironmentInputs | None] = {}
    if refuses:
        loaded = environments_of(directory)
    else:
        files = environment_files(directory)
        checked = check_files(files)
        loaded = checked.environments
        if checked.errors:
            known = {entry.name: None for entry in read_estate(files).entries}
    known |= {environment.spec.name: inputs_of(environment) for environment in loaded}
    return State(
        environments=known,
        program=program_of(project, paths),
        deployables=tuple(map(deployable, loaded)),
    )


def _at_revision(problem: Problem, revision: str, project: Path) -> Problem:
    """A problem with its place as git names it, ``REVISION:FILE``."""
    if problem.location is None:
        return problem
    file = problem.location.file.removeprefix(f"{project}/")
    return problem.at(replace(problem.location, file=f"{revision}:{file}"))
