"""``emr-platform validate``: reports every mistake in environment files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from emr_platform.environment.files import Checked, check_files, environment_files
from emr_platform.problems import Problem


class ReportFormat(StrEnum):
    """How problems are written."""

    TEXT = "text"
    JSON = "json"


def validate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILES", help="Environment files. Default: all in environments/."),
    ] = None,
    report_format: Annotated[
        ReportFormat, typer.Option("--format", help="For people, or for programs.")
    ] = ReportFormat.TEXT,
    warnings_as_errors: Annotated[
        bool, typer.Option("--warnings-as-errors", help="Let warnings fail the check.")
    ] = False,
) -> None:
    """Report every mistake in environment files, without asking AWS.

    Exit status: 0 if there is no error, 1 if there are errors, 2 if there is nothing to check.
    """
    wanted = files or environment_files(Path("environments"))
    if not wanted:
        raise typer.BadParameter("there is no environment file in environments/; name one")
    checked = check_files(wanted)
    if report_format is ReportFormat.JSON:
        typer.echo(json.dumps(_report(checked), indent=2, ensure_ascii=False))
    else:
        for problem in checked.problems:
            typer.echo(problem)
        typer.echo(_summary(checked))
    if checked.errors or (warnings_as_errors and checked.warnings):
        raise typer.Exit(1)


def _summary(checked: Checked) -> str:
    if not checked.problems:
        return f"{_count(len(checked.files), 'file')}: no problems"
    errors, warnings = len(checked.errors), len(checked.warnings)
    found = [_count(errors, "error")] if errors else []
    found += [_count(warnings, "warning")] if warnings else []
    return f"{_count(len(checked.files), 'file')}: {', '.join(found)}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _report(checked: Checked) -> dict[str, Any]:
    return {
        "files": [str(file) for file in checked.files],
        "errors": len(checked.errors),
        "warnings": len(checked.warnings),
        "problems": _entries(checked.problems),
    }


def _entries(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [
        {
            "rule": problem.rule_id,
            "severity": problem.severity,
            "file": problem.location.file if problem.location else None,
            "line": problem.location.line if problem.location else None,
            "column": problem.location.column if problem.location else None,
            "path": list(problem.path),
            "message": problem.message,
            "allowed": problem.allowed,
            "aws_answer": problem.aws_answer,
        }
        for problem in problems
    ]
