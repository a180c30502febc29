"""Makes moto read a template as CloudFormation does: every type, every attribute, every reference.

Each function says what moto does otherwise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException
from moto.core.common_models import CloudFormationModel

from emr_platform.operations.local_aws.moto_changes import replace
from emr_platform.operations.local_aws.resources.model import Clients
from emr_platform.operations.local_aws.resources.unmodelled import stand_in
from emr_platform.result_store.users import RESOURCE_TYPE as RESULT_STORE_USERS

# Custom resources whose function would find nothing to work on: the databases of moto have no server.
_WITHOUT_FUNCTION = frozenset({RESULT_STORE_USERS})
_DYNAMIC_REFERENCE = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^}]+)\}\}")


def install(
    clients: Clients,
    *,
    custom: type[CloudFormationModel],
    unmodelled: type[CloudFormationModel],
) -> None:
    """Install every change of this module into moto, in this process.

    Args:
        clients: Clients of the local AWS itself.
        custom: What a resource of a custom type becomes.
        unmodelled: What a resource of a type becomes that nothing else knows.
    """
    _accept_every_type(custom, unmodelled)
    _accept_every_attribute()
    _resolve_dynamic_references(clients)


def _accept_every_type(
    custom: type[CloudFormationModel], unmodelled: type[CloudFormationModel]
) -> None:
    """A reference to a resource of a type that moto does not know is nothing, or an error."""

    def class_from_type(resource_type: str) -> type[CloudFormationModel]:
        if resource_type in _WITHOUT_FUNCTION:
            return unmodelled
        if resource_type.startswith("Custom::"):
            return custom
        return parsing.get_model_map().get(resource_type, unmodelled)

    replace(parsing, "resource_class_from_type", class_from_type)


def _accept_every_attribute() -> None:
    """A template that reads an attribute which moto has not thought of is refused."""

    def clean_json_with_attributes(resource_json: Any, resources_map: Any) -> Any:
        if not (isinstance(resource_json, dict) and "Fn::GetAtt" in resource_json):
            return clean_json(resource_json, resources_map)
        logical_id, attribute = resource_json["Fn::GetAtt"]
        resource = resources_map[logical_id]
        try:
            value = resource.get_cfn_attribute(attribute)
        except (NotImplementedError, UnformattedGetAttTemplateException):
            value = getattr(resource, "arn", None) if attribute.endswith("Arn") else None
        if value is not None:
            return value
        return stand_in(getattr(resource, "physical_resource_id", logical_id), attribute)

    clean_json = replace(parsing, "clean_json", clean_json_with_attributes)
    # Its only question is whether moto knows the attributes that the outputs read.
    replace(parsing.ResourceMap, "validate_outputs", lambda _self: None)


def _resolve_dynamic_references(clients: Clients) -> None:
    """The text ``{{resolve:…}}`` is taken for the value itself, such as a database's password.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
    """

    def parse_resource_and_resolve(resource_json: dict[str, Any], resources_map: Any) -> Any:
        resource_class, resource, resource_type = parse_resource(resource_json, resources_map)
        region = resources_map._region_name

        def value_of(reference: re.Match[str]) -> str:
            service, where = reference.groups()
            if service == "secretsmanager":
                return _secret_value(clients("secretsmanager", region), where)
            parameter = clients("ssm", region).get_parameter(Name=where, WithDecryption=True)
            return str(parameter["Parameter"]["Value"])

        resolved = _change_strings(resource, lambda text: _DYNAMIC_REFERENCE.sub(value_of, text))
        return resource_class, resolved, resource_type

    parse_resource = replace(parsing, "parse_resource", parse_resource_and_resolve)


def _secret_value(secrets: Any, where: str) -> str:
    # secret-id:SecretString:json-key:version-stage:version-id, where the id may be an ARN.
    secret_id, _, rest = where.partition(":SecretString")
    key, stage, version = [*rest.removeprefix(":").split(":"), "", ""][:3]
    wanted = {"VersionStage": stage} if stage else {"VersionId": version} if version else {}
    text: str = secrets.get_secret_value(SecretId=secret_id, **wanted)["SecretString"]
    return str(json.loads(text)[key]) if key else text


def _change_strings(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _change_strings(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_change_strings(item, change) for item in value]
    return change(value) if isinstance(value, str) else value
