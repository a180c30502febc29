"""Clusters are made by RunJobFlow with everything that a template declares."""

import json
from typing import Any

from emr_platform.operations.local_aws import LocalAws
from tests.operations.local_aws.templates import attribute, create_stack, ref, resource

TAGS = [{"Key": "team", "Value": "analytics"}]


def _cluster(**properties: Any) -> dict[str, Any]:
    return resource(
        "AWS::EMR::Cluster",
        {
            "Name": "etl",
            "ReleaseLabel": "emr-7.12.0",
            "ServiceRole": "arn:aws:iam::123456789012:role/service",
            "JobFlowRole": "profile",
            "Applications": [{"Name": "Hive"}, {"Name": "Spark"}],
            "Configurations": [
                {
                    "Classification": "hadoop-env",
                    "Configurations": [
                        {"Classification": "export", "ConfigurationProperties": {"A": "1"}}
                    ],
                }
            ],
            "BootstrapActions": [
                {
                    "Name": "install",
                    "ScriptBootstrapAction": {"Path": "s3://bucket/install.sh", "Args": ["jq"]},
                }
            ],
            "Steps": [
                {
                    "Name": "nightly",
                    "ActionOnFailure": "CONTINUE",
                    "HadoopJarStep": {
                        "Jar": "command-runner.jar",
                        "Args": ["spark-submit", "job.py"],
                        "StepProperties": [{"Key": "k", "Value": "v"}],
                    },
                }
            ],
            "LogUri": "s3://bucket/logs/",
            "ManagedScalingPolicy": {
                "ComputeLimits": {
                    "UnitType": "Instances",
                    "MinimumCapacityUnits": 2,
                    "MaximumCapacityUnits": 20,
                }
            },
            "SecurityConfiguration": ref("Security"),
            "StepConcurrencyLevel": 2,
            "VisibleToAllUsers": "true",
            "Tags": TAGS,
            "Instances": _instances(core=2),
            **properties,
        },
    )


def _instances(*, core: int) -> dict[str, Any]:
    volumes = {
        "VolumesPerInstance": 2,
        "VolumeSpecification": {"SizeInGB": "64", "VolumeType": "gp3"},
    }
    return {
        "KeepJobFlowAliveWhenNoSteps": True,
        "MasterInstanceGroup": {"InstanceCount": 1, "InstanceType": "m6g.xlarge"},
        "CoreInstanceGroup": {
            "InstanceCount": core,
            "InstanceType": "r6g.2xlarge",
            "EbsConfiguration": {"EbsBlockDeviceConfigs": [volumes]},
            "Configurations": [{"Classification": "yarn-site"}],
        },
        "TaskInstanceGroups": [
            {"InstanceCount": 4, "InstanceType": "r6g.xlarge", "Market": "SPOT", "Name": "spot"}
        ],
    }


def _emr(**properties: Any) -> dict[str, Any]:
    encryption = {"EncryptionConfiguration": {"EnableAtRestEncryption": False}}
    return {
        "Security": resource(
            "AWS::EMR::SecurityConfiguration", {"SecurityConfiguration": encryption}
        ),
        "Cluster": _cluster(**properties),
    }


def _groups(emr: Any, cluster_id: str) -> dict[str, tuple[Any, ...]]:
    groups = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
    return {
        group["InstanceGroupType"]: (
            group["Name"],
            group["RequestedInstanceCount"],
            group["InstanceType"],
            group["Market"],
            len(group["EbsBlockDevices"]),
        )
        for group in groups
    }


def test_cluster_is_all_that_the_template_says(aws: LocalAws) -> None:
    step = {
        "JobFlowId": ref("Cluster"),
        "Name": "later",
        "ActionOnFailure": "CONTINUE",
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["true"]},
    }
    stack = create_stack(
        aws,
        {**_emr(), "Step": resource("AWS::EMR::Step", step)},
        {"Dns": attribute("Cluster", "MasterPublicDNS")},
    )
    assert stack.status == "CREATE_COMPLETE"
    emr, cluster_id = aws.client("emr"), stack.resources["Cluster"]
    cluster = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    assert stack.outputs["Dns"] == cluster["MasterPublicDnsName"]
    assert cluster["ReleaseLabel"] == "emr-7.12.0"
    assert [application["Name"] for application in cluster["Applications"]] == ["Hive", "Spark"]
    (configuration,) = cluster["Configurations"]
    assert configuration["Configurations"][0]["Properties"] == {"A": "1"}
    assert cluster["AutoTerminate"] is False
    assert cluster["Tags"] == TAGS
    assert cluster["StepConcurrencyLevel"] == 2
    security = stack.resources["Security"]
    assert cluster["SecurityConfiguration"] == security
    text = emr.describe_security_configuration(Name=security)["SecurityConfiguration"]
    assert json.loads(text) == {"EncryptionConfiguration": {"EnableAtRestEncryption": False}}
    assert _groups(emr, cluster_id) == {
        "MASTER": ("master", 1, "m6g.xlarge", "ON_DEMAND", 0),
        "CORE": ("core", 2, "r6g.2xlarge", "ON_DEMAND", 2),
        "TASK": ("spot", 4, "r6g.xlarge", "SPOT", 0),
    }
    (action,) = emr.list_bootstrap_actions(ClusterId=cluster_id)["BootstrapActions"]
    assert action == {"Name": "install", "ScriptPath": "s3://bucket/install.sh", "Args": ["jq"]}
    steps = emr.list_steps(ClusterId=cluster_id)["Steps"]
    assert {step["Name"]: step["Config"]["Args"] for step in steps} == {
        "nightly": ["spark-submit", "job.py"],
        "later": ["true"],
    }


def test_cluster_changes_in_place_where_emr_can(aws: LocalAws) -> None:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-emr-cluster.html
    stack = create_stack(aws, _emr())
    emr, cluster_id = aws.client("emr"), stack.resources["Cluster"]
    stack.update(_emr(Instances=_instances(core=5)))
    assert stack.resources["Cluster"] == cluster_id
    assert _groups(emr, cluster_id)["CORE"][1] == 5

    stack.update(_emr(ReleaseLabel="emr-7.11.0"))
    replacement = stack.resources["Cluster"]
    assert replacement != cluster_id
    states = {
        each: emr.describe_cluster(ClusterId=each)["Cluster"]["Status"]["State"]
        for each in (cluster_id, replacement)
    }
    assert states[cluster_id] == "TERMINATED"
    assert states[replacement] != "TERMINATED"

    stack.delete()
    state = emr.describe_cluster(ClusterId=replacement)["Cluster"]["Status"]["State"]
    assert state == "TERMINATED"


def _scaled(*, maximum: int | None) -> dict[str, Any]:
    instances = _instances(core=2)
    if maximum is not None:
        instances["CoreInstanceGroup"]["AutoScalingPolicy"] = {
            "Constraints": {"MinCapacity": 2, "MaxCapacity": maximum},
            "Rules": [
                {
                    "Name": "scale-out",
                    "Action": {"SimpleScalingPolicyConfiguration": {"ScalingAdjustment": 1}},
                    "Trigger": {
                        "CloudWatchAlarmDefinition": {
                            "ComparisonOperator": "GREATER_THAN",
                            "Dimensions": [{"Key": "JobFlowId", "Value": "${emr.clusterId}"}],
                            "MetricName": "ContainerPendingRatio",
                            "Period": "300",
                            "Threshold": 0.75,
                        }
                    },
                }
            ],
        }
    role = "arn:aws:iam::123456789012:role/scaling"
    return _emr(AutoScalingRole=role, Instances=instances)


def test_scaling_policies_come_change_and_go(aws: LocalAws) -> None:
    emr, stack = aws.client("emr"), create_stack(aws, _scaled(maximum=5))
    cluster_id = stack.resources["Cluster"]

    def policy() -> Any:
        groups = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
        [core] = [group for group in groups if group["InstanceGroupType"] == "CORE"]
        return core.get("AutoScalingPolicy")

    assert emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["AutoScalingRole"]
    assert policy()["Constraints"] == {"MinCapacity": 2, "MaxCapacity": 5}
    (rule,) = policy()["Rules"]
    (dimension,) = rule["Trigger"]["CloudWatchAlarmDefinition"]["Dimensions"]
    # It is EMR that puts the id there.
    assert dimension == {"Key": "JobFlowId", "Value": cluster_id}

    stack.update(_scaled(maximum=9))
    assert stack.resources["Cluster"] == cluster_id
    assert policy()["Constraints"]["MaxCapacity"] == 9
    stack.update(_scaled(maximum=None))
    assert stack.resources["Cluster"] == cluster_id
    assert not policy()


def test_cluster_that_the_api_would_refuse_is_refused(aws: LocalAws) -> None:
    policy = {"ComputeLimits": {"MaximumCapacityUnits": 20}}
    stack = create_stack(aws, _emr(ManagedScalingPolicy=policy))
    assert stack.status == "ROLLBACK_COMPLETE"
    (failed,) = [event for event in stack.events if event[:2] == ("Cluster", "CREATE_FAILED")]
    assert "MinimumCapacityUnits" in failed[2]


def test_protected_cluster_keeps_its_stack(aws: LocalAws) -> None:
    stack = create_stack(aws, _emr(Instances={**_instances(core=1), "TerminationProtected": True}))
    stack.delete()
    assert stack.status == "DELETE_FAILED"
    (failed,) = [event for event in stack.events if event[:2] == ("Cluster", "DELETE_FAILED")]
    assert "termination protected" in failed[2]


def test_serverless_application_is_made_and_goes(aws: LocalAws) -> None:
    application = {
        "Name": "science",
        "Type": "Spark",
        "ReleaseLabel": "emr-7.12.0",
        "Architecture": "ARM64",
        "AutoStopConfiguration": {"Enabled": True, "IdleTimeoutMinutes": 10},
        "InitialCapacity": [
            {
                "Key": "Driver",
                "Value": {
                    "WorkerCount": 2,
                    "WorkerConfiguration": {"Cpu": "2 vCPU", "Memory": "4 GB"},
                },
            }
        ],
        "Tags": TAGS,
    }
    stack = create_stack(
        aws,
        {"Application": resource("AWS::EMRServerless::Application", application)},
        {"Arn": attribute("Application", "Arn")},
    )
    assert stack.status == "CREATE_COMPLETE"
    emr, application_id = aws.client("emr-serverless"), stack.resources["Application"]
    found = emr.get_application(applicationId=application_id)["application"]
    assert (found["arn"], found["name"]) == (stack.outputs["Arn"], "science")
    assert (found["type"], found["releaseLabel"]) == ("Spark", "emr-7.12.0")
    assert found["autoStopConfiguration"] == {"enabled": True, "idleTimeoutMinutes": 10}
    assert found["initialCapacity"]["Driver"]["workerCount"] == 2
    assert found["tags"] == {"team": "analytics"}
    stack.delete()
    found = emr.get_application(applicationId=application_id)["application"]
    assert found["state"] == "TERMINATED"


def test_instance_group_is_reconfigured(aws: LocalAws) -> None:
    emr = aws.client("emr")
    stack = create_stack(aws, _emr())
    cluster_id = stack.resources["Cluster"]

    def primary() -> Any:
        groups = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
        return next(group for group in groups if group["InstanceGroupType"] == "MASTER")

    yarn = {"Classification": "yarn-site", "Properties": {"a.b": "1"}, "Configurations": []}
    for version in (1, 2):
        wanted = {
            "InstanceGroupId": primary()["Id"],
            "ReconfigurationType": "OVERWRITE",
            "Configurations": [yarn],
        }
        emr.modify_instance_groups(ClusterId=cluster_id, InstanceGroups=[wanted])
        assert primary()["Configurations"] == [yarn]
        assert primary()["LastSuccessfullyAppliedConfigurations"] == [yarn]
        assert primary()["ConfigurationsVersion"] == version
        assert primary()["LastSuccessfullyAppliedConfigurationsVersion"] == version
    assert primary()["RequestedInstanceCount"] == 1
    stack.delete()
