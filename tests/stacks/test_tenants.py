"""The stages of tenants and of what they share, rendered together and alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.isolation.check import isolation_of
from emr_platform.network.spec import NewVpcSpec, SharedVpcSpec
from emr_platform.pool.spec import PoolSpec
from emr_platform.templates.reading import read
from emr_platform.tenants.tenancy import PoolTenant, Tenancy
from emr_platform.testing import masked
from tests.stacks.tagging import tag_property, tags_of, wrong_tags
from tests.stacks.test_environment import Environments
from tests.support import MAJOR_ENGINE_VERSION, lint

FORGED = {"tenant": "initech", "emr-platform:tier": "silo", "environment": "prod", "team": "data"}
"""Tags with which a tenant would pass for another one. The rules refuse them; nothing goes by that alone."""


def declared(name: str, **parts: Any) -> EnvironmentSpec:
    return EnvironmentSpec.model_validate(
        {
            "name": name,
            "account": "111122223333",
            "region": "eu-west-1",
            "clusters": {"etl": {"release": "emr-7.12.0"}},
            **parts,
        }
    )


SHARED = declared(
    "shared-eu",
    network={"cidr": "10.70.0.0/16", "availability_zones": 2},
    storage={"data": {"lake": {}}},
    result_store={},
)
FOR_BRIDGE = Tenancy(tier="shared", serves=frozenset({"bridge"}))


EXISTING_VPC = {
    "vpc_id": "vpc-0123456789abcdef0",
    "cidr": "10.60.0.0/16",
    "cluster_subnet_ids": ["subnet-0123456789abcdef0"],
}


def bridge(name: str, *, tenant: str, **parts: Any) -> tuple[EnvironmentSpec, Tenancy]:
    """An environment in the network of the shared one, as the tenants file makes it."""
    assert isinstance(SHARED.network, NewVpcSpec)
    vpc = SharedVpcSpec.model_validate({"environment": SHARED.name, **SHARED.network.model_dump()})
    spec = declared(name, **parts).model_copy(update={"network": vpc})
    return spec, Tenancy(tier="bridge", tenant=tenant, shared=SHARED)


NOTHING_SET = bridge("acme", tenant="acme")
EVERYTHING_SET = bridge(
    "acme-prod",
    tenant="globex",
    protection="destroy",
    tags=FORGED,
    storage={"data": {"lake": {}}},
    ssh={"public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIexample analytics"},
    result_store={},
    clusters={
        "etl": {
            "release": "emr-7.12.0",
            "applications": ["Hive", "Spark"],
            "metastore": "glue",
            "session_manager": True,
            "subnet_index": 1,
            "tags": FORGED,
            "bootstrap": {"packages": {"script": "scripts/install-packages.sh"}},
        }
    },
)
SILO = (
    declared("silo", clusters={"etl": {"release": "emr-7.12.0", "metastore": "glue"}}),
    Tenancy(tier="silo", tenant="initech"),
)
POOL = PoolSpec()
FOR_POOL = (
    declared(
        "pooled",
        network=EXISTING_VPC,
        storage={"data": {"lake": {}}},
        tags={"team": "data"},
        clusters={"etl": {"release": "emr-7.12.0", "applications": ["Spark"]}},
    ),
    Tenancy(
        tier="shared",
        serves=frozenset({"pool"}),
        pool_tenants=(PoolTenant(name="tiny", pool=POOL),),
    ),
)
IN_POOL = (
    declared("tiny", tags=FORGED),
    Tenancy(tier="pool", tenant="tyrell", shared=FOR_POOL[0], pool=POOL),
)
BRIDGES = ["acme", "acme-prod"]


def rendered(
    directory: Path, *rows: tuple[EnvironmentSpec, Tenancy], checked: bool = True
) -> Environments:
    """Environments of a tenants file in one app, with both keys to their data."""
    return Environments(
        directory,
        [spec for spec, _ in rows],
        tenancies={spec.name: tenancy for spec, tenancy in rows},
        destroy_data=True,
        checked=checked,
    )


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Environments:
    """A shared environment, two tenants in its network, and one by itself."""
    return rendered(
        tmp_path_factory.mktemp("estate"),
        (SHARED, FOR_BRIDGE),
        NOTHING_SET,
        EVERYTHING_SET,
        SILO,
        FOR_POOL,
        IN_POOL,
        checked=False,
    )


def test_stacks_by_tier(estate: Environments) -> None:
    assert {name: set(estate.templates(name)) for name in ["shared-eu", *BRIDGES, "silo"]} == {
        "shared-eu": {"shared-eu-network"},
        "acme": {"acme-storage", "acme-cluster-etl"},
        "acme-prod": {"acme-prod-storage", "acme-prod-result-store", "acme-prod-cluster-etl"},
        "silo": {"silo-network", "silo-storage", "silo-cluster-etl"},
    }


@pytest.mark.parametrize("name", BRIDGES)
def test_snapshot(estate: Environments, name: str, snapshot: SnapshotAssertion) -> None:
    templates = {stack: masked(template) for stack, template in estate.templates(name).items()}

    assert templates == snapshot(extension_class=JSONSnapshotExtension)


def imports(value: Any) -> Iterator[str]:
    """The names of all imports below a value of a template."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "Fn::ImportValue":
                yield item
            else:
                yield from imports(item)
    elif isinstance(value, list):
        for item in value:
            yield from imports(item)


def exports(estate: Environments, environment: str) -> dict[str, Any]:
    """What an environment exports, by the export's name."""
    found = [
        (output["Export"]["Name"], output["Value"])
        for template in estate.templates(environment).values()
        for output in template.get("Outputs", {}).values()
        if "Export" in output
    ]
    assert len(dict(found)) == len(found)
    return dict(found)


def test_what_a_shared_network_exports(estate: Environments) -> None:
    """References to resources, so that a value only changes when its resource is replaced."""
    found = {
        name: value
        for name, value in exports(estate, "shared-eu").items()
        if name.startswith("shared-eu:")
    }

    types = {
        name: estate.templates("shared-eu")["shared-eu-network"]["Resources"][value["Ref"]]["Type"]
        for name, value in found.items()
    }
    assert types == {
        "shared-eu:VpcId": "AWS::EC2::VPC",
        "shared-eu:ClusterSubnetId0": "AWS::EC2::Subnet",
        "shared-eu:ClusterSubnetId1": "AWS::EC2::Subnet",
        "shared-eu:ResultStoreSubnetId0": "AWS::EC2::Subnet",
        "shared-eu:ResultStoreSubnetId1": "AWS::EC2::Subnet",
    }
    assert all(re.fullmatch(r"[A-Za-z0-9:-]{1,255}", name) for name in found)


def test_each_import_has_one_export(estate: Environments) -> None:
    exported = [name for each in ["shared-eu", *BRIDGES] for name in exports(estate, each)]
    wanted = {name: set(imports(estate.templates(name))) for name in BRIDGES}

    assert len(exported) == len(set(exported))
    for name, found in wanted.items():
        assert found <= set(exported)
        foreign = {each for each in found if not each.startswith(f"{name}-")}
        assert {each.partition(":")[0] for each in foreign} == {"shared-eu"}
    assert {each for each in wanted["acme-prod"] if each.startswith("shared-eu")} == {
        "shared-eu:VpcId",
        "shared-eu:ClusterSubnetId1",
        "shared-eu:ResultStoreSubnetId0",
        "shared-eu:ResultStoreSubnetId1",
    }


@pytest.mark.parametrize("name", BRIDGES)
def test_nothing_of_the_network_is_made(estate: Environments, name: str) -> None:
    of_network = {
        resource["Type"]
        for _, resource in estate.resources("shared-eu")
        if resource["Type"].startswith("AWS::EC2::")
    } - {"AWS::EC2::SecurityGroup"}

    types = {resource["Type"] for _, resource in estate.resources(name)}

    assert types & of_network == set()
    assert "AWS::EMR::Cluster" in types


def test_all_else_is_the_tenants_own(estate: Environments) -> None:
    own = [resource["Type"] for _, resource in estate.resources("acme-prod")]

    for type in (
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBSubnetGroup",
        "AWS::SecretsManager::Secret",
        "AWS::EMR::SecurityConfiguration",
        "AWS::IAM::InstanceProfile",
    ):
        assert own.count(type) == 1, type
    # One for each encrypted bucket, for the result store, and for the disks of the cluster.
    assert own.count("AWS::KMS::Key") == 5


def test_no_finding_is_left(tmp_path: Path) -> None:
    checked = rendered(tmp_path, (SHARED, FOR_BRIDGE), EVERYTHING_SET)

    assert checked.synthesis.findings == ()


@pytest.mark.parametrize("name", ["shared-eu", "acme-prod"])
def test_cfn_lint_agrees(estate: Environments, name: str) -> None:
    for template in estate.template_files(name).values():
        assert lint(template, ignore=MAJOR_ENGINE_VERSION) == []


def test_each_is_the_same_without_the_others(estate: Environments, tmp_path: Path) -> None:
    """No stage is built for another one, and tenants that come and go change nothing that is exported."""
    for spec, tenancy in (NOTHING_SET, (SHARED, FOR_BRIDGE)):
        alone = rendered(tmp_path / spec.name, (spec, tenancy), checked=False)

        assert alone.templates(spec.name) == estate.templates(spec.name)


EXPECTED_TAGS = {
    "shared-eu": {"environment": "shared-eu", "emr-platform:tier": "shared"},
    "acme": {"environment": "acme", "emr-platform:tier": "bridge", "tenant": "acme"},
    "acme-prod": {"environment": "acme-prod", "emr-platform:tier": "bridge", "tenant": "globex"},
    "silo": {"environment": "silo", "emr-platform:tier": "silo", "tenant": "initech"},
    "pooled": {"environment": "pooled", "emr-platform:tier": "shared"},
    "tiny": {"environment": "tiny", "emr-platform:tier": "pool", "tenant": "tyrell"},
}


@pytest.mark.parametrize("name", EXPECTED_TAGS)
def test_everything_taggable_has_the_tags_of_the_platform(estate: Environments, name: str) -> None:
    assert list(wrong_tags(estate.resources(name), EXPECTED_TAGS[name])) == []
    for stack in estate.artifacts(name).values():
        tags = stack["properties"]["tags"]
        assert {key: tags.get(key) for key in EXPECTED_TAGS[name]} == EXPECTED_TAGS[name]
    tagged = [tags for _, resource in estate.resources(name) for tags in tags_of(resource)]
    assert tagged
    assert any(key == "tenant" for key, _ in tagged) is ("tenant" in EXPECTED_TAGS[name])


def test_which_types_are_taggable() -> None:
    """The test above is worth as much as this."""
    assert tag_property("AWS::S3::Bucket") == "Tags"
    assert tag_property("AWS::EMR::Cluster") == "Tags"
    assert tag_property("AWS::IAM::Policy") is None
    assert tag_property("AWS::EC2::SecurityGroupIngress") is None
    assert list(wrong_tags([("A", {"Type": "AWS::S3::Bucket"})], {"tenant": "acme"})) == [
        "A (AWS::S3::Bucket): tenant []"
    ]


def test_a_tenants_own_tags_are_there_too(estate: Environments) -> None:
    assert list(wrong_tags(estate.resources("acme-prod"), {"team": "data"})) == []


TENANTS = {"acme", "globex", "initech", "tyrell"}


def test_tenants_are_apart(estate: Environments) -> None:
    """In one account, with the Data Catalog: what is shared is all that is not their own."""
    isolation = isolation_of(read(estate.synthesis.directory).stacks.values())

    reached = {
        (finding.environment, target, finding.id)
        for finding in isolation.open_findings
        for target in finding.targets
        if finding.environment in TENANTS and target in TENANTS
    }
    assert set(isolation.environments) == {*TENANTS, "shared-eu", "pooled"}
    assert reached == set()
    assert [gap.id for gap in isolation.gaps] == []
    assert not [each.id for each in isolation.findings if each.environment == "shared-eu"]


def test_databases_of_the_catalog_begin_with_the_environments_name(estate: Environments) -> None:
    statements = [
        statement
        for _, resource in estate.resources("acme-prod")
        if resource["Type"] == "AWS::IAM::Policy"
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
        if "glue:CreateTable" in statement["Action"]
    ]

    [statement] = statements
    ends = {arn.rpartition(":")[2] for arn in statement["Resource"]}
    assert ends == {
        "catalog",
        "database/acme_prod__*",
        "table/acme_prod__*/*",
        "userDefinedFunction/acme_prod__*/*",
    }
