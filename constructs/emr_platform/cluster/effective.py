"""What EMR gets of a cluster: its own applications and configurations, and what presets and the metastore add.

Rules about applications and configurations look at these, so that they see what EMR would see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from emr_platform.catalog.release import Release
from emr_platform.cluster.decommissioning import decommissioning_properties
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.configurations.spec import Configuration
from emr_platform.metastore.configurations import metastore_configurations
from emr_platform.metastore.spec import GlueMetastoreSpec, MySqlMetastoreSpec
from emr_platform.presets.catalog import Classifications, MetastoreKind
from emr_platform.presets.expansion import preset_classifications
from emr_platform.presets.spec import PresetUse, used_presets
from emr_platform.problems import Path
from emr_platform.remembered import remembered, remembered_items


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A property that two presets set to different values.

    Attributes:
        path: The property, from ``configurations``.
        first: Path of the preset whose value holds.
        first_value: Its value.
        second: Path of the other preset.
        second_value: Its value.
    """

    path: Path
    first: Path
    first_value: str
    second: Path
    second_value: str


@remembered
def effective_applications(spec: ClusterSpec) -> tuple[str, ...]:
    """The applications that EMR installs: those of the file, and behind them those that were added.

    Args:
        spec: The cluster.

    Returns:
        Names as they are written; the position of one from the file is its position in the file.
    """
    return (*spec.applications, *(name for name, _ in _added_applications(spec)))


@remembered
def effective_configurations(spec: ClusterSpec) -> tuple[Configuration, ...]:
    """The classifications that EMR gets for the whole cluster.

    What the file says wins, property by property, over what presets and the metastore add.

    Args:
        spec: The cluster.

    Returns:
        Those of the file, completed, in the order of the file; behind them those that were added.
    """
    added = _added(spec)
    if not added.children:
        return tuple(spec.configurations)
    return tuple(_completed(spec.configurations, added))


def written_path(spec: ClusterSpec, path: Sequence[str | int]) -> Path:
    """Where the file says what stands at a path of the effective applications or configurations.

    Args:
        spec: The cluster.
        path: A path that starts with ``configurations`` or ``applications``, e.g.
            ``("configurations", "hive-site", "javax.jdo.option.ConnectionURL")``. Others are as they are.

    Returns:
        The same path where the file says it itself; else that of the preset or the metastore that
        added it.
    """
    match tuple(path):
        case ("applications", int(position)) if position >= len(spec.applications):
            added = list(_added_applications(spec))
            return added[position - len(spec.applications)][1]
        case ("configurations", *names) if not _is_written(spec.configurations, names):
            return _added(spec).origin(names) or tuple(path)
    return tuple(path)


def contradictions(spec: ClusterSpec) -> tuple[Contradiction, ...]:
    """The properties that presets do not agree on, and that the file does not settle itself."""
    return tuple(
        found
        for found in _added(spec).contradictions
        if not _is_written(spec.configurations, found.path[1:])
    )


def metastore_kind(spec: ClusterSpec) -> MetastoreKind:
    """What kind of metastore the cluster has."""
    if isinstance(spec.metastore, GlueMetastoreSpec):
        return "glue"
    return "mysql" if isinstance(spec.metastore, MySqlMetastoreSpec) else spec.metastore


@remembered_items
def _added_applications(spec: ClusterSpec) -> Iterator[tuple[str, Path]]:
    """The applications that presets add, each with the path of the first preset that does."""
    known = {name.lower() for name in spec.applications}
    for use in used_presets(spec.presets):
        for name in use.preset.applications:
            if name.lower() not in known:
                known.add(name.lower())
                yield name, use.path


@dataclass(slots=True)
class _Added:
    """What was added to one classification, or to all.

    Attributes:
        properties: Values with the path of whoever added them.
        children: Nested classifications.
        owner: Path of whoever added the classification first.
        contradictions: What two presets say of the same property.
    """

    owner: Path = ()
    properties: dict[str, tuple[str, Path]] = field(default_factory=dict)
    children: dict[str, _Added] = field(default_factory=dict)
    contradictions: list[Contradiction] = field(default_factory=list)

    def add(self, content: Mapping[str, object], owner: Path, path: Path, root: _Added) -> None:
        for name, value in content.items():
            if isinstance(value, Mapping):
                child = self.children.setdefault(name, _Added(owner))
                child.add(value, owner, (*path, name), root)
            elif isinstance(value, Sequence) and not isinstance(value, str):
                self._join(name, value, owner)
            else:
                self._set(name, str(value), owner, (*path, name), root)

    def _join(self, name: str, entries: Sequence[str], owner: Path) -> None:
        text, first = self.properties.get(name, ("", owner))
        known = text.split(",") if text else []
        known += [entry for entry in entries if entry not in known]
        self.properties[name] = (",".join(known), first)

    def _set(self, name: str, value: str, owner: Path, path: Path, root: _Added) -> None:
        known, first = self.properties.setdefault(name, (value, owner))
        if known != value:
            root.contradictions.append(Contradiction(path, first, known, owner, value))

    def origin(self, names: Sequence[str | int]) -> Path | None:
        """Who added what stands at a path; the nearest thing around it where nothing does."""
        if not names:
            return self.owner or None
        name = str(names[0])
        if name in self.children:
            return self.children[name].origin(names[1:])
        return self.properties[name][1] if name in self.properties else self.owner or None


@remembered
def _added(spec: ClusterSpec) -> _Added:
    """What keys of the cluster, the metastore and presets add; what comes first holds."""
    added = _Added()
    uses = used_presets(spec.presets)
    timeout = spec.decommission_timeout_minutes
    if not uses and spec.metastore == "local" and timeout is None:
        return added
    release = Release.parse(spec.release)
    applications = effective_applications(spec)
    if timeout is not None:
        properties = decommissioning_properties(timeout, release=release, applications=applications)
        added.add(properties, ("decommission_timeout_minutes",), ("configurations",), added)
    for configuration in metastore_configurations(
        spec.metastore, release=release, applications=applications
    ):
        content = {configuration.classification: configuration.properties}
        added.add(content, ("metastore",), ("configurations",), added)
    for use in uses:
        for content in _classifications(use, spec, release, applications):
            added.add(content, use.path, ("configurations",), added)
    return added


def _classifications(
    use: PresetUse, spec: ClusterSpec, release: Release, applications: Sequence[str]
) -> Iterator[Classifications]:
    return preset_classifications(
        use, release=release, applications=applications, metastore=metastore_kind(spec)
    )


def _completed(written: Sequence[Configuration], added: _Added) -> Iterator[Configuration]:
    """The classifications of the file with what was added to each, and those that were added whole."""
    seen: set[str] = set()
    for configuration in written:
        more = added.children.get(configuration.classification)
        if more is None or configuration.classification in seen:
            yield configuration
        else:
            seen.add(configuration.classification)
            yield Configuration(
                classification=configuration.classification,
                properties=configuration.properties | _unwritten(configuration, more),
                configurations=tuple(_completed(configuration.configurations, more)),
            )
    for name, more in added.children.items():
        if name not in seen:
            yield Configuration(
                classification=name,
                properties={key: value for key, (value, _) in more.properties.items()},
                configurations=tuple(_completed((), more)),
            )


def _unwritten(configuration: Configuration, more: _Added) -> dict[str, str]:
    """The added properties that the file does not set, with or without EMR's annotation of secrets."""
    written = {_plain(name) for name in configuration.properties}
    return {
        name: value for name, (value, _) in more.properties.items() if _plain(name) not in written
    }


def _plain(name: str) -> str:
    return name.removeprefix("EMR.secret@")


def _is_written(configurations: Sequence[Configuration], names: Sequence[str | int]) -> bool:
    """Whether the file itself has what a path below ``configurations`` leads to."""
    if not names:
        return True
    for configuration in configurations:
        if configuration.classification == names[0]:
            if len(names) == 2 and names[1] in configuration.properties:
                return True
            if _is_written(configuration.configurations, names[1:]):
                return True
    return False
