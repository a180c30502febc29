"""What others may do with a cluster, made here or imported."""

from __future__ import annotations

import inspect
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from emr_platform.catalog.metrics import METRICS
from emr_platform.catalog.ports import PORTS
from emr_platform.cluster import ClusterSpec, EmrCluster
from emr_platform.cluster.base import BaseCluster, ClusterUseError
from emr_platform.cluster.metrics import ClusterMetrics
from emr_platform.testing import Synthesized
from tests.support import known_environment, new_app, synthesize

CLUSTER_ARN = "arn:aws:elasticmapreduce:eu-west-1:123456789012:cluster/j-1EKZ3TYEVF1S2"


def existing_vpc(scope: cdk.Stack) -> ec2.IVpc:
    return ec2.Vpc.from_vpc_attributes(
        scope, "Vpc", vpc_id="vpc-0123456789abcdef0", availability_zones=["eu-west-1a"]
    )


class Clusters(cdk.Stack):
    """A cluster that is made, and one that is not."""

    def __init__(self, scope: cdk.App) -> None:
        super().__init__(scope, "Clusters", env=known_environment())
        self.vpc = existing_vpc(self)
        key = kms.Key.from_key_arn(
            self,
            "Key",
            "arn:aws:kms:eu-west-1:123456789012:key/0f0f0f0f-1111-2222-3333-444444444444",
        )
        logs = s3.Bucket.from_bucket_attributes(
            self, "Logs", bucket_name="company-logs", encryption_key=key
        )
        self.made = EmrCluster(
            self,
            "Made",
            spec=ClusterSpec(release="emr-7.12.0", applications=["Spark", "Livy"]),
            vpc=self.vpc,
            subnets=[ec2.Subnet.from_subnet_id(self, "Subnet", "subnet-0123456789abcdef0")],
            log_bucket=logs,
        )
        self.imported = EmrCluster.from_cluster_id(
            self,
            "Imported",
            "j-1EKZ3TYEVF1S2",
            primary_dns_name="ip-10-0-0-1.ec2.internal",
            log_bucket=logs,
            log_prefix="etl/",
            primary_security_group=ec2.SecurityGroup.from_security_group_id(
                self, "Primary", "sg-0123456789abcdef0"
            ),
        )


class Users(cdk.Stack):
    """Those who use the clusters, in a stack of their own."""

    def __init__(self, scope: cdk.App, clusters: Clusters) -> None:
        super().__init__(scope, "Users", env=known_environment())
        runtime_role = iam.Role.from_role_name(self, "Runtime", "reports")
        for name, cluster in (("Made", clusters.made), ("Imported", clusters.imported)):
            role = iam.Role(
                self, f"{name}User", assumed_by=iam.ServicePrincipal("states.amazonaws.com")
            )
            cluster.grant_submit_steps(role)
            cluster.grant_read_logs(role)
        narrow = iam.Role(
            self, "NarrowUser", assumed_by=iam.ServicePrincipal("states.amazonaws.com")
        )
        granted = clusters.imported.grant_submit_steps(narrow, runtime_roles=[runtime_role])
        granted.assert_success()

        vpc = existing_vpc(self)
        self.notebooks = ec2.SecurityGroup(
            self, "Notebooks", vpc=vpc, description="Notebooks", allow_all_outbound=False
        )
        clusters.made.grant_connect(self.notebooks, to="livy")
        clusters.imported.grant_connect(self.notebooks, to=9999)
        self.notebooks.connections.allow_to(clusters.imported, ec2.Port.tcp(8998), "As CDK does it")


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    app = new_app(tmp_path_factory.mktemp("base"))
    clusters = Clusters(app)
    Users(app, clusters)
    clusters.imported.grant_connect(ec2.Peer.ipv4("10.1.0.0/16"), to="yarn-web")
    return synthesize(app)


def allowed(synthesis: Synthesized, role: str) -> dict[str, Any]:
    """Each action that a role may do, with the statement that allows it."""
    found = {}
    for policy in synthesis.resources("Users", "AWS::IAM::Policy").values():
        if policy["Properties"]["Roles"][0]["Ref"].startswith(role):
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    found[action] = statement
    return found


def test_steps_are_submitted_to_this_cluster_only(synthesis: Synthesized) -> None:
    actions = allowed(synthesis, "ImportedUser")

    of_emr = {action for action in actions if action.startswith("elasticmapreduce:")}
    assert of_emr == {
        f"elasticmapreduce:{name}"
        for name in (
            "AddJobFlowSteps",
            "CancelSteps",
            "DescribeCluster",
            "DescribeStep",
            "ListSteps",
        )
    }
    for action in of_emr:
        assert actions[action]["Resource"] == CLUSTER_ARN
        assert "Condition" not in actions[action]


def test_all_actions_can_be_bound_to_a_cluster(synthesis: Synthesized) -> None:
    """As the Service Authorization Reference has it, which cfn-lint ships."""
    text = (files("cfnlint") / "data" / "AdditionalSpecs" / "Policies.json").read_text()
    reference = json.loads(text)["elasticmapreduce"]["Actions"]

    for action in allowed(synthesis, "ImportedUser"):
        service, _, name = action.partition(":")
        if service == "elasticmapreduce":
            assert reference[name.lower()]["Resources"] == ["cluster"]


def test_runtime_roles_are_a_condition_of_adding_steps(synthesis: Synthesized) -> None:
    """As "Runtime roles for Amazon EMR steps" in the Management Guide asks for."""
    actions = allowed(synthesis, "NarrowUser")

    condition = actions["elasticmapreduce:AddJobFlowSteps"]["Condition"]
    role = condition["StringEquals"]["elasticmapreduce:ExecutionRoleArn"]
    assert role == ["arn:aws:iam::123456789012:role/reports"]
    assert "Condition" not in actions["elasticmapreduce:ListSteps"]
    assert not [action for action in actions if action.startswith("iam:")]


@pytest.mark.parametrize(
    ("role", "prefix"), [("ImportedUser", "etl/"), ("MadeUser", "Clusters-Made/")]
)
def test_logs_are_read_below_the_prefix_of_the_cluster(
    synthesis: Synthesized, role: str, prefix: str
) -> None:
    actions = allowed(synthesis, role)

    bucket = "arn:aws:s3:::company-logs"
    assert actions["s3:GetObject"]["Resource"] == f"{bucket}/{prefix}*"
    assert actions["s3:ListBucket"]["Resource"] == bucket
    assert "key/0f0f0f0f-1111" in actions["kms:Decrypt"]["Resource"]
    assert not {"s3:PutObject", "s3:DeleteObject"} & actions.keys()


def test_users_depend_on_the_cluster_and_not_the_other_way_round(synthesis: Synthesized) -> None:
    """Else neither stack could be deleted, nor deployed, before the other."""
    rules = {
        (rule["Properties"]["FromPort"], rule["Properties"].get("Description"))
        for rule in synthesis.resources("Users", "AWS::EC2::SecurityGroupIngress").values()
    }

    assert rules == {
        (8998, "Livy, a REST interface to Spark"),
        (9999, "Port 9999 of the primary node"),
        (8998, "As CDK does it"),
    }
    assert '"Users:' not in json.dumps(synthesis.template("Clusters"))


def test_way_out_is_opened_too(synthesis: Synthesized) -> None:
    ports = [
        rule["Properties"]["FromPort"]
        for rule in synthesis.resources("Users", "AWS::EC2::SecurityGroupEgress").values()
    ]

    assert sorted(ports) == [8998, 8998, 9999]


def test_address_ranges_are_let_in(synthesis: Synthesized) -> None:
    [rule] = [
        rule["Properties"]
        for rule in synthesis.resources("Clusters", "AWS::EC2::SecurityGroupIngress").values()
        if "CidrIp" in rule["Properties"]
    ]

    assert rule["CidrIp"] == "10.1.0.0/16"
    assert rule["FromPort"] == rule["ToPort"] == 8088
    assert rule["GroupId"] == "sg-0123456789abcdef0"


def test_no_finding_is_left(synthesis: Synthesized) -> None:
    assert synthesis.findings_in("Users") == []


def test_descriptions_of_ports_are_taken_by_ec2() -> None:
    """API_IpRange: up to 255 characters of these."""
    taken = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}")

    assert [port.name for port in PORTS.values() if not taken.fullmatch(port.about)] == []


@pytest.fixture
def stack() -> cdk.Stack:
    return cdk.Stack(cdk.App(), "Stack")


@pytest.fixture
def unknown(stack: cdk.Stack) -> BaseCluster:
    return EmrCluster.from_cluster_id(stack, "Cluster", "j-1EKZ3TYEVF1S2")


@pytest.mark.parametrize("cluster_id", ["", "etl", "j-", "J-1EKZ3TYEVF1S2", "j-1ekz", "j-1 "])
def test_only_ids_of_clusters_are_imported(stack: cdk.Stack, cluster_id: str) -> None:
    with pytest.raises(ClusterUseError, match="the id of a cluster such as j-"):
        EmrCluster.from_cluster_id(stack, "Cluster", cluster_id)


def test_id_may_be_a_reference(stack: cdk.Stack) -> None:
    parameter = cdk.CfnParameter(stack, "ClusterId")

    cluster = EmrCluster.from_cluster_id(stack, "Cluster", parameter.value_as_string)

    assert stack.resolve(cluster.cluster_arn)["Fn::Join"][1][-1] == {"Ref": "ClusterId"}


def test_what_is_not_known_of_a_cluster_is_said(unknown: BaseCluster, stack: cdk.Stack) -> None:
    role = iam.Role(stack, "Role", assumed_by=iam.AccountRootPrincipal())

    with pytest.raises(ClusterUseError, match="pass log_bucket to from_cluster_id"):
        unknown.grant_read_logs(role)
    with pytest.raises(ClusterUseError, match="pass primary_security_group to from_cluster_id"):
        unknown.grant_connect(ec2.Peer.ipv4("10.0.0.0/8"), to="livy")
    unknown.grant_submit_steps(role)


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("livvy", "found port livvy, allowed is hbase-web, .* or a number"),
        (0, "allowed is 1 to 65535"),
        (65536, "allowed is 1 to 65535"),
        ("hive-server", "Stack/Spark does not have Hive, so that there is no port hive-server"),
        ("trino", "does not have Trino or PrestoSQL"),
    ],
)
def test_ports_that_are_not_there(stack: cdk.Stack, to: str | int, words: str) -> None:
    cluster = EmrCluster.from_cluster_id(
        stack,
        "Spark",
        "j-1EKZ3TYEVF1S2",
        primary_security_group=ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1"),
        applications=["spark"],
    )

    with pytest.raises(ClusterUseError, match=words):
        cluster.grant_connect(ec2.Peer.ipv4("10.0.0.0/8"), to=to)
    cluster.grant_connect(ec2.Peer.ipv4("10.0.0.0/8"), to="spark-history")


NAMED_METRICS = {
    name: method
    for name, method in inspect.getmembers(ClusterMetrics, inspect.isfunction)
    if name.startswith("metric_")
}


@pytest.mark.parametrize("name", NAMED_METRICS)
def test_named_metrics(unknown: BaseCluster, name: str) -> None:
    metric = getattr(unknown, name)()

    known = METRICS[metric.metric_name]
    assert metric.namespace == "AWS/ElasticMapReduce"
    assert metric.dimensions == {"JobFlowId": "j-1EKZ3TYEVF1S2"}
    assert metric.statistic == known.statistic
    assert metric.period.to_minutes() == 5


def test_no_two_named_metrics_are_the_same(unknown: BaseCluster) -> None:
    names = [getattr(unknown, name)().metric_name for name in NAMED_METRICS]

    assert len(set(names)) == len(names) >= 20


def warnings(cluster: BaseCluster) -> list[str]:
    return [str(entry.data) for entry in cluster.node.metadata if entry.type == "aws:cdk:warning"]


def test_every_metric_can_be_had_by_its_name(unknown: BaseCluster) -> None:
    for name in METRICS:
        assert unknown.metric(name).metric_name == name
    assert warnings(unknown) == []


def test_metric_is_looked_at_as_asked_for(unknown: BaseCluster) -> None:
    metric = unknown.metric_hdfs_utilization(
        statistic="p90", period=cdk.Duration.minutes(15), label="HDFS", color="#ff0000"
    )

    assert (metric.statistic, metric.label, metric.color) == ("p90", "HDFS", "#ff0000")
    assert metric.period.to_minutes() == 15


def test_metric_that_is_not_known_is_taken_with_a_warning(unknown: BaseCluster) -> None:
    metric = unknown.metric("HDFSUtilisation")

    assert (metric.metric_name, metric.statistic) == ("HDFSUtilisation", "Average")
    [warning] = warnings(unknown)
    assert "did you mean HDFSUtilization?" in warning


def test_logs_of_a_bucket_that_only_the_spec_names(tmp_path: Path) -> None:
    stack = cdk.Stack(cdk.App(outdir=str(tmp_path)), "Stack")
    key = "arn:aws:kms:eu-west-1:123456789012:key/0f0f0f0f-1111-2222-3333-444444444444"
    cluster = EmrCluster(
        stack,
        "Cluster",
        spec=ClusterSpec(
            release="emr-7.12.0", log_uri="s3://central-logs/emr/etl", log_encryption_key_arn=key
        ),
        vpc=existing_vpc(stack),
        subnets=[ec2.Subnet.from_subnet_id(stack, "Subnet", "subnet-0123456789abcdef0")],
        log_bucket=s3.Bucket.from_bucket_name(stack, "Logs", "company-logs"),
    )

    assert cluster.logs.bucket.bucket_name == "central-logs"
    assert cluster.logs.prefix == "emr/etl/"
    assert cluster.logs.key is not None
    assert cluster.logs.key.key_arn == key
