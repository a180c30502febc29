"""``emr-platform lock``: gives address ranges to environments of tenants files, for good."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated

import typer

from emr_platform.cli.errors import CommandError
from emr_platform.cli.output import write_whole
from emr_platform.environment.files import environment_files
from emr_platform.problems import Problem
from emr_platform.tenants.detection import reading_problems
from emr_platform.tenants.estate import read_tenants_file
from emr_platform.tenants.lock import lock_text, read_lock
from emr_platform.tenants.row_addresses import RowAddresses, overlaps_between
from emr_platform.tenants.tenants_file import TenantsFile

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
    tenants_files = _tenants_files(files or [])
    released = set(release or ())
    unknown = released.difference(*(file.lock.ranges for file in tenants_files))
    if unknown and not any(file.lock_problems for file in tenants_files):
        raise CommandError(
            f"no lock file has a range of {', '.join(sorted(unknown))}", exit_status=2
        )
    given: dict[Path, tuple[IPv4Network, ...]] = {}
    complete = True
    for file in tenants_files:
        addresses = RowAddresses(file, taken=_taken_beside(file.lock.path, given))
        problems = [*file.head_problems, *file.lock_problems]
        if problems:
            raise CommandError(_text(problems), exit_status=2)
        _release(addresses, released)
        allocation = addresses.allocation
        given[file.lock.path] = tuple(allocation.ranges.values())
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
    for problems in overlaps_between(tenants_files).values():
        typer.echo(_text(problems), err=True)
        complete = False
    if not complete:
        raise typer.Exit(NOT_LOCKED)


def _tenants_files(named: list[Path]) -> list[TenantsFile]:
    """The tenants files that are meant; one that was named, or cannot be read, is not passed over."""
    found = []
    refusals: list[str] = []
    for file in named or environment_files(Path("environments")):
        tenants_file = read_tenants_file(file)
        if tenants_file is not None:
            found.append(tenants_file)
            continue
        problems = reading_problems(file)
        if problems:
            refusals.append(_text(problems))
        elif named:
            refusals.append(
                f"{file}: this is no tenants file\n  allowed: a file with the key tenants"
            )
    if refusals:
        raise CommandError("\n".join(refusals), exit_status=2)
    if not found:
        raise typer.BadParameter("there is no tenants file in environments/; name one")
    return found


def _taken_beside(path: Path, given: Mapping[Path, tuple[IPv4Network, ...]]) -> list[IPv4Network]:
    """The ranges that tenants files in the same folder have given out, as of now."""
    found: list[IPv4Network] = []
    for other in sorted(path.parent.glob("*.lock.json")):
        if other != path and other not in given:
            found += read_lock(other)[0].ranges.values()
    for other, ranges in given.items():
        found += ranges if other != path else ()
    return found


def _release(addresses: RowAddresses, names: set[str]) -> None:
    """Take out ranges of environments that are gone."""
    file = addresses.file
    found = names & file.lock.ranges.keys()
    if there := sorted(found & set(addresses.owners)):
        raise CommandError(
            f"{', '.join(there)} is in {file.path} still, and keeps its range", exit_status=2
        )
    file.release(found)


def _text(problems: list[Problem]) -> str:
    return "\n".join(str(each) for each in problems)
