"""What is known of AWS: what its actions work on, what they do, and its managed policies."""

from __future__ import annotations

import json
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final

from emr_platform.isolation.matching import HOLE, covers

Json = Any


class Access(StrEnum):
    """What somebody gets who may do something."""

    READ = "read"
    WRITE = "write"
    DECRYPT = "decrypt"
    ASSUME = "assume"
    HAND_ON = "pass"
    CONNECT = "connect"
    USE = "use"


_SPECIAL: Final = {
    "iam:passrole": Access.HAND_ON,
    "sts:assumerole": Access.ASSUME,
    "sts:assumerolewithsaml": Access.ASSUME,
    "sts:assumerolewithwebidentity": Access.ASSUME,
    "rds-db:connect": Access.CONNECT,
    "ec2-instance-connect:sendsshpublickey": Access.CONNECT,
    "ec2-instance-connect:sendserialconsolesshpublickey": Access.CONNECT,
    "ssm:startsession": Access.CONNECT,
    "ssm:resumesession": Access.CONNECT,
    "ssm:sendcommand": Access.CONNECT,
    "elasticmapreduce:getclustersessioncredentials": Access.CONNECT,
    "elasticmapreduce:createpersistentappui": Access.CONNECT,
    "elasticmapreduce:getonclusterappuipresignedurl": Access.CONNECT,
    "elasticmapreduce:getpersistentappuipresignedurl": Access.CONNECT,
    "kms:decrypt": Access.DECRYPT,
    "kms:reencryptfrom": Access.DECRYPT,
    "kms:generatedatakey": Access.DECRYPT,
    "kms:generatedatakeypair": Access.DECRYPT,
    "kms:derivesharedsecret": Access.DECRYPT,
    "kms:verify": Access.READ,
    "kms:verifymac": Access.READ,
    "sqs:receivemessage": Access.READ,
}
_READING: Final = ("batchget", "describe", "get", "list", "partiqlselect", "query", "scan", "view")
_WITHIN: Final = {"catalog": ("database", "table", "userdefinedfunction")}
"""Of AWS Glue: what is done to a database or table has to be allowed on the catalog, too. That is all it does there."""

_MAKING: Final = {
    "network-interface": frozenset(("createfleet", "createnetworkinterface", "runinstances")),
    "volume": frozenset(("createfleet", "createvolume", "runinstances")),
}
"""What makes one more of a kind, in a subnet or from a snapshot, and does nothing to those that are there."""

_CATALOG: Final = (
    "glue:deleteresourcepolicy",
    "glue:putdatacatalogencryptionsettings",
    "glue:putresourcepolicy",
)
"""What changes who may use the whole Data Catalog of an account and region, and its encryption."""

_USELESS: Final = frozenset(
    # What only goes along with taking on a role.
    ("sts:setcontext", "sts:setsourceidentity", "sts:tagsession")
)


def access(action: str) -> Access:
    """What an action gives, by its name in lower case."""
    special = _SPECIAL.get(action)
    if special:
        return special
    return Access.READ if action.partition(":")[2].startswith(_READING) else Access.WRITE


@cache
def actions_on(kinds: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The actions that work on a kind of resource, in lower case.

    Args:
        kinds: Services and their types of resources.
    """
    found = (
        f"{service}:{action}"
        for service, kind in kinds
        for action in _facts()["actions"][f"{service} {kind}"].split()
        if not any(action in actions_of(service, inner) for inner in _WITHIN.get(kind, ()))
        and action not in _MAKING.get(kind, ())
    )
    more = _CATALOG if ("glue", "catalog") in kinds else ()
    return tuple(action for action in (*found, *more) if action not in _USELESS)


@cache
def actions_of(service: str, kind: str) -> frozenset[str]:
    """The names of all actions that name a resource of a type, whatever else they name."""
    return frozenset(_facts()["actions"][f"{service} {kind}"].split())


@cache
def matched_actions(
    patterns: tuple[str, ...], negated: bool, kinds: tuple[tuple[str, str], ...]
) -> frozenset[str]:
    """The actions on a kind of resource that a statement is about.

    Args:
        patterns: The statement's actions, as written.
        negated: Whether it is about all but these.
        kinds: Services and their types of resources.
    """
    known = actions_on(kinds)
    lower = [pattern.lower().replace(HOLE, "*") for pattern in patterns]
    found = {action for action in known if any(covers(pattern, action) for pattern in lower)}
    if negated:
        return frozenset(known) - found
    # What is newer than the facts may work on anything of its service.
    services = {service for service, _ in kinds}
    found |= {
        pattern
        for pattern in lower
        if pattern.partition(":")[0] in services and not is_pattern(pattern) and is_new(pattern)
    }
    return frozenset(found)


def is_pattern(action: str) -> bool:
    """Whether an action is written with wildcards."""
    return "*" in action or "?" in action


@cache
def is_new(action: str) -> bool:
    """Whether an action, in lower case, is not among those that are known of its service."""
    service, _, name = action.partition(":")
    facts = _facts()
    rows = [row for key, row in facts["actions"].items() if key.split()[0] == service]
    return not any(name in row.split() for row in (*rows, facts["other_actions"][service]))


@cache
def managed_statements(name: str) -> list[Json] | None:
    """The statements of a managed policy of AWS; None if it is not known."""
    known = _facts()["managed_policies"].get(name)
    if known is None:
        return None
    statements: Json = known["statements"]
    return statements if isinstance(statements, list) else [statements]


@cache
def knows_service(service: str) -> bool:
    """Whether there are resources of a service among those that are looked at."""
    return any(key.split()[0] == service for key in _facts()["actions"])


@cache
def _facts() -> Json:
    file = resources.files("emr_platform.isolation").joinpath("facts.json")
    return json.loads(file.read_text(encoding="utf-8"))
