"""Reports for programs, in a form of our own."""

from __future__ import annotations

import json
from typing import Any

from emr_platform.problems import Problem
from emr_platform.reports.report import Report


def render(report: Report, *, strict: bool = False) -> str:
    """Write the report as one JSON object."""
    del strict
    data = {
        "files": list(report.files),
        "errors": len(report.errors),
        "warnings": len(report.warnings),
        "acknowledged": len(report.acknowledged),
        "problems": [_entry(problem) for problem in report.problems],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _entry(problem: Problem) -> dict[str, Any]:
    location = problem.location
    return {
        "rule": problem.rule_id,
        "severity": problem.severity,
        "file": location.file if location else None,
        "line": location.line if location else None,
        "column": location.column if location else None,
        "path": list(problem.path),
        "message": problem.message,
        "allowed": problem.allowed,
        "aws_answer": problem.aws_answer,
        "acknowledged": problem.acknowledged,
    }
