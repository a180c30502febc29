"""Several environment files at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from emr_platform.environment import file_problems as kinds
from emr_platform.environment.folder import environment_files
from emr_platform.environment.loader import LoadedEnvironment, declared_name, load_environment
from emr_platform.problems import InvalidSpecError, Problem, in_file_order
from emr_platform.reports.report import listed
from emr_platform.tenants.estate import file_problems, read_tenants_file, tenant_entries
from emr_platform.tenants.rendering import Rendering
from emr_platform.tenants.row_addresses import overlaps_between
from emr_platform.tenants.stack_names import StackNames

__all__ = ["Checked", "check_files", "environment_files", "in_few_words"]


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


def check_files(files: Iterable[Path], *, others: Iterable[Path] = ()) -> Checked:
    """Check environment files and tenants files, and that no two environments, or their stacks, have the same name.

    Args:
        files: The files; one that is named twice is checked once.
        others: Further files, which are not checked and need not be sound, but must not describe
            the same environment as one that is. Default: none.

    Returns:
        The environments and all problems. Nothing is raised for bad input.
    """
    checked = tuple(dict.fromkeys(files))
    check = _Check()
    for other in dict.fromkeys(others):
        if other not in checked:
            check.note(other)
    tenants_files = {file: read_tenants_file(file) for file in checked}
    overlapping = overlaps_between(filter(None, tenants_files.values()))
    for file, tenants_file in tenants_files.items():
        if tenants_file is None:
            check.load(file, partial(load_environment, file))
        else:
            rendering = Rendering(tenants_file)
            before, check.problems = check.problems, file_problems(rendering)
            check.problems += overlapping.get(file, [])
            for entry in tenant_entries(rendering):
                check.load(file, entry.load)
            check.problems = before + in_few_words(in_file_order(check.problems))
    return Checked(checked, tuple(check.environments), tuple(check.problems))


class _Check:
    """What was found so far."""

    def __init__(self) -> None:
        self.environments: list[LoadedEnvironment] = []
        self.problems: list[Problem] = []
        self._described_by: dict[str, Path] = {}
        self._stack_names = StackNames()

    def note(self, file: Path) -> None:
        """Remember which environments a file describes that is not checked."""
        tenants_file = read_tenants_file(file)
        name = None if tenants_file else declared_name(file)
        for each in tenants_file.rows if tenants_file else filter(None, [name]):
            self._described_by[each] = file
            self._stack_names.add(each, file)

    def load(self, file: Path, load: Callable[[], LoadedEnvironment]) -> None:
        """Check an environment."""
        try:
            environment = load()
        except InvalidSpecError as error:
            self.problems += error.problems
            return
        name = environment.spec.name
        same = self._described_by.get(name)
        found = [*environment.warnings, *environment.acknowledged]
        if same:
            found.append(_same_name(environment, same))
        else:
            found += map(environment.located, self._stack_names.add(name, file))
            self.environments.append(environment)
            self._described_by[name] = file
        self.problems += in_file_order(found)


def in_few_words(problems: Iterable[Problem]) -> list[Problem]:
    """Problems, those that several environments have at one place told once, with all whose they are.

    Args:
        problems: The problems; their order is kept.
    """
    subjects: dict[Problem, dict[str | None, None]] = {}
    for problem in problems:
        subjects.setdefault(replace(problem, subject=None), {})[problem.subject] = None
    return [
        # What is wrong with a file as such is so for all of its environments.
        replace(problem, subject=None if None in names else listed([*filter(None, names)]))
        for problem, names in subjects.items()
    ]


def _same_name(environment: LoadedEnvironment, same: Path) -> Problem:
    return environment.located(
        Problem(
            rule_id=kinds.SAME_NAME.id,
            path=("name",),
            message=f"the environment {environment.spec.name} is described by {same} already",
            allowed="another name",
        )
    )
