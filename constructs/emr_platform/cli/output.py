"""How commands write files: all of a file or nothing."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import typer

from emr_platform.cli.errors import CommandError
from emr_platform.reports.formats import ReportFormat, render
from emr_platform.reports.report import Report


def write_whole(file: Path, text: str, *, exit_status: int = 1) -> None:
    """Write a file so that whoever reads it finds the old text or the new one.

    Raises:
        CommandError: It cannot be written; what stands there before is left as it is.
    """
    try:
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except (OSError, ValueError) as error:
        raise _refusal(file, error, exit_status) from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise _refusal(file, error, exit_status) from None


def write_report(
    report: Report, *, report_format: ReportFormat, output: Path | None, strict: bool
) -> None:
    """Write a report to where it is wanted, and end the command as the report says.

    A report that goes to a file leaves its summary at the terminal.

    Raises:
        CommandError: The file cannot be written.
        typer.Exit: Always, with the status for pipelines.
    """
    text = render(report, report_format, strict=strict)
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_whole(output, text, exit_status=2)
        typer.echo(report.summary)
    raise typer.Exit(report.exit_status(strict=strict))


def _refusal(file: Path, error: Exception, exit_status: int) -> CommandError:
    reason = getattr(error, "strerror", None) or error
    return CommandError(f"{file}: cannot be written: {reason}", exit_status=exit_status)
