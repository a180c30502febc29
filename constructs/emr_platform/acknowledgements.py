"""Acknowledging cdk-nag findings whose ids are known only once cross-stack references are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import jsii
from aws_cdk import Acknowledgment, Stack
from constructs import IConstruct, IValidation

from emr_platform.asked_once import known, stack_of, validations_of


def acknowledge_wildcard(scope: IConstruct, *, resource: str, reason: str) -> None:
    """Acknowledge that a policy below a construct names a resource with a wildcard.

    cdk-nag names the finding by the resource as the template will have it. A reference to another stack gets that
    form while the app is synthesized, so the acknowledgement is made then, after references are settled and before
    validation plugins run.

    Args:
        scope: The construct that has the policy; choose the narrowest.
        resource: The resource of the policy's statement, tokens and all.
        reason: Why that much is needed, in words that convince an auditor.
    """
    stack = stack_of(scope)
    if stack not in _LATE:
        _LATE[stack] = _LateAcknowledgements(stack)
        known(stack).node.add_validation(_LATE[stack])
    _LATE[stack].add(scope, resource, reason)


@jsii.implements(IValidation)
class _LateAcknowledgements:
    """Those of one stack: all their resources are resolved at once."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._wanted: list[tuple[IConstruct, str, str]] = []

    def add(self, scope: IConstruct, resource: str, reason: str) -> None:
        self._wanted.append((scope, resource, reason))

    def validate(self) -> list[str]:
        resources = self._stack.resolve([resource for _, resource, _ in self._wanted])
        for (scope, _, reason), resource in zip(self._wanted, resources, strict=True):
            acknowledge(
                scope, rule=f"AwsSolutions-IAM5[Resource::{flatten(resource)}]", reason=reason
            )
        return []


_LATE: WeakKeyDictionary[Stack, _LateAcknowledgements] = WeakKeyDictionary()


def acknowledge(scope: IConstruct, *, rule: str, reason: str) -> None:
    """Acknowledge a finding of cdk-nag's AwsSolutions pack.

    Args:
        scope: The construct that has the finding; choose the narrowest.
        rule: The rule as cdk-nag prints it, e.g. ``AwsSolutions-EMR5`` or ``AwsSolutions-IAM4[Policy::…]``.
        reason: Why it is right nevertheless, in words that convince an auditor.
    """
    acknowledge_all(scope, {rule: reason})


def acknowledge_all(scope: IConstruct, reasons: Mapping[str, str]) -> None:
    """Acknowledge several findings of cdk-nag's AwsSolutions pack about one construct.

    Args:
        scope: The construct that has the findings; choose the narrowest.
        reasons: Why each is right nevertheless, by the rule as cdk-nag prints it.
    """
    validations_of(scope).acknowledge(
        *(
            Acknowledgment(id=f"AwsSolutions::{rule}", reason=reason)
            for rule, reason in reasons.items()
        )
    )


def flatten(value: Any) -> str:
    """Write a resolved value as cdk-nag does in the ids of its findings.

    Args:
        value: A string, or one of CloudFormation's intrinsic functions.

    Returns:
        The text: references in angle brackets, joined parts one after the other.
    """
    if isinstance(value, str):
        return value.replace("${", "<").replace("}", ">")
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(flatten(part) for part in parts)
        case {"Fn::Sub": text}:
            return flatten(text)
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{flatten(resource)}.{flatten(attribute)}>"
        case {"Fn::ImportValue": name}:
            return flatten(name)
        case {"Ref": name}:
            return f"<{flatten(name)}>"
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
