"""A shared environment and its tenants of the tier ``pool``, as their stages make them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.isolation.check import isolation_of
from emr_platform.pool.spec import PoolSpec
from emr_platform.problems import InvalidSpecError
from emr_platform.templates.reading import read
from emr_platform.tenants.tenancy import PoolTenant, Tenancy
from emr_platform.testing import Synthesized
from stacks.environment import EnvironmentStage
from tests.support import ACCOUNT, REGION, lint, new_app, synthesize

SHARED = EnvironmentSpec.model_validate(
    {
        "name": "shared-eu",
        "region": REGION,
        "account": ACCOUNT,
        "storage": {"data": {"lake": {}, "reports": {}}},
        "result_store": {},
        "clusters": {
            "etl": {"release": "emr-7.12.0", "core": {"type": "m6g.xlarge", "count": 2}},
            "old": {"release": "emr-6.5.0", "core": {"type": "m5.xlarge", "count": 2}},
        },
    }
)
POOLS: Mapping[str, PoolSpec] = {
    # The one's name is the beginning of the other one's.
    "acme": PoolSpec.model_validate({"cluster": "etl", "queue": {"guaranteed_percent": 10}}),
    "acme-prod": PoolSpec.model_validate(
        {
            "cluster": "etl",
            "data": {"lake": "read"},
            "submitters": [f"arn:aws:iam::{ACCOUNT}:role/acme-people"],
        }
    ),
}
SHARED_STACKS = ["cluster-etl", "cluster-old", "network", "queues-etl", "storage"]


def shared_tenancy(*names: str) -> Tenancy:
    return Tenancy(
        tier="shared",
        serves=frozenset({"bridge", "pool"}),
        pool_tenants=tuple(PoolTenant(name, POOLS[name]) for name in names),
    )


def tenancy(name: str, pool: PoolSpec | None = None) -> Tenancy:
    return Tenancy(tier="pool", tenant=f"{name}-inc", shared=SHARED, pool=pool or POOLS[name])


def tenant(name: str) -> EnvironmentSpec:
    return EnvironmentSpec(name=name, region=REGION, account=ACCOUNT)


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """The shared environment and two tenants; and beside them the same without the second."""
    app = new_app(tmp_path_factory.mktemp("pool"))
    here = Path()
    EnvironmentStage(app, spec=SHARED, directory=here, tenancy=shared_tenancy(*POOLS))
    for name in POOLS:
        EnvironmentStage(app, spec=tenant(name), directory=here, tenancy=tenancy(name))
    return synthesize(app)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """The shared environment before the second tenant came."""
    app = new_app(tmp_path_factory.mktemp("before"))
    EnvironmentStage(app, spec=SHARED, directory=Path(), tenancy=shared_tenancy("acme"))
    return synthesize(app, checked=False)


def templates(synthesis: Synthesized) -> dict[str, Any]:
    return {
        name: json.loads(Path(stack.place).read_text(encoding="utf-8"))
        for name, stack in read(synthesis.directory).stacks.items()
    }


def resources(template: Any, kind: str) -> list[Any]:
    return [each["Properties"] for each in template["Resources"].values() if each["Type"] == kind]


def test_stacks(synthesis: Synthesized) -> None:
    assert sorted(templates(synthesis)) == [
        "acme-prod-tenancy",
        "acme-tenancy",
        *(f"shared-eu-{name}" for name in SHARED_STACKS),
    ]


def test_no_finding_is_left(synthesis: Synthesized) -> None:
    of_pool = ("acme", "queues-", "Pool", "Share")
    assert [
        each for each in synthesis.findings if any(part in str(each.paths) for part in of_pool)
    ] == []


@pytest.mark.parametrize("name", ["acme-tenancy", "acme-prod-tenancy", "shared-eu-queues-etl"])
def test_cfn_lint_agrees(synthesis: Synthesized, name: str) -> None:
    template = Path(read(synthesis.directory).stacks[name].place)
    assert (
        lint(template, ignore={"W6001": "a tenant is to see where its part of a bucket is"}) == []
    )


# --- Apart --------------------------------------------------------------------------------------


def test_nobody_can_get_at_anything_of_anybody_else(synthesis: Synthesized) -> None:
    isolation = isolation_of(read(synthesis.directory).stacks.values())
    assert set(isolation.environments) == {"acme-inc", "acme-prod-inc", "shared-eu"}
    assert [each.id for each in isolation.open_findings] == []
    assert [each.id for each in isolation.open_gaps] == []
    assert isolation.between("acme-inc", "acme-prod-inc") == []
    assert isolation.between("acme-prod-inc", "acme-inc") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # What one would get at if a slash, the tenant's name, or a condition were missing.
        (r'"/tenants/acme/\*"', '"/tenants/acme*"'),
        (r'"/tenants/acme/\*"', '"/tenants/*"'),
        (r'"s3:prefix": "tenants/acme/\*"', '"s3:prefix": "tenants/*"'),
        (r'"elasticmapreduce:ExecutionRoleArn": \{[^}]*\}', '"aws:SecureTransport": "true"'),
        (
            r'"StringEquals": \{(\s+"elasticmapreduce:ResourceTag)',
            r'"StringEqualsIfExists": {\1',
        ),
        (r"table/acme__main/\*", "table/acme*"),
    ],
)
def test_what_would_be_missing_is_found(
    synthesis: Synthesized, tmp_path: Path, old: str, new: str
) -> None:
    stacks = read(synthesis.directory).stacks
    places = []
    for name, stack in stacks.items():
        text = Path(stack.place).read_text(encoding="utf-8")
        if name == "acme-tenancy":
            text, count = re.subn(old, new, text)
            assert count
        place = tmp_path / f"{name}.template.json"
        place.write_text(text, encoding="utf-8")
        places.append(place)
    leaking = [stack for place in places for stack in read(place).stacks.values()]
    found = isolation_of(leaking)
    whose = [each.environment for each in found.open_findings]
    whose += [each.environment for each in found.open_gaps]
    assert "acme-inc" in whose


# --- Between the stages -------------------------------------------------------------------------


def imported(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "Fn::ImportValue" in value:
            yield value["Fn::ImportValue"]
        for each in value.values():
            yield from imported(each)
    elif isinstance(value, list):
        for each in value:
            yield from imported(each)


def exported(template: Any) -> set[str]:
    return {
        each["Export"]["Name"]
        for each in template.get("Outputs", {}).values()
        if "Export" in each and isinstance(each["Export"]["Name"], str)
    }


def test_tenants_import_what_is_exported(synthesis: Synthesized) -> None:
    found = templates(synthesis)
    exports = set().union(*(exported(template) for template in found.values()))
    for name in ("acme-tenancy", "acme-prod-tenancy"):
        imports = set(imported(found[name]))
        assert imports
        assert imports <= exports
    # It changes with each replacement of the cluster, which CloudFormation would refuse.
    assert not any("ClusterId" in each for each in exports if each.startswith("shared-eu:"))


def test_instance_role_of_a_cluster_is_exported_if_it_can_be_shared(synthesis: Synthesized) -> None:
    found = templates(synthesis)
    assert exported(found["shared-eu-cluster-etl"]) >= {"shared-eu:InstanceRoleArn-etl"}
    assert "shared-eu:InstanceRoleArn-old" not in exported(found["shared-eu-cluster-old"])


def test_new_tenant_changes_queues_and_nothing_else(
    synthesis: Synthesized, before: Synthesized
) -> None:
    now, then = templates(synthesis), templates(before)
    changed = [name for name in then if then[name] != now[name]]
    assert changed == ["shared-eu-queues-etl"]
    for template in (now[changed[0]], then[changed[0]]):
        for resource in template["Resources"].values():
            if resource["Type"] == "Custom::ClusterQueues":
                del resource["Properties"]["Queues"]
    assert now[changed[0]] == then[changed[0]]


def test_cluster_is_known_by_tags_and_parameter(synthesis: Synthesized) -> None:
    template = templates(synthesis)["shared-eu-cluster-etl"]
    (cluster,) = resources(template, "AWS::EMR::Cluster")
    tags = {each["Key"]: each["Value"] for each in cluster["Tags"]}
    assert tags["environment"] == "shared-eu"
    assert tags["emr-platform:cluster"] == "etl"
    (parameter,) = resources(template, "AWS::SSM::Parameter")
    assert parameter["Name"] == "/emr-platform/shared-eu/clusters/etl/id"
    assert parameter["Type"] == "String"
    assert template["Resources"][parameter["Value"]["Ref"]]["Type"] == "AWS::EMR::Cluster"
    queues = templates(synthesis)["shared-eu-queues-etl"]
    assert queues["Parameters"]["ClusterId"] == {
        "Type": "AWS::SSM::Parameter::Value<String>",
        "Default": "/emr-platform/shared-eu/clusters/etl/id",
        "Description": "Parameter in Systems Manager with the id of the cluster",
    }


def test_queues_come_after_their_cluster(synthesis: Synthesized) -> None:
    manifest = json.loads(
        (synthesis.directory / "assembly-shared-eu" / "manifest.json").read_text(encoding="utf-8")
    )
    names = {
        each.get("displayName", id): id
        for id, each in manifest["artifacts"].items()
        if each["type"] == "aws:cloudformation:stack"
    }
    (queues,) = (id for name, id in names.items() if "queues-etl" in name)
    (cluster,) = (id for name, id in names.items() if "cluster-etl" in name)
    assert cluster in manifest["artifacts"][queues]["dependencies"]


# --- The shared environment ---------------------------------------------------------------------


def test_nodes_may_assume_roles_below_a_path(synthesis: Synthesized) -> None:
    template = templates(synthesis)["shared-eu-cluster-etl"]
    path = f"arn:aws:iam::{ACCOUNT}:role/emr-platform/shared-eu/etl/*"
    (assuming,) = (
        statement
        for policy in resources(template, "AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
        if "sts:AssumeRole" in statement["Action"]
    )
    assert assuming["Resource"] == path
    for name in POOLS:
        paths = [
            role.get("Path")
            for role in resources(templates(synthesis)[f"{name}-tenancy"], "AWS::IAM::Role")
        ]
        assert "/emr-platform/shared-eu/etl/" in paths


def test_shared_buckets_tell_objects_apart_by_their_keys(synthesis: Synthesized) -> None:
    encrypted = [
        rule
        for bucket in resources(templates(synthesis)["shared-eu-storage"], "AWS::S3::Bucket")
        for rule in bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        if rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    ]
    assert len(encrypted) == 4
    assert {rule["BucketKeyEnabled"] for rule in encrypted} == {False}


def test_nodes_have_nothing_to_do_with_data_of_tenants(synthesis: Synthesized) -> None:
    template = templates(synthesis)["shared-eu-cluster-etl"]
    policies = json.dumps(resources(template, "AWS::IAM::Policy"))
    assert "StorageLogs" in policies
    assert "StorageData" not in policies
    assert "/tenants/*" in policies  # where they add logs


def test_cluster_runs_steps_as_roles(synthesis: Synthesized) -> None:
    template = templates(synthesis)["shared-eu-cluster-etl"]
    (security,) = resources(template, "AWS::EMR::SecurityConfiguration")
    document = security["SecurityConfiguration"]
    iam = document["AuthorizationConfiguration"]["IAMConfiguration"]
    assert iam["EnableApplicationScopedIAMRole"] is True
    (cluster,) = resources(template, "AWS::EMR::Cluster")
    assert cluster["StepConcurrencyLevel"] == 10
    names = [each["Classification"] for each in cluster["Configurations"]]
    # Queues are not in the template: changing them there would replace the cluster.
    assert "capacity-scheduler" not in names


# --- Outputs and refusals -----------------------------------------------------------------------


def test_tenants_are_told_what_they_need(synthesis: Synthesized) -> None:
    outputs = templates(synthesis)["acme-prod-tenancy"]["Outputs"]
    assert set(outputs) == {
        "ClusterIdParameter",
        "DataUriLake",
        "Database",
        "LogUri",
        "Queue",
        "RuntimeRole",
        "SubmitterRole",
    }
    assert outputs["Queue"]["Value"] == "acme-prod"


def test_tags_of_a_tenant(synthesis: Synthesized) -> None:
    for role in resources(templates(synthesis)["acme-prod-tenancy"], "AWS::IAM::Role"):
        tags = {each["Key"]: each["Value"] for each in role["Tags"]}
        assert tags == {
            "environment": "acme-prod",
            "tenant": "acme-prod-inc",
            "emr-platform:tier": "pool",
        }


def test_share_that_cannot_be_had_is_refused(tmp_path: Path) -> None:
    app = new_app(tmp_path)
    with pytest.raises(InvalidSpecError, match="no data bucket swamp"):
        EnvironmentStage(
            app,
            spec=tenant("acme"),
            directory=Path(),
            tenancy=tenancy("acme", PoolSpec(cluster="etl", data={"swamp": "read"})),
        )


def test_three_hundred_tenants_are_far_from_quotas(tmp_path: Path) -> None:
    app = new_app(tmp_path)
    many = Tenancy(
        tier="shared",
        serves=frozenset({"pool"}),
        pool_tenants=tuple(
            PoolTenant(f"customer-with-a-long-name-{number:03}", POOLS["acme-prod"])
            for number in range(300)
        ),
    )
    EnvironmentStage(app, spec=SHARED, directory=Path(), tenancy=many)
    app.synth()
    for name, stack in read(tmp_path).stacks.items():
        text = Path(stack.place).read_text(encoding="utf-8")
        template = json.loads(text)
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
        assert len(text) < 100_000, name
        assert len(template["Resources"]) < 100, name
        assert len(template.get("Outputs", {})) < 50, name
