"""Bootstrap actions and steps rendered as EMR's API takes them, as plain data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emr_platform.steps.arguments import step_arguments
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

    def hadoop_jar_step() -> Json:
        args = [resolve(argument.text) for argument in step_arguments(step)]
        match step:
            case ScriptStepSpec():
                script = resolve_script(resolve(step.script))
                return {"Jar": script_runner_uri(region), "Args": [script, *args]}
            case SparkSubmitStepSpec() | CommandStepSpec():
                return {"Jar": "command-runner.jar", "Args": args}
            case JarStepSpec():
                jar: Json = {"Jar": resolve(step.jar), "Args": args}
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
