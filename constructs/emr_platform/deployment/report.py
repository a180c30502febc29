"""Writes waves, and what a change means to environments: for people, for programs, and for GitHub Actions."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from emr_platform.deployment.affected import Affected, Verdict
from emr_platform.deployment.waves import Wave
from emr_platform.problems import visible
from emr_platform.reports.report import counted

MOST_ROWS = 50
"""More environments are counted in a comment on a pull request, which has 65536 characters at most."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|~#@])")


def waves_as_text(waves: Sequence[Wave]) -> str:
    """Waves as people read them in a terminal."""
    width = max((len(wave.name) for wave in waves), default=0)
    lines = [
        f"  {number}  {wave.name:<{width}}  {', '.join(wave.environments)}"
        for number, wave in enumerate(waves, start=1)
    ]
    return "\n".join(visible(line) for line in ["waves", *lines]) + "\n" if waves else ""


def waves_as_data(waves: Sequence[Wave]) -> list[dict[str, Any]]:
    """Waves as plain data, for JSON."""
    return [
        {"name": wave.name, "group": wave.group, "environments": list(wave.environments)}
        for wave in waves
    ]


def waves_for_github(waves: Sequence[Wave]) -> str:
    """Waves as outputs of a step of GitHub Actions, a line each.

    https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
    """
    names = [name for wave in waves for name in wave.environments]
    return f"waves={_compact(waves_as_data(waves))}\nenvironments={','.join(names)}\n"


def affected_as_text(affected: Affected, waves: Sequence[Wave]) -> str:
    """What a change means to environments, as people read it in a terminal."""
    lines = [f"all environments: {reason}" for reason in affected.program]
    lines += [""] if lines else []
    for change in affected.environments:
        if change.verdict is Verdict.UNCHANGED:
            continue
        note = ": its stacks stay until somebody deletes them"
        removed = change.verdict is Verdict.REMOVED
        lines.append(f"{change.name}  {change.verdict}{note if removed else ''}")
        lines += [f"  {reason}" for reason in change.reasons if reason not in affected.program]
    if any(lines):
        lines.append("")
    text = "\n".join(visible(line) for line in lines)
    text += "\n" if lines else ""
    text += waves_as_text(waves)
    return f"{text}\n{_summary(affected)}\n" if text else f"{_summary(affected)}\n"


def affected_as_data(affected: Affected, waves: Sequence[Wave]) -> dict[str, Any]:
    """What a change means to environments, as plain data for JSON."""
    return {
        "program": list(affected.program),
        "environments": [
            {"name": each.name, "verdict": each.verdict.value, "reasons": list(each.reasons)}
            for each in affected.environments
        ],
        "waves": waves_as_data(waves),
    }


def affected_for_github(affected: Affected, waves: Sequence[Wave]) -> str:
    """What a change means to environments, as outputs of a step of GitHub Actions, a line each."""
    verdicts = (Verdict.ADDED, Verdict.CHANGED, Verdict.REMOVED)
    lines = [f"{verdict}={','.join(affected.names(verdict))}\n" for verdict in verdicts]
    return waves_for_github(waves) + "".join(lines)


def affected_as_markdown(affected: Affected, waves: Sequence[Wave]) -> str:
    """What a change means to environments, as a part of a comment on a pull request."""
    lines = [f"### {_summary(affected)}", ""]
    lines += [f"- all environments: {_escaped(reason)}" for reason in affected.program]
    told = [each for each in affected.environments if each.verdict is not Verdict.UNCHANGED]
    wave_of = {name: wave.name for wave in waves for name in wave.environments}
    if told:
        lines += ["", "| Environment | | Wave | Why |", "| --- | --- | --- | --- |"]
    for change in told[:MOST_ROWS]:
        own = [reason for reason in change.reasons if reason not in affected.program]
        if change.verdict is Verdict.REMOVED:
            own = ["its stacks stay until somebody deletes them"]
        reasons = "<br>".join(_escaped(reason) for reason in own)
        wave = wave_of.get(change.name, "")
        lines.append(f"| {_escaped(change.name)} | {change.verdict} | {wave} | {reasons} |")
    if len(told) > MOST_ROWS:
        lines += ["", f"And {counted(len(told) - MOST_ROWS, 'more environment')}."]
    return "\n".join(visible(line) for line in lines) + "\n"


def _summary(affected: Affected) -> str:
    counts = ", ".join(f"{len(affected.names(verdict))} {verdict}" for verdict in Verdict)
    return f"Environments: {counts}"


def _compact(content: Any) -> str:
    return json.dumps(content, separators=(",", ":"))


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
