"""What a report is made of, whatever it is written as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from emr_platform.problems import Problem

_MOST_NAMES = 4


@dataclass(frozen=True)
class Report:
    """What came out of checking some files.

    Attributes:
        kind: What the files are, in one word: ``file``, ``template``.
        files: The files, in the order in which they were checked.
        problems: All errors and warnings, also acknowledged ones, file by file.
        unreadable: Identifiers of problems that mean that a file could not be checked at all.
        show_acknowledged: Whether people want to see acknowledged warnings too, not only how many.
    """

    kind: str
    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    unreadable: frozenset[str] = frozenset()
    show_acknowledged: bool = False

    @cached_property
    def errors(self) -> tuple[Problem, ...]:
        """What must be corrected."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @cached_property
    def warnings(self) -> tuple[Problem, ...]:
        """What is legal but unwise, and not acknowledged."""
        return tuple(problem for problem in self.problems if problem.is_warning)

    @cached_property
    def acknowledged(self) -> tuple[Problem, ...]:
        """Warnings that were acknowledged: they fail no check, and are shown on demand."""
        return tuple(problem for problem in self.problems if problem.acknowledged is not None)

    def exit_status(self, *, strict: bool = False) -> int:
        """How a check ends, for pipelines.

        Args:
            strict: Whether warnings count as errors.

        Returns:
            0 if all is well, 1 if there are errors, 2 if a file could not be read.
        """
        if any(problem.rule_id in self.unreadable for problem in self.problems):
            return 2
        return 1 if self.errors or (strict and self.warnings) else 0

    @property
    def summary(self) -> str:
        """The outcome in one line: ``2 files: 1 error, 3 warnings; 2 warnings acknowledged``."""
        found = [
            counted(len(problems), what)
            for problems, what in ((self.errors, "error"), (self.warnings, "warning"))
            if problems
        ]
        acknowledged = (
            f"; {counted(len(self.acknowledged), 'warning')} acknowledged"
            if self.acknowledged
            else ""
        )
        outcome = ", ".join(found) or "no problems"
        return f"{counted(len(self.files), self.kind)}: {outcome}{acknowledged}"


def counted(number: int, what: str) -> str:
    """A number of things: ``1 error``, ``2 errors``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def listed(names: Sequence[str]) -> str:
    """Names for people: all of them, or the first few and how many others there are."""
    if len(names) <= _MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[: _MOST_NAMES - 1])} and {len(names) - _MOST_NAMES + 1} others"
