"""Stacks that are deployed into another account or region than before: nothing of theirs moves along."""

from __future__ import annotations

from dataclasses import replace

from emr_platform.changes.holdings import Fate, holds_something
from emr_platform.changes.model import Kind, ResourceChange
from emr_platform.templates.model import Stack


def is_elsewhere(before: Stack, after: Stack) -> bool:
    """Whether two stacks of one name are in different accounts or regions, as far as both say."""
    pairs = ((before.account, after.account), (before.region, after.region))
    return any(old is not None and new is not None and old != new for old, new in pairs)


def note_on_stack(other: Stack) -> str:
    """What becomes of the stack of the same name that is somewhere else.

    Args:
        other: The stack.
    """
    return (
        f"the stack of this name in {_place(other)} stays, with all that is in it, "
        "until somebody deletes it"
    )


def made_again(change: ResourceChange, other: Stack) -> ResourceChange:
    """A resource that is new where it is deployed, while that of its name stays where it was.

    Args:
        change: What happens to it, as one that is new.
        other: The stack of the same name in the other account or region.

    Returns:
        The same; as replaced if the other one holds data, which the new one does not have.
    """
    old = other.resources.get(change.logical_id)
    if old is None or old.type != change.type or not holds_something(old):
        return change
    note = f"the old one stays in {_place(other)}; what is in it does not move"
    return replace(
        change, kind=Kind.REPLACED, fate=Fate.KEPT, notes=(*change.notes, note), stops=True
    )


def _place(stack: Stack) -> str:
    words = [stack.region or "another region"]
    if stack.account:
        words.append(f"account {stack.account}")
    return ", ".join(words)
