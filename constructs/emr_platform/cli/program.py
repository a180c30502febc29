"""Finds the command, runs it, and ends in an exit status whatever happens, never in a traceback.

Nothing but the standard library is imported here until a command is known.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

from emr_platform.cli.commands import COMMANDS, Command

PROGRAM = "emr-platform"
SHOW_TRACEBACK = "EMR_PLATFORM_TRACEBACK"
"""Environment variable: set it to see where in the program an internal error arose."""

_OBJECTS_BETWEEN_COLLECTIONS = 100_000

INTERRUPTED = 130
BROKEN_PIPE = 1
INTERNAL_ERROR = 70


def main() -> NoReturn:
    """Run the command line; the entry point of ``emr-platform``."""
    # What is made here is kept: looking through it for garbage after every 700 objects takes a tenth of the time.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    # What a file or the system says may hold what the terminal cannot show.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # Who read the output has gone, and Python's last flush must not complain about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = BROKEN_PIPE
    except KeyboardInterrupt:
        status = INTERRUPTED
    sys.exit(status)


def run(arguments: Sequence[str]) -> int:
    """Run the command line.

    Args:
        arguments: What stands behind the program's name.

    Returns:
        The exit status: 0 for success, 1 for what the command could not do or found wrong, 2 for
        arguments that make no sense.
    """
    from emr_platform.cli.errors import CommandError

    try:
        _command_line(arguments)(args=list(arguments), prog_name=PROGRAM)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except CommandError as error:
        _complain(str(error))
        return error.exit_status
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:  # noqa: BLE001 - users get a sentence, not a traceback
        return _unexpected(error)
    return 0


def _unexpected(error: Exception) -> int:
    # Imported by now, if a command raised one of them.
    from emr_platform.catalog.data import CatalogError
    from emr_platform.problems import InvalidSpecError

    if isinstance(error, CatalogError | InvalidSpecError):
        _complain(str(error))
        return 1
    if os.environ.get(SHOW_TRACEBACK):
        traceback.print_exception(error)
    reason = str(error).strip() or "no reason given"
    _complain(
        f"{PROGRAM}: internal error: {type(error).__name__}: {reason}\n"
        f"  This is a fault of the program. Run it again with {SHOW_TRACEBACK}=1 to see where it is."
    )
    return INTERNAL_ERROR


def _complain(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _command_line(arguments: Sequence[str]) -> Any:
    """Put the command line together, with the one command that is wanted ready to run."""
    import typer

    app = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        # Plain text: importing rich takes longer than most commands.
        rich_markup_mode=None,
    )

    @app.callback(help="Complete Amazon EMR environments from one short YAML file each.")
    def _root(
        version: bool = typer.Option(
            False, "--version", help="Show the version and exit.", is_eager=True, callback=_version
        ),
    ) -> None:
        del version

    wanted = next((argument for argument in arguments if not argument.startswith("-")), None)
    for command in COMMANDS:
        if command.name != wanted:
            app.command(command.name, help=command.help)(_not_loaded)
            continue
        loaded = _load(command)
        if isinstance(loaded, typer.Typer):
            app.add_typer(loaded, name=command.name)
        else:
            app.command(command.name)(loaded)
    return typer.main.get_command(app)


def _load(command: Command) -> Any:
    return getattr(importlib.import_module(command.module), command.function)


def _not_loaded() -> None:
    """Stands in the list of commands for one that is not going to run."""


def _version(wanted: bool) -> None:
    if wanted:
        import typer

        from emr_platform import __version__

        typer.echo(f"{PROGRAM} {__version__}")
        raise typer.Exit
