"""What tests of isolation share: environments made by hand, as templates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emr_platform.isolation.check import isolation_of
from emr_platform.isolation.model import Finding, Isolation
from emr_platform.templates.model import Stack
from emr_platform.templates.reading import parse

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
REGION = "eu-west-1"

Json = Any


def stack(
    environment: str,
    resources: Mapping[str, Json],
    *,
    name: str | None = None,
    account: str | None = None,
    region: str | None = REGION,
    tags: Mapping[str, str] | None = None,
    **sections: Json,
) -> Stack:
    """A stack of an environment."""
    text = json.dumps({**sections, "Resources": resources}, indent=1)
    name = name or f"{environment}-stack"
    parsed = parse(text, name=name, place=f"{name}.json")
    return replace(
        parsed, account=account, region=region, tags={"environment": environment, **(tags or {})}
    )


def role(
    *statements: Json,
    trust: Json = None,
    managed: list[Json] | None = None,
    **properties: Json,
) -> dict[str, Json]:
    """A role with an inline policy; by default, EC2 acts as it."""
    trusted = trust or [allow("sts:AssumeRole", None, Principal={"Service": "ec2.amazonaws.com"})]
    inline = [{"PolicyName": "inline", "PolicyDocument": document(*statements)}]
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": document(*trusted),
            "Policies": inline if statements else [],
            "ManagedPolicyArns": managed or [],
            **properties,
        },
    }


def document(*statements: Json) -> dict[str, Json]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions: Json, resources: Json = "*", **more: Json) -> dict[str, Json]:
    return _statement("Allow", actions, resources, more)


def deny(actions: Json, resources: Json = "*", **more: Json) -> dict[str, Json]:
    return _statement("Deny", actions, resources, more)


def _statement(effect: str, actions: Json, resources: Json, more: Json) -> dict[str, Json]:
    statement = {"Effect": effect, "Action": actions, "Resource": resources, **more}
    return {key: value for key, value in statement.items() if value is not None}


def resource(type: str, **properties: Json) -> dict[str, Json]:
    return {"Type": type, "Properties": properties}


def bucket_policy(*statements: Json, bucket: str = "Data") -> dict[str, Json]:
    return resource(
        "AWS::S3::BucketPolicy", Bucket={"Ref": bucket}, PolicyDocument=document(*statements)
    )


def key(*statements: Json) -> dict[str, Json]:
    """A key; by default, its account decides who uses it."""
    by_account = allow("kms:*", Principal={"AWS": account_root()})
    return resource("AWS::KMS::Key", KeyPolicy=document(*(statements or (by_account,))))


def account_root(account: Json = None) -> dict[str, Json]:
    parts = ["arn:aws:iam::", account or {"Ref": "AWS::AccountId"}, ":root"]
    return {"Fn::Join": ["", parts]}


def arn(logical_id: str) -> dict[str, Json]:
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def below(logical_id: str, rest: str) -> dict[str, Json]:
    """Everything below the ARN of a resource."""
    return {"Fn::Join": ["", [arn(logical_id), rest]]}


def victim(environment: str = "prod", **more: Json) -> dict[str, Json]:
    """The resources that others are after."""
    return {
        "Data": resource("AWS::S3::Bucket"),
        "Key": key(),
        "Password": resource("AWS::SecretsManager::Secret"),
        "Role": role(allow("s3:GetObject", below("Data", "/*"))),
        "Database": resource("AWS::RDS::DBInstance", DBSubnetGroupName="some"),
        "Cluster": resource(
            "AWS::EMR::Cluster",
            Name=environment,
            ServiceRole={"Ref": "Role"},
            JobFlowRole={"Ref": "Profile"},
            Instances={
                "EmrManagedMasterSecurityGroup": f"sg-{environment}",
                "EmrManagedSlaveSecurityGroup": f"sg-{environment}",
            },
        ),
        "Profile": resource("AWS::IAM::InstanceProfile", Roles=[{"Ref": "Role"}]),
        "Logs": resource("AWS::Logs::LogGroup"),
        "Group": resource("AWS::EC2::SecurityGroup", VpcId=f"vpc-{environment}"),
        **more,
    }


def look(
    *stacks: Stack, accepted: Mapping[str, str] | None = None, strict: bool = False
) -> Isolation:
    return isolation_of(stacks, accepted, strict=strict)


def found(isolation: Isolation, environment: str = "dev") -> set[str]:
    """What an environment can do: ``who service:access logical ids``."""
    return {_short(each) for each in isolation.findings if each.environment == environment}


def _short(finding: Finding) -> str:
    names = sorted({name.rpartition("/")[2] for each in finding.targets.values() for name in each})
    who = finding.id.rpartition("/")[0].split("/", 1)[-1]
    return f"{who} {finding.service}:{finding.access} {','.join(names)}"


def leaks(*statements: Json, prod: Mapping[str, Json] | None = None, **arguments: Json) -> set[str]:
    """What a role of dev with some statements can do to prod."""
    resources = {"App": role(*statements, **arguments), "Own": resource("AWS::S3::Bucket")}
    isolation = look(stack("dev", resources), stack("prod", victim(**(prod or {}))))
    return {each.removeprefix("App ") for each in found(isolation)}
