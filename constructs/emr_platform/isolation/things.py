"""What several environments work on, although it is in the template of none of them."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from emr_platform.isolation.facts import Access, access, matched_actions
from emr_platform.isolation.listings import BUCKET, OBJECTS, Kinds, listings
from emr_platform.isolation.matching import (
    HOLE,
    anonymous,
    has_wildcard,
    symbols_in,
)
from emr_platform.isolation.parties import Actor, Part, Target, World
from emr_platform.isolation.policies import Statement
from emr_platform.isolation.territory import as_text

_HOLDING: Final[dict[str, Kinds]] = {
    "dynamodb": (("dynamodb", "table"),),
    "secretsmanager": (("secretsmanager", "secret"),),
    "sns": (("sns", "topic"),),
    "sqs": (("sqs", "queue"),),
}
"""Services in which one leaves what another one finds."""

_DATABASE: Final[dict[str, Kinds]] = {
    "database/{name}": (("glue", "database"),),
    "table/{name}/*": (("glue", "table"),),
    "userDefinedFunction/{name}/*": (("glue", "userdefinedfunction"),),
}
"""A database of the Data Catalog and what is in it: whoever uses some of it, uses the database."""
_IN_DATABASES: Final = frozenset(("database", "table", "tableVersion", "userDefinedFunction"))
_CATALOG: Final[Kinds] = (("glue", "catalog"),)
_ARN_PARTS: Final = 6


@dataclass
class _Draft:
    """What an environment does with something."""

    target: Target
    holds: bool = False
    statements: dict[int, Statement] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Thing:
    """What a pattern is about.

    Attributes:
        parts: By ARN, services and their types of resources.
        writes: Whether something is written there.
    """

    parts: Mapping[str, Kinds]
    writes: bool


def things_of(world: World) -> Iterator[Target]:
    """What is in no template and environments have policies for, once for each of them.

    Args:
        world: Everything.
    """
    known = {target.text for target in world.targets if not symbols_in(target.text)}
    drafts: dict[tuple[str, str], _Draft] = {}
    for actor in world.actors:
        for statement in actor.statements:
            if not statement.allows or statement.negated_actions or statement.negated_resources:
                continue
            for pattern in statement.resources:
                thing = _thing(pattern, statement)
                for arn, kinds in thing.parts.items() if thing else ():
                    if _is_known(as_text(arn), known):
                        continue
                    key = (actor.environment, arn)
                    if key not in drafts:
                        drafts[key] = _made(world, actor, arn, kinds)
                    drafts[key].holds |= thing.writes if thing else False
                    drafts[key].statements[id(statement)] = statement
    for draft in drafts.values():
        assert draft.target.part is not None  # noqa: S101 - they are made with one
        part = replace(
            draft.target.part, holds=draft.holds, statements=tuple(draft.statements.values())
        )
        made = replace(draft.target, part=part)
        yield made
        yield from listings(made)


def _is_known(arn: str, known: Container[str]) -> bool:
    """Whether it is a resource of a template, or a part of one."""
    if arn in known:
        return True
    bucket, slash, _ = arn.partition("/")
    return ":s3:" in arn and bool(slash) and bucket in known


def _thing(pattern: str, statement: Statement) -> _Thing | None:
    """What a pattern is about, of a service that holds something; None for all or nothing of it."""
    parts = pattern.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or symbols_in(pattern) or HOLE in pattern or "${" in pattern:
        return None
    service, rest = parts[2], parts[5]
    if service == "s3":
        bucket, slash, _ = rest.partition("/")
        kinds = OBJECTS if slash else BUCKET
        return None if has_wildcard(bucket) else _used({pattern: kinds}, kinds, statement)
    if service == "glue":
        return _of_catalog(":".join(parts[:5]), rest, statement)
    if has_wildcard(rest) or service not in _HOLDING:
        return None
    return _used({pattern: _HOLDING[service]}, _HOLDING[service], statement)


def _of_catalog(start: str, rest: str, statement: Statement) -> _Thing | None:
    """What of the Data Catalog a pattern is about. The catalog is one for all of an account and region."""
    kind, _, names = rest.partition("/")
    catalog = {f"{start}:catalog": _CATALOG}
    if kind == "catalog":
        # To be let use it opens nothing by itself, but for its own settings.
        return _used(catalog, _CATALOG, statement)
    if kind not in _IN_DATABASES and not has_wildcard(kind):
        return None
    name = "*" if has_wildcard(kind) else names.partition("/")[0] or "*"
    every = tuple(each for kinds in _DATABASE.values() for each in kinds)
    parts = {f"{start}:{form.format(name=name)}": kinds for form, kinds in _DATABASE.items()}
    used = _used(parts, every, statement)
    return used and replace(used, parts={**parts, **catalog})


def _used(parts: Mapping[str, Kinds], kinds: Kinds, statement: Statement) -> _Thing | None:
    actions = matched_actions(statement.actions, statement.negated_actions, kinds)
    if not actions:
        return None
    return _Thing(parts, any(access(each) is not Access.READ for each in actions))


def _made(world: World, actor: Actor, arn: str, kinds: Kinds) -> _Draft:
    text = as_text(arn)
    return _Draft(
        Target(
            environment=actor.environment,
            stack=actor.stack,
            logical_id=actor.logical_id,
            type="",
            kinds=kinds,
            text=text,
            # Whose it is, nobody knows: policies of resources may let in whom they like.
            account=HOLE,
            tags={},
            anonymous=anonymous(text),
            part=Part(name=world.symbols.readable(text), within=None),
        )
    )
