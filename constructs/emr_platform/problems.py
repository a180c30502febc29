"""A problem of an environment: where it is, what was found, what is allowed, what AWS would say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Path = tuple[str | int, ...]
"""The keys and list positions that lead to a value, e.g. ``("clusters", "etl", "steps", 0)``."""

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file. Lines and columns count from 1, as editors do."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or worth a second look.

    Attributes:
        rule_id: Which rule found it, e.g. ``EMR-SCALING-003``.
        path: The keys that lead to the value.
        message: What was found.
        allowed: What would be accepted, or None where the message says it all.
        aws_answer: The words in which AWS would refuse it, where they are known.
        severity: ``error`` stops the synthesis, ``warning`` does not.
        location: The place in the file; None for a spec that was made in Python.
        acknowledged: Why a warning does not matter, in the words of whoever acknowledged it; None
            for errors, and for warnings that nobody has answered.
        subject: Which environments it is about, where a file or template makes several; None otherwise.
    """

    rule_id: str
    path: Path
    message: str
    allowed: str | None = None
    aws_answer: str | None = None
    severity: Severity = "error"
    location: Location | None = None
    acknowledged: str | None = None
    subject: str | None = None

    @property
    def is_warning(self) -> bool:
        """Whether it is a warning that nobody has acknowledged."""
        return self.severity == "warning" and self.acknowledged is None

    def under(self, prefix: Path) -> Problem:
        """The same problem, seen from a part of the environment ``prefix`` further out."""
        return replace(self, path=prefix + self.path)

    def at(self, location: Location) -> Problem:
        """The same problem, with its place in a file."""
        return replace(self, location=location)

    def __str__(self) -> str:
        place = f"{self.location}  " if self.location else ""
        where = dotted(self.path)
        kind = "" if self.severity == "error" else f"  {self.severity}"
        about = f"{self.subject}: " if self.subject else ""
        lines = [
            f"{place}{where + '  ' if where else ''}{self.rule_id}{kind}",
            f"  {about}{self.message}",
        ]
        if self.allowed:
            lines.append(f"  allowed: {self.allowed}")
        if self.aws_answer:
            lines.append(f'  AWS would answer: "{self.aws_answer}"')
        if self.acknowledged:
            lines.append(f"  acknowledged: {self.acknowledged}")
        return "\n".join(visible(line) for line in lines)


def visible(text: str) -> str:
    """Escape what a terminal would obey or hide, so that what a file says cannot forge a report."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


_PLAIN_KEY = re.compile(r"[\w-]+")


def dotted(path: Path) -> str:
    """Write a path as people read it: ``clusters.etl.steps[0].name``.

    Keys with dots, spaces and the like are set in brackets: ``core-site["fs.s3.maxRetries"]``.
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text


def in_file_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort problems by where they stand in their file, then by path and rule."""

    def key(problem: Problem) -> tuple[str, int, int, str, str]:
        place = problem.location or Location("", 0, 0)
        return (place.file, place.line, place.column, dotted(problem.path), problem.rule_id)

    return sorted(problems, key=key)


class InvalidSpecError(ValueError):
    """A spec that AWS would refuse. The message lists every problem that is not acknowledged.

    Attributes:
        problems: All problems, errors and warnings, in the order of the file.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "\n".join(str(each) for each in self.problems if each.acknowledged is None)
        )
