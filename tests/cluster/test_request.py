"""The RunJobFlow request, held against the API reference."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from emr_platform.cluster import (
    ClusterSpec,
    CommandStepSpec,
    CoreGroupSpec,
    EbsSpec,
    JarStepSpec,
    ManagedScalingSpec,
    PrimaryGroupSpec,
    RootVolumeSpec,
    ScriptStepSpec,
    SparkSubmitStepSpec,
    TaskGroupSpec,
)
from emr_platform.cluster.request import ClusterSurroundings, run_job_flow_request

SURROUNDINGS = ClusterSurroundings(
    name="prod-etl",
    region="eu-west-1",
    subnet_ids=["subnet-0123456789abcdef0"],
    instance_profile="nodes",
    service_role="arn:aws:iam::111122223333:role/emr",
    log_uri="s3://logs/prod-etl/",
    primary_security_group="sg-1",
    core_and_task_security_group="sg-2",
    service_access_security_group="sg-3",
    buckets={"input": "company-input", "config": "company-config"},
    secrets={"result-store": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:store"},
    resolve_script=lambda script: script if "://" in script else f"s3://company-config/{script}",
)


def everything() -> ClusterSpec:
    """A cluster with every setting set."""
    return ClusterSpec.model_validate(
        {
            "release": "emr-7.12.0",
            "applications": ["Hadoop", "Hive", "Spark"],
            "primary": {"type": "m6g.2xlarge"},
            "core": {
                "type": "r6g.2xlarge",
                "count": 3,
                "ebs": {"size_gib": 256, "iops": 4000, "throughput_mib_per_second": 250},
                "configurations": {"yarn-site": {"yarn.nodemanager.vmem-check-enabled": False}},
            },
            "task": {
                "spot": {"type": "r6g.2xlarge", "count": 4, "market": "spot", "bid_price_usd": 0.5},
                "steady": {"type": "r6g.4xlarge", "count": 1},
            },
            "scaling": {
                "unit": "vcpu",
                "minimum": 24,
                "maximum": 160,
                "max_core": 48,
                "max_on_demand": 64,
            },
            "configurations": [
                {"Classification": "hdfs-site", "Properties": {"dfs.replication": 2}},
                {
                    "Classification": "spark-env",
                    "Configurations": [
                        {"Classification": "export", "Properties": {"A": "bucket://input/a"}}
                    ],
                },
            ],
            "bootstrap": {
                "packages": {"script": "packages.sh", "args": ["jq"]},
                "agent": {"script": "s3://vendor/agent.sh"},
            },
            "steps": [
                {
                    "name": "load",
                    "script": "load.sh",
                    "args": ["bucket://input/raw/", "secret://result-store"],
                },
                {
                    "name": "nightly",
                    "spark_submit": [
                        "--conf",
                        "a=1",
                        "--conf",
                        "b=2",
                        "s3://jobs/nightly.py",
                        "--conf",
                        "mine",
                    ],
                    "on_failure": "cancel_and_wait",
                },
                {
                    "name": "count",
                    "jar": "bucket://input/count.jar",
                    "main_class": "org.example.Count",
                    "args": ["x"],
                    "properties": {"k": "v"},
                    "on_failure": "terminate_cluster",
                },
                {"name": "report", "command": ["hdfs", "dfsadmin", "-report"]},
            ],
            "idle_timeout_minutes": 90,
            "root_volume": {"size_gib": 50, "iops": 3000, "throughput_mib_per_second": 150},
            "additional_security_groups": {
                "primary": ["sg-0123456789abcdef0"],
                "core_and_task": ["sg-0123456789abcdef1"],
            },
            "tags": {"team": "analytics"},
        }
    )


def everything_in_fleets() -> ClusterSpec:
    """A cluster of instance fleets with every setting that instance groups do not have."""
    return ClusterSpec.model_validate(
        {
            "release": "emr-7.12.0",
            "instance_fleets": {
                "primary": {
                    "types": {"m6g.xlarge": {"priority": 0}, "m7g.xlarge": {"priority": 1}},
                    "count": 3,
                    "on_demand": {"allocation_strategy": "prioritized"},
                },
                "core": {
                    "types": {
                        "r6g.xlarge": {"weight": 4, "ebs": {"size_gib": 64}},
                        "r6g.2xlarge": {
                            "weight": 8,
                            "ebs": [
                                {"size_gib": 128, "volumes_per_instance": 2},
                                {"type": "st1", "size_gib": 500},
                            ],
                            "configurations": {"yarn-site": {"a.b": 1}},
                        },
                    },
                    "on_demand_capacity": 8,
                    "on_demand": {
                        "capacity_reservations": {
                            "preference": "none",
                            "usage_strategy": "use_capacity_reservations_first",
                            "resource_group_arn": "arn:aws:resource-groups:eu-west-1:111122223333:group/emr",
                        }
                    },
                },
                "task": {
                    "types": {
                        "c6g.4xlarge": {"weight": 16, "bid_price_percent": 60, "priority": 1},
                        "c7g.4xlarge": {"weight": 16, "bid_price_usd": 0.5},
                    },
                    "spot_capacity": 32,
                    "spot": {
                        "allocation_strategy": "capacity_optimized_prioritized",
                        "timeout_minutes": 20,
                        "timeout_action": "terminate_cluster",
                    },
                    "resize": {
                        "spot": {
                            "timeout_minutes": 30,
                            "allocation_strategy": "price_capacity_optimized",
                        },
                        "on_demand": {
                            "timeout_minutes": 15,
                            "allocation_strategy": "lowest_price",
                            "capacity_reservations": {"preference": "open"},
                        },
                    },
                },
                "subnet_indexes": [0, 1],
            },
            "scaling": {"minimum": 8, "maximum": 96, "max_core": 16, "max_on_demand": 16},
            "lifecycle": "transient",
            "log_encryption_key_arn": "arn:aws:kms:eu-west-1:111122223333:key/"
            "12345678-1234-1234-1234-123456789012",
            "ami_id": "ami-0123456789abcdef0",
            "os_release": "2023.8.20250818.0",
            "placement_group": "spread",
            "unhealthy_node_replacement": True,
            "scale_down_behavior": "terminate_at_task_completion",
            "visible_to_all_users": False,
            "additional_info": {"clusterType": "spark", "depth": {"snake_case": [1, None]}},
            "acknowledge": dict.fromkeys(
                (
                    "EMR-AMI-007",
                    "EMR-AVAILABILITY-004",
                    "EMR-LIFECYCLE-001",
                    "EMR-LIFECYCLE-006",
                ),
                "Everything that can be set is set, sensible or not.",
            ),
        }
    )


def request(spec: ClusterSpec) -> dict[str, Any]:
    return run_job_flow_request(spec, SURROUNDINGS)


@pytest.mark.parametrize(
    "spec",
    [ClusterSpec(release="emr-7.12.0"), everything(), everything_in_fleets()],
    ids=["nothing", "everything", "fleets"],
)
def test_the_api_takes_the_request(spec: ClusterSpec) -> None:
    """Botocore checks names and types of members against the service's own description."""
    service = botocore.session.get_session().get_service_model("emr")
    shape = service.operation_model("RunJobFlow").input_shape
    assert shape

    report = ParamValidator().validate(request(spec), shape)

    assert not report.has_errors(), report.generate_report()


def test_smallest_cluster_says_what_must_not_be_left_to_chance() -> None:
    rendered = request(ClusterSpec(release="emr-7.12.0"))

    assert rendered["Applications"] == [{"Name": "Spark"}]
    assert rendered["Instances"]["KeepJobFlowAliveWhenNoSteps"] is True
    assert rendered["Instances"]["TerminationProtected"] is True
    assert rendered["Instances"]["InstanceGroups"] == [
        {
            "Name": "primary",
            "InstanceRole": "MASTER",
            "InstanceType": "m6g.xlarge",
            "InstanceCount": 1,
            "Market": "ON_DEMAND",
        }
    ]
    assert rendered["Tags"] == [
        {"Key": "for-use-with-amazon-emr-managed-policies", "Value": "true"}
    ]
    for left_out in ("Configurations", "BootstrapActions", "Steps", "ManagedScalingPolicy"):
        assert left_out not in rendered


def test_instance_groups() -> None:
    groups = request(everything())["Instances"]["InstanceGroups"]

    assert [(group["InstanceRole"], group["Name"]) for group in groups] == [
        ("MASTER", "primary"),
        ("CORE", "core"),
        ("TASK", "spot"),
        ("TASK", "steady"),
    ]
    assert groups[1]["EbsConfiguration"] == {
        "EbsBlockDeviceConfigs": [
            {
                "VolumeSpecification": {
                    "VolumeType": "gp3",
                    "SizeInGB": 256,
                    "Iops": 4000,
                    "Throughput": 250,
                },
                "VolumesPerInstance": 1,
            }
        ],
        "EbsOptimized": True,
    }
    assert groups[2]["Market"] == "SPOT"
    assert groups[2]["BidPrice"] == "0.5"
    assert "BidPrice" not in groups[3]


def test_instance_fleets() -> None:
    """The members of https://docs.aws.amazon.com/emr/latest/APIReference/API_InstanceFleetConfig.html."""
    instances = request(everything_in_fleets())["Instances"]
    primary, core, task = instances["InstanceFleets"]

    assert "InstanceGroups" not in instances
    assert "Ec2SubnetId" not in instances
    assert instances["Ec2SubnetIds"] == ["subnet-0123456789abcdef0"]
    assert [fleet["InstanceFleetType"] for fleet in (primary, core, task)] == [
        "MASTER",
        "CORE",
        "TASK",
    ]
    # Each primary node counts for one unit, and high availability wants three On-Demand units.
    assert (primary["TargetOnDemandCapacity"], primary["TargetSpotCapacity"]) == (3, 0)
    assert [
        (type_["InstanceType"], type_["WeightedCapacity"], type_["Priority"])
        for type_ in primary["InstanceTypeConfigs"]
    ] == [("m6g.xlarge", 1, 0), ("m7g.xlarge", 1, 1)]
    assert primary["LaunchSpecifications"]["OnDemandSpecification"] == {
        "AllocationStrategy": "prioritized"
    }
    assert (core["TargetOnDemandCapacity"], core["TargetSpotCapacity"]) == (8, 0)
    assert core["LaunchSpecifications"]["OnDemandSpecification"] == {
        "AllocationStrategy": "lowest-price",
        "CapacityReservationOptions": {
            "CapacityReservationPreference": "none",
            "UsageStrategy": "use-capacity-reservations-first",
            "CapacityReservationResourceGroupArn": "arn:aws:resource-groups:eu-west-1:111122223333:group/emr",
        },
    }
    assert [
        (block["VolumeSpecification"]["VolumeType"], block["VolumesPerInstance"])
        for block in core["InstanceTypeConfigs"][1]["EbsConfiguration"]["EbsBlockDeviceConfigs"]
    ] == [("gp3", 2), ("st1", 1)]
    assert task["LaunchSpecifications"]["SpotSpecification"] == {
        "AllocationStrategy": "capacity-optimized-prioritized",
        "TimeoutDurationMinutes": 20,
        "TimeoutAction": "TERMINATE_CLUSTER",
    }
    assert task["InstanceTypeConfigs"] == [
        {
            "InstanceType": "c6g.4xlarge",
            "WeightedCapacity": 16,
            "BidPriceAsPercentageOfOnDemandPrice": 60,
            "Priority": 1,
        },
        {"InstanceType": "c7g.4xlarge", "WeightedCapacity": 16, "BidPrice": "0.5"},
    ]
    assert task["ResizeSpecifications"] == {
        "SpotResizeSpecification": {
            "TimeoutDurationMinutes": 30,
            "AllocationStrategy": "price-capacity-optimized",
        },
        "OnDemandResizeSpecification": {
            "TimeoutDurationMinutes": 15,
            "AllocationStrategy": "lowest-price",
            "CapacityReservationOptions": {"CapacityReservationPreference": "open"},
        },
    }


def test_allocation_strategies_are_said_only_to_releases_that_have_them() -> None:
    """From 5.12.1; see https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-instance-fleet.html."""
    fleet = {"types": {"m5.xlarge": {}}, "spot_capacity": 1}

    def core(label: str) -> dict[str, Any]:
        spec = ClusterSpec.model_validate({"release": label, "instance_fleets": {"core": fleet}})
        specifications = request(spec)["Instances"]["InstanceFleets"][1]["LaunchSpecifications"]
        assert isinstance(specifications, dict)
        return specifications

    assert core("emr-5.12.0") == {
        "SpotSpecification": {"TimeoutDurationMinutes": 60, "TimeoutAction": "SWITCH_TO_ON_DEMAND"}
    }
    assert core("emr-5.12.1") == {
        "SpotSpecification": {
            "TimeoutDurationMinutes": 60,
            "TimeoutAction": "SWITCH_TO_ON_DEMAND",
            "AllocationStrategy": "price-capacity-optimized",
        },
        "OnDemandSpecification": {"AllocationStrategy": "lowest-price"},
    }


def test_scaling_of_fleets_counts_their_units() -> None:
    limits = request(everything_in_fleets())["ManagedScalingPolicy"]["ComputeLimits"]

    assert limits["UnitType"] == "InstanceFleetUnits"


def test_rest_of_what_a_cluster_can_be() -> None:
    rendered = request(everything_in_fleets())

    assert rendered["Instances"]["KeepJobFlowAliveWhenNoSteps"] is False
    assert rendered["Instances"]["UnhealthyNodeReplacement"] is True
    assert rendered["PlacementGroupConfigs"] == [
        {"InstanceRole": "MASTER", "PlacementStrategy": "SPREAD"}
    ]
    assert rendered["ScaleDownBehavior"] == "TERMINATE_AT_TASK_COMPLETION"
    assert rendered["VisibleToAllUsers"] is False
    assert rendered["CustomAmiId"] == "ami-0123456789abcdef0"
    assert rendered["OSReleaseLabel"] == "2023.8.20250818.0"
    assert json.loads(rendered["AdditionalInfo"])["depth"] == {"snake_case": [1, None]}


def test_every_configuration_value_is_a_string() -> None:
    rendered = request(everything())

    assert rendered["Configurations"] == [
        {"Classification": "hdfs-site", "Properties": {"dfs.replication": "2"}},
        {
            "Classification": "spark-env",
            "Properties": {},
            "Configurations": [
                {"Classification": "export", "Properties": {"A": "s3://company-input/a"}}
            ],
        },
    ]
    core = rendered["Instances"]["InstanceGroups"][1]
    assert core["Configurations"] == [
        {
            "Classification": "yarn-site",
            "Properties": {"yarn.nodemanager.vmem-check-enabled": "false"},
        }
    ]


def test_scripts_and_references_are_resolved() -> None:
    rendered = request(everything())

    assert [action["ScriptBootstrapAction"] for action in rendered["BootstrapActions"]] == [
        {"Path": "s3://company-config/packages.sh", "Args": ["jq"]},
        {"Path": "s3://vendor/agent.sh", "Args": []},
    ]
    assert rendered["Steps"][0]["HadoopJarStep"] == {
        "Jar": "s3://eu-west-1.elasticmapreduce/libs/script-runner/script-runner.jar",
        "Args": [
            "s3://company-config/load.sh",
            "s3://company-input/raw/",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:store",
        ],
    }


def test_kinds_of_steps() -> None:
    steps = request(everything())["Steps"]

    assert [step["ActionOnFailure"] for step in steps] == [
        "CONTINUE",
        "CANCEL_AND_WAIT",
        "TERMINATE_CLUSTER",
        "CONTINUE",
    ]
    assert steps[2]["HadoopJarStep"] == {
        "Jar": "s3://company-input/count.jar",
        "MainClass": "org.example.Count",
        "Args": ["x"],
        "Properties": [{"Key": "k", "Value": "v"}],
    }
    assert steps[3]["HadoopJarStep"] == {
        "Jar": "command-runner.jar",
        "Args": ["hdfs", "dfsadmin", "-report"],
    }


@pytest.mark.parametrize(
    ("given", "rendered"),
    [
        # Repeated options become unique arguments; the application's own arguments stay untouched.
        (
            ["--conf", "a=1", "--conf", "b=2", "job.py", "--conf", "mine"],
            ["--conf=a=1", "--conf=b=2", "job.py", "--conf", "mine"],
        ),
        (["-c", "a=1", "job.py"], ["--conf=a=1", "job.py"]),
        # A flag takes no value, so what follows it is the application.
        (["--verbose", "job.py", "--conf", "x"], ["--verbose", "job.py", "--conf", "x"]),
        (
            ["--class", "org.example.Main", "--conf", "a=1", "app.jar"],
            ["--class", "org.example.Main", "--conf=a=1", "app.jar"],
        ),
        (["--name=x", "job.py"], ["--name=x", "job.py"]),
        # Nothing follows: left for spark-submit to complain about.
        (["--conf"], ["--conf"]),
    ],
)
def test_spark_submit_options(given: list[str], rendered: list[str]) -> None:
    spec = ClusterSpec(
        release="emr-7.12.0", steps=[SparkSubmitStepSpec(name="job", spark_submit=given)]
    )

    assert request(spec)["Steps"][0]["HadoopJarStep"] == {
        "Jar": "command-runner.jar",
        "Args": ["spark-submit", *rendered],
    }


def test_scaling_limits_in_emr_words() -> None:
    assert request(everything())["ManagedScalingPolicy"] == {
        "ComputeLimits": {
            "UnitType": "VCPU",
            "MinimumCapacityUnits": 24,
            "MaximumCapacityUnits": 160,
            "MaximumCoreCapacityUnits": 48,
            "MaximumOnDemandCapacityUnits": 64,
        }
    }


def test_scaling_limits_left_out_are_the_maximum() -> None:
    spec = ClusterSpec(
        release="emr-7.12.0",
        core=CoreGroupSpec(count=2),
        scaling=ManagedScalingSpec(minimum=2, maximum=9),
    )

    limits = request(spec)["ManagedScalingPolicy"]["ComputeLimits"]

    assert limits["MaximumCoreCapacityUnits"] == 9
    assert limits["MaximumOnDemandCapacityUnits"] == 9


def test_durations_are_seconds_for_emr() -> None:
    assert request(everything())["AutoTerminationPolicy"] == {"IdleTimeout": 90 * 60}


def test_managed_policies_tag_wins_over_the_users() -> None:
    spec = ClusterSpec(
        release="emr-7.12.0", tags={"for-use-with-amazon-emr-managed-policies": "false", "a": "b"}
    )

    assert request(spec)["Tags"] == [
        {"Key": "a", "Value": "b"},
        {"Key": "for-use-with-amazon-emr-managed-policies", "Value": "true"},
    ]


def test_python_programs_build_the_same_cluster_as_files() -> None:
    """Every part has a class, and the class takes the same words as the file."""
    built = ClusterSpec(
        release="emr-7.12.0",
        primary=PrimaryGroupSpec(type="m6g.2xlarge"),
        core=CoreGroupSpec(type="r6g.xlarge", count=2, ebs=EbsSpec(size_gib=64)),
        task={"spot": TaskGroupSpec(type="r6g.xlarge", count=1, market="spot")},
        root_volume=RootVolumeSpec(size_gib=40),
        steps=[
            ScriptStepSpec(name="a", script="a.sh"),
            CommandStepSpec(name="b", command=["true"]),
            JarStepSpec(name="c", jar="s3://jobs/c.jar"),
        ],
    )
    read = ClusterSpec.model_validate(
        {
            "release": "emr-7.12.0",
            "primary": {"type": "m6g.2xlarge"},
            "core": {"type": "r6g.xlarge", "count": 2, "ebs": {"size_gib": 64}},
            "task": {"spot": {"type": "r6g.xlarge", "count": 1, "market": "spot"}},
            "root_volume": {"size_gib": 40},
            "steps": [
                {"name": "a", "script": "a.sh"},
                {"name": "b", "command": ["true"]},
                {"name": "c", "jar": "s3://jobs/c.jar"},
            ],
        }
    )

    assert built == read
