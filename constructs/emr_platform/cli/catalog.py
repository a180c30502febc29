"""``emr-platform catalog``: shows what is known of EMR, and brings it up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emr_platform.catalog.data import (
    PROJECT_CATALOG,
    CatalogError,
    packaged_content,
    read_catalog,
)
from emr_platform.catalog.facts import Facts, condense, expand, render
from emr_platform.cli.catalog_text import changes, overview, release_text
from emr_platform.cli.errors import CommandError
from emr_platform.cli.output import write_whole

catalog = typer.Typer(
    help="What is known of EMR's releases and instance types: show it, bring it up to date.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@catalog.command()
def show(
    release: Annotated[
        str | None,
        typer.Argument(help="A release label, such as emr-7.12.0. Left out: an overview."),
    ] = None,
) -> None:
    """Show what is known: of a release its applications, instance types, regions and support."""
    typer.echo(overview() if release is None else release_text(release), nl=False)


@catalog.command()
def refresh(
    profile: Annotated[
        str | None, typer.Option(help="AWS profile. Left out: the default one.")
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(help="A region to ask. Can be given several times. Left out: the profile's."),
    ] = None,
    output: Annotated[
        Path,
        typer.Option(metavar="FILE", help="Where to write the catalogue. Checks read the default."),
    ] = PROJECT_CATALOG,
) -> None:
    """Ask EMR and EC2, with your AWS credentials, and write a catalogue that checks go by.

    It needs boto3, and takes minutes: EMR is asked about each release. What was asked is put over
    what FILE has, or over the package's catalogue where that is newer; what changed is said. Where
    FILE is another one than the default, name it in EMR_PLATFORM_CATALOG.
    """
    from datetime import UTC, datetime

    from emr_platform.operations.catalog_refresh import (
        CatalogRefreshError,
        ask_account,
        refreshed,
    )

    known, place = _base(output)
    try:
        by_region, by_release = ask_account(
            profile=profile,
            regions=region or (),
            progress=lambda text: typer.echo(text, err=True),
        )
    except CatalogRefreshError as error:
        raise CommandError(str(error)) from None
    new = refreshed(known, by_region, by_release, today=datetime.now(UTC).date())
    _prepare(output)
    write_whole(output, render(condense(new)))
    typer.echo(f"{output}: written")
    typer.echo(changes(known, new, place=place), nl=False)


def _base(output: Path) -> tuple[Facts, str]:
    """What to put the answers over, so that one region can be asked after the other."""
    packaged = packaged_content()
    if output.is_file():
        try:
            own = read_catalog(output)
        except CatalogError as error:
            typer.echo(f"{error}\n  It is made again from the package's.", err=True)
        else:
            if own.as_of >= packaged["as_of"]:
                return expand(own.content), str(output)
    return expand(packaged), "the catalogue of the package"


def _prepare(output: Path) -> None:
    """Make the folder that a project keeps its catalogue in; others have to be there."""
    if output == PROJECT_CATALOG:
        try:
            output.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise CommandError(f"{output}: cannot be written: {error.strerror}") from None
