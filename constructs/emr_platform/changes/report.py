"""Writes a comparison for people, for programs, and for comments on pull requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from emr_platform.changes import behaviour
from emr_platform.changes.behaviour import Effect
from emr_platform.changes.model import (
    Comparison,
    Kind,
    PropertyChange,
    ResourceChange,
    StackChange,
)
from emr_platform.problems import visible

MOST_PLACES = 12
"""More places of one resource are counted, not shown."""

_EFFECTS = {
    Effect.NONE: "",
    Effect.UPDATE: "in place",
    Effect.MAY_REPLACE: "may replace it",
    Effect.REPLACE: "replaces it",
}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|~#@])")


def as_text(comparison: Comparison) -> str:
    """The comparison as people read it in a terminal."""
    lines: list[str] = []
    for stack in _told(comparison):
        lines.append(f"{stack.name}{_state(stack)}")
        lines += [f"  refused: {refusal}" for refusal in stack.refusals]
        lines += [f"  note: {note}" for note in stack.notes]
        for change in _changed(stack):
            lines.append(f"  {_verdict(change)}: {change.type} {change.logical_id}{_where(change)}")
            lines += [f"    {line}" for line in _details(change)]
        lines.append("")
    lines += _summary(comparison)
    return "\n".join(visible(line) for line in lines) + "\n"


def as_markdown(comparison: Comparison) -> str:
    """The comparison as a comment on a pull request."""
    lines = [f"### {_headline(comparison)}", ""]
    for stack in _told(comparison):
        lines += [f"**{_escaped(stack.name)}**{_state(stack)}", ""]
        lines += [f"- **refused**: {_escaped(refusal)}" for refusal in stack.refusals]
        lines += [f"- {_escaped(note)}" for note in stack.notes]
        for change in _changed(stack):
            lines.append(
                f"- **{_verdict(change)}**: {_escaped(change.type)} "
                f"{_code(change.logical_id)}{_escaped(_where(change))}"
            )
            lines += [f"  - {_escaped(line)}" for line in _details(change)]
        lines.append("")
    lines.append(_counts(comparison))
    return "\n".join(visible(line) for line in lines) + "\n"


def as_data(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain data, for JSON. Resources without a change are only counted."""
    return {
        "source": behaviour.source(),
        "stops": bool(comparison.stopping or comparison.refusals),
        "summary": {kind.value: comparison.count(kind) for kind in Kind},
        "stacks": [
            {
                "name": stack.name,
                "is_new": stack.is_new,
                "is_left": stack.is_left,
                "refusals": list(stack.refusals),
                "notes": list(stack.notes),
                "resources": [_resource(change) for change in _changed(stack)],
            }
            for stack in comparison.stacks
        ],
    }


def _resource(change: ResourceChange) -> dict[str, Any]:
    return {
        "logical_id": change.logical_id,
        "type": change.type,
        "path": change.path,
        "kind": change.kind.value,
        "stops": change.stops,
        "is_allowed": change.is_allowed,
        "fate": change.fate.value if change.fate else None,
        "lost": list(change.lost),
        "notes": list(change.notes),
        "properties": [
            {
                "path": each.path,
                "before": each.before,
                "after": each.after,
                "effect": each.effect.name.lower(),
                "because": each.because,
            }
            for each in change.properties
        ],
    }


def _told(comparison: Comparison) -> list[StackChange]:
    return [
        stack
        for stack in comparison.stacks
        if stack.is_left or stack.is_new or stack.notes or stack.refusals or _changed(stack)
    ]


def _changed(stack: StackChange) -> list[ResourceChange]:
    return [change for change in stack.resources if change.kind is not Kind.UNCHANGED]


def _state(stack: StackChange) -> str:
    if stack.is_left:
        return " is not part of this deployment, and stays as it is until somebody deletes it"
    return " is new" if stack.is_new else ""


def _verdict(change: ResourceChange) -> str:
    """What happens to the resource, loudly if it stops a pipeline."""
    verdict = change.kind.value
    if change.kind is Kind.REMOVED and change.fate is not None:
        verdict = f"removed, {change.fate.value}"
    elif change.kind is Kind.UPDATED:
        verdict = "updated in place"
    if not change.stops:
        return verdict
    return f"{verdict}, which is allowed" if change.is_allowed else verdict.upper()


def _where(change: ResourceChange) -> str:
    return f" ({change.path})" if change.path else ""


def _details(change: ResourceChange) -> Iterator[str]:
    for each in change.properties[:MOST_PLACES]:
        yield _place(each, change.kind)
    if len(change.properties) > MOST_PLACES:
        yield f"and {len(change.properties) - MOST_PLACES} more places"
    if change.lost:
        word = "may be lost" if change.kind is Kind.MAY_BE_REPLACED else "lost"
        yield f"{word}: {'; '.join(change.lost)}"
    for note in change.notes:
        yield f"note: {note}"


def _place(each: PropertyChange, kind: Kind) -> str:
    if each.before is None and each.after is None:
        text = f"{each.path}: because {each.because}"
    else:
        old = "(nothing)" if each.before is None else each.before
        new = "(nothing)" if each.after is None else each.after
        text = f"{each.path}: {old} → {new}"
        if each.because:
            text += f"; {each.because}"
    # In a resource that is updated all is in place, which its own line says.
    return text if kind is Kind.UPDATED else f"{text} [{_EFFECTS[each.effect]}]"


def _summary(comparison: Comparison) -> Iterator[str]:
    yield _counts(comparison)
    yield _headline(comparison)


def _headline(comparison: Comparison) -> str:
    kinds = [change.kind for change in comparison.stopping]
    maybe, refused = kinds.count(Kind.MAY_BE_REPLACED), kinds.count(Kind.REFUSED)
    certain, refusals = len(kinds) - maybe - refused, len(comparison.refusals)
    found = []
    if certain:
        found.append(f"{_count(certain, 'resource')} replaced or lost")
    if maybe:
        found.append(f"{_count(maybe, 'resource')} that may be replaced")
    if refused:
        found.append(f"{_count(refused, 'resource')} that CloudFormation refuses")
    if refusals:
        found.append(f"{_count(refusals, 'export')} that cannot change")
    if found:
        return f"This deployment stops here: {', '.join(found)}"
    accepted = any(change.is_allowed and change.stops for change in _all_changes(comparison))
    return f"Nothing {'else ' if accepted else ''}is replaced or lost"


def _all_changes(comparison: Comparison) -> Iterator[ResourceChange]:
    for stack in comparison.stacks:
        yield from stack.resources


def _counts(comparison: Comparison) -> str:
    counts = [f"{comparison.count(kind)} {kind.value}" for kind in Kind if comparison.count(kind)]
    return f"Resources: {', '.join(counts) or 'none'}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _code(text: str) -> str:
    return f"`{text.replace('`', '')}`"
