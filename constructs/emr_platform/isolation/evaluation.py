"""What somebody may do to something, as IAM evaluates policies.

In one account, what either side allows is allowed, but for keys and roles: there the resource's own policy decides who
may be allowed by others. Between accounts both sides have to allow it. An explicit deny on any side stops it. Where it
depends on what is not known, an allow counts and a deny does not.

See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from emr_platform.isolation.conditions import (
    ABSENT,
    NO,
    YES,
    OfEnvironment,
    Request,
    conditions_hold,
)
from emr_platform.isolation.facts import matched_actions
from emr_platform.isolation.matching import (
    ACCOUNT,
    ANY,
    HOLE,
    covers,
    overlaps,
    symbols_in,
    with_variables,
)
from emr_platform.isolation.parties import Actor, Target, World
from emr_platform.isolation.policies import Statement
from emr_platform.isolation.requests import allowed_part, denied_part, tags_of, values_of

DECIDING: Final = {"AWS::KMS::Key": "kms:", "AWS::IAM::Role": "sts:"}
"""Types whose own policy has to let the account's policies decide, and the actions it is about."""


_NO_VARIABLES: Final[Mapping[str, str | None]] = {}


@dataclass(frozen=True, slots=True)
class Grant:
    """That somebody may do something, and by what.

    Attributes:
        actions: In lower case.
        statements: Those that allow it, of either side.
        not_stopping: Those that deny something of the kind, and why they do not stop this.
        certain: Whether what is unknown in the statements makes no difference.
    """

    actions: frozenset[str]
    statements: tuple[Statement, ...]
    not_stopping: tuple[tuple[Statement, str], ...] = ()
    certain: bool = True


def same_account(one: str, other: str) -> bool:
    """Whether two accounts may be the same one."""
    return one == other or ACCOUNT in (one, other) or HOLE in (one, other)


def about(statement: Statement, target: Target, *, holes: bool = True) -> frozenset[str]:
    """The actions on a target that a statement may be about, conditions aside.

    Args:
        statement: One that allows may be about what it is not known to be about; one that denies is not.
        target: The target.
        holes: Whether what is unknown in the statement counts.
    """
    actions = matched_actions(statement.actions, statement.negated_actions, target.kinds)
    if target.part and target.part.only is not None:
        actions &= target.part.only
    if not actions:
        return actions
    if statement.allows:
        matches = may_match(statement, target, holes=holes)
    else:
        matches = _certainly_matches(statement, target.text)
    return actions if matches else frozenset()


def may_match(statement: Statement, target: Target, *, holes: bool = True) -> bool:
    """Whether a statement that allows may be about a target, actions and conditions aside."""
    for each in statement.resources:
        pattern = with_variables(each, {})
        text = target.text if symbols_in(pattern) else target.anonymous
        if statement.negated_resources:
            if covers(pattern, text):
                return False
        elif overlaps(pattern, text, holes=holes):
            return True
    return statement.negated_resources


def _certainly_matches(
    statement: Statement, text: str, variables: Mapping[str, str | None] = _NO_VARIABLES
) -> bool:
    """Whether a statement that denies is about all that a text can be."""
    patterns = [with_variables(each, variables) for each in statement.resources]
    if statement.negated_resources:
        return not any(overlaps(pattern, text) for pattern in patterns)
    return any(covers(pattern, text) for pattern in patterns)


class Evaluator:
    """Evaluates what one environment's actors may do to targets."""

    def __init__(self, world: World) -> None:
        """Prepare.

        Args:
            world: Everything.
        """
        self._world = world

    def grants(self, actor: Actor, target: Target, said: Iterable[Statement]) -> Iterator[Grant]:
        """What an actor may do to a target.

        Args:
            actor: Who.
            target: To what.
            said: The statements of the actor's policies that may be about the target.
        """
        yield from _Case(self, actor, target).grants(said)

    def service_grants(
        self, environment: str, account: str, service: str, target: Target
    ) -> Iterator[Grant]:
        """What a service of AWS may do to a target on behalf of another environment."""
        request = Request(
            values={
                **values_of(target),
                "aws:sourceaccount": account,
                "aws:sourcearn": OfEnvironment(environment, account, self.owner),
                "aws:principalisawsservice": "true",
                "aws:principalservicename": service,
                "aws:principalarn": ABSENT,
                "aws:principalaccount": ABSENT,
            },
            groups=tags_of(target),
        )
        policy = target.policy or ()
        for statement in policy:
            if not statement.allows or not statement.principals:
                continue
            if service not in statement.principals.services and "*" not in statement.principals.aws:
                continue
            actions = about(statement, target)
            if not actions or conditions_hold(statement, request) is NO:
                continue
            for denying in policy:
                is_about = denying.principals and (
                    service in denying.principals.services or "*" in denying.principals.aws
                )
                if not denying.allows and is_about and conditions_hold(denying, request) is YES:
                    actions -= about(denying, target)
            if actions:
                yield Grant(actions, (statement,))

    def said_for(self, actor: Actor, target: Target, pattern: str) -> str:
        """A pattern with the variables of policies filled in, as they are when an actor asks for a target."""
        if "${" not in pattern:
            return pattern
        return with_variables(pattern, _Case(self, actor, target).variables)

    def owner(self, character: str) -> str | None:
        """The environment of the resource whose name a character stands for."""
        symbol = self._world.symbols.owner(character)
        return symbol.environment if symbol else None


class _Case:
    """One actor and one target."""

    def __init__(self, evaluator: Evaluator, actor: Actor, target: Target) -> None:
        self._evaluator = evaluator
        self._actor = actor
        self._target = target

    @cached_property
    def _request(self) -> Request:
        actor, target = self._actor, self._target
        return Request(
            values={
                **values_of(target),
                "aws:principalarn": actor.arn,
                "aws:principalaccount": actor.account,
                "aws:principaltype": "AssumedRole" if ":role/" in actor.arn else "User",
                "aws:principalisawsservice": "false",
                "kms:calleraccount": actor.account,
                # Only services that act on behalf of a resource say so.
                "aws:sourceaccount": ABSENT,
                "aws:sourcearn": ABSENT,
                "aws:sourceorgid": ABSENT,
                # Whoever is in another environment's network is found by looking at networks.
                "aws:sourcevpc": OfEnvironment(actor.environment, actor.account, self._owner),
                "aws:sourcevpce": OfEnvironment(actor.environment, actor.account, self._owner),
            },
            groups={
                "aws:principaltag/": actor.tags,
                **tags_of(target),
            },
        )

    def _owner(self, character: str) -> str | None:
        return self._evaluator.owner(character)

    @property
    def variables(self) -> dict[str, str | None]:
        """What variables of policies stand for in this case."""
        return self._request.variables

    # --- What is allowed -------------------------------------------------------------------

    def grants(self, said: Iterable[Statement]) -> Iterator[Grant]:
        target, actor = self._target, self._actor
        by_identity = [(each, found) for each in said if (found := self._allowed(each))]
        by_resource = list(self._by_resource())
        near = same_account(actor.account, target.account)
        # Where the target's own policy decides, it has to leave it to the account's policies.
        deciding = DECIDING.get(target.type)
        for statement, actions in by_identity:
            alone = {
                each for each in actions if near and not (deciding and each.startswith(deciding))
            }
            yield from self._left(frozenset(alone), statement, None)
            for partner, found, _ in by_resource:
                yield from self._left((actions - alone) & found, statement, partner)
        if near:
            for statement, actions, named in by_resource:
                if named:
                    yield from self._left(actions, None, statement)

    def _allowed(self, statement: Statement) -> frozenset[str]:
        if not statement.allows:
            return frozenset()
        actions = about(statement, self._target)
        if not actions or not self._still_matches(statement):
            return frozenset()
        return allowed_part(statement, self._request, actions)

    def _still_matches(self, statement: Statement) -> bool:
        """Whether resources match with the values of variables."""
        if not any("${" in each for each in statement.resources):
            return True
        variables = self._request.variables
        patterns = [with_variables(each, variables) for each in statement.resources]
        if statement.negated_resources:
            return not any(covers(each, self._target.text) for each in patterns)
        return any(overlaps(each, self._target.text) for each in patterns)

    def _by_resource(self) -> Iterator[tuple[Statement, frozenset[str], bool]]:
        """What the target's own policy allows, and whether it means the actor itself."""
        for statement in self._target.policy or ():
            if not statement.allows or statement.principals is None:
                continue
            meant = self._meant(statement)
            if not meant:
                continue
            actions = about(statement, self._target)
            is_allowed = actions and self._still_matches(statement)
            if is_allowed and conditions_hold(statement, self._request) is not NO:
                yield statement, actions, meant == "itself"

    def _meant(self, statement: Statement) -> str:
        """Whether a statement means the actor: ``itself``, its ``account``, or not."""
        principals = statement.principals
        if principals is None:
            return ""
        if principals.negated:
            excepted = any(_is_actor(each, self._actor) for each in principals.aws)
            return "" if excepted else "itself"
        if any(_is_actor(each, self._actor) for each in principals.aws):
            return "itself"
        return "account" if any(_is_account(e, self._actor.account) for e in principals.aws) else ""

    # --- What is denied --------------------------------------------------------------------

    def _left(
        self, actions: frozenset[str], mine: Statement | None, theirs: Statement | None
    ) -> Iterator[Grant]:
        """The grant that is left of some actions after all that denies them."""
        if not actions:
            return
        allowing = [each for each in (mine, theirs) if each is not None]
        actions = self._within_boundary(actions, limited=mine is not None)
        vain = []
        theirs_denied = [each for each in self._target.policy or () if self._is_denied_by(each)]
        for statement in (*self._actor.statements, *(self._actor.boundary or ()), *theirs_denied):
            if statement.allows or not (related := self._related(statement, actions)):
                continue
            stopped, in_vain = self._stopped(statement, related, allowing)
            actions -= stopped
            vain += [(statement, in_vain)] if in_vain else []
        if actions:
            certain = all(about(each, self._target, holes=False) & actions for each in allowing)
            if self._target.part and HOLE in self._target.text:
                certain = False
            yield Grant(actions, tuple(allowing), tuple(vain), certain)

    def _within_boundary(self, actions: frozenset[str], *, limited: bool) -> frozenset[str]:
        if self._actor.boundary is None or not limited:
            # A resource's policy may mean sessions of a role, which a boundary does not limit.
            return actions
        within: frozenset[str] = frozenset()
        for statement in self._actor.boundary:
            within |= self._allowed(statement)
        return actions & within

    def _related(self, statement: Statement, actions: frozenset[str]) -> frozenset[str]:
        kinds = self._target.kinds
        return actions & matched_actions(statement.actions, statement.negated_actions, kinds)

    def _stopped(
        self, denying: Statement, actions: frozenset[str], allowing: Sequence[Statement]
    ) -> tuple[frozenset[str], str]:
        """What a statement stops for certain, and why it does not stop the rest."""
        is_about = self._certainly(denying, self._target.text) or any(
            self._outdone(each, denying) for each in allowing
        )
        if not is_about or HOLE in "".join(denying.actions):
            return frozenset(), "is not about all of it"
        stopped = denied_part(denying, self._request, actions)
        return stopped, "" if stopped == actions else "has conditions that need not hold"

    def _outdone(self, allowing: Statement, denying: Statement) -> bool:
        """Whether a statement denies all of the target's parts that another one allows."""
        if allowing.negated_resources:
            return False
        texts = [
            each.replace("*", ANY).replace("?", ANY)
            for each in allowing.resources
            if HOLE not in each and "${" not in each and overlaps(each, self._target.text)
        ]
        return bool(texts) and all(self._certainly(denying, text) for text in texts)

    def _certainly(self, denying: Statement, text: str) -> bool:
        has_variables = any("${" in each for each in denying.resources)
        variables = self._request.variables if has_variables else _NO_VARIABLES
        return _certainly_matches(denying, text, variables)

    def _is_denied_by(self, statement: Statement) -> bool:
        """Whether a statement of the target's own policy denies something to the actor for certain."""
        principals = statement.principals
        if statement.allows or principals is None:
            return not statement.allows
        meant = any(
            covers(each, self._actor.arn) or _is_account(each, self._actor.account, certain=True)
            for each in principals.aws
        )
        if not principals.negated:
            return meant
        return not any(
            _is_actor(each, self._actor) or _is_account(each, self._actor.account)
            for each in principals.aws
        )


def _is_actor(pattern: str, actor: Actor) -> bool:
    if overlaps(pattern, actor.arn):
        return True
    # A session of the role: arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION.
    if ":assumed-role/" not in pattern:
        return False
    start, _, name = pattern.partition(":assumed-role/")
    account = start.rpartition(":")[2]
    role = actor.arn.rpartition("/")[2]
    return overlaps(name.partition("/")[0], role) and same_account(account, actor.account)


def _is_account(pattern: str, account: str, *, certain: bool = False) -> bool:
    """Whether a principal is a whole account."""
    named = pattern
    if pattern.endswith(":root") and pattern.startswith("arn:"):
        named = pattern.split(":")[4]
    if certain:
        return named == account and account != HOLE
    return overlaps(named, account) if named != "*" else False
