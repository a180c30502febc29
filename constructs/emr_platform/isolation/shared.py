"""What several environments work on, although it is in the template of none of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from emr_platform.isolation.facts import Access, access
from emr_platform.isolation.matching import ANY, HOLE, has_wildcard, overlaps, symbols_in
from emr_platform.isolation.model import Finding, reason_of
from emr_platform.isolation.parties import World
from emr_platform.isolation.policies import Statement

HOLDING: Final = frozenset(("dynamodb", "glue", "s3", "secretsmanager", "sns", "sqs"))
"""Services in which one leaves what another one finds."""

_OF_DATABASES: Final = frozenset(("database", "table", "tableVersion", "userDefinedFunction"))
"""What of the Data Catalog is in a database, whose name follows."""

_OF_CATALOG: Final = (
    "glue:createcatalog",
    "glue:deletecatalog",
    "glue:deleteresourcepolicy",
    "glue:putdatacatalogencryptionsettings",
    "glue:putresourcepolicy",
    "glue:updatecatalog",
)
"""Actions that work on all databases at once."""


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
            for thing in {_thing(pattern, statement) for pattern in statement.resources} - {None}:
                if thing is None or any(_is_part(thing, text) for text in known):
                    continue
                use = uses.setdefault(thing, {}).setdefault(actor.environment, _Use())
                _add(use, statement, thing.split(":")[2])
                use.who[actor.name] = None
    for thing, by_environment in sorted(uses.items()):
        users = _users(thing, uses)
        for environment, use in by_environment.items():
            others = [name for name in users if name != environment]
            if use.writes and others:
                yield Finding(
                    id=f"{environment}/{world.symbols.readable(thing)}/shared:write",
                    environment=environment,
                    who=", ".join(use.who),
                    access=Access.WRITE,
                    service=f"{world.symbols.readable(thing)}, which they use, too",
                    actions=tuple(use.actions),
                    targets={name: tuple(users[name]) for name in sorted(others)},
                    reasons=tuple(dict.fromkeys(reason_of(e) for e in use.statements.values())),
                )


def _thing(pattern: str, statement: Statement) -> str | None:
    """What a pattern is about, of a service that holds something; None for all or nothing of it."""
    parts = pattern.split(":", 5)
    if len(parts) < 6 or parts[2] not in HOLDING or symbols_in(pattern) or HOLE in pattern:
        return None
    if parts[2] == "s3":
        bucket = parts[5].partition("/")[0]
        return None if has_wildcard(bucket) else ":".join([*parts[:5], bucket])
    if parts[2] == "glue":
        return _of_catalog(parts, statement)
    return None if has_wildcard(parts[5]) else pattern


def _of_catalog(parts: list[str], statement: Statement) -> str | None:
    """What of the Data Catalog a pattern is about: databases, be it by their tables or functions, or all of it.

    The catalog is one for all of an account and region. Whoever uses a database has to be let use the catalog, too;
    that by itself opens nothing, unless it is about the catalog's own settings.
    """
    kind, _, rest = parts[5].partition("/")
    if kind == "catalog":
        rules = any(overlaps(said.lower(), it) for said in statement.actions for it in _OF_CATALOG)
        return ":".join(parts) if rules else None
    name = rest.partition("/")[0] if rest else "*"
    if has_wildcard(kind):
        name = "*"
    elif kind not in _OF_DATABASES:
        return None if has_wildcard(parts[5]) else ":".join(parts)
    return ":".join([*parts[:5], f"database/{name}"])


def _is_part(thing: str, text: str) -> bool:
    """Whether a template has it, so that the evaluation of policies says who reaches it."""
    if _is_database(thing):
        return not has_wildcard(thing) and overlaps(thing, text)
    return overlaps(f"{thing}*", text)


def _is_database(thing: str) -> bool:
    return thing.split(":", 5)[5].startswith("database/")


def _users(thing: str, uses: Mapping[str, Mapping[str, _Use]]) -> dict[str, dict[str, None]]:
    """Who uses a thing, by environment; of databases, which may be meant by how their names begin, some of them."""
    same = [thing]
    if thing.endswith(":catalog"):
        text = thing.removesuffix("catalog") + ANY
        same = [other for other in uses if overlaps(other, text)]
    elif _is_database(thing):
        # Two patterns: one of them is what the other one is held against.
        text = thing.replace("*", ANY).replace("?", ANY)
        same = [other for other in uses if _is_database(other) and overlaps(other, text)]
    found: dict[str, dict[str, None]] = {}
    for each in same:
        for environment, use in uses[each].items():
            found.setdefault(environment, {}).update(use.who)
    return found


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
