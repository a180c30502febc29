"""The types of resources that the local AWS makes itself, and those that it completes or deletes after moto."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel

from emr_platform.operations.local_aws.moto_changes import replace
from emr_platform.operations.local_aws.resources import data, ec2, emr, management, s3
from emr_platform.operations.local_aws.resources.model import Clients, model

__all__ = ["TYPES", "install"]

TYPES = (*data.TYPES, *ec2.TYPES, *emr.TYPES, *management.TYPES)

_DELETIONS = {**ec2.DELETIONS, **s3.DELETIONS}

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
    _complete_resources(clients)
    _delete_resources(clients)


def _complete_resources(clients: Clients) -> None:
    def completing(make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
        def make_and_complete(
            logical_id: str, resource_json: dict[str, Any], resources_map: Any, **where: str
        ) -> Any:
            resource = make()(logical_id, resource_json, resources_map, **where)
            completion = s3.COMPLETIONS.get(resource_json["Type"])
            if completion is not None and resource is not None:
                properties = parsing.clean_json(resource_json.get("Properties", {}), resources_map)
                completion(
                    lambda service: clients(service, where["region_name"]), resource, properties
                )
            return resource

        return make_and_complete

    create = replace(parsing, "parse_and_create_resource", completing(lambda: create))
    update = replace(parsing, "parse_and_update_resource", completing(lambda: update))


def _delete_resources(clients: Clients) -> None:
    def delete_resource(self: Any, resource: Any, resource_json: dict[str, Any]) -> None:
        deletion = _DELETIONS.get(resource_json["Type"])
        if deletion is None:
            delete(self, resource, resource_json)
        else:
            deletion(lambda service: clients(service, self._region_name), resource)

    delete = replace(parsing.ResourceMap, "_delete_resource", delete_resource)
