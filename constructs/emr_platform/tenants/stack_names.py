"""Environments whose names run into the names of another one's stacks. Pure functions.

A stack is called after its environment and what is in it. Clusters, which people name, come last in the names of two
kinds of stacks: ``acme-cluster-storage`` would be the stack of the cluster ``storage`` of ``acme``, and the storage of
an environment ``acme-cluster``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

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
            message = f"stacks of {row.name} may have the names of {other}'s, which begin with {other}-{word}-"
            problem = row.problem(
                STACK_NAMES, row.mark, message, path=row.path, allowed="another name"
            )
            found.append(replace(problem, subject=None))
    return found


def owners(name: str, names: Collection[str]) -> Iterator[tuple[str, str]]:
    """Whose stacks those of an environment may be taken for.

    Args:
        name: Name of the environment.
        names: The names of all environments.

    Returns:
        Each such environment, and what its stacks have behind its name: ``acme`` and ``cluster`` for
        ``acme-cluster-two``.
    """
    words = name.split("-")
    for position, word in enumerate(words[1:], start=1):
        other = "-".join(words[:position])
        if word in _BEFORE_A_CLUSTER and other in names:
            yield other, word
