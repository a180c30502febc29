"""``emr-platform isolation``: shows that no environment can get at anything of another one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from emr_platform.cli.errors import CommandError
from emr_platform.cli.formats import TextOrJson
from emr_platform.isolation.check import isolation_of
from emr_platform.isolation.report import as_data, as_text, locator
from emr_platform.templates.model import Stack, TemplateError
from emr_platform.templates.reading import read

NOT_APART = 1
UNREADABLE = 2
DEFAULT_PLACE = Path("cdk.out")


def isolation(
    places: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="ASSEMBLY",
            help="Folders that cdk synth writes, or templates. Default: cdk.out.",
        ),
    ] = None,
    report_format: Annotated[
        TextOrJson, typer.Option("--format", help="For people, or for programs.")
    ] = TextOrJson.TEXT,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID=REASON",
            help="A finding that is as it should be, and why; IDs may have * and ?. "
            "Can be given several times.",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Let what is so by design fail, too.")
    ] = False,
) -> None:
    """Show that nobody of an environment, or of a tenant, can read, write or reach anything of another one.

    Exit status: 0 if all environments are apart, 1 if some are not or that cannot be judged, 2 if a
    template cannot be read.
    """
    accepted = dict(_accepted(each) for each in accept or ())
    if not places:
        if not DEFAULT_PLACE.is_dir():
            raise typer.BadParameter("there is no cdk.out here; name a cloud assembly")
        places = [DEFAULT_PLACE]
    stacks: dict[str, Stack] = {}
    try:
        for place in places:
            for name, stack in read(place).stacks.items():
                if name in stacks:
                    raise TemplateError(place, f"has a stack {name}, as {stacks[name].place} has")
                stacks[name] = stack
        found = isolation_of(stacks.values(), accepted, strict=strict)
    except TemplateError as error:
        raise CommandError(str(error), exit_status=UNREADABLE) from None
    locate = locator(stacks.values())
    if report_format is TextOrJson.JSON:
        typer.echo(json.dumps(as_data(found, locate), indent=2, ensure_ascii=False))
    else:
        typer.echo(as_text(found, locate), nl=False)
    if not found.are_apart:
        raise typer.Exit(NOT_APART)


def _accepted(text: str) -> tuple[str, str]:
    id, equals, reason = text.partition("=")
    if not equals or not id.strip() or not reason.strip():
        raise typer.BadParameter(f"{text!r} is not ID=REASON; an auditor asks for the reason")
    return id.strip(), reason.strip()
