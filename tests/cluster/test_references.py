"""References from a cluster to buckets, secrets and scripts."""

from __future__ import annotations

from emr_platform.cluster.references import (
    is_local_script,
    reference_problems,
    scripts,
    texts,
)
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.metastore.database import result_store_secret_names, result_store_users
from emr_platform.problems import Problem
from tests.cluster.test_request import everything

SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:oozie-AbCdEf"


def problems(spec: ClusterSpec, subnet_count: int = 1, **known: list[str]) -> list[Problem]:
    return reference_problems(
        spec,
        buckets=known.get("buckets", ["config", "input", "logs"]),
        data_buckets=known.get("data_buckets", ["input"]),
        secrets=known.get("secrets", ["result-store"]),
        subnet_count=subnet_count,
        hosts=known.get("hosts", []),
    )


def cluster(**parts: object) -> ClusterSpec:
    return ClusterSpec.model_validate({"release": "emr-7.12.0", **parts})


def test_everything_known_is_no_problem() -> None:
    assert problems(everything()) == []


def test_unknown_bucket_is_named_with_its_place_and_the_known_ones() -> None:
    spec = cluster(
        steps=[{"name": "a", "command": ["aws", "s3", "cp", "bucket://inptu/x", "bucket://logs/"]}]
    )

    [problem] = problems(spec)

    assert problem.rule_id == "EMR-REFERENCE-001"
    assert problem.path == ("steps", 0, "command", 3)
    assert problem.message == "bucket://inptu refers to a bucket that is not there"
    assert problem.allowed == "bucket://config, bucket://input, bucket://logs"


def test_unknown_secret() -> None:
    spec = cluster(steps=[{"name": "a", "command": ["secret://result-store"]}])

    [problem] = problems(spec, secrets=[])

    assert problem.message == "secret://result-store refers to a secret that is not there"
    assert problem.allowed == "nothing: there are none"


def test_data_access_to_an_unknown_bucket() -> None:
    [problem] = problems(cluster(data_access={"output": "read"}))

    assert (problem.rule_id, problem.path) == ("EMR-REFERENCE-002", ("data_access", "output"))
    assert problem.allowed == "input"


def test_role_to_be_made_for_an_unknown_bucket() -> None:
    new = {"create": {"buckets": {"input": "read", "output": "read"}}, "groups": ["analysts"]}
    spec = cluster(
        security_configuration={
            "emrfs_role_mappings": {"analysts": new},
            "runtime_roles": {"create": {"reports": {"buckets": {"logs": "read"}}}},
        }
    )

    found = problems(spec)

    assert {(problem.rule_id, problem.allowed) for problem in found} == {
        ("EMR-REFERENCE-002", "input")
    }
    assert {problem.path[1:] for problem in found} == {
        ("emrfs_role_mappings", "analysts", "create", "buckets", "output"),
        ("runtime_roles", "create", "reports", "buckets", "logs"),
    }


def test_certificates_in_an_unknown_bucket() -> None:
    certificates = {"provider": "pem", "s3_object": "bucket://certificates/certs.zip"}
    spec = cluster(security_configuration={"in_transit": {"certificates": certificates}})

    [problem] = problems(spec)

    assert (problem.rule_id, problem.path) == (
        "EMR-REFERENCE-001",
        ("security_configuration", "in_transit", "certificates", "s3_object"),
    )
    assert problems(spec, buckets=["certificates", "config", "logs"]) == []


def test_result_store_secret_without_a_result_store() -> None:
    spec = cluster(read_result_store_secret=True)

    assert problems(spec) == []
    assert [problem.rule_id for problem in problems(spec, secrets=[])] == ["EMR-REFERENCE-003"]


def test_users_of_the_result_store() -> None:
    spec = cluster(
        applications=["Hive"],
        result_store_users=["pipeline", "api"],
        metastore={"mysql": {"user": "hive"}},
        presets={"oozie-database": {"database": {"user": "oozie", "secret": SECRET}}},
        steps=[{"name": "a", "command": ["secret://result-store-user-api"]}],
    )
    hosts = ["result-store"]
    secrets = result_store_secret_names(["api", "hive", "pipeline"])

    assert problems(spec, secrets=[*secrets], hosts=hosts) == []
    fewer = result_store_secret_names(["pipeline", "web"])
    assert [
        (problem.rule_id, problem.path, problem.message, problem.allowed)
        for problem in problems(spec, secrets=[*fewer], hosts=hosts)
        if problem.rule_id == "EMR-REFERENCE-008"
    ] == [
        (
            "EMR-REFERENCE-008",
            ("result_store_users", 1),
            "the result store has no user api",
            "pipeline, web",
        ),
        (
            "EMR-REFERENCE-008",
            ("metastore", "mysql", "user"),
            "the result store has no user hive",
            "pipeline, web, or a secret with the user's password",
        ),
    ]


def test_pseudo_parameters_of_cloudformation() -> None:
    spec = cluster(
        configurations={"spark-defaults": {"a": "x${AWS::Region}", "b": "${Region} ${AWS} $AWS::"}},
        steps=[{"name": "a", "command": ["bash", "-c", "echo ${AWS::StackName}"]}],
    )

    assert [(problem.path, problem.message, problem.severity) for problem in problems(spec)] == [
        (("steps", 0, "command", 2), "${AWS::StackName} stays what it is", "warning"),
        (
            ("configurations", "spark-defaults", "a"),
            "${AWS::Region} stays what it is",
            "warning",
        ),
    ]
    assert {problem.rule_id for problem in problems(spec)} == {"EMR-REFERENCE-009"}


def test_names_of_secrets_are_of_one_user() -> None:
    users = ["a", "password", "password-of-a", "a-password", "user-a"]

    names = result_store_secret_names(users)

    assert len(names) == 2 + 2 * len(users)
    assert result_store_users(names) == sorted(users)
    assert {"result-store", "result-store-password", "result-store-user-password"} <= names


def test_local_script_without_a_config_bucket() -> None:
    spec = cluster(bootstrap={"a": {"script": "a.sh"}, "b": {"script": "s3://scripts/b.sh"}})

    [problem] = problems(spec, buckets=["logs"])

    assert (problem.rule_id, problem.path) == ("EMR-REFERENCE-004", ("bootstrap", "a", "script"))


def test_subnets_that_are_not_there() -> None:
    group = cluster(subnet_index=1)
    fleets = cluster(instance_fleets={"subnet_indexes": [0, 2]})

    assert problems(group, subnet_count=2) == problems(fleets, subnet_count=3) == []
    [problem] = problems(group)
    assert (problem.rule_id, problem.path, problem.allowed) == (
        "EMR-NETWORK-010",
        ("subnet_index",),
        "0",
    )
    [problem] = problems(fleets, subnet_count=2)
    assert problem.path == ("instance_fleets", "subnet_indexes", 1)


def test_every_place_that_can_refer_is_looked_at() -> None:
    found = {".".join(map(str, path)) for path, _ in texts(everything())}

    assert {
        "bootstrap.packages.script",
        "bootstrap.packages.args.0",
        "steps.0.script",
        "steps.0.args.0",
        "steps.1.spark_submit.0",
        "steps.2.jar",
        "steps.2.args.0",
        "steps.3.command.0",
        "configurations.hdfs-site.dfs.replication",
        "configurations.spark-env.export.A",
        "core.configurations.yarn-site.yarn.nodemanager.vmem-check-enabled",
    } <= found


def test_scripts_of_bootstrap_actions_and_steps() -> None:
    assert [script for _, script in scripts(everything())] == [
        "packages.sh",
        "s3://vendor/agent.sh",
        "load.sh",
    ]


def test_file_of_the_nodes_is_not_shipped() -> None:
    spec = cluster(
        bootstrap={"greet": {"script": "file:/bin/echo"}, "own": {"script": "file:///usr/bin/x"}}
    )

    assert problems(spec, buckets=["logs"]) == []
    assert not any(is_local_script(script) for _, script in scripts(spec))


def test_hosts_and_bucket_names() -> None:
    spec = cluster(
        steps=[{"name": "a", "command": ["load", "host://result-store", "bucket-name://input"]}]
    )

    [problem] = problems(spec)

    assert problem.path == ("steps", 0, "command", 1)
    assert problem.message == "host://result-store refers to a host that is not there"
    assert problems(spec, hosts=["result-store"]) == []
    assert [found.path for found in problems(spec, hosts=["result-store"], buckets=[])] == [
        ("steps", 0, "command", 2)
    ]


def test_metastore_and_presets_need_the_result_store_that_they_connect_to() -> None:
    spec = cluster(
        applications=["Hive"],
        metastore={"mysql": "result_store"},
        presets={"oozie-database": {"database": "result_store"}},
    )

    found = problems(spec)

    assert {problem.rule_id for problem in found} == {"EMR-REFERENCE-007"}
    assert [problem.path for problem in found] == [
        ("metastore", "mysql"),
        ("presets", "oozie-database", "database"),
    ]
    assert problems(spec, hosts=["result-store"]) == []


def test_buckets_of_metastore_and_presets_must_be_there() -> None:
    spec = cluster(
        metastore={"glue": {"warehouse": "bucket://absent/warehouse/"}},
        presets={"jupyterhub": {"bucket": "bucket://gone"}},
    )

    assert [(problem.path, problem.message) for problem in problems(spec)] == [
        (
            ("metastore", "glue", "warehouse"),
            "bucket://absent refers to a bucket that is not there",
        ),
        (("presets", "jupyterhub", "bucket"), "bucket://gone refers to a bucket that is not there"),
    ]
