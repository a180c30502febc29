"""Makes moto create, update and delete a stack as CloudFormation does: order, events, failures, exports.

Each function says what moto does otherwise. moto's own objects are ``Any`` here: what is used of them is private to
moto.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterator
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError
from moto.cloudformation.models import CloudFormationBackend, Event, Stack
from moto.cloudformation.utils import generate_stack_id
from moto.cloudtrail.responses import CloudTrailResponse

from emr_platform.operations.local_aws.moto_changes import replace

logger = logging.getLogger(__name__)


def install() -> None:
    """Install every change of this module into moto, in this process."""
    _follow_dependencies()
    _report_resources()
    _list_what_exists()
    _keep_parameters_as_given()
    _publish_and_roll_back()
    _delete_stacks_for_good()
    _know_no_causes()


def _follow_dependencies() -> None:
    """A change set ignores ``DependsOn``, removes before it adds, and deletes in no order at all.

    A failed deletion is then tried again until nothing is in its way any more, or never. And a resource of which only
    the deletion policy changes is updated, which for some types means made anew.
    """

    def get_after_dependencies(self: Any, key: str) -> Any:
        if key not in self._parsed_resources:
            for dependency in _depends_on(self._resource_json_map.get(key, {})):
                self[dependency]
        return get(self, key)

    def update(self: Any, template: dict[str, Any], parameters: Any = None) -> None:
        difference = self.build_resource_diff(template, parameters)
        removed = {name: self._resource_json_map[name] for name in difference["Remove"]}
        if parameters:
            self.input_parameters = parameters
        before = self._resource_json_map
        self._template, self._resource_json_map = template, template["Resources"]
        self.load_mapping()
        self.load_parameters()
        self.load_conditions()
        for name in difference["Add"]:
            self[name]
        for name in difference["Modify"]:
            # What is to become of a resource when it goes is no change of the resource itself.
            if _declared(before[name]) != _declared(template["Resources"][name]):
                _change(self, name, template["Resources"][name])
        for name in _newest_first(self, removed):
            _delete(self, name, removed[name])

    def delete(self: Any) -> None:
        for name in _newest_first(self, self._resource_json_map):
            resource_json = self._resource_json_map[name]
            if not resource_json.get("DeletionPolicy", "Delete").startswith("Retain"):
                _delete(self, name, resource_json)

    get = replace(parsing.ResourceMap, "__getitem__", get_after_dependencies)
    replace(parsing.ResourceMap, "update", update)
    replace(parsing.ResourceMap, "delete", delete)


def _change(resources: Any, name: str, resource_json: dict[str, Any]) -> None:
    try:
        changed: Any = parsing.parse_and_update_resource(
            name,
            resource_json,
            resources,
            account_id=resources._account_id,
            region_name=resources._region_name,
        )
    except Exception as error:
        _report_failure(resources, name, "UPDATE_FAILED", error)
        raise
    # Nothing is what moto gives for a resource that it cannot change, and that is still there.
    if changed is not None:
        resources._parsed_resources[name] = changed
        _report(resources, name, "UPDATE_COMPLETE", changed)


def _declared(resource_json: dict[str, Any]) -> tuple[str, Any]:
    return resource_json["Type"], resource_json.get("Properties")


def _depends_on(resource_json: dict[str, Any]) -> list[str]:
    dependencies = resource_json.get("DependsOn", [])
    return [dependencies] if isinstance(dependencies, str) else dependencies


def _newest_first(resources: Any, names: Collection[str]) -> Iterator[str]:
    # A resource enters the map only after all that it refers to: the map is in order of creation.
    return (name for name in reversed(list(resources._parsed_resources)) if name in names)


def _delete(resources: Any, name: str, resource_json: dict[str, Any]) -> None:
    resources._delete_resource(resources._parsed_resources[name], resource_json)
    del resources._parsed_resources[name]


def _report_resources() -> None:
    """Events tell of the stack alone, and the CDK finds neither progress nor what went wrong."""

    def create_map(self: Any) -> Any:
        resources = create_resource_map(self)
        resources.stack = self
        return resources

    def get_and_report(self: Any, key: str) -> Any:
        is_new = key not in self._parsed_resources and key in self._resource_json_map
        try:
            resource = get(self, key)
        except Exception as error:
            _report_failure(self, key, "CREATE_FAILED", error)
            raise
        if is_new and resource is not None:
            _report(self, key, "CREATE_COMPLETE", resource)
        return resource

    def delete_and_report(self: Any, resource: Any, resource_json: dict[str, Any]) -> None:
        names = (name for name, other in self._parsed_resources.items() if other is resource)
        name = next(names)
        try:
            delete(self, resource, resource_json)
        except Exception as error:
            _report_failure(self, name, "DELETE_FAILED", error)
            raise
        _report(self, name, "DELETE_COMPLETE", resource)

    create_resource_map = replace(Stack, "_create_resource_map", create_map)
    get = replace(parsing.ResourceMap, "__getitem__", get_and_report)
    delete = replace(parsing.ResourceMap, "_delete_resource", delete_and_report)


def _list_what_exists() -> None:
    """Who asks for the resources of a stack has those made that are missing, and fails on those that shall not be."""

    def stack_resources(self: Any) -> list[Any]:
        resources = self.resource_map
        existing = resources._parsed_resources.items()
        return [resource for name, resource in existing if name in resources._resource_json_map]

    replace(Stack, "stack_resources", property(stack_resources))


def _report(
    resources: Any, name: str, status: str, resource: Any = None, reason: str | None = None
) -> None:
    event = Event(
        stack_id=resources.stack.stack_id,
        stack_name=resources.stack.name,
        logical_resource_id=name,
        physical_resource_id=getattr(resource, "physical_resource_id", ""),
        resource_type=resources._resource_json_map.get(name, {}).get("Type", ""),
        resource_status=status,
        resource_status_reason=reason,
        resource_properties=None,
    )
    resources.stack.events.append(event)


def _report_failure(resources: Any, name: str, status: str, error: Any) -> None:
    # One failure passes through every resource that refers to the one that failed.
    if not getattr(error, "is_reported", False):
        _report(resources, name, status, reason=_reason(error))
        error.is_reported = True


def _reason(error: Any) -> str:
    return str(getattr(error, "message", None) or f"{type(error).__name__}: {error}")


def _keep_parameters_as_given() -> None:
    """The previous value of a parameter is what it stood for, such as a value of Systems Manager, not its name.

    And a parameter that had no value but its default has no previous one.
    """

    def stack_parameters(self: Any) -> dict[str, Any]:
        declared = self.template_dict.get("Parameters", {})
        defaults = {name: each["Default"] for name, each in declared.items() if "Default" in each}
        return {**defaults, **self.parameters}

    replace(Stack, "stack_parameters", property(stack_parameters))


def _publish_and_roll_back() -> None:
    """Only a stack that is created without a change set publishes exports, and a failure is an error of the request.

    CloudFormation accepts the request, goes back to where the stack was, and says so by the stack's status.
    """

    def create_stack(
        self: Any, name: str, template: str, parameters: dict[str, Any], **options: Any
    ) -> Any:
        if any(stack.name == name for stack in self.stacks.values()):
            raise AlreadyExistsException(f"Stack {name} already exists")
        stack = make_stack(
            stack_id=generate_stack_id(name, self.region_name, self.account_id),
            name=name,
            template={},
            parameters=parameters,
            account_id=self.account_id,
            region_name=self.region_name,
            **options,
        )
        self.stacks[stack.stack_id] = stack
        _carry_out(self, stack, "CREATE", template, parameters)
        return stack

    def update_stack(
        self: Any, name: str, template: str, role_arn: Any, parameters: Any, tags: Any
    ) -> Any:
        stack = self.get_stack(name)
        before = stack.stack_parameters
        resolved = {
            each["ParameterKey"]: each.get("ParameterValue", before.get(each["ParameterKey"]))
            for each in parameters
        }
        if _carry_out(self, stack, "UPDATE", template, resolved):
            stack.role_arn = role_arn
            stack.tags = stack.tags if tags is None else tags
        return stack

    def execute_change_set(self: Any, change_set_name: str, stack_name: str | None = None) -> None:
        change_set: Any = self.describe_change_set(change_set_name)
        if change_set is None:
            raise ValidationError(stack_name)
        stack, kind = self.stacks[change_set.stack_id], change_set.change_set_type
        change_set.execution_status = "EXECUTE_COMPLETE"
        if not _carry_out(self, stack, kind, change_set.template, change_set.parameters):
            change_set.execution_status = "EXECUTE_FAILED"

    # Abstract, says its type; moto makes it all the same.
    make_stack: Any = Stack
    replace(CloudFormationBackend, "create_stack", create_stack)
    replace(CloudFormationBackend, "update_stack", update_stack)
    replace(CloudFormationBackend, "execute_change_set", execute_change_set)


def _carry_out(
    backend: Any, stack: Any, kind: str, template: str, parameters: dict[str, Any]
) -> bool:
    """Make the stack what ``template`` says, or what it was before; gives whether it went well."""
    stack._add_stack_event(f"{kind}_IN_PROGRESS", resource_status_reason="User Initiated")
    try:
        stack.resource_map.cross_stack_resources = backend.exports
        template_dict = Stack.parse_template(template)
        stack.resource_map.update(template_dict, parameters)
        _publish(backend, stack, template_dict)
    except Exception as error:
        logger.exception("%s of the stack %s failed", kind, stack.name)
        stack.status = _roll_back(stack, kind)
        stack._add_stack_event(stack.status, resource_status_reason=_reason(error))
        return False
    stack.template, stack.template_dict, stack.parameters = template, template_dict, parameters
    stack.description = stack.template_description
    stack.status = f"{kind}_COMPLETE"
    stack._add_stack_event(stack.status)
    return True


def _publish(backend: Any, stack: Any, template_dict: dict[str, Any]) -> None:
    outputs = parsing.OutputMap(stack.resource_map, template_dict, stack.stack_id)
    exports = {export.name: export for export in outputs.exports}
    before = {
        name: export
        for name, export in backend.exports.items()
        if export.exporting_stack_id == stack.stack_id
    }
    taken = sorted(exports.keys() & (backend.exports.keys() - before.keys()))
    if taken:
        raise ValidationError(message=f"Another stack exports {', '.join(taken)} already")
    for name in before:
        del backend.exports[name]
    backend.exports.update(exports)
    stack.output_map = outputs


def _roll_back(stack: Any, kind: str) -> str:
    """Go back to what the stack was; gives the status that it then has."""
    status = "ROLLBACK" if kind == "CREATE" else "UPDATE_ROLLBACK"
    try:
        if kind == "CREATE":
            stack.resource_map.delete()
        else:
            stack.resource_map.update(stack.template_dict, stack.parameters)
    except Exception:
        logger.exception("the stack %s cannot be rolled back", stack.name)
        return f"{status}_FAILED"
    return f"{status}_COMPLETE"


def _delete_stacks_for_good() -> None:
    """A stack is forgotten before it is deleted, also when that then fails.

    And who asks for the outputs of a deleted stack has the resources made again that they refer to.
    """

    def delete_or_keep(self: Any, name_or_stack_id: str) -> None:
        stack = self.stacks.get(name_or_stack_id)
        if stack is None:
            # By its name: moto looks the id up and comes back with it.
            delete_stack(self, name_or_stack_id)
            return
        try:
            delete_stack(self, name_or_stack_id)
        except Exception as error:
            logger.exception("the stack %s cannot be deleted", stack.name)
            self.stacks[stack.stack_id] = stack
            stack.status = "DELETE_FAILED"
            stack._add_stack_event(stack.status, resource_status_reason=_reason(error))
        else:
            stack.output_map = parsing.OutputMap(stack.resource_map, {}, stack.stack_id)

    delete_stack = replace(CloudFormationBackend, "delete_stack", delete_or_keep)


def _know_no_causes() -> None:
    """After a failure the CDK asks CloudTrail for causes, and without an answer asks for half a minute."""
    handler: Any = CloudTrailResponse
    handler.lookup_events = lambda _self: json.dumps({"Events": []})
