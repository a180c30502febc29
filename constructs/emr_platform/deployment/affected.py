"""What the difference between two states of a project means to each environment. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from emr_platform.changes.differences import differences
from emr_platform.changes.values import dotted, shown
from emr_platform.deployment.program import Program
from emr_platform.synthesis.inputs import EnvironmentInputs

MOST_REASONS = 8
"""More reasons of one environment are counted, not shown."""


class Verdict(StrEnum):
    """What became of an environment."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class EnvironmentChange:
    """What became of one environment.

    Attributes:
        name: Its name.
        verdict: What became of it.
        reasons: Why it is changed, for people; empty for the other verdicts.
    """

    name: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Affected:
    """What became of all environments.

    Attributes:
        environments: Every environment of either state, by the order of the names.
        program: How the program that makes templates differs, for people. Empty if it is the same; otherwise all
            environments that were there before are changed.
    """

    environments: tuple[EnvironmentChange, ...]
    program: tuple[str, ...]

    def names(self, *verdicts: Verdict) -> tuple[str, ...]:
        """The environments of some verdicts."""
        return tuple(each.name for each in self.environments if each.verdict in verdicts)

    @property
    def to_deploy(self) -> tuple[str, ...]:
        """The environments that a deployment is for: what is changed or added."""
        return self.names(Verdict.CHANGED, Verdict.ADDED)


def compare(
    before: Mapping[str, EnvironmentInputs | None],
    after: Mapping[str, EnvironmentInputs],
    *,
    program_before: Program,
    program_after: Program,
) -> Affected:
    """Compare two states of a project.

    Args:
        before: The inputs of each environment, by its name. None for one that was not valid.
        after: The same of the later state.
        program_before: The program that made its templates.
        program_after: The program that makes them in the later state.

    Returns:
        What became of each environment.
    """
    program = tuple(_program_reasons(program_before, program_after))
    return Affected(
        tuple(_change(name, before, after, program) for name in sorted({*before, *after})), program
    )


def merged(comparisons: Sequence[Affected]) -> Affected:
    """Put comparisons of several earlier states with one later state together.

    Where deployments have failed, nobody knows which of these states an environment is in. It is unchanged only if
    it is the same as in all of them.

    Args:
        comparisons: At least one.

    Returns:
        What became of each environment, in the worst case.
    """
    if len(comparisons) == 1:
        return comparisons[0]
    changes: dict[str, list[EnvironmentChange]] = {}
    for comparison in comparisons:
        for each in comparison.environments:
            changes.setdefault(each.name, []).append(each)
    return Affected(
        tuple(
            _worst(name, found, everywhere=len(found) == len(comparisons))
            for name, found in sorted(changes.items())
        ),
        tuple(dict.fromkeys(reason for each in comparisons for reason in each.program)),
    )


def _worst(
    name: str, changes: Sequence[EnvironmentChange], *, everywhere: bool
) -> EnvironmentChange:
    verdicts = {each.verdict for each in changes}
    if Verdict.REMOVED in verdicts:
        # It is not there now, and was in some of the states.
        return EnvironmentChange(name, Verdict.REMOVED)
    if everywhere and len(verdicts) == 1 and Verdict.CHANGED not in verdicts:
        return changes[0]
    reasons = dict.fromkeys(reason for each in changes for reason in each.reasons)
    if Verdict.ADDED in verdicts:
        reasons["it was not there before, in some of the revisions"] = None
    return EnvironmentChange(name, Verdict.CHANGED, tuple(reasons))


def _change(
    name: str,
    before: Mapping[str, EnvironmentInputs | None],
    after: Mapping[str, EnvironmentInputs],
    program: tuple[str, ...],
) -> EnvironmentChange:
    if name not in after:
        return EnvironmentChange(name, Verdict.REMOVED)
    if name not in before:
        return EnvironmentChange(name, Verdict.ADDED)
    old, new = before[name], after[name]
    reasons = list(program)
    if old is None:
        reasons.append("it was not valid before")
    elif old.digest != new.digest:
        reasons += _reasons(old, new)
    if not reasons:
        return EnvironmentChange(name, Verdict.UNCHANGED)
    return EnvironmentChange(name, Verdict.CHANGED, tuple(reasons))


def _reasons(old: EnvironmentInputs, new: EnvironmentInputs) -> list[str]:
    found = [
        *_places(old.declaration, new.declaration),
        *_places({"tenancy": old.tenancy}, {"tenancy": new.tenancy}),
    ]
    found += [
        f"the content of {name}"
        for name in old.scripts
        if name in new.scripts and old.scripts[name] != new.scripts[name]
    ]
    # Their order is the order in which nodes run them.
    found = found or ["the order of entries, such as bootstrap actions"]
    if len(found) > MOST_REASONS:
        found[MOST_REASONS:] = [f"and {len(found) - MOST_REASONS} more places"]
    return found


def _places(old: Any, new: Any) -> Iterator[str]:
    for each in differences(_said(old), _said(new)):
        before, after = shown(each.path, each.before, each.after)
        left = "(nothing)" if before is None else before
        right = "(nothing)" if after is None else after
        yield f"{dotted(each.path)}: {left} → {right}"


def _said(value: Any) -> Any:
    """A value without what says nothing."""
    if isinstance(value, Mapping):
        return {key: _said(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_said(inner) for inner in value]
    return value


def _program_reasons(before: Program, after: Program) -> Iterator[str]:
    for name in sorted({*before.versions, *after.versions}):
        old, new = before.versions.get(name), after.versions.get(name)
        if old != new:
            yield f"the package {name}: {old or '(nothing)'} → {new or '(nothing)'}"
    files = sorted(
        path
        for path in {*before.files, *after.files}
        if before.files.get(path) != after.files.get(path)
    )
    if len(files) > 1:
        yield f"the program: {files[0]} and {len(files) - 1} more files"
    elif files:
        yield f"the program: {files[0]}"
