"""Whether environments are apart: every actor of one against everything of the others."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, islice
from typing import Final

from emr_platform.isolation.by_template import template_findings
from emr_platform.isolation.candidates import Candidates, Meant
from emr_platform.isolation.evaluation import (
    Evaluator,
    Grant,
    about,
    same_account,
)
from emr_platform.isolation.exceptions import documented
from emr_platform.isolation.facts import Access, access
from emr_platform.isolation.imports import import_findings
from emr_platform.isolation.matching import symbols_in
from emr_platform.isolation.model import Finding, Gap, Isolation, Reason, reason_of
from emr_platform.isolation.network import network_findings
from emr_platform.isolation.part_index import PartIndex
from emr_platform.isolation.parties import Actor, Target, World
from emr_platform.isolation.plain import is_open, is_plain, is_same_for_all, plain_actions
from emr_platform.isolation.policies import Statement
from emr_platform.isolation.shared import by_design, concerns, counted
from emr_platform.isolation.territory import parts_of
from emr_platform.isolation.things import things_of
from emr_platform.isolation.world import world_of
from emr_platform.templates.model import Stack

MOST_EXAMPLES: Final = 3


def isolation_of(
    stacks: Iterable[Stack], accepted: Mapping[str, str] | None = None, *, strict: bool = False
) -> Isolation:
    """Look at all pairs of environments.

    Args:
        stacks: The stacks of all environments.
        accepted: Why findings and gaps are accepted, by their id; ids may have ``*`` and ``?``.
        strict: Whether to take what is so by design as a finding like others.

    Returns:
        What was found.
    """
    world = world_of(stacks)
    found = [
        *_Search(world, strict=strict).findings(),
        *network_findings(world),
        *import_findings(world),
        *template_findings(world),
    ]
    gaps = [Gap(each.id, each.environment, each.message, each.source) for each in world.unjudged]
    gaps += [_gap(finding) for finding in found if not finding.certain]
    answers = _Answers(accepted or {})
    order = {name: index for index, name in enumerate(world.names)}
    return Isolation(
        environments=tuple(world.names),
        findings=tuple(
            answers.to_finding(finding)
            for finding in sorted(found, key=lambda each: (order[each.environment], each.id))
            if finding.certain
        ),
        gaps=tuple(
            answers.to_gap(gap)
            for gap in sorted(
                {gap.id: gap for gap in reversed(gaps)}.values(), key=lambda each: each.id
            )
        ),
        not_looked_at=dict(sorted(world.not_looked_at.items())),
        unused=answers.unused,
        tiers={name: ", ".join(sorted(tiers)) for name, tiers in world.environments.tiers.items()},
        called=world.environments.called,
    )


def _gap(finding: Finding) -> Gap:
    others = ", ".join(finding.targets)
    return Gap(
        finding.id,
        finding.environment,
        f"{finding.who} may {finding.access} something of {others}, "
        f"if a value is theirs that the templates do not tell ({finding.service})",
        finding.reasons[0].source,
    )


class _Answers:
    """What somebody has accepted."""

    def __init__(self, accepted: Mapping[str, str]) -> None:
        self._accepted = accepted
        self._used: set[str] = set()

    def _reason(self, id: str) -> str | None:
        for pattern, reason in self._accepted.items():
            if fnmatch.fnmatchcase(id, pattern):
                self._used.add(pattern)
                return reason
        return None

    def to_finding(self, finding: Finding) -> Finding:
        reason = self._reason(finding.id)
        if reason is not None:
            return replace(finding, accepted=reason, documented=False)
        return finding

    def to_gap(self, gap: Gap) -> Gap:
        return replace(gap, accepted=self._reason(gap.id))

    @property
    def unused(self) -> tuple[str, ...]:
        return tuple(each for each in self._accepted if each not in self._used)


@dataclass(slots=True)
class _Row:
    """What a statement allows to be done to things of one environment."""

    environment: str
    access: Access
    service: str
    certain: bool
    actions: set[str] = field(default_factory=set)
    targets: dict[str, None] = field(default_factory=dict)


@dataclass
class _Draft:
    """A finding that grows."""

    actions: set[str] = field(default_factory=set)
    targets: dict[str, dict[str, None]] = field(default_factory=dict)
    allowing: dict[int, Statement] = field(default_factory=dict)
    vain: dict[int, tuple[Statement, str]] = field(default_factory=dict)
    theirs: dict[int, Statement] = field(default_factory=dict)
    certain: bool = False

    def add(self, grant: Grant, actions: Iterable[str], target: Target) -> None:
        """Add what a grant allows to be done to a target."""
        if self._takes(certain=grant.certain):
            self.actions.update(actions)
            self.targets.setdefault(target.environment, {})[target.name] = None
            self.allowing.update((id(each), each) for each in grant.statements)
            if target.part:
                self.theirs.update((id(each), each) for each in target.part.statements)
            self.vain.update((id(each), (each, why)) for each, why in grant.not_stopping)

    def add_row(self, statement: Statement, row: _Row) -> None:
        """Add what a statement allows to be done to things of an environment."""
        if self._takes(certain=row.certain):
            self.actions |= row.actions
            self.targets.setdefault(row.environment, {}).update(row.targets)
            self.allowing[id(statement)] = statement

    def _takes(self, *, certain: bool) -> bool:
        """Whether something is told: what is certain is, without what may be so besides."""
        if certain and not self.certain:
            self.certain = True
            for each in (self.actions, self.targets, self.allowing, self.vain, self.theirs):
                each.clear()
        return certain or not self.certain


@cache
def _by_kind(actions: frozenset[str]) -> dict[tuple[Access, str], tuple[str, ...]]:
    found: dict[tuple[Access, str], tuple[str, ...]] = {}
    for action in sorted(actions):
        key = (access(action), action.partition(":")[0])
        found[key] = (*found.get(key, ()), action)
    return found


class _Search:
    """Finds what policies let actors do to things of other environments."""

    def __init__(self, world: World, *, strict: bool) -> None:
        self._world = world
        self._strict = strict
        self._evaluator = Evaluator(world)
        self._candidates = Candidates(world.targets)
        self._divided = parts_of(world, self._evaluator, self._candidates)
        self._parts = PartIndex([*self._divided, *things_of(world)])
        self._drafts: dict[tuple[Actor, Access, str, str | None], _Draft] = {}
        self._rows: dict[tuple[int, str], tuple[list[_Row], list[Target]]] = {}

    def findings(self) -> Iterator[Finding]:
        """All findings."""
        for actor in self._world.actors:
            self._look(actor)
        self._look_from_targets()
        for (actor, kind, service, design), draft in self._drafts.items():
            id = f"{actor.name}/{service}:{kind}{'' if design is None else '/by-design'}"
            finding = _finding(id, actor.environment, draft)
            finding = replace(finding, who=actor.name, access=kind, service=service)
            reason = design or documented(finding, actor, tuple(draft.allowing.values()))
            reason = None if self._strict else reason
            yield replace(finding, accepted=reason, documented=reason is not None)
        yield from self._of_services()

    def _look(self, actor: Actor) -> None:
        said: dict[int, tuple[Target, list[Statement]]] = {}
        plain = is_plain(actor)
        for statement in actor.statements:
            if not statement.allows:
                continue
            targets: Iterable[Target]
            if plain and is_same_for_all(statement):
                rows, targets = self._same_for_all(statement, actor.account)
                for row in rows:
                    if row.environment != actor.environment:
                        key = (actor, row.access, row.service, None)
                        self._drafts.setdefault(key, _Draft()).add_row(statement, row)
            else:
                targets = (target for target, _ in self._candidates.of(statement))
            for target in chain(targets, self._parts.of(statement)):
                if concerns(self._world, actor, target):
                    said.setdefault(id(target), (target, []))[1].append(statement)
        for target, statements in said.values():
            for grant in self._evaluator.grants(actor, target, statements):
                self._note(actor, target, grant)

    def _same_for_all(self, statement: Statement, account: str) -> tuple[list[_Row], list[Target]]:
        """What a statement allows to all plain actors of an account, and what needs a closer look."""
        key = (id(statement), account)
        if key in self._rows:
            return self._rows[key]
        rows: dict[tuple[str, Access, str, bool], _Row] = {}
        rest = []
        for target, possible in self._candidates.of(statement):
            is_shared = target.environment in self._world.environments.shared
            if is_shared or not is_open(target) or not same_account(account, target.account):
                rest.append(target)
                continue
            actions = plain_actions(statement, target, possible)
            certain = bool(actions) and bool(about(statement, target, holes=False))
            for (kind, service), names in _by_kind(actions).items():
                place = (target.environment, kind, service, certain)
                row = rows.setdefault(place, _Row(*place))
                row.actions.update(names)
                row.targets[target.name] = None
        self._rows[key] = (list(rows.values()), rest)
        return self._rows[key]

    def _look_from_targets(self) -> None:
        """What policies of targets allow to others by name."""
        meant = Meant(self._world.actors)
        for target in chain(self._world.targets, self._divided):
            for actor in meant.by(target):
                if concerns(self._world, actor, target):
                    for grant in self._evaluator.grants(actor, target, ()):
                        self._note(actor, target, grant)

    def _note(self, actor: Actor, target: Target, grant: Grant) -> None:
        actions = counted(self._world, actor, target, grant)
        if not actions:
            return
        design = by_design(self._world, actor, target, grant)
        for (kind, service), names in _by_kind(actions).items():
            draft = self._drafts.setdefault((actor, kind, service, design), _Draft())
            draft.add(grant, names, target)

    def _of_services(self) -> Iterator[Finding]:
        """What services of AWS may do to targets on behalf of others."""
        by_account: dict[str, list[str]] = {}
        for environment, account in {
            naming.environment: naming.place.account for naming, _ in self._world.stacks
        }.items():
            by_account.setdefault(account, []).append(environment)
        drafts: dict[tuple[str, str, Access, str], _Draft] = {}
        for target in self._world.targets:
            if target.type == "AWS::IAM::Role":
                # A service takes on a role that somebody has passed to it, which is looked for.
                continue
            for service in _services(target):
                for account, environments in by_account.items():
                    self._on_behalf(target, service, account, environments, drafts)
        for (environment, service, kind, subject), draft in drafts.items():
            finding = _finding(f"{environment}/{service}/{subject}:{kind}", environment, draft)
            who = f"{service} on behalf of {environment}"
            yield replace(finding, who=who, access=kind, service=subject)

    def _on_behalf(
        self,
        target: Target,
        service: str,
        account: str,
        environments: Sequence[str],
        drafts: dict[tuple[str, str, Access, str], _Draft],
    ) -> None:
        """What a service may do on behalf of an account's environments, of which most make no difference."""
        named = {
            self._evaluator.owner(symbol)
            for statement in target.policy or ()
            for condition in statement.conditions
            for value in condition.values
            for symbol in symbols_in(value)
        }
        others = [each for each in environments if each != target.environment]
        alike = [each for each in others if each not in named]
        groups = [[each] for each in others if each in named] + ([alike] if alike else [])
        for group in groups:
            for grant in self._evaluator.service_grants(group[0], account, service, target):
                for action in grant.actions:
                    for environment in group:
                        key = (environment, service, access(action), action.partition(":")[0])
                        drafts.setdefault(key, _Draft()).add(grant, [action], target)


def _finding(id: str, environment: str, draft: _Draft) -> Finding:
    written = {each.lower(): each for said in draft.allowing.values() for each in said.actions}
    return Finding(
        id=id,
        environment=environment,
        who="",
        access=Access.READ,
        service="",
        actions=tuple(sorted(written.get(action, action) for action in draft.actions)),
        targets={name: tuple(sorted(draft.targets[name])) for name in sorted(draft.targets)},
        reasons=(*_reasons(draft.allowing.values()), *_theirs(draft.theirs.values())),
        not_stopping=tuple(
            dict.fromkeys(Reason(why, each.source) for each, why in draft.vain.values())
        ),
        certain=draft.certain,
    )


def _reasons(statements: Iterable[Statement]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reason_of(each) for each in statements))


def _theirs(statements: Iterable[Statement]) -> Iterator[Reason]:
    """What makes parts of shared things theirs; of many, a few show it."""
    for statement in islice(statements, MOST_EXAMPLES):
        yield Reason("makes it theirs", statement.source)


def _services(target: Target) -> dict[str, None]:
    found: dict[str, None] = {}
    for statement in target.policy or ():
        if statement.allows and statement.principals:
            found.update(dict.fromkeys(statement.principals.services))
    return found
