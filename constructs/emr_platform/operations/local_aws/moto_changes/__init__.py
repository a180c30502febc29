"""What the local AWS changes inside moto, and the check that the installed moto can be changed so."""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Iterable
from typing import Any

__all__ = ["RELIED_ON", "IncompatibleMotoError", "check", "replace"]

RELIED_ON = (
    "moto.awslambda.models:LambdaFunction._invoke_lambda",
    "moto.awslambda.models:LambdaFunction.save_logs",
    "moto.cloudformation.models:CloudFormationBackend.create_stack",
    "moto.cloudformation.models:CloudFormationBackend.delete_stack",
    "moto.cloudformation.models:CloudFormationBackend.execute_change_set",
    "moto.cloudformation.models:CloudFormationBackend.update_stack",
    "moto.cloudformation.models:Event",
    "moto.cloudformation.models:Stack._add_stack_event",
    "moto.cloudformation.models:Stack._create_resource_map",
    "moto.cloudformation.models:Stack.parse_template",
    "moto.cloudformation.models:Stack.stack_parameters",
    "moto.cloudformation.models:Stack.stack_resources",
    "moto.cloudformation.parsing:OutputMap",
    "moto.cloudformation.parsing:ResourceMap.__getitem__",
    "moto.cloudformation.parsing:ResourceMap._delete_resource",
    "moto.cloudformation.parsing:ResourceMap.build_resource_diff",
    "moto.cloudformation.parsing:ResourceMap.delete",
    "moto.cloudformation.parsing:ResourceMap.update",
    "moto.cloudformation.parsing:ResourceMap.validate_outputs",
    "moto.cloudformation.parsing:clean_json",
    "moto.cloudformation.parsing:get_model_list",
    "moto.cloudformation.parsing:get_model_map",
    "moto.cloudformation.parsing:get_name_type_map",
    "moto.cloudformation.parsing:parse_and_update_resource",
    "moto.cloudformation.parsing:parse_resource",
    "moto.cloudformation.parsing:resource_class_from_type",
    "moto.cloudformation.responses:CloudFormationResponse._get_param",
    "moto.cloudformation.responses:CloudFormationResponse.delete_change_set",
    "moto.cloudformation.responses:CloudFormationResponse.describe_change_set",
    "moto.cloudformation.responses:CloudFormationResponse.execute_change_set",
    "moto.cloudformation.utils:generate_stack_id",
    "moto.cloudtrail.responses:CloudTrailResponse",
    "moto.core.common_models:CloudFormationModel",
    "moto.emr.models:ElasticMapReduceBackend.modify_instance_groups",
)
"""What no document of moto promises, as ``module:Class.attribute``."""


class IncompatibleMotoError(Exception):
    """The installed moto lacks something that the local AWS changes or uses."""


def check(names: Iterable[str] = RELIED_ON) -> None:
    """Look up what the local AWS relies on.

    Args:
        names: Each as ``module:Class.attribute``.

    Raises:
        IncompatibleMotoError: Some are missing; the message names them all, and moto's version.
    """
    missing = [name for name in names if not _exists(name)]
    if missing:
        version = importlib.metadata.version("moto")
        raise IncompatibleMotoError(
            f"the local AWS does not fit moto {version}, which lacks {', '.join(missing)}; "
            "install the version that the project's lock file names"
        )


def _exists(name: str) -> bool:
    module_name, _, path = name.partition(":")
    try:
        found: object = importlib.import_module(module_name)
        for attribute in path.split("."):
            found = getattr(found, attribute)
    except (ImportError, AttributeError):
        return False
    return True


def replace(owner: Any, name: str, replacement: Any) -> Any:
    """Put ``replacement`` in the place of a module's or class's attribute, and give what was there."""
    original = getattr(owner, name)
    setattr(owner, name, replacement)
    return original
