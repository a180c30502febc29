"""Steps and bootstrap actions of a template as environment files have them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from emr_platform.template_check.conversion import samples
from emr_platform.template_check.conversion.parts import (
    Part,
    choice,
    items,
    mapping,
    named,
    text,
    unique_name,
    unknown,
    upper_case,
)
from emr_platform.templates.evaluate import UNKNOWN, Value

_ON_FAILURE = {
    **upper_case("continue", "cancel_and_wait", "terminate_cluster"),
    # What TERMINATE_CLUSTER was called before.
    "TERMINATE_JOB_FLOW": "terminate_cluster",
}
_SCRIPT_RUNNER = re.compile(
    r"s3[na]?://([a-z0-9-]+\.)?elasticmapreduce/libs/script-runner/script-runner\.jar"
)
_NAME = re.compile(r"[a-z]([a-z0-9-]{0,30}[a-z0-9])?")
_OBJECT = re.compile(r"s3://[a-z0-9][a-z0-9.-]+/\S*[^\s/]")
_ON_NODES = re.compile(r"file:(//)?/[^\s/]\S*")
_ONE_STEP = {"name": "step", "command": ["true"], "on_failure": "continue"}


def bootstrap(value: Value | None) -> Part | None:
    """The bootstrap actions of a cluster, by name."""
    if value is None:
        return None
    if not isinstance(value.content, list):
        return unknown(value, {}, {"action": {"script": samples.OBJECT_URIS[0]}})
    actions: dict[str, Part] = {}
    for item in value.items:
        name = item.get("Name")
        wanted = name.text if name else None
        key = unique_name(
            wanted if wanted and _NAME.fullmatch(wanted) else None, "action", [*actions]
        )
        actions[key] = _action(item)
    return named(value.path, actions.items())


def _action(value: Value) -> Part:
    action = value.get("ScriptBootstrapAction")
    script = action.get("Path") if action else None
    if action is None or script is None or action.is_unknown:
        return unknown(value, {"script": samples.OBJECT_URIS[0]})
    return mapping(
        value.path,
        {"script": _location(script), "args": items(action.get("Args"), _argument)},
    )


def _location(value: Value) -> Part:
    """A script in S3 or on the nodes, as an environment file may name it."""
    if value.text is None or not (_OBJECT.fullmatch(value.text) or _ON_NODES.fullmatch(value.text)):
        return unknown(value, *samples.OBJECT_URIS)
    return Part(value.path, value.text, samples.OBJECT_URIS)


def _argument(value: Value) -> Part | None:
    return text(value, *samples.WORDS)


def steps(value: Value | None, further: Iterable[Value]) -> Part | None:
    """The steps of a cluster.

    Args:
        value: Those that the cluster starts with; None if there are none.
        further: The properties of steps that are resources of their own.
    """
    attached = [step(item) for item in further]
    if value is None and not attached:
        return None
    if value is not None and not isinstance(value.content, list):
        return unknown(value, (), (_ONE_STEP,))
    own = [step(item) for item in value.items] if value else []
    path = value.path if value else attached[0].path
    return Part(path, [*own, *attached], ((), (_ONE_STEP,)))


def step(value: Value) -> Part:
    """One step; the name of its failure action is left open where the template leaves it out."""
    jar_step = value.get("HadoopJarStep")
    jar = jar_step.get("Jar") if jar_step else None
    if jar_step is None or jar is None or jar_step.is_unknown:
        return unknown(value, _ONE_STEP, {**_ONE_STEP, "on_failure": "terminate_cluster"})
    members: dict[str, Part | None] = {
        "name": text(value.get("Name"), "step") or Part(value.path, "step"),
        "on_failure": choice(value.get("ActionOnFailure"), _ON_FAILURE)
        or Part(value.path, UNKNOWN, tuple(dict.fromkeys(_ON_FAILURE.values()))),
    }
    return mapping(value.path, {**members, **_what_runs(jar_step, jar)}, _ONE_STEP)


def _what_runs(jar_step: Value, jar: Value) -> dict[str, Part | None]:
    arguments = jar_step.get("Args")
    args = arguments.items if arguments and isinstance(arguments.content, list) else []
    is_plain = jar_step.get("MainClass") is None and jar_step.get("StepProperties") is None
    first = args[0].text if args else None
    if arguments and is_plain and first is not None:
        if jar.text == "command-runner.jar":
            if first == "spark-submit" and len(args) > 1:
                return {"spark_submit": _arguments(arguments, args[1:])}
            return {"command": _arguments(arguments, args)}
        if _SCRIPT_RUNNER.fullmatch(jar.text or "") and _OBJECT.fullmatch(first):
            return {
                "script": Part(args[0].path, first, samples.OBJECT_URIS),
                "args": _arguments(arguments, args[1:]),
            }
    return {
        "jar": text(jar, "command-runner.jar", *samples.OBJECT_URIS),
        "main_class": text(jar_step.get("MainClass"), "Main"),
        "args": items(arguments, _argument),
        "properties": _properties(jar_step.get("StepProperties")),
    }


def _arguments(arguments: Value, args: Iterable[Value]) -> Part:
    parts = [part for arg in args if (part := _argument(arg))]
    return Part(arguments.path, parts)


def _properties(value: Value | None) -> Part | None:
    if value is None:
        return None
    if not isinstance(value.content, list):
        return unknown(value, {})
    entries = {}
    for item in value.items:
        key, content = item.get("Key"), item.get("Value")
        if key and key.text is not None and content:
            entries[key.text] = text(content, *samples.WORDS)
    return mapping(value.path, entries)
