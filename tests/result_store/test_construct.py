"""The template of the result store."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from emr_platform.acknowledgements import flatten
from emr_platform.network import ExistingNetwork, ExistingVpcSpec, Network, NewVpcSpec
from emr_platform.result_store import ResultStore, ResultStoreSpec
from emr_platform.testing import Synthesized, masked
from tests.support import known_environment, lint, new_app, synthesize

EVERYTHING = ResultStoreSpec(
    engine="mysql-8.0",
    instance_type="r6g.large",
    storage_gib=100,
    max_storage_gib=500,
    multi_az=True,
    collation="utf8mb4_0900_ai_ci",
    backup_retention_days=35,
    slow_query_seconds=10,
)
EXISTING = ExistingVpcSpec(
    vpc_id="vpc-0123456789abcdef0",
    cidr="10.60.0.0/20",
    cluster_subnet_ids=["subnet-0123456789abcdef0"],
    result_store_subnet_ids=["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
)
MAJOR_VERSION_ONLY = {
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html
    "E3691": "RDS takes a major version, too, and picks the minor version",
}


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """One app with a result store in a new network, and another one in an existing VPC."""
    app = new_app(tmp_path_factory.mktemp("result_store"))
    network = Network(cdk.Stack(app, "Network"), "Network", spec=NewVpcSpec())
    defaults = ResultStore(
        cdk.Stack(app, "Defaults"),
        "ResultStore",
        spec=ResultStoreSpec(),
        vpc=network.vpc,
        subnets=network.result_store_subnets,
    )
    everything = cdk.Stack(app, "Everything", env=known_environment())
    existing = ExistingNetwork(everything, "Network", spec=EXISTING)
    ResultStore(
        everything,
        "ResultStore",
        spec=EVERYTHING,
        vpc=existing.vpc,
        subnets=existing.result_store_subnets,
        removal_policy=cdk.RemovalPolicy.DESTROY,
        deletion_protection=False,
    )
    dependent = cdk.Stack(app, "Dependent")
    members = ec2.SecurityGroup(
        dependent, "Members", vpc=network.vpc, description="Members", allow_all_outbound=False
    )
    defaults.allow_connections_from(dependent, "FromMembers", security_group=members)
    return synthesize(app)


@pytest.fixture
def templates(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def instance(synthesis: Synthesized, stack: str) -> dict[str, Any]:
    properties: dict[str, Any] = synthesis.properties(stack, "AWS::RDS::DBInstance")
    return properties


def test_template_with_nothing_set(synthesis: Synthesized, templates: SnapshotAssertion) -> None:
    assert masked(synthesis.template("Defaults")) == templates


def test_template_with_everything_set(synthesis: Synthesized, templates: SnapshotAssertion) -> None:
    assert masked(synthesis.template("Everything")) == templates


def test_nothing_is_found(synthesis: Synthesized) -> None:
    assert synthesis.findings == ()


def test_what_is_acknowledged(synthesis: Synthesized) -> None:
    # Without its arguments, which name what the CDK generates.
    assert {rule.partition("[")[0] for rule in synthesis.acknowledged} == {
        "E9006",
        "AwsSolutions-IAM5",
        "AwsSolutions-RDS3",
        "AwsSolutions-RDS10",
        "AwsSolutions-RDS11",
        "AwsSolutions-SMG4",
    }


@pytest.mark.parametrize(
    ("multi_az", "protected", "left"),
    [(False, True, {"RDS3", "RDS11"}), (True, True, {"RDS11"}), (True, False, {"RDS10", "RDS11"})],
)
def test_only_what_is_so_is_acknowledged(
    tmp_path: Path, multi_az: bool, protected: bool, left: set[str]
) -> None:
    app = new_app(tmp_path)
    stack = cdk.Stack(app, "Stack")
    network = ExistingNetwork(stack, "Network", spec=EXISTING)
    store = ResultStore(
        stack,
        "ResultStore",
        spec=ResultStoreSpec(multi_az=multi_az),
        vpc=network.vpc,
        subnets=network.result_store_subnets,
        deletion_protection=protected,
    )
    rules = {
        rule
        for entry in store.instance.node.metadata
        if entry.type == cdk.Validations.ACKNOWLEDGED_RULES_METADATA_KEY
        for rule in entry.data
    }

    nag = {rule.rpartition("-")[2] for rule in rules if rule.startswith("AwsSolutions")}
    assert nag == left


@pytest.mark.parametrize("stack", ["Defaults", "Everything"])
def test_cfn_lint(synthesis: Synthesized, stack: str) -> None:
    assert lint(synthesis.template_file(stack), ignore=MAJOR_VERSION_ONLY) == []


def test_cfn_lint_of_who_connects(synthesis: Synthesized) -> None:
    assert lint(synthesis.template_file("Dependent")) == []


@pytest.mark.parametrize(
    ("stack", "version", "family"),
    [("Defaults", "8.4", "mysql8.4"), ("Everything", "8.0", "mysql8.0")],
)
def test_engine(synthesis: Synthesized, stack: str, version: str, family: str) -> None:
    properties = instance(synthesis, stack)
    group = synthesis.template(stack)["Resources"][properties["DBParameterGroupName"]["Ref"]]

    assert properties["Engine"] == "mysql"
    assert properties["EngineVersion"] == version
    assert properties["AutoMinorVersionUpgrade"] is True
    assert group["Properties"]["Family"] == family


@pytest.mark.parametrize(
    ("stack", "collation", "seconds"),
    [("Defaults", "utf8mb4_bin", "2"), ("Everything", "utf8mb4_0900_ai_ci", "10")],
)
def test_parameters(synthesis: Synthesized, stack: str, collation: str, seconds: str) -> None:
    group = synthesis.properties(stack, "AWS::RDS::DBParameterGroup")

    assert group["Parameters"] == {
        "character_set_server": "utf8mb4",
        "collation_server": collation,
        "require_secure_transport": "1",
        "slow_query_log": "1",
        "long_query_time": seconds,
        "log_output": "FILE",
    }
    assert "DBParameterGroupName" not in group


def test_size_with_nothing_set(synthesis: Synthesized) -> None:
    properties = instance(synthesis, "Defaults")

    assert properties["DBInstanceClass"] == "db.t4g.small"
    assert properties["AllocatedStorage"] == "20"
    assert properties["StorageType"] == "gp3"
    assert "MaxAllocatedStorage" not in properties
    assert properties["MultiAZ"] is False
    assert properties["BackupRetentionPeriod"] == 7


def test_size_with_everything_set(synthesis: Synthesized) -> None:
    properties = instance(synthesis, "Everything")

    assert properties["DBInstanceClass"] == "db.r6g.large"
    assert properties["AllocatedStorage"] == "100"
    assert properties["MaxAllocatedStorage"] == 500
    assert properties["MultiAZ"] is True
    assert properties["BackupRetentionPeriod"] == 35


@pytest.mark.parametrize("stack", ["Defaults", "Everything"])
def test_one_rotated_key_encrypts_storage_and_secret(synthesis: Synthesized, stack: str) -> None:
    ((logical_id, key),) = synthesis.resources(stack, "AWS::KMS::Key").items()
    arn = {"Fn::GetAtt": [logical_id, "Arn"]}

    assert key["Properties"]["EnableKeyRotation"] is True
    assert instance(synthesis, stack)["StorageEncrypted"] is True
    assert instance(synthesis, stack)["KmsKeyId"] == arn
    assert synthesis.properties(stack, "AWS::SecretsManager::Secret")["KmsKeyId"] == arn


@pytest.mark.parametrize("stack", ["Defaults", "Everything"])
def test_the_password_is_not_in_the_template(synthesis: Synthesized, stack: str) -> None:
    (secret,) = synthesis.resources(stack, "AWS::SecretsManager::Secret")
    properties = synthesis.properties(stack, "AWS::SecretsManager::Secret")
    attachment = synthesis.properties(stack, "AWS::SecretsManager::SecretTargetAttachment")

    assert properties["GenerateSecretString"]["GenerateStringKey"] == "password"
    assert properties["GenerateSecretString"]["SecretStringTemplate"] == '{"username":"admin"}'
    for property_name, key in (("MasterUsername", "username"), ("MasterUserPassword", "password")):
        assert instance(synthesis, stack)[property_name] == {
            "Fn::Join": [
                "",
                ["{{resolve:secretsmanager:", {"Ref": secret}, f":SecretString:{key}::}}}}"],
            ]
        }
    # So that the secret tells host and port as well.
    assert attachment["SecretId"] == {"Ref": secret}
    assert attachment["TargetType"] == "AWS::RDS::DBInstance"


@pytest.mark.parametrize("stack", ["Defaults", "Everything"])
def test_nobody_can_connect_yet(synthesis: Synthesized, stack: str) -> None:
    properties = instance(synthesis, stack)
    ((logical_id, group),) = synthesis.resources(stack, "AWS::EC2::SecurityGroup").items()

    assert properties["PubliclyAccessible"] is False
    assert properties["VPCSecurityGroups"] == [{"Fn::GetAtt": [logical_id, "GroupId"]}]
    assert "SecurityGroupIngress" not in group["Properties"]
    assert synthesis.resources(stack, "AWS::EC2::SecurityGroupIngress") == {}
    # The CDK's way to say that there is no rule: an address that nobody has.
    egress = group["Properties"]["SecurityGroupEgress"]
    assert [rule["CidrIp"] for rule in egress] == ["255.255.255.255/32"]


def test_who_connects_lets_itself_in(synthesis: Synthesized) -> None:
    rule = synthesis.properties("Dependent", "AWS::EC2::SecurityGroupIngress")
    (members,) = synthesis.resources("Dependent", "AWS::EC2::SecurityGroup")

    assert rule["GroupId"]["Fn::ImportValue"].startswith(
        "Defaults:ExportsOutputFnGetAttResultStoreSecurityGroup"
    )
    assert rule["SourceSecurityGroupId"] == {"Fn::GetAtt": [members, "GroupId"]}
    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 3306, 3306)
    # Nor does the result store's stack know of the dependent one.
    assert "Dependent" not in str(synthesis.template("Defaults"))


def test_subnets(synthesis: Synthesized) -> None:
    new = synthesis.properties("Defaults", "AWS::RDS::DBSubnetGroup")["SubnetIds"]
    existing = synthesis.properties("Everything", "AWS::RDS::DBSubnetGroup")["SubnetIds"]

    assert len(new) == 2
    assert all("NetworkDatabaseSubnet" in subnet["Fn::ImportValue"] for subnet in new)
    assert existing == ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"]


@pytest.mark.parametrize(
    ("stack", "removal_policy"), [("Defaults", "retain"), ("Everything", "destroy")]
)
def test_logs(synthesis: Synthesized, stack: str, removal_policy: str) -> None:
    (logical_id,) = synthesis.resources(stack, "AWS::RDS::DBInstance")
    calls = log_calls(synthesis, stack)

    exported = instance(synthesis, stack)["EnableCloudwatchLogsExports"]
    assert exported == ["error", "slowquery"]
    for name in exported:
        group = f"/aws/rds/instance/<{logical_id}>/{name}"
        made, kept = calls[f"{name}Group"], calls[f"{name}Retention"]
        assert made["Create"]["action"] == "createLogGroup"
        # RDS may have been faster.
        assert made["Create"]["ignoreErrorCodesMatching"] == "ResourceAlreadyExistsException"
        assert made["Create"]["parameters"] == {"logGroupName": group}
        assert kept["Create"]["action"] == "putRetentionPolicy"
        assert kept["Create"]["parameters"] == {"logGroupName": group, "retentionInDays": 90}
        deleted = [call["Delete"]["action"] for call in (made, kept) if "Delete" in call]
        assert deleted == (["deleteLogGroup"] if removal_policy == "destroy" else [])


def log_calls(synthesis: Synthesized, stack: str) -> dict[str, dict[str, Any]]:
    """The calls of CloudWatch Logs, by the name of their construct; references by logical id."""
    found = {}
    for name, each in synthesis.resources(stack, "Custom::InstanceLogRetention").items():
        calls = {
            event: json.loads(_joined(each["Properties"][event]))
            for event in ("Create", "Update", "Delete")
            if event in each["Properties"]
        }
        found[re.sub("^.*LogRetention(?=error|slowquery)|[0-9A-F]{8}$", "", name)] = calls
    return found


def _joined(value: dict[str, Any]) -> str:
    _, parts = value["Fn::Join"]
    return "".join(part if isinstance(part, str) else f"<{part['Ref']}>" for part in parts)


def test_log_function_reaches_the_logs_of_its_database_only(synthesis: Synthesized) -> None:
    statements = [
        statement
        for policy in synthesis.resources("Everything", "AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    (logical_id,) = synthesis.resources("Everything", "AWS::RDS::DBInstance")

    for statement in statements:
        resource = flatten(statement["Resource"])
        assert f":log-group:/aws/rds/instance/<{logical_id}>/" in resource or (
            "LogRetentionLogs" in resource
        )


def test_everything_is_kept_by_default(synthesis: Synthesized) -> None:
    kept = {
        resource["Type"]
        for resource in synthesis.template("Defaults")["Resources"].values()
        if resource.get("DeletionPolicy") == resource.get("UpdateReplacePolicy") == "Retain"
    }

    assert kept == {
        "AWS::EC2::SecurityGroup",
        "AWS::KMS::Key",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBSubnetGroup",
        "AWS::SecretsManager::Secret",
        "AWS::SecretsManager::SecretTargetAttachment",
    }
    assert instance(synthesis, "Defaults")["DeletionProtection"] is True
    assert instance(synthesis, "Defaults")["DeleteAutomatedBackups"] is False
    assert instance(synthesis, "Defaults")["CopyTagsToSnapshot"] is True


def test_everything_is_destroyed_when_asked(synthesis: Synthesized) -> None:
    for resource in synthesis.template("Everything")["Resources"].values():
        # Else CloudFormation would take a final snapshot of the database.
        implied = "Snapshot" if resource["Type"] == "AWS::RDS::DBInstance" else "Delete"
        assert resource.get("DeletionPolicy", implied) == "Delete"
    assert synthesis.properties("Everything", "AWS::KMS::Key")["PendingWindowInDays"] == 7
    assert instance(synthesis, "Everything")["DeletionProtection"] is False
    assert instance(synthesis, "Everything")["DeleteAutomatedBackups"] is True


@pytest.mark.parametrize("stack", ["Defaults", "Everything"])
def test_nothing_is_named(synthesis: Synthesized, stack: str) -> None:
    assert "DBInstanceIdentifier" not in instance(synthesis, stack)
    assert "Name" not in synthesis.properties(stack, "AWS::SecretsManager::Secret")
    assert "DBSubnetGroupName" not in synthesis.properties(stack, "AWS::RDS::DBSubnetGroup")
    assert "GroupName" not in synthesis.properties(stack, "AWS::EC2::SecurityGroup")


def test_what_others_need_to_connect() -> None:
    stack = cdk.Stack(cdk.App(), "Stack")
    network = ExistingNetwork(stack, "Network", spec=EXISTING)
    store = ResultStore(
        stack,
        "ResultStore",
        spec=ResultStoreSpec(),
        vpc=network.vpc,
        subnets=network.result_store_subnets,
    )

    assert store.port == 3306
    address = stack.resolve(store.endpoint_address)
    assert address["Fn::GetAtt"][1] == "Endpoint.Address"
    # The attached secret: whoever reads it waits until it has host and port.
    assert "SecretAttachment" in stack.resolve(store.secret.secret_arn)["Ref"]
    assert store.instance.connections.security_groups[0].security_group_id == (
        store.security_group.security_group_id
    )
    assert store.encryption_key.key_arn


def test_an_app_without_our_feature_flags(tmp_path: Path) -> None:
    app = new_app(tmp_path, feature_flags=False)
    stack = cdk.Stack(app, "Stack")
    network = ExistingNetwork(stack, "Network", spec=EXISTING)
    ResultStore(
        stack,
        "ResultStore",
        spec=ResultStoreSpec(),
        vpc=network.vpc,
        subnets=network.result_store_subnets,
    )

    assert synthesize(app).findings == ()


def test_a_spec_costs_no_cdk() -> None:
    program = (
        "import sys\n"
        "from emr_platform.result_store import ResultStoreSpec\n"
        "assert ResultStoreSpec()\n"
        "assert not {'aws_cdk', 'jsii', 'boto3'} & sys.modules.keys()\n"
        "from emr_platform.result_store import ResultStore\n"
        "assert 'aws_cdk' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_there_is_nothing_else_in_the_package() -> None:
    import emr_platform.result_store

    with pytest.raises(AttributeError, match="has no attribute 'ResultStores'"):
        _ = emr_platform.result_store.ResultStores
    assert emr_platform.result_store.ResultStore is ResultStore
