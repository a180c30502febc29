"""``emr-platform lock``: gives address ranges to environments of tenants files, for good."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emr_platform.cli.errors import CommandError
from emr_platform.cli.output import write_whole
from emr_platform.environment.files import environment_files
from emr_platform.problems import Problem
from emr_platform.tenants.estate import read_tenants_file
from emr_platform.tenants.lock import lock_text
from emr_platform.tenants.row_addresses import RowAddresses

NOT_LOCKED = 1


def lock(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILES", help="Tenants files. Default: all in environments/."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if there is something to write.")
    ] = False,
    release: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="An environment that is gone, whose range may be given to another one. "
            "Can be given several times.",
        ),
    ] = None,
) -> None:
    """Give an address range to each environment that has none, and keep it beside the tenants file.

    A range that was given out never moves. That of an environment that is gone stays reserved until it is
    released, since its network may still be there.

    Exit status: 0 if every environment has its range, 1 if one has none and cannot get one, or --check found
    something to write, 2 if a file cannot be read or written.
    """
    tenants_files = [
        each
        for file in files or environment_files(Path("environments"))
        if (each := read_tenants_file(file)) is not None
    ]
    if not tenants_files:
        raise typer.BadParameter("there is no tenants file in environments/; name one")
    released = set(release or ())
    complete = True
    for file in tenants_files:
        addresses = RowAddresses(file)
        problems = [*file.head_problems, *file.lock_problems]
        if problems:
            raise CommandError(_text(problems), exit_status=2)
        released -= _release(addresses, released)
        allocation = addresses.allocation
        for name in allocation.added:
            typer.echo(f"{name}: {allocation.ranges[name]}")
        for name in allocation.without:
            typer.echo(f"{name}: no range is left", err=True)
        text = lock_text(allocation.ranges)
        path = file.lock.path
        before = path.read_text(encoding="utf-8") if path.exists() else None
        if file.pool and text != before:
            if check:
                typer.echo(f"{path} is not up to date: run emr-platform lock", err=True)
            else:
                write_whole(path, text, exit_status=2)
        complete &= not allocation.without and (not check or text == before)
        if overlapping := addresses.lock_problems:
            typer.echo(_text(overlapping), err=True)
            complete = False
    if released:
        raise CommandError(
            f"no lock file has a range of {', '.join(sorted(released))}", exit_status=2
        )
    if not complete:
        raise typer.Exit(NOT_LOCKED)


def _release(addresses: RowAddresses, names: set[str]) -> set[str]:
    """Take out ranges of environments that are gone.

    Returns:
        Those that were taken out.
    """
    file = addresses.file
    found = names & file.lock.ranges.keys()
    if there := sorted(found & set(addresses.owners)):
        raise CommandError(
            f"{', '.join(there)} is in {file.path} still, and keeps its range", exit_status=2
        )
    file.release(found)
    return found


def _text(problems: list[Problem]) -> str:
    return "\n".join(str(each) for each in problems)
