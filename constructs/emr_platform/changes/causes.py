"""What changes because something else does: references, across stacks through exports and imports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from emr_platform.changes.behaviour import Effect, is_custom
from emr_platform.changes.model import PropertyChange
from emr_platform.changes.references import Reference, references
from emr_platform.templates.model import Stack

Pairs = Mapping[str, tuple[Stack, Stack]]
Changes = Mapping[str, Mapping[str, tuple[PropertyChange, ...]]]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why what refers to something changes.

    Attributes:
        text: The reason, as people read it.
        is_certain: Whether it changes, or may change.
    """

    text: str
    is_certain: bool


Causes = Mapping[tuple[str, str, str], Cause]
"""By stack (empty for imports), kind of reference and name. ``attribute`` names every attribute of
a resource, or one, as ``Resource.Attribute``."""

# Attributes that an update in place changes, of types of which others use them.
_VERSIONS = frozenset(("LatestVersionNumber", "DefaultVersionNumber"))


def cause_of(causes: Causes, stack: str, reference: Reference) -> Cause | None:
    """Why what a reference means changes, or None."""
    if reference.kind == "import":
        return causes.get(("", "import", reference.name))
    if reference.kind == "attribute":
        one = causes.get((stack, "attribute", f"{reference.name}.{reference.attribute}"))
        if one is not None:
            return one
    return causes.get((stack, reference.kind, reference.name))


def worst_cause(causes: Causes, stack: str, found: Iterable[Reference]) -> Cause | None:
    """Why what some references mean changes: the first certain reason, or the first one, or None."""
    reasons = [cause_of(causes, stack, reference) for reference in found]
    known = [reason for reason in reasons if reason is not None]
    return next((reason for reason in known if reason.is_certain), known[0] if known else None)


def certainty(causes: Causes) -> dict[tuple[str, str, str], bool]:
    """What changes for certain and what may change, without the reasons."""
    return {subject: cause.is_certain for subject, cause in causes.items()}


def follow(pairs: Pairs, changes: Changes, known: Causes) -> Causes:
    """Everything that changes for those who refer to it.

    Args:
        pairs: The stacks that are there before and afterwards.
        changes: What changes in their resources, as far as it is known.
        known: What was found the last time, for exports of what is itself imported.
    """
    found = {subject: cause for subject, cause in known.items() if subject[1] == "import"}
    for name, (before, after) in pairs.items():
        found.update(_of_template(name, before, after))
        for logical_id, properties in changes[name].items():
            for kind, subject, cause in _of_resource(after, logical_id, properties):
                found[name, kind, subject] = cause
    for name, (before, after) in pairs.items():
        _add_conditions(found, name, after)
        for export, value in after.exports.items():
            if export in before.exports and before.exports[export] != value:
                found["", "import", export] = Cause(
                    f"the export of {name} changes", is_certain=True
                )
                continue
            used = [reference for _, reference in references([value])]
            reason = worst_cause(found, name, used)
            if reason is not None:
                found["", "import", export] = replace(reason, text=_seen_from_outside(reason, name))
    return found


def _seen_from_outside(cause: Cause, stack: str) -> str:
    """The reason with the stack's name before the logical id, once."""
    return cause.text if "/" in cause.text else f"{stack}/{cause.text}"


def _of_template(
    name: str, before: Stack, after: Stack
) -> Iterator[tuple[tuple[str, str, str], Cause]]:
    for parameter, declared in after.parameters.items():
        old = before.parameters.get(parameter)
        if not isinstance(old, dict) or not isinstance(declared, dict):
            continue
        if old.get("Default") != declared.get("Default"):
            text = f"the default of parameter {parameter} changes"
            yield (name, "ref", parameter), Cause(text, is_certain=False)
    for mapping, content in after.mappings.items():
        if mapping in before.mappings and before.mappings[mapping] != content:
            text = f"mapping {mapping} changes"
            yield (name, "mapping", mapping), Cause(text, is_certain=False)
    for condition, rule in after.conditions.items():
        if condition in before.conditions and before.conditions[condition] != rule:
            text = f"condition {condition} changes"
            yield (name, "condition", condition), Cause(text, is_certain=False)


def _add_conditions(found: dict[tuple[str, str, str], Cause], name: str, after: Stack) -> None:
    """Conditions on parameters, mappings and other conditions that change."""
    todo = [key for key in after.conditions if (name, "condition", key) not in found]
    while True:
        caused = {
            condition: cause
            for condition in todo
            if (cause := _cause_of_condition(found, name, after.conditions[condition]))
        }
        if not caused:
            return
        found.update({(name, "condition", key): cause for key, cause in caused.items()})
        todo = [condition for condition in todo if condition not in caused]


def _cause_of_condition(found: Causes, name: str, rule: object) -> Cause | None:
    cause = worst_cause(found, name, [reference for _, reference in references([rule])])
    return replace(cause, is_certain=False) if cause else None


def _of_resource(
    stack: Stack, logical_id: str, properties: tuple[PropertyChange, ...]
) -> Iterator[tuple[str, str, Cause]]:
    worst = max((change.effect for change in properties), default=Effect.NONE)
    if worst >= Effect.MAY_REPLACE:
        is_certain = worst is Effect.REPLACE
        text = f"{logical_id} {'is' if is_certain else 'may be'} replaced"
        for kind in ("ref", "attribute"):
            yield kind, logical_id, Cause(text, is_certain)
    elif worst is Effect.UPDATE and is_custom(stack.resources[logical_id].type):
        yield "attribute", logical_id, Cause(f"{logical_id} is updated", is_certain=False)
    elif worst is Effect.UPDATE:
        for attribute in _VERSIONS:
            cause = Cause(f"{logical_id} gets another version", is_certain=False)
            yield "attribute", f"{logical_id}.{attribute}", cause
