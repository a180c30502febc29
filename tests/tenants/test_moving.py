"""A project with a tenant in another tier."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from emr_platform.tenants.estate import read_estate
from emr_platform.tenants.moving import moved, moved_project
from emr_platform.tenants.tiers import TenantTier
from tests.tenants.files import LOCK, write_tenants

ROWS = """\
# Customers of all sizes
tenants:
  acme:   {tier: pool, pool: {glue_database: false}, shared: common}  # asked for more
  globex: {parameters: {version: "1.10"}}
"""


@pytest.mark.parametrize(
    ("tenant", "tier", "expected"),
    [
        ("acme", "silo", "  acme: {tier: silo} # asked for more"),
        ("acme", "bridge", "  acme: {tier: bridge, shared: common} # asked for more"),
        ("globex", "pool", '  globex: {parameters: {version: "1.10"}, tier: pool}'),
    ],
)
def test_row_is_changed_and_nothing_else(tenant: str, tier: TenantTier, expected: str) -> None:
    lines = moved(ROWS, tenant=tenant, tier=tier).splitlines()

    found = [" ".join(line.split()) for line in lines]
    assert " ".join(expected.split()) in found
    assert lines[0] == "# Customers of all sizes"
    assert len(lines) == 4


@pytest.mark.parametrize(
    "rows",
    [
        "  acme: &pool {tier: pool, pool: {glue_database: false}}\n  globex: *pool\n",
        "  acme: &pool {tier: pool, pool: {glue_database: false}}\n  globex: {<<: *pool}\n",
        "  globex: &pool {tier: pool, pool: {glue_database: false}}\n  acme: {<<: *pool}\n",
    ],
)
def test_rows_that_are_alike_by_alias_or_merge_stay(rows: str) -> None:
    document = YAML(typ="safe").load(moved(f"tenants:\n{rows}", tenant="acme", tier="silo"))

    assert document == {
        "tenants": {
            "acme": {"tier": "silo"},
            "globex": {"tier": "pool", "pool": {"glue_database": False}},
        }
    }


def test_copy_is_the_project_but_for_the_tenant(tmp_path: Path) -> None:
    project, copy = tmp_path / "project", tmp_path / "copy"
    write_tenants(project / "environments")
    (project / "cdk.json").write_text("{}", encoding="utf-8")
    (project / "environments" / "scripts").mkdir()
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}

    file = moved_project(
        project,
        copy,
        tenants_file=Path("environments/customers.yaml"),
        tenant="globex",
        tier="silo",
    )

    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before
    entry = read_estate([file]).by_name["globex"]
    assert entry.tier == "silo"
    assert getattr(entry.load().spec.network, "cidr", None) == "10.64.48.0/20"
    assert (copy / "cdk.json").is_symlink()
    assert (copy / "environments" / "scripts").is_symlink()
    assert (copy / "environments" / "templates").is_symlink()


def test_lock_file_of_the_project_is_left_alone(tmp_path: Path) -> None:
    project = tmp_path / "project"
    write_tenants(project / "environments")

    moved_project(
        project,
        tmp_path / "copy",
        tenants_file=Path("environments/customers.yaml"),
        tenant="tiny",
        tier="silo",
    )

    lock = project / "environments" / "customers.lock.json"
    assert lock.read_text(encoding="utf-8") == LOCK
    assert "tiny" in (tmp_path / "copy/environments/customers.lock.json").read_text(
        encoding="utf-8"
    )
