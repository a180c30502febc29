"""Rules about the names of classifications and how they nest."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from emr_platform.catalog.classifications import (
    EXPORT,
    applications_of,
    classification_data,
    classifications,
    is_in_release,
    nested_in,
    releases_with,
)
from emr_platform.catalog.release import Release
from emr_platform.cluster.effective import effective_applications
from emr_platform.cluster.settings import all_configurations, installs
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.configurations.spec import Configuration
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook

CLASSIFICATION_RULES: RuleBook[ClusterSpec] = RuleBook()

_RELEASES = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-release-components.html"
_CONFIGURE = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps.html"
_SIMILAR = 0.78


@CLASSIFICATION_RULES.rule(
    "EMR-CLASSIFICATION-001",
    what="Classifications are spelled as EMR spells them.",
    why="EMR refuses classifications that the release does not know.",
    source=_RELEASES,
)
def classifications_are_not_misspelled(spec: ClusterSpec) -> Iterator[Finding]:
    """A name that is not known is not almost that of a known classification, nor export."""
    release = Release.parse(spec.release)
    for path, configuration in all_configurations(spec):
        name = configuration.classification
        if name == EXPORT:
            message = "the classification export by itself"
            yield Finding(
                path, message, "export within a classification such as spark-env", _answer(name)
            )
        elif is_unknown(name) and (likely := _similar(name, release)):
            message = f"EMR has no classification {name}, did you mean {likely}?"
            yield Finding(path, message, likely, _answer(name))


@CLASSIFICATION_RULES.rule(
    "EMR-CLASSIFICATION-002",
    what="Classifications are ones that EMR lists.",
    why="EMR refuses classifications that the release does not know; one that is newer than this "
    "catalogue may be fine.",
    source=_RELEASES,
    severity="warning",
)
def classifications_are_known(spec: ClusterSpec) -> Iterator[Finding]:
    """The name is in one of the tables, or almost one that is."""
    release = Release.parse(spec.release)
    for path, configuration in all_configurations(spec):
        name = configuration.classification
        if name != EXPORT and is_unknown(name) and not _similar(name, release):
            message = f"{name} is not among the classifications known here"
            yield Finding(path, message, f"a classification that {release} lists")


@CLASSIFICATION_RULES.rule(
    "EMR-CLASSIFICATION-003",
    what="The release knows the classifications.",
    why="EMR refuses the cluster.",
    source=_RELEASES,
)
def classifications_are_in_release(spec: ClusterSpec) -> Iterator[Finding]:
    """No classification is documented for other releases only."""
    release = Release.parse(spec.release)
    for path, configuration in all_configurations(spec):
        name = configuration.classification
        if is_in_release(name, release) is False:
            message = f"{release} does not know the classification {name}"
            yield Finding(path, message, _instead(name, release), _answer(name))


@CLASSIFICATION_RULES.rule(
    "EMR-CLASSIFICATION-004",
    what="Classifications that end in -env hold export, and most others hold none.",
    why="EMR refuses a classification within one that may not hold it.",
    source=_CONFIGURE,
)
def classifications_are_nested_rightly(spec: ClusterSpec) -> Iterator[Finding]:
    """Nothing is nested where its parent is documented to hold something else, or nothing."""
    for path, configuration in all_configurations(spec):
        yield from _nested(path, configuration)


@CLASSIFICATION_RULES.rule(
    "EMR-CLASSIFICATION-005",
    what="Environment variables are in export, within the classification that ends in -env.",
    why="EMR documents no properties of the classification itself, so that the variables may be "
    "set nowhere.",
    source=_CONFIGURE,
    severity="warning",
)
def variables_are_exported(spec: ClusterSpec) -> Iterator[Finding]:
    """No properties directly in a classification that ends in -env."""
    for path, configuration in all_configurations(spec):
        name = configuration.classification
        # Of Presto's and Trino's AWS does not say whether they hold export.
        if name.endswith("-env") and not name.startswith(("presto", "trino")):
            for variable in configuration.properties:
                message = f"{variable} is in {name} itself"
                yield Finding((*path, variable), message, f"{name}: {{export: {{{variable}: …}}}}")


@CLASSIFICATION_RULES.rule(
    "EMR-CLASSIFICATION-006",
    what="Classifications are of applications that the cluster has.",
    why="What an application reads that is not installed, nothing reads.",
    source=_CONFIGURE,
    severity="warning",
)
def classifications_are_used(spec: ClusterSpec) -> Iterator[Finding]:
    """An application that a classification is for is installed."""
    release = Release.parse(spec.release)
    for path, configuration in all_configurations(spec):
        name = configuration.classification
        applications = applications_of(name)
        known = is_in_release(name, release) is not False and not is_unknown(name)
        if known and applications and not installs(spec, *applications):
            installed = " and ".join(effective_applications(spec)) or "no applications"
            message = f"{name} on a cluster with {installed}"
            yield Finding(path, message, f"{applications[0]} among the applications")


@CLASSIFICATION_RULES.rule(
    "EMR-CLASSIFICATION-007",
    what="A classification says something.",
    why="One without properties does nothing; most often what was meant is indented wrongly.",
    source=_CONFIGURE,
    severity="warning",
)
def classifications_are_not_empty(spec: ClusterSpec) -> Iterator[Finding]:
    """Properties or nested classifications, also in nested ones."""
    for path, configuration in all_configurations(spec):
        for here, part in _with_nested(path, configuration):
            if not part.properties and not part.configurations:
                message = f"the classification {part.classification} is empty"
                yield Finding(here, message, "at least one property")


def is_unknown(name: str) -> bool:
    """Whether none of the tables has a classification."""
    return name not in classification_data().known_to


def _similar(name: str, release: Release) -> str | None:
    """The classification that was most likely meant, of those that the release may know."""
    candidates = [
        known for known in classifications() if is_in_release(known, release) is not False
    ]
    nearest = difflib.get_close_matches(name.lower(), candidates, n=1, cutoff=_SIMILAR)
    return nearest[0] if nearest else None


_SUCCESSORS = (
    ("-log4j", ("-log4j2", "-logback")),
    ("-log4j2", ("-log4j",)),
    ("-logback", ("-log4j",)),
)
_OTHER_NAMES = (("prestosql-", "trino-"), ("trino-", "prestosql-"))


def _instead(name: str, release: Release) -> str:
    """What to do about a classification that a release does not know."""
    others = [
        f"{name.removesuffix(ending)}{other}"
        for ending, successors in _SUCCESSORS
        if name.endswith(ending)
        for other in successors
    ]
    others += [
        name.replace(prefix, other, 1) for prefix, other in _OTHER_NAMES if name.startswith(prefix)
    ]
    for other in others:
        if is_in_release(other, release):
            return other
    if name == "emrfs-site" and release.is_spark_line:
        return "core-site, with the settings of S3A"
    known = releases_with(name)
    if len(known) == 1:
        return f"{name} with {known[0]}"
    return f"{name} with releases from {known[0]} to {known[-1]}"


def _nested(path: Path, configuration: Configuration) -> Iterator[Finding]:
    parent = configuration.classification
    allowed = nested_in(parent)
    for nested in configuration.configurations:
        name = nested.classification
        here = (*path, name)
        if allowed is not None and name not in allowed:
            words = f"only {' or '.join(sorted(allowed))}" if allowed else "properties only"
            answer = _answer(name, parent)
            yield Finding(here, f"{name} within {parent}", f"in {parent}: {words}", answer)
        else:
            yield from _nested(here, nested)


def _with_nested(path: Path, configuration: Configuration) -> Iterator[tuple[Path, Configuration]]:
    yield path, configuration
    for nested in configuration.configurations:
        yield from _with_nested((*path, nested.classification), nested)


def _answer(name: str, parent: str = "null") -> str:
    return f"Classification '{name}' is not valid for parent classification '{parent}'."
