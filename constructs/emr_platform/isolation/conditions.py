"""Whether the conditions of a statement hold: yes, no, or it depends.

See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import ip_network
from typing import Final

from emr_platform.isolation.matching import (
    HOLE,
    covers,
    escaped,
    has_wildcard,
    overlaps,
    symbols_in,
    with_variables,
)
from emr_platform.isolation.policies import Condition, Statement


class Verdict(Enum):
    """Whether something holds."""

    NO = 0
    DEPENDS = 1
    YES = 2


NO, DEPENDS, YES = Verdict.NO, Verdict.DEPENDS, Verdict.YES


class Absent:
    """Stands for a key that a request does not have."""


ABSENT: Final = Absent()


@dataclass(frozen=True)
class OfEnvironment:
    """An ARN of something of an environment, no matter of what.

    Attributes:
        environment: The environment.
        account: Its account.
        owner: Tells whose name a symbol stands for.
    """

    environment: str
    account: str
    owner: Callable[[str], str | None]

    def matches(self, pattern: str) -> Verdict:
        """Whether a pattern matches ARNs of the environment."""
        owners = {self.owner(symbol) for symbol in symbols_in(pattern)}
        if owners - {self.environment}:
            return NO
        parts = pattern.split(":")
        if len(parts) > 4 and not overlaps(parts[4], self.account) and parts[4]:
            return NO
        return DEPENDS


@dataclass(frozen=True)
class OneOf:
    """One of several texts, whichever somebody chooses.

    Attributes:
        texts: The texts.
    """

    texts: tuple[str, ...]

    def matches(self, pattern: str) -> Verdict:
        """Whether a pattern matches the text that is chosen."""
        found = {_like(text, pattern) for text in self.texts}
        return found.pop() if len(found) == 1 else DEPENDS


Known = str | Absent | OfEnvironment | OneOf | None
"""A value of a request: a text, none at all, an ARN of something, or None where nothing is known."""

CONTEXT: Final = "kms:encryptioncontext:"
"""What the conditions on a key's encryption context begin with, in lower case."""


@dataclass(frozen=True)
class Request:
    """What is known of a request.

    Attributes:
        values: By key, in lower case. Keys that are not here are not known.
        groups: By the beginning of the key, for those that end in the name of a tag:
            ``aws:resourcetag/`` and its tags. A tag that is not among them is not there.
        variables: What a policy's variables stand for.
    """

    values: Mapping[str, Known] = field(default_factory=dict)
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def value(self, key: str) -> Known:
        """The value of a key."""
        start, slash, name = key.partition("/")
        if slash and (tags := self.groups.get(f"{start}/")) is not None:
            for tag, value in tags.items():
                if tag.lower() == name:
                    return None if HOLE in value else value
            return ABSENT
        if key.startswith(CONTEXT) and key not in self.values:
            return self.values.get(f"{CONTEXT}*")
        return self.values.get(key)

    @property
    def variables(self) -> dict[str, str | None]:
        """What the variables of a policy stand for."""
        found: dict[str, str | None] = {
            key: value for key, value in self.values.items() if isinstance(value, str)
        }
        for start, tags in self.groups.items():
            found.update({f"{start}{tag.lower()}": value for tag, value in tags.items()})
        return found


def conditions_hold(statement: Statement, request: Request) -> Verdict:
    """Whether all conditions of a statement hold for a request."""
    verdict = YES
    for condition in statement.conditions:
        found = _holds(condition, request)
        if found is NO:
            return NO
        verdict = DEPENDS if found is DEPENDS else verdict
    return verdict


def _holds(condition: Condition, request: Request) -> Verdict:
    value = request.value(condition.key)
    if condition.operator == "null":
        return _null(condition, value)
    if isinstance(value, Absent):
        return _without_value(condition)
    values: Iterable[str] = condition.values
    if any("${" in each for each in values):
        variables = request.variables
        values = [with_variables(each, variables) for each in values]
    if compare := _COMPARISONS.get(condition.operator):
        return _any(compare(value, each) for each in values)
    if condition.operator not in _NEGATIONS:
        return DEPENDS
    compare = _COMPARISONS[_NEGATIONS[condition.operator]]
    return _not(_any(compare(value, each) for each in values))


def _null(condition: Condition, value: Known) -> Verdict:
    if value is None:
        return DEPENDS
    wanted = {each.lower() for each in condition.values}
    return _verdict(("true" if isinstance(value, Absent) else "false") in wanted)


def _without_value(condition: Condition) -> Verdict:
    if condition.if_exists or condition.quantifier == "forallvalues":
        return YES
    return _verdict(condition.operator in _NEGATIONS and condition.quantifier != "foranyvalue")


def _verdict(is_so: bool) -> Verdict:
    return YES if is_so else NO


def _not(verdict: Verdict) -> Verdict:
    return {YES: NO, NO: YES, DEPENDS: DEPENDS}[verdict]


def _any(verdicts: Iterable[Verdict]) -> Verdict:
    best = NO
    for verdict in verdicts:
        if verdict is YES:
            return YES
        best = DEPENDS if verdict is DEPENDS else best
    return best


# --- Comparisons ---------------------------------------------------------------------------


def _like(value: Known, pattern: str) -> Verdict:
    if isinstance(value, OfEnvironment | OneOf):
        return value.matches(pattern)
    if not isinstance(value, str):
        return DEPENDS
    if covers(pattern, value):
        return YES
    return DEPENDS if overlaps(pattern, value) else NO


def _equals(value: Known, wanted: str) -> Verdict:
    if isinstance(value, OneOf):
        return value.matches(escaped(wanted))
    if isinstance(value, OfEnvironment):
        # A wildcard is an ordinary character here; whoever writes one means it otherwise.
        return value.matches(wanted) if not has_wildcard(wanted) else NO
    return _like(value, escaped(wanted))


def _equals_ignoring_case(value: Known, wanted: str) -> Verdict:
    return _equals(value.lower() if isinstance(value, str) else value, wanted.lower())


def _arn(value: Known, pattern: str) -> Verdict:
    if not isinstance(value, str):
        return _like(value, pattern)
    # The six parts are compared one by one.
    theirs, ours = value.split(":", 5), pattern.split(":", 5)
    if len(theirs) != len(ours):
        # No ARN; nobody says what AWS makes of it.
        return NO if _like(value, pattern) is NO else DEPENDS
    worst = YES
    for their, our in zip(theirs, ours, strict=True):
        found = _like(their, our)
        if found is NO:
            return NO
        worst = DEPENDS if found is DEPENDS else worst
    return worst


def _bool(value: Known, wanted: str) -> Verdict:
    return _like(value.lower(), wanted.lower()) if isinstance(value, str) else DEPENDS


def _address(value: Known, wanted: str) -> Verdict:
    if not isinstance(value, str):
        return DEPENDS
    try:
        theirs, ours = ip_network(value, strict=False), ip_network(wanted, strict=False)
    except ValueError:
        return DEPENDS
    if theirs.version != ours.version:
        return NO
    return _verdict(theirs.subnet_of(ours))  # type: ignore[arg-type]


_COMPARISONS: Final[Mapping[str, Callable[[Known, str], Verdict]]] = {
    "stringequals": _equals,
    "stringequalsignorecase": _equals_ignoring_case,
    "stringlike": _like,
    "arnequals": _arn,
    "arnlike": _arn,
    "bool": _bool,
    "ipaddress": _address,
}
_NEGATIONS: Final = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
}
