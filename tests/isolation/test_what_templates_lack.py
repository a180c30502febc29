"""What AWS makes besides, what templates name in other ways, and what is not known."""

from typing import Any

import pytest

from emr_platform.isolation.facts import actions_on
from tests.isolation.support import allow, deny, found, leaks, look, resource, role, stack, victim

IN_EC2 = "arn:aws:ec2:eu-west-1:*:"
IN_RDS = "arn:aws:rds:eu-west-1:*:"
OF_PROD = {"StringEquals": {"aws:ResourceTag/environment": "prod"}}
OF_DEV = {"StringEquals": {"aws:ResourceTag/environment": "dev"}}
LAMBDA = [allow("sts:AssumeRole", None, Principal={"Service": "lambda.amazonaws.com"})]
EC2 = [allow("sts:AssumeRole", None, Principal={"Service": "ec2.amazonaws.com"})]


# --- What EMR and RDS make -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
        (allow("ec2:CreateSnapshot", f"{IN_EC2}volume/*"), {"ec2:write Cluster"}),
        (allow("ec2:AttachVolume", f"{IN_EC2}volume/*"), {"ec2:write Cluster"}),
        (allow("ec2:CreateSnapshot", f"{IN_EC2}volume/*", Condition=OF_PROD), {"ec2:write Cluster"}),
        (allow("ec2:CreateSnapshot", f"{IN_EC2}volume/*", Condition=OF_DEV), set()),
        (allow("ec2:CreateSnapshot", f"{IN_EC2}snapshot/*"), set()),
        (allow("ec2:CreateVolume", f"{IN_EC2}volume/*"), set()),
        (allow("ec2:ModifyNetworkInterfaceAttribute", f"{IN_EC2}network-interface/*"),
         {"ec2:write Cluster"}),
        (allow("ec2:CreateNetworkInterface", f"{IN_EC2}network-interface/*"), set()),
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
        (allow("rds:CopyDBSnapshot", f"{IN_RDS}snapshot:*"), {"rds:write Database"}),
        (allow("rds:RestoreDBInstanceFromDBSnapshot", f"{IN_RDS}snapshot:rds:prod-*"),
         {"rds:write Database"}),
        (allow("rds:RestoreDBInstanceFromDBSnapshot", f"{IN_RDS}snapshot:rds:dev-*"), set()),
        (allow("rds:StartExportTask"), {"rds:write Database"}),
    ],
)  # fmt: skip
def test_disks_interfaces_and_snapshots(statement: Any, expected: set[str]) -> None:
    assert leaks(statement) == expected


def test_what_makes_more_of_a_kind_is_known() -> None:
    assert "ec2:createvolume" not in actions_on((("ec2", "volume"),))
    assert "ec2:createsnapshot" in actions_on((("ec2", "volume"),))
    assert "ec2:createnetworkinterface" in actions_on((("ec2", "subnet"),))


@pytest.mark.parametrize(
    ("action", "trust", "is_open"),
    [
        ("ec2:DeleteNetworkInterface", LAMBDA, False),
        (["ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"], LAMBDA, False),
        ("ec2:ModifyNetworkInterfaceAttribute", LAMBDA, True),
        ("ec2:*", LAMBDA, True),
        ("ec2:DeleteNetworkInterface", EC2, True),
        ("ec2:DeleteNetworkInterface", [*LAMBDA, *EC2], True),
    ],
)  # fmt: skip
def test_what_lambda_asks_for(action: Any, trust: Any, is_open: bool) -> None:
    """AWSLambdaVPCAccessExecutionRole allows it on everything; only for functions that is so by design."""
    app = role(allow(action, f"{IN_EC2}network-interface/*"), trust=trust)
    isolation = look(stack("dev", {"App": app}), stack("prod", victim()))
    assert found(isolation) == {"App ec2:write Cluster"}
    assert isolation.are_apart is not is_open


def test_lambda_s_interfaces_in_subnets_of_others() -> None:
    app = role(allow("ec2:CreateNetworkInterface"), trust=LAMBDA)
    subnet = resource("AWS::EC2::Subnet", VpcId="vpc-1", CidrBlock="10.0.0.0/24")
    isolation = look(stack("dev", {"App": app}), stack("prod", victim(Subnet=subnet)))
    assert found(isolation) == {"App ec2:write Group,Subnet"}
    assert not isolation.are_apart


def test_deny_of_disks() -> None:
    denied = deny("ec2:*", f"{IN_EC2}volume/*", Condition={"Null": {"aws:ResourceTag/x": "true"}})
    assert leaks(allow("ec2:CreateSnapshot"), denied) == set()


# --- Other ways to name things -------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "is_found"),
    [
        ("{{resolve:ssm:/prod/cluster}}", True),
        ("{{resolve:ssm:/prod/cluster:3}}", True),
        ("{{resolve:ssm:/dev/cluster}}", False),
        ("j-1ABCDEFGHIJKL", False),
    ],
)
def test_step_on_a_cluster_that_a_dynamic_reference_names(reference: str, is_found: bool) -> None:
    """See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html."""
    step = resource("AWS::EMR::Step", JobFlowId=reference)
    parameter = resource("AWS::SSM::Parameter", Name="/prod/cluster", Value={"Ref": "Cluster"})
    isolation = look(stack("dev", {"Step": step}), stack("prod", victim(Id=parameter)))
    assert found(isolation) == ({"Step template:write Cluster"} if is_found else set())


def of_secret(secret: Any) -> Any:
    return {"Fn::Join": ["", ["{{resolve:secretsmanager:", secret, ":SecretString:password::}}"]]}


@pytest.mark.parametrize(
    ("value", "is_found"),
    [
        (of_secret({"Fn::ImportValue": "prod-password"}), True),
        ([{"Properties": {"x": of_secret({"Fn::ImportValue": "prod-password"})}}], True),
        ({"Fn::Sub": ["{{resolve:secretsmanager:${A}}}", {"A": {"Fn::ImportValue": "prod-password"}}]}, True),
        (of_secret({"Ref": "Own"}), False),
        ({"Fn::ImportValue": "prod-password"}, False),
    ],
)  # fmt: skip
def test_dynamic_reference_to_another_s_secret(value: Any, is_found: bool) -> None:
    """See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html."""
    own = resource("AWS::SecretsManager::Secret")
    user = resource("AWS::EMR::Cluster", Configurations=value)
    outputs = {"Out": {"Value": {"Ref": "Password"}, "Export": {"Name": "prod-password"}}}
    other = resource("AWS::SSM::Parameter", Value=of_secret({"Ref": "Own"}))
    dev = stack("dev", {"User": user, "Own": own, "Other": other})
    isolation = look(dev, stack("prod", victim(), Outputs=outputs))
    by_template = {each for each in found(isolation) if "template:" in each}
    assert by_template == ({"User template:read Password"} if is_found else set())


def shared_network() -> Any:
    resources = {
        "Vpc": resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16"),
        "Data": resource("AWS::S3::Bucket"),
    }
    outputs = {
        name: {"Value": {"Ref": name}, "Export": {"Name": f"hub:{name}"}} for name in resources
    }
    return stack("hub", resources, tags={"emr-platform:tier": "shared"}, Outputs=outputs)


VPC = {"Fn::ImportValue": "hub:Vpc"}


@pytest.mark.parametrize(
    ("made", "is_found"),
    [
        (resource("AWS::EC2::SecurityGroup", VpcId=VPC), False),
        # Private names of an endpoint hold for the whole VPC, and so does a private zone.
        (resource("AWS::EC2::VPCEndpoint", VpcId=VPC, ServiceName="some"), True),
        (resource("AWS::Route53::HostedZone", VPCs=[{"VPCId": VPC, "VPCRegion": "eu-west-1"}]), True),
        (resource("AWS::EC2::VPCPeeringConnection", VpcId=VPC, PeerVpcId="vpc-1"), True),
        (resource("AWS::EC2::FlowLog", ResourceId=VPC, ResourceType="VPC"), True),
        (resource("AWS::S3::AccessPoint", Bucket={"Fn::ImportValue": "hub:Data"}), True),
        (resource("AWS::S3::AccessPoint", Bucket="elsewhere"), False),
    ],
)  # fmt: skip
def test_what_a_tenant_s_template_makes_of_shared_things(made: Any, is_found: bool) -> None:
    isolation = look(
        shared_network(),
        stack("a", {"Made": made}, tags={"tenant": "a", "emr-platform:tier": "bridge"}),
    )
    by_template = {each for each in found(isolation, "a") if "template:" in each}
    target = "Data" if "Bucket" in made["Properties"] else "Vpc"
    assert by_template == ({f"Made template:write {target}"} if is_found else set())


# --- What is not known ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "is_known"),
    [("sg-1", True), ({"Fn::ImportValue": "nobody:Group"}, False), ({"Ref": "Parameter"}, False)],
)
def test_group_that_is_not_known_cannot_be_judged(group: Any, is_known: bool) -> None:
    cluster = resource("AWS::EMR::Cluster", Instances={"EmrManagedMasterSecurityGroup": group})
    parameters = {"Parameter": {"Type": "String"}}
    dev = stack("dev", {"Nodes": cluster}, Parameters=parameters)
    isolation = look(dev, stack("prod", victim()))
    assert [each.id for each in isolation.gaps] == ([] if is_known else ["dev-stack/Nodes/group"])
    assert isolation.are_apart is is_known
