"""The release and its applications."""

from __future__ import annotations

from emr_platform.catalog.instance_types import newest_release
from emr_platform.catalog.release import Release
from emr_platform.catalog.support import end_of_support
from emr_platform.importers.edx import problems as kinds
from emr_platform.importers.edx.context import Context
from emr_platform.importers.edx.releases import (
    application_in,
    current_release,
    plain_name,
    retirement,
    why_missing,
)
from emr_platform.importers.edx.source import Item

_FORM = "a release label such as emr-7.12.0"


def import_software(context: Context, root: Item) -> Release:
    """Take over the release and the applications, which depend on one another.

    Returns:
        The release that the environment file will have; the newest one if there were problems.
    """
    applications = _applications(context, root)
    names = [name for name, _ in applications]
    release = _release(context, root, names) or newest_release()
    _put_applications(context, root, applications, release)
    return release


def _release(context: Context, root: Item, applications: list[str]) -> Release | None:
    path = (*context.cluster, "release")
    option = context.options.release
    item = root.field("release_label")
    if option is not None:
        chosen = _parse(option)
        if chosen is None:
            context.refuse_option("--release", f"found '{option}'", _FORM)
            return None
        if item is None:
            context.added(path, option, "It was given as an option.")
        else:
            if item.shown() != option:
                context.changed(item, option, "The release that was given as an option.")
            context.move(item, path, option)
        return chosen
    if item is None:
        context.refuse_missing(root, "release_label", f"release_label: …, or --release, {_FORM}")
        return None
    written = context.text(item)
    if written is None:
        return None
    release = _parse(written)
    if release is None:
        context.refuse(kinds.WRONG_VALUE, item, f"found '{written}'", _FORM)
        return None
    retired = retirement(release)
    if retired is None:
        context.move(item, path, written)
        end = end_of_support(release)
        if end is not None and release.major < newest_release().major:
            context.check(item, f"AWS supports it until {end}.")
        return release
    target = current_release(applications)
    why = f"{retired} {target.why}"
    context.changed(item, target.release.label, why)
    context.move(item, path, target.release.label, comment=why)
    return target.release


def _parse(label: str) -> Release | None:
    try:
        return Release.parse(label)
    except ValueError:
        return None


def _applications(context: Context, root: Item) -> list[tuple[str, Item]]:
    """The names of the applications: plain, or mappings with a name."""
    item = root.field("applications")
    if item is None:
        return []
    found = []
    for child in context.items(item):
        name_item = child.field("name", "Name") if isinstance(child.value, dict) else child
        if name_item is None:
            context.refuse(kinds.MISSING, child, "name is missing", "name: Spark")
            continue
        name = context.text(name_item)
        if name is not None:
            found.append((name, name_item))
    return found


def _put_applications(
    context: Context, root: Item, applications: list[tuple[str, Item]], release: Release
) -> None:
    path = (*context.cluster, "applications")
    names: list[str] = []
    changes: list[str] = []
    for written, name_item in applications:
        name = application_in(release, written)
        if name is None:
            why = why_missing(written, release)
            context.left_out(name_item, why)
            changes.append(f"Without {written}: {why}")
        elif name in names:
            context.left_out(name_item, f"{name} is in the list already.")
        else:
            names.append(name)
            if name != written:
                why = _why_renamed(written, name, release)
                context.changed(name_item, name, why)
                changes.append(f"{written} became {name}: {why[0].lower()}{why[1:]}")
    item = root.field("applications")
    if item is None or not names:
        context.added(path, "Hadoop", "EMR installs nothing else without a list of applications.")
        context.draft.put(path, ["Hadoop"])
        return
    context.move(item, path, names)
    context.draft.comments[path] = changes


def _why_renamed(written: str, name: str, release: Release) -> str:
    plain = plain_name(written)
    if plain != name:
        return f"{why_missing(plain, release)} {name} is what EMR has for it now."
    if plain.lower() != written.lower():
        return "It has not been a sandbox application since emr-5.0.0."
    return "This is how EMR spells it."
