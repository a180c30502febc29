"""Makes the list of RDS instance classes for MySQL, from what cfn-lint ships of the AWS price list and of RDS.

Run it with a newer cfn-lint installed to bring the list up to date:

    python -m scripts.build_database_classes
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emr_platform.catalog.ranges import index_ranges
from scripts.cfn_lint_data import data_folder, load, source

TARGET = Path(__file__).parents[1] / "constructs/emr_platform/result_store/instance_classes.json"
ENGINES = ("8.0", "8.4")
PREFIX = "db."
NO_INSTANCE = "serverless"

Json = Any


def build(schemas: Path, *, source: str) -> Json:
    """Condense cfn-lint's schemas of ``AWS::RDS::DBInstance``.

    Args:
        schemas: The folder ``data/schemas/extensions/aws_rds_dbinstance`` of cfn-lint.
        source: Where the data comes from, with version and licence.

    Returns:
        The content of the data file: all classes, and as positions among them those of each version of the
        engine and of each region.
    """
    by_version = {
        f"mysql-{version}": frozenset(_classes(load(schemas / "db_instance_class.json"), version))
        for version in ENGINES
    }
    by_region = {
        region: frozenset(_classes(schema))
        for region, schema in sorted(load(schemas / "dbinstanceclass_enum.json").items())
    }
    known = sorted(frozenset().union(*by_version.values()) & frozenset().union(*by_region.values()))
    return {
        "source": source,
        "classes": known,
        "engines": {name: _positions(known, found) for name, found in by_version.items()},
        "regions": {name: _positions(known, found) for name, found in by_region.items() if found},
    }


def _classes(schema: Json, version: str | None = None) -> Iterator[str]:
    """The classes that a schema allows for MySQL, without the prefix ``db.``."""
    for branch in schema["allOf"]:
        asked = branch["if"]["properties"]
        is_mysql = asked["Engine"].get("const") == "mysql"
        pattern = asked.get("EngineVersion", {}).get("pattern", "")
        if is_mysql and (version is None or f"|{version.replace('.', chr(92) + '.')})$" in pattern):
            for name in branch["then"]["properties"]["DBInstanceClass"]["enum"]:
                if name != PREFIX + NO_INSTANCE:
                    yield name.removeprefix(PREFIX)


def _positions(known: list[str], found: frozenset[str]) -> str:
    return index_ranges(name in found for name in known)


def render(table: Json) -> str:
    """Write the table as JSON, so that versions can be compared line by line."""
    return json.dumps(table, indent=1) + "\n"


def current() -> str:
    """The data file's text as the installed cfn-lint has it.

    Raises:
        ModuleNotFoundError: cfn-lint is not installed.
    """
    return render(
        build(
            data_folder() / "extensions/aws_rds_dbinstance",
            source=source("AWS price list and RDS API"),
        )
    )


def main() -> None:
    """Write the data file of the package."""
    TARGET.write_text(current(), encoding="utf-8")


if __name__ == "__main__":
    main()
