"""Parts of shared things: what of them is whose, by the policies of those who use them.

A bucket, a key or a cluster that many use is divided by the policies of its users alone. What an environment's own
policies let it reach there is its part, and the others are held against it as against anything else of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from emr_platform.isolation.candidates import Candidates, Meant
from emr_platform.isolation.conditions import ABSENT, CONTEXT, Known
from emr_platform.isolation.evaluation import Evaluator, Grant
from emr_platform.isolation.facts import Access, access, actions_on, matched_actions
from emr_platform.isolation.listings import OBJECTS, Kinds, listings
from emr_platform.isolation.matching import (
    ANY,
    ELSEWHERE,
    anonymous,
    covers,
    overlaps,
    symbols_in,
)
from emr_platform.isolation.parties import Actor, Part, Target, World
from emr_platform.isolation.policies import POSITIVE, Condition, Statement

STREAMS: Final[Kinds] = (("logs", "log-stream"),)
KEY: Final[Kinds] = (("kms", "key"),)
CLUSTER: Final[Kinds] = (("elasticmapreduce", "cluster"),)
DIVIDED: Final = frozenset((OBJECTS, STREAMS, KEY, CLUSTER))
"""Kinds of things of a shared environment of which tenants have parts."""

RUNTIME_ROLE: Final = "elasticmapreduce:executionrolearn"
BY_RUNTIME_ROLE: Final = frozenset(
    f"elasticmapreduce:{name}"
    for name in (
        "addjobflowsteps",
        "getclustersessioncredentials",
        "getpersistentappuipresignedurl",
        "startsession",
    )
)
"""Actions of requests that say as which role, as far as AWS documents it."""

STEPS: Final = frozenset(
    f"elasticmapreduce:{name}" for name in ("describestep", "liststeps", "listsessions")
)
"""What shows the steps of a cluster, whoever submitted them."""

NODES: Final = "ec2.amazonaws.com"
_LOOKING: Final = (Access.READ, Access.DECRYPT)


def parts_of(world: World, evaluator: Evaluator, candidates: Candidates) -> list[Target]:
    """All parts of what is shared, each as something of its environment.

    Args:
        world: Everything.
        evaluator: Says who may do what.
        candidates: The resources of the templates.
    """
    return list(_Division(world, evaluator, candidates).parts())


@cache
def reading(kinds: Kinds) -> frozenset[str]:
    """The actions on a kind of resource that read it."""
    return frozenset(action for action in actions_on(kinds) if access(action) in _LOOKING)


@dataclass
class _Draft:
    """A part that is found in several statements."""

    target: Target
    holds: bool = False
    statements: dict[int, Statement] = field(default_factory=dict)


class _Division:
    def __init__(self, world: World, evaluator: Evaluator, candidates: Candidates) -> None:
        self._world = world
        self._evaluator = evaluator
        self._candidates = candidates
        self._drafts: dict[tuple[str, Kinds, str, str], _Draft] = {}
        self._of_shared = [
            target
            for target in world.targets
            if target.environment in world.environments.shared and target.kinds in DIVIDED
        ]

    def parts(self) -> Iterator[Target]:
        if not self._of_shared:
            return
        for base in self._of_shared:
            self._what_is_no_tenant_s(base)
        for actor in self._world.actors:
            around = self._world.uses.get(actor.environment, frozenset())
            if actor.environment in self._world.environments.shared:
                around = frozenset((actor.environment,))
            if around:
                self._look(actor, around)
        meant = Meant(self._world.actors)
        for base in self._of_shared:
            for actor in meant.by(base):
                if base.environment in self._world.uses.get(actor.environment, ()):
                    for grant in self._evaluator.grants(actor, base, ()):
                        self._divide(actor, base, grant)
        self._runtime_roles()
        for draft in self._drafts.values():
            assert draft.target.part is not None  # noqa: S101 - they are made with one
            part = replace(
                draft.target.part,
                holds=draft.holds,
                statements=tuple(draft.statements.values()),
            )
            made = replace(draft.target, part=part)
            yield made
            yield from listings(made)

    # --- What is the shared environment's own ----------------------------------------------

    def _what_is_no_tenant_s(self, base: Target) -> None:
        """All of a thing that is no tenant's: what matches wildcards only, or has no part in its requests."""
        environment, values = base.environment, dict[str, Known]()
        roles = [actor.arn for actor in self._world.actors if actor.environment == environment]
        if base.kinds == KEY:
            values = {f"{CONTEXT}*": ABSENT, "kms:encryptioncontextkeys": ABSENT}
        elif base.kinds == CLUSTER:
            values = {RUNTIME_ROLE: ABSENT}
            account = base.text.split(":")[4]
            anybody = f"arn:{base.text.split(':')[1]}:iam::{account}:role/{ELSEWHERE}"
            for arn in (*roles, anybody):
                role: dict[str, Known] = {RUNTIME_ROLE: arn}
                self._note(base, environment, base.text, role, BY_RUNTIME_ROLE).holds = True
            self._note(base, environment, base.text, {}, STEPS, "steps").holds = True
        draft = self._note(base, environment, _elsewhere(base), values, self._only(base))
        draft.holds = base.kinds == STREAMS

    def _only(self, base: Target) -> frozenset[str] | None:
        """Of clusters and keys, what changes or uses them; they are no secret."""
        if base.kinds not in (CLUSTER, KEY):
            return None
        actions = actions_on(base.kinds)
        return frozenset(each for each in actions if access(each) is not Access.READ)

    # --- Whose the parts are ---------------------------------------------------------------

    def _look(self, actor: Actor, around: frozenset[str]) -> None:
        for statement in actor.statements:
            if not statement.allows:
                continue
            for base, _ in self._candidates.of(statement):
                if base.environment in around and base.kinds in DIVIDED:
                    for grant in self._evaluator.grants(actor, base, [statement]):
                        self._divide(actor, base, grant)

    def _divide(self, actor: Actor, base: Target, grant: Grant) -> None:
        """Note what part of a thing somebody has by a grant."""
        if base.kinds == KEY:
            for condition, text in _values(grant.statements, CONTEXT):
                if base.environment != actor.environment and not _is_whole_bucket(text):
                    self._have(actor, base, grant, base.text, {condition.key: text})
        elif base.kinds == CLUSTER:
            if base.environment != actor.environment and grant.actions & BY_RUNTIME_ROLE:
                for condition, text in _values(grant.statements, RUNTIME_ROLE):
                    self._have(actor, base, grant, base.text, {condition.key: text})
        else:
            for pattern in self._narrowest(actor, base, grant):
                self._have(actor, base, grant, pattern, {})

    def _have(
        self, actor: Actor, base: Target, grant: Grant, pattern: str, values: dict[str, Known]
    ) -> None:
        text = pattern if values else as_text(pattern)
        is_all = not values and overlaps(pattern, _elsewhere(base))
        writes = any(access(action) not in _LOOKING for action in grant.actions)
        only = BY_RUNTIME_ROLE if base.kinds == CLUSTER else self._only(base)
        label = ""
        if actor.environment == base.environment:
            if NODES not in actor.trusted:
                writes = False
            if is_all:
                if not writes:
                    return
                text, only = base.text, reading(base.kinds)
            label = "guarded"
        elif is_all:
            text = _elsewhere(base)
        draft = self._note(base, actor.environment, text, values, only, label)
        draft.holds = draft.holds or writes or bool(values)
        own = [each for each in grant.statements if each.principals is None]
        draft.statements.update((id(each), each) for each in own or grant.statements)

    def _narrowest(self, actor: Actor, base: Target, grant: Grant) -> list[str]:
        """The patterns of that statement of a grant that leaves least of a thing."""
        found: list[list[str]] = []
        for statement in grant.statements:
            given = (
                [as_pattern(base.text)]
                if statement.negated_resources
                else [self._evaluator.said_for(actor, base, each) for each in statement.resources]
            )
            found.append(
                self._left(actor, base, grant, [e for e in given if overlaps(e, base.text)])
            )
        elsewhere = _elsewhere(base)
        return min(found, key=lambda each: any(overlaps(e, elsewhere) for e in each))

    def _left(self, actor: Actor, base: Target, grant: Grant, patterns: list[str]) -> list[str]:
        """What denies of all but some resources, and a permissions boundary, leave of patterns."""
        for statement in (*actor.statements, *_for_everybody(base)):
            is_limit = not statement.allows and statement.negated_resources
            if is_limit and not statement.conditions and self._is_about(statement, base, grant):
                limits = [self._evaluator.said_for(actor, base, e) for e in statement.resources]
                patterns = _meet(patterns, limits)
        if actor.boundary is not None:
            allowing = [e for e in actor.boundary if e.allows and self._touches(e, base, grant)]
            if allowing and not any(each.negated_resources for each in allowing):
                patterns = _meet(patterns, [e for each in allowing for e in each.resources])
        return patterns

    def _is_about(self, statement: Statement, base: Target, grant: Grant) -> bool:
        return grant.actions <= self._actions(statement, base)

    def _touches(self, statement: Statement, base: Target, grant: Grant) -> bool:
        return bool(grant.actions & self._actions(statement, base))

    def _actions(self, statement: Statement, base: Target) -> frozenset[str]:
        return matched_actions(statement.actions, statement.negated_actions, base.kinds)

    def _runtime_roles(self) -> None:
        """Steps on a shared cluster as roles of tenants that trust the shared environment, and what runs them."""
        clusters = [base for base in self._of_shared if base.kinds == CLUSTER]
        for target in self._world.targets if clusters else ():
            around = self._world.uses.get(target.environment, ())
            if target.type != "AWS::IAM::Role" or not around:
                continue
            trusted = {
                self._evaluator.owner(symbol)
                for statement in target.policy or ()
                if statement.allows and statement.principals
                for pattern in statement.principals.aws
                for symbol in symbols_in(pattern)
            }
            for base in clusters:
                if base.environment in around and base.environment in trusted:
                    values: dict[str, Known] = {RUNTIME_ROLE: target.text}
                    draft = self._note(base, target.environment, base.text, values, BY_RUNTIME_ROLE)
                    draft.holds = True
                    others = (self._only(base) or frozenset()) - BY_RUNTIME_ROLE
                    self._note(base, target.environment, base.text, {}, others, "runs")

    def _note(
        self,
        base: Target,
        environment: str,
        text: str,
        values: Mapping[str, Known],
        only: frozenset[str] | None,
        label: str = "",
    ) -> _Draft:
        [(_, value)] = values.items() if len(values) == 1 else [("", "")]
        key = (environment, base.kinds, text, f"{label}{value if isinstance(value, str) else ''}")
        if key not in self._drafts:
            part = Part(
                name=self._name(base, text, values),
                within=base.environment,
                is_guarded=label == "guarded",
                only=only,
                values=values,
            )
            self._drafts[key] = _Draft(
                replace(
                    base,
                    environment=environment,
                    text=text,
                    anonymous=anonymous(text),
                    part=part,
                )
            )
        return self._drafts[key]

    def _name(self, base: Target, text: str, values: Mapping[str, Known]) -> str:
        name = f"{base.stack}/{base.logical_id}"
        for key, value in values.items():
            if key == RUNTIME_ROLE:
                return f"{name}: steps as {self._short(value, 'its nodes', 'any role')}"
            if value is ABSENT:
                return f"{name}: whatever it encrypts"
            return f"{name}: what is encrypted for {self._short(value, '', 'anything')}"
        start = _elsewhere(base).removesuffix(ELSEWHERE)
        if start == base.text or not text.startswith(start):
            return name
        return f"{name}: {self._world.symbols.readable(text[len(start) :])}"

    def _short(self, value: Known, without: str, anything: str) -> str:
        """A value of a condition, without the parts of ARNs that say nothing to people."""
        if not isinstance(value, str):
            return without
        if ELSEWHERE in value:
            return anything
        symbols = symbols_in(value)
        owner = self._world.symbols.owner(symbols[0]) if len(symbols) == 1 else None
        if owner is None:
            return self._world.symbols.readable(value)
        rest = self._world.symbols.readable(value.partition(symbols[0])[2])
        return f"{owner.stack}/{owner.logical_id}{rest}"


def _for_everybody(base: Target) -> Iterator[Statement]:
    """What a thing's own policy says to all."""
    for statement in base.policy or ():
        principals = statement.principals
        if principals and not principals.negated and "*" in principals.aws:
            yield statement


def _values(statements: Iterable[Statement], key: str) -> Iterator[tuple[Condition, str]]:
    """What conditions compare some key with, as texts."""
    for statement in statements:
        for condition in statement.conditions:
            if condition.key.startswith(key) and condition.operator in POSITIVE:
                for value in condition.values:
                    yield condition, as_text(value)


def _is_whole_bucket(text: str) -> bool:
    """Whether an encryption context is that of a bucket key, which S3 uses for all objects of a bucket.

    Who may read an object is left to S3 then: it shows the encrypted key to nobody.
    """
    return text.startswith("arn:") and "/" not in text and ANY not in text


def _elsewhere(base: Target) -> str:
    """In a thing, what is nobody's part."""
    if base.kinds == OBJECTS:
        return base.text.removesuffix(ANY) + ELSEWHERE
    if base.kinds == STREAMS:
        return base.text[: base.text.rindex(":") + 1] + ELSEWHERE
    return base.text


def as_text(pattern: str) -> str:
    """What a pattern matches, as the text of a target."""
    return pattern.replace("*", ANY).replace("?", ANY)


def as_pattern(text: str) -> str:
    """A pattern that matches what the text of a target can be."""
    return text.replace(ANY, "*")


def _meet(patterns: Sequence[str], limits: Sequence[str]) -> list[str]:
    """What two lists of patterns have in common; the larger one where that is not known."""
    found: dict[str, None] = {}
    for pattern in patterns:
        for limit in limits:
            if covers(pattern, as_text(limit)):
                found[limit] = None
            elif overlaps(pattern, as_text(limit)):
                found[pattern] = None
    return list(found)
