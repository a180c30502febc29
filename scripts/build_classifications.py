"""Makes the catalogue's list of configuration classifications from AWS's release pages.

Each page of the Amazon EMR Release Guide about a release ends with a table of the classifications that
the release knows. Save the pages that are new as Markdown (AWS serves each with ``.md`` for
``.html``), and name them. Releases that no page is given for are kept as they are:

    python -m scripts.build_classifications --date 2026-11-21 emr-7150-release.md
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from emr_platform.catalog.data import indexes
from emr_platform.catalog.release import Release
from scripts.build_catalog import index_ranges

TARGET = Path(__file__).parents[1] / "constructs/emr_platform/catalog/classifications.json"
SOURCE = "The tables of configuration classifications in the Amazon EMR Release Guide, "
SOURCE += "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-release-components.html"

_HEADING = re.compile(r"(?P<label>emr-(spark-)?\d+\.\d+\.\d+) classifications")
_ROW = re.compile(r"\|\s*(?P<name>[a-z0-9][a-z0-9-]*)\s*\|.*\|\s*")


def classifications(page: str) -> dict[str, set[str]]:
    """Read the tables of a page.

    Args:
        page: The page as Markdown.

    Returns:
        For each release that the page has a table of, its classifications.

    Raises:
        ValueError: The page has no such table.
    """
    found: dict[str, set[str]] = {}
    names: set[str] | None = None
    for line in page.replace("\\", "").splitlines():
        if heading := _HEADING.search(line):
            names = found.setdefault(heading["label"], set())
        elif names is not None and (row := _ROW.fullmatch(line)):
            names.add(row["name"])
        elif names and not line.startswith("|"):
            names = None
    if not found or not all(found.values()):
        raise ValueError("no table of classifications")
    return found


def build(tables: Mapping[str, Iterable[str]], *, as_of: date) -> dict[str, object]:
    """Condense the tables: for each classification, which of the releases know it."""
    labels = sorted(tables, key=Release.parse)
    known = {label: set(tables[label]) for label in labels}
    names = sorted(set().union(*known.values()))
    return {
        "source": SOURCE,
        "as_of": as_of.isoformat(),
        "releases": labels,
        "classifications": {
            name: index_ranges([name in known[label] for label in labels]) for name in names
        },
    }


def read(content: str) -> dict[str, set[str]]:
    """Undo :func:`build`."""
    data = json.loads(content)
    tables: dict[str, set[str]] = {label: set() for label in data["releases"]}
    for name, ranges in data["classifications"].items():
        for index in indexes(ranges):
            tables[data["releases"][index]].add(name)
    return tables


def main() -> None:
    """Write the data file of the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="YYYY-MM-DD")
    parser.add_argument("pages", type=Path, nargs="+", help="release pages as Markdown")
    arguments = parser.parse_args()
    tables = read(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
    for page in arguments.pages:
        try:
            tables.update(classifications(page.read_text(encoding="utf-8")))
        except ValueError as error:
            parser.error(f"{page}: {error}")
    TARGET.write_text(
        json.dumps(build(tables, as_of=arguments.date), indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
