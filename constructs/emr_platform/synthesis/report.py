"""What became of a synthesis, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from emr_platform.environment.files import in_few_words
from emr_platform.problems import InvalidSpecError, visible
from emr_platform.reports.report import counted, listed
from emr_platform.synthesis.synthesize import Outcome, Result


def as_text(result: Result) -> str:
    """What people want to know: what was warned of, what failed and why, and how many of what."""
    return "".join(f"{line}\n" for line in _lines(result))


def as_data(result: Result) -> dict[str, Any]:
    """Everything, as plain data."""
    return {
        "environments": [
            {
                "name": outcome.name,
                "status": outcome.status,
                "assembly": str(outcome.assembly),
                "seconds": round(outcome.seconds, 3),
                "problem": _reason(outcome),
                "warnings": _warnings(outcome),
            }
            for outcome in result.outcomes
        ],
        "removed": list(result.removed),
        "seconds": round(result.seconds, 3),
        **counts(result.outcomes),
    }


def counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many outcomes there are of each kind."""
    found = Counter(outcome.status for outcome in outcomes)
    return {status: found[status] for status in ("synthesized", "unchanged", "failed")}


def duration(seconds: float) -> str:
    """A duration as people say it: ``2.4 s``, ``3 min 20 s``, ``1 h 5 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _lines(result: Result) -> Iterator[str]:
    made, failed = result.with_status("synthesized"), result.with_status("failed")
    problems = in_few_words(problem for outcome in (*made, *failed) for problem in outcome.problems)
    yield from map(str, (problem for problem in problems if problem.acknowledged is None))
    for outcome in made:
        yield from (f"{outcome.name}: {_safe(warning)}" for warning in outcome.warnings)
    failures: dict[str, list[str]] = {}
    for outcome in failed:
        failures.setdefault(outcome.problem or "", []).append(outcome.name)
    for problem, names in sorted(failures.items()):
        yield f"{listed(names)} failed"
        yield from (f"  {line}" for line in _safe(problem).splitlines())
    for name in result.removed:
        yield f"{name}: removed, as there is no such environment any more"
    unseen = sum(len(_warnings(outcome)) for outcome in result.with_status("unchanged"))
    if unseen:
        yield (
            f"{counted(unseen, 'warning')} of unchanged environments: --format json has them, "
            "and emr-platform validate those of the files"
        )
    if not result.is_settled:
        yield "The program was changed meanwhile: what was synthesized will be synthesized again."
    parts = [f"{count} {status}" for status, count in counts(result.outcomes).items() if count]
    total = counted(len(result.outcomes), "environment")
    yield f"{total}: {', '.join(parts)}, in {duration(result.seconds)}"


def _reason(outcome: Outcome) -> str | None:
    if outcome.status != "failed":
        return None
    return outcome.problem or str(InvalidSpecError(outcome.problems))


def _warnings(outcome: Outcome) -> list[str]:
    found = [str(problem) for problem in outcome.problems if problem.is_warning]
    return [*found, *outcome.warnings]


def _safe(text: str) -> str:
    """Text without what a terminal would obey."""
    return "\n".join(visible(line) for line in text.splitlines())
