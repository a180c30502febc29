"""Statements of policies, with all that they name resolved, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from emr_platform.isolation.documents import items_of, readable
from emr_platform.isolation.facts import managed_statements
from emr_platform.isolation.matching import HOLE
from emr_platform.isolation.names import Naming
from emr_platform.problems import Path

Json = Any


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement stands.

    Attributes:
        file: The template; empty for a managed policy of AWS.
        path: Keys and positions from the template's root.
        name: What it is called where it has no place: ``service-role/AmazonEMRServicePolicy_v2``.
    """

    file: str
    path: Path
    name: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a statement.

    Attributes:
        operator: In lower case, without ``ifexists`` and without the quantifier: ``stringlike``.
        key: In lower case: ``aws:resourcetag/team``.
        values: What the key's value is compared with.
        if_exists: Whether it holds where the key has no value.
        quantifier: ``forallvalues``, ``foranyvalue`` or empty.
    """

    operator: str
    key: str
    values: tuple[str, ...]
    if_exists: bool = False
    quantifier: str = ""


@dataclass(frozen=True, slots=True)
class Principals:
    """Whom a statement of a resource's policy is about.

    Attributes:
        aws: ARNs, account numbers, or ``*``.
        services: E.g. ``lambda.amazonaws.com``.
        others: Federated and canonical users.
        negated: Whether it is about all but these.
    """

    aws: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a policy.

    Attributes:
        allows: Whether it allows; else it denies.
        actions: Patterns of actions, as written.
        negated_actions: Whether it is about all actions but these.
        resources: Patterns of ARNs.
        negated_resources: Whether it is about all resources but these.
        conditions: All have to hold.
        principals: Whom it is about; None in policies that are attached to somebody.
        source: Where it stands.
        sid: Its name, or None.
    """

    allows: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    negated_actions: bool = False
    negated_resources: bool = False
    conditions: tuple[Condition, ...] = ()
    principals: Principals | None = None
    source: Source = Source("", ())
    sid: str | None = None


POSITIVE: Final = ("stringequals", "stringlike", "arnequals", "arnlike")
"""Operators of conditions that name what is meant."""

NOBODY: Final = Principals()


def statements(document: Json, naming: Naming, path: Path) -> Iterator[Statement]:
    """The statements of a policy document.

    Args:
        document: As the template has it. What is no policy has no statements.
        naming: What resolves the names in it.
        path: Where the template has it.
    """
    document = readable(document)
    if isinstance(document, dict) and "Fn::If" in document and len(document) == 1:
        argument = document["Fn::If"]
        if isinstance(argument, list) and len(argument) == 3:
            for index in (1, 2):
                inner = (*path, "Fn::If", index)
                yield from statements(argument[index], naming, inner)
        return
    if not isinstance(document, dict):
        return
    written = document.get("Statement")
    for item, place in items_of(written, (*path, "Statement")):
        if isinstance(item, dict):
            yield make_statement(item, naming.texts, Source(naming.stack.place, place))


def make_statement(item: Mapping[str, Json], texts: Any, source: Source) -> Statement:
    """Make a statement of its JSON.

    Args:
        item: The statement.
        texts: The function that resolves a value to texts.
        source: Where it stands.
    """
    negated_actions, negated_resources = "NotAction" in item, "NotResource" in item
    actions = texts(item.get("NotAction" if negated_actions else "Action"))
    resources = texts(item.get("NotResource" if negated_resources else "Resource"))
    # Policies of roles and keys say nothing of resources, or "*": it is they that are meant.
    names_resources = negated_resources or "Resource" in item
    return Statement(
        allows=item.get("Effect") == "Allow",
        actions=tuple(actions),
        resources=tuple(resources) if names_resources else ("*",),
        negated_actions=negated_actions,
        negated_resources=negated_resources,
        conditions=tuple(_conditions(item.get("Condition"), texts)),
        principals=_principals(item, texts),
        source=source,
        sid=sid if isinstance(sid := item.get("Sid"), str) else None,
    )


def _principals(item: Mapping[str, Json], texts: Any) -> Principals | None:
    negated = "NotPrincipal" in item
    written = item.get("NotPrincipal" if negated else "Principal")
    if written is None:
        return None
    if not isinstance(written, dict) or not set(written) <= _KINDS:
        return Principals(aws=tuple(texts(written)), negated=negated)
    others = [text for kind in ("Federated", "CanonicalUser") for text in texts(written.get(kind))]
    return Principals(
        aws=tuple(texts(written.get("AWS"))),
        services=tuple(texts(written.get("Service"))),
        others=tuple(others),
        negated=negated,
    )


_KINDS: Final = frozenset(("AWS", "Service", "Federated", "CanonicalUser"))


def _conditions(written: Json, texts: Any) -> Iterator[Condition]:
    if not isinstance(written, dict):
        if written is not None:
            yield Condition("", "", (HOLE,))
        return
    for operator, keys in written.items():
        name = operator.lower()
        quantifier, colon, rest = name.partition(":")
        name = rest if colon else name
        if not isinstance(keys, dict):
            yield Condition("", "", (HOLE,))
            continue
        for key, values in keys.items():
            yield Condition(
                name.removesuffix("ifexists"),
                key.lower(),
                tuple(texts(values)),
                if_exists=name.endswith("ifexists"),
                quantifier=quantifier if colon else "",
            )


@lru_cache(maxsize=256)
def managed(name: str) -> tuple[Statement, ...] | None:
    """The statements of a managed policy of AWS, or None if it is not known.

    Args:
        name: Path and name: ``service-role/AmazonEMRServicePolicy_v2``.
    """
    known = managed_statements(name)
    if known is None:
        return None
    return tuple(
        make_statement(item, _plain, Source("", (index,), name)) for index, item in enumerate(known)
    )


def _plain(value: Json) -> list[str]:
    if value is None:
        return []
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
