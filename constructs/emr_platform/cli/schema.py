"""``emr-platform schema``: writes the JSON Schema of environment files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emr_platform.cli.output import write_whole
from emr_platform.environment.schema import environment_schema_text


def schema(
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Where to write it. Default: the terminal."),
    ] = None,
) -> None:
    """Write the JSON Schema of environment files, for editors.

    An editor uses it where a file begins with: # yaml-language-server: $schema=FILE
    """
    text = environment_schema_text()
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_whole(output, text)
