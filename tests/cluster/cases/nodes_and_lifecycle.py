"""Three primary nodes, AMIs, and how a cluster ends."""

from __future__ import annotations

from typing import Any

from tests.cluster.cases import Case, Values
from tests.cluster.cases.fleets import core_fleet, primary_fleet

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
AMI, OTHER_AMI = "ami-0123456789abcdef0", "ami-0fedcba9876543210"
STEP = {"name": "a", "command": ["a"]}


def three(release: str = "emr-7.12.0", **values: Any) -> Values:
    return {"release": release, "primary": {"count": 3}, "core": {"count": 4}, **values}


def amis(
    cluster: str | None, primary: str | None, core: str | None, *, core_type: str = "m6g.xlarge"
) -> Values:
    """Groups with their AMIs; the primary node is an m6g.xlarge."""

    def group(type_: str, ami: str | None) -> Values:
        return {"type": type_, **({"ami_id": ami} if ami else {})}

    nodes = {"primary": group("m6g.xlarge", primary), "core": group(core_type, core)}
    return {**nodes, **({"ami_id": cluster} if cluster else {})}


CASES: list[Case] = [
    (
        "EMR-AVAILABILITY-001",
        [
            three("emr-5.23.0"),
            primary_fleet("emr-6.12.0", count=3),
            primary_fleet("emr-5.36.1", count=3),
            primary_fleet("emr-6.8.1", count=3),
            primary_fleet("emr-6.11.1", count=3),
            {"release": "emr-5.22.0"},
        ],
        [
            three("emr-5.22.0"),
            primary_fleet("emr-6.11.0", count=3),
            primary_fleet("emr-5.36.0", count=3),
            primary_fleet("emr-6.8.0", count=3),
        ],
    ),
    (
        "EMR-AVAILABILITY-002",
        [three(), {"primary": {"market": "spot"}}, primary_fleet(count=3)],
        [
            three(primary={"count": 3, "market": "spot"}),
            primary_fleet(count=3, market="spot"),
        ],
    ),
    (
        "EMR-AVAILABILITY-003",
        [
            three(),
            three(core={"count": 3}, configurations={"hdfs-site": {"dfs.replication": 2}}),
            {"core": {"count": 3}},
            {"primary": {"count": 3}},
        ],
        [
            three(core={"count": 3}),
            three(core={"count": 3}, configurations={"hdfs-site": {"dfs.replication": 1}}),
        ],
    ),
    (
        "EMR-AVAILABILITY-004",
        [
            three(),
            three(termination_protection=True),
            {"idle_timeout_minutes": 60},
            {"termination_protection": False},
        ],
        [
            three(idle_timeout_minutes=60),
            three(termination_protection=False),
            three(lifecycle="transient", steps=[STEP]),
        ],
    ),
    (
        "EMR-AVAILABILITY-005",
        [three(steps=[STEP]), {"steps": [{**STEP, "on_failure": "terminate_cluster"}]}],
        [three(steps=[STEP, {**STEP, "on_failure": "terminate_cluster"}])],
    ),
    (
        "EMR-AVAILABILITY-006",
        [three(applications=["Spark", "Livy"]), {"applications": ["JupyterEnterpriseGateway"]}],
        [three(applications=["Spark", "JupyterEnterpriseGateway"])],
    ),
    (
        "EMR-AVAILABILITY-007",
        [
            three(placement_group="spread"),
            three("emr-5.23.0", placement_group="none"),
            {**primary_fleet(count=3), "placement_group": "spread"},
        ],
        [
            {"placement_group": "spread"},
            {"placement_group": "none"},
            three("emr-5.22.0", placement_group="spread"),
        ],
    ),
    (
        "EMR-PRIMARY-001",
        [
            {"core": {"count": 50}},
            {"core": {"count": 51}, "primary": {"type": "m6g.2xlarge"}},
            {"core": {"count": 51}, "primary": {"type": "m99.xlarge"}},
            {"core": {"count": 2}, "scaling": {"minimum": 2, "maximum": 50}},
            {"core": {"count": 2}, "scaling": {"unit": "vcpu", "minimum": 8, "maximum": 400}},
        ],
        [
            {"core": {"count": 51}},
            {"core": {"count": 10}, "task": {"a": {"count": 41}}},
            {"core": {"count": 2}, "scaling": {"minimum": 2, "maximum": 51}},
        ],
    ),
    (
        "EMR-AMI-001",
        [{"release": "emr-5.7.0", "ami_id": AMI}, {"release": "emr-5.6.0"}],
        [
            {"release": "emr-5.6.0", "ami_id": AMI},
            {"release": "emr-5.6.0", "core": {"ami_id": AMI}},
        ],
    ),
    (
        "EMR-AMI-002",
        [amis(AMI, None, None), amis(None, AMI, OTHER_AMI)],
        [amis(AMI, None, OTHER_AMI), amis(AMI, AMI, None)],
    ),
    (
        "EMR-AMI-003",
        [
            amis(AMI, None, None),
            amis(None, None, None, core_type="m5.xlarge"),
            amis(AMI, None, None, core_type="m99.xlarge"),
        ],
        [
            amis(AMI, None, None, core_type="m5.xlarge"),
            {**core_fleet({"m5.xlarge": {}, "m6g.xlarge": {}}), "ami_id": AMI},
        ],
    ),
    (
        "EMR-AMI-004",
        [
            amis(None, AMI, AMI),
            amis(None, AMI, OTHER_AMI, core_type="m5.xlarge"),
            amis(None, AMI, AMI, core_type="m99.xlarge"),
        ],
        [
            amis(None, AMI, AMI, core_type="m5.xlarge"),
            core_fleet({"m5.xlarge": {"ami_id": AMI}, "m6g.xlarge": {"ami_id": AMI}}),
        ],
    ),
    (
        "EMR-AMI-005",
        [
            {"release": "emr-5.36.0", "os_release": "2.0.20220606.1"},
            {"release": "emr-6.6.0", "os_release": "2.0.20220606.1"},
            {"release": "emr-5.35.0"},
        ],
        [
            {"release": "emr-5.35.0", "os_release": "2.0.20220606.1"},
            {"release": "emr-6.5.0", "os_release": "2.0.20220606.1"},
        ],
    ),
    (
        "EMR-AMI-006",
        [
            {"release": "emr-6.15.0", "os_release": "2.0.20231101.0"},
            {"release": "emr-7.0.0", "os_release": "2023.3.20240108.0"},
            {"release": "emr-spark-8.0.0", "os_release": "2023.12.20260611.0"},
        ],
        [
            {"release": "emr-7.0.0", "os_release": "2.0.20231101.0"},
            {"release": "emr-6.15.0", "os_release": "2023.3.20240108.0"},
        ],
    ),
    (
        "EMR-AMI-007",
        [{"os_release": "2023.3.20240108.0"}, {"ami_id": AMI}],
        [{"os_release": "2023.3.20240108.0", "ami_id": AMI}],
    ),
    (
        "EMR-LIFECYCLE-001",
        [{"lifecycle": "transient", "steps": [STEP]}, {"lifecycle": "long_running"}],
        [{"lifecycle": "transient"}],
    ),
    (
        "EMR-LIFECYCLE-002",
        [{"lifecycle": "transient", "steps": [STEP]}, {"idle_timeout_minutes": 60}],
        [{"lifecycle": "transient", "steps": [STEP], "idle_timeout_minutes": 60}],
    ),
    (
        "EMR-LIFECYCLE-003",
        [
            {"release": label, "scale_down_behavior": "terminate_at_instance_hour"}
            for label in ("emr-5.1.0", "emr-5.9.1")
        ],
        [
            {"release": label, "scale_down_behavior": "terminate_at_instance_hour"}
            for label in ("emr-5.0.3", "emr-5.10.0", "emr-7.12.0")
        ],
    ),
    (
        "EMR-LIFECYCLE-004",
        [
            {"release": label, "log_encryption_key_arn": KEY}
            for label in ("emr-5.30.0", "emr-6.0.1", "emr-6.1.0")
        ],
        [
            {"release": label, "log_encryption_key_arn": KEY}
            for label in ("emr-5.29.0", "emr-6.0.0")
        ],
    ),
    (
        "EMR-LIFECYCLE-005",
        [{"additional_info": {"a": "x" * 10271}}, {"additional_info": {}}],
        [{"additional_info": {"a": "x" * 10272}}],
    ),
    (
        "EMR-LIFECYCLE-006",
        [{}, {"visible_to_all_users": True}],
        [{"visible_to_all_users": False}],
    ),
    (
        "EMR-LIFECYCLE-007",
        [{}, {"unhealthy_node_replacement": True}],
        [{"unhealthy_node_replacement": False}],
    ),
]
