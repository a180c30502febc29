"""Breaking one thing of a valid environment on purpose is caught by exactly the rule that is about it.

The environments are made up at random; what is broken, and which rule is to say so, is in the table.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError

from emr_platform.environment.rules import ALL_RULES, environment_problems
from emr_platform.environment.script_rules import LocalScripts
from emr_platform.environment.spec import EnvironmentSpec
from tests.strategies import environments
from tests.support import ROOT

Content = dict[str, Any]
Breaker = Callable[[Content, Content], None]
"""Changes an environment, or the first of its clusters, in place."""

EXAMPLES = int(os.environ.get("EMR_PLATFORM_EXAMPLES", "0"))
FEW_OR_MANY = settings(
    max_examples=EXAMPLES or 2,
    derandomize=not EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
KEY = "arn:aws:kms:sa-east-1:111122223333:key/12345678-1234-1234-1234-123456789012"
TYPES: dict[str, Any] = {"m6g.xlarge": {}}
WITH_RESULT_STORE = {
    "release": "emr-7.12.0",
    "applications": ["Hive"],
    "metastore": {"mysql": "result_store"},
}


def core(**values: Any) -> Breaker:
    """A cluster of instance groups whose core group is like this."""
    return groups(core={"count": 3, **values})


def groups(**values: Any) -> Breaker:
    """A cluster of instance groups with these keys, and without others that are about instances."""

    def change(_: Content, cluster: Content) -> None:
        for key in ("instance_fleets", "scaling", "task"):
            cluster.pop(key, None)
        cluster["primary"] = {}
        cluster.update(values)

    return change


def fleets(**values: Any) -> Breaker:
    """A cluster of instance fleets, one of which is not as it must be."""

    def change(_: Content, cluster: Content) -> None:
        for key in ("primary", "core", "task", "scaling", "subnet_index"):
            cluster.pop(key, None)
        cluster["instance_fleets"] = {"core": {"types": TYPES, "on_demand_capacity": 2}, **values}

    return change


def beside_fleets(**values: Any) -> Breaker:
    """A cluster of instance fleets with something beside them."""
    change = fleets()

    def change_all(environment: Content, cluster: Content) -> None:
        change(environment, cluster)
        cluster.update(values)

    return change_all


def cluster(**values: Any) -> Breaker:
    """Values of the cluster itself."""

    def change(_: Content, cluster: Content) -> None:
        cluster.update(values)

    return change


def old(release: str, **values: Any) -> Breaker:
    """An old release, with instances and applications that it has, and something that it has not."""
    change = groups(core={"type": "m4.xlarge", "count": 3}, primary={"type": "m4.xlarge"})

    def change_all(environment: Content, cluster: Content) -> None:
        change(environment, cluster)
        for key in ("idle_timeout_minutes", "metastore", "presets", "security_configuration"):
            cluster.pop(key, None)
        cluster.update({"release": release, "applications": ["Hadoop"], "configurations": {}})
        cluster["step_concurrency"] = 1
        cluster.update(values)

    return change_all


def environment(**values: Any) -> Breaker:
    """Values of the environment itself."""

    def change(environment: Content, _: Content) -> None:
        environment.update(values)

    return change


def secure(**values: Any) -> Breaker:
    """The security configuration of a cluster with Spark."""
    return cluster(security_configuration=values, applications=["Spark"])


def scaling(**limits: Any) -> Breaker:
    """Managed scaling of three On-Demand core nodes."""
    return groups(core={"count": 3}, scaling={"minimum": 2, "maximum": 10, **limits})


def volume(**values: Any) -> Breaker:
    """A data volume of the core group."""
    return core(ebs={"size_gib": 100, **values})


def scales(**values: Any) -> Breaker:
    """Automatic scaling of the core group."""
    return core(automatic_scaling={"minimum": 1, "maximum": 10, **values})


BREAKERS: list[tuple[str, str, Breaker]] = [
    (
        "EMR-INSTANCE-001",
        "type of another release",
        old("emr-6.7.0", primary={"type": "m7g.2xlarge"}),
    ),
    ("EMR-INSTANCE-004", "burstable nodes", core(type="t3.xlarge")),
    ("EMR-APPLICATION-001", "an application twice", cluster(applications=["Spark", "spark"])),
    (
        "EMR-APPLICATION-002",
        "Presto and Trino",
        cluster(applications=["Presto", "Trino"], security_configuration=None),
    ),
    ("EMR-APPLICATION-003", "Trino by its new name", old("emr-6.2.0", applications=["Trino"])),
    (
        "EMR-APPLICATION-006",
        "Mahout in 7.x",
        cluster(release="emr-7.0.0", applications=["Mahout"], security_configuration=None),
    ),
    ("EMR-MARKET-001", "a bid On-Demand", core(bid_price_usd=1)),
    (
        "EMR-SCALING-001",
        "scaling before 5.30.0",
        old("emr-5.29.0", scaling={"minimum": 3, "maximum": 9}),
    ),
    ("EMR-SCALING-002", "minimum above maximum", scaling(minimum=11)),
    (
        "EMR-SCALING-003",
        "core above maximum",
        groups(
            core={"count": 3, "market": "spot"},
            scaling={"minimum": 2, "maximum": 10, "max_core": 11},
        ),
    ),
    ("EMR-SCALING-004", "On-Demand above maximum", scaling(max_on_demand=11)),
    ("EMR-SCALING-005", "core above On-Demand", scaling(max_core=6, max_on_demand=5)),
    (
        "EMR-SCALING-007",
        "scaling without core",
        groups(scaling={"minimum": 1, "maximum": 2}, core=None),
    ),
    ("EMR-CAPACITY-001", "task without core", groups(core=None, task={"more": {"count": 1}})),
    ("EMR-CAPACITY-002", "groups beside fleets", beside_fleets(primary={"type": "m6g.xlarge"})),
    (
        "EMR-AUTOSCALING-001",
        "both kinds of scaling",
        groups(
            core={
                "count": 3,
                "automatic_scaling": {"minimum": 1, "maximum": 9, "preset": "yarn-balanced"},
            },
            scaling={"minimum": 1, "maximum": 9},
        ),
    ),
    ("EMR-AUTOSCALING-002", "minimum above maximum", scales(minimum=11, preset="yarn-balanced")),
    ("EMR-VOLUME-001", "a volume too small", volume(type="st1", size_gib=124)),
    ("EMR-VOLUME-003", "iops of gp2", volume(type="gp2", iops=3000)),
    ("EMR-VOLUME-004", "too few iops", volume(iops=2999)),
    ("EMR-VOLUME-005", "too many iops for the size", volume(type="io1", iops=5001)),
    ("EMR-VOLUME-006", "io1 without iops", volume(type="io1")),
    ("EMR-VOLUME-007", "throughput of gp2", volume(type="gp2", throughput_mib_per_second=125)),
    ("EMR-VOLUME-008", "too little throughput", volume(throughput_mib_per_second=124)),
    ("EMR-VOLUME-009", "throughput above iops", volume(throughput_mib_per_second=751)),
    (
        "EMR-VOLUME-011",
        "a kind of volume twice",
        core(ebs=[{"size_gib": 10}, {"size_gib": 10}]),
    ),
    ("EMR-ROOT-001", "a root volume too small", cluster(root_volume={"size_gib": 9})),
    ("EMR-ROOT-003", "root iops before 6.15.0", old("emr-6.14.0", root_volume={"iops": 3000})),
    ("EMR-ROOT-004", "too few root iops", cluster(root_volume={"size_gib": 50, "iops": 2999})),
    (
        "EMR-ROOT-005",
        "root iops above the size",
        cluster(root_volume={"size_gib": 15, "iops": 7501}),
    ),
    ("EMR-STEP-001", "concurrency before 5.28.0", old("emr-5.27.0", steps=[], step_concurrency=2)),
    (
        "EMR-STEP-002",
        "a step that cancels others",
        cluster(
            steps=[{"name": "a", "command": ["true"], "on_failure": "cancel_and_wait"}],
            step_concurrency=2,
        ),
    ),
    (
        "EMR-STEP-003",
        "a step of many words",
        cluster(steps=[{"name": "a", "command": ["x" * 10_241]}]),
    ),
    (
        "EMR-STEP-004",
        "an argument twice",
        cluster(steps=[{"name": "a", "command": ["echo", "0", "0"]}]),
    ),
    ("EMR-STEP-005", "a step twice", cluster(steps=[{"name": "a", "command": ["true"]}] * 2)),
    ("EMR-TERMINATION-001", "idle time before 5.30.0", old("emr-5.29.0", idle_timeout_minutes=60)),
    (
        "EMR-METASTORE-001",
        "Glue before 5.8.0",
        old("emr-5.7.0", applications=["Hive"], metastore="glue"),
    ),
    (
        "EMR-METASTORE-002",
        "another account's catalog before 5.16.0",
        old(
            "emr-5.15.0", applications=["Hive"], metastore={"glue": {"catalog_id": "111122223333"}}
        ),
    ),
    (
        "EMR-METASTORE-004",
        "Hive's tables on one of three primary nodes",
        groups(
            applications=["Hive"],
            core={"count": 3},
            lifecycle="long_running",
            metastore="local",
            presets=[],
            primary={"count": 3},
            security_configuration=None,
        ),
    ),
    (
        "EMR-CONNECTION-001",
        "a database without a user",
        cluster(applications=["Hive"], metastore={"mysql": {"host": "db.example.com"}}),
    ),
    (
        "EMR-SECRET-001",
        "a password instead of a secret",
        cluster(configurations={"core-site": {"EMR.secret@fs.password": "hunter2"}}),
    ),
    ("EMR-PRESET-001", "Hudi before 5.28.0", old("emr-5.27.1", presets=["hudi"])),
    ("EMR-PRESET-003", "HBase in S3 without a place", cluster(presets=["hbase-on-s3"])),
    (
        "EMR-PRESET-004",
        "two formats of tables in one catalog",
        cluster(applications=["Spark"], presets=["delta", "hudi"], configurations={}),
    ),
    (
        "EMR-PRESET-006",
        "metrics that 7.0.0 does not know",
        cluster(release="emr-7.0.0", presets={"cloudwatch-agent": {"yarn": True}}),
    ),
    (
        "EMR-REFERENCE-007",
        "a result store that is not there",
        environment(result_store=None, clusters={"a": WITH_RESULT_STORE}),
    ),
    (
        "EMR-REFERENCE-008",
        "a user of the result store that is not there",
        environment(
            result_store={},
            clusters={"a": {"release": "emr-7.12.0", "result_store_users": ["pipeline"]}},
        ),
    ),
    (
        "EMR-DATABASE-006",
        "a second administrator",
        environment(
            result_store={"databases": ["results"], "users": {"root": "read_write"}},
            clusters={"a": {"release": "emr-7.12.0"}},
        ),
    ),
    (
        "EMR-DATABASE-007",
        "a user without a database",
        environment(
            result_store={"users": {"pipeline": "read_write"}},
            clusters={"a": {"release": "emr-7.12.0"}},
        ),
    ),
    (
        "EMR-DATABASE-008",
        "Hive as a user who may only read",
        environment(
            result_store={"databases": ["hive_metastore"], "users": {"hive": "read_only"}},
            clusters={"a": {**WITH_RESULT_STORE, "metastore": {"mysql": {"user": "hive"}}}},
        ),
    ),
    (
        "EMR-CLASSIFICATION-001",
        "a classification misspelled",
        cluster(configurations={"spark-default": {"a": "b"}}),
    ),
    (
        "EMR-CLASSIFICATION-003",
        "a classification of others",
        cluster(release="emr-7.0.0", configurations={"spark-log4j": {"a": "b"}}),
    ),
    ("EMR-ENCRYPTION-001", "SSE-KMS without a key", secure(at_rest={"s3": {"mode": "sse_kms"}})),
    (
        "EMR-ENCRYPTION-013",
        "a key of another region",
        secure(at_rest={"s3": {"mode": "sse_kms", "kms_key_arn": KEY}}),
    ),
    ("EMR-KERBEROS-001", "Kerberos without attributes", secure(kerberos={})),
    (
        "EMR-LAKE-001",
        "Lake Formation alone",
        secure(lake_formation={"authorized_session_tag_value": "emr"}),
    ),
    (
        "EMR-ROLES-003",
        "runtime roles before 6.7.0",
        old("emr-6.6.0", applications=["Spark"], security_configuration={"runtime_roles": {}}),
    ),
    (
        "EMR-REFERENCE-001",
        "a bucket that is not there",
        cluster(steps=[{"name": "a", "command": ["cat", "bucket://nowhere/x"]}]),
    ),
    (
        "EMR-REFERENCE-002",
        "access to a bucket that is not there",
        cluster(data_access={"nowhere": "read"}, steps=[]),
    ),
    (
        "EMR-CONFIGURATION-006",
        "an entry of configurations twice",
        cluster(
            configurations=[{"Classification": "core-site", "Properties": {"fs.a": "b"}}] * 2,
            metastore="local",
            presets=[],
        ),
    ),
    (
        "EMR-NETWORK-015",
        "a security group twice",
        cluster(additional_security_groups={"primary": ["sg-11111111", "sg-11111111"]}),
    ),
    ("EMR-FLEET-014", "a subnet twice", fleets(subnet_indexes=[0, 0])),
    ("EMR-NETWORK-010", "a subnet that is not there", fleets(subnet_indexes=[0, 6])),
    (
        "EMR-NETWORK-002",
        "more NAT gateways than zones",
        environment(
            network={"availability_zones": 1, "nat_gateways": 2}, clusters={}, result_store=None
        ),
    ),
    (
        "EMR-SSH-001",
        "SSH from everywhere",
        environment(ssh={"key_pair": "analytics", "allow_from": ["0.0.0.0/0"]}),
    ),
    (
        "EMR-SSH-002",
        "a range twice",
        environment(ssh={"key_pair": "analytics", "allow_from": ["10.0.0.0/8", "10.0.0.0/8"]}),
    ),
    (
        "EMR-STORAGE-001",
        "a bucket of the platform's",
        environment(storage={"data": {"logs": {}}}, clusters={}),
    ),
    ("EMR-TAGS-002", "tags that IAM takes for one", environment(tags={"team": "a", "Team": "b"})),
    ("EMR-TAGS-003", "a tag of the platform's", cluster(tags={"environment": "mine"})),
    (
        "EMR-ACKNOWLEDGE-001",
        "a rule that is none",
        cluster(acknowledge={"EMR-NONE-001": "Nobody knows it, but it looks well."}),
    ),
    (
        "EMR-SCRIPT-001",
        "a script that is not there",
        cluster(steps=[{"name": "a", "script": "scripts/nowhere.sh"}]),
    ),
]


@pytest.mark.parametrize(
    ("rule_id", "change"),
    [pytest.param(rule_id, change, id=f"{rule_id} {what}") for rule_id, what, change in BREAKERS],
)
def test_one_mistake_is_caught_by_its_rule_alone(rule_id: str, change: Breaker) -> None:
    assert {rule.severity for rule in ALL_RULES if rule.id == rule_id} == {"error"}

    @FEW_OR_MANY
    @given(environments())
    def check(content: Content) -> None:
        first = next(iter(content["clusters"].values()))
        change(content, first)
        spec = EnvironmentSpec.model_validate({k: v for k, v in content.items() if v is not None})

        problems = environment_problems(spec, LocalScripts(ROOT / "environments"))

        errors = {problem.rule_id for problem in problems if problem.severity == "error"}
        assert errors == {rule_id}

    check()


FIELDS: list[tuple[str, Breaker]] = [
    ("clusters.*.step_concurrency", cluster(step_concurrency=257)),
    ("clusters.*.idle_timeout_minutes", cluster(idle_timeout_minutes=0)),
    ("clusters.*.release", cluster(release="7.12.0")),
    ("clusters.*.lifecycle", cluster(lifecycle="short")),
    ("clusters.*.core.market", core(market="SPOT")),
    ("clusters.*.core.count", core(count=0)),
    ("clusters.*.primary.count", groups(primary={"count": 2})),
    ("clusters.*.core.size", core(size=3)),
    ("clusters.*.instance_fleets.core.types", fleets(core={"types": {}, "spot_capacity": 1})),
    (
        "clusters.*.instance_fleets.core.spot.timeout_minutes",
        fleets(core={"types": TYPES, "spot": {"timeout_minutes": 4}}),
    ),
    ("clusters.*.ami_id", cluster(ami_id="ami-1")),
    ("region", environment(region="Ireland")),
    ("protection", environment(protection="maybe")),
]


@pytest.mark.parametrize(
    ("place", "change"), [pytest.param(place, change, id=place) for place, change in FIELDS]
)
def test_one_wrong_field_is_one_error_at_its_place(place: str, change: Breaker) -> None:
    @FEW_OR_MANY
    @given(environments())
    def check(content: Content) -> None:
        name, first = next(iter(content["clusters"].items()))
        change(content, first)

        with pytest.raises(ValidationError) as raised:
            EnvironmentSpec.model_validate({k: v for k, v in content.items() if v is not None})

        assert [".".join(map(str, error["loc"])) for error in raised.value.errors()] == [
            place.replace("*", name)
        ]

    check()
