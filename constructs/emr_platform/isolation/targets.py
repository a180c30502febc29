"""The resources that are looked at: how they are named, and what is done to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from emr_platform.isolation.matching import ANY, WORD, WORDS

_MOST_OF_A_STACKS_NAME: Final = 16
"""Where a generated name would be too long, CloudFormation shortens the stack's name in it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How resources of one type are named.

    In ``arn`` and in the attributes, ``{P}``, ``{R}``, ``{A}`` are partition, region and account, ``{name}``
    is the resource's name or identifier, ``{path}`` that of IAM, and ``{arn}`` the ARN.

    Attributes:
        arn: The ARN.
        kinds: What is done to it: services and their types of resources, as in ``facts.json``, by what
            follows the ARN there.
        name: The property that names it; None if AWS always makes up an identifier.
        generated: What a name begins with that CloudFormation makes up: ``stack`` for the stack's name,
            ``lower`` for that in lower case, or a text.
        ref: What ``Ref`` returns.
        attributes: What ``Fn::GetAtt`` returns, besides ``Arn``.
    """

    arn: str
    kinds: Mapping[str, tuple[tuple[str, str], ...]]
    name: str | None = None
    generated: str = ""
    ref: str = "{name}"
    attributes: Mapping[str, str] = field(default_factory=dict)

    def beginning(self, stack_name: str) -> str:
        """What a generated name begins with for certain."""
        if self.generated in ("stack", "lower"):
            start = stack_name[:_MOST_OF_A_STACKS_NAME]
            return start.lower() if self.generated == "lower" else start
        return self.generated


def _ec2(kind: str, prefix: str, **attributes: str) -> Shape:
    return Shape(
        arn=f"arn:{{P}}:ec2:{{R}}:{{A}}:{kind}/{{name}}",
        kinds={"": (("ec2", kind),)},
        generated=prefix,
        attributes=attributes,
    )


_INSTANCE: Final = (("ec2", "instance"), ("ec2-instance-connect", "instance"), ("ssm", "instance"))

_LOG_KINDS: Final = {
    "": (("logs", "log-group"),),
    f":{WORD}": (("logs", "log-group"),),
    # Names of streams may have slashes.
    f":log-stream:{WORDS}": (("logs", "log-stream"),),
}

SHAPES: Final[Mapping[str, Shape]] = {
    "AWS::S3::Bucket": Shape(
        arn="arn:{P}:s3:::{name}",
        kinds={"": (("s3", "bucket"),), f"/{ANY}": (("s3", "object"),)},
        name="BucketName",
        generated="lower",
    ),
    "AWS::KMS::Key": Shape(
        arn="arn:{P}:kms:{R}:{A}:key/{name}",
        kinds={"": (("kms", "key"),)},
        attributes={"KeyId": "{name}"},
    ),
    "AWS::SecretsManager::Secret": Shape(
        arn="arn:{P}:secretsmanager:{R}:{A}:secret:{name}",
        kinds={"": (("secretsmanager", "secret"),)},
        name="Name",
        ref="{arn}",
        attributes={"Id": "{arn}"},
    ),
    "AWS::SSM::Parameter": Shape(
        arn="arn:{P}:ssm:{R}:{A}:parameter/{name}",
        kinds={"": (("ssm", "parameter"),)},
        name="Name",
        generated="CFN-",
    ),
    "AWS::IAM::Role": Shape(
        arn="arn:{P}:iam::{A}:role{path}{name}",
        kinds={"": (("iam", "role"), ("sts", "role"))},
        name="RoleName",
        generated="stack",
    ),
    "AWS::IAM::User": Shape(
        arn="arn:{P}:iam::{A}:user{path}{name}",
        kinds={"": (("iam", "user"),)},
        name="UserName",
        generated="stack",
    ),
    "AWS::IAM::Group": Shape(
        arn="arn:{P}:iam::{A}:group{path}{name}",
        kinds={"": (("iam", "group"),)},
        name="GroupName",
        generated="stack",
    ),
    "AWS::IAM::InstanceProfile": Shape(
        arn="arn:{P}:iam::{A}:instance-profile{path}{name}",
        kinds={"": (("iam", "instance-profile"),)},
        name="InstanceProfileName",
        generated="stack",
    ),
    "AWS::IAM::ManagedPolicy": Shape(
        arn="arn:{P}:iam::{A}:policy{path}{name}",
        kinds={"": (("iam", "policy"),)},
        name="ManagedPolicyName",
        generated="stack",
        ref="{arn}",
        attributes={"PolicyArn": "{arn}"},
    ),
    "AWS::RDS::DBInstance": Shape(
        arn="arn:{P}:rds:{R}:{A}:db:{name}",
        kinds={"": (("rds", "db"),)},
        name="DBInstanceIdentifier",
        generated="lower",
        attributes={"DBInstanceArn": "{arn}"},
    ),
    "AWS::RDS::DBCluster": Shape(
        arn="arn:{P}:rds:{R}:{A}:cluster:{name}",
        kinds={"": (("rds", "cluster"),)},
        name="DBClusterIdentifier",
        generated="lower",
        attributes={"DBClusterArn": "{arn}"},
    ),
    "AWS::EMR::Cluster": Shape(
        arn="arn:{P}:elasticmapreduce:{R}:{A}:cluster/{name}",
        kinds={"": (("elasticmapreduce", "cluster"),)},
        generated="j-",
        attributes={"Id": "{name}"},
    ),
    "AWS::EMR::Studio": Shape(
        arn="arn:{P}:elasticmapreduce:{R}:{A}:studio/{name}",
        kinds={"": (("elasticmapreduce", "studio"),)},
        generated="es-",
        attributes={"StudioId": "{name}"},
    ),
    "AWS::EMRServerless::Application": Shape(
        arn="arn:{P}:emr-serverless:{R}:{A}:/applications/{name}",
        kinds={"": (("emr-serverless", "application"),)},
        attributes={"ApplicationId": "{name}"},
    ),
    "AWS::Logs::LogGroup": Shape(
        arn="arn:{P}:logs:{R}:{A}:log-group:{name}",
        kinds=_LOG_KINDS,
        name="LogGroupName",
        generated="stack",
        attributes={"Arn": "{arn}:*"},
    ),
    "AWS::Lambda::Function": Shape(
        arn="arn:{P}:lambda:{R}:{A}:function:{name}",
        kinds={"": (("lambda", "function"),)},
        name="FunctionName",
        generated="stack",
    ),
    "AWS::StepFunctions::StateMachine": Shape(
        arn="arn:{P}:states:{R}:{A}:stateMachine:{name}",
        kinds={"": (("states", "statemachine"),)},
        name="StateMachineName",
        ref="{arn}",
        attributes={"Name": "{name}"},
    ),
    "AWS::SNS::Topic": Shape(
        arn="arn:{P}:sns:{R}:{A}:{name}",
        kinds={"": (("sns", "topic"),)},
        name="TopicName",
        generated="stack",
        ref="{arn}",
        attributes={"TopicArn": "{arn}", "TopicName": "{name}"},
    ),
    "AWS::SQS::Queue": Shape(
        arn="arn:{P}:sqs:{R}:{A}:{name}",
        kinds={"": (("sqs", "queue"),)},
        name="QueueName",
        generated="stack",
        ref="https://sqs.{R}.amazonaws.com/{A}/{name}",
        attributes={"QueueName": "{name}"},
    ),
    "AWS::DynamoDB::Table": Shape(
        arn="arn:{P}:dynamodb:{R}:{A}:table/{name}",
        kinds={"": (("dynamodb", "table"),)},
        name="TableName",
        generated="stack",
    ),
    "AWS::Glue::Database": Shape(
        arn="arn:{P}:glue:{R}:{A}:database/{name}",
        kinds={"": (("glue", "database"),)},
        name="DatabaseInput.Name",
    ),
    "AWS::EC2::VPC": _ec2(
        "vpc", "vpc-", DefaultSecurityGroup="sg-{other}", VpcId="{name}", CidrBlock="{cidr}"
    ),
    "AWS::EC2::Subnet": _ec2("subnet", "subnet-", SubnetId="{name}"),
    "AWS::EC2::SecurityGroup": _ec2("security-group", "sg-", GroupId="{name}", Id="{name}"),
    "AWS::EC2::RouteTable": _ec2("route-table", "rtb-", RouteTableId="{name}"),
    "AWS::EC2::VPCEndpoint": _ec2("vpc-endpoint", "vpce-", Id="{name}"),
    "AWS::EC2::InternetGateway": _ec2("internet-gateway", "igw-", InternetGatewayId="{name}"),
    "AWS::EC2::NatGateway": _ec2("natgateway", "nat-", NatGatewayId="{name}"),
    "AWS::EC2::LaunchTemplate": _ec2("launch-template", "lt-", LaunchTemplateId="{name}"),
    "AWS::EC2::NetworkAcl": _ec2("network-acl", "acl-", Id="{name}"),
    "AWS::EC2::KeyPair": Shape(
        arn="arn:{P}:ec2:{R}:{A}:key-pair/{name}",
        kinds={"": (("ec2", "key-pair"),)},
        name="KeyName",
        attributes={"KeyPairId": "{name}"},
    ),
    "AWS::EC2::Instance": Shape(
        arn="arn:{P}:ec2:{R}:{A}:instance/{name}",
        kinds={"": _INSTANCE},
        generated="i-",
        attributes={"InstanceId": "{name}"},
    ),
}
"""By CloudFormation's type."""

NODES: Final = Shape(
    arn="arn:{P}:ec2:{R}:{A}:instance/{name}", kinds={"": _INSTANCE}, generated="i-"
)
"""The EC2 instances of a cluster. They are in no template, and have the cluster's tags."""

OF_NODES: Final = (
    (NODES, "nodes"),
    (_ec2("volume", "vol-"), "disks of nodes"),
    (_ec2("network-interface", "eni-"), "network interfaces of nodes"),
)
"""What EMR makes for the nodes of a cluster, with what that is called. It has the cluster's tags."""

DATABASE_USERS: Final = Shape(
    arn="arn:{P}:rds-db:{R}:{A}:dbuser:{name}",
    kinds={f"/{WORD}": (("rds-db", "db-user"),)},
    generated="db-",
)
"""Users of a database, for whom IAM can vouch. ``{name}`` is the attribute ``DbiResourceId``."""

DATABASE_SNAPSHOTS: Final = Shape(
    arn=f"arn:{{P}}:rds:{{R}}:{{A}}:snapshot:rds:{{name}}-{WORD}",
    kinds={"": (("rds", "snapshot"),)},
)
"""The snapshots that RDS makes of a database instance every day. They are in no template."""

DATABASE_LOGS: Final = Shape(
    arn=f"arn:{{P}}:logs:{{R}}:{{A}}:log-group:/aws/rds/instance/{{name}}/{WORD}", kinds=_LOG_KINDS
)
"""The log groups that RDS makes for what a database exports. They are in no template."""

TABLES: Final = Shape(
    arn=f"arn:{{P}}:glue:{{R}}:{{A}}:table/{{name}}/{ANY}", kinds={"": (("glue", "table"),)}
)
"""The tables of a database of AWS Glue."""

FUNCTIONS: Final = Shape(
    arn=f"arn:{{P}}:glue:{{R}}:{{A}}:userDefinedFunction/{{name}}/{ANY}",
    kinds={"": (("glue", "userdefinedfunction"),)},
)
"""The functions of a database of AWS Glue."""

FUNCTION_LOGS: Final = Shape(
    arn="arn:{P}:logs:{R}:{A}:log-group:/aws/lambda/{name}", kinds=_LOG_KINDS
)
"""The log group that Lambda makes for a function without another one."""

STACK: Final = Shape(
    arn="arn:{P}:cloudformation:{R}:{A}:stack/{name}",
    kinds={f"/{WORD}": (("cloudformation", "stack"),)},
)
"""The stacks themselves."""

ACTED_ON: Final = tuple(
    sorted(
        {
            kind
            for shape in (
                *SHAPES.values(),
                *(shape for shape, _ in OF_NODES),
                DATABASE_SNAPSHOTS,
                DATABASE_USERS,
                STACK,
                TABLES,
                FUNCTIONS,
            )
            for kinds in shape.kinds.values()
            for kind in kinds
        }
        | {("glue", "catalog")}
    )
)
"""Services and their types of resources: what ``facts.json`` has the actions of."""

HARMLESS: Final = frozenset(
    {
        "AWS::CDK::Metadata",
        "AWS::CloudFormation::Stack",
        "AWS::CloudFormation::WaitConditionHandle",
        "AWS::EC2::EIP",
        "AWS::EC2::FlowLog",
        "AWS::EC2::Route",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::SubnetNetworkAclAssociation",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::EMR::SecurityConfiguration",
        "AWS::EMR::Step",
        "AWS::EMR::InstanceGroupConfig",
        "AWS::EMR::InstanceFleetConfig",
        "AWS::IAM::Policy",
        "AWS::KMS::Alias",
        "AWS::Lambda::Permission",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBSubnetGroup",
        "AWS::S3::BucketPolicy",
        "AWS::SecretsManager::ResourcePolicy",
        "AWS::SecretsManager::SecretTargetAttachment",
    }
)
"""Types that hold nothing and that nobody connects to, or that are read as part of others."""
