"""Rules about presets. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.catalog.applications import availability
from emr_platform.catalog.release import Release
from emr_platform.cluster.effective import contradictions, effective_applications
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.presets.catalog import Preset
from emr_platform.presets.expansion import is_option_in, missing_options
from emr_platform.presets.spec import used_presets
from emr_platform.problems import dotted
from emr_platform.rule import Finding, RuleBook

PRESET_RULES: RuleBook[ClusterSpec] = RuleBook()

_CONFIGURE = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps.html"
_RELEASES = "https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-release-components.html"


@PRESET_RULES.rule(
    "EMR-PRESET-001",
    what="A preset is for releases that have what it switches on.",
    why="Other releases do not know the application or the classification.",
    source=_RELEASES,
)
def presets_are_in_release(spec: ClusterSpec) -> Iterator[Finding]:
    """No preset that AWS documents for later releases only."""
    release = Release.parse(spec.release)
    for use in used_presets(spec.presets):
        if use.preset.is_in(release) is False and not _lacks_application(use.preset, release):
            message = f"{release} does not have what the preset {use.name} switches on"
            yield Finding(use.path, message, _releases(use.preset, release))


@PRESET_RULES.rule(
    "EMR-PRESET-002",
    what="A preset is for a line of releases that AWS documents it for.",
    why="What it sets may mean nothing there.",
    source=_RELEASES,
    severity="warning",
)
def presets_are_documented(spec: ClusterSpec) -> Iterator[Finding]:
    """No preset of which AWS says nothing for the emr-spark line."""
    release = Release.parse(spec.release)
    for use in used_presets(spec.presets):
        if use.preset.is_in(release) is None and not _lacks_application(use.preset, release):
            message = f"AWS does not document the preset {use.name} for {release}"
            yield Finding(use.path, message, _releases(use.preset, release))


@PRESET_RULES.rule(
    "EMR-PRESET-003",
    what="A preset is told what it cannot guess.",
    why="There is no bucket and no database that would be right for everybody.",
    source=_CONFIGURE,
)
def presets_are_complete(spec: ClusterSpec) -> Iterator[Finding]:
    """No preset in a list that has to be told something."""
    for use in used_presets(spec.presets):
        for name in missing_options(use):
            yield Finding(
                use.path,
                f"the preset {use.name} does not say its {name}",
                f"presets as a mapping: {{{use.name}: {{{name}: …}}}}",
            )


@PRESET_RULES.rule(
    "EMR-PRESET-004",
    what="Presets do not contradict each other.",
    why="A property has one value, so that one of them would not work.",
    source=_CONFIGURE,
)
def presets_agree(spec: ClusterSpec) -> Iterator[Finding]:
    """No property with two values, unless configurations say which one."""
    names = {use.path: use.name for use in used_presets(spec.presets)}
    for found in contradictions(spec):
        other = names.get(found.first)
        yield Finding(
            found.second,
            f"{found.path[-1]} would be {found.second_value}, and "
            f"{f'the preset {other}' if other else dotted(found.first)} sets it to {found.first_value}",
            f"one of the two, or {dotted(found.path)} with the value that is meant",
        )


@PRESET_RULES.rule(
    "EMR-PRESET-005",
    what="A preset is for an application that the cluster has.",
    why="Nothing reads what it sets.",
    source=_CONFIGURE,
    severity="warning",
)
def presets_are_used(spec: ClusterSpec) -> Iterator[Finding]:
    """One of the applications that a preset is for is installed."""
    installed = {name.lower() for name in effective_applications(spec)}
    for use in used_presets(spec.presets):
        wanted = use.preset.one_of
        if wanted and not any(name.lower() in installed for name in wanted):
            some = " or ".join((", ".join(wanted[:-1]), wanted[-1]) if wanted[1:] else wanted)
            message = f"the preset {use.name} is for {some}, which the cluster does not have"
            yield Finding(use.path, message, f"{some} among the applications")


@PRESET_RULES.rule(
    "EMR-PRESET-006",
    what="What a preset lets you say is known to the release.",
    why="Older releases know the rest of the preset, but not this.",
    source=_RELEASES,
)
def options_are_in_release(spec: ClusterSpec) -> Iterator[Finding]:
    """No option that AWS documents for later releases only."""
    release = Release.parse(spec.release)
    for use in used_presets(spec.presets):
        for name, option in use.preset.options.items():
            if use.says(name) and not is_option_in(use, name, release):
                message = f"{release} does not know {name} of the preset {use.name}"
                yield Finding((*use.path, name), message, f"{option.first_release} or later")


def _lacks_application(preset: Preset, release: Release) -> bool:
    """Whether a release does not contain an application of a preset, which another rule says."""
    return any(availability(name, release) is False for name in preset.applications)


def _releases(preset: Preset, release: Release) -> str:
    """The releases that have a preset, in words."""
    if release.is_spark_line and preset.first_spark_release:
        return f"{preset.first_spark_release} or later"
    return f"{preset.first_release} or later"
