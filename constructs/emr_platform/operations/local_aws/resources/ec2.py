"""Network resources: security groups with all of their rules, endpoints, key pairs, and what moto never deletes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emr_platform.operations.local_aws.resources.model import (
    Declared,
    Existing,
    Made,
    Properties,
    ResourceType,
    Service,
    parameters,
)


def _tags(kind: str, properties: Properties) -> dict[str, Any]:
    if not properties.get("Tags"):
        return {}
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": properties["Tags"]}]}


def _permission(rule: Properties) -> dict[str, Any]:
    """A rule of a template as an ``IpPermission`` of the EC2 API."""
    permission: dict[str, Any] = {"IpProtocol": str(rule["IpProtocol"])}
    if "FromPort" in rule:
        permission |= {"FromPort": int(rule["FromPort"]), "ToPort": int(rule["ToPort"])}
    description = {"Description": rule["Description"]} if "Description" in rule else {}
    group_id = rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId")
    prefix_list_id = rule.get("SourcePrefixListId") or rule.get("DestinationPrefixListId")
    if "CidrIp" in rule:
        permission["IpRanges"] = [{"CidrIp": rule["CidrIp"], **description}]
    if "CidrIpv6" in rule:
        permission["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **description}]
    if group_id:
        permission["UserIdGroupPairs"] = [{"GroupId": group_id, **description}]
    if prefix_list_id:
        permission["PrefixListIds"] = [{"PrefixListId": prefix_list_id, **description}]
    return permission


_TO_EVERYWHERE = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}


class _SecurityGroup(ResourceType):
    """By moto it has no egress rules of the template, and fails on a rule for all protocols, which has no ports."""

    name = "AWS::EC2::SecurityGroup"
    name_property = "GroupName"

    def create(self, declared: Declared) -> Made:
        ec2, properties = declared.aws("ec2"), declared.properties
        group_id = ec2.create_security_group(
            GroupName=declared.physical_name,
            Description=properties["GroupDescription"],
            **({"VpcId": properties["VpcId"]} if "VpcId" in properties else {}),
            **_tags("security-group", properties),
        )["GroupId"]
        for rule in properties.get("SecurityGroupIngress", []):
            ec2.authorize_security_group_ingress(
                GroupId=group_id, IpPermissions=[_permission(rule)]
            )
        if "SecurityGroupEgress" in properties:
            # With rules of its own, the group loses the one that allows everything.
            (group,) = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
            if group["IpPermissionsEgress"]:
                ec2.revoke_security_group_egress(
                    GroupId=group_id, IpPermissions=group["IpPermissionsEgress"]
                )
        for rule in properties.get("SecurityGroupEgress", []):
            ec2.authorize_security_group_egress(GroupId=group_id, IpPermissions=[_permission(rule)])
        return Made(group_id, {"GroupId": group_id, "VpcId": properties.get("VpcId")})

    def update(self, existing: Existing, declared: Declared) -> Made | None:
        if declared.differs(existing.declared, "GroupName", "GroupDescription", "VpcId"):
            return None
        ec2, old, new = declared.aws("ec2"), existing.properties, declared.properties
        for change, rules in (
            (ec2.revoke_security_group_ingress, _lost(old, new, "SecurityGroupIngress")),
            (ec2.authorize_security_group_ingress, _lost(new, old, "SecurityGroupIngress")),
            (ec2.revoke_security_group_egress, _lost(old, new, "SecurityGroupEgress")),
            (ec2.authorize_security_group_egress, _lost(new, old, "SecurityGroupEgress")),
        ):
            for rule in rules:
                change(GroupId=existing.id, IpPermissions=[_permission(rule)])
        return existing.made

    def delete(self, existing: Existing) -> None:
        existing.aws("ec2").delete_security_group(GroupId=existing.id)


def _lost(old: Properties, new: Properties, name: str) -> list[Properties]:
    # Without egress rules of its own, a group has the one that allows everything.
    default = [_TO_EVERYWHERE] if name == "SecurityGroupEgress" else []
    return [rule for rule in old.get(name, default) if rule not in new.get(name, default)]


class _SecurityGroupIngress(ResourceType):
    """By moto it is never deleted."""

    name = "AWS::EC2::SecurityGroupIngress"

    def create(self, declared: Declared) -> Made:
        declared.aws("ec2").authorize_security_group_ingress(**_rule(declared.properties))
        return Made(declared.physical_name, {"Id": declared.physical_name})

    def delete(self, existing: Existing) -> None:
        existing.aws("ec2").revoke_security_group_ingress(**_rule(existing.properties))


class _SecurityGroupEgress(ResourceType):
    """Unknown to moto."""

    name = "AWS::EC2::SecurityGroupEgress"

    def create(self, declared: Declared) -> Made:
        declared.aws("ec2").authorize_security_group_egress(**_rule(declared.properties))
        return Made(declared.physical_name, {"Id": declared.physical_name})

    def delete(self, existing: Existing) -> None:
        existing.aws("ec2").revoke_security_group_egress(**_rule(existing.properties))


def _rule(properties: Properties) -> dict[str, Any]:
    return {"GroupId": properties["GroupId"], "IpPermissions": [_permission(properties)]}


class _KeyPair(ResourceType):
    """Unknown to moto."""

    name = "AWS::EC2::KeyPair"
    name_property = "KeyName"

    def create(self, declared: Declared) -> Made:
        ec2, properties = declared.aws("ec2"), declared.properties
        names = {"KeyName": declared.physical_name, **_tags("key-pair", properties)}
        if "PublicKeyMaterial" in properties:
            material = properties["PublicKeyMaterial"].encode()
            answer = ec2.import_key_pair(**names, PublicKeyMaterial=material)
        else:
            answer = ec2.create_key_pair(**names, KeyType=properties.get("KeyType", "rsa"))
        attributes = {name: answer.get(name) for name in ("KeyPairId", "KeyFingerprint")}
        return Made(declared.physical_name, attributes)

    def delete(self, existing: Existing) -> None:
        existing.aws("ec2").delete_key_pair(KeyName=existing.id)


class _VpcEndpoint(ResourceType):
    """By moto it has no tags, and is never deleted."""

    name = "AWS::EC2::VPCEndpoint"

    def create(self, declared: Declared) -> Made:
        ec2, properties = declared.aws("ec2"), declared.properties
        known = parameters(ec2, "CreateVpcEndpoint", properties) | _tags("vpc-endpoint", properties)
        endpoint_id = ec2.create_vpc_endpoint(**known)["VpcEndpoint"]["VpcEndpointId"]
        return Made(endpoint_id, {"Id": endpoint_id})

    def delete(self, existing: Existing) -> None:
        existing.aws("ec2").delete_vpc_endpoints(VpcEndpointIds=[existing.id])


TYPES: tuple[ResourceType, ...] = (
    _KeyPair(),
    _SecurityGroup(),
    _SecurityGroupEgress(),
    _SecurityGroupIngress(),
    _VpcEndpoint(),
)


def _delete_internet_gateway(aws: Service, gateway: Any) -> None:
    aws("ec2").delete_internet_gateway(InternetGatewayId=gateway.physical_resource_id)


def _delete_flow_log(aws: Service, flow_log: Any) -> None:
    aws("ec2").delete_flow_logs(FlowLogIds=[flow_log.physical_resource_id])


def _delete_nat_gateway(aws: Service, gateway: Any) -> None:
    aws("ec2").delete_nat_gateway(NatGatewayId=gateway.physical_resource_id)


def _delete_route_table(aws: Service, route_table: Any) -> None:
    aws("ec2").delete_route_table(RouteTableId=route_table.physical_resource_id)


def _detach_gateway(aws: Service, attachment: Any) -> None:
    ec2 = aws("ec2")
    of_vpc = {"Name": "attachment.vpc-id", "Values": [attachment.vpc_id]}
    for gateway in ec2.describe_internet_gateways(Filters=[of_vpc])["InternetGateways"]:
        gateway_id = gateway["InternetGatewayId"]
        ec2.detach_internet_gateway(InternetGatewayId=gateway_id, VpcId=attachment.vpc_id)


def _disassociate_route_table(aws: Service, association: Any) -> None:
    # moto knows the association by its route table and subnet, not by an id.
    ec2, subnet_id = aws("ec2"), association.subnet_id
    of_subnet = {"Name": "association.subnet-id", "Values": [subnet_id]}
    for route_table in ec2.describe_route_tables(Filters=[of_subnet])["RouteTables"]:
        for found in route_table["Associations"]:
            if found.get("SubnetId") == subnet_id:
                ec2.disassociate_route_table(AssociationId=found["RouteTableAssociationId"])


def _release_address(aws: Service, address: Any) -> None:
    ec2 = aws("ec2")
    if address.association_id:
        ec2.disassociate_address(AssociationId=address.association_id)
    if address.allocation_id:
        ec2.release_address(AllocationId=address.allocation_id)
    else:
        # Declared without a domain, it is to moto an address outside of all VPCs.
        ec2.release_address(PublicIp=address.public_ip)


DELETIONS: dict[str, Callable[[Service, Any], None]] = {
    "AWS::EC2::EIP": _release_address,
    "AWS::EC2::FlowLog": _delete_flow_log,
    "AWS::EC2::InternetGateway": _delete_internet_gateway,
    "AWS::EC2::NatGateway": _delete_nat_gateway,
    "AWS::EC2::RouteTable": _delete_route_table,
    "AWS::EC2::SubnetRouteTableAssociation": _disassociate_route_table,
    "AWS::EC2::VPCGatewayAttachment": _detach_gateway,
}
"""How to delete what moto makes well, but leaves behind for ever, so that the VPC cannot go."""
