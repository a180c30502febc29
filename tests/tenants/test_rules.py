"""Rules about tenants' environments, and what other rules say of them, on both sides of each boundary."""

from __future__ import annotations

from typing import Any

import pytest

from emr_platform.environment.rules import environment_problems
from emr_platform.environment.script_rules import LocalScripts
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.network.spec import NewVpcSpec, SharedVpcSpec
from emr_platform.problems import Problem
from emr_platform.tenants.rules import TENANCY_RULES
from emr_platform.tenants.tenancy import Tenancy
from tests.support import ROOT

SILO = Tenancy(tier="silo", tenant="acme")
BRIDGE = Tenancy(tier="bridge", tenant="acme")
POOL = Tenancy(tier="pool", tenant="acme")
SERVES_BRIDGE = Tenancy(tier="shared", serves=frozenset({"bridge"}))
SERVES_POOL = Tenancy(tier="shared", serves=frozenset({"pool"}))
EXISTING_VPC: dict[str, Any] = {
    "vpc_id": "vpc-0123456789abcdef0",
    "cidr": "10.60.0.0/16",
    "cluster_subnet_ids": ["subnet-0123456789abcdef0"],
}


def environment(name: str = "acme-prod", **parts: Any) -> EnvironmentSpec:
    return EnvironmentSpec.model_validate({"name": name, "region": "eu-west-1", **parts})


def cluster(**parts: Any) -> dict[str, Any]:
    return {"etl": {"release": "emr-7.12.0", "idle_timeout_minutes": 60, **parts}}


def in_shared_vpc(spec: EnvironmentSpec, **network: Any) -> EnvironmentSpec:
    vpc = NewVpcSpec.model_validate(network)
    shared = SharedVpcSpec.model_validate({"environment": "shared-eu", **vpc.model_dump()})
    return spec.model_copy(update={"network": shared})


def found(spec: EnvironmentSpec, tenancy: Tenancy | None, rule: str) -> list[Problem]:
    problems = environment_problems(spec, tenancy=tenancy)
    return [problem for problem in problems if problem.rule_id == rule]


def paths(spec: EnvironmentSpec, tenancy: Tenancy | None, rule: str) -> list[str]:
    return [".".join(map(str, problem.path)) for problem in found(spec, tenancy, rule)]


@pytest.mark.parametrize("tenancy", [SILO, BRIDGE, POOL, SERVES_POOL])
def test_tenant_tag_is_the_platforms(tenancy: Tenancy) -> None:
    rule = "EMR-TENANCY-001"
    tags = {"tenant": "initech", "team": "data", "tenants": "many"}
    assert paths(environment(tags=tags), tenancy, rule) == ["tags.tenant"]
    assert paths(environment(tags={"Tenant": "initech"}), tenancy, rule) == ["tags.Tenant"]


def test_tenant_tag_of_a_cluster_is_the_platforms() -> None:
    spec = environment(clusters=cluster(tags={"TENANT": "initech"}))

    assert paths(spec, BRIDGE, "EMR-TENANCY-001") == ["clusters.etl.tags.TENANT"]


def test_whoever_has_a_file_may_have_a_tag_tenant() -> None:
    spec = environment(tags={"tenant": "acme"})

    assert [problem.severity for problem in environment_problems(spec)] == []


@pytest.mark.parametrize("tenancy", [None, SILO])
def test_tier_and_environment_tags_are_the_platforms(tenancy: Tenancy | None) -> None:
    own = {"emr-platform:tier": "silo"}
    assert paths(environment(tags=own), tenancy, "EMR-TAGS-003") == ["tags.emr-platform:tier"]
    assert paths(environment(tags={"EMR-platform:tier": "x"}), tenancy, "EMR-TAGS-002") == [
        "tags.EMR-platform:tier"
    ]
    other = {"EMR-Platform:cluster": "etl", "emr-platform": "ours"}
    assert paths(environment(tags=other), tenancy, "EMR-TAGS-003") == ["tags.EMR-Platform:cluster"]
    spec = environment(clusters=cluster(tags={"Environment": "other", "stage": "prod"}))
    assert paths(spec, tenancy, "EMR-TAGS-003") == ["clusters.etl.tags.Environment"]


@pytest.mark.parametrize(
    ("databases", "positions"),
    [
        (["acme_prod__*"], []),
        (["acme_prod__raw"], []),
        (["acme_prod__*", "sales"], [1]),
        (["*"], [0]),
        (["acme_prod_*"], [0]),
        (["acme__*"], [0]),
    ],
)
def test_databases_of_others(databases: list[str], positions: list[int]) -> None:
    rule = "EMR-TENANCY-002"
    clusters = cluster(metastore={"glue": {"databases": databases}})
    expected = [f"clusters.etl.metastore.glue.databases.{position}" for position in positions]

    assert paths(environment(clusters=clusters), SILO, rule) == expected
    assert paths(environment(clusters=clusters), BRIDGE, rule) == expected
    assert paths(environment(clusters=clusters), None, rule) == []
    in_account = environment(clusters=clusters, account="111122223333")
    assert paths(in_account, SILO, rule) == []
    assert paths(in_account, BRIDGE, rule) == expected


@pytest.mark.parametrize("metastore", ["glue", {"glue": {"access": "read"}}])
def test_databases_that_are_not_named_are_its_own(metastore: Any) -> None:
    spec = environment(clusters=cluster(metastore=metastore))

    assert paths(spec, BRIDGE, "EMR-TENANCY-002") == []
    assert paths(spec, BRIDGE, "EMR-TENANCY-003") == []


def test_a_name_that_ends_within_another_one() -> None:
    rule = "EMR-TENANCY-003"
    glue = cluster(metastore="glue")
    named = cluster(metastore={"glue": {"databases": ["sales"]}})

    assert paths(environment("acme--prod", clusters=glue), BRIDGE, rule) == [
        "clusters.etl.metastore"
    ]
    assert paths(environment("acme--prod", clusters=glue), None, rule) == []
    assert paths(environment("acme--prod", clusters=named), BRIDGE, rule) == []
    assert paths(environment("acme--prod", clusters=cluster()), BRIDGE, rule) == []


def test_what_tenants_share_is_something() -> None:
    rule = "EMR-TENANCY-004"
    existing = environment(network=EXISTING_VPC)

    assert paths(existing, SERVES_BRIDGE, rule) == ["network.vpc_id"]
    assert paths(existing, SERVES_POOL, rule) == []
    assert paths(existing, Tenancy("shared", serves=frozenset({"bridge", "pool"})), rule) == []
    assert paths(existing, SILO, rule) == []
    assert paths(environment(), SERVES_BRIDGE, rule) == []


def test_data_buckets_that_fit_a_shared_environments_stack() -> None:
    rule = "EMR-TENANCY-005"
    buckets = {
        count: environment(storage={"data": {f"b{number}": {} for number in range(count)}})
        for count in (31, 32, 49)
    }

    assert paths(buckets[31], SERVES_POOL, rule) == []
    assert paths(buckets[32], SERVES_POOL, rule) == ["storage.data"]
    assert [paths(buckets[32], tenancy, rule) for tenancy in (None, SILO, SERVES_BRIDGE)] == [
        []
    ] * 3
    # Told once.
    assert paths(buckets[49], SERVES_POOL, rule) == []
    assert paths(buckets[49], SERVES_POOL, "EMR-STORAGE-006") == ["storage.data"]


@pytest.mark.parametrize(
    ("allowed_from", "positions"),
    [
        ([], []),
        (["192.0.2.0/24", "10.1.0.0/16"], []),
        (["10.0.0.0/8"], [0]),
        (["192.0.2.7/32", "10.0.128.0/32"], [1]),
        (["0.0.0.0/0"], [0]),
    ],
)
def test_ssh_from_a_shared_network(allowed_from: list[str], positions: list[int]) -> None:
    rule = "EMR-TENANCY-006"
    spec = environment(ssh={"key_pair": "x", "allow_from": allowed_from}, clusters=cluster())
    shared = in_shared_vpc(spec, cidr="10.0.0.0/16")

    assert paths(shared, BRIDGE, rule) == [f"ssh.allow_from.{each}" for each in positions]
    assert paths(spec, SILO, rule) == []
    existing = {**EXISTING_VPC, "cidr": "10.0.0.0/16"}
    spec = environment(
        ssh={"key_pair": "x", "allow_from": allowed_from}, clusters=cluster(), network=existing
    )
    assert len(paths(spec, BRIDGE, rule)) == len(positions)
    assert paths(spec, None, rule) == []


@pytest.mark.parametrize(
    ("bucket", "is_own"),
    [
        ({"bucket_name": "exports", "prefix": "daily/"}, False),
        ({"bucket_name": "exports"}, False),
        ({"bucket_name": "exports", "prefix": "acmes/"}, False),
        ({"bucket_name": "exports", "prefix": "daily/acme/"}, True),
        ({"bucket_name": "exports", "prefix": "acme-prod_"}, True),
        ({"bucket_name": "exports-acme"}, True),
        ({"bucket_name": "acme.exports"}, True),
    ],
)
def test_external_places_of_tenants(bucket: dict[str, str], is_own: bool) -> None:
    rule = "EMR-TENANCY-007"
    reads = environment(storage={"external": {"partner": bucket}})
    writes = environment(storage={"external": {"partner": {**bucket, "access": "read_write"}}})

    expected = [] if is_own else ["storage.external.partner"]
    assert paths(writes, SILO, rule) == paths(writes, BRIDGE, rule) == expected
    assert [paths(writes, tenancy, rule) for tenancy in (None, SERVES_POOL)] == [[], []]
    assert paths(reads, SILO, rule) == []


def test_severities() -> None:
    assert {rule.id: rule.severity for rule in TENANCY_RULES.rules} == {
        "EMR-TENANCY-001": "error",
        "EMR-TENANCY-002": "warning",
        "EMR-TENANCY-003": "error",
        "EMR-TENANCY-004": "error",
        "EMR-TENANCY-005": "error",
        "EMR-TENANCY-006": "error",
        "EMR-TENANCY-007": "warning",
    }


# --- What belongs to the shared environment is reported there --------------------------------------

FAULTY_NETWORK = {
    "cidr": "10.70.0.0/16",
    "availability_zones": ["us-east-1a", "us-east-1a"],
    "endpoints": ["nonsense", "nonsense"],
    "nat_gateways": 3,
    "cluster_subnets": "public",
}


def test_faults_of_a_shared_network_are_not_the_tenants() -> None:
    """Of one zone by name in the wrong region, of endpoints, gateways and sizes."""
    own = environment(network=FAULTY_NETWORK)
    own_ids = {problem.rule_id for problem in environment_problems(own)}
    assert own_ids >= {
        "EMR-NETWORK-002",
        "EMR-NETWORK-003",
        "EMR-NETWORK-005",
        "EMR-NETWORK-006",
        "EMR-NETWORK-009",
    }

    assert environment_problems(own, tenancy=SERVES_BRIDGE) != []
    assert (
        environment_problems(in_shared_vpc(environment(), **FAULTY_NETWORK), tenancy=BRIDGE) == []
    )


FAULTY_EXISTING_VPC = {
    **EXISTING_VPC,
    "cidr": "10.0.0.0/15",
    "cluster_subnet_ids": EXISTING_VPC["cluster_subnet_ids"] * 2,
}


def test_faults_of_a_shared_existing_vpc_are_not_the_tenants() -> None:
    """Of a range that no VPC has, and of a subnet twice."""
    spec = environment(network=FAULTY_EXISTING_VPC)
    faults = {"EMR-NETWORK-007", "EMR-NETWORK-008"}

    def ids(tenancy: Tenancy | None) -> set[str]:
        return {problem.rule_id for problem in environment_problems(spec, tenancy=tenancy)}

    assert ids(None) == ids(SILO) == ids(SERVES_POOL) == faults
    assert ids(SERVES_BRIDGE) == {*faults, "EMR-TENANCY-004"}
    assert ids(BRIDGE) == set()


def test_what_tenants_want_of_a_shared_existing_vpc_is_theirs() -> None:
    spec = environment(network=EXISTING_VPC, clusters=cluster(subnet_index=1), result_store={})

    assert paths(spec, BRIDGE, "EMR-NETWORK-010") == ["clusters.etl.subnet_index"]
    assert paths(spec, BRIDGE, "EMR-DATABASE-003") == ["network.result_store_subnet_ids"]


def test_one_zone_is_the_shared_networks_choice() -> None:
    network = {"availability_zones": 1}
    spec = environment(network=network, clusters=cluster())

    assert paths(spec, SILO, "EMR-NETWORK-013") == ["network.availability_zones"]
    assert paths(in_shared_vpc(spec, **network), BRIDGE, "EMR-NETWORK-013") == []


@pytest.mark.parametrize(("zones", "expected"), [(1, ["result_store"]), (2, [])])
def test_a_result_store_needs_two_zones_of_the_shared_network(
    zones: int, expected: list[str]
) -> None:
    spec = in_shared_vpc(environment(result_store={}), availability_zones=zones)

    problems = found(spec, BRIDGE, "EMR-DATABASE-003")

    assert [".".join(map(str, problem.path)) for problem in problems] == expected
    assert all("shared-eu" in problem.message for problem in problems)


def test_what_a_tenants_clusters_lack_names_the_environment_that_can_give_it() -> None:
    spec = in_shared_vpc(
        environment(clusters=cluster(metastore="glue", core={"count": 300})), cidr="10.0.0.0/22"
    )

    [endpoint] = found(spec, BRIDGE, "EMR-NETWORK-011")
    [room] = found(spec, BRIDGE, "EMR-CAPACITY-006")

    assert "network.endpoints of shared-eu" in str(endpoint.allowed)
    assert "network.cidr of shared-eu" in str(room.allowed)


# --- What is not deployed is not looked at ---------------------------------------------------------

FAULTY_CLUSTER = cluster(release="emr-99.0.0", subnet_index=9)


def test_parts_that_are_not_deployed_are_not_looked_at() -> None:
    spec = environment(clusters=FAULTY_CLUSTER, result_store={"storage_gib": 20})

    def clusters(tenancy: Tenancy | None) -> list[str]:
        problems = environment_problems(spec, LocalScripts(ROOT / "environments"), tenancy)
        return [problem.rule_id for problem in problems if problem.path[0] == "clusters"]

    assert clusters(None) == clusters(SILO) != []
    assert clusters(SERVES_POOL) != []
    assert clusters(SERVES_BRIDGE) == clusters(POOL) == []


def test_a_shared_cluster_has_no_result_store_to_refer_to() -> None:
    spec = environment(
        result_store={}, clusters=cluster(configurations={"a": {"b": "host://result-store"}})
    )

    def refused(tenancy: Tenancy) -> bool:
        return any(
            problem.rule_id.startswith("EMR-REFERENCE") and problem.severity == "error"
            for problem in environment_problems(spec, tenancy=tenancy)
        )

    assert not refused(SILO)
    assert refused(SERVES_POOL)


def test_a_template_acknowledges_what_some_tenants_are_warned_of() -> None:
    """For one environment, an answer without a question is a warning; of many, each has other questions."""
    rule = "EMR-COST-002"
    spec = environment(acknowledge={rule: "Nobody leaves it running over night."})

    assert [problem.rule_id for problem in environment_problems(spec)] == ["EMR-ACKNOWLEDGE-003"]
    assert environment_problems(spec, tenancy=SILO) == []
    waiting = environment(
        protection="destroy",
        clusters={"etl": {"release": "emr-7.12.0"}},
        acknowledge=spec.acknowledge,
    )
    [problem] = found(waiting, SILO, rule)
    assert problem.acknowledged
    wrong = environment(acknowledge={"EMR-NONE-001": "There is no such rule, but it looks well."})
    assert [problem.rule_id for problem in environment_problems(wrong, tenancy=SILO)] == [
        "EMR-ACKNOWLEDGE-001"
    ]
