"""Makes the catalogue's data file.

From the answers of the EMR and EC2 APIs that moto ships, and from ``application_versions.yaml``, which
was read off the Amazon EMR Release Guide. Run it with a newer moto installed, or after a change of the
other file, to bring the catalogue up to date:

    python scripts/build_catalog.py --date 2026-11-21
"""

from __future__ import annotations

import argparse
import gzip
import importlib.metadata
import importlib.util
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from emr_platform.catalog.facts import (
    Facts,
    RegionFacts,
    TypeFacts,
    condense,
    plain_number,
    readable,
    render,
)
from emr_platform.catalog.ranges import index_ranges as index_ranges
from emr_platform.catalog.release import Release

TARGET = Path(__file__).parents[1] / "constructs/emr_platform/catalog/data.json"
VERSIONS = Path(__file__).with_name("application_versions.yaml")

ARCHITECTURES = {"X86_64": "x86_64", "AARCH64": "arm64"}
UNKNOWN_VERSION = "?"
NOT_CONTAINED = "-"

Json = Any


def build(emr: Path, ec2: Path, versions: Mapping[str, Json], *, source: str, as_of: date) -> Json:
    """Condense moto's resource files and the versions of applications into the catalogue.

    Args:
        emr: The folder with moto's answers of the EMR API.
        ec2: The folder with moto's answers of the EC2 API.
        versions: The content of ``application_versions.yaml``.
        source: Where the data comes from, with version and licence.
        as_of: The day on which it was taken.

    Returns:
        The content of the data file.
    """
    ec2_types = _load(ec2 / "instance_types.json.gz")
    instance_types = {
        name: TypeFacts(
            vcpu=facts["VCPU"],
            memory_gib=plain_number(facts["MemoryGB"]),
            architecture=ARCHITECTURES[facts["Architecture"]],
            instance_store_disks=facts["NumberOfDisks"],
            instance_store_gb=facts["StorageGB"],
            is_current_generation=_current_generation(ec2_types.get(name)),
        )
        for name, facts in _load(emr / "instance_types.json.gz").items()
    }
    regions = {}
    for file in sorted(emr.glob("release-labels-*.json.gz")):
        name = file.name.removeprefix("release-labels-").removesuffix(".json.gz")
        regions[name] = RegionFacts(
            as_of=as_of.isoformat(),
            releases=frozenset(readable(_load(file))),
            instance_types=_offered(ec2, name, instance_types),
        )
    labels = frozenset().union(*(region.releases for region in regions.values()))
    return condense(
        Facts(
            source=source,
            as_of=as_of.isoformat(),
            regions=regions,
            instance_types=instance_types,
            supported={
                label: frozenset(_load(emr / f"instance-types-{label}.json.gz")) for label in labels
            },
            other_ec2_types=frozenset(ec2_types) - instance_types.keys(),
            applications=applications(versions, labels),
        )
    )


def applications(
    versions: Mapping[str, Json], listed: frozenset[str]
) -> dict[str, dict[str, str | None]]:
    """Say for each documented release which applications it contains.

    Args:
        versions: The content of ``application_versions.yaml``.
        listed: The releases that EMR lists.

    Returns:
        For each release its applications with their versions, None for versions that are not known.

    Raises:
        ValueError: An entry is for a release outside of all spans.
    """
    found: dict[str, dict[str, str | None]] = {}
    releases = sorted(Release.parse(label) for label in listed | set(versions["not_listed"]))
    covered = set()
    for first, last in (map(Release.parse, span) for span in versions["spans"]):
        inside = [
            release
            for release in releases
            if first <= release <= last and release.is_spark_line == first.is_spark_line
        ]
        covered |= {release.label for release in inside}
        for release in inside:
            found[release.label] = {}
        for name, entries in versions["applications"].items():
            version = NOT_CONTAINED
            for release in inside:
                version = entries.get(release.label, version)
                if version != NOT_CONTAINED:
                    is_recorded = (
                        version != UNKNOWN_VERSION
                        and release.label not in versions["versions_not_recorded"]
                    )
                    found[release.label][name] = version if is_recorded else None
    for name, entries in versions["applications"].items():
        if stray := entries.keys() - covered:
            raise ValueError(f"{name}: not among the documented releases: {sorted(stray)}")
    return found


def _offered(ec2: Path, region: str, known: Mapping[str, TypeFacts]) -> frozenset[str] | None:
    """EMR's types that EC2 offers in a region; None where moto has no answer of that region."""
    file = ec2 / f"instance_type_offerings/region/{region}.json.gz"
    if not file.exists():
        return None
    return frozenset(offer["InstanceType"] for offer in _load(file)) & known.keys()


def _current_generation(ec2_type: Json) -> bool:
    """EC2 no longer describes a type that it has retired altogether."""
    return bool(ec2_type and ec2_type["CurrentGeneration"])


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
    versions = yaml.safe_load(VERSIONS.read_text(encoding="utf-8"))
    content = build(
        moto / "emr/resources",
        moto / "ec2/resources",
        versions,
        source=f"moto {importlib.metadata.version('moto')} (https://github.com/getmoto/moto), "
        "licensed under Apache-2.0; condensed. Answers of EMR's ListReleaseLabels and "
        "ListSupportedInstanceTypes, and of EC2's DescribeInstanceTypes and "
        "DescribeInstanceTypeOfferings. Applications: the Amazon EMR Release Guide, "
        f"as of {versions['as_of']}.",
        as_of=arguments.date,
    )
    TARGET.write_text(render(content), encoding="utf-8")


if __name__ == "__main__":
    main()
