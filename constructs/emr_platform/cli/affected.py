"""``emr-platform affected``: says which environments a change in the repository means something to."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from emr_platform.cli.errors import CommandError
from emr_platform.cli.waves import DeploymentOption, read_deployment
from emr_platform.deployment import report
from emr_platform.deployment.affected import compare, merged
from emr_platform.deployment.loader import DEPLOYMENT_FILE
from emr_platform.deployment.revisions import Repository, RevisionError
from emr_platform.deployment.states import state_at, state_now
from emr_platform.deployment.waves import waves_of


class ReportFormat(StrEnum):
    """How affected environments are written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    GITHUB = "github"


def affected(
    since: Annotated[
        list[str],
        typer.Option(
            "--since",
            metavar="REVISION",
            help="What is deployed: a commit, branch or tag. Given several times: any of these.",
        ),
    ],
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="REVISION",
            help="What will be deployed. Default: what lies in the folder, also if it is not committed.",
        ),
    ] = None,
    deployment: DeploymentOption = None,
    most_waves: Annotated[
        int | None,
        typer.Option(
            "--most-waves", min=1, help="Fail if there are more waves. Default: no limit."
        ),
    ] = None,
    report_format: Annotated[
        ReportFormat,
        typer.Option(
            "--format",
            help="For people, for programs, for pull requests, "
            "or as outputs of a step of GitHub Actions.",
        ),
    ] = ReportFormat.TEXT,
) -> None:
    """Say which environments differ between two revisions, and deploy in which order.

    What counts is what environments are made from, not which files were touched: a comment changes none, a default
    of a template all that have it. If the program or its packages changed, all environments are changed.

    Exit status: 0, 1 if an environment is not valid, git cannot tell, or there are too many waves, 2 for arguments
    that make no sense.
    """
    project = Path()
    try:
        repository = Repository.around(project)
        # Each revision once, however often it is named.
        trees = {repository.tree(revision): revision for revision in since}
        befores = [state_at(repository, each, refuses=False) for each in trees.values()]
        after = (
            state_at(repository, until, refuses=True) if until else state_now(repository, project)
        )
    except RevisionError as error:
        raise CommandError(str(error)) from None
    found = merged(
        [
            compare(
                before.environments,
                after.inputs,
                program_before=before.program,
                program_after=after.program,
            )
            for before in befores
        ]
    )
    spec = read_deployment(deployment, after.deployables).spec
    waves = waves_of(
        after.deployables,
        spec.waves,
        only=found.to_deploy,
        most=spec.most_environments_at_once,
    )
    if most_waves is not None and len(waves) > most_waves:
        raise CommandError(
            f"{len(waves)} waves are to be deployed, and there may be {most_waves}\n"
            f"  allowed: fewer waves in {DEPLOYMENT_FILE}, or a larger most_environments_at_once"
        )
    if report_format is ReportFormat.JSON:
        typer.echo(json.dumps(report.affected_as_data(found, waves), indent=2, ensure_ascii=False))
        return
    write = {
        ReportFormat.TEXT: report.affected_as_text,
        ReportFormat.MARKDOWN: report.affected_as_markdown,
        ReportFormat.GITHUB: report.affected_for_github,
    }[report_format]
    typer.echo(write(found, waves), nl=False)
