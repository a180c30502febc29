"""Acknowledging cdk-nag findings whose ids are known only once cross-stack references are."""

from __future__ import annotations

import json
from typing import Any

import jsii
from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct, IValidation


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
    scope.node.add_validation(_LateAcknowledgement(scope, resource, reason))


@jsii.implements(IValidation)
class _LateAcknowledgement:
    def __init__(self, scope: IConstruct, resource: str, reason: str) -> None:
        self._scope = scope
        self._resource = resource
        self._reason = reason

    def validate(self) -> list[str]:
        resource = flatten(Stack.of(self._scope).resolve(self._resource))
        acknowledge(
            self._scope, rule=f"AwsSolutions-IAM5[Resource::{resource}]", reason=self._reason
        )
        return []


def acknowledge(scope: IConstruct, *, rule: str, reason: str) -> None:
    """Acknowledge a finding of cdk-nag's AwsSolutions pack.

    Args:
        scope: The construct that has the finding; choose the narrowest.
        rule: The rule as cdk-nag prints it, e.g. ``AwsSolutions-EMR5`` or ``AwsSolutions-IAM4[Policy::…]``.
        reason: Why it is right nevertheless, in words that convince an auditor.
    """
    Validations.of(scope).acknowledge(Acknowledgment(id=f"AwsSolutions::{rule}", reason=reason))


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
