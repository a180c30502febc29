"""``emr-platform schema``: writes the JSON Schema of environment files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from emr_platform.cli.errors import CommandError
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
        _replace(output, text)


def _replace(file: Path, text: str) -> None:
    """Write a whole file or nothing."""
    try:
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        raise CommandError(f"{file}: cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise CommandError(f"{file}: cannot be written: {error.strerror}") from None
