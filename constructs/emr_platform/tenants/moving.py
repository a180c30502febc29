"""A project as it would be with a tenant in another tier, beside the one that is there."""

from __future__ import annotations

import io
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import Comment, CommentedMap

from emr_platform.tenants.estate import read_tenants_file
from emr_platform.tenants.lock import lock_text
from emr_platform.tenants.row_addresses import RowAddresses
from emr_platform.tenants.tiers import TenantTier

_OF_OTHER_TIERS: dict[TenantTier, tuple[str, ...]] = {
    "silo": ("pool", "shared"),
    "bridge": ("pool",),
    "pool": (),
}


def moved_project(
    project: Path, copy: Path, *, tenants_file: Path, tenant: str, tier: TenantTier
) -> Path:
    """Make a copy of a project in which a tenant has another tier.

    All but the tenants file and its lock file are links to what is there.

    Args:
        project: The folder of the project.
        copy: An empty folder for the copy.
        tenants_file: The tenants file, from the project's folder.
        tenant: One of its tenants.
        tier: The other tier.

    Returns:
        The tenants file of the copy.
    """
    changed = copy / tenants_file
    _link_all(project, copy, tenants_file.parts)
    text = (project / tenants_file).read_text(encoding="utf-8-sig")
    changed.write_text(moved(text, tenant=tenant, tier=tier), encoding="utf-8")
    lock = changed.with_suffix(".lock.json")
    original = (project / tenants_file).with_suffix(".lock.json")
    lock.unlink(missing_ok=True)
    if original.exists():
        lock.write_bytes(original.read_bytes())
    file = read_tenants_file(changed)
    if file and file.pool and not file.lock_problems:
        ranges = RowAddresses(file).allocation.ranges
        lock.write_text(lock_text(ranges), encoding="utf-8")
    return changed


def moved(text: str, *, tenant: str, tier: TenantTier) -> str:
    """The text of a tenants file in which a tenant has another tier, comments kept.

    What its row says that the other tier has no use for is left out, as far as that is said by a key of its own.

    Args:
        text: The tenants file.
        tenant: One of its tenants.
        tier: The other tier.
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1 << 30
    document = yaml.load(text)
    row = _copied(document["tenants"][tenant])
    row["tier"] = tier
    for key in _OF_OTHER_TIERS[tier]:
        row.pop(key, None)
    document["tenants"][tenant] = row
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


def _copied(row: CommentedMap) -> CommentedMap:
    """A row by itself: others may be the same one, by an alias, and it may begin with another one, by a merge key."""
    copy = CommentedMap(row.items())
    copy.fa.set_flow_style() if row.fa.flow_style() else copy.fa.set_block_style()
    setattr(copy, Comment.attrib, row.ca)
    return copy


def _link_all(source: Path, target: Path, changed: tuple[str, ...]) -> None:
    """Link everything in a folder but what leads to the file that is changed."""
    target.mkdir(parents=True, exist_ok=True)
    first, *rest = changed
    for child in source.iterdir():
        if child.name == first and rest:
            _link_all(child, target / first, tuple(rest))
        elif child.name != first:
            (target / child.name).symlink_to(child.resolve())
