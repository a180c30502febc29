"""A cluster among roles, buckets and a result store that this app does not make."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager

from emr_platform.cluster import ClusterSpec, ClusterUseError, EmrCluster
from emr_platform.identity import BaseClusterRoles, ClusterRoles
from emr_platform.result_store import ResultStore
from emr_platform.storage import Storage
from emr_platform.testing import Synthesized
from tests.support import known_environment, lint, new_app, synthesize

SCALED = {
    "release": "emr-7.12.0",
    "core": {"automatic_scaling": {"preset": "yarn-balanced", "minimum": 1, "maximum": 3}},
    "read_result_store_secret": True,
}


def roles(scope: cdk.Stack, **more: Any) -> BaseClusterRoles:
    return ClusterRoles.from_roles(
        scope,
        "Roles",
        service_role=iam.Role.from_role_name(scope, "Service", "EMR_DefaultRole_V2"),
        instance_role=iam.Role.from_role_name(scope, "Nodes", "EMR_EC2_DefaultRole"),
        **more,
    )


def parts(scope: cdk.Stack) -> dict[str, Any]:
    return {
        "vpc": ec2.Vpc.from_vpc_attributes(
            scope, "Vpc", vpc_id="vpc-0123456789abcdef0", availability_zones=["eu-west-1a"]
        ),
        "subnets": [
            ec2.Subnet.from_subnet_attributes(
                scope,
                "Subnet",
                subnet_id="subnet-0123456789abcdef0",
                route_table_id="rtb-0123456789abcdef0",
            )
        ],
    }


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    app = new_app(tmp_path_factory.mktemp("existing"))
    stack = cdk.Stack(app, "Existing", env=known_environment())
    storage = Storage.from_buckets(
        stack,
        "Storage",
        logs=s3.Bucket.from_bucket_name(stack, "Logs", "company-logs"),
        data={"input": s3.Bucket.from_bucket_name(stack, "Input", "company-input")},
    )
    assert storage.config is None
    result_store = ResultStore.from_attributes(
        stack,
        "ResultStore",
        endpoint_address="results.example.internal",
        secret=secretsmanager.Secret.from_secret_complete_arn(
            stack,
            "Secret",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:results-AbCdEf",
        ),
        security_group=ec2.SecurityGroup.from_security_group_id(
            stack, "Database", "sg-0123456789abcdef0"
        ),
        port=3307,
    )
    cluster = EmrCluster(
        stack,
        "Cluster",
        spec=ClusterSpec.model_validate(SCALED),
        roles=roles(
            stack,
            automatic_scaling_role=iam.Role.from_role_name(
                stack, "Scaling", "EMR_AutoScaling_DefaultRole"
            ),
        ),
        log_bucket=storage.logs,
        config_bucket=storage.config,
        data_buckets=storage.data,
        result_store_secret=result_store.secret,
        result_store_host=result_store.endpoint_address,
        **parts(stack),
    )
    result_store.allow_connections_from(
        stack, "ResultStoreFromCluster", security_group=cluster.security_groups.primary
    )
    return synthesize(app)


def test_no_role_and_no_bucket_is_made(synthesis: Synthesized) -> None:
    types = {resource["Type"] for resource in synthesis.template("Existing")["Resources"].values()}

    assert not {"AWS::IAM::Role", "AWS::IAM::InstanceProfile", "AWS::S3::Bucket"} & types


def test_cluster_has_the_roles_that_were_given(synthesis: Synthesized) -> None:
    properties = synthesis.properties("Existing", "AWS::EMR::Cluster")

    arn = "arn:aws:iam::123456789012:role/"
    assert properties["ServiceRole"] == f"{arn}EMR_DefaultRole_V2"
    assert properties["AutoScalingRole"] == f"{arn}EMR_AutoScaling_DefaultRole"
    # The instance profile of the same name, as EMR's own roles have it.
    assert properties["JobFlowRole"] == "EMR_EC2_DefaultRole"


def test_nodes_are_granted_what_they_need_before_they_start(synthesis: Synthesized) -> None:
    policies = {
        name: policy["Properties"]
        for name, policy in synthesis.resources("Existing", "AWS::IAM::Policy").items()
        if policy["Properties"]["Roles"] == ["EMR_EC2_DefaultRole"]
    }

    text = json.dumps(policies)
    for what in ("company-logs/Existing-Cluster/*", "company-input/*", "secret:results-AbCdEf"):
        assert what in text
    assert set(policies) <= set(synthesis.resource("Existing", "AWS::EMR::Cluster")["DependsOn"])


def test_result_store_lets_the_cluster_in(synthesis: Synthesized) -> None:
    [rule] = [
        rule["Properties"]
        for rule in synthesis.resources("Existing", "AWS::EC2::SecurityGroupIngress").values()
        if rule["Properties"]["GroupId"] == "sg-0123456789abcdef0"
    ]

    assert rule["FromPort"] == rule["ToPort"] == 3307


def test_nobody_finds_anything(synthesis: Synthesized) -> None:
    assert synthesis.findings_in("Existing") == []
    assert lint(synthesis.template_file("Existing")) == []


def test_scaling_policies_need_a_role_among_those_given() -> None:
    stack = cdk.Stack(cdk.App(), "Stack")

    with pytest.raises(ClusterUseError, match="roles without automatic_scaling_role"):
        EmrCluster(
            stack,
            "Cluster",
            spec=ClusterSpec.model_validate({**SCALED, "read_result_store_secret": False}),
            roles=roles(stack),
            log_bucket=s3.Bucket.from_bucket_name(stack, "Logs", "company-logs"),
            **parts(stack),
        )


def test_instance_profile_may_have_a_name_of_its_own() -> None:
    stack = cdk.Stack(cdk.App(), "Stack")
    profile = iam.InstanceProfile.from_instance_profile_name(stack, "Profile", "nodes")

    assert roles(stack, instance_profile=profile).instance_profile.instance_profile_name == "nodes"
