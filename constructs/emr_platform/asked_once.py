"""What the CDK is asked but once. It runs in a process of its own, so that every question is a message and an answer.

An environment is some hundred questions: each that need not be asked again is a third of a millisecond.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from aws_cdk import Duration, Stack, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import custom_resources as cr
from constructs import IConstruct

T = TypeVar("T")

_ANSWERS: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()


def known(thing: T) -> T:
    """Something of the CDK, for reading attributes of it that never change.

    Args:
        thing: A construct or another object of the CDK. It is the thing itself that has to be passed on to others,
            not what this function returns.

    Returns:
        What has the same attributes, and remembers their values.
    """
    return cast(T, _Known(thing, _answers(thing)))


def stack_of(construct: IConstruct) -> Stack:
    """The stack that a construct is in."""
    return _once(construct, "Stack.of", Stack.of)


def path_of(construct: IConstruct) -> str:
    """The path of a construct, from its app on."""
    return known(known(construct).node).path


def validations_of(construct: IConstruct) -> Validations:
    """Where findings about a construct are acknowledged."""
    return _once(construct, "Validations.of", Validations.of)


@cache
def days(number: int) -> Duration:
    """A length of time."""
    return Duration.days(number)


@cache
def minutes(number: int) -> Duration:
    """A length of time."""
    return Duration.minutes(number)


@cache
def service_principal(name: str) -> iam.ServicePrincipal:
    """An AWS service, as one that roles trust."""
    return iam.ServicePrincipal(name)


@cache
def static_service_principal(name: str) -> iam.ServicePrincipal:
    """An AWS service by a name that the CDK does not know, as one that roles trust."""
    return iam.ServicePrincipal.from_static_service_principle_name(name)


@cache
def physical_resource_id(text: str) -> cr.PhysicalResourceId:
    """The id of a custom resource that is known beforehand."""
    return cr.PhysicalResourceId.of(text)


class _Known:
    __slots__ = ("_answers", "_thing")

    def __init__(self, thing: object, answers: dict[str, Any]) -> None:
        self._thing = thing
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        if name not in self._answers:
            self._answers[name] = getattr(self._thing, name)
        return self._answers[name]


def _once(thing: IConstruct, question: str, ask: Callable[[IConstruct], T]) -> T:
    answers = _answers(thing)
    if question not in answers:
        answers[question] = ask(thing)
    return cast(T, answers[question])


def _answers(thing: object) -> dict[str, Any]:
    return _ANSWERS.setdefault(thing, {})
