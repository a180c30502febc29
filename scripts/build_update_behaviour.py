"""Makes the table of what updates replace, from the CloudFormation schemas that cfn-lint ships.

Run it with a newer cfn-lint installed to bring the table up to date:

    python -m scripts.build_update_behaviour
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.cfn_lint_data import compact, data_folder, load, source

TARGET = Path(__file__).parents[1] / "constructs/emr_platform/changes/update_behaviour.json"
FIRST_REGION = "us-east-1"
"""Its schemas are taken; those of other regions only for types that it does not have."""

Json = Any


def build(schemas: Path, *, source: str) -> Json:
    """Condense resource schemas into the table.

    Args:
        schemas: The folder ``data/schemas`` of cfn-lint.
        source: Where the data comes from, with version and licence.

    Returns:
        The content of the data file.
    """
    return {
        "source": source,
        "schema_date": load(schemas / "version.json")["schema_date"][:10],
        "columns": ["create_only", "conditional_create_only", "name", "deleted_first"],
        "types": {
            type_name: row(load(schemas / "resources" / f"{file}.json"))
            for type_name, file in sorted(_files(schemas).items())
        },
    }


def row(schema: Mapping[str, Json]) -> list[Json]:
    """Write down what one schema says about updates.

    Returns:
        The properties that only creation can set, those for which that depends, the property that
        names the resource (paths, separated by spaces), and whether the old resource is deleted
        before the new one is made; without what is empty at the end.
    """
    create_only = _paths(schema, "createOnlyProperties")
    identifier = _paths(schema, "primaryIdentifier")
    read_only = _paths(schema, "readOnlyProperties")
    named = len(identifier) == 1 and identifier[0] in create_only and identifier[0] not in read_only
    columns: list[Json] = [
        " ".join(create_only),
        " ".join(_paths(schema, "conditionalCreateOnlyProperties")),
        identifier[0] if named else "",
        int(schema.get("replacementStrategy") == "delete_then_create"),
    ]
    while columns and not columns[-1]:
        columns.pop()
    return columns


def render(table: Mapping[str, Json]) -> str:
    """Write the table as JSON, one type to a line so that versions can be compared."""
    head = [f"{compact(key)}: {compact(table[key])}" for key in table if key != "types"]
    rows = ",\n".join(f"  {compact(name)}: {compact(row)}" for name, row in table["types"].items())
    return "{\n " + ",\n ".join([*head, f'"types": {{\n{rows}\n }}']) + "\n}\n"


def current() -> str:
    """The data file's text as the installed cfn-lint has it.

    Raises:
        ModuleNotFoundError: cfn-lint is not installed.
    """
    return render(build(data_folder(), source=source("CloudFormation registry schemas")))


def _files(schemas: Path) -> dict[str, str]:
    files: dict[str, str] = {}
    regions = sorted((schemas / "providers").glob("*.json"))
    for region in sorted(regions, key=lambda path: path.stem != FIRST_REGION):
        files = {**load(region), **files}
    return files


def _paths(schema: Mapping[str, Json], key: str) -> list[str]:
    return sorted(set(_within_properties(schema.get(key, []))))


def _within_properties(pointers: list[str]) -> Iterator[str]:
    for pointer in pointers:
        yield pointer.removeprefix("/properties/")


def main() -> None:
    """Write the data file of the package."""
    TARGET.write_text(current(), encoding="utf-8")


if __name__ == "__main__":
    main()
