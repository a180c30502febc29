"""The templates of networks."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, get_args

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from emr_platform.network import (
    ExistingNetwork,
    ExistingVpcSpec,
    FlowLogsSpec,
    Network,
    NetworkResources,
    NewVpcSpec,
    SharedNetwork,
    SharedVpcSpec,
)
from emr_platform.network.addresses import AddressSpaceError
from emr_platform.testing import Synthesized, masked
from tests.support import known_environment, lint, new_app, synthesize

EMR_TAG = {"Key": "for-use-with-amazon-emr-managed-policies", "Value": "true"}

EVERYTHING = NewVpcSpec(
    cidr="10.40.0.0/18",
    availability_zones=3,
    nat_gateways=2,
    endpoints=["s3", "sts", "ecr.api", "sts"],
    flow_logs=FlowLogsSpec(retention_days=365),
)
NAMED_ZONES = NewVpcSpec(
    cidr="10.40.0.0/24",
    availability_zones=["eu-west-1a", "eu-west-1c"],
    cluster_subnets="public",
    nat_gateways=1,
)
EXISTING = ExistingVpcSpec(
    vpc_id="vpc-0123456789abcdef0",
    cidr="10.60.0.0/20",
    cluster_subnets="public",
    cluster_subnet_ids=["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    result_store_subnet_ids=["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
)

NEW = ["Defaults", "Everything", "NamedZones"]


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """One app with a stack for each kind of network."""
    app = new_app(tmp_path_factory.mktemp("network"))
    defaults = Network(cdk.Stack(app, "Defaults"), "Network", spec=NewVpcSpec())
    # Account and region are known: that is where the CDK likes to look availability zones up.
    Network(
        cdk.Stack(app, "Everything", env=known_environment()),
        "Network",
        spec=EVERYTHING,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    Network(cdk.Stack(app, "NamedZones", env=known_environment()), "Network", spec=NAMED_ZONES)
    existing = cdk.Stack(app, "Existing")
    use(ExistingNetwork(existing, "Network", spec=EXISTING), existing)
    stack = cdk.Stack(app, "Shared")
    use(shared(stack, SharedVpcSpec(environment="shared-eu", cidr="10.60.0.0/20")), stack)
    use(defaults, cdk.Stack(app, "Dependent"))
    return synthesize(app)


def shared(scope: cdk.Stack, spec: SharedVpcSpec) -> SharedNetwork:
    """A network of another environment, of which the id of the VPC is imported."""
    return SharedNetwork(
        scope,
        "Network",
        spec=spec,
        vpc_id=cdk.Fn.import_value("shared-eu:VpcId"),
        cluster_subnet_ids=["subnet-a", "subnet-b"],
        result_store_subnet_ids=["subnet-c", "subnet-d"],
    )


def use(network: NetworkResources, scope: cdk.Stack) -> None:
    """What other constructs do with a network."""
    ec2.SecurityGroup(
        scope, "Group", vpc=network.vpc, description="Members", allow_all_outbound=False
    )
    for name, subnets in (
        ("Clusters", network.cluster_subnets),
        ("ResultStore", network.result_store_subnets),
    ):
        cdk.CfnOutput(scope, name, value=",".join(subnet.subnet_id for subnet in subnets))


@pytest.fixture
def templates(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def named(synthesis: Synthesized, stack: str, type: str) -> dict[str, Any]:
    """Properties of resources by the end of their Name tag, which is their path."""
    return {
        tag["Value"].rpartition("/")[2]: resource["Properties"]
        for resource in synthesis.resources(stack, type).values()
        for tag in resource["Properties"]["Tags"]
        if tag["Key"] == "Name"
    }


def default_routes(synthesis: Synthesized, stack: str) -> dict[str, str]:
    """Where the default route of each subnet leads, by the subnet's number and kind."""
    return {
        logical_id.removeprefix("Network").partition("DefaultRoute")[0]: (
            route["Properties"].get("NatGatewayId") or route["Properties"]["GatewayId"]
        )["Ref"]
        for logical_id, route in synthesis.resources(stack, "AWS::EC2::Route").items()
    }


def test_template_with_nothing_set(synthesis: Synthesized, templates: SnapshotAssertion) -> None:
    assert masked(synthesis.template("Defaults")) == templates


def test_template_with_everything_set(synthesis: Synthesized, templates: SnapshotAssertion) -> None:
    assert masked(synthesis.template("Everything")) == templates


def test_nothing_is_looked_up(synthesis: Synthesized) -> None:
    assert '"missing"' not in (synthesis.directory / "manifest.json").read_text()


def test_nothing_is_found(synthesis: Synthesized) -> None:
    assert synthesis.findings == ()


def test_what_is_acknowledged(synthesis: Synthesized) -> None:
    assert synthesis.acknowledged == {"W3010"}


@pytest.mark.parametrize("stack", ["Defaults", "Everything", "Existing"])
def test_cfn_lint(synthesis: Synthesized, stack: str) -> None:
    assert lint(synthesis.template_file(stack)) == []


def test_cfn_lint_where_zones_are_named(synthesis: Synthesized) -> None:
    ignore = {"W3010": "the user named the zones"}
    assert lint(synthesis.template_file("NamedZones"), ignore=ignore) == []


def test_vpc(synthesis: Synthesized) -> None:
    vpc = synthesis.properties("Defaults", "AWS::EC2::VPC")

    assert vpc["CidrBlock"] == "10.0.0.0/16"
    assert vpc["EnableDnsHostnames"] is True
    assert vpc["EnableDnsSupport"] is True
    assert EMR_TAG in vpc["Tags"]


@pytest.mark.parametrize("stack", ["Defaults", "Everything"])
def test_zones_are_the_regions_first_ones(synthesis: Synthesized, stack: str) -> None:
    subnets = named(synthesis, stack, "AWS::EC2::Subnet")

    zones = 2 if stack == "Defaults" else 3
    for index in range(zones):
        for kind in ("Cluster", "Database"):
            zone = subnets[f"{kind}Subnet{index + 1}"]["AvailabilityZone"]
            assert zone == {"Fn::Select": [index, {"Fn::GetAZs": ""}]}
    assert f"ClusterSubnet{zones + 1}" not in subnets


def test_zones_by_name(synthesis: Synthesized) -> None:
    subnets = named(synthesis, "NamedZones", "AWS::EC2::Subnet")

    assert {name: subnet["AvailabilityZone"] for name, subnet in subnets.items()} == {
        "PublicClusterSubnet1": "eu-west-1a",
        "PublicClusterSubnet2": "eu-west-1c",
        "DatabaseSubnet1": "eu-west-1a",
        "DatabaseSubnet2": "eu-west-1c",
    }


@pytest.mark.parametrize("stack", NEW)
def test_emr_may_use_the_cluster_subnets_and_no_other(synthesis: Synthesized, stack: str) -> None:
    for name, subnet in named(synthesis, stack, "AWS::EC2::Subnet").items():
        assert (EMR_TAG in subnet["Tags"]) is ("Cluster" in name)
    tagged = {
        resource["Type"]
        for resource in synthesis.template(stack)["Resources"].values()
        if EMR_TAG in resource.get("Properties", {}).get("Tags", [])
    }
    assert tagged == {"AWS::EC2::VPC", "AWS::EC2::Subnet"}


@pytest.mark.parametrize("stack", NEW)
def test_only_public_clusters_get_public_addresses(synthesis: Synthesized, stack: str) -> None:
    for name, subnet in named(synthesis, stack, "AWS::EC2::Subnet").items():
        public = stack == "NamedZones" and name.startswith("PublicCluster")
        assert subnet["MapPublicIpOnLaunch"] is public


def test_a_private_network_has_no_way_out(synthesis: Synthesized) -> None:
    types = {resource["Type"] for resource in synthesis.template("Defaults")["Resources"].values()}

    assert types.isdisjoint(
        {"AWS::EC2::Route", "AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::EIP"}
    )


def test_nat_gateways_are_shared_among_zones(synthesis: Synthesized) -> None:
    routes = default_routes(synthesis, "Everything")
    gateways = synthesis.resources("Everything", "AWS::EC2::NatGateway")
    (internet,) = synthesis.resources("Everything", "AWS::EC2::InternetGateway")

    first, second = gateways
    assert routes == {
        "ClusterSubnet1": first,
        "ClusterSubnet2": second,
        "ClusterSubnet3": first,
        "NatSubnet1": internet,
        "NatSubnet2": internet,
        "NatSubnet3": internet,
    }
    subnets = [gateway["Properties"]["SubnetId"]["Ref"] for gateway in gateways.values()]
    assert [subnet.startswith("NetworkNatSubnet") for subnet in subnets] == [True, True]


def test_a_nat_gateway_waits_for_its_way_to_the_internet(synthesis: Synthesized) -> None:
    for gateway in synthesis.resources("Everything", "AWS::EC2::NatGateway").values():
        assert any("DefaultRoute" in dependency for dependency in gateway["DependsOn"])


def test_public_clusters_reach_the_internet_themselves(synthesis: Synthesized) -> None:
    (internet,) = synthesis.resources("NamedZones", "AWS::EC2::InternetGateway")

    assert default_routes(synthesis, "NamedZones") == {
        "PublicClusterSubnet1": internet,
        "PublicClusterSubnet2": internet,
    }
    # Asked for, but there is no private subnet that could use one.
    assert synthesis.resources("NamedZones", "AWS::EC2::NatGateway") == {}


def test_more_nat_gateways_than_zones() -> None:
    stack = cdk.Stack(cdk.App(), "Stack")
    Network(stack, "Network", spec=NewVpcSpec(availability_zones=2, nat_gateways=6))

    gateways = [child for child in stack.node.find_all() if isinstance(child, ec2.CfnNatGateway)]
    assert len(gateways) == 2


@pytest.mark.parametrize("stack", NEW)
def test_gateway_endpoints_are_in_every_route_table(synthesis: Synthesized, stack: str) -> None:
    tables = set(synthesis.resources(stack, "AWS::EC2::RouteTable"))
    gateways = [
        endpoint["Properties"]
        for endpoint in synthesis.resources(stack, "AWS::EC2::VPCEndpoint").values()
        if endpoint["Properties"]["VpcEndpointType"] == "Gateway"
    ]

    services = sorted(endpoint["ServiceName"]["Fn::Join"][1][2] for endpoint in gateways)
    assert services == [".dynamodb", ".s3"]
    for endpoint in gateways:
        assert {table["Ref"] for table in endpoint["RouteTableIds"]} == tables


def interface_endpoints(synthesis: Synthesized, stack: str) -> list[dict[str, Any]]:
    return [
        endpoint["Properties"]
        for endpoint in synthesis.resources(stack, "AWS::EC2::VPCEndpoint").values()
        if endpoint["Properties"]["VpcEndpointType"] == "Interface"
    ]


def test_interface_endpoints_of_a_private_network(synthesis: Synthesized) -> None:
    services = [
        endpoint["ServiceName"]["Fn::Join"][1]
        for endpoint in interface_endpoints(synthesis, "Defaults")
    ]

    assert services == [
        ["com.amazonaws.", {"Ref": "AWS::Region"}, f".{name}"]
        for name in ("elasticmapreduce", "kms", "logs", "sts")
    ]


def test_interface_endpoints_that_were_asked_for(synthesis: Synthesized) -> None:
    endpoints = interface_endpoints(synthesis, "Everything")

    # Gateway endpoints are always there, and named twice is still one.
    assert [endpoint["ServiceName"] for endpoint in endpoints] == [
        "com.amazonaws.eu-west-1.sts",
        "com.amazonaws.eu-west-1.ecr.api",
    ]
    for endpoint in endpoints:
        assert endpoint["PrivateDnsEnabled"] is True
        assert len(endpoint["SubnetIds"]) == 3
        assert all("ClusterSubnet" in subnet["Ref"] for subnet in endpoint["SubnetIds"])


def test_interface_endpoints_answer_the_vpc_only(synthesis: Synthesized) -> None:
    group = synthesis.properties("Everything", "AWS::EC2::SecurityGroup")

    (rule,) = group["SecurityGroupIngress"]
    assert (rule["CidrIp"], rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == (
        "10.40.0.0/18",
        "tcp",
        443,
        443,
    )
    # The CDK's way to say that there is no rule: an address that nobody has.
    assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["255.255.255.255/32"]


def test_no_interface_endpoints_where_there_is_another_way(synthesis: Synthesized) -> None:
    assert interface_endpoints(synthesis, "NamedZones") == []
    assert synthesis.resources("NamedZones", "AWS::EC2::SecurityGroup") == {}


@pytest.mark.parametrize(
    ("stack", "policy", "days"), [("Defaults", "Retain", 90), ("Everything", "Delete", 365)]
)
def test_flow_logs(synthesis: Synthesized, stack: str, policy: str, days: int) -> None:
    flow_log = synthesis.properties(stack, "AWS::EC2::FlowLog")
    (vpc,) = synthesis.resources(stack, "AWS::EC2::VPC")
    log_group = synthesis.template(stack)["Resources"][flow_log["LogGroupName"]["Ref"]]

    assert flow_log["ResourceId"] == {"Ref": vpc}
    assert flow_log["TrafficType"] == "ALL"
    assert flow_log["LogDestinationType"] == "cloud-watch-logs"
    assert log_group["Properties"] == {"RetentionInDays": days}
    assert log_group["DeletionPolicy"] == log_group["UpdateReplacePolicy"] == policy


def test_every_retention_that_may_be_declared() -> None:
    app = cdk.App()
    for days in get_args(FlowLogsSpec.model_fields["retention_days"].annotation):
        stack = cdk.Stack(app, f"Stack{days}")
        Network(stack, "Network", spec=NewVpcSpec(flow_logs=FlowLogsSpec(retention_days=days)))
        log_group = stack.node.find_child("Network").node.find_child("FlowLogGroup")
        resource = log_group.node.default_child
        assert isinstance(resource, logs.CfnLogGroup)
        assert resource.retention_in_days == days


def test_the_default_security_group_is_closed(synthesis: Synthesized) -> None:
    (vpc,) = synthesis.resources("Defaults", "AWS::EC2::VPC")
    group = {"Fn::GetAtt": [vpc, "DefaultSecurityGroup"]}
    closed = synthesis.properties("Defaults", "Custom::ClosedDefaultSecurityGroup")
    function = synthesis.properties("Defaults", "AWS::Lambda::Function")
    role = synthesis.template("Defaults")["Resources"][function["Role"]["Fn::GetAtt"][0]]

    assert closed["SecurityGroupId"] == group
    assert closed["Account"] == {"Ref": "AWS::AccountId"}
    assert function["Handler"] == "index.handler"
    # Lambda takes 4096 bytes of code in a template.
    assert len(function["Code"]["ZipFile"].encode()) <= 4096
    compile(function["Code"]["ZipFile"], "index.py", "exec")
    (policy,) = role["Properties"]["Policies"]
    revoke, log = policy["PolicyDocument"]["Statement"]
    assert revoke["Action"] == [
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
    ]
    assert revoke["Resource"]["Fn::Join"][1][-2:] == [":security-group/", group]
    assert log["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert "ManagedPolicyArns" not in role["Properties"]


def test_another_stack_can_use_the_network(synthesis: Synthesized) -> None:
    group = synthesis.properties("Dependent", "AWS::EC2::SecurityGroup")
    outputs = synthesis.template("Dependent")["Outputs"]

    assert group["VpcId"]["Fn::ImportValue"].startswith("Defaults:ExportsOutputRefNetworkVpc")
    for name, kind in (("Clusters", "Cluster"), ("ResultStore", "Database")):
        imports = [part for part in outputs[name]["Value"]["Fn::Join"][1] if part != ","]
        assert len(imports) == 2
        assert all(f"Network{kind}Subnet" in part["Fn::ImportValue"] for part in imports)


def test_an_existing_vpc_is_left_alone(synthesis: Synthesized) -> None:
    template = synthesis.template("Existing")

    assert [resource["Type"] for resource in template["Resources"].values()] == [
        "AWS::EC2::SecurityGroup"
    ]
    group = synthesis.properties("Existing", "AWS::EC2::SecurityGroup")
    assert group["VpcId"] == "vpc-0123456789abcdef0"
    assert template["Outputs"]["Clusters"]["Value"] == (
        "subnet-0123456789abcdef0,subnet-0123456789abcdef1"
    )
    assert template["Outputs"]["ResultStore"]["Value"] == (
        "subnet-0123456789abcdef2,subnet-0123456789abcdef3"
    )


def test_what_an_existing_network_says_of_itself() -> None:
    network = ExistingNetwork(cdk.Stack(cdk.App(), "Stack"), "Network", spec=EXISTING)

    assert network.cidr == network.vpc.vpc_cidr_block == "10.60.0.0/20"
    assert network.cluster_subnet_kind == "public"


def test_a_shared_network_is_used_and_not_changed(synthesis: Synthesized) -> None:
    template = synthesis.template("Shared")
    group = synthesis.properties("Shared", "AWS::EC2::SecurityGroup")

    assert {each["Type"] for each in template["Resources"].values()} == {"AWS::EC2::SecurityGroup"}
    assert group["VpcId"] == {"Fn::ImportValue": "shared-eu:VpcId"}
    assert template["Outputs"]["Clusters"]["Value"] == "subnet-a,subnet-b"
    assert template["Outputs"]["ResultStore"]["Value"] == "subnet-c,subnet-d"


@pytest.mark.parametrize("zones", [2, ["eu-west-1c", "eu-west-1a"]])
def test_what_a_shared_network_says_of_itself(zones: Any) -> None:
    stack = cdk.Stack(cdk.App(), "Stack", env=known_environment())
    spec = SharedVpcSpec(environment="shared-eu", cidr="10.60.0.0/20", availability_zones=zones)

    network = shared(stack, spec)

    assert network.cidr == network.vpc.vpc_cidr_block == "10.60.0.0/20"
    assert network.cluster_subnet_kind == "private"
    subnets = [*network.cluster_subnets, *network.result_store_subnets]
    found = [subnet.availability_zone for subnet in subnets]
    if isinstance(zones, list):
        assert found == zones * 2
    else:
        # As the shared environment's own stack has them: the region's first ones.
        first, second = (stack.resolve(zone)["Fn::Select"][0] for zone in found[:2])
        assert (first, second) == (0, 1)


def test_what_a_new_network_says_of_itself() -> None:
    stack = cdk.Stack(cdk.App(), "Stack")
    network = Network(stack, "Network", spec=EVERYTHING)

    assert isinstance(network, NetworkResources)
    assert network.cidr == network.vpc.vpc_cidr_block == "10.40.0.0/18"
    assert network.cluster_subnet_kind == "private"
    # The subnets that a construct chooses by itself are those for clusters.
    assert [subnet.subnet_id for subnet in network.cluster_subnets] == [
        subnet.subnet_id for subnet in network.vpc.private_subnets
    ]
    assert [subnet.subnet_id for subnet in network.result_store_subnets] == [
        subnet.subnet_id for subnet in network.vpc.isolated_subnets
    ]
    assert len(network.vpc.public_subnets) == 3


def test_subnets_that_do_not_fit() -> None:
    spec = NewVpcSpec(cidr="10.0.0.0/24", availability_zones=6, nat_gateways=1)

    with pytest.raises(AddressSpaceError):
        Network(cdk.Stack(cdk.App(), "Stack"), "Network", spec=spec)


def test_a_spec_costs_no_cdk() -> None:
    program = (
        "import sys\n"
        "from emr_platform.network import NewVpcSpec, addresses\n"
        "assert addresses.subnet_addresses(NewVpcSpec())\n"
        "assert not {'aws_cdk', 'jsii', 'boto3'} & sys.modules.keys()\n"
        "from emr_platform.network import Network\n"
        "assert 'aws_cdk' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_there_is_nothing_else_in_the_package() -> None:
    import emr_platform.network

    with pytest.raises(AttributeError, match="has no attribute 'Networks'"):
        _ = emr_platform.network.Networks
    assert all(hasattr(emr_platform.network, name) for name in emr_platform.network.__all__)
