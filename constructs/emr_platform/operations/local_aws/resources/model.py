"""How a type of resource is made by its service's own API, where moto's CloudFormation does not do it, or wrongly.

moto's services are far more complete than its CloudFormation. A type is a few lines here: which call makes it, which
one deletes it.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from moto.core.common_models import CloudFormationModel

Clients = Callable[[str, str], Any]
"""Gives a boto3 client of the local AWS for a service and a region."""

Service = Callable[[str], Any]
"""Gives such a client for a service, in the region of a stack."""

Properties = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A resource as a template declares it.

    Attributes:
        type_name: Its type, such as ``AWS::EC2::KeyPair``.
        logical_id: Its name in the template.
        physical_name: The name that the template gives it, or else one that is made up.
        properties: Its properties; every reference in them is resolved.
        stack_id: Whose template it is.
        account_id: The account of the stack.
        region: The region of the stack.
        clients: Where to get clients.
    """

    type_name: str
    logical_id: str
    physical_name: str
    properties: Properties
    stack_id: str
    account_id: str
    region: str
    clients: Clients

    def aws(self, service: str) -> Any:
        """A boto3 client of ``service`` in the region of the stack."""
        return self.clients(service, self.region)

    def differs(self, other: Declared, *names: str) -> bool:
        """Whether one of the properties ``names`` is another one in ``other``."""
        return any(self.properties.get(name) != other.properties.get(name) for name in names)


@dataclass(frozen=True)
class Made:
    """What has been made: ``id`` is what ``Ref`` gives, ``attributes`` what ``Fn::GetAtt`` gives."""

    id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Existing:
    """A resource that exists, and what it was declared as."""

    made: Made
    declared: Declared

    @property
    def id(self) -> str:
        """What ``Ref`` gives."""
        return self.made.id

    @property
    def properties(self) -> Properties:
        """The properties that it has."""
        return self.declared.properties

    def aws(self, service: str) -> Any:
        """A boto3 client of ``service`` in the region of the stack."""
        return self.declared.aws(service)


class ResourceType(ABC):
    """One type of resource.

    Attributes:
        name: Its CloudFormation name.
        name_property: The property with its physical name, if it has one.
    """

    name: ClassVar[str]
    name_property: ClassVar[str] = ""

    @abstractmethod
    def create(self, declared: Declared) -> Made:
        """Make the resource."""

    def update(self, existing: Existing, declared: Declared) -> Made | None:  # noqa: ARG002
        """Change the resource in place; None, where CloudFormation replaces it."""
        return None

    @abstractmethod
    def delete(self, existing: Existing) -> None:
        """Delete the resource."""


def model(resource_type: ResourceType, clients: Clients) -> type[CloudFormationModel]:
    """The class by which moto's CloudFormation uses ``resource_type``.

    moto finds it among the subclasses of ``CloudFormationModel``, and takes the newest one of each type.
    """

    class Model(CloudFormationModel):
        def __init__(self, existing: Existing):
            self.existing = existing

        @property
        def physical_resource_id(self) -> str:
            return self.existing.id

        @staticmethod
        def cloudformation_type() -> str:
            return resource_type.name

        @staticmethod
        def cloudformation_name_type() -> str:
            return resource_type.name_property

        @classmethod
        def has_cfn_attr(cls, attr: str) -> bool:  # noqa: ARG003
            return True

        def get_cfn_attribute(self, attribute_name: str) -> Any:
            return self.existing.made.attributes.get(attribute_name)

        @classmethod
        def create_from_cloudformation_json(
            cls,
            resource_name: str,
            cloudformation_json: dict[str, Any],
            account_id: str,
            region_name: str,
            **kwargs: Any,
        ) -> Model:
            declared = Declared(
                type_name=kwargs["ResourceType"],
                logical_id=kwargs["LogicalId"],
                physical_name=resource_name,
                properties=cloudformation_json["Properties"],
                stack_id=kwargs["StackId"],
                account_id=account_id,
                region=region_name,
                clients=clients,
            )
            return cls(Existing(resource_type.create(declared), declared))

        @classmethod
        def update_from_cloudformation_json(
            cls,
            original_resource: Any,
            new_resource_name: str,
            cloudformation_json: dict[str, Any],
            account_id: str,  # noqa: ARG003
            region_name: str,  # noqa: ARG003
        ) -> Model:
            existing: Existing = original_resource.existing
            declared = dataclasses.replace(
                existing.declared,
                physical_name=new_resource_name,
                properties=cloudformation_json["Properties"],
            )
            made = resource_type.update(existing, declared)
            if made is None:
                made = resource_type.create(declared)
                resource_type.delete(existing)
            return cls(Existing(made, declared))

        @classmethod
        def delete_from_cloudformation_json(cls, *_arguments: Any) -> None:
            raise NotImplementedError("moto deletes a resource by its own method, if it has one")

        def delete(self, account_id: str, region_name: str) -> None:  # noqa: ARG002
            resource_type.delete(self.existing)

        def is_created(self) -> bool:
            return True

    Model.__name__ = Model.__qualname__ = resource_type.name.replace("::", "")
    return Model


def parameters(client: Any, operation: str, properties: Properties) -> dict[str, Any]:
    """Those of ``properties`` that an API operation takes, as it takes them.

    Most properties have the name and structure of a parameter of the API, but a number may be a string in a
    template, and some have no counterpart: those are left out.

    Args:
        client: A boto3 client of the service.
        operation: The operation's name in the API, such as ``CreateKey``.
        properties: From a template.
    """
    shape = client.meta.service_model.operation_model(operation).input_shape
    taken: dict[str, Any] = _shaped(properties, shape)
    return taken


def _shaped(value: Any, shape: Any) -> Any:
    match shape.type_name:
        case "structure":
            members = shape.members.items()
            return {name: _shaped(value[name], member) for name, member in members if name in value}
        case "list":
            return [_shaped(item, shape.member) for item in value]
        case "map":
            return {str(name): _shaped(item, shape.value) for name, item in value.items()}
        case "boolean":
            return str(value).lower() == "true"
        case "integer" | "long":
            return int(value)
        case "double" | "float":
            return float(value)
        case _:
            return str(value)
