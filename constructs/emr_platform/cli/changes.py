"""``emr-platform changes``: says what deploying templates over others does."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from emr_platform.changes.compare import compare, matched
from emr_platform.changes.report import as_data, as_markdown, as_text
from emr_platform.cli.errors import CommandError
from emr_platform.templates.model import Source, TemplateError
from emr_platform.templates.reading import read

STOPS = 3
"""Exit status where something is replaced or lost, or CloudFormation would refuse."""


class ReportFormat(StrEnum):
    """How changes are written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def changes(
    places: Annotated[
        list[Path],
        typer.Argument(
            metavar="[BEFORE] AFTER",
            help="Templates (JSON or YAML), or the folders that cdk synth writes.",
        ),
    ],
    deployed: Annotated[
        bool,
        typer.Option(
            "--deployed", help="Compare with what is deployed; give AFTER alone, a folder."
        ),
    ] = False,
    report_format: Annotated[
        ReportFormat,
        typer.Option("--format", help="For people, for programs, or for pull requests."),
    ] = ReportFormat.TEXT,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LOGICAL_ID_OR_TYPE",
            help="What may be replaced or lost. Can be given several times.",
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="AWS profile for --deployed. Left out: the default one.")
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(help="AWS region for --deployed, of stacks that name none."),
    ] = None,
    lookup_roles: Annotated[
        bool,
        typer.Option(
            "--lookup-roles",
            help="For --deployed: read every stack with the lookup role that cdk bootstrap made in "
            "its account.",
        ),
    ] = False,
) -> None:
    """Say what deploying AFTER over BEFORE replaces, loses, and changes in place.

    Exit status: 0 if nothing is replaced or lost, 1 if something cannot be read, 2 for arguments
    that make no sense, 3 if something is replaced or lost, or may be, or would be refused.
    """
    _check(places, deployed=deployed, options=(profile, region, lookup_roles))
    try:
        if deployed:
            after = read(places[0])
            before = _deployed(after, profile=profile, region=region, lookup_roles=lookup_roles)
        else:
            before, after = (read(place) for place in places)
        comparison = compare(*matched(before, after), allowed=allow or ())
    except TemplateError as error:
        raise CommandError(str(error)) from None
    if report_format is ReportFormat.JSON:
        typer.echo(json.dumps(as_data(comparison), indent=2, ensure_ascii=False))
    else:
        write = as_text if report_format is ReportFormat.TEXT else as_markdown
        typer.echo(write(comparison), nl=False)
    if comparison.stopping or comparison.refusals:
        raise typer.Exit(STOPS)


def _check(places: list[Path], *, deployed: bool, options: tuple[str | bool | None, ...]) -> None:
    wanted = 1 if deployed else 2
    if len(places) != wanted:
        raise typer.BadParameter(
            "--deployed takes AFTER alone" if deployed else "name two: BEFORE and AFTER"
        )
    if any(options) and not deployed:
        raise typer.BadParameter("--profile, --region and --lookup-roles are for --deployed")


def _deployed(
    after: Source, *, profile: str | None, region: str | None, lookup_roles: bool
) -> Source:
    from emr_platform.operations.deployed_templates import DeployedTemplatesError, read_deployed

    try:
        return read_deployed(after, profile=profile, region=region, lookup_roles=lookup_roles)
    except DeployedTemplatesError as error:
        raise CommandError(str(error)) from None
