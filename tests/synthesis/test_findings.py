"""What the CDK's command line would stop at, is found in the assembly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from emr_platform.synthesis.findings import Findings, read_findings


def write(folder: Path, name: str, content: Any) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content), encoding="utf-8")


def violation(severity: str | None, rule: str = "R1") -> dict[str, Any]:
    found: dict[str, Any] = {
        "ruleName": rule,
        "description": "too open",
        "violatingConstructs": [{"constructPath": "dev/storage/Data"}],
    }
    return found if severity is None else {**found, "severity": severity}


def report(
    *violations: dict[str, Any], failed: bool = False, plugin: str = "Nag"
) -> dict[str, Any]:
    return {
        "pluginName": plugin,
        "conclusion": "failure" if failed else "success",
        "violations": list(violations),
        "suppressedViolations": [violation("error", "acknowledged")],
    }


def findings(folder: Path, *reports: dict[str, Any]) -> Findings:
    write(folder, "manifest.json", {"artifacts": {}})
    write(folder, "validation-report.json", {"pluginReports": list(reports)})
    return read_findings(folder)


def test_nothing(tmp_path: Path) -> None:
    write(tmp_path, "manifest.json", {"artifacts": {}})

    assert read_findings(tmp_path) == Findings((), ())
    assert findings(tmp_path, report()) == Findings((), ())


def test_validations(tmp_path: Path) -> None:
    found = findings(
        tmp_path,
        report(violation("warning"), violation("error", "R2"), violation("info"), failed=True),
    )

    assert found.errors == ("R2  Nag\n  too open\n  at dev/storage/Data",)
    assert found.warnings == ("R1  Nag\n  too open\n  at dev/storage/Data",)


def test_validation_without_severities(tmp_path: Path) -> None:
    assert len(findings(tmp_path, report(violation(None), failed=True)).errors) == 1
    assert len(findings(tmp_path, report(violation(None))).warnings) == 1


def test_failure_without_an_error(tmp_path: Path) -> None:
    assert findings(tmp_path, report(failed=True)).errors == ("Nag: the validation failed",)


def annotated(folder: Path) -> None:
    """An assembly with a stage, whose stack has annotations."""
    inner = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-dev"}}
    write(folder, "manifest.json", {"artifacts": {"assembly-dev": inner}})
    stack = {"type": "aws:cloudformation:stack", "additionalMetadataFile": "s.metadata.json"}
    write(folder / "assembly-dev", "manifest.json", {"artifacts": {"s": stack}})
    entries = [
        {"type": f"aws:cdk:{level}", "data": level} for level in ("error", "warning", "info")
    ]
    write(folder / "assembly-dev", "s.metadata.json", {"/dev/s/Bucket": entries})


def test_annotations(tmp_path: Path) -> None:
    annotated(tmp_path)

    assert read_findings(tmp_path) == Findings(
        errors=("error\n  at dev/s/Bucket",), warnings=("warning\n  at dev/s/Bucket",)
    )


def test_annotations_that_are_reported(tmp_path: Path) -> None:
    annotated(tmp_path)
    reports = [report(violation("warning"), plugin="Construct Annotations")]
    write(tmp_path, "validation-report.json", {"pluginReports": reports})

    found = read_findings(tmp_path)

    assert found.errors == ()
    assert len(found.warnings) == 1


def test_context_that_is_missing(tmp_path: Path) -> None:
    inner = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-dev"}}
    write(tmp_path, "manifest.json", {"artifacts": {"assembly-dev": inner}})
    write(tmp_path / "assembly-dev", "manifest.json", {"missing": [{"key": "vpc:account=1"}]})

    [error] = read_findings(tmp_path).errors

    assert error.startswith("vpc:account=1 is not in cdk.context.json")
