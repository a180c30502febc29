"""Which warnings an acknowledgement silences, and what is wrong with one. Pure functions."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from emr_platform.problems import Path, Problem, Severity
from emr_platform.rule import Finding, RuleBook

ACKNOWLEDGEMENT_RULES: RuleBook[Acknowledgement] = RuleBook()

# Acknowledgements of the CDK are the example: a warning's id and a reason, for a scope.
_ACKNOWLEDGE = "https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.Annotations.html"
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of a spec for which warnings are acknowledged.

    Attributes:
        path: The keys that lead to the part; empty for all of it.
        reasons: Why warnings do not matter there, by the id of their rule.
        is_shared: Whether the same holds for other specs too, so that this one need not have need
            of all of it; what stands there was checked elsewhere.
    """

    path: Path
    reasons: Mapping[str, str]
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One entry of ``acknowledge``.

    Attributes:
        path: The keys that lead to it.
        rule_id: The rule whose warnings it is about, as it was written.
        is_unneeded: Whether it is known that it silences nothing.
        severities: The severity of every rule that there is, by its id.
    """

    path: Path
    rule_id: str
    is_unneeded: bool
    severities: Mapping[str, Severity] = field(repr=False)


@ACKNOWLEDGEMENT_RULES.rule(
    "EMR-ACKNOWLEDGE-001",
    what="The rule whose warnings are acknowledged exists.",
    why="A misspelled id silences nothing, and its reason would answer nobody.",
    source=_ACKNOWLEDGE,
)
def rule_exists(acknowledgement: Acknowledgement) -> Iterator[Finding]:
    """The id is among those of the rules."""
    rule_id, severities = acknowledgement.rule_id, acknowledgement.severities
    if rule_id not in severities:
        warnings = [id for id, severity in severities.items() if severity == "warning"]
        nearest = difflib.get_close_matches(rule_id.upper(), warnings, n=_NEAREST, cutoff=0.75)
        yield Finding(
            acknowledgement.path,
            f"there is no rule {rule_id}",
            ", ".join(nearest) or "the id of a warning, as the warning itself shows it",
        )


@ACKNOWLEDGEMENT_RULES.rule(
    "EMR-ACKNOWLEDGE-002",
    what="Only warnings are acknowledged.",
    why="AWS refuses what is an error, whatever the reason for it.",
    source=_ACKNOWLEDGE,
)
def rule_warns(acknowledgement: Acknowledgement) -> Iterator[Finding]:
    """The rule is not that of an error."""
    if acknowledgement.severities.get(acknowledgement.rule_id) == "error":
        yield Finding(
            acknowledgement.path,
            f"{acknowledgement.rule_id} is an error, and errors cannot be acknowledged",
            "the id of a warning",
        )


@ACKNOWLEDGEMENT_RULES.rule(
    "EMR-ACKNOWLEDGE-003",
    what="What is acknowledged is there.",
    why="An answer that outlives its question silences the next warning of the kind, unseen.",
    source=_ACKNOWLEDGE,
    severity="warning",
)
def warning_exists(acknowledgement: Acknowledgement) -> Iterator[Finding]:
    """A warning of the rule in the part that the acknowledgement is for."""
    if acknowledgement.is_unneeded:
        yield Finding(
            acknowledgement.path,
            f"there is no warning {acknowledgement.rule_id} here to acknowledge",
            "no such key",
        )


UNNEEDED = ACKNOWLEDGEMENT_RULES.rules[-1].id


def with_acknowledgements(
    problems: Iterable[Problem],
    scopes: Sequence[Scope],
    *,
    severities: Mapping[str, Severity],
    asked: Collection[str],
) -> list[Problem]:
    """Enter into problems which of them are acknowledged, and add what is wrong with that.

    Args:
        problems: What rules found. Errors stay as they are.
        scopes: The acknowledgements. Of several for a warning, that of the smallest part counts.
        severities: The severity of every rule that there is, by its id.
        asked: The rules that looked at all that there is. Without a warning of one of these its
            acknowledgement is not needed; of others that cannot be said.

    Returns:
        The same problems, and those of the acknowledgements themselves.
    """
    if not any(scope.reasons for scope in scopes):
        return list(problems)
    reader = _Reader(scopes)
    marked = [reader.marked(problem) for problem in problems]
    # Last what acknowledges that acknowledgements are not needed.
    for last in (False, True):
        for scope in scopes:
            for rule_id in scope.reasons:
                if not scope.is_shared and (rule_id == UNNEEDED) is last:
                    known = severities.get(rule_id) == "warning"
                    acknowledgement = Acknowledgement(
                        (*scope.path, "acknowledge", rule_id),
                        rule_id,
                        known and rule_id in asked and (scope.path, rule_id) not in reader.used,
                        severities,
                    )
                    found = ACKNOWLEDGEMENT_RULES.problems(acknowledgement)
                    marked += found if last else [reader.marked(problem) for problem in found]
    return marked


class _Reader:
    """Finds the reason for a warning, and notes which reasons were of use."""

    def __init__(self, scopes: Sequence[Scope]) -> None:
        self.used: set[tuple[Path, str]] = set()
        self._smallest_first = sorted(scopes, key=lambda scope: -len(scope.path))

    def marked(self, problem: Problem) -> Problem:
        if problem.severity == "warning":
            for scope in self._smallest_first:
                reason = scope.reasons.get(problem.rule_id)
                if reason is not None and problem.path[: len(scope.path)] == scope.path:
                    self.used.add((scope.path, problem.rule_id))
                    return replace(problem, acknowledged=reason)
        return problem
