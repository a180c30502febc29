"""How far a synthesis is: a bar where somebody looks at a terminal, lines elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TextIO

from emr_platform.synthesis.report import counts, duration
from emr_platform.synthesis.synthesize import Progress

Observer = Callable[[Progress], None]


@contextlib.contextmanager
def showing_progress(stream: TextIO) -> Iterator[Observer]:
    """Show progress on a stream as long as the context lasts.

    Args:
        stream: A terminal, or anything else that takes text.

    Yields:
        What is to be called with the progress.
    """
    if not stream.isatty():
        yield _Lines(stream).observe
        return
    # Importing rich takes a tenth of a second, which only a person can want.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rest]}"),
        console=Console(file=stream, highlight=False),
        transient=True,
    )
    with bar:
        task = bar.add_task("Checking", total=None, rest="")

        def observe(progress: Progress) -> None:
            is_known = progress.to_synthesize is not None
            bar.update(
                task,
                description="Synthesizing" if is_known else "Checking",
                total=progress.total,
                completed=len(progress.outcomes),
                rest=_rest(progress),
            )

        yield observe


class _Lines:
    """A line for whatever is worth one: not for what is unchanged."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = 0
        self._is_announced = False

    def observe(self, progress: Progress) -> None:
        if progress.to_synthesize is not None and not self._is_announced:
            self._is_announced = True
            unchanged = sum(outcome.status == "unchanged" for outcome in progress.outcomes)
            self._say(f"{unchanged} unchanged, {progress.to_synthesize} to synthesize")
        for count, outcome in enumerate(progress.outcomes[self._shown :], start=self._shown + 1):
            if outcome.status != "unchanged":
                took = f" in {duration(outcome.seconds)}" if outcome.seconds else ""
                line = f"[{count}/{progress.total}] {outcome.name}: {outcome.status}{took}"
                self._say(f"{line}; {rest}" if (rest := _rest(progress)) else line)
        self._shown = len(progress.outcomes)

    def _say(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()


def _rest(progress: Progress) -> str:
    failed = counts(progress.outcomes)["failed"]
    parts = [f"{failed} failed"] if failed else []
    if progress.seconds_left:
        parts.append(f"about {duration(progress.seconds_left)} left")
    return ", ".join(parts)
