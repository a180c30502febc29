"""``emr-platform schema``: writes the JSON Schemas of what users write."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from emr_platform.cli.output import write_whole
from emr_platform.environment.schema import environment_schema_text
from emr_platform.tenants.schema import template_schema_text, tenants_schema_text


class SchemaOf(StrEnum):
    """What a schema describes."""

    ENVIRONMENT = "environment"
    TENANTS = "tenants"
    TEMPLATE = "template"


def schema(
    schema_of: Annotated[
        SchemaOf, typer.Argument(metavar="OF", help="environment, tenants or template.")
    ] = SchemaOf.ENVIRONMENT,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Where to write it. Default: the terminal."),
    ] = None,
) -> None:
    """Write the JSON Schema of environment files, tenants files or templates, for editors.

    An editor uses it where a file begins with: # yaml-language-server: $schema=FILE
    """
    if schema_of is SchemaOf.TENANTS:
        text = tenants_schema_text()
    elif schema_of is SchemaOf.TEMPLATE:
        text = template_schema_text()
    else:
        text = environment_schema_text()
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_whole(output, text)
