"""Compares stacks, and follows what a replacement changes in whatever refers to the resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from emr_platform.changes import causes, exports
from emr_platform.changes.behaviour import (
    INTERRUPTED,
    Effect,
    effect,
    is_custom,
    is_task_list,
    update_behaviour,
)
from emr_platform.changes.causes import Cause, Causes
from emr_platform.changes.differences import MISSING, differences
from emr_platform.changes.elsewhere import is_elsewhere, made_again, note_on_stack
from emr_platform.changes.holdings import (
    Fate,
    fate_when_removed,
    fate_when_replaced,
    holds_something,
    lost_with,
    notes_on_end,
    notes_on_replacement,
    notes_on_resize,
)
from emr_platform.changes.model import (
    Comparison,
    Kind,
    PropertyChange,
    ResourceChange,
    StackChange,
)
from emr_platform.changes.references import Path, Reference, references
from emr_platform.changes.renamed import renamed
from emr_platform.changes.values import dotted, shown
from emr_platform.templates.model import Resource, Source, Stack, TemplateError

_IGNORED = frozenset(("AWS::CDK::Metadata",))
_KINDS = {
    Effect.NONE: Kind.UNCHANGED,
    Effect.UPDATE: Kind.UPDATED,
    Effect.MAY_REPLACE: Kind.MAY_BE_REPLACED,
    Effect.REPLACE: Kind.REPLACED,
}


def compare(
    before: Mapping[str, Stack], after: Mapping[str, Stack], *, allowed: Iterable[str] = ()
) -> Comparison:
    """Say what deploying stacks over others does.

    Args:
        before: What is deployed, by the stack's name.
        after: What is to be deployed, by the stack's name.
        allowed: Logical ids and types of resources that may be replaced or lost.

    Returns:
        What happens to each resource of each stack.
    """
    accepted = frozenset(allowed)
    others = {
        name: before[name]
        for name, stack in after.items()
        if name in before and is_elsewhere(before[name], stack)
    }
    before = {name: stack for name, stack in before.items() if name not in others}
    pairs = {name: (before[name], stack) for name, stack in after.items() if name in before}
    changes, known = _common(pairs)
    stacks = [
        _stack(
            name,
            before.get(name),
            after.get(name),
            changes.get(name, {}),
            others.get(name),
            accepted,
        )
        for name in dict.fromkeys((*after, *before))
    ]
    found = [
        replace(
            stack,
            refusals=tuple(exports.refused(stack.name, pairs, known)),
            notes=(*stack.notes, *exports.in_use_until_later(stack.name, pairs)),
        )
        for stack in stacks
    ]
    return Comparison(tuple(sorted(found, key=lambda stack: stack.severity)))


def matched(before: Source, after: Source) -> tuple[Mapping[str, Stack], Mapping[str, Stack]]:
    """Bring what was read from two places under the same names.

    A single template has no stack name: it is compared with the other template, or with the only
    stack of an assembly.

    Raises:
        TemplateError: It is not clear with which stack of an assembly a template is to be compared.
    """
    if before.is_assembly and after.is_assembly:
        return before.stacks, after.stacks
    for one, other in ((before, after), (after, before)):
        if one.is_assembly and len(one.stacks) > 1:
            raise TemplateError(
                other.place,
                f"is one template, and {one.place} has {len(one.stacks)} stacks; "
                "name the template of one of them",
            )
    [old], [new] = before.stacks.values(), after.stacks.values()
    name = old.name if before.is_assembly else new.name
    return {name: replace(old, name=name)}, {name: replace(new, name=name)}


def _common(
    pairs: Mapping[str, tuple[Stack, Stack]],
) -> tuple[dict[str, dict[str, tuple[PropertyChange, ...]]], Causes]:
    """What changes in the resources that are there before and afterwards, by stack and logical id.

    And why what refers to them changes.

    What is replaced changes what refers to it, which may have to be replaced in turn. So this
    goes round until nothing more changes; effects only ever get worse.
    """
    stacks = {name: _Differences(*pair) for name, pair in pairs.items()}
    known: Causes = {}
    while True:
        changes = {name: stack.changes(known) for name, stack in stacks.items()}
        found = causes.follow(pairs, changes, known)
        if causes.certainty(found) == causes.certainty(known):
            return changes, found
        known = found


class _Differences:
    """What differs between the two templates of a stack, and what may change besides."""

    def __init__(self, before: Stack, after: Stack) -> None:
        self._name = after.name
        self._literal: dict[str, list[tuple[Path, PropertyChange]]] = {}
        self._references: dict[str, dict[Path, list[Reference]]] = {}
        for logical_id, new in after.resources.items():
            old = before.resources.get(logical_id)
            if old is None or old.type != new.type or new.type in _IGNORED:
                continue
            self._literal[logical_id] = list(_literal(old, new))
            by_path = self._references[logical_id] = {}
            for path, reference in references(dict(new.properties)):
                by_path.setdefault(path, []).append(reference)
        self._after = after

    def changes(self, known: Causes) -> dict[str, tuple[PropertyChange, ...]]:
        """What changes, given what is known to change elsewhere."""
        return {
            logical_id: tuple(
                sorted(self._of(logical_id, known), key=lambda change: -change.effect)
            )
            for logical_id in self._literal
        }

    def _of(self, logical_id: str, known: Causes) -> Iterator[PropertyChange]:
        literal = self._literal[logical_id]
        yield from (change for _, change in literal)
        resource = self._after.resources[logical_id]
        told = {path for path, _ in literal}
        for path, used in self._references[logical_id].items():
            cause = causes.worst_cause(known, self._name, used)
            if cause is not None and not any(path[: len(other)] == other for other in told):
                yield _caused(resource.type, path, cause)
        if resource.condition is not None:
            condition = Reference("condition", resource.condition)
            cause = causes.cause_of(known, self._name, condition)
            if cause is not None and "Condition" not in {change.path for _, change in literal}:
                yield PropertyChange(
                    "Condition", None, None, Effect.MAY_REPLACE, f"{cause.text}: it may come or go"
                )


def _literal(old: Resource, new: Resource) -> Iterator[tuple[Path, PropertyChange]]:
    for each in differences(dict(old.properties), dict(new.properties)):
        is_task = is_task_list(new.type, each.path) and MISSING in (each.before, each.after)
        yield (
            each.path,
            PropertyChange(
                dotted(each.path),
                *shown(each.path, each.before, each.after),
                effect(new.type, each.path, each.before, each.after),
                INTERRUPTED if is_task else None,
            ),
        )
    attributes = (
        ("DeletionPolicy", old.deletion_policy, new.deletion_policy, Effect.UPDATE),
        (
            "UpdateReplacePolicy",
            old.update_replace_policy,
            new.update_replace_policy,
            Effect.UPDATE,
        ),
        ("Condition", old.condition, new.condition, Effect.MAY_REPLACE),
    )
    for name, before, after, result in attributes:
        if before != after:
            # No property has such a path: what stands in brackets is an item of a list.
            yield (f"[{name}]",), PropertyChange(name, before, after, result)


def _caused(resource_type: str, path: Path, cause: Cause) -> PropertyChange:
    worst = effect(resource_type, path, None, None)
    if not cause.is_certain:
        worst = min(worst, Effect.MAY_REPLACE)
    return PropertyChange(dotted(path), None, None, worst, cause.text)


def _stack(
    name: str,
    before: Stack | None,
    after: Stack | None,
    common: Mapping[str, tuple[PropertyChange, ...]],
    other: Stack | None,
    allowed: frozenset[str],
) -> StackChange:
    if after is None:
        return StackChange(name, is_new=False, is_left=True, resources=())
    found = [
        _resource(name, logical_id, before, after, common.get(logical_id, ()))
        for logical_id in dict.fromkeys((*after.resources, *(before.resources if before else ())))
        if _type(logical_id, after, before) not in _IGNORED
    ]
    if before is not None:
        found = renamed(found, before, after)
    if other is not None:
        found = [made_again(change, other) for change in found]
    resources = sorted(
        (
            replace(change, is_allowed=bool({change.logical_id, change.type} & allowed))
            for change in found
        ),
        key=lambda change: change.severity,
    )
    return StackChange(
        name,
        is_new=before is None,
        is_left=False,
        resources=tuple(resources),
        notes=tuple(_notes_on_stack(before, after, other)),
    )


def _type(logical_id: str, after: Stack, before: Stack | None) -> str:
    if logical_id in after.resources or before is None:
        return after.resources[logical_id].type
    return before.resources[logical_id].type


def _resource(
    stack: str,
    logical_id: str,
    before: Stack | None,
    after: Stack,
    properties: tuple[PropertyChange, ...],
) -> ResourceChange:
    old = before.resources.get(logical_id) if before else None
    new = after.resources.get(logical_id)
    if new is None and old is not None:
        fate = fate_when_removed(old)
        return ResourceChange(
            stack,
            logical_id,
            old.type,
            Kind.REMOVED,
            old.path,
            fate=fate,
            lost=lost_with(old, fate),
            notes=tuple(notes_on_end(old, fate)),
            stops=holds_something(old) and fate is not Fate.KEPT,
        )
    assert new is not None  # noqa: S101 - one of the two has it
    change = ResourceChange(stack, logical_id, new.type, Kind.ADDED, new.path, properties)
    if old is None:
        return change
    if old.type != new.type:
        note = f"is {old.type} before: CloudFormation refuses to change a type; give it another logical id"
        return replace(change, kind=Kind.REFUSED, notes=(note,), stops=True)
    worst = max((each.effect for each in properties), default=Effect.NONE)
    change = replace(change, kind=_KINDS[worst])
    if worst < Effect.MAY_REPLACE:
        return replace(change, notes=tuple(_notes_on_update(old, new, properties)))
    fate = fate_when_replaced(old, new)
    return replace(
        change,
        fate=fate,
        lost=lost_with(old, fate),
        notes=(
            *_notes_on_update(old, new, properties),
            *notes_on_end(old, fate),
            *notes_on_replacement(old, new),
            *_notes_on_name(old, new),
        ),
        stops=True,
    )


def _notes_on_update(
    old: Resource, resource: Resource, properties: tuple[PropertyChange, ...]
) -> Iterator[str]:
    if not properties:
        return
    yield from notes_on_resize(old, resource)
    if is_custom(resource.type):
        yield "a function of the app decides what becomes of it"
    elif update_behaviour(resource.type) is None:
        yield "no schema of this type is known, so it may be replaced or not"
    elif resource.type == "AWS::CloudFormation::Stack":
        yield "a nested stack: what changes in it is not shown here; compare its template"


def _notes_on_name(old: Resource, new: Resource) -> Iterator[str]:
    """Two resources cannot have one name at a time, and the new one is made first."""
    behaviour = update_behaviour(new.type)
    if behaviour is None or not behaviour.name or behaviour.deleted_first:
        return
    name = new.properties.get(behaviour.name)
    if isinstance(name, str) and old.properties.get(behaviour.name) == name:
        yield (
            f"CloudFormation refuses to replace it while its {behaviour.name} stays {name}; "
            "change the name, or leave it out"
        )


def _notes_on_stack(before: Stack | None, after: Stack, other: Stack | None) -> Iterator[str]:
    if other is not None:
        yield note_on_stack(other)
    if before is None:
        return
    if before.account is not None and after.account is None:
        yield (
            f"it is in the account {before.account}, and no account is said any more: in any other one "
            "it would be new, and that one would stay"
        )
    protected = (before.termination_protection, after.termination_protection)
    if None not in protected and protected[0] != protected[1]:
        yield f"termination protection of the stack is turned {'on' if protected[1] else 'off'}"
