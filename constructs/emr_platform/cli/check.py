"""``emr-platform check``: reports mistakes in EMR's resources of any CloudFormation template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emr_platform.cli.output import write_report
from emr_platform.reports.formats import ReportFormat
from emr_platform.template_check.check import check_places

DEFAULT_PLACE = Path("cdk.out")


def check(
    places: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="TEMPLATES",
            help="Templates (JSON or YAML), or folders that cdk synth writes. Default: cdk.out.",
        ),
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
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings fail the check.")] = False,
    show_acknowledged: Annotated[
        bool,
        typer.Option(
            "--show-acknowledged",
            help="Show warnings that the templates acknowledge, with the reasons.",
        ),
    ] = False,
) -> None:
    """Report mistakes in EMR's resources of any CloudFormation template, without asking AWS.

    Exit status: 0 if there is no error, 1 if there are errors, 2 if a template cannot be read or
    there is none.
    """
    if not places:
        if not DEFAULT_PLACE.is_dir():
            raise typer.BadParameter(
                "there is no cdk.out here; name a template or a cloud assembly"
            )
        places = [DEFAULT_PLACE]
    report = check_places(places, show_acknowledged=show_acknowledged)
    write_report(report, report_format=report_format, output=output, strict=strict)
