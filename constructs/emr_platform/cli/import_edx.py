"""``emr-platform import-edx``: make a cluster file of the edX analytics pipeline an environment file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from emr_platform.cli.errors import CommandError
from emr_platform.importers.edx import ImportOptions, import_cluster_file

MOST_BYTES = 1024 * 1024
UNREADABLE = 2
"""Exit status where the cluster file cannot be read, as that of ``emr-platform validate``."""


def import_edx(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The edX cluster file.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FILE", help="The file to write. Left out: standard output."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the environment. Left out: the cluster's name.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="AWS region. Left out: the file's, or us-east-1.")
    ] = None,
    release: Annotated[
        str | None,
        typer.Option(
            help="EMR release. Left out: the file's, or a current one if AWS no longer supports it."
        ),
    ] = None,
    replace: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PLACEHOLDER=VALUE",
            help="What to put in the place of a placeholder, such as '<your-bucket>=my-bucket'. "
            "Can be given several times.",
        ),
    ] = None,
    vpc_id: Annotated[
        str | None, typer.Option(help="VPC of the file's subnets. Left out: a new VPC.")
    ] = None,
    vpc_cidr: Annotated[str | None, typer.Option(help="Address range of that VPC.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite the output if it exists.")
    ] = False,
) -> None:
    """Make an edX cluster file an environment file, and report what became of every value.

    Nothing is written if anything stands in the way. The report goes to standard output, or to
    standard error if the environment file goes there.

    Exit status: 0 if the file is written, 1 if something stands in the way, 2 if the cluster file
    cannot be read or the arguments make no sense.
    """
    options = ImportOptions(
        name=name,
        region=region,
        release=release,
        replacements=_replacements(replace or []),
        vpc_id=vpc_id,
        vpc_cidr=vpc_cidr,
    )
    text = _read(file)
    if output is not None:
        _refuse_overwriting(file, output, force=force)
    imported = import_cluster_file(
        text,
        file=str(file),
        target=str(output) if output else "standard output",
        options=options,
    )
    if output is None:
        typer.echo(imported.text, nl=False)
        typer.echo(imported.report, nl=False, err=True)
    else:
        _write(output, imported.text)
        typer.echo(imported.report, nl=False)


def _replacements(given: list[str]) -> dict[str, str]:
    """Read ``PLACEHOLDER=VALUE``; a placeholder in brackets or braces may itself hold equals signs."""
    replacements = {}
    for text in given:
        closing = {"<": ">=", "{{": "}}="}
        separator = next((end for start, end in closing.items() if text.startswith(start)), "=")
        placeholder, found, value = text.partition(separator)
        if not found or not (placeholder + separator[:-1]):
            raise CommandError(
                f"--replace: found '{text}', allowed is PLACEHOLDER=VALUE, such as '<bucket>=mine'"
            )
        replacements[placeholder + separator[:-1]] = value
    return replacements


def _read(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise CommandError(
            f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}",
            exit_status=UNREADABLE,
        ) from None
    if len(content) > MOST_BYTES:
        raise CommandError(
            f"{file}: has more than 1 MiB; a cluster file is shorter", exit_status=UNREADABLE
        )
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CommandError(
            f"{file}:{line}: the byte 0x{content[error.start]:02x} is not UTF-8",
            exit_status=UNREADABLE,
        ) from None


def _refuse_overwriting(file: Path, output: Path, *, force: bool) -> None:
    try:
        if output.exists() and output.samefile(file):
            raise CommandError(f"{output}: is the cluster file itself; choose another --output")
        if output.is_dir():
            raise CommandError(f"{output}: is a directory; --output names a file")
        if output.exists() and not force:
            raise CommandError(f"{output}: exists already; --force overwrites it")
    except (OSError, ValueError) as error:
        raise CommandError(f"{output}: {getattr(error, 'strerror', None) or error}") from None


def _write(output: Path, text: str) -> None:
    """Write all of the file or nothing: what stands there before stays until the new text is complete."""
    unfinished = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        with unfinished.open("x", encoding="utf-8", newline="\n") as stream:
            try:
                stream.write(text)
                stream.close()
                unfinished.replace(output)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
    except OSError as error:
        reason = error.strerror or error
        raise CommandError(f"{output}: cannot be written: {reason}") from None
