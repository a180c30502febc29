"""Environments whose names run into the names of another one's stacks. Pure functions.

A stack is called after its environment and what is in it. Clusters, which people name, come last in the names of two
kinds of stacks: ``acme-cluster-storage`` would be the stack of the cluster ``storage`` of ``acme``, and the storage of
an environment ``acme-cluster``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from emr_platform.problems import Problem
from emr_platform.tenants.file_problems import STACK_NAMES
from emr_platform.tenants.tenants_file import TenantsFile

_BEFORE_A_CLUSTER = ("cluster", "queues")
"""What stands between environment and cluster in the names of stacks."""


def stack_name_problems(file: TenantsFile) -> list[Problem]:
    """Find the environments of a tenants file that may get a stack of the name of another one's.

    Args:
        file: The tenants file.
    """
    found = []
    for row in file.rows.values():
        for other, word in owners(row.name, file.rows):
            message = _message(row.name, other, word)
            problem = row.problem(
                STACK_NAMES, row.mark, message, path=row.path, allowed="another name"
            )
            found.append(replace(problem, subject=None))
    return found


class StackNames:
    """The names of environments of several files; within a file, :func:`stack_name_problems` looks at them."""

    def __init__(self) -> None:
        self._files: dict[str, Path] = {}
        self._taken_for: dict[str, list[tuple[str, str]]] = {}

    def add(self, name: str, file: Path) -> list[Problem]:
        """Add an environment.

        Args:
            name: Its name.
            file: The file that describes it.

        Returns:
            What is wrong with its name, as there are environments in other files that were added before.
        """
        pairs = [(name, other, word, other) for other, word in owners(name, self._files)]
        pairs += [(longer, name, word, longer) for longer, word in self._taken_for.get(name, ())]
        if name not in self._files:
            self._files[name] = file
            for other, word in _beginnings(name):
                self._taken_for.setdefault(other, []).append((name, word))
        return [
            Problem(
                rule_id=STACK_NAMES.id,
                path=("name",),
                message=f"{_message(longer, shorter, word)}; {other} is in {self._files[other]}",
                allowed="another name",
            )
            for longer, shorter, word, other in pairs
            if self._files[other] != file
        ]


def owners(name: str, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Whose stacks those of an environment may be taken for.

    Args:
        name: Name of the environment.
        names: The names of all environments.

    Returns:
        Each such environment, and what its stacks have behind its name: ``acme`` and ``cluster`` for
        ``acme-cluster-two``.
    """
    return (each for each in _beginnings(name) if each[0] in names)


def _beginnings(name: str) -> Iterator[tuple[str, str]]:
    words = name.split("-")
    for position, word in enumerate(words[1:], start=1):
        if word in _BEFORE_A_CLUSTER:
            yield "-".join(words[:position]), word


def _message(longer: str, shorter: str, word: str) -> str:
    return (
        f"stacks of {longer} may have the names of {shorter}'s, which begin with {shorter}-{word}-"
    )
