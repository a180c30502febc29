"""Each rule about the parts of an environment together, on both sides of what it allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from emr_platform.environment.cross_rules import CROSS_RULES
from emr_platform.environment.reachability_rules import REACHABILITY_RULES
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.problems import Problem

Values = Mapping[str, Any]

CHINA = "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
IRELAND = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SUBNETS = ["subnet-11111111", "subnet-22222222"]
EXISTING = {"vpc_id": "vpc-12345678", "cidr": "10.0.0.0/16", "cluster_subnet_ids": SUBNETS}


RULES = (*CROSS_RULES.rules, *REACHABILITY_RULES.rules)


def environment(values: Values) -> EnvironmentSpec:
    return EnvironmentSpec.model_validate({"name": "dev", "region": "us-east-1", **values})


def found(rule_id: str, values: Values) -> list[Problem]:
    spec = environment(values)
    problems = [problem for rule in RULES for problem in rule.problems(spec)]
    return [problem for problem in problems if problem.rule_id == rule_id]


def etl(**values: Any) -> Values:
    return {"clusters": {"etl": {"release": "emr-7.12.0", **values}}}


def secured(region: str = "us-east-1", **security: Any) -> Values:
    return {"region": region, **etl(security_configuration=security)}


def boundary(arn: str, **values: Any) -> Values:
    return {"identity": {"permissions_boundary": arn}, **values}


def external(key: str | None, **values: Any) -> Values:
    return {
        "storage": {"external": {"other": {"bucket_name": "other", "kms_key_arn": key}}},
        **values,
    }


def bucket(name: str, **values: Any) -> Values:
    return {"storage": {"external": {"other": {"bucket_name": name, **values}}}}


def step(on_failure: str) -> Values:
    return {"name": "step", "command": ["date"], "on_failure": on_failure}


def command(*arguments: str) -> Values:
    return {"name": "step", "command": arguments}


BUCKETS: Values = {"storage": {"data": {"input": {}, "output": {}}}}

CASES: list[tuple[str, list[Values], list[Values]]] = [
    (
        "EMR-ENVIRONMENT-001",
        [
            {"region": name}
            for name in ("us-east-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1")
        ],
        [{"region": "us-esat-1"}, {"region": "eu-west-9"}],
    ),
    (
        "EMR-ENVIRONMENT-002",
        [
            {"protection": "destroy", **etl()},
            {"protection": "destroy", **etl(termination_protection=False)},
            {"protection": "retain", **etl(termination_protection=True)},
        ],
        [{"protection": "destroy", **etl(termination_protection=True)}],
    ),
    (
        "EMR-TERMINATION-003",
        [
            etl(steps=[step("continue"), step("cancel_and_wait")]),
            etl(steps=[step("terminate_cluster")], termination_protection=False),
            # "If the cluster has termination protection enabled AND auto-terminate disabled"
            etl(steps=[step("terminate_cluster")], lifecycle="transient"),
            {**etl(steps=[step("terminate_cluster")]), "protection": "destroy"},
            # EMR-AVAILABILITY-005
            etl(steps=[step("terminate_cluster")], primary={"count": 3}),
        ],
        [
            etl(steps=[step("terminate_cluster")]),
            etl(steps=[step("continue"), step("terminate_cluster")], termination_protection=True),
            {
                **etl(steps=[step("terminate_cluster")], termination_protection=True),
                "protection": "destroy",
            },
        ],
    ),
    (
        "EMR-ENVIRONMENT-003",
        [
            {"protection": "destroy", **etl(core={"market": "spot"})},
            {"protection": "retain", **etl(core={}, task={"a": {"count": 1, "market": "spot"}})},
        ],
        [
            {"protection": "retain", **etl(core={"market": "spot"})},
            {"protection": "retain", **etl(primary={"market": "spot"})},
        ],
    ),
    (
        "EMR-IDENTITY-001",
        [
            boundary("arn:aws:iam::111122223333:policy/B", account="111122223333"),
            boundary("arn:aws:iam::aws:policy/PowerUserAccess", account="111122223333"),
            boundary("arn:aws:iam::111122223333:policy/B"),
            {"account": "111122223333"},
        ],
        [boundary("arn:aws:iam::444455556666:policy/B", account="111122223333")],
    ),
    (
        "EMR-IDENTITY-002",
        [
            boundary("arn:aws:iam::111122223333:policy/B"),
            boundary("arn:aws-cn:iam::111122223333:policy/B", region="cn-north-1"),
            external(CHINA, region="cn-north-1"),
            # Nobody knows what a new region belongs to.
            boundary("arn:aws:iam::111122223333:policy/B", region="xx-north-1"),
        ],
        [
            boundary("arn:aws-cn:iam::111122223333:policy/B"),
            boundary("arn:aws:iam::111122223333:policy/B", region="us-gov-west-1"),
            external(CHINA),
            secured(runtime_roles={"role_arns": ["arn:aws-cn:iam::111122223333:role/a"]}),
        ],
    ),
    (
        "EMR-ENCRYPTION-013",
        [
            secured(at_rest={"local_disks": {"kms_key_arn": IRELAND}}, region="eu-west-1"),
            secured(existing="company-default", kms_key_arns=[IRELAND], region="eu-west-1"),
            secured(at_rest={"local_disks": {}}),
            etl(),
        ],
        [
            secured(at_rest={"local_disks": {"kms_key_arn": IRELAND}}),
            secured(at_rest={"s3": {"mode": "sse_kms", "kms_key_arn": IRELAND}}),
            secured(in_transit={"certificates": {"provider": "emr", "kms_key_arn": IRELAND}}),
            secured(write_ahead_log={"kms_key_arn": IRELAND}),
            secured(existing="company-default", kms_key_arns=[IRELAND]),
        ],
    ),
    (
        "EMR-STORAGE-004",
        [external(IRELAND, region="eu-west-1"), external(None)],
        [external(IRELAND)],
    ),
    (
        "EMR-NETWORK-009",
        [
            {"network": {"availability_zones": ["us-east-1a", "us-east-1f"]}},
            {"network": {"availability_zones": 3}},
            {"network": EXISTING},
        ],
        [{"network": {"availability_zones": ["us-east-1a", "us-east-2a"]}}],
    ),
    (
        "EMR-NETWORK-012",
        [
            etl(),
            etl(release="emr-7.14.0"),
            {"network": {"cluster_subnets": "public"}, **etl(release="emr-spark-8.0.0")},
        ],
        [
            etl(release="emr-spark-8.0.0"),
            {"network": EXISTING, **etl(release="emr-spark-8.0.0")},
        ],
    ),
    (
        "EMR-NETWORK-011",
        [
            etl(),
            {"network": {"nat_gateways": 1}, **etl(session_manager=True)},
            {"network": {"cluster_subnets": "public"}, **etl(session_manager=True)},
            {"network": EXISTING, **etl(session_manager=True)},
            {"network": {"endpoints": ["elasticmapreduce"]}},
            # Disks are encrypted from emr-5.24.0.
            {
                "network": {"endpoints": ["elasticmapreduce"]},
                "clusters": {"old": {"release": "emr-5.23.0"}},
            },
            {
                "network": {"endpoints": ["kms", "ssm", "ssmmessages"]},
                **etl(session_manager=True),
            },
            {
                "network": {"endpoints": ["elasticmapreduce"]},
                **etl(security_configuration={"platform_defaults": False}),
            },
            {
                "network": {"endpoints": ["elasticmapreduce"]},
                **etl(security_configuration={"existing": "company-default"}),
            },
            {
                "network": {"endpoints": ["kms", "monitoring"]},
                **etl(applications=["AmazonCloudWatchAgent"]),
            },
        ],
        [
            etl(session_manager=True),
            etl(applications=["amazoncloudwatchagent"]),
            etl(read_result_store_secret=True),
            etl(result_store_users=["pipeline"]),
            {"network": {"endpoints": ["elasticmapreduce"]}, **etl()},
            {
                "network": {"endpoints": ["kms"]},
                **etl(security_configuration={"runtime_roles": {"create": {"a": {}}}}),
            },
            {
                "network": {"endpoints": ["sts"]},
                **etl(
                    security_configuration={
                        "platform_defaults": False,
                        "at_rest": {"s3": {"mode": "sse_kms", "kms_key_arn": IRELAND}},
                    }
                ),
            },
            etl(
                security_configuration={
                    "ldap": {
                        "server_url": "ldaps://ldap.example.com",
                        "certificate_secret_arn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:a",
                        "access_filter": "(objectClass=user)",
                        "user_search_base": "cn=People",
                        "group_search_base": "cn=Groups",
                    }
                }
            ),
            {
                "network": {"endpoints": ["elasticmapreduce"]},
                "clusters": {"old": {"release": "emr-5.24.0"}},
            },
            {
                "network": {"endpoints": ["kms", "ssmmessages"]},
                **etl(session_manager=True),
            },
        ],
    ),
    (
        "EMR-DATABASE-003",
        [
            {"network": {"availability_zones": 2}, "result_store": {}},
            {"network": {"availability_zones": 1}},
            {"network": {**EXISTING, "result_store_subnet_ids": SUBNETS}, "result_store": {}},
            {"network": EXISTING},
        ],
        [
            {"network": {"availability_zones": 1}, "result_store": {}},
            {"network": {"availability_zones": ["us-east-1a"]}, "result_store": {}},
            {"network": EXISTING, "result_store": {}},
            {"network": {**EXISTING, "result_store_subnet_ids": SUBNETS[:1]}, "result_store": {}},
        ],
    ),
    (
        "EMR-REFERENCE-005",
        [
            {**BUCKETS, **etl(steps=[command("bucket://input/a", "bucket://logs/a")])},
            {
                **BUCKETS,
                **etl(
                    data_access={"input": "read"},
                    steps=[command("bucket://input/a", "bucket://logs/a")],
                ),
            },
            # What presets and the metastore name is opened for them.
            {
                **BUCKETS,
                **etl(
                    data_access={},
                    metastore={"glue": {"warehouse": "bucket://input/tables/"}},
                    presets={"iceberg": {"warehouse": "bucket://output/tables/"}},
                ),
            },
        ],
        [
            {**BUCKETS, **etl(data_access={}, steps=[command("--in=bucket://input/a")])},
            {
                **BUCKETS,
                **etl(
                    data_access={"input": "read"}, configurations={"a": {"b": "bucket://output"}}
                ),
            },
        ],
    ),
    (
        "EMR-REFERENCE-006",
        [
            etl(steps=[command("bucket://logs/a", "hdfs:///a", "file:///a")]),
            {**bucket("other"), **etl(steps=[command("--in=s3://other/a,s3a://other/b")])},
            etl(bootstrap={"a": {"script": "s3://other/a.sh"}}),
            etl(steps=[{"name": "a", "script": "s3://other/a.sh"}]),
            etl(steps=[{"name": "a", "jar": "s3://other/a.jar"}]),
        ],
        [
            etl(steps=[command("--in=s3://other/a")]),
            etl(steps=[{"name": "a", "jar": "s3://other/a.jar", "args": ["s3://another/a"]}]),
            etl(steps=[{"name": "a", "script": "s3://other/a.sh", "args": ["s3n://another"]}]),
            etl(configurations={"a": {"b": "s3a://other"}}),
            {**bucket("another"), **etl(steps=[command("s3://another/a", "s3://other/a")])},
        ],
    ),
    (
        "EMR-STORAGE-005",
        [
            {**bucket("other", access="read_write"), **etl(log_uri="s3://other/logs/")},
            {**bucket("other"), **etl()},
        ],
        [
            etl(log_uri="s3://other/logs/"),
            {**bucket("other", access="read"), **etl(log_uri="s3://other/logs/")},
            {**bucket("another", access="read_write"), **etl(log_uri="s3://other")},
        ],
    ),
]


def test_every_rule_has_cases() -> None:
    assert {case[0] for case in CASES} == {rule.id for rule in RULES}


@pytest.mark.parametrize(
    ("rule_id", "values"), [(id, values) for id, accepted, _ in CASES for values in accepted]
)
def test_accepted(rule_id: str, values: Values) -> None:
    assert found(rule_id, values) == []


@pytest.mark.parametrize(
    ("rule_id", "values"), [(id, values) for id, _, refused in CASES for values in refused]
)
def test_refused(rule_id: str, values: Values) -> None:
    assert len(found(rule_id, values)) == 1


def test_missing_endpoints_are_named_once_for_each_reason() -> None:
    problems = found(
        "EMR-NETWORK-011",
        {
            "network": {"endpoints": ["elasticmapreduce", "ssm"]},
            **etl(session_manager=True, read_result_store_secret=True),
        },
    )

    assert [(problem.path[-1], problem.allowed) for problem in problems] == [
        ("release", "endpoint kms in network.endpoints, or network.nat_gateways: 1"),
        (
            "session_manager",
            "endpoint ssmmessages in network.endpoints, or network.nat_gateways: 1",
        ),
        (
            "read_result_store_secret",
            "endpoint secretsmanager in network.endpoints, or network.nat_gateways: 1",
        ),
    ]
