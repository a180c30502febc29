"""Databases, their secrets and keys are made as declared, and change in place."""

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emr_platform.operations.local_aws import LocalAws
from tests.operations.local_aws.templates import attribute, create_stack, ref, resource

TAGS = [{"Key": "team", "Value": "analytics"}]


def _subnet(cidr: str, zone: str) -> dict[str, Any]:
    return resource(
        "AWS::EC2::Subnet", {"VpcId": ref("Vpc"), "CidrBlock": cidr, "AvailabilityZone": zone}
    )


def _database(**properties: Any) -> dict[str, Any]:
    secret = "{{resolve:secretsmanager:${Secret}:SecretString:"
    return {
        "Vpc": resource("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
        "Subnet": _subnet("10.0.0.0/24", "us-east-1a"),
        "Other": _subnet("10.0.1.0/24", "us-east-1b"),
        "Secret": resource(
            "AWS::SecretsManager::Secret",
            {
                "GenerateSecretString": {
                    "SecretStringTemplate": '{"username": "admin"}',
                    "GenerateStringKey": "password",
                    "PasswordLength": 30,
                    "ExcludeCharacters": "/@\"' ",
                },
                "Tags": TAGS,
            },
        ),
        "Subnets": resource(
            "AWS::RDS::DBSubnetGroup",
            {
                "DBSubnetGroupDescription": "for the database",
                "SubnetIds": [ref("Subnet"), ref("Other")],
            },
        ),
        "Parameters": resource(
            "AWS::RDS::DBParameterGroup",
            {
                "Description": "binary collation",
                "Family": "mysql8.4",
                "Parameters": {"collation_server": "utf8mb4_bin"},
            },
        ),
        "Group": resource(
            "AWS::EC2::SecurityGroup", {"VpcId": ref("Vpc"), "GroupDescription": "database"}
        ),
        "Database": resource(
            "AWS::RDS::DBInstance",
            {
                "AllocatedStorage": "100",
                "DBInstanceClass": "db.r6g.large",
                "DBName": "results",
                "DBParameterGroupName": ref("Parameters"),
                "DBSubnetGroupName": ref("Subnets"),
                "EnableCloudwatchLogsExports": ["error"],
                "Engine": "mysql",
                "EngineVersion": "8.4.5",
                "MasterUsername": {"Fn::Sub": secret + "username::}}"},
                "MasterUserPassword": {"Fn::Sub": secret + "password::}}"},
                "MultiAZ": True,
                "StorageEncrypted": True,
                "Tags": TAGS,
                "VPCSecurityGroups": [attribute("Group", "GroupId")],
                **properties,
            },
        ),
        "Attachment": resource(
            "AWS::SecretsManager::SecretTargetAttachment",
            {
                "SecretId": ref("Secret"),
                "TargetId": ref("Database"),
                "TargetType": "AWS::RDS::DBInstance",
            },
        ),
    }


def test_database_has_its_network_its_parameters_and_a_secret_that_leads_to_it(
    aws: LocalAws,
) -> None:
    stack = create_stack(
        aws,
        _database(),
        {
            "Address": attribute("Database", "Endpoint.Address"),
            "Port": attribute("Database", "Endpoint.Port"),
            "Arn": attribute("Database", "DBInstanceArn"),
            "Secret": ref("Attachment"),
        },
    )
    assert stack.status == "CREATE_COMPLETE"
    rds, name = aws.client("rds"), stack.resources["Database"]
    (database,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    assert database["MasterUsername"] == "admin"
    assert database["AllocatedStorage"] == 100
    assert database["MultiAZ"] is True
    assert database["TagList"] == TAGS
    assert database["EnabledCloudwatchLogsExports"] == ["error"]
    (group,) = database["VpcSecurityGroups"]
    assert group["VpcSecurityGroupId"] == stack.resources["Group"]
    subnet_group, parameter_group = stack.resources["Subnets"], stack.resources["Parameters"]
    assert database["DBSubnetGroup"]["DBSubnetGroupName"] == subnet_group
    subnets = {subnet["SubnetIdentifier"] for subnet in database["DBSubnetGroup"]["Subnets"]}
    assert subnets == {stack.resources["Subnet"], stack.resources["Other"]}
    (parameters,) = database["DBParameterGroups"]
    assert parameters["DBParameterGroupName"] == parameter_group
    assert stack.outputs["Address"] == database["Endpoint"]["Address"]
    assert stack.outputs["Port"] == "3306"
    assert stack.outputs["Arn"] == database["DBInstanceArn"]

    secrets, secret_arn = aws.client("secretsmanager"), stack.resources["Secret"]
    assert stack.outputs["Secret"] == secret_arn
    value = json.loads(secrets.get_secret_value(SecretId=secret_arn)["SecretString"])
    assert len(value.pop("password")) == 30
    assert value == {
        "username": "admin",
        "engine": "mysql",
        "host": database["Endpoint"]["Address"],
        "port": 3306,
        "dbname": "results",
        "dbInstanceIdentifier": name,
    }

    stack.update(_database(BackupRetentionPeriod=14))
    assert stack.resources["Database"] == name
    (database,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    assert database["BackupRetentionPeriod"] == 14

    stack.delete()
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        rds.describe_db_instances(DBInstanceIdentifier=name)
    with pytest.raises(ClientError, match="ResourceNotFound"):
        secrets.describe_secret(SecretId=secret_arn)
    groups = rds.describe_db_subnet_groups()["DBSubnetGroups"]
    assert subnet_group not in {group["DBSubnetGroupName"] for group in groups}
    groups = rds.describe_db_parameter_groups()["DBParameterGroups"]
    assert parameter_group not in {group["DBParameterGroupName"] for group in groups}


def test_secret_without_a_name_is_named_as_by_cloudformation(aws: LocalAws) -> None:
    # The CDK takes the name out of the ARN and counts on this form: logical id, hyphen, twelve characters.
    secrets = aws.client("secretsmanager")
    stack = create_stack(aws, {"Plain": resource("AWS::SecretsManager::Secret")})
    name = secrets.describe_secret(SecretId=stack.resources["Plain"])["Name"]
    assert re.fullmatch(r"Plain-[A-Z0-9]{12}", name)
    changed = {"Description": "changed"}
    stack.update({"Plain": resource("AWS::SecretsManager::Secret", changed)})
    assert secrets.describe_secret(SecretId=name)["Description"] == "changed"
    stack.delete()
    with pytest.raises(ClientError, match="ResourceNotFound"):
        secrets.describe_secret(SecretId=name)


def _key(**properties: Any) -> dict[str, Any]:
    policy = {"Version": "2012-10-17", "Statement": []}
    return resource("AWS::KMS::Key", {"KeyPolicy": policy, "Tags": TAGS, **properties})


def test_key_with_tags_is_made_rotated_and_scheduled_for_deletion(aws: LocalAws) -> None:
    kms = aws.client("kms")
    stack = create_stack(
        aws, {"Key": _key(EnableKeyRotation=True)}, {"Arn": attribute("Key", "Arn")}
    )
    assert stack.status == "CREATE_COMPLETE"
    key_id = stack.resources["Key"]
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["Arn"] == stack.outputs["Arn"]
    tags = kms.list_resource_tags(KeyId=key_id)["Tags"]
    assert tags == [{"TagKey": "team", "TagValue": "analytics"}]
    assert kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"]
    stack.update({"Key": _key(EnableKeyRotation=False)})
    assert stack.resources["Key"] == key_id
    assert not kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"]
    stack.delete()
    assert kms.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "PendingDeletion"


def _catalog_database(**database: Any) -> dict[str, Any]:
    properties = {"CatalogId": "123456789012", "DatabaseInput": database}
    return {"Tables": resource("AWS::Glue::Database", properties)}


def test_database_of_the_data_catalog_is_made_changed_and_deleted(aws: LocalAws) -> None:
    glue = aws.client("glue")
    stack = create_stack(aws, _catalog_database(Name="sales", LocationUri="s3://lake/sales/"))
    assert stack.resources["Tables"] == "sales"
    assert glue.get_database(Name="sales")["Database"]["LocationUri"] == "s3://lake/sales/"
    stack.update(_catalog_database(Name="sales", LocationUri="s3://lake/all/"))
    assert glue.get_database(Name="sales")["Database"]["LocationUri"] == "s3://lake/all/"
    stack.update(_catalog_database(Name="orders"))
    assert [each["Name"] for each in glue.get_databases()["DatabaseList"]] == ["orders"]
    stack.delete()
    assert glue.get_databases()["DatabaseList"] == []
