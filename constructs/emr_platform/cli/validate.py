"""``emr-platform validate``: reports every mistake in environment files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emr_platform.cli.output import write_report
from emr_platform.environment.file_problems import UNREADABLE
from emr_platform.environment.files import check_files, environment_files
from emr_platform.reports.formats import ReportFormat
from emr_platform.reports.report import Report


def validate(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILES", help="Environment files. Default: all in environments/."),
    ] = None,
    report_format: Annotated[
        ReportFormat, typer.Option("--format", help="For people, programs, or build servers.")
    ] = ReportFormat.TEXT,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FILE", help="Where to write the report. Default: the terminal."
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", "--warnings-as-errors", help="Let warnings fail the check.")
    ] = False,
    show_acknowledged: Annotated[
        bool,
        typer.Option(
            "--show-acknowledged",
            help="Show warnings that the files acknowledge, with the reasons.",
        ),
    ] = False,
) -> None:
    """Report every mistake in environment files, without asking AWS.

    Exit status: 0 if there is no error, 1 if there are errors, 2 if a file cannot be read or there
    is none.
    """
    wanted = files or environment_files(Path("environments"))
    if not wanted:
        raise typer.BadParameter("there is no environment file in environments/; name one")
    checked = check_files(wanted)
    report = Report(
        "file",
        files=tuple(str(file) for file in checked.files),
        problems=checked.problems,
        unreadable=frozenset({UNREADABLE.id}),
        show_acknowledged=show_acknowledged,
    )
    write_report(report, report_format=report_format, output=output, strict=strict)
