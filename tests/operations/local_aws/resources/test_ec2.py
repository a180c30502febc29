"""Networks are made as declared, and go as a whole."""

from typing import Any

from emr_platform.operations.local_aws import LocalAws
from tests.operations.local_aws.templates import Deployed, attribute, create_stack, ref, resource

TAGS = [{"Key": "team", "Value": "analytics"}]
# Made up, as RFC 8709 encodes a key.
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 43 + " someone@example.com"


def _network() -> dict[str, Any]:
    """A VPC as the CDK writes it, with everything that stands in the way of its deletion."""
    return {
        "Vpc": resource("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
        "Gateway": resource("AWS::EC2::InternetGateway"),
        "Attachment": resource(
            "AWS::EC2::VPCGatewayAttachment",
            {"VpcId": ref("Vpc"), "InternetGatewayId": ref("Gateway")},
        ),
        "Subnet": resource(
            "AWS::EC2::Subnet",
            {"VpcId": ref("Vpc"), "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "us-east-1a"},
        ),
        "Other": resource(
            "AWS::EC2::Subnet",
            {"VpcId": ref("Vpc"), "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1b"},
        ),
        "Table": resource("AWS::EC2::RouteTable", {"VpcId": ref("Vpc")}),
        "Association": resource(
            "AWS::EC2::SubnetRouteTableAssociation",
            {"SubnetId": ref("Subnet"), "RouteTableId": ref("Table")},
        ),
        "Route": resource(
            "AWS::EC2::Route",
            {
                "RouteTableId": ref("Table"),
                "DestinationCidrBlock": "0.0.0.0/0",
                "GatewayId": ref("Gateway"),
            },
            DependsOn="Attachment",
        ),
        "Address": resource("AWS::EC2::EIP", {"Domain": "vpc"}),
        "Nat": resource(
            "AWS::EC2::NatGateway",
            {"SubnetId": ref("Subnet"), "AllocationId": attribute("Address", "AllocationId")},
        ),
    }


def test_network_goes_as_a_whole(aws: LocalAws) -> None:
    stack = create_stack(
        aws,
        {
            **_network(),
            "Group": resource(
                "AWS::EC2::SecurityGroup", {"VpcId": ref("Vpc"), "GroupDescription": "endpoint"}
            ),
            "Endpoint": resource(
                "AWS::EC2::VPCEndpoint",
                {
                    "VpcId": ref("Vpc"),
                    "ServiceName": "com.amazonaws.us-east-1.sts",
                    "VpcEndpointType": "Interface",
                    "SubnetIds": [ref("Subnet")],
                    "SecurityGroupIds": [ref("Group")],
                    "PrivateDnsEnabled": "true",
                    "Tags": TAGS,
                },
            ),
            "Logs": resource("AWS::Logs::LogGroup"),
            "FlowLog": resource(
                "AWS::EC2::FlowLog",
                {
                    "ResourceId": ref("Vpc"),
                    "ResourceType": "VPC",
                    "TrafficType": "ALL",
                    "LogGroupName": ref("Logs"),
                    "DeliverLogsPermissionArn": "arn:aws:iam::123456789012:role/logs",
                },
            ),
        },
    )
    assert stack.status == "CREATE_COMPLETE"
    ec2, made = aws.client("ec2"), stack.resources
    (endpoint,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[made["Endpoint"]])["VpcEndpoints"]
    assert endpoint["SubnetIds"] == [made["Subnet"]]
    assert endpoint["Tags"] == TAGS
    assert endpoint["PrivateDnsEnabled"] is True
    of_vpc = [{"Name": "resource-id", "Values": [made["Vpc"]]}]
    assert len(ec2.describe_flow_logs(Filters=of_vpc)["FlowLogs"]) == 1

    stack.delete()
    in_vpc = [{"Name": "vpc-id", "Values": [made["Vpc"]]}]
    assert ec2.describe_vpcs(Filters=in_vpc)["Vpcs"] == []
    assert ec2.describe_subnets(Filters=in_vpc)["Subnets"] == []
    assert ec2.describe_route_tables(Filters=in_vpc)["RouteTables"] == []
    assert ec2.describe_security_groups(Filters=in_vpc)["SecurityGroups"] == []
    assert ec2.describe_flow_logs(Filters=of_vpc)["FlowLogs"] == []
    gateways = ec2.describe_internet_gateways()["InternetGateways"]
    assert made["Gateway"] not in {gateway["InternetGatewayId"] for gateway in gateways}
    addresses = ec2.describe_addresses()["Addresses"]
    assert made["Address"] not in {address["PublicIp"] for address in addresses}
    (nat,) = ec2.describe_nat_gateways(NatGatewayIds=[made["Nat"]])["NatGateways"]
    assert nat["State"] == "deleted"


def _group(**properties: Any) -> dict[str, Any]:
    return resource(
        "AWS::EC2::SecurityGroup", {"VpcId": ref("Vpc"), "GroupDescription": "nodes", **properties}
    )


def _rules(permissions: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {
        (permission["IpProtocol"], permission.get("FromPort"), permission.get("ToPort"), peer)
        for permission in permissions
        for peer in (
            *(each["CidrIp"] for each in permission["IpRanges"]),
            *(each["GroupId"] for each in permission["UserIdGroupPairs"]),
        )
    }


def _described(stack: Deployed, logical_id: str) -> dict[str, Any]:
    found = stack.aws.client("ec2").describe_security_groups(GroupIds=[stack.resources[logical_id]])
    group: dict[str, Any] = found["SecurityGroups"][0]
    return group


def test_security_groups_have_the_rules_of_the_template_and_no_others(aws: LocalAws) -> None:
    vpc = {"Vpc": _network()["Vpc"]}
    rule = {"GroupId": ref("Nodes"), "IpProtocol": "tcp", "FromPort": "8443", "ToPort": 8443}
    resources = {
        **vpc,
        "Nodes": _group(
            SecurityGroupIngress=[{"IpProtocol": "-1", "CidrIp": "10.0.0.0/16"}],
            SecurityGroupEgress=[
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}
            ],
            Tags=TAGS,
        ),
        "Service": _group(),
        "In": resource(
            "AWS::EC2::SecurityGroupIngress", {**rule, "SourceSecurityGroupId": ref("Service")}
        ),
        "Out": resource(
            "AWS::EC2::SecurityGroupEgress", {**rule, "DestinationSecurityGroupId": ref("Service")}
        ),
    }
    stack = create_stack(aws, resources)
    assert stack.status == "CREATE_COMPLETE"
    service = stack.resources["Service"]
    nodes = _described(stack, "Nodes")
    ingress = {("-1", None, None, "10.0.0.0/16"), ("tcp", 8443, 8443, service)}
    egress = {("tcp", 443, 443, "0.0.0.0/0"), ("tcp", 8443, 8443, service)}
    assert _rules(nodes["IpPermissions"]) == ingress
    assert _rules(nodes["IpPermissionsEgress"]) == egress
    assert TAGS[0] in nodes["Tags"]
    # A group without egress rules may send everything.
    assert _rules(_described(stack, "Service")["IpPermissionsEgress"]) == {
        ("-1", None, None, "0.0.0.0/0")
    }

    # The group stays, with other rules; the rules that are resources go.
    changed = {**vpc, "Nodes": _group(SecurityGroupIngress=[], Tags=TAGS), "Service": _group()}
    stack.update(changed)
    nodes_after = _described(stack, "Nodes")
    assert nodes_after["GroupId"] == nodes["GroupId"]
    assert nodes_after["IpPermissions"] == []
    assert _rules(nodes_after["IpPermissionsEgress"]) == {("-1", None, None, "0.0.0.0/0")}

    renamed = {**changed, "Service": _group(GroupDescription="another")}
    stack.update(renamed)
    assert stack.resources["Service"] != service


def test_security_group_may_be_in_a_vpc_that_is_only_known_by_name(aws: LocalAws) -> None:
    # An environment in an existing VPC, of which the local AWS knows nothing.
    egress = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}
    group = _group(VpcId="vpc-0123456789abcdef0", SecurityGroupEgress=[egress])
    stack = create_stack(aws, {"Group": group})
    assert stack.status == "CREATE_COMPLETE"
    described = _described(stack, "Group")
    assert _rules(described["IpPermissionsEgress"]) == {("tcp", 443, 443, "0.0.0.0/0")}


def test_key_pair_is_imported_or_made(aws: LocalAws) -> None:
    imported = {"KeyName": "analytics", "PublicKeyMaterial": PUBLIC_KEY, "Tags": TAGS}
    stack = create_stack(
        aws,
        {
            "Imported": resource("AWS::EC2::KeyPair", imported),
            "Made": resource("AWS::EC2::KeyPair", {"KeyName": "made"}),
        },
        {"Id": attribute("Imported", "KeyPairId")},
    )
    assert stack.status == "CREATE_COMPLETE"
    assert stack.resources == {"Imported": "analytics", "Made": "made"}
    ec2 = aws.client("ec2")
    (pair,) = ec2.describe_key_pairs(KeyNames=["analytics"])["KeyPairs"]
    assert (pair["KeyPairId"], pair["Tags"]) == (stack.outputs["Id"], TAGS)
    stack.delete()
    assert ec2.describe_key_pairs()["KeyPairs"] == []
