"""The types of resources that the local AWS makes itself, and those that it only deletes."""

from __future__ import annotations

from typing import Any

from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel

from emr_platform.operations.local_aws.moto_changes import replace
from emr_platform.operations.local_aws.resources import data, ec2, emr, management, s3
from emr_platform.operations.local_aws.resources.model import Clients, model

__all__ = ["TYPES", "install"]

TYPES = (*data.TYPES, *ec2.TYPES, *emr.TYPES, *management.TYPES, *s3.TYPES)

# moto holds them weakly, as subclasses of its own class.
_MODELS: list[type[CloudFormationModel]] = []


def install(clients: Clients) -> None:
    """Make moto's CloudFormation use these types.

    Args:
        clients: Clients of the local AWS itself.
    """
    _MODELS.extend(model(resource_type, clients) for resource_type in TYPES)
    # moto looks its classes up once.
    for cached in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        cached.cache_clear()
    _delete_resources(clients)


def _delete_resources(clients: Clients) -> None:
    def delete_resource(self: Any, resource: Any, resource_json: dict[str, Any]) -> None:
        deletion = ec2.DELETIONS.get(resource_json["Type"])
        if deletion is None:
            delete(self, resource, resource_json)
        else:
            deletion(lambda service: clients(service, self._region_name), resource)

    delete = replace(parsing.ResourceMap, "_delete_resource", delete_resource)
