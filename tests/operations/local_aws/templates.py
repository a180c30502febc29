"""Deploys templates to the local AWS without the CDK."""

import itertools
import json
from dataclasses import dataclass
from typing import Any

from emr_platform.operations.local_aws import LocalAws

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Deployed:
    """A stack that a test works with, by a name of its own."""

    aws: LocalAws
    name: str

    @property
    def _cloudformation(self) -> Any:
        return self.aws.client("cloudformation")

    @property
    def _stack(self) -> dict[str, Any]:
        stack: dict[str, Any] = self._cloudformation.describe_stacks(StackName=self.name)["Stacks"][
            0
        ]
        return stack

    @property
    def status(self) -> str:
        return str(self._stack["StackStatus"])

    @property
    def outputs(self) -> dict[str, str]:
        outputs = self._stack.get("Outputs", [])
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}

    @property
    def resources(self) -> dict[str, str]:
        """The physical id of each logical id."""
        found = self._cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}

    @property
    def events(self) -> list[tuple[str, str, str]]:
        """Logical id, status and reason, the oldest first."""
        events = self._cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        return [
            (
                event["LogicalResourceId"],
                event["ResourceStatus"],
                event.get("ResourceStatusReason", ""),
            )
            for event in reversed(events)
        ]

    def update(self, resources: dict[str, Any], outputs: dict[str, Any] | None = None) -> None:
        body = _template(resources, outputs)
        self._cloudformation.update_stack(StackName=self.name, TemplateBody=body)

    def change(
        self,
        resources: dict[str, Any],
        outputs: dict[str, Any] | None = None,
        *,
        create: bool = False,
        name: str | None = None,
    ) -> None:
        """Create or update the stack by a change set, as the CDK does."""
        change_set = self._cloudformation.create_change_set(
            StackName=self.name,
            ChangeSetName=name or f"change-{next(_numbers)}",
            ChangeSetType="CREATE" if create else "UPDATE",
            TemplateBody=_template(resources, outputs),
        )
        self._cloudformation.execute_change_set(ChangeSetName=change_set["Id"])

    def delete(self) -> None:
        self._cloudformation.delete_stack(StackName=self.name)


def new_stack(aws: LocalAws) -> Deployed:
    """A stack that does not exist yet."""
    return Deployed(aws, f"stack-{next(_numbers)}")


def create_stack(
    aws: LocalAws, resources: dict[str, Any], outputs: dict[str, Any] | None = None
) -> Deployed:
    stack = new_stack(aws)
    body = _template(resources, outputs)
    aws.client("cloudformation").create_stack(StackName=stack.name, TemplateBody=body)
    return stack


def _template(resources: dict[str, Any], outputs: dict[str, Any] | None) -> str:
    written = {
        name: value if isinstance(value, dict) and "Value" in value else {"Value": value}
        for name, value in (outputs or {}).items()
    }
    return json.dumps({"Resources": resources, "Outputs": written})


def resource(
    type_name: str, properties: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    return {"Type": type_name, "Properties": properties or {}, **more}


def parameter(value: Any, **more: Any) -> dict[str, Any]:
    """The plainest resource there is: a parameter of Systems Manager."""
    return resource("AWS::SSM::Parameter", {"Type": "String", "Value": value}, **more)


def attribute(logical_id: str, name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [logical_id, name]}


def ref(logical_id: str) -> dict[str, Any]:
    return {"Ref": logical_id}
