"""Imports one cluster file: from its text to the text of an environment file and a report."""

from __future__ import annotations

from dataclasses import dataclass, replace

from emr_platform.environment.file_problems import EMPTY
from emr_platform.environment.loader import load_environment_text
from emr_platform.environment.yaml_source import parse
from emr_platform.importers.edx import problems as kinds
from emr_platform.importers.edx.configurations import import_configurations
from emr_platform.importers.edx.context import Context, ImportOptions
from emr_platform.importers.edx.groups import import_groups
from emr_platform.importers.edx.report import Note, render
from emr_platform.importers.edx.software import import_software
from emr_platform.importers.edx.source import Comment, Item, comments, tree
from emr_platform.importers.edx.steps import import_bootstrap_actions, import_steps
from emr_platform.importers.edx.surroundings import (
    declare_buckets,
    import_logs,
    import_names,
    import_network,
    import_region,
    import_ssh,
)
from emr_platform.importers.edx.writer import write
from emr_platform.problems import InvalidSpecError, Location, Problem, in_file_order

_OWN_ROLES = "The platform makes roles of its own for each cluster, with the least they need."
_OWN_GROUPS = "The platform makes the managed security groups itself."
_LEFT_OUT = {
    "role": _OWN_ROLES,
    "job_flow_role": _OWN_ROLES,
    "service_role": _OWN_ROLES,
    "emr_managed_master_security_group": _OWN_GROUPS,
    "emr_managed_slave_security_group": _OWN_GROUPS,
    "visible_to_all_users": "Clusters are visible to everybody whom IAM lets see them.",
    "ami_version": "Releases since 4.0 have a release label instead.",
    "hadoop_version": "The release decides on it.",
    "availability_zone": "The subnets decide on it.",
    "state": "Environments are deployed and destroyed by commands of their own.",
    "timeout": "CloudFormation waits as long as EMR needs.",
}
_USERS = "Users on the nodes cannot be carried over yet. Make them with a bootstrap action."
_UNKNOWN = "The import does not know this key."

_ADDITIONAL_GROUPS = {
    "additional_master_security_groups": "primary",
    "additional_slave_security_groups": "core_and_task",
}


@dataclass(frozen=True, slots=True)
class ImportedCluster:
    """What came of a cluster file.

    Attributes:
        text: The environment file.
        notes: What was changed, added, taken over and left out.
        report: The same in words.
    """

    text: str
    notes: tuple[Note, ...]
    report: str


def import_cluster_file(
    text: str,
    *,
    file: str,
    target: str,
    options: ImportOptions | None = None,
) -> ImportedCluster:
    """Make an edX cluster file an environment file.

    Args:
        text: The text of the cluster file.
        file: Its name, for places in messages.
        target: Where the environment file will be, for the places of what is wrong with it.
        options: What the cluster file does not say. Default: nothing.

    Returns:
        The environment file, which has no errors, and the report.

    Raises:
        InvalidSpecError: The file cannot be imported. It lists everything that stands in the way.
    """
    root_node, found = parse(text.removeprefix("\ufeff"), file)
    if root_node is None or found:
        raise InvalidSpecError([_of_cluster_file(problem) for problem in found])
    options = options or ImportOptions()
    root = tree(root_node, file, options.replacements)
    context = Context(file, options)
    if not isinstance(root.value, dict):
        context.refuse(
            kinds.NOT_A_CLUSTER,
            root,
            "the file is not a mapping",
            "name: …, release_label: …, instance_groups: …",
        )
        raise InvalidSpecError(context.problems)
    _refuse_unused_replacements(context, text)
    _import(context, root)
    if context.problems:
        raise InvalidSpecError(in_file_order(context.problems))
    written = _write(context)
    _refuse_invalid(context, written, target)
    _note_leftovers(context, root, comments(text, file))
    title = f"{file} → {target}"
    return ImportedCluster(written, tuple(context.notes), render(context.notes, title=title))


def _import(context: Context, root: Item) -> None:
    import_names(context, root)
    import_region(context, root)
    release = import_software(context, root)
    import_network(context, root)
    import_ssh(context, root)
    import_groups(context, root, release)
    if (item := root.field("configurations")) is not None:
        import_configurations(context, item)
    if (item := root.field("bootstrap_actions")) is not None:
        import_bootstrap_actions(context, item)
    if (item := root.field("steps")) is not None:
        import_steps(context, item)
    import_logs(context, root)
    _import_root_volume(context, root, release.version)
    _import_security_groups(context, root)
    _import_tags(context, root)
    declare_buckets(context)
    _note_replaced_placeholders(context, root)


def _import_root_volume(context: Context, root: Item, version: tuple[int, int, int]) -> None:
    item = root.field("ebs_root_volume_size")
    if item is None or (size := context.count(item, least=1)) is None:
        return
    path = (*context.cluster, "root_volume", "size_gib")
    if size < 15 and version >= (6, 10, 0):
        why = "he AMIs of EMR 6.10 and later need 15 GiB."
        context.changed(item, "15", f"T{why}")
        context.move(item, path, 15, comment=f"Was {size}; t{why}")
    else:
        context.move(item, path, size)


def _import_security_groups(context: Context, root: Item) -> None:
    for key, nodes in _ADDITIONAL_GROUPS.items():
        item = root.field(key)
        if item is not None and (groups := context.texts(item)) is not None:
            context.move(item, (*context.cluster, "additional_security_groups", nodes), groups)


def _import_tags(context: Context, root: Item) -> None:
    """Tags are a mapping, or EMR's list of ``Key`` and ``Value``."""
    item = root.field("tags")
    if item is None:
        return
    tags = {}
    if isinstance(item.value, list):
        for child in item.value:
            key, value = child.field("Key", "key"), child.field("Value", "value")
            if key is None:
                context.refuse(kinds.MISSING, child, "Key is missing", "Key: …, Value: …")
            elif (name := context.text(key)) is not None:
                tags[name] = (context.text(value) or "") if value is not None else ""
    else:
        for name, child in context.mapping(item).items():
            tags[name] = (context.text(child) or "") if child.value is not None else ""
            child.is_taken = True
    if tags:
        context.move(item, (*context.cluster, "tags"), tags)


def _refuse_unused_replacements(context: Context, text: str) -> None:
    for placeholder in context.options.replacements:
        if placeholder not in text:
            context.refuse_option(
                "--replace",
                f"the file has no {placeholder}",
                "a placeholder as it stands in the file",
            )


def _note_replaced_placeholders(context: Context, root: Item) -> None:
    for item in root.walk():
        if item.written is not None and not isinstance(item.value, list | dict):
            context.notes.append(
                Note(
                    "changed",
                    item.path,
                    f": {item.written} → {item.shown()}",
                    "The placeholder was given a value as an option.",
                    item.location,
                )
            )


def _note_leftovers(context: Context, root: Item, found: list[Comment]) -> None:
    """Name what no part of the import took: this is why nothing gets lost without a word."""
    for item in root.untaken():
        if item is root:
            continue
        key = str(item.path[0])
        if key == "user_info":
            if item.is_given:
                context.left_out(item, _USERS)
        else:
            context.left_out(item, _LEFT_OUT.get(key, _UNKNOWN))
    for comment in found:
        context.notes.append(Note("left_out", (), f"# {comment.text}", "", comment.location))


def _write(context: Context) -> str:
    content = context.draft.ordered()
    name = context.file.replace("\\", "/").rsplit("/", 1)[-1]
    heading = [
        "yaml-language-server: $schema=environment.schema.json",
        f"Imported from {name}, a cluster file of the edX analytics pipeline.",
    ]
    return write(
        content,
        context.draft.comments,
        heading=heading,
        spaced=[key for key in content if key != "region"],
    )


def _refuse_invalid(context: Context, written: str, target: str) -> None:
    """Check the result as ``emr-platform validate`` would, and say where in the cluster file it is wrong."""
    try:
        load_environment_text(written, file=target)
    except InvalidSpecError as error:
        start = Location(context.file, 1, 1)
        raise InvalidSpecError(
            in_file_order(
                replace(problem, location=context.draft.origin(problem.path) or start)
                for problem in error.problems
                if problem.severity == "error"
            )
        ) from None


def _of_cluster_file(problem: Problem) -> Problem:
    if problem.rule_id == EMPTY.id:
        return replace(problem, allowed="name: …, release_label: …, instance_groups: …")
    return problem
