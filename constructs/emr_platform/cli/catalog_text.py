"""What the catalogue knows, and how catalogues differ, as text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from emr_platform.catalog.applications import applications_in
from emr_platform.catalog.data import CATALOG_VARIABLE, PROJECT_CATALOG, catalog_data
from emr_platform.catalog.differences import CatalogDifferences, Difference, differences
from emr_platform.catalog.facts import Facts
from emr_platform.catalog.instance_types import (
    InstanceType,
    instance_types,
    is_supported,
    newest_release,
    releases,
)
from emr_platform.catalog.offers import (
    region_as_of,
    regions_of_release,
    regions_with_facts,
    releases_in_region,
    type_in_region,
)
from emr_platform.catalog.release import Release
from emr_platform.catalog.support import AS_OF, end_of_support
from emr_platform.cli.errors import CommandError

_MOST_NAMES = 12


def overview() -> str:
    """What the catalogue in use is, and how much it knows."""
    data = catalog_data()
    lines = [
        f"Catalogue of {data.as_of}, from {data.place}",
        f"  {data.source}",
        "",
        f"{len(releases())} releases, the newest of them {newest_release()} and "
        f"{newest_release(is_spark_line=True)}",
        f"{len(instance_types())} instance types: {_by_architecture(instance_types())}",
        "",
        f"{'Region':<16}{'Asked on':<12}{'Releases':>9}  {'Newest':<12}{'Instance types':>14}",
    ]
    for region in regions_with_facts():
        offered = releases_in_region(region)
        newest = max((release for release in offered if not release.is_spark_line), default="-")
        types = data.types_in(region)
        lines.append(
            f"{region:<16}{region_as_of(region):<12}{len(offered):>9}  "
            f"{newest!s:<12}"
            f"{'not known' if types is None else len(types):>14}"
        )
    lines += [
        "",
        "emr-platform catalog show RELEASE tells more of a release, and emr-platform catalog refresh",
        f"asks your own account. {PROJECT_CATALOG} is used unless the package's catalogue is newer,",
        f"and the file that {CATALOG_VARIABLE} names in any case.",
    ]
    return _text(lines)


def release_text(label: str) -> str:
    """What the catalogue knows of a release.

    Raises:
        CommandError: It is no release label, or one that the catalogue knows nothing of.
    """
    release = _release(label)
    applications = applications_in(release)
    lines = [f"{release}: {_support(release)}", "", "Applications"]
    if applications is None:
        lines.append("  not known")
    else:
        width = max(map(len, applications)) + 2
        lines += [
            f"  {name:<{width}}{version or 'version not known'}"
            for name, version in applications.items()
        ]
    types = [type_ for type_ in instance_types() if is_supported(type_.name, release)]
    count = f"{len(types)}: {_by_architecture(types)}" if types else "not known"
    lines += ["", f"Instance types: {count}"]
    regions = regions_of_release(release)
    if not regions:
        lines += ["", "Regions: EMR does not list it in any of those that were asked."]
        return _text(lines)
    lines += ["", f"{'Regions':<16}{'Instance types of these':>24}"]
    for region in regions:
        offered = [type_in_region(type_.name, region) for type_ in types]
        there = "not known" if None in offered else str(sum(map(bool, offered)))
        lines.append(f"  {region:<14}{there:>24}")
    without = [region for region in regions_with_facts() if region not in regions]
    if without:
        lines += ["", f"Not listed in {', '.join(without)}"]
    return _text(lines)


def changes(old: Facts, new: Facts, *, place: str) -> str:
    """How a catalogue differs from the one that it was made from.

    Args:
        old: What was known.
        new: What is known now.
        place: Where the old one was, for people.
    """
    found = differences(old, new)
    if not found:
        return f"Nothing differs from {place}, which is of {old.as_of}.\n"
    return _text([f"What differs from {place}, which is of {old.as_of}:", *_changes(found)])


def _changes(found: CatalogDifferences) -> Iterator[str]:
    yield from _both("", "release", found.releases)
    yield from _both("", "instance type", found.instance_types)
    for name, changed in found.changed_types.items():
        yield f"  {name}: {changed}"
    for region, difference in found.regions.items():
        if difference.is_new:
            yield f"  {region}: nothing was known of it"
        yield from _both(f"{region}: ", "release", difference.releases)
        yield from _both(f"{region}: ", "instance type", difference.instance_types)
    for label in sorted(found.support, key=Release.parse):
        yield from _both(f"{label}: support of ", "instance type", found.support[label])
    for label in sorted(found.applications, key=Release.parse):
        yield f"  {label}: {', '.join(found.applications[label])}"


def _both(where: str, what: str, difference: Difference) -> Iterator[str]:
    for sign, names in (("+", difference.added), ("-", difference.removed)):
        if names:
            count = f"1 {what}" if len(names) == 1 else f"{len(names)} {what}s"
            more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
            yield f"  {sign} {where}{count}: {', '.join(names[:_MOST_NAMES])}{more}"


def _release(label: str) -> Release:
    try:
        release = Release.parse(label)
    except ValueError as error:
        raise CommandError(
            f"{error}\n  allowed: a label such as {newest_release()}", exit_status=2
        ) from None
    if release.label not in catalog_data().labels:
        newest = newest_release(is_spark_line=release.is_spark_line)
        raise CommandError(
            f"{release} is not among the releases known here\n  allowed: a release up to {newest}, "
            "as `emr-platform catalog refresh` finds more"
        )
    return release


def _support(release: Release) -> str:
    end = end_of_support(release)
    if end is None:
        return "AWS has not said until when it supports it"
    if end <= AS_OF:
        return f"AWS ended its support on {end}"
    return f"AWS supports it until {end}"


def _by_architecture(types: Iterable[InstanceType]) -> str:
    counts = Counter(type_.architecture for type_ in types)
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), reverse=True))


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
