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
    schema = as_files_have_it(EnvironmentSpec.model_json_schema())
    # The spec knows of no rules; editors complete their ids.
    warnings = sorted(id for id, severity in SEVERITIES.items() if severity == "warning")
    for part in (schema, schema["$defs"]["ClusterSpec"]):
        part["properties"]["acknowledge"]["propertyNames"] = {"enum": warnings}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "EMR Platform environment",
    }


def as_files_have_it(schema: Any) -> Any:
    """A schema of pydantic's without what is not for files.

    Defaults that are whole mappings: editors would write all of them into the file. And ``null``,
    which in Python stands for a key that is left out.
    """
    if isinstance(schema, list):
        return [as_files_have_it(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: {name: as_files_have_it(each) for name, each in value.items()}
        if key == "properties"
        else as_files_have_it(value)
        for key, value in schema.items()
        if key != "default" or not (value is None or isinstance(value, dict))
    }
    alternatives = kept.get("anyOf")
    if isinstance(alternatives, list) and _NULL in alternatives:
        rest = [each for each in alternatives if each != _NULL]
        del kept["anyOf"]
        # What stands beside the alternatives says more than what stands in the only one left.
        kept = {**rest[0], **kept} if len(rest) == 1 else {"anyOf": rest, **kept}
    return kept


_NULL = {"type": "null"}


def environment_schema_text() -> str:
    """The schema as the text of a file."""
    return json.dumps(environment_schema(), indent=2, ensure_ascii=False) + "\n"
