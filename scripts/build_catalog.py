"""Makes the catalogue's data file from the answers of the EMR and EC2 APIs that moto ships.

Run it with a newer moto installed to bring the catalogue up to date:

    python scripts/build_catalog.py --date 2026-11-21
"""

from __future__ import annotations

import argparse
import gzip
import importlib.metadata
import importlib.util
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from emr_platform.catalog.release import Release

TARGET = Path(__file__).parents[1] / "constructs/emr_platform/catalog/data.json"
REGION = "us-east-1"
"""The region that gets new releases and instance types first."""

ARCHITECTURES = {"X86_64": "x86_64", "AARCH64": "arm64"}

Json = Any


def build(emr: Path, ec2: Path, *, source: str, as_of: date) -> Json:
    """Condense moto's resource files into the catalogue.

    Args:
        emr: The folder with moto's answers of the EMR API.
        ec2: The folder with moto's answers of the EC2 API.
        source: Where the data comes from, with version and licence.
        as_of: The day on which it was taken.

    Returns:
        The content of the data file.
    """
    labels = sorted(_readable(_load(emr / f"release-labels-{REGION}.json.gz")), key=Release.parse)
    supported = {label: set(_load(emr / f"instance-types-{label}.json.gz")) for label in labels}
    ec2_types = _load(ec2 / "instance_types.json.gz")
    support_sets: list[str] = []
    rows = {}
    for name, facts in sorted(_load(emr / "instance_types.json.gz").items()):
        ranges = index_ranges([name in supported[label] for label in labels])
        if ranges not in support_sets:
            support_sets.append(ranges)
        rows[name] = [
            facts["VCPU"],
            _plain(facts["MemoryGB"]),
            ARCHITECTURES[facts["Architecture"]],
            facts["NumberOfDisks"],
            facts["StorageGB"],
            _current_generation(ec2_types.get(name)),
            support_sets.index(ranges),
        ]
    return {
        "source": source,
        "as_of": as_of.isoformat(),
        "region": REGION,
        "release_labels": labels,
        "support_sets": support_sets,
        "instance_type_columns": [
            "vcpu",
            "memory_gib",
            "architecture",
            "instance_store_disks",
            "instance_store_gb",
            "is_current_generation",
            "support_set",
        ],
        "instance_types": rows,
    }


def index_ranges(flags: Sequence[bool]) -> str:
    """Write down where a sequence is true, as ``0-3,7`` (positions count from 0, ends included)."""
    ranges: list[list[int]] = []
    for position, flag in enumerate(flags):
        if flag and ranges and ranges[-1][1] == position - 1:
            ranges[-1][1] = position
        elif flag:
            ranges.append([position, position])
    return ",".join(f"{first}-{last}" if first < last else str(first) for first, last in ranges)


def render(catalog: Mapping[str, Json]) -> str:
    """Write the catalogue as JSON, one entry to a line so that versions can be compared."""
    lines = []
    for key, value in catalog.items():
        if isinstance(value, dict):
            entries = ",\n".join(
                f"  {_compact(name)}: {_compact(row)}" for name, row in value.items()
            )
            lines.append(f"{_compact(key)}: {{\n{entries}\n }}")
        else:
            lines.append(f"{_compact(key)}: {_compact(value)}")
    return "{\n " + ",\n ".join(lines) + "\n}\n"


def _readable(labels: Iterable[str]) -> list[str]:
    """Leave out betas and previews, whose labels have no place in an order of releases."""
    kept = []
    for label in labels:
        try:
            kept.append(Release.parse(label).label)
        except ValueError:
            continue
    return kept


def _plain(memory: float) -> float | int:
    """Undo the API's 32-bit floating point: 17.100000381469727 is 17.1."""
    rounded = round(memory, 4)
    return int(rounded) if rounded == int(rounded) else rounded


def _current_generation(ec2_type: Json) -> bool:
    """EC2 no longer describes a type that it has retired altogether."""
    return bool(ec2_type and ec2_type["CurrentGeneration"])


def _compact(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))


def _load(path: Path) -> Json:
    with gzip.open(path) as file:
        return json.load(file)


def main() -> None:
    """Write the data file of the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="YYYY-MM-DD")
    arguments = parser.parse_args()
    specification = importlib.util.find_spec("moto")
    if specification is None or specification.origin is None:
        parser.error("moto is not installed")
    moto = Path(specification.origin).parent
    version = importlib.metadata.version("moto")
    catalog = build(
        moto / "emr/resources",
        moto / "ec2/resources",
        source=f"moto {version} (https://github.com/getmoto/moto), licensed under Apache-2.0; "
        "condensed. Answers of EMR's ListReleaseLabels and ListSupportedInstanceTypes, "
        "and of EC2's DescribeInstanceTypes.",
        as_of=arguments.date,
    )
    TARGET.write_text(render(catalog), encoding="utf-8")


if __name__ == "__main__":
    main()
