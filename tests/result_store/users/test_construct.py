"""The template of a result store with databases and users."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from emr_platform.acknowledgements import flatten
from emr_platform.network import ExistingNetwork, ExistingVpcSpec
from emr_platform.problems import InvalidSpecError
from emr_platform.result_store import ResultStore, ResultStoreSpec
from emr_platform.result_store.construct import BaseResultStore, ResultStoreUseError
from emr_platform.result_store.users.privileges import PRIVILEGES
from emr_platform.testing import Synthesized, masked
from tests.support import lint, new_app, synthesize

SPEC = ResultStoreSpec.model_validate(
    {
        "databases": ["results", "hive_metastore"],
        "users": {
            "pipeline": "read_write",
            "api": {"access": "read_only", "databases": ["hive_metastore"]},
        },
    }
)
EXISTING = ExistingVpcSpec(
    vpc_id="vpc-0123456789abcdef0",
    cidr="10.60.0.0/20",
    cluster_subnet_ids=["subnet-0123456789abcdef0"],
    result_store_subnet_ids=["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
)


def new_store(stack: cdk.Stack, spec: ResultStoreSpec) -> ResultStore:
    network = ExistingNetwork(stack, "Network", spec=EXISTING)
    return ResultStore(
        stack,
        "ResultStore",
        spec=spec,
        vpc=network.vpc,
        subnets=network.result_store_subnets,
    )


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """A result store with users, one with databases alone, and somebody who connects."""
    app = new_app(tmp_path_factory.mktemp("users"))
    store = new_store(cdk.Stack(app, "Store"), SPEC)
    new_store(cdk.Stack(app, "Databases"), ResultStoreSpec(databases=["results"]))
    reader = cdk.Stack(app, "Reader")
    role = iam.Role(reader, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    group = ec2.SecurityGroup(
        reader,
        "Group",
        vpc=ExistingNetwork(reader, "Network", spec=EXISTING).vpc,
        allow_all_outbound=False,
        description="Reader",
    )
    store.grant_connect(reader, "FromReader", grantee=role, security_group=group, user="api")
    return synthesize(app)


def users(synthesis: Synthesized, stack: str, type_name: str) -> dict[str, dict[str, Any]]:
    """The resources of a type that the users bring, by logical id."""
    return {
        name: resource
        for name, resource in synthesis.resources(stack, type_name).items()
        if name.startswith("ResultStoreUsers")
    }


def function(synthesis: Synthesized, which: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The logical id of one of the two functions, its properties, and those of its role."""
    ((name, resource),) = (
        (name, resource)
        for name, resource in users(synthesis, "Store", "AWS::Lambda::Function").items()
        if name.startswith(f"ResultStoreUsers{which}")
    )
    properties: dict[str, Any] = resource["Properties"]
    role = synthesis.template("Store")["Resources"][properties["Role"]["Fn::GetAtt"][0]]
    return name, properties, role["Properties"]


def test_template(synthesis: Synthesized, snapshot: SnapshotAssertion) -> None:
    template = masked(synthesis.template("Store"))
    # All the rest is in the snapshots of the result store without users.
    template["Resources"] = {
        name: resource
        for name, resource in template["Resources"].items()
        if name.startswith("ResultStoreUsers")
    }
    assert template == snapshot.use_extension(JSONSnapshotExtension)


def test_nothing_is_found(synthesis: Synthesized) -> None:
    assert synthesis.findings == ()


def test_cfn_lint(synthesis: Synthesized) -> None:
    ignored = {"E3691": "RDS takes a major version, too, and picks the minor version"}
    assert lint(synthesis.template_file("Store"), ignore=ignored) == []
    assert lint(synthesis.template_file("Databases"), ignore=ignored) == []


def test_each_user_has_a_secret(synthesis: Synthesized) -> None:
    (key,) = synthesis.resources("Store", "AWS::KMS::Key")
    (instance,) = synthesis.resources("Store", "AWS::RDS::DBInstance")
    secrets = users(synthesis, "Store", "AWS::SecretsManager::Secret")

    assert len(secrets) == 2
    templates = []
    for secret in secrets.values():
        properties = secret["Properties"]
        assert properties["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
        assert "SecretString" not in properties
        assert "Name" not in properties
        made = properties["GenerateSecretString"]
        assert made["GenerateStringKey"] == "password"
        assert made["PasswordLength"] == 32
        _, (before, host, after) = made["SecretStringTemplate"]["Fn::Join"]
        assert host == {"Fn::GetAtt": [instance, "Endpoint.Address"]}
        templates.append(f"{before}HOST{after}")
        # The user is dropped with the stack, whatever becomes of the database.
        assert secret["DeletionPolicy"] == "Delete"
    # With the first of the user's databases.
    assert sorted(templates) == [
        '{"username":"api","host":"HOST","port":3306,"dbname":"hive_metastore","engine":"mysql"}',
        '{"username":"pipeline","host":"HOST","port":3306,"dbname":"results","engine":"mysql"}',
    ]


def test_what_cloudformation_asks_for(synthesis: Synthesized) -> None:
    (instance,) = synthesis.resources("Store", "AWS::RDS::DBInstance")
    (attachment,) = synthesis.resources("Store", "AWS::SecretsManager::SecretTargetAttachment")
    request, _, _ = function(synthesis, "Request")
    (resource,) = users(synthesis, "Store", "Custom::ResultStoreUsers").values()
    properties = resource["Properties"]
    wanted = properties.pop("Users")

    assert properties == {
        "ServiceToken": {"Fn::GetAtt": [request, "Arn"]},
        # Not for an hour, which is the default.
        "ServiceTimeout": "900",
        "Host": {"Fn::GetAtt": [instance, "Endpoint.Address"]},
        "Port": 3306,
        "AdministratorSecret": {"Ref": attachment},
        "Databases": ["results", "hive_metastore"],
    }
    assert {name: user["Privileges"] for name, user in wanted.items()} == {
        "pipeline": {
            "results": list(PRIVILEGES["read_write"]),
            "hive_metastore": list(PRIVILEGES["read_write"]),
        },
        "api": {"hive_metastore": ["SELECT", "SHOW VIEW"]},
    }
    for name, user in wanted.items():
        assert user["Secret"]["Ref"].startswith(f"ResultStoreUsersSecrets{name}")


def test_nobody_can_hand_on_or_run_code_of_others() -> None:
    """No privilege by which a user gets more than the file says."""
    risky = {"CREATE ROUTINE", "ALTER ROUTINE", "EXECUTE", "TRIGGER", "EVENT", "GRANT OPTION"}
    for privileges in PRIVILEGES.values():
        assert not risky & set(privileges)
        assert list(privileges) == sorted(privileges)
    assert set(PRIVILEGES["read_only"]) == {"SELECT", "SHOW VIEW"} < set(PRIVILEGES["read_write"])


def test_the_function_beside_the_database_reaches_nothing_else(synthesis: Synthesized) -> None:
    _, properties, role = function(synthesis, "Database")
    [group] = properties["VpcConfig"]["SecurityGroupIds"]
    (store,) = (
        name
        for name in synthesis.resources("Store", "AWS::EC2::SecurityGroup")
        if not name.startswith("ResultStoreUsers")
    )
    database = {"Fn::GetAtt": [store, "GroupId"]}

    assert properties["VpcConfig"]["SubnetIds"] == list(EXISTING.result_store_subnet_ids)
    egress = [
        each["Properties"]
        for each in synthesis.resources("Store", "AWS::EC2::SecurityGroupEgress").values()
        if each["Properties"]["GroupId"] == group
    ]
    # Without any rule, EC2 would let everything out: hence one to an address that nobody has.
    assert {each.get("CidrIp") for each in egress} == {None, "255.255.255.255/32"}
    [to_database] = [each for each in egress if "CidrIp" not in each]
    assert to_database["DestinationSecurityGroupId"] == database
    assert (to_database["FromPort"], to_database["ToPort"]) == (3306, 3306)
    [ingress] = synthesis.resources("Store", "AWS::EC2::SecurityGroupIngress").values()
    assert ingress["Properties"]["GroupId"] == database
    assert ingress["Properties"]["SourceSecurityGroupId"] == group
    # Not a word about secrets, and no managed policy, which would allow to write to all logs.
    assert {action.partition(":")[0] for action in actions(role)} == {"ec2", "logs"}
    # What Lambda makes for it, it makes there only.
    [makes] = [each for each in statements(role) if each["Action"] == "ec2:CreateNetworkInterface"]
    assert [flatten(arn).rpartition(":")[2] for arn in makes["Resource"]] == [
        "network-interface/*",
        f"security-group/<{group['Fn::GetAtt'][0]}.GroupId>",
        *(f"subnet/{subnet}" for subnet in EXISTING.result_store_subnet_ids),
    ]
    everywhere = {
        action for each in statements(role) if each["Resource"] == "*" for action in each["Action"]
    }
    assert everywhere == {"ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"}
    assert "ManagedPolicyArns" not in role
    assert "Environment" not in properties


def test_the_function_that_reads_secrets_reads_these_alone(synthesis: Synthesized) -> None:
    _, properties, role = function(synthesis, "Request")
    database, _, _ = function(synthesis, "Database")
    secrets = {*users(synthesis, "Store", "AWS::SecretsManager::Secret")}
    secrets |= {*synthesis.resources("Store", "AWS::SecretsManager::SecretTargetAttachment")}

    assert "VpcConfig" not in properties
    assert properties["Environment"]["Variables"] == {"DATABASE_FUNCTION": {"Ref": database}}
    by_action = {
        statement["Action"]: statement
        for statement in statements(role)
        if isinstance(statement["Action"], str)
    }
    assert set(by_action) == {
        "secretsmanager:GetSecretValue",
        "kms:Decrypt",
        "lambda:InvokeFunction",
    }
    resources = by_action["secretsmanager:GetSecretValue"]["Resource"]
    assert {each["Ref"] for each in resources} == secrets
    assert by_action["lambda:InvokeFunction"]["Resource"] == {"Fn::GetAtt": [database, "Arn"]}
    assert "kms:ViaService" in by_action["kms:Decrypt"]["Condition"]["StringEquals"]
    # Longer than it waits, shorter than CloudFormation does.
    assert 450 < properties["Timeout"] < 900


def statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        statement
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def actions(role: dict[str, Any]) -> set[str]:
    return {
        action
        for each in statements(role)
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }


def test_users_go_before_what_it_takes_to_drop_them(synthesis: Synthesized) -> None:
    """CloudFormation deletes what depends before what it depends on."""
    (resource,) = users(synthesis, "Store", "Custom::ResultStoreUsers").values()
    database, _, _ = function(synthesis, "Database")
    resources = synthesis.template("Store")["Resources"]

    assert {resources[name]["Type"] for name in resource["DependsOn"]} == {
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
    }
    # Lambda deletes the network interfaces with the role's permissions: they are in the role itself.
    _, _, role = function(synthesis, "Database")
    assert "ec2:DeleteNetworkInterface" in actions(role)
    assert resources[database]["DependsOn"]


def test_databases_without_users(synthesis: Synthesized) -> None:
    (resource,) = users(synthesis, "Databases", "Custom::ResultStoreUsers").values()

    assert resource["Properties"]["Databases"] == ["results"]
    assert resource["Properties"]["Users"] == {}
    assert users(synthesis, "Databases", "AWS::SecretsManager::Secret") == {}


def test_both_functions_have_the_same_code(synthesis: Synthesized) -> None:
    _, request, _ = function(synthesis, "Request")
    _, database, _ = function(synthesis, "Database")

    assert request["Code"] == database["Code"]
    assert request["Runtime"] == database["Runtime"]


def test_who_connects_reads_the_users_secret(synthesis: Synthesized) -> None:
    policy = synthesis.properties("Reader", "AWS::IAM::Policy")["PolicyDocument"]["Statement"]
    ingress = synthesis.properties("Reader", "AWS::EC2::SecurityGroupIngress")

    read, decrypt = policy
    assert read["Action"] == ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    assert "ResultStoreUsersSecretsapi" in read["Resource"]["Fn::ImportValue"]
    assert decrypt["Action"] == "kms:Decrypt"
    assert ingress["FromPort"] == 3306
    # Nor does the result store's stack know of who connects.
    assert "Reader" not in str(synthesis.template("Store"))


def test_users_of_a_store_from_elsewhere(tmp_path: Path) -> None:
    stack = cdk.Stack(new_app(tmp_path), "Stack")
    vpc = ExistingNetwork(stack, "Network", spec=EXISTING).vpc

    def secret(name: str) -> secretsmanager.ISecret:
        arn = f"arn:aws:secretsmanager:eu-west-1:111122223333:secret:{name}-AbCdEf"
        return secretsmanager.Secret.from_secret_complete_arn(stack, name, arn)

    store: BaseResultStore = ResultStore.from_attributes(
        stack,
        "ResultStore",
        endpoint_address="db.example.com",
        secret=secret("admin"),
        security_group=ec2.SecurityGroup(stack, "Group", vpc=vpc),
        user_secrets={"api": secret("api")},
    )
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
    store.grant_read_secret(role)
    store.grant_read_secret(role, user="api")

    with pytest.raises(
        ResultStoreUseError, match="Stack/ResultStore has no user web, allowed is api"
    ):
        store.grant_read_secret(role, user="web")
    text = str(cdk.assertions.Template.from_stack(stack).to_json())
    assert "secret:admin-AbCdEf" in text
    assert "secret:api-AbCdEf" in text


def test_what_mysql_would_refuse(tmp_path: Path) -> None:
    stack = cdk.Stack(new_app(tmp_path), "Stack")

    with pytest.raises(InvalidSpecError, match=r"EMR-DATABASE-006(.|\n)*EMR-DATABASE-007"):
        new_store(stack, ResultStoreSpec(users={"admin": "read_only"}))
