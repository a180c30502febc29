"""Writes what was found about isolation, for people and for programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from emr_platform.isolation.facts import Access
from emr_platform.isolation.matrix import MOST_NAMES, matrix, several
from emr_platform.isolation.model import Finding, Gap, Isolation, Reason
from emr_platform.isolation.policies import Source
from emr_platform.problems import dotted, visible
from emr_platform.reports.report import counted
from emr_platform.templates.model import Stack
from emr_platform.templates.positions import Positions, positions

_VERBS: Final = {
    Access.READ: "may read",
    Access.WRITE: "may write or change",
    Access.DECRYPT: "may decrypt with",
    Access.ASSUME: "may assume",
    Access.HAND_ON: "may pass on",
    Access.CONNECT: "may connect to",
    Access.USE: "depends on",
}

_BY: Final = {"network": "by network", "template": "by deploying it"}

_Told = TypeVar("_Told", Finding, Gap)

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
    for alike in _alike(isolation, isolation.open_findings):
        lines += [*_finding(alike, locate), ""]
    for gap, *others in _alike(isolation, isolation.open_gaps):
        lines += [
            f"cannot be judged: {gap.message}",
            f"  at {_place(Reason('', gap.source), locate)}",
            *_the_same(others),
            f"  to accept it: --accept '{gap.id}=REASON'",
            "",
        ]
    lines += _accepted(isolation)
    lines += matrix(isolation)
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
        "tiers": {name: isolation.tiers.get(name) or None for name in isolation.environments},
        # Of a thousand environments, there are a million pairs: those without a finding go without saying.
        "pairs": [
            {"from": one, "to": other, "findings": found}
            for (one, other), found in _pairs(isolation).items()
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


def _pairs(isolation: Isolation) -> dict[tuple[str, str], list[str]]:
    """The findings of each pair that has some, by their ids."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in isolation.findings:
        for other in each.targets:
            found.setdefault((each.environment, other), []).append(each.id)
    return found


def _alike(isolation: Isolation, found: Iterable[_Told]) -> list[list[_Told]]:
    """Findings that differ in whose they are only, as those of environments from one template do."""
    groups: dict[tuple[object, ...], list[_Told]] = {}
    for each in found:
        names = isolation.called.get(each.environment, frozenset((each.environment,)))
        pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        id = re.sub(rf"(?<![\w-])({pattern})(?![\w])", "<>", each.id)
        key = (isolation.tiers.get(each.environment), id, getattr(each, "actions", None))
        groups.setdefault(key, []).append(each)
    return list(groups.values())


def _the_same(others: Sequence[Finding | Gap]) -> Iterator[str]:
    if others:
        names = list(dict.fromkeys(each.environment for each in others))
        yield f"  and the same of {several(names)}"


def _finding(alike: Sequence[Finding], locate: Locate) -> Iterator[str]:
    finding, *others = alike
    what = _BY.get(finding.service, finding.service)
    yield f"NOT APART: {finding.who} {_VERBS[finding.access]} things of {several(finding.targets)}: {what}"
    yield f"  what: {several(finding.actions)}"
    for environment, names in islice(finding.targets.items(), MOST_NAMES):
        yield f"  of {environment}: {several(names)}"
    if len(finding.targets) > MOST_NAMES:
        yield f"  of {len(finding.targets) - MOST_NAMES} more"
    for reason in finding.reasons:
        yield f"  because of {_place(reason, locate)}"
    for reason in finding.not_stopping:
        yield f"  not stopped by {locate(reason.source) or reason.source.name}, which {reason.text}"
    yield from _the_same(others)
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
        yield f"{'By design' if is_ours else 'Accepted'}: {reason}"
        findings = [each for each in found if isinstance(each, Finding)]
        for first, *others in _alike(isolation, findings):
            besides = f", and {len(others)} alike" if others else ""
            yield f"  {first.id} → {several(first.targets)}{besides}"
        yield from (f"  {each.id}" for each in found if isinstance(each, Gap))
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
