"""The arguments of steps as EMR gets them, each with its place in the spec."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from emr_platform.problems import Path
from emr_platform.steps.spec import (
    CommandStepSpec,
    JarStepSpec,
    ScriptStepSpec,
    SparkSubmitStepSpec,
    StepSpec,
)


class Argument(NamedTuple):
    """One argument, with its path from the step, or from the bootstrap action."""

    path: Path
    text: str


def step_arguments(step: StepSpec) -> tuple[Argument, ...]:
    """The arguments that EMR gets of a step.

    Args:
        step: The step.

    Returns:
        All of them with their references as they are written, but for the location of a script step's script, which
        EMR's script runner gets before them.
    """
    match step:
        case ScriptStepSpec() | JarStepSpec():
            return written_arguments("args", step.args)
        case CommandStepSpec():
            return written_arguments("command", step.command)
        case SparkSubmitStepSpec():
            program = Argument(("spark_submit",), "spark-submit")
            return (program, *_joined_options(step.spark_submit))


def written_arguments(key: str, args: Sequence[str]) -> tuple[Argument, ...]:
    """Arguments that EMR gets as they are written under a key."""
    return tuple(Argument((key, position), text) for position, text in enumerate(args))


_SPARK_SUBMIT_FLAGS = frozenset({"--verbose", "-v", "--supervise", "--version", "--help", "-h"})


def _joined_options(args: Sequence[str]) -> Iterator[Argument]:
    """Write ``--conf k=v`` as the one argument ``--conf=k=v``, which spark-submit reads as the same.

    CloudFormation's schema of AWS::EMR::Cluster wants the arguments of a step to be unique, and ``--conf``
    is repeated in nearly every real one. Only spark-submit's own options are touched, not the application's.
    """
    written = written_arguments("spark_submit", args)
    position = 0
    while position < len(args) and args[position].startswith("-"):
        option = args[position]
        if option in _SPARK_SUBMIT_FLAGS or "=" in option or position + 1 == len(args):
            yield written[position]
            position += 1
        elif option in ("--conf", "-c"):
            yield Argument(written[position].path, f"--conf={args[position + 1]}")
            position += 2
        else:
            yield from written[position : position + 2]
            position += 2
    yield from written[position:]
