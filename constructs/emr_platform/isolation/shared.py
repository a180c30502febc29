"""What several environments work on, although it is in the template of none of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from emr_platform.isolation.facts import Access, access
from emr_platform.isolation.matching import HOLE, has_wildcard, overlaps, symbols_in
from emr_platform.isolation.model import Finding, reason_of
from emr_platform.isolation.parties import World
from emr_platform.isolation.policies import Statement

HOLDING: Final = frozenset(("dynamodb", "glue", "s3", "secretsmanager", "sns", "sqs"))
"""Services in which one leaves what another one finds."""


@dataclass
class _Use:
    """What an environment does with something."""

    reads: bool = False
    writes: bool = False
    who: dict[str, None] = field(default_factory=dict)
    actions: dict[str, None] = field(default_factory=dict)
    statements: dict[int, Statement] = field(default_factory=dict)


def shared_findings(world: World) -> Iterator[Finding]:
    """Things in no template that one environment writes and another one uses.

    Args:
        world: Everything.
    """
    uses: dict[str, dict[str, _Use]] = {}
    known = [target.text for target in world.targets if not symbols_in(target.text)]
    for actor in world.actors:
        for statement in actor.statements:
            if not statement.allows or statement.negated_actions or statement.negated_resources:
                continue
            for thing in {_thing(pattern) for pattern in statement.resources} - {None}:
                if thing is None or any(overlaps(f"{thing}*", text) for text in known):
                    continue
                use = uses.setdefault(thing, {}).setdefault(actor.environment, _Use())
                _add(use, statement, thing.split(":")[2])
                use.who[actor.name] = None
    for thing, by_environment in sorted(uses.items()):
        for environment, use in by_environment.items():
            others = [name for name in by_environment if name != environment]
            if use.writes and others:
                yield Finding(
                    id=f"{environment}/{world.symbols.readable(thing)}/shared:write",
                    environment=environment,
                    who=", ".join(use.who),
                    access=Access.WRITE,
                    service=f"{world.symbols.readable(thing)}, which they use, too",
                    actions=tuple(use.actions),
                    targets={name: tuple(by_environment[name].who) for name in sorted(others)},
                    reasons=tuple(dict.fromkeys(reason_of(e) for e in use.statements.values())),
                )


def _thing(pattern: str) -> str | None:
    """What a pattern is about, of a service that holds something; None for all or nothing of it."""
    parts = pattern.split(":", 5)
    if len(parts) < 6 or parts[2] not in HOLDING or symbols_in(pattern) or HOLE in pattern:
        return None
    if parts[2] == "s3":
        bucket = parts[5].partition("/")[0]
        return None if has_wildcard(bucket) else ":".join([*parts[:5], bucket])
    # The Data Catalog is one for all of an account and region.
    if parts[2] == "glue":
        return ":".join([*parts[:5], "catalog"])
    return None if has_wildcard(parts[5]) else pattern


def _add(use: _Use, statement: Statement, service: str) -> None:
    for action in statement.actions:
        if action != "*" and not action.lower().startswith(f"{service}:"):
            continue
        use.actions[action] = None
        use.statements[id(statement)] = statement
        if access(action.lower()) is Access.READ:
            use.reads = True
        else:
            use.writes = True
