"""Reads the catalogue, once, when it is first asked for.

It is the one that comes with the package, or one that ``emr-platform catalog refresh`` made from the
user's own account. Nothing is looked up in AWS.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from emr_platform.catalog.facts import expand
from emr_platform.catalog.ranges import indexes as indexes

CATALOG_VARIABLE = "EMR_PLATFORM_CATALOG"
"""Environment variable: the file of a catalogue to use, whatever its age."""

PROJECT_CATALOG = Path(".emr-platform/catalog.json")
"""Where a project keeps a catalogue of its own, from the folder that commands run in. It is used
unless the package's is newer."""

_PACKAGED = "the package"


class CatalogError(Exception):
    """A catalogue that was to be used cannot be read; the message says why, and what to do."""


class CatalogData:
    """What a catalogue's file holds; :class:`emr_platform.catalog.facts.Facts` says what it means.

    Parts are decoded when they are asked for: a check needs few of them.

    Attributes:
        place: Where it was read, for people.
        source: Where the data comes from, with version and licence.
        as_of: The day on which it was put together, ``YYYY-MM-DD``.
        labels: All releases that it knows anything of, oldest first.
        instance_types: For each instance type its values, in the order of ``columns``.
        columns: Names of the values.
        applications: For each application its versions, each with its releases as index ranges.
            The version is empty where it is not known.
        content: The content of the file.
    """

    def __init__(self, content: Mapping[str, Any], place: str = _PACKAGED) -> None:
        self.place = place
        self.source: str = content["source"]
        self.as_of: str = content["as_of"]
        self.labels: tuple[str, ...] = tuple(content["releases"])
        self.instance_types: dict[str, list[Any]] = content["instance_types"]
        self.columns: tuple[str, ...] = tuple(content["instance_type_columns"])
        self.applications: dict[str, dict[str, str]] = content["applications"]
        self.content = content
        self._region_types: dict[str, frozenset[str]] = {}

    @cached_property
    def supported(self) -> tuple[frozenset[str], ...]:
        """For each support set, the labels of the releases in it."""
        return tuple(self._decoded(ranges) for ranges in self.content["support_sets"])

    @cached_property
    def releases_by_region(self) -> dict[str, frozenset[str]]:
        """For each region that was asked, the labels of the releases that EMR lists there."""
        return {
            name: self._decoded(region["releases"])
            for name, region in self.content["regions"].items()
        }

    @cached_property
    def release_labels(self) -> tuple[str, ...]:
        """The releases that EMR lists in at least one region, oldest first."""
        listed = frozenset().union(*self.releases_by_region.values())
        return tuple(label for label in self.labels if label in listed)

    @cached_property
    def described(self) -> frozenset[str]:
        """The labels of the releases whose applications are known."""
        return self._decoded(self.content["described_releases"])

    def region_as_of(self, region: str) -> str:
        """The day on which a region was asked, ``YYYY-MM-DD``."""
        return str(self.content["regions"][region]["as_of"])

    def types_in(self, region: str) -> frozenset[str] | None:
        """EMR's instance types that EC2 offers in a region; None where that is not known."""
        ranges = self.content["regions"].get(region, {}).get("instance_types")
        if ranges is None:
            return None
        if region not in self._region_types:
            names = list(self.instance_types)
            self._region_types[region] = frozenset(names[index] for index in indexes(ranges))
        return self._region_types[region]

    def is_other_ec2_type(self, name: str) -> bool:
        """Whether EC2 has an instance type that EMR supports with no release."""
        family, _, size = name.partition(".")
        return size in self.content["other_ec2_types"].get(family, "").split()

    def _decoded(self, ranges: str) -> frozenset[str]:
        return frozenset(self.labels[index] for index in indexes(ranges))


@cache
def packaged_content() -> dict[str, Any]:
    """The content of the file that comes with the package."""
    content: dict[str, Any] = json.loads(
        (files(__package__) / "data.json").read_text(encoding="utf-8")
    )
    return content


@cache
def catalog_data() -> CatalogData:
    """The catalogue that checks look things up in.

    It is that in the file that the environment variable ``EMR_PLATFORM_CATALOG`` names, or else
    ``.emr-platform/catalog.json`` from the current folder unless the package's is newer, or else
    the package's. It is read once in a process.

    Raises:
        CatalogError: The file cannot be read, or is no catalogue.
    """
    named = os.environ.get(CATALOG_VARIABLE)
    if named:
        return read_catalog(Path(named))
    packaged = packaged_content()
    if PROJECT_CATALOG.is_file():
        own = read_catalog(PROJECT_CATALOG)
        if own.as_of >= packaged["as_of"]:
            return own
    return CatalogData(packaged)


def read_catalog(file: Path) -> CatalogData:
    """Read a catalogue that somebody made, and check all of it.

    Args:
        file: The file, as ``emr-platform catalog refresh`` writes it.

    Raises:
        CatalogError: The file cannot be read, or is no catalogue.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        expand(content)
        return CatalogData(content, str(file))
    except OSError as error:
        raise CatalogError(f"{file}: cannot be read: {error.strerror}") from None
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise CatalogError(
            f"{file}: is not a catalogue that this version reads ({_reason(error)})\n"
            "  allowed: what `emr-platform catalog refresh` writes; make it again, or delete it"
        ) from None


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error} is missing"
    return str(error) or type(error).__name__
