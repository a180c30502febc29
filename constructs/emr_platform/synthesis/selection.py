"""Which environments are meant: by their names, by patterns of names, and by their tenants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatchcase

from emr_platform.environment import file_problems as kinds
from emr_platform.problems import Problem
from emr_platform.tenants.estate import Estate

_PATTERN = frozenset("*?[")
_MOST_SHOWN = 20


class UnknownNameError(Exception):
    """A name is that of no environment and of no tenant; the message says which are allowed."""


def select(estate: Estate, wanted: Iterable[str]) -> list[str]:
    """Find out which environments are meant.

    Args:
        estate: All environments.
        wanted: Names of environments or tenants, and patterns of environments' names with ``*``, ``?`` and ``[…]``.

    Returns:
        The names of the environments, in their order.

    Raises:
        UnknownNameError: One of them is that of no environment.
    """
    found: set[str] = set()
    for name in wanted:
        is_pattern = bool(_PATTERN & set(name))
        meant = {
            entry.name
            for entry in estate.entries
            if name in (entry.name, entry.tenant) or (is_pattern and fnmatchcase(entry.name, name))
        }
        if not meant:
            raise UnknownNameError(_refusal(estate, name, is_pattern))
        found |= meant
    return sorted(found)


def doubles(estate: Estate) -> dict[str, Problem]:
    """Environments that two places declare, each with what is wrong with that."""
    counts = Counter(entry.name for entry in estate.entries)
    problems = {}
    for name, count in counts.items():
        if count > 1:
            files = dict.fromkeys(str(e.file) for e in estate.entries if e.name == name)
            problems[name] = Problem(
                rule_id=kinds.SAME_NAME.id,
                path=("name",),
                message=f"the environment {name} is described {count} times: in {' and '.join(files)}",
                allowed="another name",
            )
    return problems


def _refusal(estate: Estate, name: str, is_pattern: bool) -> str:
    if is_pattern:
        return f"there is no environment whose name is like {name}"
    names = sorted(
        {entry.name for entry in estate.entries}
        | {entry.tenant for entry in estate.entries if entry.tenant}
    )
    shown = ", ".join(names) if len(names) <= _MOST_SHOWN else "see emr-platform list"
    return f"there is no environment and no tenant named {name}\n  allowed: {shown}"
