"""``emr-platform move``: what it would mean to give a tenant another tier."""

from __future__ import annotations

import json
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emr_platform.cli.changes import ReportFormat
from emr_platform.cli.errors import CommandError

if TYPE_CHECKING:
    from emr_platform.templates.model import Source
    from emr_platform.tenants.estate import EnvironmentEntry, Estate

NOT_SOUND = 1
BAD_INPUT = 2
STOPS = 3


class TargetTier(StrEnum):
    """A tier that a tenant can have."""

    SILO = "silo"
    BRIDGE = "bridge"
    POOL = "pool"


def move(
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="A tenant, by its row's name.")],
    tier: Annotated[TargetTier, typer.Option(help="The tier that it would have.")],
    report_format: Annotated[
        ReportFormat,
        typer.Option("--format", help="For people, for programs, or for pull requests."),
    ] = ReportFormat.TEXT,
) -> None:
    """Say what giving a tenant another tier would replace, lose and change; nothing is changed.

    All of the tenant's environments are synthesized as they are and as they would be, and with them the shared
    environment that it uses.

    Exit status: 0 if nothing would be replaced or lost, 1 if the tenant would have errors, which are reported,
    2 for bad input, 3 if something would be replaced or lost, or may be.
    """
    from emr_platform.changes.compare import compare
    from emr_platform.changes.report import as_data, as_markdown, as_text
    from emr_platform.environment.files import environment_files
    from emr_platform.tenants.estate import read_estate
    from emr_platform.tenants.moving import moved_project

    here = Path.cwd()
    before = read_estate(environment_files(Path("environments")))
    entries = _environments(before, tenant)
    if entries[0].tier == tier.value:
        raise CommandError(f"{tenant} has the tier {tier.value} already", exit_status=BAD_INPUT)
    _load_all(before, entries, here)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "project").resolve()
        moved_project(here, project, tenants_file=entries[0].file, tenant=tenant, tier=tier.value)
        after = read_estate(environment_files(project / "environments"))
        moved = _environments(after, tenant)
        _load_all(after, moved, project)
        shared = {entry.shared for entry in (*entries, *moved) if entry.shared}
        names = sorted({*(entry.name for entry in entries), *shared})
        synthesized = [
            _synthesized(where, Path(folder, kind), names)
            for where, kind in ((here, "before"), (project, "after"))
        ]
        comparison = compare(*(source.stacks for source in synthesized))
        if report_format is ReportFormat.JSON:
            typer.echo(json.dumps(as_data(comparison), indent=2, ensure_ascii=False))
        else:
            write = as_text if report_format is ReportFormat.TEXT else as_markdown
            typer.echo(write(comparison), nl=False)
        left = [name for name in synthesized[0].stacks if name not in synthesized[1].stacks]
        if left and report_format is not ReportFormat.JSON:
            typer.echo(
                f"\nLeft over once this is deployed: {', '.join(left)}. What is in them does not move "
                "by itself; delete them when nobody needs it."
            )
    if comparison.stopping or comparison.refusals:
        raise typer.Exit(STOPS)


def _environments(estate: Estate, tenant: str) -> list[EnvironmentEntry]:
    from emr_platform.environment.files import environment_files
    from emr_platform.tenants.detection import reading_problems

    entries = [entry for entry in estate.entries if entry.tenant == tenant]
    if not entries:
        whose = estate.by_name[tenant].tenant if tenant in estate.by_name else None
        hint = f"that is an environment of the tenant {whose}" if whose else "see emr-platform list"
        # The row may well be in a file that cannot be read.
        files = environment_files(Path("environments"))
        unread = [str(each) for path in files for each in reading_problems(path)]
        raise CommandError(
            "\n".join([f"there is no tenant {tenant}; {hint}", *unread]), exit_status=BAD_INPUT
        )
    return entries


def _load_all(estate: Estate, entries: list[EnvironmentEntry], project: Path) -> None:
    """Check environments before anything is made of them."""
    from emr_platform.environment.files import in_few_words
    from emr_platform.problems import InvalidSpecError

    problems = estate.errors_for([entry.name for entry in entries])
    for entry in entries:
        try:
            entry.load()
        except InvalidSpecError as error:
            problems += error.problems
    if problems:
        text = "\n".join(map(str, in_few_words(problems)))
        raise CommandError(text.replace(f"{project}/", ""), exit_status=NOT_SOUND)


def _synthesized(project: Path, output: Path, names: list[str]) -> Source:
    """The templates of some environments of a project."""
    from emr_platform.cli.synth_progress import showing_progress
    from emr_platform.environment.files import environment_files
    from emr_platform.synthesis.executor import WorkerStartError
    from emr_platform.synthesis.project import ProjectError, read_project
    from emr_platform.synthesis.synthesize import Synthesizer
    from emr_platform.templates.reading import read
    from emr_platform.tenants.estate import read_estate

    estate = read_estate(environment_files(project / "environments"))
    there = [name for name in names if name in estate.by_name]
    try:
        with showing_progress(sys.stderr) as observe:
            result = Synthesizer(
                project=read_project(project), output=output, use_cache=False, observe=observe
            ).run(estate, there)
    except (ProjectError, WorkerStartError) as error:
        raise CommandError(str(error), exit_status=BAD_INPUT) from None
    if failed := result.with_status("failed"):
        text = "\n".join(f"{outcome.name}: {outcome.problem}" for outcome in failed)
        raise CommandError(text.replace(f"{project}/", ""), exit_status=NOT_SOUND)
    return read(output)
