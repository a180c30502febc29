"""Cases that are the same for many: whoever acts, what statements say is all that counts."""

from __future__ import annotations

from typing import Final

from emr_platform.isolation.conditions import ABSENT, Request
from emr_platform.isolation.evaluation import DECIDING
from emr_platform.isolation.parties import Actor, Target
from emr_platform.isolation.policies import Statement
from emr_platform.isolation.requests import allowed_part, tags_of, values_of

_KEYS_OF_ACTORS: Final = ("aws:principal", "kms:calleraccount", "aws:sourcevpc", "aws:userid")


def is_same_for_all(statement: Statement) -> bool:
    """Whether it makes no difference to a statement who acts."""
    texts = (*statement.resources, *(v for each in statement.conditions for v in each.values))
    return not any("${" in text for text in texts) and not any(
        each.key.startswith(_KEYS_OF_ACTORS) for each in statement.conditions
    )


def is_plain(actor: Actor) -> bool:
    """Whether an actor may do just what its statements allow."""
    return actor.boundary is None and all(each.allows for each in actor.statements)


def is_open(target: Target) -> bool:
    """Whether a target leaves it to policies of actors who may do what."""
    if target.type in DECIDING:
        return False
    return all(each.allows for each in target.policy or ())


def plain_actions(statement: Statement, target: Target, actions: frozenset[str]) -> frozenset[str]:
    """What a statement that is the same for all allows plain actors to do to an open target."""
    if not statement.conditions:
        return actions
    request = Request(
        values={**values_of(target), "aws:sourceaccount": ABSENT, "aws:sourcearn": ABSENT},
        groups=tags_of(target),
    )
    return allowed_part(statement, request, actions)
