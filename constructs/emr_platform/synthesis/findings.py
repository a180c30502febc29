"""What the CDK found while it synthesized: as its own command line, which reads it from the cloud assembly, too.

https://docs.aws.amazon.com/cdk/v2/guide/policy-validation-synthesis.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPORT_FILE = "validation-report.json"
ANNOTATIONS = "Construct Annotations"
"""The plug-in under which the report has what constructs say of themselves."""

_LEVELS = {"aws:cdk:error": "error", "aws:cdk:warning": "warning"}


@dataclass(frozen=True, slots=True)
class Findings:
    """What nobody acknowledged.

    Attributes:
        errors: Why the command line of the CDK would not deploy the assembly.
        warnings: What it would warn of.
    """

    errors: tuple[str, ...]
    warnings: tuple[str, ...]


def read_findings(assembly: Path) -> Findings:
    """Read what was found in a cloud assembly that was just made.

    Args:
        assembly: Its folder.
    """
    file = assembly / REPORT_FILE
    reports = _json(file).get("pluginReports", []) if file.is_file() else []
    found: dict[str, dict[str, None]] = {"error": {}, "warning": {}}
    for report in reports:
        for level, text in _validation(report):
            found.setdefault(level, {})[text] = None
    reported = any(report.get("pluginName") == ANNOTATIONS for report in reports)
    for folder, manifest in _manifests(assembly):
        # Apps with older feature flags leave annotations out of the report.
        annotations = () if reported else _annotations(folder, manifest)
        for level, text in (*_missing(folder, manifest), *annotations):
            found[level][text] = None
    return Findings(tuple(found["error"]), tuple(found["warning"]))


def _validation(report: Any) -> Iterator[tuple[str, str]]:
    plugin = report.get("pluginName", "validation")
    failed = report.get("conclusion") == "failure"
    is_explained = False
    for violation in report.get("violations", []):
        # What names no severity makes the validation fail.
        severity = violation.get("severity") or ("error" if failed else "warning")
        severity = "error" if severity == "fatal" else severity
        is_explained |= severity == "error"
        yield severity, _violation(plugin, violation)
    if failed and not is_explained:
        yield "error", f"{plugin}: the validation failed"


def _violation(plugin: str, violation: Any) -> str:
    paths = [place.get("constructPath") for place in violation.get("violatingConstructs", [])]
    at = "".join(f"\n  at {path}" for path in paths if path)
    name = violation.get("ruleName", plugin)
    return f"{name}  {plugin}\n  {str(violation.get('description', '')).strip()}{at}"


def _missing(folder: Path, manifest: Any) -> Iterator[tuple[str, str]]:
    """Context that somebody has to look up in AWS first."""
    for missing in manifest.get("missing") or ():
        yield (
            "error",
            f"{missing.get('key', 'a value')} is not in cdk.context.json, in {folder.name}\n"
            "  allowed: `cdk synth` looks it up in AWS, once",
        )


def _annotations(folder: Path, manifest: Any) -> Iterator[tuple[str, str]]:
    for artifact_id, artifact in manifest.get("artifacts", {}).items():
        metadata = dict(artifact.get("metadata") or {})
        extra = artifact.get("additionalMetadataFile")
        if extra and (folder / extra).is_file():
            metadata |= _json(folder / extra)
        for path, entries in metadata.items():
            for entry in entries:
                level = _LEVELS.get(entry.get("type"))
                if level:
                    yield level, f"{entry.get('data')}\n  at {(path or artifact_id).lstrip('/')}"


def _manifests(folder: Path) -> Iterator[tuple[Path, Any]]:
    """Every manifest of an assembly, those of its stages included."""
    manifest = _json(folder / "manifest.json")
    yield folder, manifest
    for artifact in manifest.get("artifacts", {}).values():
        if artifact.get("type") == "cdk:cloud-assembly":
            yield from _manifests(folder / artifact["properties"]["directoryName"])


def _json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
