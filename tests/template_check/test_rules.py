"""The rules about what only templates can say, on both sides of what they allow."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from emr_platform.template_check.check import TEMPLATE_IDS
from tests.template_check.support import CLUSTER, cluster, merged, problems, resource

GROUP = {"InstanceCount": 1, "InstanceType": "m6g.xlarge"}
FLEET = {"TargetOnDemandCapacity": 1, "InstanceTypeConfigs": [{"InstanceType": "m6g.xlarge"}]}
SPOT = {"TimeoutAction": "SWITCH_TO_ON_DEMAND", "TimeoutDurationMinutes": 60}
STEP = {"Name": "x", "HadoopJarStep": {"Jar": "s3://jars/a.jar"}, "ActionOnFailure": "CONTINUE"}
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
SCALING = {
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

CASES: dict[str, tuple[list[Case], list[Case]]] = {
    "008": (
        [
            Case(cluster(AutoTerminationPolicy={"IdleTimeout": seconds}))
            for seconds in (60, 90, 604800, "3600")
        ]
        + [Case(cluster(StepConcurrencyLevel=level)) for level in (1, 256)],
        [Case(cluster(AutoTerminationPolicy={"IdleTimeout": seconds})) for seconds in (59, 604801)]
        + [Case(cluster(StepConcurrencyLevel=level)) for level in (0, 257)]
        + [Case(instances(MasterInstanceGroup={"InstanceCount": count})) for count in (0, 2, 4)],
    ),
    "009": (
        [
            Case(cluster(Name="x" * 256)),
            Case(cluster(Tags=[{"Key": f"k{n}", "Value": "v"} for n in range(50)])),
            Case(cluster(), {"Studio": studio(SubnetIds=[f"subnet-{n}" for n in range(5)])}),
            Case(cluster(), {"Studio": studio(SubnetIds={"Ref": "AWS::Region"})}),
        ],
        [
            Case(cluster(Name="x" * 257)),
            Case(cluster(Tags=[{"Key": f"k{n}", "Value": "v"} for n in range(51)])),
            Case(cluster(), {"Studio": studio(SubnetIds=[f"subnet-{n}" for n in range(6)])}),
        ],
    ),
    "010": (
        [
            Case(cluster(Name="a name (with) all & sorts")),
            Case(instances(AdditionalMasterSecurityGroups=["sg-0123456789abcdef0"])),
            Case(cluster(Tags=[{"Key": "a b", "Value": ""}])),
        ],
        [
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
        ],
        [
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
}
# Tested elsewhere: with files, with properties, with security configurations.
ELSEWHERE = {"001", "002", "003", "004", "005", "006", "007", "012", "028", "040"}


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
