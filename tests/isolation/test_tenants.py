"""An estate of all tiers, as a tenants file makes it: every pair is apart, by the templates of the product."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from emr_platform.isolation.check import isolation_of
from emr_platform.templates.model import Resource, Stack
from emr_platform.templates.reading import read
from emr_platform.tenants.estate import read_estate
from stacks.environment import EnvironmentStage
from tests.isolation.support import allow
from tests.support import new_app
from tests.tenants.files import write_tenants

# Names that others begin with are what wildcards go wrong with.
TENANTS = """\
template: templates/standard.yaml
address_pool: 10.64.0.0/10
shared:
  hub: {overrides: {storage: {data: {lake: {}}}}}
tenants:
  alpha: {overrides: {clusters: {etl: {session_manager: true}}}}
  alpha-two: {}
  beta: {tier: bridge, overrides: {result_store: {}, clusters: {etl: {session_manager: true}}}}
  beta-two: {tier: bridge, overrides: {result_store: {}}}
  gamma: {tier: pool}
  gamma-two: {tier: pool}
"""
TEMPLATE = """\
region: eu-west-1
account: "111122223333"
network: {availability_zones: 2}
clusters:
  etl:
    release: emr-7.12.0
    applications: [Hive, Spark]
    metastore: glue
"""
LOCK = {"hub": "10.64.0.0/20", "alpha": "10.64.16.0/20", "alpha-two": "10.64.32.0/20"}
ALL = ("alpha", "alpha-two", "beta", "beta-two", "gamma", "gamma-two", "hub")


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Stack]:
    """The stacks of two tenants of each tier, in one account, and of what they share."""
    directory = tmp_path_factory.mktemp("estate")
    lock = json.dumps({"version": 1, "ranges": LOCK})
    estate = read_estate(
        [write_tenants(directory, TENANTS, lock=lock, templates={"standard": TEMPLATE})]
    )
    assert estate.problems == ()
    app = new_app(directory / "cdk.out")
    for entry in estate.entries:
        loaded = entry.load()
        EnvironmentStage(app, spec=loaded.spec, directory=directory, tenancy=loaded.tenancy)
    app.synth()
    return read(directory / "cdk.out").stacks


def test_every_pair_is_apart(stacks: Mapping[str, Stack]) -> None:
    isolation = isolation_of(stacks.values())

    assert isolation.environments == ALL
    assert [finding.id for finding in isolation.open_findings] == []
    assert [gap.id for gap in isolation.gaps] == []
    assert isolation.not_looked_at == {}
    assert isolation.are_apart
    assert dict(isolation.tiers) == {
        "alpha": "silo",
        "alpha-two": "silo",
        "beta": "bridge",
        "beta-two": "bridge",
        "gamma": "pool",
        "gamma-two": "pool",
        "hub": "shared",
    }


def test_tenants_can_do_nothing_to_each_other_by_design(stacks: Mapping[str, Stack]) -> None:
    """But for AWS's own policy for EMR, the agents of Session Manager, and what the shared nodes are there for."""
    isolation = isolation_of(stacks.values())
    by_tenants = {
        (each.environment, re.sub("[0-9A-F]{8}/", "/", each.id.split("/", 1)[1]), each.actions)
        for each in isolation.findings
        if each.environment != "hub" and "ServiceRole" not in each.id
    }
    assert by_tenants == {
        (name, "ClusterRolesInstanceRole/ssm:write", ("ssm:UpdateInstanceInformation",))
        for name in ("alpha", "beta")
    }
    assert "ssm:getparameter" not in {
        action.lower() for each in isolation.findings for action in each.actions
    }
    by_hub = {
        (each.id.rpartition("/")[0], tuple(each.targets))
        for each in isolation.findings
        if each.id.endswith("/by-design")
    }
    assert {targets for _, targets in by_hub} == {("gamma", "gamma-two")}


def leaking(stacks: Mapping[str, Stack], name: str, *statements: Any) -> set[str]:
    """What somebody can do besides, to whom, if a role of a stack gets some more statements."""
    stack = stacks[name]
    [logical_id] = [
        key
        for key, each in stack.resources.items()
        if each.type == "AWS::IAM::Role" and ("Runtime" in key or "InstanceRole" in key)
    ]
    policy = Resource(
        "AWS::IAM::Policy",
        {"PolicyDocument": {"Statement": list(statements)}, "Roles": [{"Ref": logical_id}]},
    )
    leaky = replace(stack, resources={**stack.resources, "Leak": policy})
    isolation = isolation_of([leaky if each is stack else each for each in stacks.values()])
    return {
        f"{each.service}:{each.access} {','.join(each.targets)}" for each in isolation.open_findings
    }


def shared_bucket(rest: str) -> dict[str, Any]:
    name = {"Fn::ImportValue": "hub:DataBucketName-lake"}
    return {"Fn::Join": ["", ["arn:aws:s3:::", name, rest]]}


@pytest.mark.parametrize(
    ("stack", "statement", "expected"),
    [
        ("gamma-tenancy", allow("s3:GetObject", shared_bucket("/tenants/gamma*")),
         {"s3:read gamma-two"}),
        ("gamma-tenancy", allow("s3:ListBucket", shared_bucket("")), {"s3:read gamma-two"}),
        ("gamma-tenancy", allow("kms:Decrypt", {"Fn::ImportValue": "hub:DataBucketKeyArn-lake"}),
         {"kms:decrypt gamma-two,hub"}),
        ("gamma-tenancy", allow("glue:GetTable", "*"),
         {"glue:read alpha,alpha-two,beta,beta-two,gamma-two"}),
        ("gamma-tenancy", allow("elasticmapreduce:AddJobFlowSteps"),
         {"elasticmapreduce:write alpha,alpha-two,beta,beta-two,gamma-two,hub"}),
        ("beta-cluster-etl", allow("s3:PutObject", shared_bucket("/tenants/gamma/*")), {"s3:write gamma"}),
        ("beta-cluster-etl", allow("rds-db:connect"), {"rds-db:connect beta-two"}),
        ("alpha-cluster-etl", allow("s3:GetObject"),
         {"s3:read alpha-two,beta,beta-two,gamma,gamma-two,hub"}),
    ],
)  # fmt: skip
def test_leak_in_one_of_the_stacks_is_found(
    stacks: Mapping[str, Stack], stack: str, statement: Any, expected: set[str]
) -> None:
    assert leaking(stacks, stack, statement) == expected
