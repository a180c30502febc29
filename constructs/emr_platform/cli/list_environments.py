"""``emr-platform list``: all environments at a glance."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import typer

from emr_platform.cli.formats import TextOrJson
from emr_platform.environment.folder import environment_files
from emr_platform.tenants.overview import Overview, overviews

UNREADABLE = 1
_COLUMNS = ("name", "tenant", "tier", "region", "account", "release", "nodes")


def list_environments(
    patterns: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAMES",
            help="Environments or tenants; names may have * and ?. Default: all in environments/.",
        ),
    ] = None,
    output_format: Annotated[
        TextOrJson, typer.Option("--format", help="For people, or for programs.")
    ] = TextOrJson.TEXT,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="An environment file or tenants file, instead of those in environments/. "
            "Can be given several times.",
        ),
    ] = None,
) -> None:
    """List all environments: name, tenant, tier, region, account, EMR release and nodes to start with.

    The files are read, not checked: emr-platform validate does that.

    Exit status: 0; 1 if an environment cannot be read or there is none of a name, 2 if there is no file.
    """
    files = file or environment_files(Path("environments"))
    if not files:
        raise typer.BadParameter("there is no environment file in environments/; name one")
    found, problems = overviews(files)
    shown = [each for each in found if not patterns or _is_meant(each, patterns)]
    if output_format is TextOrJson.JSON:
        typer.echo(json.dumps([_as_data(each) for each in shown], indent=2))
    else:
        for line in _table([_COLUMNS, *map(_cells, shown)]):
            typer.echo(line)
    for problem in problems:
        typer.echo(str(problem), err=True)
    unknown = [
        pattern
        for pattern in patterns or ()
        if not any(_is_meant(each, [pattern]) for each in found)
    ]
    if unknown:
        typer.echo(f"no environment or tenant is named {' or '.join(unknown)}", err=True)
    if problems or unknown:
        raise typer.Exit(UNREADABLE)


def _is_meant(environment: Overview, patterns: list[str]) -> bool:
    names = (environment.name, environment.tenant or environment.name)
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _cells(environment: Overview) -> tuple[str, ...]:
    return (
        environment.name,
        environment.tenant or "-",
        environment.tier or "-",
        environment.region,
        environment.account or "-",
        ", ".join(environment.releases) or "-",
        "?" if environment.nodes is None else str(environment.nodes),
    )


def _as_data(environment: Overview) -> dict[str, object]:
    return {
        "name": environment.name,
        "tenant": environment.tenant,
        "tier": environment.tier,
        "region": environment.region,
        "account": environment.account,
        "releases": list(environment.releases),
        "nodes": environment.nodes,
        "file": str(environment.file),
    }


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    """Columns of the width that they need; numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    *texts, last = range(len(widths))
    return [
        "  ".join(
            [*(row[index].ljust(widths[index]) for index in texts), row[last].rjust(widths[last])]
        )
        for row in rows
    ]
