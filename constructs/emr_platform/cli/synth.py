"""``emr-platform synth``: writes the templates of environments, of those that changed, on every core."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from emr_platform.cli.errors import CommandError
from emr_platform.cli.formats import TextOrJson

FAILED = 1
BAD_INPUT = 2
DEFAULT_OUTPUT = Path("cdk.out")


def synth(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAMES",
            help="Environments, tenants, or patterns such as 'acme-*'. Default: all environments.",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            metavar="NUMBER",
            help="How many to synthesize at a time. Default: as many as there are cores.",
        ),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Synthesize also what did not change.")
    ] = False,
    output: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Where each environment gets a folder of its name."),
    ] = DEFAULT_OUTPUT,
    context: Annotated[
        list[str] | None,
        typer.Option(
            "--context",
            "-c",
            metavar="KEY=VALUE",
            help="Context of the CDK app, such as destroy-data=NAME. Can be given several times.",
        ),
    ] = None,
    report_format: Annotated[
        TextOrJson, typer.Option("--format", help="For people, or for programs.")
    ] = TextOrJson.TEXT,
) -> None:
    """Write the CloudFormation templates of environments: of those that changed, on every core.

    Each environment gets a cloud assembly of its own, which deploys without being synthesized again:
    cdk deploy --app cdk.out/NAME 'NAME/*'. How far it is, is written to standard error.

    Exit status: 0 if there are templates of all, 1 if some environments failed, 2 for bad input.
    """
    from emr_platform.cli.demo import end_in_order_when_terminated
    from emr_platform.cli.synth_progress import showing_progress
    from emr_platform.environment.files import environment_files
    from emr_platform.synthesis.assembly import OutputError
    from emr_platform.synthesis.executor import WorkerStartError
    from emr_platform.synthesis.project import ProjectError, read_project
    from emr_platform.synthesis.report import as_data, as_text
    from emr_platform.synthesis.selection import UnknownNameError, select
    from emr_platform.synthesis.synthesize import Synthesizer
    from emr_platform.tenants.estate import read_estate

    end_in_order_when_terminated()
    try:
        project = read_project(Path(), context=dict(map(_pair, context or ())))
        files = environment_files(Path("environments"))
        if not files:
            raise typer.BadParameter("there is no environment file in environments/")
        estate = read_estate(files)
        wanted = select(estate, names) if names else None
        with showing_progress(sys.stderr) as observe:
            result = Synthesizer(
                project=project,
                output=output,
                jobs=jobs,
                use_cache=not no_cache,
                observe=observe,
            ).run(estate, wanted)
    except (OutputError, ProjectError, UnknownNameError, WorkerStartError) as error:
        raise CommandError(str(error), exit_status=BAD_INPUT) from None
    except KeyboardInterrupt:
        typer.echo("interrupted: what is done stays, and need not be done again", err=True)
        raise
    if report_format is TextOrJson.JSON:
        typer.echo(json.dumps(as_data(result), indent=2, ensure_ascii=False))
    else:
        typer.echo(as_text(result), nl=False)
    if result.with_status("failed"):
        raise typer.Exit(FAILED)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise typer.BadParameter(f"{text!r} is not KEY=VALUE", param_hint="--context")
    if key in ("environment", "environment-file"):
        raise typer.BadParameter(
            f"{key} is what NAMES are for: emr-platform synth NAME", param_hint="--context"
        )
    return key, value
