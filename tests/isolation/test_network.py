"""Who reaches whom by network."""

from typing import Any

import pytest

from emr_platform.templates.model import Stack
from tests.isolation.estate import bridge, leaks_of, shared
from tests.isolation.support import found, look, resource, stack

MYSQL = {"IpProtocol": "tcp", "FromPort": "3306", "ToPort": "3306"}
EVERYWHERE = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}
SHARED_VPC = "vpc-0123"


def group(*ingress: Any, egress: Any = None, vpc: Any = SHARED_VPC) -> dict[str, Any]:
    rules = {"SecurityGroupIngress": list(ingress)}
    if egress is not None:
        rules["SecurityGroupEgress"] = egress
    return resource("AWS::EC2::SecurityGroup", VpcId=vpc, **rules)


def database(*groups: Any, **more: Any) -> dict[str, Any]:
    groups = groups or ({"Fn::GetAtt": ["Group", "GroupId"]},)
    return resource("AWS::RDS::DBInstance", VPCSecurityGroups=list(groups), **more)


def instance(**more: Any) -> dict[str, Any]:
    groups = [{"Fn::GetAtt": ["Group", "GroupId"]}]
    return resource("AWS::EC2::Instance", SecurityGroupIds=groups, **more)


def dev(*, egress: Any = None, vpc: Any = SHARED_VPC, **more: Any) -> Stack:
    output = {
        "Id": {"Value": {"Fn::GetAtt": ["Group", "GroupId"]}, "Export": {"Name": "dev-group"}}
    }
    resources = {"Group": group(egress=egress, vpc=vpc), "App": instance(), **more}
    return stack("dev", resources, Outputs=output)


def prod(*ingress: Any, vpc: Any = SHARED_VPC, **more: Any) -> Stack:
    return stack("prod", {"Group": group(*ingress, vpc=vpc), "Db": database(), **more})


def from_group(id: Any = None) -> dict[str, Any]:
    return {**MYSQL, "SourceSecurityGroupId": id or {"Fn::ImportValue": "dev-group"}}


def ways(*stacks: Stack) -> set[str]:
    return {each for each in found(look(*stacks)) if " network:" in each}


REACHED = {"Group network:connect Db"}


@pytest.mark.parametrize(
    ("rule", "reached"),
    [
        (from_group(), True),
        (from_group("sg-somebody"), False),
        ({**MYSQL, "CidrIp": "10.0.0.0/8"}, True),
        ({**MYSQL, "CidrIp": "0.0.0.0/0"}, True),
        ({"IpProtocol": "-1", "CidrIp": "10.0.0.0/8"}, True),
    ],
)
def test_rule_in_one_vpc(rule: Any, reached: bool) -> None:
    assert ways(dev(), prod(rule)) == (REACHED if reached else set())


def test_group_that_lets_nobody_in() -> None:
    assert ways(dev(), prod()) == set()


def test_addresses_of_subnets() -> None:
    subnet = resource("AWS::EC2::Subnet", VpcId=SHARED_VPC, CidrBlock="10.1.0.0/24")
    app = instance(SubnetId={"Ref": "Subnet"})
    for cidr, reached in (("10.1.0.128/25", True), ("10.2.0.0/16", False), ("fd00::/8", False)):
        rule = {**MYSQL, "CidrIp": cidr}
        assert ways(dev(Subnet=subnet, App=app), prod(rule)) == (REACHED if reached else set())


@pytest.mark.parametrize(
    ("egress", "reached"),
    [
        ([EVERYWHERE], True),
        ([{**MYSQL, "CidrIp": "10.0.0.0/8"}], True),
        ([{"IpProtocol": "tcp", "FromPort": "443", "ToPort": "443", "CidrIp": "0.0.0.0/0"}], False),
        ([{"IpProtocol": "udp", "CidrIp": "0.0.0.0/0"}], False),
        ([{"IpProtocol": "icmp", "CidrIp": "255.255.255.255/32"}], False),
        ([{**MYSQL, "DestinationSecurityGroupId": "sg-other"}], False),
        # CloudFormation leaves the rule that allows all, if there are no others.
        ([], True),
    ],
)
def test_outbound_rules(egress: Any, reached: bool) -> None:
    assert ways(dev(egress=egress), prod(from_group())) == (REACHED if reached else set())


def test_rules_as_resources_of_any_template() -> None:
    opening = resource(
        "AWS::EC2::SecurityGroupIngress",
        GroupId={"Fn::ImportValue": "prod-group"},
        **{**MYSQL, "SourceSecurityGroupId": {"Fn::GetAtt": ["Group", "GroupId"]}},
    )
    output = {
        "Id": {"Value": {"Fn::GetAtt": ["Group", "GroupId"]}, "Export": {"Name": "prod-group"}}
    }
    victim = stack("prod", {"Group": group(), "Db": database()}, Outputs=output)
    assert ways(dev(Opening=opening), victim) == REACHED


def vpc(cidr: str = "10.0.0.0/16") -> dict[str, Any]:
    return resource("AWS::EC2::VPC", CidrBlock=cidr)


def test_vpcs_of_their_own_do_not_reach_each_other() -> None:
    rule = {**MYSQL, "CidrIp": "10.0.0.0/8"}
    own = {"vpc": {"Ref": "Vpc"}, "Vpc": vpc()}
    assert ways(dev(**own), prod(rule, from_group(), **own)) == set()


@pytest.mark.parametrize("kind", ["peering", "transit gateway"])
def test_connected_vpcs(kind: str) -> None:
    rule = {**MYSQL, "CidrIp": "10.0.0.0/8"}
    own = {"vpc": {"Ref": "Vpc"}, "Vpc": vpc()}
    theirs = {"Vpc": {"Value": {"Ref": "Vpc"}, "Export": {"Name": "prod-vpc"}}}
    victim = stack(
        "prod",
        {"Group": group(rule, vpc={"Ref": "Vpc"}), "Db": database(), "Vpc": vpc()},
        Outputs=theirs,
    )
    if kind == "peering":
        peer = {"VpcId": {"Ref": "Vpc"}, "PeerVpcId": {"Fn::ImportValue": "prod-vpc"}}
        more = {"P": resource("AWS::EC2::VPCPeeringConnection", **peer)}
        assert ways(dev(**own, **more), victim) == REACHED
        return
    attached = {
        each: resource("AWS::EC2::TransitGatewayAttachment", VpcId=id, TransitGatewayId="tgw-1")
        for each, id in (("A", {"Ref": "Vpc"}), ("B", {"Fn::ImportValue": "prod-vpc"}))
    }
    assert ways(dev(**own, **attached), victim) == REACHED


def test_one_security_group_for_both() -> None:
    one = stack("dev", {"Db": database("sg-0123")})
    other = stack("prod", {"Db": database("sg-0123")})
    assert ways(one, other) == {"sg-0123 network:connect Db"}
    assert ways(one, stack("prod", {"Db": database("sg-4567")})) == set()


def test_groups_that_emr_makes_are_the_same_for_all_of_a_vpc() -> None:
    def stacks(name: str, vpc_id: Any, **more: Any) -> Stack:
        cluster = resource("AWS::EMR::Cluster", Instances={"Ec2SubnetId": {"Ref": "Subnet"}})
        subnet = resource("AWS::EC2::Subnet", VpcId=vpc_id)
        return stack(name, {"Cluster": cluster, "Subnet": subnet, **more})

    shared = ways(stacks("dev", SHARED_VPC), stacks("prod", SHARED_VPC))
    assert shared == {"ElasticMapReduce-master of vpc-0123 network:connect Cluster"}
    own = {"Vpc": vpc()}
    assert (
        ways(stacks("dev", {"Ref": "Vpc"}, **own), stacks("prod", {"Ref": "Vpc"}, **own)) == set()
    )


def public(rule: Any, *, gateway: bool = True, is_public: bool = True) -> Stack:
    subnet = resource("AWS::EC2::Subnet", VpcId={"Ref": "Vpc"}, MapPublicIpOnLaunch=is_public)
    attached = resource(
        "AWS::EC2::VPCGatewayAttachment", VpcId={"Ref": "Vpc"}, InternetGatewayId="igw-1"
    )
    more = {"Gateway": attached} if gateway else {}
    return stack(
        "prod",
        {
            "Vpc": vpc(),
            "Subnet": subnet,
            "Group": group(rule, vpc={"Ref": "Vpc"}),
            "Db": database(),
            "App": instance(SubnetId={"Ref": "Subnet"}),
            **more,
        },
    )


@pytest.mark.parametrize(
    ("cidr", "arguments", "reached"),
    [
        ("0.0.0.0/0", {}, True),
        ("52.0.0.0/8", {}, True),
        ("0.0.0.0/0", {"gateway": False}, False),
        ("0.0.0.0/0", {"is_public": False}, False),
        ("10.0.0.0/8", {}, False),
        # An office, say.
        ("52.1.2.3/32", {}, False),
    ],
)
def test_through_the_internet(cidr: str, arguments: Any, reached: bool) -> None:
    victim = public({**MYSQL, "CidrIp": cidr}, **arguments)
    del victim.resources["Db"]  # type: ignore[attr-defined]
    assert ways(dev(), victim) == ({"Group network:connect App"} if reached else set())


def test_address_of_another_environment() -> None:
    output = {"Ip": {"Value": {"Ref": "Address"}, "Export": {"Name": "dev-ip"}}}
    resources = {"Group": group(), "App": instance(), "Address": resource("AWS::EC2::EIP")}
    cidr = {"Fn::Join": ["", [{"Fn::ImportValue": "dev-ip"}, "/32"]]}
    assert ways(
        stack("dev", resources, Outputs=output), prod({**MYSQL, "CidrIp": cidr}, vpc="vpc-other")
    ) == {"Group network:connect Db"}


def test_what_is_not_known_of_networks_cannot_be_judged() -> None:
    rule = {**MYSQL, "SourcePrefixListId": "pl-0123"}
    isolation = look(dev(), prod(rule))
    assert ways(dev(), prod(rule)) == set()
    assert [gap.id for gap in isolation.gaps] == ["dev-stack/Group/network:connect"]
    assert not isolation.are_apart


# --- A network that tenants share ------------------------------------------------------------


def test_tenants_of_one_vpc_reach_its_endpoints_and_nobody_else() -> None:
    isolation = look(shared(), bridge("a"), bridge("b"))
    assert isolation.are_apart
    assert leaks_of(isolation) == set()


@pytest.mark.parametrize(
    ("rule", "reached"),
    [
        ({**MYSQL, "CidrIp": "10.0.0.0/16"}, {"AppGroup", "DbGroup"}),
        ({**MYSQL, "CidrIp": "10.0.0.128/25"}, {"AppGroup", "DbGroup"}),
        ({**MYSQL, "CidrIp": "10.9.0.0/16"}, set()),
        (from_group({"Fn::ImportValue": "a:AppGroup"}), {"AppGroup"}),
        (from_group({"Fn::ImportValue": "hub:NodesGroup"}), set()),
    ],
)
def test_rule_of_a_tenant_in_a_shared_vpc(rule: Any, reached: set[str]) -> None:
    isolation = look(shared(), bridge("a"), bridge("b", rule))
    found = {each for each in leaks_of(isolation) if " network:" in each}
    assert found == {f"{each} network:connect b" for each in reached}


def test_rule_of_the_shared_network_that_lets_one_tenant_into_another_s_database() -> None:
    rule = resource(
        "AWS::EC2::SecurityGroupIngress",
        GroupId={"Fn::ImportValue": "b:DbGroup"},
        SourceSecurityGroupId={"Fn::ImportValue": "a:AppGroup"},
        **MYSQL,
    )
    isolation = look(shared({"Opening": rule}), bridge("a"), bridge("b"))
    assert leaks_of(isolation) == {"AppGroup network:connect b"}
    # Nor may what is shared depend on what tenants have.
    assert leaks_of(isolation, "hub") == {
        "import:use import:use a,b",
        "Opening template:write b",
    }


def test_tenant_reaches_nodes_of_the_shared_cluster() -> None:
    opening = resource(
        "AWS::EC2::SecurityGroupIngress",
        GroupId={"Fn::GetAtt": ["NodesGroup", "GroupId"]},
        CidrIp="10.0.0.0/16",
        **MYSQL,
    )
    isolation = look(shared({"Opening": opening}), bridge("a"))
    assert leaks_of(isolation) == {
        "AppGroup network:connect hub",
        "DbGroup network:connect hub",
    }


def test_tenant_in_the_group_of_the_shared_cluster() -> None:
    member = resource(
        "AWS::EC2::Instance",
        SubnetId={"Fn::ImportValue": "hub:Subnet"},
        SecurityGroupIds=[{"Fn::ImportValue": "hub:NodesGroup"}],
    )
    isolation = look(shared(), bridge("a", more={"Member": member}), bridge("b"))
    assert leaks_of(isolation) == {"hub network:connect hub"}
