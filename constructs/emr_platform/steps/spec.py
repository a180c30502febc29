"""What a user may declare about bootstrap actions and steps."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from emr_platform.spec import Items, SpecModel, TextMatching

ActionOnFailure = Literal["continue", "cancel_and_wait", "terminate_cluster"]

_OBJECT_URI = r"(s3://[a-z0-9][a-z0-9.-]+|bucket://[a-z0-9-]+)/\S*[^\s/]"

ScriptLocation = Annotated[
    str,
    TextMatching(
        rf"{_OBJECT_URI}|[^\s:/][^:]*", "a relative path, s3://bucket/key or bucket://name/key"
    ),
    Field(max_length=1024),
]
"""A script: a path relative to the environment file, ``s3://bucket/key`` or ``bucket://name/key``."""


NodeScriptLocation = Annotated[
    str,
    TextMatching(
        rf"{_OBJECT_URI}|file:(//)?/[^\s/]\S*|[^\s:/][^:]*",
        "a relative path, s3://bucket/key, bucket://name/key or file:/path",
    ),
    Field(max_length=1024),
]
"""A script for all nodes: as any script, or ``file:/path``, which every node has already."""


class BootstrapActionSpec(SpecModel):
    """A script that runs on every node before EMR installs the applications."""

    script: NodeScriptLocation = Field(
        description="The script; a local one is shipped to the config bucket, "
        "and one of file:/path is on the nodes already."
    )
    args: Items[str] = Field(default=(), description="Arguments of the script.")


class _StepSpec(SpecModel):
    name: Annotated[
        str, TextMatching(r"[^<>$|`\r\n]{1,256}", "1 to 256 characters without < > $ | `")
    ] = Field(description="Name of the step.")
    on_failure: ActionOnFailure = Field(
        default="continue", description="What becomes of the cluster if the step fails."
    )


class ScriptStepSpec(_StepSpec):
    """A step that runs a shell script on the primary node."""

    script: ScriptLocation = Field(
        description="The script; a local one is shipped to the config bucket."
    )
    args: Items[str] = Field(default=(), description="Arguments of the script.")


class SparkSubmitStepSpec(_StepSpec):
    """A step that runs ``spark-submit``."""

    spark_submit: Items[str] = Field(
        min_length=1, description="Arguments of spark-submit, the application's own at the end."
    )


class JarStepSpec(_StepSpec):
    """A step that runs a Hadoop JAR."""

    jar: Annotated[
        str,
        TextMatching(
            rf"{_OBJECT_URI}|command-runner\.jar|file:///\S+|/\S+",
            "s3://…, bucket://…, command-runner.jar, or a path on the primary node",
        ),
    ] = Field(description="The JAR: s3://…, bucket://…, or a path on the primary node.")
    main_class: str | None = Field(
        default=None, description="Class to run. Left out: the one that the JAR's manifest names."
    )
    args: Items[str] = Field(default=(), description="Arguments of the class.")
    properties: dict[str, str] = Field(
        default_factory=dict, description="Java properties of the step."
    )


class CommandStepSpec(_StepSpec):
    """A step that runs a command on the primary node through command-runner.jar."""

    command: Items[str] = Field(min_length=1, description="The command and its arguments.")


_STEP_KINDS: dict[str, type] = {
    "script": ScriptStepSpec,
    "spark_submit": SparkSubmitStepSpec,
    "jar": JarStepSpec,
    "command": CommandStepSpec,
}


def _step_kind(value: Any) -> str | None:
    """Tell the kinds of step apart by the key that only one of them has; None where that fails."""
    if isinstance(value, dict):
        kinds = [key for key in _STEP_KINDS if key in value]
    else:
        kinds = [key for key, spec in _STEP_KINDS.items() if isinstance(value, spec)]
    return f"{kinds[0]} step" if len(kinds) == 1 else None


StepSpec = Annotated[
    Annotated[ScriptStepSpec, Tag("script step")]
    | Annotated[SparkSubmitStepSpec, Tag("spark_submit step")]
    | Annotated[JarStepSpec, Tag("jar step")]
    | Annotated[CommandStepSpec, Tag("command step")],
    Discriminator(
        _step_kind,
        custom_error_type="one_of",
        custom_error_message="a step is a mapping that says one thing to run: {allowed}",
        custom_error_context={
            "allowed": "a mapping with exactly one of script, spark_submit, jar and command",
            "choices": " ".join(_STEP_KINDS),
        },
    ),
]
"""One step: a script, a spark-submit, a JAR or a command."""
