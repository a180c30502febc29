"""Tells the change sets of different stacks apart.

The CDK gives all of them the same name. moto takes the first one of that name, whatever stack is asked about, and the
CDK then waits for ever for the deletion of its own.
"""

from __future__ import annotations

from typing import Any

from moto.cloudformation.exceptions import CloudFormationError
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult

from emr_platform.operations.local_aws.moto_changes import replace


class _ChangeSetNotFoundError(CloudFormationError):
    code = "ChangeSetNotFound"


def install() -> None:
    """Install every change of this module into moto, in this process."""

    def delete_change_set(self: Any) -> EmptyResult:
        for change_set_id in _matching(self):
            del self.cloudformation_backend.change_sets[change_set_id]
        return EmptyResult()

    def describe_change_set(self: Any) -> ActionResult:
        return ActionResult(self.cloudformation_backend.change_sets[_the_one(self)])

    def execute_change_set(self: Any) -> EmptyResult:
        self.cloudformation_backend.execute_change_set(change_set_name=_the_one(self))
        return EmptyResult()

    replace(CloudFormationResponse, "delete_change_set", delete_change_set)
    replace(CloudFormationResponse, "describe_change_set", describe_change_set)
    replace(CloudFormationResponse, "execute_change_set", execute_change_set)


def _matching(request: Any) -> list[str]:
    name, stack = request._get_param("ChangeSetName"), request._get_param("StackName")
    return [
        change_set_id
        for change_set_id, change_set in request.cloudformation_backend.change_sets.items()
        if name == change_set_id
        or (
            name == change_set.change_set_name
            and stack in (change_set.stack_name, change_set.stack_id)
        )
    ]


def _the_one(request: Any) -> str:
    found = _matching(request)
    if not found:
        name = request._get_param("ChangeSetName")
        raise _ChangeSetNotFoundError(f"ChangeSet [{name}] does not exist")
    return found[-1]
