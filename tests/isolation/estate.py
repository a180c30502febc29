"""Tenants made by hand that share a cluster, its buckets and its network, truly apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emr_platform.isolation.model import Isolation
from emr_platform.templates.model import Stack
from tests.isolation.support import (
    ACCOUNT,
    REGION,
    allow,
    arn,
    below,
    bucket_policy,
    deny,
    key,
    look,
    resource,
    role,
    stack,
)

Json = Any
MYSQL = {"IpProtocol": "tcp", "FromPort": "3306", "ToPort": "3306"}
HTTPS = {"IpProtocol": "tcp", "FromPort": "443", "ToPort": "443"}
CONTEXT = "kms:EncryptionContext:aws:s3:arn"
RUNTIME_ROLE = "elasticmapreduce:ExecutionRoleArn"
NODES = {"Service": "ec2.amazonaws.com"}


def shared_value(what: str) -> dict[str, Json]:
    """What tenants import from the shared environment."""
    return {"Fn::ImportValue": f"hub:{what}"}


def in_data(rest: str = "") -> dict[str, Json]:
    """Something in the shared data bucket."""
    return {"Fn::Join": ["", ["arn:aws:s3:::", shared_value("Data"), rest]]}


def cluster_arn() -> dict[str, Json]:
    start = f"arn:aws:elasticmapreduce:{REGION}:{ACCOUNT}:cluster/"
    return {"Fn::Join": ["", [start, shared_value("Cluster")]]}


def shared(more: Mapping[str, Json] | None = None, *, nodes: tuple[Json, ...] = ()) -> Stack:
    """The shared environment: a network, a cluster with its roles, buckets and their key."""
    secure = deny(
        "s3:*",
        [arn("Data"), below("Data", "/*")],
        Principal="*",
        Condition={"Bool": {"aws:SecureTransport": "false"}},
    )
    subnet = resource("AWS::EC2::Subnet", VpcId={"Ref": "Vpc"}, CidrBlock="10.0.0.0/24")
    resources = {
        "Vpc": resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16"),
        "Subnet": subnet,
        "EndpointGroup": resource(
            "AWS::EC2::SecurityGroup",
            VpcId={"Ref": "Vpc"},
            SecurityGroupIngress=[{**HTTPS, "CidrIp": "10.0.0.0/16"}],
        ),
        "Endpoint": resource(
            "AWS::EC2::VPCEndpoint",
            VpcId={"Ref": "Vpc"},
            SubnetIds=[{"Ref": "Subnet"}],
            SecurityGroupIds=[{"Fn::GetAtt": ["EndpointGroup", "GroupId"]}],
        ),
        "Data": resource("AWS::S3::Bucket"),
        "Policy": bucket_policy(secure),
        "Key": key(),
        "Logs": resource("AWS::Logs::LogGroup"),
        "Password": resource("AWS::SecretsManager::Secret"),
        "Nodes": role(
            allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/*-tenancy-*"),
            allow("s3:GetObject", below("Data", "/scripts/*")),
            allow("s3:PutObject", below("Data", "/logs/*")),
            *nodes,
        ),
        "Service": role(
            managed=["arn:aws:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2"],
            trust=[
                allow(
                    "sts:AssumeRole", None, Principal={"Service": "elasticmapreduce.amazonaws.com"}
                )
            ],
        ),
        "Profile": resource("AWS::IAM::InstanceProfile", Roles=[{"Ref": "Nodes"}]),
        "Cluster": resource(
            "AWS::EMR::Cluster",
            ServiceRole={"Ref": "Service"},
            JobFlowRole={"Ref": "Profile"},
            Instances={
                "Ec2SubnetIds": [{"Ref": "Subnet"}],
                "EmrManagedMasterSecurityGroup": {"Fn::GetAtt": ["NodesGroup", "GroupId"]},
                "EmrManagedSlaveSecurityGroup": {"Fn::GetAtt": ["NodesGroup", "GroupId"]},
            },
        ),
        "NodesGroup": resource("AWS::EC2::SecurityGroup", VpcId={"Ref": "Vpc"}),
        **(more or {}),
    }
    values = {
        "Vpc": {"Ref": "Vpc"},
        "Subnet": {"Ref": "Subnet"},
        "Data": {"Ref": "Data"},
        "Key": arn("Key"),
        "Logs": arn("Logs"),
        "Password": {"Ref": "Password"},
        "Nodes": arn("Nodes"),
        "Cluster": {"Ref": "Cluster"},
        "NodesGroup": {"Fn::GetAtt": ["NodesGroup", "GroupId"]},
    }
    outputs = {
        f"Out{name}": {"Value": value, "Export": {"Name": f"hub:{name}"}}
        for name, value in values.items()
    }
    tags = {"emr-platform:tier": "shared"}
    return stack("hub", resources, name="hub", account=ACCOUNT, tags=tags, Outputs=outputs)


def runtime(name: str, *more: Json, **properties: Json) -> dict[str, Json]:
    """The role that a pool tenant's steps run as, with its part of the data and of the Data Catalog."""
    folder = f"/tenants/{name}/"
    glue = f"arn:aws:glue:{REGION}:{ACCOUNT}:"
    trust = allow("sts:AssumeRole", None, Principal={"AWS": shared_value("Nodes")})
    return role(
        allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], in_data(f"{folder}*")),
        allow(
            "s3:ListBucket",
            in_data(),
            Condition={"StringLike": {"s3:prefix": [f"tenants/{name}/*"]}},
        ),
        allow("s3:GetObject", in_data("/common/*")),
        allow(
            ["kms:Decrypt", "kms:GenerateDataKey"],
            shared_value("Key"),
            Condition={"StringLike": {CONTEXT: in_data(f"{folder}*")}},
        ),
        allow(
            ["glue:GetTable", "glue:CreateTable"],
            [f"{glue}catalog", f"{glue}database/{name}", f"{glue}table/{name}/*"],
        ),
        allow("glue:GetDatabase", [f"{glue}catalog", f"{glue}database/default"]),
        *more,
        trust=[trust],
        **properties,
    )


def submitter(*more: Json) -> dict[str, Json]:
    """The role that submits a pool tenant's steps."""
    condition = {"StringEquals": {RUNTIME_ROLE: arn("Runtime")}}
    return role(
        allow("elasticmapreduce:AddJobFlowSteps", cluster_arn(), Condition=condition),
        allow("elasticmapreduce:DescribeCluster", cluster_arn()),
        allow("iam:PassRole", arn("Runtime")),
        *more,
    )


def pool(name: str, more: Mapping[str, Json] | None = None, *, tier: str = "pool") -> Stack:
    """A tenant of the shared cluster."""
    glue = resource("AWS::Glue::Database", CatalogId=ACCOUNT, DatabaseInput={"Name": name})
    resources = {
        "Runtime": runtime(name),
        "Submitter": submitter(),
        "Database": glue,
        **(more or {}),
    }
    outputs = {"Role": {"Value": arn("Runtime"), "Export": {"Name": f"{name}:Runtime"}}}
    tags = {"emr-platform:tier": tier, "tenant": name}
    return stack(
        f"{name}-prod",
        resources,
        name=f"{name}-tenancy",
        account=ACCOUNT,
        tags=tags,
        Outputs=outputs,
    )


def bridge(name: str, *ingress: Json, more: Mapping[str, Json] | None = None) -> Stack:
    """A tenant with a database and an application of its own in the shared network."""

    def group(*rules: Json) -> dict[str, Json]:
        return resource(
            "AWS::EC2::SecurityGroup",
            VpcId=shared_value("Vpc"),
            SecurityGroupIngress=list(rules),
        )

    own = {**MYSQL, "SourceSecurityGroupId": {"Fn::GetAtt": ["AppGroup", "GroupId"]}}
    resources = {
        "AppGroup": group(),
        "DbGroup": group(own, *ingress),
        "App": resource(
            "AWS::EC2::Instance",
            SubnetId=shared_value("Subnet"),
            SecurityGroupIds=[{"Fn::GetAtt": ["AppGroup", "GroupId"]}],
        ),
        "Db": resource(
            "AWS::RDS::DBInstance",
            PubliclyAccessible=False,
            VPCSecurityGroups=[{"Fn::GetAtt": ["DbGroup", "GroupId"]}],
        ),
        "Data": resource("AWS::S3::Bucket"),
        "Service": role(
            managed=["arn:aws:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2"],
            trust=[
                allow(
                    "sts:AssumeRole", None, Principal={"Service": "elasticmapreduce.amazonaws.com"}
                )
            ],
        ),
        **(more or {}),
    }
    outputs = {
        each: {"Value": {"Fn::GetAtt": [each, "GroupId"]}, "Export": {"Name": f"{name}:{each}"}}
        for each in ("AppGroup", "DbGroup")
    }
    tags = {"emr-platform:tier": "bridge", "tenant": name}
    return stack(
        f"{name}-prod", resources, name=f"{name}-prod", account=ACCOUNT, tags=tags, Outputs=outputs
    )


def leaks_of(isolation: Isolation, tenant: str = "a") -> set[str]:
    """What a tenant can do that it should not: ``who service:access others``."""
    return {
        f"{each.id.split('/')[1]} {each.service}:{each.access} {','.join(each.targets)}"
        for each in isolation.open_findings
        if each.environment == tenant
    }


def pooled(*statements: Json, others: Callable[[], list[Stack]] | None = None) -> set[str]:
    """What tenant ``a`` can do with some more statements of its role, next to ``b`` and ``ab``."""
    stacks = others() if others else [shared(), pool("ab"), pool("b")]
    more = {"Runtime": runtime("a", *statements)}
    isolation = look(*stacks, pool("a", more))
    assert [gap.id for gap in isolation.gaps] == []
    return leaks_of(isolation)
