"""What tenants may do to what they share with others, and what those who share it may do to tenants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from emr_platform.isolation.evaluation import Grant
from emr_platform.isolation.facts import Access, access
from emr_platform.isolation.matching import overlaps
from emr_platform.isolation.parties import Actor, Target, World
from emr_platform.isolation.policies import POSITIVE, Statement
from emr_platform.isolation.territory import DIVIDED, NODES, STEPS

_LOOKED_AT_BY_TENANTS: Final = frozenset(
    ("cloudformation", "ec2", "elasticmapreduce", "glue", "iam", "kms", "s3")
)
"""Services of which tenants may read what is shared; of others, such as secrets and logs, they may list it."""

_PLACES: Final = {
    "AWS::EC2::Subnet": frozenset(
        ("ec2:createfleet", "ec2:createnetworkinterface", "ec2:runinstances")
    ),
    "AWS::EC2::VPC": frozenset(("ec2:createsecuritygroup",)),
    "AWS::Logs::LogGroup": frozenset(("logs:createlogstream",)),
    # Templates can make parameters of plain text only.
    "AWS::SSM::Parameter": frozenset(("ssm:getparameter",)),
}
"""What tenants do in shared networks and log groups, to have something of their own there; and how they find things."""

SHOWS_STEPS: Final = (
    "Steps of a cluster are no resources of IAM: whoever may look after its own sees those of all tenants, "
    "with their arguments, though nothing that they read or write"
)
LET_IN: Final = (
    "The tenant's own template lets the shared environment in: nodes of a shared cluster take on a tenant's role "
    "to run its steps"
)
OWNED: Final = (
    "It belongs to the shared environment, whose roles act for all of its tenants; tenants can neither "
    "assume them nor pass them on, and each such way would be a finding"
)


def concerns(world: World, actor: Actor, target: Target) -> bool:
    """Whether it is to be judged what somebody can do to something.

    Args:
        world: Everything.
        actor: Who.
        target: To what.
    """
    if actor.environment == target.environment:
        return False
    uses = target.environment in world.uses.get(actor.environment, ())
    if target.part is None:
        # Tenants are held against the parts instead.
        return not (uses and target.kinds in DIVIDED)
    return uses or target.part.within != target.environment


def counted(world: World, actor: Actor, target: Target, grant: Grant) -> frozenset[str]:
    """The actions of a grant that are not as they should be between an environment and what it shares.

    Args:
        world: Everything.
        actor: Who.
        target: To what.
        grant: What it may do.
    """
    part, actions = target.part, grant.actions
    if part is None:
        if target.environment not in world.uses.get(actor.environment, ()):
            return actions
        places = _PLACES.get(target.type, frozenset())
        return frozenset(e for e in actions - places if not _may_be_looked_at(e, target))
    uses = target.environment in world.uses.get(actor.environment, ())
    if not part.holds or (uses and part.within is None):
        actions = frozenset(each for each in actions if access(each) is not Access.READ)
    # A folder that bears one's name is one's own, unless that is in one that bears the other's, or is itself what the
    # shared environment uses. Else it is the others who reach too far, and that is found from their side.
    other = actor.environment if part.is_guarded else target.environment
    if _is_named(world, other, [_told_by(target)[1]]):
        return actions
    return frozenset() if _bears_name(world, actor, target, grant) else actions


def by_design(world: World, actor: Actor, target: Target, grant: Grant) -> str | None:
    """Why something is as it should be that a shared environment can do to its tenants, or they to it.

    Args:
        world: Everything.
        actor: Who.
        target: To what.
        grant: What it may do.

    Returns:
        The reason; None if it is not as it should be.
    """
    if target.part and target.part.only == STEPS:
        return SHOWS_STEPS
    if actor.environment not in world.uses.get(target.environment, ()):
        return None
    if target.part and target.part.within == actor.environment:
        return OWNED
    if target.type != "AWS::IAM::Role" or NODES not in actor.trusted:
        return None
    trust = {id(statement) for statement in target.policy or ()}
    names = any(
        actor.arn == pattern
        for statement in grant.statements
        if id(statement) in trust and statement.principals
        for pattern in statement.principals.aws
    )
    return LET_IN if names else None


def _may_be_looked_at(action: str, target: Target) -> bool:
    service, _, name = action.partition(":")
    if access(action) is not Access.READ:
        return False
    # CloudFormation makes no parameters that hold secrets.
    is_open = service in _LOOKED_AT_BY_TENANTS or target.type == "AWS::SSM::Parameter"
    return is_open or name.startswith(("describe", "list"))


def _bears_name(world: World, actor: Actor, target: Target, grant: Grant) -> bool:
    """Whether all that a grant is about, of a part, is below a folder that bears the tenant's name."""
    if target.part is None or target.part.within is None:
        return False
    key, text = _told_by(target)
    return any(
        _is_named(world, actor.environment, [e for e in _said(each, key) if overlaps(e, text)])
        for each in grant.statements
    )


def _told_by(target: Target) -> tuple[str, str]:
    """What tells a part from others: a condition key and its value, or no key and the ARN."""
    for key, value in target.part.values.items() if target.part else ():
        if isinstance(value, str):
            return key, value
    return "", target.text


def _said(statement: Statement, key: str) -> tuple[str, ...]:
    """The patterns by which a statement means a part."""
    if not key:
        return () if statement.negated_resources else statement.resources
    return tuple(
        value
        for condition in statement.conditions
        if condition.key == key and condition.operator in POSITIVE
        for value in condition.values
    )


def _is_named(world: World, environment: str, texts: Sequence[str]) -> bool:
    """Whether texts have folders that bear an environment's name."""
    names = world.environments.called.get(environment, frozenset())
    return bool(texts) and all(names.intersection(each.split("/")[:-1]) for each in texts)
