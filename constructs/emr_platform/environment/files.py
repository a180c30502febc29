"""Several environment files at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from emr_platform.environment import file_problems as kinds
from emr_platform.environment.loader import LoadedEnvironment, declared_name, load_environment
from emr_platform.problems import InvalidSpecError, Problem, in_file_order


@dataclass(frozen=True, slots=True)
class Checked:
    """What came out of checking environment files.

    Attributes:
        files: The files, in the order in which they were checked.
        environments: The environments of the files without errors.
        problems: All errors and warnings, also acknowledged ones, file by file in the order of the
            file.
    """

    files: tuple[Path, ...]
    environments: tuple[LoadedEnvironment, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What must be corrected."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is legal but unwise, and not acknowledged."""
        return tuple(problem for problem in self.problems if problem.is_warning)


def environment_files(directory: Path) -> list[Path]:
    """The environment files of a folder, ``*.yaml`` and ``*.yml``, in the order of their names.

    Hidden files are no environments: editors leave some behind.
    """
    return sorted(
        path
        for path in directory.glob("*")
        if path.suffix in (".yaml", ".yml") and not path.name.startswith(".")
    )


def check_files(files: Iterable[Path], *, others: Iterable[Path] = ()) -> Checked:
    """Check environment files, and that no two of them describe the same environment.

    Args:
        files: The files; one that is named twice is checked once.
        others: Further files, which are not checked and need not be sound, but must not describe
            the same environment as one that is. Default: none.

    Returns:
        The environments and all problems. Nothing is raised for bad input.
    """
    checked = tuple(dict.fromkeys(files))
    environments: list[LoadedEnvironment] = []
    problems: list[Problem] = []
    described_by = {
        name: other
        for other in dict.fromkeys(others)
        if other not in checked and (name := declared_name(other)) is not None
    }
    for file in checked:
        try:
            environment = load_environment(file)
        except InvalidSpecError as error:
            problems += error.problems
            continue
        same = described_by.get(environment.spec.name)
        found = [*environment.warnings, *environment.acknowledged]
        if same:
            found.append(_same_name(environment, same))
        else:
            environments.append(environment)
            described_by[environment.spec.name] = file
        problems += in_file_order(found)
    return Checked(checked, tuple(environments), tuple(problems))


def _same_name(environment: LoadedEnvironment, other: Path) -> Problem:
    return environment.located(
        Problem(
            rule_id=kinds.SAME_NAME.id,
            path=("name",),
            message=f"the environment {environment.spec.name} is described by {other} already",
            allowed="another name",
        )
    )
