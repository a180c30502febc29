"""What a rule is: a small pure function, with the words that explain it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from emr_platform.problems import Path, Problem, Severity

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule's function found.

    Attributes:
        path: The keys that lead to the value at fault, from the spec that the rule was given.
        message: What was found there.
        allowed: What would be accepted.
        aws_answer: The words in which AWS would refuse just this, where they differ from case to
            case. Default: those of the rule.
    """

    path: Path
    message: str
    allowed: str | None = None
    aws_answer: str | None = None


def listed_twice(path: Path, items: Iterable[Hashable]) -> Iterator[Finding]:
    """Find the items of a list that stand further ahead in it already.

    Args:
        path: The keys that lead to the list.
        items: The list.
    """
    seen = set()
    for position, item in enumerate(items):
        if item in seen:
            yield Finding((*path, position), f"{item} is in the list already", "each one once")
        seen.add(item)


@dataclass(frozen=True, slots=True)
class Rule(Generic[S]):
    """One thing that AWS refuses, or that costs people dearly.

    Attributes:
        id: Stable identifier, ``EMR-<SUBJECT>-<NUMBER>``.
        what: What must hold, in one sentence.
        why: What happens otherwise, in one sentence.
        source: The AWS document that says so.
        check: The pure function that finds violations in a spec.
        severity: ``error`` for what AWS refuses, ``warning`` for what is legal but unwise.
        aws_answer: The words in which AWS refuses it, where they are known.
    """

    id: str
    what: str
    why: str
    source: str
    check: Callable[[S], Iterable[Finding]]
    severity: Severity = "error"
    aws_answer: str | None = None

    def problems(self, spec: S) -> Iterator[Problem]:
        """Run the rule on a spec and turn its findings into problems."""
        return map(self.problem, self.check(spec))

    def problem(self, finding: Finding) -> Problem:
        """A finding of the rule with the rule's own words."""
        return Problem(
            rule_id=self.id,
            path=finding.path,
            message=finding.message,
            allowed=finding.allowed,
            aws_answer=finding.aws_answer or self.aws_answer,
            severity=self.severity,
        )


class RuleBook(Generic[S]):
    """The rules for one kind of spec, in the order in which they were written."""

    def __init__(self) -> None:
        self._rules: list[Rule[S]] = []

    @property
    def rules(self) -> tuple[Rule[S], ...]:
        """All rules of the book."""
        return tuple(self._rules)

    def rule(
        self,
        id: str,
        *,
        what: str,
        why: str,
        source: str,
        severity: Severity = "error",
        aws_answer: str | None = None,
    ) -> Callable[[Callable[[S], Iterable[Finding]]], Callable[[S], Iterable[Finding]]]:
        """Enter the decorated function into the book; see :class:`Rule` for the arguments.

        Raises:
            ValueError: The book has a rule of this id already.
        """

        def enter(check: Callable[[S], Iterable[Finding]]) -> Callable[[S], Iterable[Finding]]:
            if any(known.id == id for known in self._rules):
                raise ValueError(f"rule {id} exists already")
            self._rules.append(Rule(id, what, why, source, check, severity, aws_answer))
            return check

        return enter

    def problems(self, spec: S) -> list[Problem]:
        """Every problem that the book's rules find in a spec."""
        return problems_of(self._rules, spec)


def problems_of(rules: Iterable[Rule[S]], spec: S) -> list[Problem]:
    """Every problem that some rules find in a spec."""
    return [rule.problem(finding) for rule in rules for finding in rule.check(spec)]
