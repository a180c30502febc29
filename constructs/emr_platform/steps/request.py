"""Bootstrap actions and steps rendered as EMR's API takes them, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from emr_platform.steps.spec import (
    BootstrapActionSpec,
    CommandStepSpec,
    JarStepSpec,
    ScriptStepSpec,
    SparkSubmitStepSpec,
    StepSpec,
)

Json = dict[str, Any]


def bootstrap_action_request(
    name: str,
    action: BootstrapActionSpec,
    *,
    resolve: Callable[[str], str],
    resolve_script: Callable[[str], str],
) -> Json:
    """Render a bootstrap action.

    Args:
        name: Name of the action.
        action: The action.
        resolve: Replaces references such as ``bucket://NAME``.
        resolve_script: Turns a script into the ``s3://`` URI that it can be read from.

    Returns:
        The action; see https://docs.aws.amazon.com/emr/latest/APIReference/API_BootstrapActionConfig.html.
    """
    return {
        "Name": name,
        "ScriptBootstrapAction": {
            "Path": resolve_script(resolve(action.script)),
            "Args": [resolve(arg) for arg in action.args],
        },
    }


def step_request(
    step: StepSpec,
    *,
    region: str,
    resolve: Callable[[str], str],
    resolve_script: Callable[[str], str],
) -> Json:
    """Render a step.

    Args:
        step: The step.
        region: Region of the cluster, where EMR's script runner lies.
        resolve: Replaces references such as ``bucket://NAME``.
        resolve_script: Turns a script into the ``s3://`` URI that it can be read from.

    Returns:
        The step; see https://docs.aws.amazon.com/emr/latest/APIReference/API_StepConfig.html.
    """

    def resolved(args: Sequence[str]) -> list[str]:
        return [resolve(arg) for arg in args]

    def hadoop_jar_step() -> Json:

        match step:
            case ScriptStepSpec():
                return {
                    "Jar": script_runner_uri(region),
                    "Args": [resolve_script(resolve(step.script)), *resolved(step.args)],
                }
            case SparkSubmitStepSpec():
                return {
                    "Jar": "command-runner.jar",
                    "Args": ["spark-submit", *resolved(_join_options(step.spark_submit))],
                }
            case CommandStepSpec():
                return {"Jar": "command-runner.jar", "Args": resolved(step.command)}
            case JarStepSpec():
                jar: Json = {"Jar": resolve(step.jar), "Args": resolved(step.args)}
                if step.main_class:
                    jar["MainClass"] = step.main_class
                if step.properties:
                    jar["Properties"] = [
                        {"Key": name, "Value": value} for name, value in step.properties.items()
                    ]
                return jar

    return {
        "Name": step.name,
        "ActionOnFailure": step.on_failure.upper(),
        "HadoopJarStep": hadoop_jar_step(),
    }


def script_runner_uri(region: str) -> str:
    """Where EMR keeps the JAR that runs a script as a step.

    See https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-commandrunner.html.
    """
    return f"s3://{region}.elasticmapreduce/libs/script-runner/script-runner.jar"


_SPARK_SUBMIT_FLAGS = frozenset({"--verbose", "-v", "--supervise", "--version", "--help", "-h"})


def _join_options(args: Sequence[str]) -> list[str]:
    """Write ``--conf k=v`` as the one argument ``--conf=k=v``, which spark-submit reads as the same.

    CloudFormation's schema of AWS::EMR::Cluster wants the arguments of a step to be unique, and ``--conf``
    is repeated in nearly every real one. Only spark-submit's own options are touched, not the application's.
    """
    joined: list[str] = []
    position = 0
    while position < len(args) and args[position].startswith("-"):
        option = args[position]
        if option in _SPARK_SUBMIT_FLAGS or "=" in option or position + 1 == len(args):
            joined.append(option)
            position += 1
        elif option in ("--conf", "-c"):
            joined.append(f"--conf={args[position + 1]}")
            position += 2
        else:
            joined += args[position : position + 2]
            position += 2
    return [*joined, *args[position:]]
