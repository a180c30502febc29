"""From environment files to a CDK app."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from aws_cdk import App

from emr_platform.catalog.data import CatalogError
from emr_platform.environment.files import check_files
from emr_platform.environment.files import environment_files as files_of
from emr_platform.environment.loader import LoadedEnvironment
from emr_platform.problems import InvalidSpecError
from emr_platform.reports.report import counted
from stacks.environment import EnvironmentStage

ENVIRONMENTS = Path("environments")
"""Where environment files lie, from the folder of the app."""

_INTERRUPTED = 130


class AppInputError(Exception):
    """What was asked of the app makes no sense; the message says why."""


def main() -> None:
    """Synthesize what the context asks for; bad input ends in a report and exit status 1."""
    app = App()
    try:
        build(app)
        app.synth()
    except (AppInputError, CatalogError, InvalidSpecError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def build(app: App) -> list[EnvironmentStage]:
    """Add a stage for each environment that the app's context asks for.

    Args:
        app: The app; see ``app.py`` for its context.

    Returns:
        The stages, in the order of their names.

    Raises:
        InvalidSpecError: An environment file is wrong, or two describe the same environment. All problems of
            all files are in it.
        AppInputError: An environment was asked for that is not there.
    """
    file = app.node.try_get_context("environment-file")
    files = [Path(file)] if file else environment_files(ENVIRONMENTS)
    wanted = _names(app.node.try_get_context("environment"))
    loaded = _selected(files, wanted)
    for environment in loaded:
        for warning in environment.warnings:
            sys.stderr.write(f"{warning}\n")
        if environment.acknowledged:
            count = counted(len(environment.acknowledged), "warning")
            sys.stderr.write(f"{environment.path}: {count} acknowledged\n")
    destroy_data = _names(app.node.try_get_context("destroy-data"))
    return [
        EnvironmentStage(
            app,
            spec=environment.spec,
            directory=environment.path.parent,
            destroy_data=environment.spec.name in destroy_data,
        )
        for environment in loaded
    ]


def environment_files(directory: Path) -> list[Path]:
    """The environment files of a folder, in the order of their names.

    Raises:
        AppInputError: There is none.
    """
    files = files_of(directory)
    if not files:
        raise AppInputError(
            f"there is no environment file in {directory}/; write {directory}/dev.yaml"
        )
    return files


def _selected(files: Sequence[Path], wanted: Sequence[str]) -> list[LoadedEnvironment]:
    """Load files, only those of the wanted environments where their names tell."""
    named = [path for path in files if path.stem in wanted]
    told = bool(wanted) and {path.stem for path in named} == set(wanted)
    checked = check_files(named if told else files, others=files)
    if checked.errors:
        raise InvalidSpecError(checked.problems)
    names = [environment.spec.name for environment in checked.environments]
    missing = sorted(set(wanted) - set(names))
    if missing:
        raise AppInputError(
            f"there is no environment named {', '.join(missing)}\n  allowed: {', '.join(sorted(names))}"
        )
    return sorted(
        (each for each in checked.environments if not wanted or each.spec.name in wanted),
        key=lambda each: each.spec.name,
    )


def _names(context: object) -> list[str]:
    return [name.strip() for name in str(context).split(",") if name.strip()] if context else []
