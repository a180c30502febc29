"""``emr-platform affected`` and ``waves`` where environments are rows of a tenants file."""

from __future__ import annotations

from pathlib import Path

import pytest

from emr_platform.cli.affected import affected
from emr_platform.cli.lock import lock
from emr_platform.cli.waves import waves
from emr_platform.problems import InvalidSpecError
from tests.cli.revisions import changed, commit, edit, found, project_in, run, run_raising

TEMPLATE = """\
parameters:
  core_count: {description: Core nodes., type: integer, default: 2}
  keep: {description: Protection., default: retain}
protection: $(keep)
clusters:
  etl:
    release: emr-7.12.0
    core: {type: m6g.xlarge, count: $(core_count)}
"""
TENANTS = """\
template: templates/small.yaml
address_pool: 10.64.0.0/12
shared:
  shared-eu: {region: eu-west-1}
tenants:
  acme: {tier: silo, region: eu-west-1, environments: {staging: {parameters: {keep: destroy}}, prod: {}}}
  globex: {tier: bridge}
"""


@pytest.fixture
def tenants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environments of a repository with a tenants file."""
    project = project_in(tmp_path / "project", monkeypatch)
    folder = project / "environments"
    (folder / "templates").mkdir()
    (folder / "templates" / "small.yaml").write_text(TEMPLATE)
    (folder / "customers.yaml").write_text(TENANTS)
    assert run(lock).exit_code == 0
    commit(project)
    return folder


def test_row_of_a_tenant_counts_for_it_alone(tenants: Path) -> None:
    assert changed("--since", "HEAD") == set()
    edit(tenants / "customers.yaml", "tier: silo", "tier: silo, parameters: {core_count: 3}")

    assert changed("--since", "HEAD") == {"acme-prod", "acme-staging"}
    assert "  clusters.etl.core.count: 2 → 3\n" in run(affected, "--since", "HEAD").stdout


def test_default_of_a_template_counts_for_all_that_have_it(tenants: Path) -> None:
    edit(tenants / "customers.yaml", "prod: {}", "prod: {parameters: {core_count: 5}}")
    commit(tenants)
    edit(tenants / "templates" / "small.yaml", "default: 2", "default: 3")

    assert changed("--since", "HEAD") == {"acme-staging", "globex", "shared-eu"}


def test_new_tenant_changes_no_other(tenants: Path) -> None:
    edit(
        tenants / "customers.yaml", "  globex:", "  aaa: {tier: silo, region: us-east-1}\n  globex:"
    )
    run(lock)

    assert changed("--since", "HEAD") == {"aaa"}
    assert found("--since", "HEAD")["aaa"] == "added"


def test_new_tenant_of_a_shared_cluster_changes_what_it_shares(tenants: Path) -> None:
    """The shared environment knows its tenants, and other tenants do not."""
    edit(tenants / "customers.yaml", "  globex:", "  tiny: {tier: pool}\n  globex:")

    assert changed("--since", "HEAD") == {"shared-eu", "tiny"}
    assert found("--since", "HEAD")["shared-eu"] == "changed"


def test_what_is_shared_counts_for_those_who_share_it(tenants: Path) -> None:
    edit(
        tenants / "customers.yaml",
        "shared-eu: {region: eu-west-1}",
        "shared-eu: {region: eu-west-1, parameters: {core_count: 4}}",
    )

    assert changed("--since", "HEAD") == {"globex", "shared-eu"}


def test_moving_to_another_tier_counts(tenants: Path) -> None:
    edit(
        tenants / "customers.yaml",
        "globex: {tier: bridge}",
        "globex: {tier: silo, region: eu-west-1}",
    )

    run(lock)

    verdicts = found("--since", "HEAD")
    assert verdicts["globex"] == "changed"
    assert "tenancy.tier: bridge → silo" in run(affected, "--since", "HEAD").stdout


@pytest.mark.usefixtures("tenants")
def test_waves_of_tenants() -> None:
    assert run(waves).stdout == (
        "waves\n"
        "  1  canary  acme-staging, staging\n"
        "  2  shared  shared-eu\n"
        "  3  bridge  globex\n"
        "  4  silo    acme-prod, prod\n"
    )


def test_tenants_file_that_is_not_valid(tenants: Path) -> None:
    edit(tenants / "customers.yaml", "tier: bridge", "tier: gold")

    with pytest.raises(InvalidSpecError, match=r"customers\.yaml:7:18"):
        run_raising("--since", "HEAD")
