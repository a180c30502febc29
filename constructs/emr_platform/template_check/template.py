"""EMR's resources of a template, as they are in one way to deploy it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from emr_platform.problems import Path
from emr_platform.template_check.shapes import resource_types
from emr_platform.template_check.spelling import corrected
from emr_platform.templates.evaluate import Reference, Value
from emr_platform.templates.model import Resource, Stack
from emr_platform.templates.scenarios import Scenario, scenarios

CLUSTER = "AWS::EMR::Cluster"
INSTANCE_GROUP = "AWS::EMR::InstanceGroupConfig"
INSTANCE_FLEET = "AWS::EMR::InstanceFleetConfig"
STEP = "AWS::EMR::Step"
SECURITY_CONFIGURATION = "AWS::EMR::SecurityConfiguration"

_LINKS = {INSTANCE_GROUP: "JobFlowId", INSTANCE_FLEET: "ClusterId", STEP: "JobFlowId"}


@dataclass(frozen=True, slots=True)
class EmrResource:
    """A resource of EMR.

    Attributes:
        logical_id: Its name in the template.
        type: E.g. ``AWS::EMR::Cluster``.
        written: Its properties, with their functions evaluated.
        properties: The same with misspelled names corrected, where it is clear what is meant.
    """

    logical_id: str
    type: str
    written: Value
    properties: Value

    @property
    def path(self) -> Path:
        """Where its properties are in the template."""
        return properties_path(self.logical_id)


@dataclass(frozen=True)
class EmrTemplate:
    """EMR's resources of a template.

    Attributes:
        stack: The template as it was read.
        resources: Those of EMR that are made, by logical id.
    """

    stack: Stack
    resources: Mapping[str, EmrResource]

    def of_type(self, *types: str) -> Iterator[EmrResource]:
        """The resources of some types, in the order of the template."""
        for resource in self.resources.values():
            if resource.type in types:
                yield resource

    @cached_property
    def attached(self) -> Mapping[str, tuple[EmrResource, ...]]:
        """Groups, fleets and steps that are resources of their own, by the cluster they belong to."""
        found: dict[str, list[EmrResource]] = {}
        for resource in self.of_type(*_LINKS):
            link = resource.properties.get(_LINKS[resource.type])
            if link and link.reference and link.reference.attribute in (None, "Id"):
                found.setdefault(link.reference.name, []).append(resource)
        return {name: tuple(resources) for name, resources in found.items()}

    def security_configuration(self, cluster: EmrResource) -> EmrResource | None:
        """The security configuration that a cluster refers to, if it is in the template."""
        name = cluster.properties.get("SecurityConfiguration")
        found = self.resources.get(name.reference.name) if name and name.reference else None
        return found if found and found.type == SECURITY_CONFIGURATION else None

    def resource(self, reference: Reference) -> Resource | None:
        """What a reference leads to, of whatever type; None if it is no resource of the template."""
        return self.stack.resources.get(reference.name)


def properties_path(logical_id: str) -> Path:
    """Where the properties of a resource are in its template."""
    return ("Resources", logical_id, "Properties")


def emr_resources(stack: Stack) -> dict[str, Resource]:
    """EMR's resources of a template as it was read."""
    types = resource_types()
    return {name: resource for name, resource in stack.resources.items() if resource.type in types}


def templates(stack: Stack) -> Iterator[tuple[Scenario, EmrTemplate]]:
    """A template in every way to deploy it that makes a difference to EMR."""
    resources = emr_resources(stack)
    values = [dict(resource.properties) for resource in resources.values()]
    conditions = [resource.condition for resource in resources.values() if resource.condition]
    for scenario in scenarios(stack, values, conditions):
        evaluated = {}
        for name, resource in resources.items():
            if resource.condition and scenario.scope.condition(resource.condition) is False:
                continue
            path = properties_path(name)
            written = scenario.scope.evaluate(dict(resource.properties), path) or Value(path, {})
            properties = corrected(resource.type, written)
            evaluated[name] = EmrResource(name, resource.type, written, properties)
        yield scenario, EmrTemplate(stack, evaluated)
