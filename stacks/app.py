"""From environment files to a CDK app."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

from aws_cdk import App

from emr_platform.catalog.data import CatalogError
from emr_platform.environment.files import check_files, in_few_words
from emr_platform.environment.files import environment_files as files_of
from emr_platform.environment.loader import LoadedEnvironment
from emr_platform.problems import InvalidSpecError
from emr_platform.reports.report import counted
from emr_platform.synthesis.inputs import inputs_of
from emr_platform.synthesis.protocol import Request
from emr_platform.synthesis.worker import Made, is_worker, serve
from emr_platform.templates.model import TemplateError
from emr_platform.tenants.estate import Estate, read_estate, read_tenants_file
from stacks.environment import EnvironmentStage
from stacks.kernel import on_one_core
from stacks.parallel import ParallelSynthesis, ParallelSynthesisError, most_processes
from stacks.quotas import NO_LIMIT_OF_THE_CDK, check_quotas
from stacks.start import new_app

ENVIRONMENTS = Path("environments")
"""Where environment files lie, from the folder of the app."""

MOST_UNNAMED = 20
"""More environments than this are synthesized only if they are named."""

_INTERRUPTED = 130


class AppInputError(Exception):
    """What was asked of the app makes no sense; the message says why."""


_REFUSALS = (
    AppInputError,
    CatalogError,
    InvalidSpecError,
    ParallelSynthesisError,
    TemplateError,
)


def main() -> None:
    """Synthesize what the context asks for; bad input ends in a report and exit status 1."""
    if is_worker():
        serve(synthesize, refusals=_REFUSALS)
        return
    try:
        for warning in _synthesize_all(new_app(context=NO_LIMIT_OF_THE_CDK)):
            sys.stderr.write(f"{warning}\n")
    except _REFUSALS as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    # The process ends: nothing needs to be looked through for garbage once more.
    gc.freeze()


def _synthesize_all(app: App) -> list[str]:
    """What the context asks for; many environments in several processes. Returns what the app warns of."""
    environments = None if app.node.try_get_context("pipeline") else _asked_for(app)
    processes = most_processes(app, len(environments or ()))
    if environments and processes > 1:
        synthesis = ParallelSynthesis(
            output=Path(app.outdir),
            context=app.node.get_all_context(),
            processes=processes,
            synthesize=_made,
            refusals=_REFUSALS,
        )
        return synthesis.run(environments)
    build(app, environments)
    return list(map(str, check_quotas(Path(app.synth().directory))))


def synthesize(request: Request) -> Made:
    """Synthesize one environment, as a worker of ``emr-platform synth`` or of another process of the app.

    Raises:
        InvalidSpecError: It has errors, or a template that CloudFormation would refuse.
        AppInputError: It is not there.
    """
    return _made(_remembered(request.name, request.context.get("environment-file")), request)


def _made(environment: LoadedEnvironment, request: Request) -> Made:
    context = {**request.context, **NO_LIMIT_OF_THE_CDK}
    app = new_app(directory=request.directory, context=context)
    inputs = inputs_of(environment).digest
    build(app, [environment])
    warnings = check_quotas(Path(app.synth().directory))
    # Scripts are read while stacks are made.
    is_same = inputs_of(environment).digest == inputs
    return Made(inputs if is_same else "", tuple(map(str, warnings)))


def build(
    app: App, environments: Sequence[LoadedEnvironment] | None = None
) -> list[EnvironmentStage]:
    """Add a stage for each environment.

    Args:
        app: The app; see ``app.py`` for its context.
        environments: The environments. Default: those that the app's context asks for, whose warnings are
            written to standard error.

    Returns:
        The stages, in the order of their names.

    Raises:
        InvalidSpecError: An environment file is wrong, or two describe the same environment. All problems of
            all files are in it.
        AppInputError: An environment was asked for that is not there.
    """
    if environments is None:
        if pipeline := app.node.try_get_context("pipeline"):
            return _with_pipeline(app, Path(str(pipeline)))
        environments = _asked_for(app)
    destroy_data = _names(app.node.try_get_context("destroy-data"))
    with on_one_core():
        return [
            _stage(app, environment, destroy_data=environment.spec.name in destroy_data)
            for environment in environments
        ]


def _stage(
    app: App, environment: LoadedEnvironment, *, destroy_data: bool = False
) -> EnvironmentStage:
    return EnvironmentStage(
        app,
        spec=environment.spec,
        directory=environment.path.parent,
        destroy_data=destroy_data,
        tenancy=environment.tenancy,
    )


def _with_pipeline(app: App, file: Path) -> list[EnvironmentStage]:
    """The environments that a pipeline deploys, and the pipeline."""
    for other in ("environment", "environment-file", "destroy-data"):
        if app.node.try_get_context(other):
            raise AppInputError(
                f"a pipeline deploys what {file} says, and nothing that only this command line says\n"
                f"  allowed: --context pipeline={file} without --context {other}"
            )
    # Needed by few, and it takes half a second.
    from stacks.pipeline import add_pipeline

    checked = check_files(environment_files(ENVIRONMENTS))
    if checked.errors:
        raise InvalidSpecError(checked.problems)
    stages, warnings = add_pipeline(app, file, checked.environments, stage=partial(_stage, app))
    for warning in (*checked.warnings, *warnings):
        sys.stderr.write(f"{warning}\n")
    return stages


def _asked_for(app: App) -> list[LoadedEnvironment]:
    files = _files(app.node.try_get_context("environment-file"))
    wanted = _names(app.node.try_get_context("environment"))
    loaded = selected(files, wanted)
    for environment in loaded:
        for warning in environment.warnings:
            sys.stderr.write(f"{warning}\n")
        if environment.acknowledged:
            count = counted(len(environment.acknowledged), "warning")
            sys.stderr.write(f"{environment.path}: {count} acknowledged\n")
    return loaded


def _files(file: str | None) -> list[Path]:
    return [Path(file)] if file else environment_files(ENVIRONMENTS)


@cache
def _estate(file: str | None) -> Estate:
    """All environments, for a process that is asked for one after the other."""
    return read_estate(_files(file))


def _remembered(name: str, file: str | None) -> LoadedEnvironment:
    """Check one environment, without reading everything again as :func:`selected` does."""
    estate = _estate(file)
    entries = [entry for entry in estate.entries if entry.name == name]
    if len(entries) != 1 or estate.errors_for([name]):
        [environment] = selected(_files(file), [name])
        return environment
    return entries[0].load()


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


def selected(files: Sequence[Path], wanted: Sequence[str]) -> list[LoadedEnvironment]:
    """Check environments, and no others than those that are wanted.

    Args:
        files: Environment files and tenants files.
        wanted: Names of environments. None: all, unless that would be more than anybody means.

    Returns:
        The environments, in the order of their names.

    Raises:
        InvalidSpecError: One of them has errors, or a file by which it may be meant.
        AppInputError: One is not there, or it is not said which are wanted of very many.
    """
    named = [path for path in files if path.stem in wanted]
    told = bool(wanted) and {path.stem for path in named} == set(wanted)
    if told and not any(read_tenants_file(path) for path in named):
        checked = check_files(named, others=files)
        if checked.errors:
            raise InvalidSpecError(checked.problems)
        return _those(checked.environments, wanted)
    estate = read_estate(files)
    if not wanted and len(estate.entries) > MOST_UNNAMED:
        raise AppInputError(
            f"there are {len(estate.entries)} environments; one process would take very long for all\n"
            "  allowed: --context environment=NAME (with commas for several), "
            "or emr-platform synth for all, on every core"
        )
    entries = [each for each in estate.entries if each.name in wanted]
    if len(entries) != len(set(wanted)) or not estate.tenants_files:
        # All, or one that is not there by this name or twice: whatever is wrong anywhere may be why.
        checked = check_files(files)
        missing = sorted(set(wanted) - set(estate.by_name))
        if checked.errors and missing and estate.tenants_files:
            found = InvalidSpecError(checked.problems)
            raise AppInputError(f"{found}\nthere is no environment named {', '.join(missing)}")
        if checked.errors:
            raise InvalidSpecError(checked.problems)
        return _those(checked.environments, wanted)
    problems = estate.errors_for(wanted)
    loaded = []
    for entry in entries:
        try:
            loaded.append(entry.load())
        except InvalidSpecError as error:
            problems += error.problems
    if problems:
        raise InvalidSpecError(in_few_words(problems))
    return loaded


def _those(
    environments: Sequence[LoadedEnvironment], wanted: Sequence[str]
) -> list[LoadedEnvironment]:
    names = [environment.spec.name for environment in environments]
    missing = sorted(set(wanted) - set(names))
    if missing:
        shown = ", ".join(sorted(names)) if len(names) <= MOST_UNNAMED else "see emr-platform list"
        raise AppInputError(
            f"there is no environment named {', '.join(missing)}\n  allowed: {shown}"
        )
    return sorted(
        (each for each in environments if not wanted or each.spec.name in wanted),
        key=lambda each: each.spec.name,
    )


def _names(context: object) -> list[str]:
    return [name.strip() for name in str(context).split(",") if name.strip()] if context else []
