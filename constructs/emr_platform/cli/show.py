"""``emr-platform show``: what an environment amounts to, and where each value is from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from emr_platform.cli.errors import CommandError
from emr_platform.cli.formats import TextOrJson
from emr_platform.environment.files import environment_files
from emr_platform.environment.loader import LoadedEnvironment
from emr_platform.environment.schema_errors import similar
from emr_platform.problems import InvalidSpecError
from emr_platform.tenants.detection import reading_problems
from emr_platform.tenants.estate import EnvironmentEntry, read_estate
from emr_platform.tenants.explanation import Value, as_yaml, values_of, with_defaults

NOT_SOUND = 1
NO_SUCH = 2


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An environment: acme-prod.")],
    defaults: Annotated[
        bool, typer.Option("--defaults", help="Show what nobody wrote, too.")
    ] = False,
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
    """Show what an environment amounts to, and behind each value where it is from.

    Exit status: 0; 1 if the environment has errors, which are reported; 2 if there is none of that name.
    """
    files = file or environment_files(Path("environments"))
    estate = read_estate(files)
    entry = estate.by_name.get(name)
    if entry is None:
        near = similar(name, list(estate.by_name))
        hint = f"did you mean {near}?" if near else "see emr-platform list"
        # It may well be in a file that cannot be read.
        unread = [str(each) for path in files for each in reading_problems(path)]
        raise CommandError(
            "\n".join([f"there is no environment named {name}; {hint}", *unread]),
            exit_status=NO_SUCH,
        )
    try:
        loaded = entry.load()
    except InvalidSpecError as error:
        raise CommandError(str(error), exit_status=NOT_SOUND) from None
    root = loaded.read_again()
    values = [*values_of(root)] if root else []
    if defaults:
        values = with_defaults(values, _complete(loaded))
    place = str(entry.file)
    if output_format is TextOrJson.JSON:
        typer.echo(json.dumps([_as_data(each, place) for each in values], indent=2, default=str))
    else:
        typer.echo(_heading(entry, loaded) + as_yaml(values, place), nl=False)


def _complete(loaded: LoadedEnvironment) -> dict[str, Any]:
    """All that is there, defaults included."""
    complete: dict[str, Any] = loaded.spec.model_dump(mode="json")
    tenancy = loaded.tenancy
    if tenancy and tenancy.pool:
        kept = ("name", "account", "region", "protection", "tags", "identity", "acknowledge")
        complete = {key: complete[key] for key in kept}
        complete["pool"] = tenancy.pool.model_dump(mode="json")
    elif tenancy and tenancy.shared:
        # The shared environment shows it.
        del complete["network"]
    return complete


def _heading(entry: EnvironmentEntry, loaded: LoadedEnvironment) -> str:
    tenancy = loaded.tenancy
    if tenancy is None:
        return f"# {entry.name}\n"
    words = [f"tier {tenancy.tier}"]
    if tenancy.tenant:
        words.insert(0, f"tenant {tenancy.tenant}")
    if tenancy.shared:
        what = "network" if tenancy.tier == "bridge" else "cluster"
        words.append(f"{what} of {tenancy.shared.name}")
    return f"# {entry.name}: {', '.join(words)}\n"


def _as_data(value: Value, file: str) -> dict[str, Any]:
    mark = value.mark
    return {
        "path": list(value.path),
        "value": value.value,
        "file": (mark.file or file) if mark else None,
        "line": mark.line if mark else None,
        "column": mark.column if mark else None,
        "parameter": (mark.parameter or None) if mark else None,
    }
