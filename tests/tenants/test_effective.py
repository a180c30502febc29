"""What is deployed of an environment, by its tier."""

from __future__ import annotations

from typing import Any

import pytest

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.metastore.catalog_names import (
    database_prefix,
    foreign_databases,
    has_prefix_of_its_own,
    own_databases,
)
from emr_platform.metastore.spec import glue_catalog
from emr_platform.network.spec import NewVpcSpec
from emr_platform.storage.spec import StorageSpec
from emr_platform.tenants.effective import effective_environment
from emr_platform.tenants.tenancy import Tenancy

SPEC = EnvironmentSpec.model_validate(
    {
        "name": "acme-prod",
        "region": "eu-west-1",
        "network": {"cidr": "10.70.0.0/16"},
        "storage": {"data": {"lake": {}}},
        "ssh": {"key_pair": "analytics"},
        "result_store": {},
        "clusters": {"etl": {"release": "emr-7.12.0", "metastore": "glue"}},
    }
)
SERVES_BRIDGE = Tenancy(tier="shared", serves=frozenset({"bridge"}))
SERVES_POOL = Tenancy(tier="shared", serves=frozenset({"bridge", "pool"}))


def databases(spec: EnvironmentSpec) -> Any:
    catalog = glue_catalog(spec.clusters["etl"].metastore)
    assert catalog
    return catalog.databases


def with_metastore(metastore: Any) -> EnvironmentSpec:
    content = SPEC.model_dump(exclude={"clusters"})
    cluster = {"release": "emr-7.12.0", "metastore": metastore}
    return EnvironmentSpec.model_validate({**content, "clusters": {"etl": cluster}})


def test_an_environment_with_a_file_of_its_own_is_as_it_says() -> None:
    assert effective_environment(SPEC, None) is SPEC


@pytest.mark.parametrize("tier", ["silo", "bridge"])
def test_environments_of_silo_and_bridge_are_whole(tier: Any) -> None:
    effective = effective_environment(SPEC, Tenancy(tier=tier, tenant="acme"))

    same = {"clusters": SPEC.clusters}
    assert effective.model_copy(update=same) == SPEC


def test_a_shared_environment_without_pool_is_a_network() -> None:
    effective = effective_environment(SPEC, SERVES_BRIDGE)

    assert effective.network == SPEC.network
    assert (effective.clusters, effective.result_store, effective.ssh) == ({}, None, None)
    assert effective.storage == StorageSpec()


def test_a_shared_environment_with_pool_has_no_result_store() -> None:
    effective = effective_environment(SPEC, SERVES_POOL)

    assert effective.result_store is None
    assert effective.storage == SPEC.storage
    assert effective.clusters.keys() == {"etl"}


def test_of_an_environment_of_pool_there_is_its_share() -> None:
    effective = effective_environment(SPEC, Tenancy(tier="pool", tenant="acme"))

    assert (effective.name, effective.region) == ("acme-prod", "eu-west-1")
    assert (effective.clusters, effective.result_store, effective.ssh) == ({}, None, None)
    assert (effective.storage, effective.network) == (StorageSpec(), NewVpcSpec())


@pytest.mark.parametrize(
    "tenancy",
    [
        SERVES_BRIDGE,
        SERVES_POOL,
        *(Tenancy(tier=tier, tenant="acme") for tier in ("silo", "bridge", "pool")),
    ],
)
def test_the_result_stays_as_it_is(tenancy: Tenancy) -> None:
    once = effective_environment(SPEC, tenancy)

    assert effective_environment(once, tenancy) == once


@pytest.mark.parametrize("tenancy", [Tenancy(tier="silo", tenant="acme"), SERVES_POOL])
def test_databases_of_the_catalog_are_the_environments_own(tenancy: Tenancy) -> None:
    assert databases(effective_environment(SPEC, tenancy)) == ("acme_prod__*",)
    more = with_metastore({"glue": {"access": "read", "catalog_id": "444455556666"}})
    effective = effective_environment(more, tenancy)
    assert databases(effective) == ("acme_prod__*",)
    catalog = glue_catalog(effective.clusters["etl"].metastore)
    assert catalog
    assert (catalog.access, catalog.catalog_id) == ("read", "444455556666")


@pytest.mark.parametrize("names", [["*"], ["sales"], ["sales_*", "acme_prod__raw"]])
def test_databases_that_are_named_stay(names: list[str]) -> None:
    spec = with_metastore({"glue": {"databases": names}})

    effective = effective_environment(spec, Tenancy(tier="bridge", tenant="acme"))

    assert databases(effective) == tuple(names)


def test_other_metastores_stay() -> None:
    spec = with_metastore("local")

    effective = effective_environment(spec, Tenancy(tier="bridge", tenant="acme"))

    assert effective.clusters["etl"] == spec.clusters["etl"]


NAMES = ["acme", "acme-prod", "acme-prod-eu", "acme2", "acm", "a", "a-b", "ab", "a-b-c", "a-bc"]


@pytest.mark.parametrize("name", NAMES)
def test_no_prefix_is_the_beginning_of_another_one(name: str) -> None:
    """Of database names, too: acme's might be called prod__raw."""
    others = {database_prefix(other) for other in NAMES if other != name}

    assert has_prefix_of_its_own(name)
    assert not any(other.startswith(database_prefix(name)) for other in others)


def test_names_with_two_hyphens_are_another_ones_databases() -> None:
    assert not has_prefix_of_its_own("acme--prod")
    assert database_prefix("acme--prod").startswith(database_prefix("acme"))


@pytest.mark.parametrize(
    ("names", "foreign"),
    [
        (["acme_prod__*"], []),
        (["acme_prod__raw", "acme_prod__raw_*"], []),
        (["acme_prod_*"], [0]),
        (["acme_prod__*", "*", "sales", "acme__*"], [1, 2, 3]),
        (["acme_prod"], [0]),
    ],
)
def test_which_databases_may_be_others(names: list[str], foreign: list[int]) -> None:
    assert foreign_databases("acme-prod", names) == foreign
    assert own_databases("acme-prod") == "acme_prod__*"
