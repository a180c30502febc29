"""What the import did with every value of the cluster file, in words."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from emr_platform.problems import Location, Path, dotted

NoteKind = Literal["changed", "added", "check", "moved", "left_out"]

HEADINGS: dict[NoteKind, str] = {
    "changed": "Changed",
    "added": "Added, because the cluster file does not say it",
    "check": "To be checked by you",
    "moved": "Taken over under another name",
    "left_out": "Not carried over",
}
"""The parts of a report, in their order."""

_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that the import did or found.

    Attributes:
        kind: Which part of the report it belongs to.
        where: What it is about: a path of the cluster file, or of the environment if it was added.
        what: What was found and what became of it, or the value that was added.
        why: The reason, in whole sentences; empty where there is nothing to explain.
        location: The place in the cluster file; None for what was added.
    """

    kind: NoteKind
    where: Path
    what: str
    why: str = ""
    location: Location | None = None

    def lines(self) -> list[str]:
        """The note as lines of a report."""
        place = f"{self.location}  " if self.location else ""
        lines = [f"  {place}{dotted(self.where)}{self.what}"]
        if self.why:
            lines += textwrap.wrap(
                self.why,
                _WIDTH,
                initial_indent=" " * 6,
                subsequent_indent=" " * 6,
                break_long_words=False,
                break_on_hyphens=False,
            )
        return lines


def render(notes: Sequence[Note], *, title: str) -> str:
    """Write the report.

    Args:
        notes: All notes.
        title: The first line.

    Returns:
        The report: a part for each kind of note, in the order of the cluster file.
    """
    lines = [title]
    for kind, heading in HEADINGS.items():
        chosen = sorted((note for note in notes if note.kind == kind), key=_place)
        if chosen:
            lines += ["", f"{heading}:"]
            for note in chosen:
                lines += note.lines()
    return "\n".join(lines) + "\n"


def _place(note: Note) -> tuple[int, int]:
    return (note.location.line, note.location.column) if note.location else (0, 0)
