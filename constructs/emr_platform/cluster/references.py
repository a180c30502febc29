"""What a cluster spec refers to by name: scripts, ``bucket://NAME``, ``secret://NAME``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from emr_platform.cluster.configurations import Configuration
from emr_platform.cluster.request import references
from emr_platform.cluster.spec import (
    ClusterSpec,
    CommandStepSpec,
    JarStepSpec,
    ScriptStepSpec,
    SparkSubmitStepSpec,
)
from emr_platform.problems import Path, Problem


def is_local_script(script: str) -> bool:
    """Whether a script is a path, not an URI."""
    return "://" not in script


def scripts(spec: ClusterSpec) -> Iterator[tuple[Path, str]]:
    """Every script that a cluster runs, with the path of the field that names it."""
    for name, action in spec.bootstrap.items():
        yield ("bootstrap", name, "script"), action.script
    for position, step in enumerate(spec.steps):
        if isinstance(step, ScriptStepSpec):
            yield ("steps", position, "script"), step.script


def texts(spec: ClusterSpec) -> Iterator[tuple[Path, str]]:
    """Every text in which ``bucket://`` and ``secret://`` are replaced, with its path."""
    yield from scripts(spec)
    for name, action in spec.bootstrap.items():
        yield from _items(("bootstrap", name, "args"), action.args)
    for position, step in enumerate(spec.steps):
        path: Path = ("steps", position)
        match step:
            case ScriptStepSpec():
                yield from _items((*path, "args"), step.args)
            case SparkSubmitStepSpec():
                yield from _items((*path, "spark_submit"), step.spark_submit)
            case CommandStepSpec():
                yield from _items((*path, "command"), step.command)
            case JarStepSpec():
                yield (*path, "jar"), step.jar
                yield from _items((*path, "args"), step.args)
    yield from _properties(("configurations",), spec.configurations)
    groups = {
        ("primary",): spec.primary,
        **{("task", name): group for name, group in spec.task.items()},
    }
    if spec.core:
        groups[("core",)] = spec.core
    for prefix, group in groups.items():
        yield from _properties((*prefix, "configurations"), group.configurations)


def _items(path: Path, items: Sequence[str]) -> Iterator[tuple[Path, str]]:
    for position, item in enumerate(items):
        yield (*path, position), item


def _properties(path: Path, configurations: Sequence[Configuration]) -> Iterator[tuple[Path, str]]:
    for configuration in configurations:
        here: Path = (*path, configuration.classification)
        for name, value in configuration.properties.items():
            yield (*here, name), value
        yield from _properties(here, configuration.configurations)


def reference_problems(
    spec: ClusterSpec,
    *,
    buckets: Collection[str],
    data_buckets: Collection[str],
    secrets: Collection[str],
) -> list[Problem]:
    """Find references to what is not there.

    Args:
        spec: The cluster.
        buckets: Names that ``bucket://`` may use; ``config`` among them if scripts can be shipped.
        data_buckets: Names that ``data_access`` may use.
        secrets: Names that ``secret://`` may use.

    Returns:
        A problem for each reference that leads nowhere.
    """
    problems = [
        Problem(
            rule_id="EMR-REFERENCE-001",
            path=path,
            message=f"{scheme}://{name} refers to a {scheme} that is not there",
            allowed=_one_of(f"{scheme}://{known_name}" for known_name in sorted(known)),
        )
        for path, text in texts(spec)
        for scheme, known in (("bucket", buckets), ("secret", secrets))
        for name in sorted(references(text, scheme) - set(known))
    ]
    problems += [
        Problem(
            rule_id="EMR-REFERENCE-002",
            path=("data_access", name),
            message=f"there is no data bucket named {name}",
            allowed=_one_of(sorted(data_buckets)),
        )
        for name in sorted((spec.data_access or {}).keys() - set(data_buckets))
    ]
    if spec.read_result_store_secret and "result-store" not in secrets:
        problems.append(
            Problem(
                rule_id="EMR-REFERENCE-003",
                path=("read_result_store_secret",),
                message="there is no result store whose secret could be read",
                allowed="false, or a result store",
            )
        )
    if "config" not in buckets:
        problems += [
            Problem(
                rule_id="EMR-REFERENCE-004",
                path=path,
                message=f"the local script {script} has no bucket to be shipped to",
                allowed="an s3:// URI, or pass config_bucket",
            )
            for path, script in scripts(spec)
            if is_local_script(script)
        ]
    return problems


def _one_of(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing: there are none"
