"""Writes what was found about isolation, for people and for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from emr_platform.isolation.facts import Access
from emr_platform.isolation.model import Finding, Gap, Isolation, Reason
from emr_platform.isolation.policies import Source
from emr_platform.problems import dotted, visible
from emr_platform.reports.report import counted
from emr_platform.templates.model import Stack
from emr_platform.templates.positions import Positions, positions

MOST_ENVIRONMENTS: Final = 12
"""Of more, the summary shows those pairs only that are not apart."""

MOST_NAMES: Final = 6
"""More resources of one environment, and more actions, are counted."""

_VERBS: Final = {
    Access.READ: "may read",
    Access.WRITE: "may write or change",
    Access.DECRYPT: "may decrypt with",
    Access.ASSUME: "may assume",
    Access.HAND_ON: "may pass on",
    Access.CONNECT: "may connect to",
    Access.USE: "depends on",
}

Locate = Callable[[Source], str]


def locator(stacks: Iterable[Stack]) -> Locate:
    """A function that says where something stands: ``FILE:LINE``.

    Args:
        stacks: The stacks that were looked at.
    """
    texts = {stack.place: stack.text for stack in stacks}
    known: dict[str, Positions] = {}

    def locate(source: Source) -> str:
        if source.name:
            return ""
        if source.file not in known:
            known[source.file] = positions(texts.get(source.file) or "{}")
        return f"{source.file}:{known[source.file].find(source.path).value.line}"

    return locate


def as_text(isolation: Isolation, locate: Locate) -> str:
    """What was found, as people read it in a terminal.

    Args:
        isolation: What was found.
        locate: Says where something stands.
    """
    lines: list[str] = []
    for finding in isolation.open_findings:
        lines += [*_finding(finding, locate), ""]
    for gap in isolation.open_gaps:
        lines += [
            f"cannot be judged: {gap.message}",
            f"  at {_place(Reason('', gap.source), locate)}",
            f"  to accept it: --accept '{gap.id}=REASON'",
            "",
        ]
    lines += _accepted(isolation)
    lines += _matrix(isolation)
    lines += _summary(isolation)
    return "\n".join(visible(line) for line in lines) + "\n"


def as_data(isolation: Isolation, locate: Locate) -> dict[str, Any]:
    """What was found, as plain data for JSON.

    Args:
        isolation: What was found.
        locate: Says where something stands.
    """
    return {
        "apart": isolation.are_apart,
        "environments": list(isolation.environments),
        "pairs": [
            {
                "from": one,
                "to": other,
                "findings": [each.id for each in isolation.between(one, other)],
            }
            for one in isolation.environments
            for other in isolation.environments
            if one != other
        ],
        "findings": [
            {
                "id": each.id,
                "environment": each.environment,
                "who": each.who,
                "access": each.access.value,
                "service": each.service,
                "actions": list(each.actions),
                "targets": {name: list(targets) for name, targets in each.targets.items()},
                "because": [_reason(reason, locate) for reason in each.reasons],
                "not_stopped_by": [_reason(reason, locate) for reason in each.not_stopping],
                "accepted": each.accepted,
                "documented": each.documented,
            }
            for each in isolation.findings
        ],
        "not_judged": [
            {
                "id": each.id,
                "environment": each.environment,
                "message": each.message,
                "place": locate(each.source),
                "accepted": each.accepted,
            }
            for each in isolation.gaps
        ],
        "not_looked_at": dict(isolation.not_looked_at),
        "accepted_in_vain": list(isolation.unused),
    }


def _reason(reason: Reason, locate: Locate) -> dict[str, str | None]:
    return {"text": reason.text or None, "place": locate(reason.source) or None}


def _finding(finding: Finding, locate: Locate) -> Iterator[str]:
    what = "by network" if finding.service == "network" else finding.service
    yield f"NOT APART: {finding.who} {_VERBS[finding.access]} things of {_several(finding.targets)}: {what}"
    yield f"  what: {_several(finding.actions)}"
    for environment, names in finding.targets.items():
        yield f"  of {environment}: {_several(names)}"
    for reason in finding.reasons:
        yield f"  because of {_place(reason, locate)}"
    for reason in finding.not_stopping:
        yield f"  not stopped by {locate(reason.source) or reason.source.name}, which {reason.text}"
    yield f"  to accept it: --accept '{finding.id}=REASON'"


def _place(reason: Reason, locate: Locate) -> str:
    place = locate(reason.source)
    if not place:
        return reason.text
    where = dotted(reason.source.path[1:])
    return f"{place} ({where}{', ' + reason.text if reason.text else ''})"


def _accepted(isolation: Isolation) -> Iterator[str]:
    by_reason: dict[tuple[bool, str], list[Finding | Gap]] = {}
    every: list[Finding | Gap] = [*isolation.findings, *isolation.gaps]
    for each in every:
        if each.accepted is not None:
            is_ours = isinstance(each, Finding) and each.documented
            by_reason.setdefault((is_ours, each.accepted), []).append(each)
    for (is_ours, reason), found in by_reason.items():
        yield f"{'By design of AWS' if is_ours else 'Accepted'}: {reason}"
        for each in found:
            others = f" → {', '.join(each.targets)}" if isinstance(each, Finding) else ""
            yield f"  {each.id}{others}"
        yield ""


def _matrix(isolation: Isolation) -> Iterator[str]:
    names = isolation.environments
    if len(names) < 2:
        return
    counts = {
        (one, other): sum(
            other in each.targets for each in isolation.open_findings if each.environment == one
        )
        for one in names
        for other in names
    }
    if len(names) > MOST_ENVIRONMENTS:
        for (one, other), count in counts.items():
            if count:
                yield f"{one} → {other}: {count}"
        return
    widths = [max(len(name), len("apart")) for name in names]
    corner = "from, to"
    first = max(len(corner), *(len(name) for name in names))
    head = "  ".join(name.rjust(width) for name, width in zip(names, widths, strict=True))
    yield f"{corner.ljust(first)}  {head}"
    for one in names:
        cells = (
            ("-" if one == other else str(counts[one, other] or "apart")).rjust(width)
            for other, width in zip(names, widths, strict=True)
        )
        yield f"{one.ljust(first)}  {'  '.join(cells)}"
    yield ""


def _summary(isolation: Isolation) -> Iterator[str]:
    if isolation.not_looked_at:
        types = ", ".join(f"{name} ({count})" for name, count in isolation.not_looked_at.items())
        yield f"Not looked at: {types}"
    for id in isolation.unused:
        yield f"Accepted, but not there: {id}"
    if len(isolation.environments) < 2:
        name = isolation.environments[0] if isolation.environments else "none"
        yield f"There is one environment only: {name}"
        return
    findings, gaps = isolation.open_findings, isolation.open_gaps
    accepted = len(isolation.findings) + len(isolation.gaps) - len(findings) - len(gaps)
    besides = f" ({accepted} accepted)" if accepted else ""
    if isolation.are_apart:
        yield f"{len(isolation.environments)} environments are apart{besides}"
        return
    pairs = {(each.environment, other) for each in findings for other in each.targets}
    every = len(isolation.environments) * (len(isolation.environments) - 1)
    yield (
        f"{len(pairs)} of {every} pairs of environments are not apart: "
        f"{counted(len(findings), 'finding')}, {len(gaps)} that cannot be judged{besides}"
    )


def _several(names: Iterable[str]) -> str:
    every = list(names)
    shown = ", ".join(every[:MOST_NAMES])
    return f"{shown} and {len(every) - MOST_NAMES} more" if len(every) > MOST_NAMES else shown
