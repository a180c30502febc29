"""Puts cloud assemblies together: each of one environment, as if one app had made one of all of them.

The files of a cloud assembly: https://github.com/aws/aws-cdk-cli/tree/main/packages/%40aws-cdk/cloud-assembly-schema
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from emr_platform.synthesis.findings import REPORT_FILE
from emr_platform.templates.reading import MANIFEST

TREE_FILE = "tree.json"

_STAGE = "cdk:cloud-assembly"


class MergeError(Exception):
    """Cloud assemblies do not belong together; the message says why."""


def merge_assemblies(assemblies: Sequence[Path], output: Path) -> None:
    """Put cloud assemblies together.

    Args:
        assemblies: Their folders, in the order that their stages shall have. What is in them is moved, so that they
            have to be on the file system of the output.
        output: The folder of the one assembly. What else an earlier one has left there stays, as with the CDK itself.

    Raises:
        MergeError: They are of different apps: two say different things of the same.
    """
    # All of it is read before anything is moved.
    texts: dict[str, str] = {}
    for name, merged in _MERGED.items():
        if contents := [_read(each / name) for each in assemblies if (each / name).exists()]:
            texts[name] = _written(merged(contents), name)
    output.mkdir(parents=True, exist_ok=True)
    for assembly in assemblies:
        for path in sorted(assembly.iterdir()):
            if path.name not in _MERGED:
                _move(path, output / path.name)
    for name in _MERGED:
        if name in texts:
            (output / name).write_text(texts[name], encoding="utf-8")
        else:
            (output / name).unlink(missing_ok=True)


def _manifests(manifests: Sequence[Any]) -> dict[str, Any]:
    """The manifest: the stages first, then what the app has once; and what somebody has to look up."""
    artifacts: dict[str, Any] = {}
    missing: dict[str, Any] = {}
    for manifest in manifests:
        for name, artifact in manifest.get("artifacts", {}).items():
            _add(artifacts, name, artifact)
        for lookup in manifest.get("missing") or ():
            _add(missing, lookup["key"], lookup)
    stages_first = sorted(artifacts.items(), key=lambda item: item[1]["type"] != _STAGE)
    merged = _common(
        manifests, {"artifacts": dict(stages_first), "missing": list(missing.values())}
    )
    if not missing:
        del merged["missing"]
    # The CDK has these first, whichever of the assemblies say them.
    first = {key: merged.pop(key) for key in ("version", "artifacts", "missing") if key in merged}
    return first | merged


def _trees(trees: Sequence[Any]) -> dict[str, Any]:
    """The tree of constructs: the children of all apps as those of one, what they have in common last."""
    children: dict[str, Any] = {}
    often: dict[str, int] = {}
    for tree in trees:
        for name, child in tree["tree"].get("children", {}).items():
            _add(children, name, child)
            often[name] = often.get(name, 0) + 1
    shared_last = sorted(children.items(), key=lambda item: often[item[0]] > 1)
    app = _common([tree["tree"] for tree in trees], {"children": dict(shared_last)})
    return _common(trees, {"tree": app})


def _reports(reports: Sequence[Any]) -> dict[str, Any]:
    """What validations found, by plug-in; the same finding in several environments is one."""
    plugins: dict[str, list[Any]] = {}
    for report in reports:
        for plugin in report["pluginReports"]:
            plugins.setdefault(plugin["pluginName"], []).append(plugin)
    return _common(reports, {"pluginReports": [_plugin_report(each) for each in plugins.values()]})


def _plugin_report(reports: Sequence[Any]) -> dict[str, Any]:
    failed = (report for report in reports if report["conclusion"] == "failure")
    merged = dict(next(failed, reports[0]))
    for key in ("violations", "suppressedViolations"):
        if any(key in report for report in reports):
            merged[key] = _violations(each for report in reports for each in report.get(key, ()))
    return merged


def _violations(violations: Iterable[Any]) -> list[Any]:
    """Findings: the same in another place is no other, unless it was acknowledged elsewhere."""
    found: dict[str, dict[str | None, Any]] = {}
    for violation in violations:
        what = json.dumps(
            [
                violation.get(each)
                for each in ("ruleName", "severity", "customSeverity", "description")
            ]
        )
        acknowledged = found.setdefault(what, {})
        at = violation.get("acknowledgedAt")
        if at in acknowledged:
            places = acknowledged[at]["violatingConstructs"]
            # What is said of the app itself is in all of them.
            places += [each for each in violation["violatingConstructs"] if each not in places]
        else:
            acknowledged[at] = {
                **violation,
                "violatingConstructs": [*violation["violatingConstructs"]],
            }
    return [violation for acknowledged in found.values() for violation in acknowledged.values()]


def _common(contents: Sequence[Any], merged: Mapping[str, Any]) -> dict[str, Any]:
    """What all say, in the order in which they say it, with what was merged in its place."""
    said: dict[str, Any] = {}
    for content in contents:
        for key, value in content.items():
            _add(said, key, merged.get(key, value))
    return {**said, **merged}


def _add(merged: dict[str, Any], name: str, value: Any) -> None:
    if merged.setdefault(name, value) != value:
        raise MergeError(f"cloud assemblies of different apps: each says something else of {name}")


_MERGED: Mapping[str, Callable[[Sequence[Any]], dict[str, Any]]] = {
    TREE_FILE: _trees,
    REPORT_FILE: _reports,
    # The last one to be written: an assembly without it is none.
    MANIFEST: _manifests,
}


def _move(source: Path, target: Path) -> None:
    if target.name.startswith("asset.") and target.exists():
        # Its name is what is in it.
        return
    if target.is_dir():
        shutil.rmtree(target)
    source.replace(target)


def _read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _written(content: Any, name: str) -> str:
    # As the CDK does: the tree has a line of its own, all else is indented.
    if name == TREE_FILE:
        return json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return json.dumps(content, indent=2, ensure_ascii=False)
