"""``emr-platform trial-certificate``: makes a self-signed certificate for encryption in transit."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from emr_platform.cli.errors import CommandError

# Only its owner may read a private key.
_MODE = 0o600


def trial_certificate(
    region: Annotated[str, typer.Option(help="Region of the cluster, such as eu-west-1.")],
    output: Annotated[
        Path, typer.Option("--output", metavar="FILE", help="The zip file to write.")
    ],
    days: Annotated[
        int, typer.Option(min=1, max=825, help="Days that the certificate is valid.")
    ] = 90,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite the zip file if it exists.")
    ] = False,
) -> None:
    """Make a self-signed certificate, to try encryption in transit without an authority of your own.

    The zip file is what provider: pem takes. It is for a trial: whoever gets hold of it can pretend
    to be any node. With provider: emr, EMR makes certificates itself.
    """
    if not re.fullmatch(r"[a-z]{2,4}(-[a-z]+)+-\d", region):
        raise CommandError(f"--region: found '{region}', allowed is a region such as eu-west-1")
    if output.exists() and not force:
        raise CommandError(f"{output}: exists already; --force overwrites it")
    try:
        from emr_platform.security_configuration.trial_certificate import private_domain
        from emr_platform.security_configuration.trial_certificate import trial_certificate as make
    except ModuleNotFoundError as error:
        raise CommandError(
            f"the package {error.name} is missing; install emr-platform with its extra certificates: "
            "pip install 'emr-platform[certificates]'"
        ) from None
    _write(output, make(region, days=days))
    typer.echo(
        f"{output}: valid for *.{private_domain(region)}, {days} days. "
        "For a trial only; keep it secret."
    )


def _write(output: Path, content: bytes) -> None:
    """Write all of the file or nothing, and let nobody else read it."""
    unfinished = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            unfinished.replace(output)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CommandError(f"{output}: cannot be written: {error.strerror or error}") from None
