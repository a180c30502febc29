"""The JSON Schemas of tenants files and templates, for editors."""

from __future__ import annotations

import copy
import json
from typing import Any

from emr_platform.environment.schema import as_files_have_it, environment_schema
from emr_platform.tenants.spec import ParameterSpec, TenantsFileSpec

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PLACEHOLDER = {"type": "string", "pattern": r"\$\("}


def tenants_schema() -> dict[str, Any]:
    """Describe a tenants file as JSON Schema, draft 2020-12; overrides are completed as an environment is."""
    schema = as_files_have_it(TenantsFileSpec.model_json_schema())
    parts = _partial_environment()
    schema["$defs"] |= parts.pop("$defs")
    schema["$defs"]["Overrides"] = parts
    for name in ("StageSpec", "TenantSpec", "SharedSpec"):
        overrides = schema["$defs"][name]["properties"]["overrides"]
        overrides.pop("additionalProperties", None)
        overrides |= {"$ref": "#/$defs/Overrides"}
    return {"$schema": _DRAFT, **schema, "title": "EMR Platform tenants"}


def template_schema() -> dict[str, Any]:
    """Describe a template as JSON Schema, draft 2020-12: an environment with placeholders, and parameters."""
    schema = _partial_environment()
    parameter = as_files_have_it(ParameterSpec.model_json_schema())
    schema["properties"] |= {
        "extends": {
            "type": "string",
            "description": "A template that this one is laid over, from the folder of this one.",
        },
        "parameters": {
            "type": "object",
            "description": "What tenants may say, by name; $(name) stands for the value.",
            "additionalProperties": parameter,
        },
    }
    return {"$schema": _DRAFT, **schema, "title": "EMR Platform template"}


def tenants_schema_text() -> str:
    """The schema of tenants files as the text of a file."""
    return _text(tenants_schema())


def template_schema_text() -> str:
    """The schema of templates as the text of a file."""
    return _text(template_schema())


def _partial_environment() -> dict[str, Any]:
    """An environment of which nothing is required, nothing is wrong with a placeholder, and null takes out."""
    schema = copy.deepcopy(environment_schema())
    for key in ("$schema", "title"):
        del schema[key]
    partial: dict[str, Any] = _partial(schema)
    del partial["properties"]["name"]
    return partial


def _partial(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_partial(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {
        # A part of a form may be a part of another one, too.
        "anyOf" if key == "oneOf" else key: _partial(value)
        for key, value in schema.items()
        if key not in ("required", "discriminator")
    }
    for key in ("properties", "patternProperties"):
        if isinstance(found.get(key), dict):
            found[key] = {name: _or_placeholder(each) for name, each in found[key].items()}
    if isinstance(found.get("additionalProperties"), dict):
        found["additionalProperties"] = _or_placeholder(found["additionalProperties"])
    return found


def _or_placeholder(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    described = {key: schema[key] for key in ("description", "title") if key in schema}
    return {**described, "anyOf": [schema, _PLACEHOLDER, {"type": "null"}]}


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
