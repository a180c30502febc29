"""All environments of a project, whether each has a file of its own or is one of many in a tenants file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from emr_platform.environment.loader import LoadedEnvironment, declared_name, load_environment
from emr_platform.problems import Problem
from emr_platform.tenants.tenancy import Tier


@dataclass(frozen=True, slots=True)
class EnvironmentEntry:
    """One environment of the estate, not checked yet.

    Attributes:
        name: Its name, the first part of its stacks' names: ``prod``, ``acme-prod``.
        file: The file that declares it: an environment file or a tenants file.
        tenant: Whose it is; None for one that has a file of its own, and for shared ones.
        tier: Its tier; None for one that has a file of its own.
        shared: Name of the shared environment that it uses; None if it uses none.
    """

    name: str
    file: Path
    load: Callable[[], LoadedEnvironment] = field(repr=False, compare=False)
    tenant: str | None = None
    tier: Tier | None = None
    shared: str | None = None


@dataclass(frozen=True)
class Estate:
    """Every environment of some files.

    Attributes:
        entries: The environments, by the order of their names.
        problems: What is wrong with tenants files as such; environments are checked by ``load()`` of
            each.
    """

    entries: tuple[EnvironmentEntry, ...]
    problems: tuple[Problem, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, EnvironmentEntry]:
        """The environments by their names."""
        return {entry.name: entry for entry in self.entries}


def read_estate(files: Iterable[Path]) -> Estate:
    """Find out which environments some files declare, without checking each.

    Args:
        files: Environment files and tenants files.

    Returns:
        Their environments, and what is wrong with tenants files.
    """
    entries = []
    for file in dict.fromkeys(files):
        name = declared_name(file) or file.stem

        def load(file: Path = file) -> LoadedEnvironment:
            return load_environment(file)

        entries.append(EnvironmentEntry(name=name, file=file, load=load))
    return Estate(tuple(sorted(entries, key=lambda entry: entry.name)))
