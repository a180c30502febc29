"""Bootstrap actions and steps."""

from __future__ import annotations

import re
from typing import Any

from emr_platform.importers.edx import problems as kinds
from emr_platform.importers.edx.context import Context, slug, unique
from emr_platform.importers.edx.source import Item
from emr_platform.problems import dotted

_ON_FAILURE = {
    "TERMINATE_JOB_FLOW": "terminate_cluster",
    "TERMINATE_CLUSTER": "terminate_cluster",
    "CANCEL_AND_WAIT": "cancel_and_wait",
    "CONTINUE": "continue",
}
_INSTALLERS = {"hive_install": "Hive", "pig_install": "Pig"}
_SCRIPT_RUNNER = re.compile(
    r"s3://([a-z0-9-]+\.)?elasticmapreduce/libs/script-runner/script-runner\.jar"
)
_OLD_BOOTSTRAP_ACTION = re.compile(
    r"s3://([a-z0-9-]+\.)?elasticmapreduce/bootstrap-actions/(?!run-if$)"
)
_NOT_IN_STEP_NAMES = re.compile(r"[<>$|`\r\n]")
_OBJECT = re.compile(r"s3://[^/\s]+/\S*[^\s/]")


def import_bootstrap_actions(context: Context, item: Item) -> None:
    """Take over bootstrap actions: a list, or a mapping of names to paths or mappings."""
    path = (*context.cluster, "bootstrap")
    actions: dict[str, Any] = {}
    is_mapping = isinstance(item.value, dict)
    for action in item.children() if is_mapping else context.items(item):
        written = str(action.path[-1]) if is_mapping else ""
        _bootstrap_action(context, written, action, path, actions)
    if actions:
        context.draft.put(path, actions, origin=item.location)


def _bootstrap_action(
    context: Context,
    written: str,
    item: Item,
    path: tuple[str, ...],
    actions: dict[str, Any],
) -> None:
    location = item
    name_item = args = None
    if isinstance(item.value, dict):
        name_item, args = item.field("name"), item.field("args")
        found = item.field("path", "script")
        if found is None:
            context.refuse(kinds.MISSING, item, "path is missing", "path: s3://…")
            item.take()
            return
        location = found
        if name_item is not None:
            written = context.text(name_item) or ""
    script = context.text(location)
    if script is None:
        return
    if _OLD_BOOTSTRAP_ACTION.match(script):
        context.left_out(item, "EMR has had no bootstrap actions of its own since release 4.0.")
        return
    name = unique(slug(written or script.rsplit("/", 1)[-1], otherwise="action"), actions)
    if name_item is not None and name != written:
        context.changed(name_item, name, "Names are lower-case letters, digits and hyphens.")
    action: dict[str, Any] = {"script": _node_script(context, location, script)}
    arguments = context.texts(args) if args is not None else []
    if arguments:
        action["args"] = arguments
    context.use_buckets([script, *(arguments or [])])
    actions[name] = action
    context.moved(item, dotted((*path, name)))
    context.draft.origins[(*path, name)] = item.location


def import_steps(context: Context, item: Item) -> None:
    """Take over steps."""
    path = (*context.cluster, "steps")
    steps: list[dict[str, Any]] = []
    for child in context.items(item):
        place = dotted((*path, len(steps)))
        step = _step(context, child, place)
        if step is not None:
            context.moved(child, place)
            context.draft.origins[(*path, len(steps))] = child.location
            steps.append(step)
    if not steps:
        return
    context.draft.put(path, steps, origin=item.location)
    if any(step["on_failure"] == "terminate_cluster" for step in steps):
        context.added(
            (*context.cluster, "termination_protection"),
            False,
            "A step is to terminate the cluster when it fails, which termination protection prevents.",
            comment="Otherwise a step that fails could not terminate the cluster.",
        )


def _step(context: Context, item: Item, place: str) -> dict[str, Any] | None:
    if not context.mapping(item):
        return None
    kind_item = item.field("type")
    kind = (context.text(kind_item) or "") if kind_item is not None else ""
    if kind.lower() in _INSTALLERS:
        application = _INSTALLERS[kind.lower()]
        context.left_out(item, f"{application} is installed by naming it among the applications.")
        return None
    if kind.lower() not in ("", "script", "jar", "streaming"):
        context.left_out(item, f"Steps of the type {kind} are not supported.")
        return None
    what = _what_to_run(context, item, kind.lower(), place)
    if what is None:
        return None
    if kind_item is not None:
        context.moved(kind_item, f"{place}.{next(iter(what))}")
    return {
        "name": _name(context, item, kind),
        **what,
        "on_failure": _on_failure(context, item, f"{place}.on_failure"),
    }


def _what_to_run(context: Context, item: Item, kind: str, place: str) -> dict[str, Any] | None:
    inner = item.field("hadoop_jar_step", "HadoopJarStep") or item
    jar_item = inner.field("jar", "Jar")
    jar = context.text(jar_item) if jar_item is not None else None
    args_item = inner.field("step_args", "args", "Args") or item.field("step_args", "args")
    args = (context.texts(args_item) if args_item is not None else []) or []
    context.use_buckets([jar or "", *args])
    if jar is not None and not _SCRIPT_RUNNER.fullmatch(jar):
        return _jar(context, inner, jar, args)
    if jar_item is not None:
        context.moved(jar_item, f"{place}.script, which needs no JAR")
    if kind == "streaming":
        return {"command": ["hadoop-streaming", *args]}
    if not args:
        if not any(problem.path[: len(item.path)] == item.path for problem in context.problems):
            context.refuse(
                kinds.MISSING, item, "the step does not say what to run", "step_args: [script, …]"
            )
        return None
    location = next(args_item.children(), args_item) if args_item is not None else item
    if not re.match(r"s3[na]?:", args[0]):
        context.changed(location, f"command: {args[0]}", "It is not a script in S3.")
        return {"command": args}
    script = _s3(context, location, args[0])
    if not _OBJECT.fullmatch(script):
        context.refuse(kinds.WRONG_VALUE, location, f"found '{script}'", "s3://bucket/script")
        return None
    return {"script": script, "args": args[1:]} if args[1:] else {"script": script}


def _jar(context: Context, inner: Item, jar: str, args: list[str]) -> dict[str, Any]:
    step: dict[str, Any] = {"jar": jar}
    main_class = inner.field("main_class", "MainClass")
    if main_class is not None:
        step["main_class"] = context.text(main_class) or ""
    if args:
        step["args"] = args
    properties = inner.field("properties", "Properties")
    if properties is not None:
        step["properties"] = _java_properties(context, properties)
    inner.is_taken = True
    return step


def _java_properties(context: Context, item: Item) -> dict[str, str]:
    """Java properties, as a mapping or as EMR's list of ``Key`` and ``Value``."""
    item.is_taken = True
    if not isinstance(item.value, list):
        return {key: context.text(value) or "" for key, value in context.mapping(item).items()}
    found = {}
    for child in item.value:
        key, value = child.field("key", "Key"), child.field("value", "Value")
        if key is not None and value is not None:
            found[context.text(key) or ""] = context.text(value) or ""
    return found


def _name(context: Context, item: Item, kind: str) -> str:
    name_item = item.field("name", "Name")
    if name_item is None:
        name = kind or "step"
        context.changed(item, f"name: {name}", "A step needs a name.", found="a step without one")
        return name
    name = context.text(name_item) or ""
    allowed = _NOT_IN_STEP_NAMES.sub("-", name)[:256]
    if allowed != name:
        context.changed(
            name_item, allowed, "EMR takes names of up to 256 characters without < > $ | `."
        )
    return allowed


def _on_failure(context: Context, item: Item, place: str) -> str:
    action = item.field("action_on_failure", "ActionOnFailure")
    if action is None:
        context.note_added(
            (*item.path, "action_on_failure"),
            "continue",
            "The step does not say what becomes of the cluster if it fails.",
        )
        return "continue"
    written = context.text(action)
    if written is None:
        return "continue"
    becomes = _ON_FAILURE.get(written.upper())
    if becomes is None:
        context.refuse(kinds.WRONG_VALUE, action, f"found '{written}'", ", ".join(_ON_FAILURE))
        return "continue"
    if written.upper() == "TERMINATE_JOB_FLOW":
        context.changed(action, becomes, "EMR's name for it since release 4.0.")
    context.moved(action, place)
    return becomes


def _node_script(context: Context, item: Item, uri: str) -> str:
    """A script of a bootstrap action, which may lie on the nodes."""
    if uri.startswith("/"):
        context.changed(item, f"file:{uri}", "EMR names scripts that lie on the nodes so.")
        return f"file:{uri}"
    return _s3(context, item, uri)


def _s3(context: Context, item: Item, uri: str) -> str:
    """Scripts are fetched from s3://; s3n and s3a were names of Hadoop's clients for the same place."""
    becomes = re.sub(r"^s3[na]://", "s3://", uri)
    if becomes != uri:
        context.changed(item, becomes, "The names of old clients of S3 are not supported.")
    return becomes
