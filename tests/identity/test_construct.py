"""The templates of a cluster's roles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from emr_platform.identity import ClusterRoles, IdentitySpec
from emr_platform.testing import Synthesized, masked
from tests.support import known_environment, lint, new_app, synthesize

STACKS = ["Defaults", "Everything"]
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """One app with roles of nothing set, and of everything set."""
    app = new_app(tmp_path_factory.mktemp("identity"))
    ClusterRoles(cdk.Stack(app, "Defaults"), "Roles")
    ClusterRoles(
        cdk.Stack(app, "Everything", env=known_environment()),
        "Roles",
        identity=IdentitySpec(permissions_boundary=BOUNDARY, role_path="/emr/"),
        session_manager=True,
        uses_spot=True,
        automatic_scaling=True,
    )
    return synthesize(app)


def test_who_may_take_the_roles(synthesis: Synthesized) -> None:
    services = {
        role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"]
        for role in synthesis.resources("Defaults", "AWS::IAM::Role").values()
    }

    assert services == {"ec2.amazonaws.com", "elasticmapreduce.amazonaws.com"}


def test_emr_must_act_for_this_account_and_region(synthesis: Synthesized) -> None:
    [trust] = trusts(synthesis, "RolesServiceRole")

    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:elasticmapreduce:eu-west-1:123456789012:*"},
    }


def trusts(synthesis: Synthesized, role: str) -> list[Any]:
    """Who may take a role of everything set, by the beginning of its logical id."""
    [properties] = [
        resource["Properties"]
        for name, resource in synthesis.resources("Everything", "AWS::IAM::Role").items()
        if name.startswith(role)
    ]
    statements: list[Any] = properties["AssumeRolePolicyDocument"]["Statement"]
    return statements


def statements(synthesis: Synthesized, role: str) -> list[Any]:
    """What a role of everything set may do, by the beginning of its logical id."""
    return [
        statement
        for policy in synthesis.resources("Everything", "AWS::IAM::Policy").values()
        if policy["Properties"]["Roles"][0]["Ref"].startswith(role)
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def test_automatic_scaling_has_a_role_only_where_it_is_used(synthesis: Synthesized) -> None:
    def roles(stack: str) -> list[str]:
        names = synthesis.resources(stack, "AWS::IAM::Role")
        return [name for name in names if name.startswith("RolesAutomaticScalingRole")]

    assert roles("Defaults") == []
    assert len(roles("Everything")) == 1


def test_emr_and_application_auto_scaling_take_the_scaling_role(synthesis: Synthesized) -> None:
    """Both, on behalf of this account: "Service role for automatic scaling" in the Management Guide."""
    trust = {
        statement["Principal"]["Service"]: statement["Condition"]
        for statement in trusts(synthesis, "RolesAutomaticScalingRole")
    }

    account = {"aws:SourceAccount": "123456789012"}
    emr = "arn:aws:elasticmapreduce:eu-west-1:123456789012:*"
    targets = "arn:aws:application-autoscaling:eu-west-1:123456789012:scalable-target/*"
    assert trust == {
        "elasticmapreduce.amazonaws.com": {
            "StringEquals": account,
            "ArnLike": {"aws:SourceArn": emr},
        },
        "application-autoscaling.amazonaws.com": {
            "StringEquals": account,
            "ArnLike": {"aws:SourceArn": [targets, emr]},
        },
    }


def test_scaling_role_may_what_emrs_own_policy_allows(synthesis: Synthesized) -> None:
    """The actions of AmazonElasticMapReduceforAutoScalingRole, on resources of this account and region."""
    allowed = {
        action: statement["Resource"]
        for statement in statements(synthesis, "RolesAutomaticScalingRole")
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }

    clusters = "arn:aws:elasticmapreduce:eu-west-1:123456789012:cluster/*"
    assert allowed == {
        "cloudwatch:DescribeAlarms": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*",
        "elasticmapreduce:ListInstanceGroups": clusters,
        "elasticmapreduce:ModifyInstanceGroups": clusters,
    }


def test_service_role_may_pass_the_scaling_role_on(synthesis: Synthesized) -> None:
    passing = {
        statement["Resource"]["Fn::GetAtt"][0]: statement["Condition"]["StringLike"]
        for statement in statements(synthesis, "RolesServiceRole")
        if statement["Action"] == "iam:PassRole"
    }

    [scaling_role] = [name for name in passing if name.startswith("RolesAutomaticScalingRole")]
    assert passing[scaling_role] == {
        "iam:PassedToService": "application-autoscaling.amazonaws.com*"
    }


def test_china_has_an_emr_of_another_name(tmp_path: Path) -> None:
    app = new_app(tmp_path)
    stack = cdk.Stack(app, "China", env=cdk.Environment(region="cn-north-1"))
    ClusterRoles(stack, "Roles")

    services = {
        role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"]
        for role in synthesize(app).resources("China", "AWS::IAM::Role").values()
    }

    assert services == {"ec2.amazonaws.com", "elasticmapreduce.amazonaws.com.cn"}


def test_spot_role_may_be_made_where_spot_is_used(synthesis: Synthesized) -> None:
    """Accounts that never used Spot lack it, and EMR's managed policy does not allow to make it."""

    def making(stack: str) -> list[Any]:
        return [
            statement
            for policy in synthesis.resources(stack, "AWS::IAM::Policy").values()
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            if statement["Action"] == "iam:CreateServiceLinkedRole"
        ]

    assert making("Defaults") == []
    [statement] = making("Everything")
    assert statement["Condition"] == {"StringEquals": {"iam:AWSServiceName": "spot.amazonaws.com"}}
    assert str(statement["Resource"]).endswith(
        ":role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"
    )


def inline_statements(synthesis: Synthesized, stack: str) -> list[Any]:
    """What roles may do by the policies that are part of them."""
    return [
        statement
        for role in synthesis.resources(stack, "AWS::IAM::Role").values()
        for policy in role["Properties"].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def test_nodes_may_what_sessions_need(synthesis: Synthesized) -> None:
    """The minimum of "Create a custom IAM role for Session Manager", without what only its preferences need.

    Resources and conditions are those that the Service Authorization Reference has for the actions.
    """
    nodes = "arn:aws:ec2:eu-west-1:123456789012:instance/*"
    from_nodes = {"ArnLike": {"ec2:SourceInstanceARN": nodes}}
    allowed = {
        action: (statement["Resource"], statement.get("Condition"))
        for statement in inline_statements(synthesis, "Everything")
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }

    assert allowed == {
        "ssm:UpdateInstanceInformation": (nodes, from_nodes),
        "ssmmessages:CreateControlChannel": ("*", from_nodes),
        "ssmmessages:OpenControlChannel": ("*", None),
        "ssmmessages:CreateDataChannel": ("*", None),
        "ssmmessages:OpenDataChannel": ("*", None),
    }
    assert inline_statements(synthesis, "Defaults") == []


def test_no_policy_of_aws_lets_nodes_read_parameters(synthesis: Synthesized) -> None:
    for stack in STACKS:
        [role] = [
            resource["Properties"]
            for name, resource in synthesis.resources(stack, "AWS::IAM::Role").items()
            if name.startswith("RolesInstanceRole")
        ]
        assert "ManagedPolicyArns" not in role


def test_nothing_has_a_fixed_name(synthesis: Synthesized) -> None:
    for stack in STACKS:
        for kind in ("AWS::IAM::Role", "AWS::IAM::InstanceProfile"):
            for resource in synthesis.resources(stack, kind).values():
                assert not {"RoleName", "InstanceProfileName"} & resource["Properties"].keys()


def test_instance_profile_holds_the_instance_role(synthesis: Synthesized) -> None:
    [role] = synthesis.properties("Everything", "AWS::IAM::InstanceProfile")["Roles"]

    assert role["Ref"].startswith("RolesInstanceRole")


@pytest.mark.parametrize("stack", STACKS)
def test_no_finding_is_left(synthesis: Synthesized, stack: str) -> None:
    assert synthesis.findings_in(stack) == []


@pytest.mark.parametrize("stack", STACKS)
def test_cfn_lint_agrees(synthesis: Synthesized, stack: str) -> None:
    assert lint(synthesis.template_file(stack)) == []


@pytest.mark.parametrize("stack", STACKS)
def test_snapshot(synthesis: Synthesized, stack: str, snapshot: SnapshotAssertion) -> None:
    assert masked(synthesis.template(stack)) == snapshot(extension_class=JSONSnapshotExtension)
