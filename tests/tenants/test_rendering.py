"""Environments of tenants: what template, row and tier make of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from emr_platform.environment.loader import LoadedEnvironment
from emr_platform.environment.yaml_tree import Mark, locate
from emr_platform.network.spec import ExistingVpcSpec, NewVpcSpec, SharedVpcSpec
from emr_platform.problems import InvalidSpecError
from emr_platform.tenants.estate import read_estate
from tests.tenants.files import CUSTOMERS, STANDARD, write_tenants


def load(directory: Path, name: str, *arguments: Any, **keywords: Any) -> LoadedEnvironment:
    estate = read_estate([write_tenants(directory, *arguments, **keywords)])
    assert estate.errors_for([name]) == []
    return estate.by_name[name].load()


def test_environments_of_a_tenant(tmp_path: Path) -> None:
    staging = load(tmp_path, "acme-staging")
    prod = load(tmp_path, "acme-prod")

    assert (staging.spec.name, staging.spec.account) == ("acme-staging", "111122223333")
    cores = [each.spec.clusters["etl"].core for each in (staging, prod)]
    assert [(core.type, core.count) for core in cores if core] == [
        ("m6g.xlarge", 1),
        ("r6g.xlarge", 10),
    ]
    assert prod.spec.region == "us-east-1"
    assert prod.spec.tags == {"cost-center": "analytics", "plan": "gold"}
    assert prod.tenancy
    assert (prod.tenancy.tier, prod.tenancy.tenant) == ("silo", "acme")
    assert prod.path == tmp_path / "customers.yaml"


def test_addresses_are_those_of_the_lock_file(tmp_path: Path) -> None:
    networks = [load(tmp_path, name).spec.network for name in ("common", "acme-prod")]

    assert [getattr(each, "cidr", None) for each in networks] == ["10.64.0.0/20", "10.64.32.0/20"]
    assert [getattr(each, "nat_gateways", None) for each in networks] == [1, 1]


def test_bridge_shares_the_network_only(tmp_path: Path) -> None:
    loaded = load(tmp_path, "globex")

    network = loaded.spec.network
    assert isinstance(network, SharedVpcSpec)
    assert (network.environment, network.cidr, network.zone_count) == ("common", "10.64.0.0/20", 2)
    assert [*loaded.spec.clusters] == ["etl"]
    assert [*loaded.spec.storage.data] == ["input", "output"]
    assert loaded.tenancy
    assert loaded.tenancy.shared
    assert loaded.tenancy.shared.name == "common"
    assert loaded.spec.region == "eu-west-1"


def test_bridge_in_a_vpc_that_exists(tmp_path: Path) -> None:
    template = STANDARD.replace(
        "network: {availability_zones: 2, nat_gateways: 1}",
        "network: {vpc_id: vpc-12345678, cidr: 10.1.0.0/16, cluster_subnet_ids: [subnet-12345678]}",
    )

    loaded = load(tmp_path, "globex", templates={"standard": template})

    network = loaded.spec.network
    assert isinstance(network, ExistingVpcSpec)
    assert network.vpc_id == "vpc-12345678"


def test_pool_has_a_share_of_the_cluster_only(tmp_path: Path) -> None:
    loaded = load(tmp_path, "tiny")
    shared = load(tmp_path, "common")

    assert loaded.spec.clusters == {}
    assert loaded.spec.tags == {"cost-center": "analytics"}
    assert loaded.tenancy
    assert loaded.tenancy.pool
    assert loaded.tenancy.pool.queue.guaranteed_percent == 10
    assert shared.tenancy
    assert [each.name for each in shared.tenancy.pool_tenants] == ["tiny"]
    assert shared.tenancy.serves == {"bridge", "pool"}
    assert [*shared.spec.clusters] == ["etl"]


def test_row_of_pool_says_what_differs_from_the_shared_one(tmp_path: Path) -> None:
    tenants = CUSTOMERS.replace(
        "common: {}", "common: {pool: {queue: {maximum_percent: 40}, glue_database: false}}"
    )

    pool = getattr(load(tmp_path, "tiny", tenants).tenancy, "pool", None)

    assert pool
    assert (pool.queue.guaranteed_percent, pool.queue.maximum_percent) == (10, 40)
    assert pool.glue_database is False


def test_shared_for_bridge_only_is_a_network_only(tmp_path: Path) -> None:
    tenants = CUSTOMERS.replace("common: {}", "common: {serves: [bridge]}").replace(
        "  tiny: {tier: pool, pool: {queue: {guaranteed_percent: 10}}}\n", ""
    )

    loaded = load(tmp_path, "common", tenants)

    assert loaded.spec.clusters == {}
    assert isinstance(loaded.spec.network, NewVpcSpec)


def test_file_without_shared_environments_has_one_if_it_is_needed(tmp_path: Path) -> None:
    tenants = CUSTOMERS.replace("shared:\n  common: {}\n", "")
    lock = '{"version": 1, "ranges": {"shared": "10.64.0.0/20"}}'

    loaded = load(tmp_path, "globex", tenants, lock=lock)

    assert loaded.tenancy
    assert loaded.tenancy.shared
    assert loaded.tenancy.shared.name == "shared"


def test_file_whose_tenants_share_nothing_has_none(tmp_path: Path) -> None:
    tenants = "template: templates/standard.yaml\ntenants: {acme: {}, globex: {}}\n"

    estate = read_estate([write_tenants(tmp_path, tenants, lock=None)])

    assert [*estate.by_name] == ["acme", "globex"]


def test_templates_extend_each_other(tmp_path: Path) -> None:
    child = """\
extends: standard.yaml
parameters:
  core_count: {default: 5}
  release: {default: emr-7.10.0, description: EMR release}
clusters: {etl: {release: $(release)}}
"""
    tenants = (
        "template: templates/child.yaml\ntenants: {acme: {parameters: {core_count: 6}}, b: {}}\n"
    )

    load(tmp_path, "acme", tenants, templates={"standard": STANDARD, "child": child}, lock=None)
    clusters = [
        load(tmp_path, name, tenants, templates={}, lock=None).spec.clusters["etl"]
        for name in ("acme", "b")
    ]

    assert [(each.release, each.core.count) for each in clusters if each.core] == [
        ("emr-7.10.0", 6),
        ("emr-7.10.0", 5),
    ]


def test_environment_with_a_template_of_its_own(tmp_path: Path) -> None:
    tenants = CUSTOMERS.replace("staging: {", "staging: {template: templates/other.yaml, ")
    other = STANDARD.replace("emr-7.12.0", "emr-7.10.0")

    loaded = load(
        tmp_path, "acme-staging", tenants, templates={"standard": STANDARD, "other": other}
    )

    assert loaded.spec.clusters["etl"].release == "emr-7.10.0"


def test_built_in_placeholders(tmp_path: Path) -> None:
    template = STANDARD.replace(
        "{cost-center: analytics}", '{about: "$(name) $(tenant) $(environment) $(tier)"}'
    )

    tags = [
        load(tmp_path, name, templates={"standard": template}).spec.tags["about"]
        for name in ("acme-prod", "globex", "common", "tiny")
    ]

    assert tags == [
        "acme-prod acme prod silo",
        "globex globex globex bridge",
        "common common common shared",
        "tiny tiny tiny pool",
    ]


def test_parameter_that_a_tier_has_no_use_for_is_not_asked_for(tmp_path: Path) -> None:
    template = STANDARD.replace("default: 2, ", "")

    assert load(tmp_path, "tiny", CUSTOMERS.replace("common: {}", "common: {parameters: {core_count: 1}}"),
                templates={"standard": template}).tenancy  # fmt: skip


def test_problem_names_the_tenant_and_the_place_in_its_row(tmp_path: Path) -> None:
    tenants = CUSTOMERS.replace(
        "{core: {type: r6g.xlarge}}", "{core: {type: r6g.xlarge, count: 0}}"
    )

    with pytest.raises(InvalidSpecError) as error:
        load(tmp_path, "acme-prod", tenants)

    [problem] = error.value.problems
    assert (problem.subject, problem.path) == ("acme-prod", ("clusters", "etl", "core", "count"))
    assert str(problem.location) == f"{tmp_path}/customers.yaml:13:75"


def test_problem_of_the_template_is_told_there(tmp_path: Path) -> None:
    template = STANDARD.replace("m6g.xlarge", "m6g.xlrge!")

    with pytest.raises(InvalidSpecError) as error:
        load(tmp_path, "acme-staging", templates={"standard": template})

    assert {problem.subject for problem in error.value.problems} == {"acme-staging"}
    assert {problem.location.file for problem in error.value.problems if problem.location} == {
        f"{tmp_path}/templates/standard.yaml"
    }


def test_warnings_name_the_tenant(tmp_path: Path) -> None:
    acknowledged = f"protection: destroy\n{STANDARD}"
    template = acknowledged.replace("    acknowledge: {EMR-COST-002: It waits for steps.}\n", "")

    loaded = load(tmp_path, "acme-prod", templates={"standard": template})

    assert [(each.rule_id, each.subject) for each in loaded.warnings] == [
        ("EMR-COST-002", "acme-prod")
    ]
    loaded = load(tmp_path, "acme-prod", templates={"standard": acknowledged})
    assert {each.subject for each in loaded.acknowledged} == {"acme-prod"}


def test_document_is_read_again_for_those_who_ask_where_something_is(tmp_path: Path) -> None:
    root = load(tmp_path, "acme-prod").read_again()

    assert root
    place = locate(root, ("clusters", "etl", "core", "count"))
    assert place.mark == Mark(9, 30, f"{tmp_path}/customers.yaml", "core_count")


def test_what_many_tenants_have_in_common_is_understood_once(tmp_path: Path) -> None:
    estate = read_estate([write_tenants(tmp_path)])
    staging, prod = (estate.by_name[f"acme-{each}"].load().spec for each in ("staging", "prod"))

    assert staging.storage is prod.storage
    assert staging.clusters["etl"] is not prod.clusters["etl"]
    assert prod == read_estate([tmp_path / "customers.yaml"]).by_name["acme-prod"].load().spec


def test_a_script_that_changed_is_seen_by_the_next_check(tmp_path: Path) -> None:
    template = STANDARD + "    bootstrap: {tools: {script: tools.sh}}\n"
    script = tmp_path / "tools.sh"
    script.write_text("#!/bin/bash\n", encoding="utf-8")
    assert load(tmp_path, "globex", templates={"standard": template}).warnings == ()

    script.write_text("echo\n", encoding="utf-8")

    again = load(tmp_path, "globex", templates={"standard": template})
    assert [problem.rule_id for problem in again.warnings] == ["EMR-SCRIPT-003"]


@pytest.mark.parametrize(
    ("row", "region"), [("{}", "eu-west-1"), ("{parameters: {r: us-east-1}}", "us-east-1")]
)
def test_region_of_a_shared_environment_may_be_a_parameter(
    tmp_path: Path, row: str, region: str
) -> None:
    template = STANDARD.replace("region: eu-west-1", "region: $(r)").replace(
        "parameters:\n", "parameters:\n  r: {description: Region, default: eu-west-1}\n"
    )
    tenants = CUSTOMERS.replace("common: {}", f"common: {row}")

    loaded = load(tmp_path, "globex", tenants, templates={"standard": template})

    assert loaded.spec.region == region


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ("{network: abc}", "found the text 'abc'"),
        ("{network: [1, 2]}", "found a list"),
        ("{tags: [x]}", "found a list"),
    ],
)
def test_nothing_is_laid_over_what_is_no_mapping(
    tmp_path: Path, overrides: str, message: str
) -> None:
    """Neither the range of the lock file nor the row's own tags hide it."""
    tenants = CUSTOMERS.replace("staging: {", f"staging: {{overrides: {overrides}, ")

    with pytest.raises(InvalidSpecError, match=re.escape(message)):
        load(tmp_path, "acme-staging", tenants)


@pytest.mark.parametrize("name", ["a" * 400, "a" * 250 + "/../b"])
def test_templates_by_names_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    child = f'extends: "{name}"\n'
    tenants = "template: templates/child.yaml\ntenants: {acme: {}}\n"

    with pytest.raises(InvalidSpecError, match=r"EMR-TENANT-001\n.* there is no template "):
        load(tmp_path, "acme", tenants, templates={"child": child}, lock=None)
    with pytest.raises(InvalidSpecError, match=r"EMR-TENANT-001\n.* there is no template "):
        load(tmp_path, "acme", f'template: "{name}"\ntenants: {{acme: {{}}}}\n', lock=None)
