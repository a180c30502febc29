"""The JSON Schema of an environment file, for editors."""

from __future__ import annotations

import json
from typing import Any

from emr_platform.environment.rules import SEVERITIES
from emr_platform.environment.spec import EnvironmentSpec


def environment_schema() -> dict[str, Any]:
    """Describe an environment file as JSON Schema, draft 2020-12.

    Returns:
        The schema. What it accepts may still break a rule; what it refuses is refused in any case.
    """
    schema = _without_defaults_of_parts(EnvironmentSpec.model_json_schema())
    # The spec knows of no rules; editors complete their ids.
    warnings = sorted(id for id, severity in SEVERITIES.items() if severity == "warning")
    for part in (schema, schema["$defs"]["ClusterSpec"]):
        part["properties"]["acknowledge"]["propertyNames"] = {"enum": warnings}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "EMR Platform environment",
    }


def _without_defaults_of_parts(schema: Any) -> Any:
    """Leave out defaults that are whole mappings: editors would write all of them into the file."""
    if isinstance(schema, list):
        return [_without_defaults_of_parts(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_defaults_of_parts(value)
        for key, value in schema.items()
        if key != "default" or not isinstance(value, dict)
    }


def environment_schema_text() -> str:
    """The schema as the text of a file."""
    return json.dumps(environment_schema(), indent=2, ensure_ascii=False) + "\n"
