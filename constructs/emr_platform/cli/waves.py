"""``emr-platform waves``: says in which order environments are deployed."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from emr_platform.cli.errors import CommandError
from emr_platform.deployment.loader import DEPLOYMENT_FILE, LoadedDeployment, load_deployment
from emr_platform.deployment.report import waves_as_data, waves_as_text, waves_for_github
from emr_platform.deployment.states import ENVIRONMENTS, deployable, environments_of
from emr_platform.deployment.waves import Deployable, waves_of
from emr_platform.environment.files import environment_files

DeploymentOption = Annotated[
    Path | None,
    typer.Option(
        "--deployment",
        metavar="FILE",
        help=f"The file with the order of deployment. Default: {DEPLOYMENT_FILE}, if it is there.",
    ),
]


class ReportFormat(StrEnum):
    """How waves are written."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def waves(
    deployment: DeploymentOption = None,
    report_format: Annotated[
        ReportFormat,
        typer.Option(
            "--format", help="For people, for programs, or as outputs of a step of GitHub Actions."
        ),
    ] = ReportFormat.TEXT,
) -> None:
    """Say in which order environments are deployed.

    Exit status: 0, 1 if an environment or the file is not valid, 2 for arguments that make no sense.
    """
    if not environment_files(Path(ENVIRONMENTS)):
        raise CommandError(f"there is no environment file in {ENVIRONMENTS}/")
    known = tuple(map(deployable, environments_of(Path(ENVIRONMENTS))))
    spec = read_deployment(deployment, known).spec
    found = waves_of(known, spec.waves, most=spec.most_environments_at_once)
    if report_format is ReportFormat.JSON:
        typer.echo(json.dumps(waves_as_data(found), indent=2))
    else:
        write = waves_as_text if report_format is ReportFormat.TEXT else waves_for_github
        typer.echo(write(found), nl=False)


def read_deployment(file: Path | None, environments: tuple[Deployable, ...]) -> LoadedDeployment:
    """Read how environments are shipped, and tell of its warnings."""
    loaded = load_deployment(file, environments)
    for warning in loaded.warnings:
        typer.echo(str(warning), err=True)
    return loaded
