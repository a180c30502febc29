"""The list of environments agrees with what the environments turn out to be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from emr_platform.cluster.spec import ClusterSpec
from emr_platform.tenants.estate import read_estate
from emr_platform.tenants.overview import Overview, overviews
from tests.support import ROOT
from tests.tenants.files import CUSTOMERS, STANDARD, write_tenants

FLEETS = """\
  reports:
    release: emr-7.10.0
    instance_fleets:
      primary: {types: {m6g.xlarge: {}}, count: 3}
      core: {types: {m6g.xlarge: {}, m5.xlarge: {}}, on_demand_capacity: 3, spot_capacity: 2}
      task: {types: {m6g.xlarge: {}}, spot_capacity: 4}
  alone:
    release: emr-7.10.0
    core: {type: m6g.xlarge}
    task: {spot: {type: m6g.xlarge, count: 0}, more: {type: m6g.xlarge, count: 2}}
"""


def nodes(cluster: ClusterSpec) -> int:
    if fleets := cluster.instance_fleets:
        others = [fleet for fleet in (fleets.core, fleets.task) if fleet]
        units = sum(fleet.on_demand_capacity + fleet.spot_capacity for fleet in others)
        return fleets.primary.count + units
    core = cluster.core.count if cluster.core else 0
    return cluster.primary.count + core + sum(group.count for group in cluster.task.values())


def test_list_is_what_checking_finds(tmp_path: Path) -> None:
    # Shared clusters have one primary node.
    tenants = CUSTOMERS.replace(
        "common: {}", "common: {overrides: {clusters: {reports: null, alone: null}}}"
    )
    customers = write_tenants(tmp_path, tenants, templates={"standard": STANDARD + FLEETS})
    files = [customers, *sorted((ROOT / "environments").glob("*.yaml"))]

    found, problems = overviews(files)

    expected = []
    for entry in read_estate(files).entries:
        spec = entry.load().spec
        releases = tuple(dict.fromkeys(each.release for each in spec.clusters.values()))
        count = sum(nodes(each) for each in spec.clusters.values())
        expected.append(
            Overview(
                entry.name,
                entry.tenant,
                entry.tier,
                spec.region,
                spec.account,
                releases,
                count,
                entry.file,
            )
        )
    assert problems == []
    assert found == expected


def test_what_is_wrong_does_not_hide_the_others(tmp_path: Path) -> None:
    tenants = (
        CUSTOMERS
        + "  lost: {template: templates/none.yaml}\n  odd: {parameters: {core_count: x}}\n"
    )
    broken = tmp_path / "broken.yaml"
    broken.write_text("name: [", encoding="utf-8")

    found, problems = overviews([write_tenants(tmp_path, tenants), broken])

    assert [each.name for each in found] == [
        "acme-prod", "acme-staging", "common", "globex", "odd", "tiny",
    ]  # fmt: skip
    assert {each.name: each.nodes for each in found}["odd"] is None
    assert [problem.rule_id for problem in problems] == ["EMR-TENANT-001", "EMR-FILE-004"]


def test_listing_loads_neither_specs_nor_rules() -> None:
    program = (
        "import sys; import emr_platform.cli.list_environments; "
        "print([name for name in ('pydantic', 'aws_cdk', 'boto3', 'emr_platform.catalog') "
        "if name in sys.modules])"
    )

    result = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True,
    )  # fmt: skip

    assert result.stdout == "[]\n"
