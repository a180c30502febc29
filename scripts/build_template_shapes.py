"""Makes the table of EMR's properties in templates, from the CloudFormation schemas that cfn-lint ships.

Run it with a newer cfn-lint installed to bring the table up to date:

    python -m scripts.build_template_shapes
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.cfn_lint_data import compact, data_folder, load, source

TARGET = Path(__file__).parents[1] / "constructs/emr_platform/template_check/shapes.json"
REGION = "us-east-1"
PREFIX = "AWS::EMR::"

Json = Any


def build(schemas: Path, *, source: str) -> Json:
    """Condense the schemas of EMR's resource types into the table.

    Args:
        schemas: The folder ``data/schemas`` of cfn-lint.
        source: Where the data comes from, with version and licence.

    Returns:
        The content of the data file.
    """
    files = load(schemas / "providers" / f"{REGION}.json")
    return {
        "source": source,
        "schema_date": load(schemas / "version.json")["schema_date"][:10],
        "types": {
            name: shapes(load(schemas / "resources" / f"{file}.json"))
            for name, file in sorted(files.items())
            if name.startswith(PREFIX)
        },
    }


def shapes(schema: Mapping[str, Json]) -> dict[str, dict[str, str]]:
    """Write down what one schema says about properties.

    Returns:
        For each mapping with known keys, by the name of its definition (the resource itself has an
        empty one), the kind of each property: ``string``, ``integer``, ``number``, ``boolean``,
        ``map`` (with keys of the user's), ``json`` (that, or JSON as text), ``#Definition``; in
        brackets for a list, with ``!`` behind it for one that is required.
    """
    read_only = {
        pointer.removeprefix("/properties/") for pointer in schema.get("readOnlyProperties", ())
    }
    objects = {"": schema, **schema.get("definitions", {})}
    return {
        name: {
            property: _kind(content, objects)
            + ("!" if property in definition.get("required", ()) else "")
            for property, content in sorted(definition["properties"].items())
            if name or property not in read_only
        }
        for name, definition in objects.items()
        if definition.get("properties")
    }


def _kind(content: Mapping[str, Json], definitions: Mapping[str, Mapping[str, Json]]) -> str:
    if "$ref" in content:
        name = str(content["$ref"]).removeprefix("#/definitions/")
        definition = definitions[name]
        return f"#{name}" if definition.get("properties") else _kind(definition, definitions)
    kind = content.get("type", "string")
    if kind == "array":
        return f"[{_kind(content['items'], definitions)}]"
    if kind == "object":
        return "map"
    if isinstance(kind, list):
        return "json"
    return str(kind)


def render(table: Mapping[str, Json]) -> str:
    """Write the table as JSON, one definition to a line so that versions can be compared."""
    head = [f"{compact(key)}: {compact(table[key])}" for key in table if key != "types"]
    types = []
    for name, definitions in table["types"].items():
        rows = ",\n".join(f"   {compact(key)}: {compact(definitions[key])}" for key in definitions)
        types.append(f"  {compact(name)}: {{\n{rows}\n  }}")
    body = ",\n".join(types)
    return "{\n " + ",\n ".join([*head, f'"types": {{\n{body}\n }}']) + "\n}\n"


def current() -> str:
    """The data file's text as the installed cfn-lint has it.

    Raises:
        ModuleNotFoundError: cfn-lint is not installed.
    """
    return render(build(data_folder(), source=source("CloudFormation registry schemas")))


def main() -> None:
    """Write the data file of the package."""
    TARGET.write_text(current(), encoding="utf-8")


if __name__ == "__main__":
    main()
