"""The rules about what only templates can say, on both sides of what they allow."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from emr_platform.template_check.check import TEMPLATE_IDS
from emr_platform.template_check.quota_rules import QUOTA_RULES
from tests.template_check.support import CLUSTER, cluster, merged, problems, resource

GROUP = {"InstanceCount": 1, "InstanceType": "m6g.xlarge"}
FLEET = {"TargetOnDemandCapacity": 1, "InstanceTypeConfigs": [{"InstanceType": "m6g.xlarge"}]}
SPOT = {"TimeoutAction": "SWITCH_TO_ON_DEMAND", "TimeoutDurationMinutes": 60}
STEP = {"Name": "x", "HadoopJarStep": {"Jar": "s3://jars/a.jar"}, "ActionOnFailure": "CONTINUE"}
EQUAL = {"Jar": "s3://jars/a.jar", "Args": ["x", "x"]}
LONG = {"Jar": "s3://jars/a.jar", "Args": ["x" * 10226]}
SPOT_TYPES = [{"InstanceType": f"{family}.xlarge"} for family in ("m6g", "m7g", "r6g", "r7g")]


class Case(NamedTuple):
    """A template: the properties of its cluster, and its other resources."""

    properties: dict[str, Any]
    more: dict[str, Any] = {}  # noqa: RUF012 - never changed


def instances(**changes: Any) -> dict[str, Any]:
    return cluster(Instances=changes)


def fleets(**changes: Any) -> dict[str, Any]:
    without = {"MasterInstanceGroup": None, "CoreInstanceGroup": None}
    own = {"MasterInstanceFleet": FLEET, "Ec2SubnetIds": ["subnet-0123456789abcdef0"]}
    return cluster(Instances={**without, **merged(own, changes)})


def attached_group(**changes: Any) -> dict[str, Any]:
    content = {**GROUP, "InstanceRole": "TASK", "JobFlowId": {"Ref": "Cluster"}, **changes}
    return resource("AWS::EMR::InstanceGroupConfig", **content)


def attached_fleet(**changes: Any) -> dict[str, Any]:
    content = {**FLEET, "InstanceFleetType": "TASK", "ClusterId": {"Ref": "Cluster"}, **changes}
    return resource("AWS::EMR::InstanceFleetConfig", **content)


def attached_step(**changes: Any) -> dict[str, Any]:
    return resource("AWS::EMR::Step", **{**STEP, "JobFlowId": {"Ref": "Cluster"}, **changes})


def studio(**changes: Any) -> dict[str, Any]:
    own = {
        "Name": "notebooks",
        "AuthMode": "SSO",
        "DefaultS3Location": "s3://notebooks/",
        "EngineSecurityGroupId": "sg-1",
        "WorkspaceSecurityGroupId": "sg-2",
        "ServiceRole": "arn:aws:iam::111122223333:role/studio",
        "SubnetIds": ["subnet-1"],
        "VpcId": "vpc-1",
    }
    return resource("AWS::EMR::Studio", **merged(own, changes))


MAPPING = resource(
    "AWS::EMR::StudioSessionMapping",
    StudioId={"Ref": "Studio"},
    IdentityName="ada",
    IdentityType="USER",
    SessionPolicyArn="arn:aws:iam::111122223333:policy/session",
)
BUCKET = resource("AWS::S3::Bucket")
ROLE = resource("AWS::IAM::Role")
NAMED_ROLE = resource("AWS::IAM::Role", RoleName="nodes")
PROFILE = resource("AWS::IAM::InstanceProfile", Roles=[{"Ref": "Role"}])
PROFILE_OF_ITS_NAME = resource("AWS::IAM::InstanceProfile", InstanceProfileName={"Ref": "Role"})
SCALING: dict[str, Any] = {
    "Constraints": {"MinCapacity": 1, "MaxCapacity": 5},
    "Rules": [
        {
            "Name": "any",
            "Action": {"SimpleScalingPolicyConfiguration": {"ScalingAdjustment": 1}},
            "Trigger": {
                "CloudWatchAlarmDefinition": {
                    "MetricName": "ContainerPending",
                    "ComparisonOperator": "GREATER_THAN",
                    "Period": 300,
                    "Threshold": 1,
                }
            },
        }
    ],
}

MANAGED = {
    "EmrManagedMasterSecurityGroup": "sg-0123456789abcdef0",
    "EmrManagedSlaveSecurityGroup": "sg-0123456789abcdef1",
}
TYPE = {"InstanceType": "m6g.xlarge"}
MANY_TYPES = [
    {"InstanceType": f"{family}.xlarge"} for family in ("m6g", "m7g", "m8g", "r6g", "r7g", "r8g")
]
STRATEGY = {"OnDemandSpecification": {"AllocationStrategy": "lowest-price"}}
KEY = "arn:aws:kms:us-east-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"
TAG = {"Key": "for-use-with-amazon-emr-managed-policies", "Value": "true"}
_PERCENT = "BidPriceAsPercentageOfOnDemandPrice"


def with_types(*types: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**FLEET, "InstanceTypeConfigs": list(types), **changes}


def managed_scaling(index: int) -> dict[str, Any]:
    limits = {"UnitType": "Instances", "MinimumCapacityUnits": 2, "MaximumCapacityUnits": 9}
    policy = {
        "ComputeLimits": limits,
        "ScalingStrategy": "ADVANCED",
        "UtilizationPerformanceIndex": index,
    }
    return cluster(ManagedScalingPolicy=policy)


def instance_metadata(hops: int) -> dict[str, Any]:
    content = {"MinimumInstanceMetadataServiceVersion": 2, "HttpPutResponseHopLimit": hops}
    document = {"InstanceMetadataServiceConfiguration": content}
    return resource("AWS::EMR::SecurityConfiguration", SecurityConfiguration=document)


def scaled(policy: dict[str, Any], group: str = "CoreInstanceGroup") -> dict[str, Any]:
    return cluster(AutoScalingRole="scaling", Instances={group: {"AutoScalingPolicy": policy}})


def with_rules(*names: str) -> dict[str, Any]:
    return {**SCALING, "Rules": [{**SCALING["Rules"][0], "Name": name} for name in names]}


def bootstrap(path: str) -> dict[str, Any]:
    return cluster(BootstrapActions=[{"Name": "tools", "ScriptBootstrapAction": {"Path": path}}])


def in_a_subnet(**changes: Any) -> dict[str, Any]:
    return instances(**MANAGED, Ec2SubnetId={"Ref": "Subnet"}, **changes)


def subnet(**route: Any) -> dict[str, Any]:
    """A subnet with a route table of its own, and one route for all addresses."""
    table = {"RouteTableId": {"Ref": "Routes"}}
    return {
        "Subnet": resource("AWS::EC2::Subnet", VpcId="vpc-1", CidrBlock="10.0.0.0/24"),
        "Routes": resource("AWS::EC2::RouteTable", VpcId="vpc-1"),
        "Route": resource("AWS::EC2::Route", **table, DestinationCidrBlock="0.0.0.0/0", **route),
        "Association": resource(
            "AWS::EC2::SubnetRouteTableAssociation", **table, SubnetId={"Ref": "Subnet"}
        ),
    }


def role(*services: Any, policy: Any = None) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": list(services)},
    }
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    policies = {"ManagedPolicyArns": [policy]} if policy else {}
    return resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust, **policies)


def of_aws(name: str) -> dict[str, Any]:
    """The ARN of a managed policy as the CDK writes it."""
    ending = f":iam::aws:policy/service-role/{name}"
    return {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ending]]}


EMR = "elasticmapreduce.amazonaws.com"
EC2 = "ec2.amazonaws.com"
SERVICE_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2"


def served(role: dict[str, Any], **changes: Any) -> Case:
    return Case(cluster(ServiceRole={"Fn::GetAtt": ["Role", "Arn"]}, **changes), {"Role": role})


def on_nodes(role: dict[str, Any]) -> Case:
    return Case(cluster(JobFlowRole={"Ref": "Profile"}), {"Role": role, "Profile": PROFILE})


def scaling_role(*services: Any) -> Case:
    properties = cluster(AutoScalingRole={"Fn::GetAtt": ["Role", "Arn"]})
    return Case(properties, {"Role": role(*services)})


CASES: dict[str, tuple[list[Case], list[Case]]] = {
    "008": (
        [
            Case(cluster(AutoTerminationPolicy={"IdleTimeout": seconds}))
            for seconds in (60, 90, 604800, "3600")
        ]
        + [Case(cluster(StepConcurrencyLevel=level)) for level in (1, 256)]
        + [Case(managed_scaling(index)) for index in (1, 25, 50, 75, 100)]
        + [Case(cluster(), {"Security": instance_metadata(hops)}) for hops in (1, 64)]
        + [
            Case(fleets(MasterInstanceFleet=with_types({**TYPE, "WeightedCapacity": 1}))),
            Case(fleets(CoreInstanceFleet=with_types({**TYPE, "WeightedCapacity": 2}))),
            Case(fleets(CoreInstanceFleet=with_types({**TYPE, _PERCENT: 0}))),
        ],
        [Case(cluster(AutoTerminationPolicy={"IdleTimeout": seconds})) for seconds in (59, 604801)]
        + [Case(cluster(StepConcurrencyLevel=level)) for level in (0, 257)]
        + [Case(instances(MasterInstanceGroup={"InstanceCount": count})) for count in (0, 2, 4)]
        + [Case(managed_scaling(index)) for index in (0, 2, 51, 101)]
        + [Case(cluster(), {"Security": instance_metadata(hops)}) for hops in (0, 65)]
        + [
            Case(fleets(MasterInstanceFleet=with_types({**TYPE, "WeightedCapacity": 2}))),
            Case(fleets(CoreInstanceFleet=with_types({**TYPE, "WeightedCapacity": 0}))),
            Case(fleets(CoreInstanceFleet=with_types({**TYPE, _PERCENT: -1}))),
        ],
    ),
    "009": (
        [
            Case(cluster(Name="x" * 256)),
            Case(cluster(Tags=[{"Key": f"k{n}", "Value": "v"} for n in range(50)])),
            Case(cluster(), {"Studio": studio(SubnetIds=[f"subnet-{n}" for n in range(5)])}),
            Case(cluster(), {"Studio": studio(SubnetIds={"Ref": "AWS::Region"})}),
            Case(cluster(Steps=[{**STEP, "Name": "x" * 256}])),
            Case(instances(TaskInstanceGroups=[{**GROUP, "Name": "x" * 256}])),
        ],
        [
            Case(cluster(Name="x" * 257)),
            Case(cluster(Steps=[{**STEP, "Name": "x" * 257}])),
            Case(cluster(), {"Step": attached_step(Name="x" * 257)}),
            Case(instances(TaskInstanceGroups=[{**GROUP, "Name": "x" * 257}])),
            Case(fleets(CoreInstanceFleet={**FLEET, "Name": "x" * 257})),
            Case(cluster(Tags=[{"Key": f"k{n}", "Value": "v"} for n in range(51)])),
            Case(cluster(), {"Studio": studio(SubnetIds=[f"subnet-{n}" for n in range(6)])}),
        ],
    ),
    "010": (
        [
            Case(cluster(Name="a name (with) all & sorts")),
            Case(instances(AdditionalMasterSecurityGroups=["sg-0123456789abcdef0"])),
            Case(cluster(Tags=[{"Key": "a b", "Value": ""}])),
            Case(cluster(CustomAmiId="resolve:ssm:/golden/ami")),
            Case(instances(Ec2SubnetId="subnet-0123456789abcdef0")),
            Case(instances(CoreInstanceGroup={"Market": "SPOT", "BidPrice": "0.25"})),
            Case(instances(CoreInstanceGroup={"Market": "SPOT", "BidPrice": "OnDemandPrice"})),
        ],
        [
            Case(cluster(Name="a\x01b")),
            Case(instances(Ec2SubnetId="private")),
            Case(fleets(Ec2SubnetIds=["subnet-1", "private"])),
            Case(instances(**MANAGED, ServiceAccessSecurityGroup="access")),
            Case(instances(CoreInstanceGroup={"Market": "SPOT", "BidPrice": "$1"})),
            Case(fleets(CoreInstanceFleet=with_types({**TYPE, "BidPrice": "cheap"}))),
            Case(cluster(Name="x<y")),
            Case(cluster(ReleaseLabel="7.12.0")),
            Case(instances(CoreInstanceGroup={"InstanceType": "m6gxlarge"})),
            Case(instances(AdditionalMasterSecurityGroups=["my-group"])),
            Case(cluster(CustomAmiId="ami-1")),
        ],
    ),
    "011": (
        [
            Case(cluster(), {"Group": attached_group()}),
            Case(fleets(), {"Fleet": attached_fleet()}),
        ],
        [
            Case(instances(TaskInstanceFleets=[FLEET])),
            Case(cluster(), {"Fleet": attached_fleet()}),
            Case(fleets(), {"Group": attached_group()}),
        ],
    ),
    "013": (
        [Case(fleets()), Case(cluster(Instances={"Ref": "AWS::Region"}))],
        [Case(instances(MasterInstanceGroup=None)), Case(fleets(MasterInstanceFleet=None))],
    ),
    "014": (
        [
            Case(instances(TaskInstanceGroups=[GROUP])),
            Case(instances(TaskInstanceGroups=[{**GROUP, "Name": name} for name in "ab"])),
            Case(
                instances(
                    TaskInstanceGroups=[
                        {**GROUP, "Name": {"Ref": "AWS::Region"}},
                        {**GROUP, "Name": "a"},
                    ]
                )
            ),
        ],
        [
            Case(instances(TaskInstanceGroups=[{**GROUP, "Name": "a"}, GROUP])),
            Case(instances(TaskInstanceGroups=[{**GROUP, "Name": name} for name in "aba"])),
        ],
    ),
    "015": (
        [Case(fleets(CoreInstanceFleet=FLEET, TaskInstanceFleets=[FLEET]))],
        [
            Case(fleets(CoreInstanceFleet=FLEET, TaskInstanceFleets=[FLEET, FLEET])),
            Case(
                fleets(CoreInstanceFleet=FLEET, TaskInstanceFleets=[FLEET]),
                {"Fleet": attached_fleet()},
            ),
        ],
    ),
    "016": (
        [
            Case(fleets(MasterInstanceFleet={"TargetSpotCapacity": 0})),
            Case(
                fleets(MasterInstanceFleet={"TargetOnDemandCapacity": 0, "TargetSpotCapacity": 1})
            ),
            Case(fleets(MasterInstanceFleet={"TargetOnDemandCapacity": {"Ref": "AWS::Region"}})),
        ],
        [
            Case(fleets(MasterInstanceFleet={"TargetSpotCapacity": 1})),
            Case(fleets(MasterInstanceFleet={"TargetOnDemandCapacity": 0})),
            Case(fleets(MasterInstanceFleet={"TargetOnDemandCapacity": None})),
        ],
    ),
    "017": (
        [Case(fleets(CoreInstanceFleet={**FLEET, "InstanceTypeConfigs": SPOT_TYPES}))],
        [
            Case(fleets(CoreInstanceFleet={**FLEET, "InstanceTypeConfigs": SPOT_TYPES[:1] * 2})),
            Case(
                fleets(CoreInstanceFleet=FLEET),
                {"Fleet": attached_fleet(InstanceTypeConfigs=SPOT_TYPES[:1] * 2)},
            ),
        ],
    ),
    "018": (
        [Case(fleets(MasterInstanceFleet={"LaunchSpecifications": {"SpotSpecification": SPOT}}))],
        [
            Case(
                fleets(
                    MasterInstanceFleet={
                        "LaunchSpecifications": {
                            "SpotSpecification": {**SPOT, "BlockDurationMinutes": 60}
                        }
                    }
                )
            )
        ],
    ),
    "019": (
        [
            Case(cluster()),
            Case(
                instances(EmrManagedMasterSecurityGroup="sg-1", EmrManagedSlaveSecurityGroup="sg-1")
            ),
        ],
        [
            Case(instances(EmrManagedMasterSecurityGroup="sg-1")),
            Case(instances(EmrManagedSlaveSecurityGroup={"Ref": "AWS::Region"})),
        ],
    ),
    "020": (
        [Case(cluster(ReleaseLabel={"Ref": "AWS::Region"}))],
        [Case(cluster(ReleaseLabel=None))],
    ),
    "021": (
        [
            Case(cluster(LogUri=uri))
            for uri in ("s3://b/", "s3n://b/p", "s3a://b", {"Fn::Sub": "s3://${Bucket}/"})
        ]
        + [Case(cluster(LogUri=None)), Case(cluster(), {"Studio": studio()})],
        [
            Case(cluster(LogUri="logs-of-somebody")),
            Case(cluster(LogUri={"Ref": "Bucket"}), {"Bucket": BUCKET}),
            Case(cluster(LogUri={"Fn::GetAtt": ["Bucket", "Arn"]}), {"Bucket": BUCKET}),
            Case(cluster(), {"Studio": studio(DefaultS3Location="notebooks")}),
            Case(cluster(), {"Step": attached_step(LogUri="/var/log")}),
        ],
    ),
    "022": (
        [Case(instances(Ec2SubnetId="subnet-1")), Case(fleets())],
        [Case(instances(Ec2SubnetIds=["subnet-1"])), Case(fleets(Ec2SubnetId="subnet-1"))],
    ),
    "023": (
        [
            Case(cluster(Instances={"KeepJobFlowAliveWhenNoSteps": False}, Steps=[STEP])),
            Case(instances(KeepJobFlowAliveWhenNoSteps={"Ref": "AWS::Region"})),
        ],
        [
            Case(instances(KeepJobFlowAliveWhenNoSteps=None)),
            Case(instances(KeepJobFlowAliveWhenNoSteps=False)),
            Case(
                instances(KeepJobFlowAliveWhenNoSteps=False),
                {"Step": attached_step()},
            ),
        ],
    ),
    "024": (
        [
            Case(cluster(ServiceRole={"Ref": "Role"}), {"Role": ROLE}),
            Case(cluster(Name={"Ref": "AWS::StackName"})),
        ],
        [
            Case(cluster(ServiceRole={"Ref": "Rolle"}), {"Role": ROLE}),
            Case(cluster(ServiceRole={"Fn::GetAtt": ["Nobody", "Arn"]})),
        ],
    ),
    "025": (
        [
            Case(cluster(ServiceRole={"Fn::GetAtt": ["Role", "Arn"]}), {"Role": ROLE}),
            Case(cluster(JobFlowRole={"Ref": "Profile"}), {"Profile": PROFILE, "Role": ROLE}),
            Case(
                cluster(ServiceRole={"Fn::GetAtt": ["Custom", "Role"]}),
                {"Custom": resource("AWS::CloudFormation::CustomResource")},
            ),
            Case(
                cluster(ServiceRole={"Fn::GetAtt": ["Custom", "Role"]}),
                {"Custom": resource("Custom::Roles")},
            ),
            Case(
                cluster(ServiceRole={"Ref": "Module"}),
                {"Module": resource("My::Org::Role::MODULE")},
            ),
        ],
        [
            Case(cluster(ServiceRole={"Ref": "Profile"}), {"Profile": PROFILE, "Role": ROLE}),
            Case(cluster(JobFlowRole={"Ref": "Bucket"}), {"Bucket": BUCKET}),
            Case(
                instances(AdditionalMasterSecurityGroups=[{"Ref": "Subnet"}]),
                {"Subnet": resource("AWS::EC2::Subnet")},
            ),
            Case(cluster(), {"Step": attached_step(JobFlowId={"Ref": "Bucket"}), "Bucket": BUCKET}),
        ],
    ),
    "026": (
        [
            Case(cluster(JobFlowRole={"Ref": "Role"}), {"Role": NAMED_ROLE}),
            Case(
                cluster(JobFlowRole={"Ref": "Role"}),
                {"Role": ROLE, "Profile": PROFILE_OF_ITS_NAME},
            ),
            Case(cluster(JobFlowRole={"Ref": "Profile"}), {"Role": ROLE, "Profile": PROFILE}),
            Case(cluster(JobFlowRole="arn:aws:iam::111122223333:instance-profile/nodes")),
        ],
        [
            Case(cluster(JobFlowRole="arn:aws:iam::111122223333:role/nodes")),
            Case(cluster(JobFlowRole={"Ref": "Role"}), {"Role": ROLE}),
            Case(cluster(JobFlowRole={"Ref": "Role"}), {"Role": ROLE, "Profile": PROFILE}),
        ],
    ),
    "027": (
        [Case(cluster(), {"Studio": studio(), "Mapping": MAPPING})],
        [Case(cluster(), {"Studio": studio(AuthMode="IAM"), "Mapping": MAPPING})],
    ),
    "029": (
        [Case(cluster(AutoScalingRole="scaling")), Case(fleets())],
        [Case(merged(fleets(), {"AutoScalingRole": "scaling"}))],
    ),
    "030": (
        [
            Case(
                cluster(
                    AutoScalingRole="scaling",
                    Instances={"CoreInstanceGroup": {"AutoScalingPolicy": SCALING}},
                )
            )
        ],
        [
            Case(instances(CoreInstanceGroup={"AutoScalingPolicy": SCALING})),
            Case(cluster(), {"Group": attached_group(AutoScalingPolicy=SCALING)}),
        ],
    ),
    "031": (
        [
            Case(scaled(SCALING)),
            Case(cluster(), {"Group": attached_group(AutoScalingPolicy=SCALING)}),
        ],
        [Case(scaled(SCALING, "MasterInstanceGroup"))],
    ),
    "032": (
        [Case(scaled(with_rules("out", "in")))],
        [
            Case(scaled(with_rules("out", "in", "out"))),
            Case(cluster(), {"Group": attached_group(AutoScalingPolicy=with_rules("a", "a"))}),
        ],
    ),
    "033": (
        [
            Case(fleets(CoreInstanceFleet=with_types(*MANY_TYPES[:5]))),
            Case(
                fleets(CoreInstanceFleet=with_types(*MANY_TYPES, LaunchSpecifications=STRATEGY)),
            ),
            Case(
                fleets(
                    CoreInstanceFleet=with_types(
                        *MANY_TYPES, LaunchSpecifications={"Ref": "AWS::Region"}
                    )
                )
            ),
        ],
        [
            Case(fleets(CoreInstanceFleet=with_types(*MANY_TYPES))),
            Case(
                fleets(
                    CoreInstanceFleet=with_types(
                        *MANY_TYPES, LaunchSpecifications={"SpotSpecification": SPOT}
                    )
                )
            ),
            Case(
                fleets(CoreInstanceFleet=FLEET),
                {"Fleet": attached_fleet(InstanceTypeConfigs=MANY_TYPES)},
            ),
        ],
    ),
    "034": (
        [
            Case(bootstrap(path))
            for path in ("s3://b/a.sh", "file:/usr/share/a.sh", "file:///a.sh", "/bin/true")
        ],
        [Case(bootstrap("https://example.com/a.sh")), Case(bootstrap("scripts/a.sh"))],
    ),
    "035": (
        [Case(cluster(LogEncryptionKmsKeyId=KEY)), Case(cluster(LogUri=None))],
        [Case(cluster(LogEncryptionKmsKeyId=KEY, LogUri=None))],
    ),
    "036": (
        [
            Case(in_a_subnet(), subnet(GatewayId="igw-1")),
            Case(
                in_a_subnet(ServiceAccessSecurityGroup="sg-0123456789abcdef2"),
                subnet(NatGatewayId="nat-1"),
            ),
            Case(instances(Ec2SubnetId={"Ref": "Subnet"}), subnet(NatGatewayId="nat-1")),
            # One of the two may be there at a time.
            Case(
                in_a_subnet(),
                {
                    **subnet(NatGatewayId="nat-1"),
                    "Other": resource(
                        "AWS::EC2::Route",
                        RouteTableId={"Ref": "Routes"},
                        DestinationCidrBlock="0.0.0.0/0",
                        GatewayId="igw-1",
                    ),
                },
            ),
        ],
        [
            Case(in_a_subnet(), subnet(NatGatewayId="nat-1")),
            Case(in_a_subnet(), subnet(TransitGatewayId="tgw-1")),
            Case(
                merged(fleets(**MANAGED), {"Instances": {"Ec2SubnetIds": [{"Ref": "Subnet"}]}}),
                subnet(NatGatewayId="nat-1"),
            ),
        ],
    ),
    "037": (
        [
            served(role(EMR, policy=SERVICE_POLICY)),
            on_nodes(role(EC2, policy=of_aws("AmazonSSMManagedInstanceCore"))),
        ],
        [
            served(role(EMR, policy=of_aws("AmazonElasticMapReduceRole"))),
            on_nodes(role(EC2, policy=of_aws("AmazonElasticMapReduceforEC2Role"))),
            on_nodes(role(EC2, policy="arn:aws:iam::aws:policy/AmazonElasticMapReduceFullAccess")),
            served(
                role(
                    EMR,
                    policy={
                        "Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/"
                        "AmazonElasticMapReduceRole"
                    },
                )
            ),
        ],
    ),
    "038": (
        [
            served(role(EMR)),
            served(role(EC2, "elasticmapreduce.us-east-1.amazonaws.com")),
            served(role({"Ref": "AWS::StackName"})),
            served(ROLE),
            on_nodes(role({"Fn::Join": ["", ["ec2.", {"Ref": "AWS::URLSuffix"}]]})),
            on_nodes(role({"Fn::Sub": "ec2.${AWS::URLSuffix}"})),
            on_nodes(role("ec2.amazonaws.com.cn")),
            scaling_role(EMR, "application-autoscaling.amazonaws.com"),
        ],
        [
            served(role(EC2)),
            on_nodes(role(EMR)),
            scaling_role(EMR),
            scaling_role("application-autoscaling.amazonaws.com"),
        ],
    ),
    "039": (
        [
            served(role(EMR, policy=SERVICE_POLICY), Tags=[TAG]),
            served(
                role(EMR, policy=SERVICE_POLICY), Tags=[{**TAG, "Value": {"Ref": "AWS::Region"}}]
            ),
            served(role(EMR)),
        ],
        [
            served(role(EMR, policy=SERVICE_POLICY)),
            served(role(EMR, policy=of_aws("AmazonEMRServicePolicy_v2")), Tags=[]),
            served(role(EMR, policy=SERVICE_POLICY), Tags=[{**TAG, "Value": "yes"}]),
        ],
    ),
    "041": (
        [
            Case(cluster(), {"Studio": studio(UserRole="arn:aws:iam::111122223333:role/users")}),
            Case(cluster(), {"Studio": studio(AuthMode="IAM")}),
        ],
        [
            Case(cluster(), {"Studio": studio()}),
            Case(cluster(), {"Studio": studio(AuthMode="IAM", UserRole="arn:aws:iam::1:role/u")}),
        ],
    ),
}
# Tested elsewhere: with files, with properties, with security configurations, with large templates.
ELSEWHERE = {"001", "002", "003", "004", "005", "006", "007", "012", "028", "040"}
ELSEWHERE |= {rule.id.removeprefix("EMR-TEMPLATE-") for rule in QUOTA_RULES.rules}


def found(case: Case) -> set[str]:
    return {each.rule_id for each in problems(case.properties, **case.more)}


@pytest.mark.parametrize(
    ("id", "case"), [(id, case) for id, (good, _) in CASES.items() for case in good]
)
def test_allowed(id: str, case: Case) -> None:
    assert f"EMR-TEMPLATE-{id}" not in found(case)


@pytest.mark.parametrize(
    ("id", "case"), [(id, case) for id, (_, bad) in CASES.items() for case in bad]
)
def test_found(id: str, case: Case) -> None:
    assert f"EMR-TEMPLATE-{id}" in found(case)


def test_every_rule_has_cases() -> None:
    tested = [f"EMR-TEMPLATE-{id}" for id in (*CASES, *ELSEWHERE)]
    assert sorted(tested) == sorted(TEMPLATE_IDS)


def test_macros_may_add_what_is_referred_to() -> None:
    properties = cluster(ServiceRole={"Ref": "RoleOfTheMacro"})
    assert problems(properties, sections={"Transform": "AWS::Serverless-2016-10-31"}) == []


@pytest.mark.parametrize("size", [9, 10])
def test_small_volumes_are_for_instances_that_are_not_optimized(size: int) -> None:
    volume = {"VolumeSpecification": {"VolumeType": "gp2", "SizeInGB": size}}
    for optimized in (True, False, None):
        ebs = {"EbsBlockDeviceConfigs": [volume], "EbsOptimized": optimized}
        content = instances(CoreInstanceGroup={"EbsConfiguration": ebs})
        is_refused = size < 10 and optimized is True
        assert ("EMR-VOLUME-001" in found(Case(content))) == is_refused


def test_nothing_is_found_twice_in_a_cluster_that_is_not_changed() -> None:
    assert problems(dict(CLUSTER)) == []


@pytest.mark.parametrize(
    ("attached", "expected"),
    [
        (attached_group(JobFlowId="j-1", Market="ON_DEMAND", BidPrice="1"), {"EMR-MARKET-001"}),
        (attached_group(JobFlowId="j-1"), set()),
        (attached_fleet(ClusterId="j-1", TargetOnDemandCapacity=0), {"EMR-FLEET-003"}),
        (attached_fleet(ClusterId="j-1"), set()),
        (attached_step(JobFlowId="j-1", HadoopJarStep=LONG), {"EMR-STEP-003"}),
        (attached_step(JobFlowId="j-1", HadoopJarStep=EQUAL), set()),
        (attached_step(JobFlowId="j-1"), set()),
    ],
)
def test_resources_of_clusters_elsewhere(attached: dict[str, Any], expected: set[str]) -> None:
    assert found(Case(cluster(), {"Attached": attached})) == expected


def test_steps_that_differ_only_in_a_name_that_is_not_known_are_not_the_same() -> None:
    steps = [{**STEP, "Name": {"Ref": name}} for name in ("First", "Second")]
    parameters = {name: {"Type": "String"} for name in ("First", "Second")}
    assert problems(cluster(Steps=steps), sections={"Parameters": parameters}) == []
