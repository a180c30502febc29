import json
from pathlib import Path
from typing import Any

import pytest

from emr_platform.changes.behaviour import Effect, effect, source, update_behaviour
from emr_platform.changes.differences import MISSING
from scripts.build_update_behaviour import TARGET, build, current, render

CLUSTER = "AWS::EMR::Cluster"


def test_table_is_that_of_the_installed_cfn_lint() -> None:
    assert TARGET.read_text(encoding="utf-8") == current(), (
        "run `python -m scripts.build_update_behaviour`"
    )


def test_table_is_small_and_says_where_it_comes_from() -> None:
    assert TARGET.stat().st_size < 400 * 1024
    assert "cfn-lint" in source()
    assert "MIT-0" in source()
    assert json.loads(TARGET.read_text(encoding="utf-8"))["schema_date"] in source()


def test_schemas_are_condensed(tmp_path: Path) -> None:
    contents: dict[str, Any] = {
        "version.json": {"schema_date": "2026-01-02T03:04:05Z"},
        "providers/eu-west-1.json": {"A::B::C": "old", "A::B::Only": "only"},
        "providers/us-east-1.json": {"A::B::C": "new"},
        "resources/old.json": {},
        "resources/new.json": {
            "createOnlyProperties": ["/properties/Name", "/properties/Inner/Kind"],
            "conditionalCreateOnlyProperties": ["/properties/Size"],
            "primaryIdentifier": ["/properties/Name"],
            "replacementStrategy": "delete_then_create",
        },
        "resources/only.json": {
            "createOnlyProperties": ["/properties/Id"],
            "readOnlyProperties": ["/properties/Id"],
            "primaryIdentifier": ["/properties/Id"],
        },
    }
    for name, content in contents.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(content), encoding="utf-8")
    table = build(tmp_path, source="somewhere")
    assert table["types"] == {
        "A::B::C": ["Inner/Kind Name", "Size", "Name", 1],
        "A::B::Only": ["Id"],
    }
    assert table["schema_date"] == "2026-01-02"
    assert json.loads(render(table)) == table
    assert sum('"A::B::C"' in line for line in render(table).splitlines()) == 1


# The pages of CloudFormation's template reference say the same of each, under "Update requires".
@pytest.mark.parametrize(
    ("type", "path", "expected"),
    [
        ("AWS::S3::Bucket", "BucketName", Effect.REPLACE),
        ("AWS::S3::Bucket", "VersioningConfiguration/Status", Effect.UPDATE),
        ("AWS::RDS::DBInstance", "DBName", Effect.REPLACE),
        ("AWS::RDS::DBInstance", "StorageEncrypted", Effect.REPLACE),
        ("AWS::RDS::DBInstance", "Engine", Effect.MAY_REPLACE),
        ("AWS::RDS::DBInstance", "DBInstanceClass", Effect.UPDATE),
        ("AWS::DynamoDB::Table", "TableName", Effect.REPLACE),
        ("AWS::EC2::Subnet", "CidrBlock", Effect.REPLACE),
        ("AWS::KMS::Key", "KeyPolicy", Effect.UPDATE),
        ("AWS::EMR::Step", "HadoopJarStep/Args", Effect.REPLACE),
        ("AWS::EMR::InstanceGroupConfig", "InstanceCount", Effect.UPDATE),
        ("AWS::EMR::InstanceGroupConfig", "Market", Effect.REPLACE),
        ("AWS::EMRServerless::Application", "ReleaseLabel", Effect.MAY_REPLACE),
        ("Custom::Anything", "ServiceToken", Effect.REPLACE),
        ("Custom::Anything", "Value", Effect.UPDATE),
        ("Example::Unknown::Type", "Value", Effect.MAY_REPLACE),
        (CLUSTER, "ReleaseLabel", Effect.REPLACE),
        (CLUSTER, "Steps", Effect.REPLACE),
        (CLUSTER, "Configurations/[spark]/ConfigurationProperties/key", Effect.REPLACE),
        (CLUSTER, "Tags", Effect.UPDATE),
        (CLUSTER, "ManagedScalingPolicy/ComputeLimits/MaximumCapacityUnits", Effect.UPDATE),
        (CLUSTER, "AutoTerminationPolicy", Effect.UPDATE),
        (CLUSTER, "StepConcurrencyLevel", Effect.UPDATE),
        (CLUSTER, "Instances/TerminationProtected", Effect.UPDATE),
        (CLUSTER, "Instances/CoreInstanceGroup/InstanceCount", Effect.UPDATE),
        (CLUSTER, "Instances/CoreInstanceGroup/AutoScalingPolicy/Rules/[0]/Name", Effect.UPDATE),
        (CLUSTER, "Instances/CoreInstanceGroup/InstanceType", Effect.REPLACE),
        (CLUSTER, "Instances/CoreInstanceGroup", Effect.REPLACE),
        (CLUSTER, "Instances/TaskInstanceGroups/[spot]/InstanceCount", Effect.UPDATE),
        (CLUSTER, "Instances/TaskInstanceGroups/[spot]/BidPrice", Effect.REPLACE),
        (CLUSTER, "Instances/CoreInstanceFleet/TargetSpotCapacity", Effect.UPDATE),
        (CLUSTER, "Instances/CoreInstanceFleet/InstanceTypeConfigs", Effect.MAY_REPLACE),
        (CLUSTER, "Instances/TaskInstanceFleets/[0]/TargetOnDemandCapacity", Effect.UPDATE),
        (CLUSTER, "Instances/Ec2SubnetId", Effect.REPLACE),
        (CLUSTER, "Instances/KeepJobFlowAliveWhenNoSteps", Effect.REPLACE),
        (CLUSTER, "Instances", Effect.REPLACE),
    ],
)
def test_effect(type: str, path: str, expected: Effect) -> None:
    assert effect(type, tuple(path.split("/")), "old", "new") is expected


def test_task_groups_come_and_go_while_the_cluster_runs() -> None:
    group = {"Name": "spot", "InstanceType": "m6g.xlarge"}
    for before, after in ((MISSING, group), (group, MISSING)):
        for list_name in ("TaskInstanceGroups", "TaskInstanceFleets"):
            path = ("Instances", list_name, "[spot]")
            assert effect(CLUSTER, path, before, after) is Effect.UPDATE
            assert effect(CLUSTER, path[:2], before, after) is Effect.UPDATE


def test_change_around_a_create_only_property_counts_only_if_it_changes_it() -> None:
    # MSK::Replicator: TopicReplication/StartingPosition of an item is create-only, TopicsToReplicate is not.
    kind = "AWS::MSK::Replicator"
    path = ("ReplicationInfoList", "[0]", "TopicReplication")
    start = {"StartingPosition": {"Type": "LATEST"}}
    before, after = {"TopicsToReplicate": ["a"], **start}, {"TopicsToReplicate": ["b"], **start}
    assert effect(kind, path, before, after) is Effect.UPDATE
    assert effect(kind, path, before, {"TopicsToReplicate": ["a"]}) is Effect.REPLACE
    assert effect(kind, path[:1], [{"TopicReplication": before}], []) is Effect.REPLACE


def test_names_are_known_where_users_can_give_them() -> None:
    names = {
        kind: behaviour.name
        for kind in ("AWS::S3::Bucket", "AWS::IAM::Role", "AWS::EC2::VPC", "AWS::EMR::Cluster")
        if (behaviour := update_behaviour(kind))
    }
    assert names == {
        "AWS::S3::Bucket": "BucketName",
        "AWS::IAM::Role": "RoleName",
        "AWS::EC2::VPC": "",
        "AWS::EMR::Cluster": "",
    }
