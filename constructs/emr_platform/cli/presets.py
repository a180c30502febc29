"""``emr-platform presets``: lists the presets, and shows what one of them is."""

from __future__ import annotations

import difflib
import json
from typing import Annotated

import typer
import yaml

from emr_platform.catalog.release import Release
from emr_platform.cli.errors import CommandError
from emr_platform.cli.formats import TextOrJson
from emr_platform.presets.catalog import preset_text
from emr_platform.presets.catalog import presets as all_presets
from emr_platform.presets.description import described
from emr_platform.problems import visible


def presets(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="The preset to show. Default: a list of all."),
    ] = None,
    release: Annotated[
        str | None,
        typer.Option(
            "--release",
            metavar="LABEL",
            help="Only what is for this release, e.g. emr-7.12.0. Default: for any.",
        ),
    ] = None,
    output_format: Annotated[
        TextOrJson,
        typer.Option(
            "--format",
            help="For people, or for programs: in JSON, the preset's data as it is, or the list.",
        ),
    ] = TextOrJson.TEXT,
) -> None:
    """List the presets that clusters can use, or show what one of them sets.

    Your own configurations win over a preset's, property by property.
    """
    parsed = _release(release)
    as_json = output_format is TextOrJson.JSON
    if name is None:
        _list(parsed, as_json=as_json)
        return
    found = all_presets().get(name)
    if found is None:
        nearest = difflib.get_close_matches(name, all_presets(), n=1)
        hint = f", did you mean {nearest[0]}?" if nearest else ""
        raise CommandError(
            f"there is no preset {visible(name)}{hint}\n  allowed: {', '.join(all_presets())}"
        )
    if parsed and found.is_in(parsed) is False:
        raise CommandError(
            f"{parsed} does not have what the preset {name} switches on\n"
            f"  allowed: {found.first_release} or later"
        )
    if as_json:
        typer.echo(preset_text(name), nl=False)
        return
    text = yaml.safe_dump(
        described(name, found, parsed), sort_keys=False, allow_unicode=True, width=100
    )
    typer.echo(text, nl=False)


def _release(label: str | None) -> Release | None:
    if label is None:
        return None
    try:
        return Release.parse(label)
    except ValueError as error:
        raise CommandError(
            f"{visible(str(error))}\n  allowed: a release label such as emr-7.12.0"
        ) from None


def _list(release: Release | None, *, as_json: bool) -> None:
    shown = {
        name: preset
        for name, preset in all_presets().items()
        if release is None or preset.is_in(release)
    }
    if as_json:
        descriptions = {name: preset.description for name, preset in shown.items()}
        typer.echo(json.dumps(descriptions, indent=2, ensure_ascii=False))
        return
    width = max((len(name) for name in shown), default=0)
    for name, preset in shown.items():
        typer.echo(f"{name:{width}}  {preset.description}")
