"""Exports that other stacks import: CloudFormation neither changes nor removes them."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.changes.causes import Causes, Pairs
from emr_platform.changes.references import references
from emr_platform.templates.model import Stack

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html


def refused(name: str, pairs: Pairs, causes: Causes) -> Iterator[str]:
    """Why CloudFormation would refuse to deploy a stack: what it exports is imported by others.

    Args:
        name: Name of the stack.
        pairs: The stacks that are there before and afterwards.
        causes: What changes, and why.
    """
    if name not in pairs:
        return
    before, after = pairs[name]
    for export in before.exports:
        is_gone = export not in after.exports
        cause = causes.get(("", "import", export))
        if not is_gone and (cause is None or not cause.is_certain):
            continue
        users = [user for user, now in _users(name, export, pairs) if now]
        if users:
            what = "remove" if is_gone else "change"
            verb = "imports" if len(users) == 1 else "import"
            yield f"CloudFormation refuses to {what} the export {export} while {_all(users)} {verb} it"


def in_use_until_later(name: str, pairs: Pairs) -> Iterator[str]:
    """What to deploy first, so that an export that goes is no longer imported."""
    if name not in pairs:
        return
    before, after = pairs[name]
    gone = [export for export in before.exports if export not in after.exports]
    users = {user for export in gone for user, now in _users(name, export, pairs) if not now}
    if users:
        yield (
            f"removes exports that are imported until {_all(sorted(users))} "
            f"{'is' if len(users) == 1 else 'are'} deployed: deploy the latter first, with --exclusively"
        )


def _users(name: str, export: str, pairs: Pairs) -> Iterator[tuple[str, bool]]:
    """The other stacks that import an export before, and whether they do so afterwards."""
    for user, (before, after) in pairs.items():
        if user != name and export in _imports(before):
            yield user, export in _imports(after)


def _imports(stack: Stack) -> set[str]:
    return {
        reference.name
        for resource in stack.resources.values()
        for _, reference in references(dict(resource.properties))
        if reference.kind == "import"
    }


def _all(names: list[str]) -> str:
    return " and ".join(names)
