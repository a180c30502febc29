"""All environments of a project, whether each has a file of its own or is one of many in a tenants file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

from emr_platform.environment import file_problems as kinds
from emr_platform.environment.loader import (
    LoadedEnvironment,
    declared_name,
    load_environment,
)
from emr_platform.problems import InvalidSpecError, Problem
from emr_platform.tenants.detection import read_as
from emr_platform.tenants.rendering import Effective, Rendering
from emr_platform.tenants.row_addresses import overlaps_between
from emr_platform.tenants.stack_names import StackNames, stack_name_problems
from emr_platform.tenants.tenants_file import TenantsFile
from emr_platform.tenants.tiers import Tier

_OF_ONE = (("ranges",), ("tenants",), ("shared",))
"""Keys whose problems are those of one environment of a file."""


@dataclass(frozen=True, slots=True)
class EnvironmentEntry:
    """One environment of the estate, not checked yet.

    Attributes:
        name: Its name, the first part of its stacks' names: ``prod``, ``acme-prod``.
        file: The file that declares it: an environment file or a tenants file.
        load: Makes it, and checks it; raises InvalidSpecError if it has errors.
        tenant: Whose it is; None for one that has a file of its own, and for shared ones.
        tier: Its tier; None for one that has a file of its own.
        shared: Name of the shared environment that it uses; None if it uses none.
        effective: Puts it together from template and row, without checking it; None for one that has a
            file of its own.
    """

    name: str
    file: Path
    load: Callable[[], LoadedEnvironment] = field(repr=False, compare=False)
    tenant: str | None = None
    tier: Tier | None = None
    shared: str | None = None
    effective: Callable[[], Effective] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Estate:
    """Every environment of some files.

    Attributes:
        entries: The environments, by the order of their names.
        problems: What is wrong with tenants files as such; environments are checked by ``load()`` of
            each.
        tenants_files: The tenants files, with what makes their environments.
    """

    entries: tuple[EnvironmentEntry, ...]
    problems: tuple[Problem, ...] = ()
    tenants_files: tuple[Rendering, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, EnvironmentEntry]:
        """The environments by their names."""
        return {entry.name: entry for entry in self.entries}

    def errors_for(self, names: Collection[str]) -> list[Problem]:
        """Errors of tenants files that concern some environments, and not only others in the same file.

        Args:
            names: Names of environments.
        """
        others = {entry.name for entry in self.entries} - set(names)
        return [
            each
            for each in self.problems
            if each.severity == "error"
            and not (each.path[:1] in _OF_ONE and others.intersection(map(str, each.path[1:])))
        ]


def read_estate(files: Iterable[Path]) -> Estate:
    """Find out which environments some files declare, without checking each.

    Args:
        files: Environment files and tenants files.

    Returns:
        Their environments, and what is wrong with tenants files. A file that cannot be read, or has no name,
        counts as an environment of the name of the file, and says so when it is loaded.
    """
    entries: list[EnvironmentEntry] = []
    problems: list[Problem] = []
    renderings = []
    stack_names = StackNames()
    for file in dict.fromkeys(files):
        tenants_file = read_tenants_file(file)
        if tenants_file is None:
            entries.append(_of_file(file))
        else:
            rendering = Rendering(tenants_file)
            renderings.append(rendering)
            problems += file_problems(rendering)
            entries += tenant_entries(rendering)
    for overlapping in overlaps_between(each.file for each in renderings).values():
        problems += overlapping
    entries = [_refused(entry, stack_names.add(entry.name, entry.file)) for entry in entries]
    return Estate(
        tuple(sorted(entries, key=lambda entry: entry.name)), tuple(problems), tuple(renderings)
    )


def read_tenants_file(file: Path) -> TenantsFile | None:
    """Read a file if it is a tenants file.

    Args:
        file: The file.

    Returns:
        The tenants file; None for anything else, also for what cannot be read.
    """
    return read_as(TenantsFile, file)


def tenant_entries(rendering: Rendering) -> list[EnvironmentEntry]:
    """The environments of a tenants file, in the order of the file."""
    entries = []
    for row in rendering.file.rows.values():
        shared = rendering.file.shared_of(row)
        entries.append(
            EnvironmentEntry(
                name=row.name,
                file=rendering.file.path,
                load=partial(rendering.load, row),
                tenant=row.tenant,
                tier=row.tier,
                shared=shared.name if shared else None,
                effective=partial(rendering.effective, row),
            )
        )
    return entries


def file_problems(rendering: Rendering) -> list[Problem]:
    """What is wrong with a tenants file but for its rows: its text, its head, its lock file, and doubles."""
    file = rendering.file
    doubles = [
        replace(
            row.problem(
                kinds.SAME_NAME,
                row.mark,
                f"line {first.mark.line} makes the environment {row.name} already",
                path=row.path,
                allowed="another name",
            ),
            subject=None,
        )
        for row, first in file.doubles
    ]
    return [
        *file.head_problems,
        *rendering.addresses.lock_problems,
        *doubles,
        *stack_name_problems(file),
    ]


def _of_file(file: Path) -> EnvironmentEntry:
    return EnvironmentEntry(
        name=declared_name(file) or file.stem, file=file, load=partial(load_environment, file)
    )


def _refused(entry: EnvironmentEntry, problems: Sequence[Problem]) -> EnvironmentEntry:
    """An environment that has some problems besides those that it finds itself."""

    def load() -> LoadedEnvironment:
        environment = entry.load()
        raise InvalidSpecError([*environment.warnings, *map(environment.located, problems)])

    return replace(entry, load=load) if problems else entry
