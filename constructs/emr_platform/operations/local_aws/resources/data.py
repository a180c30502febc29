"""Keys, secrets and databases."""

from __future__ import annotations

import json
from typing import Any

from emr_platform.operations.local_aws.resources.model import (
    Declared,
    Existing,
    Made,
    Properties,
    ResourceType,
    parameters,
)


class _Key(ResourceType):
    """By moto it fails, if it has tags."""

    name = "AWS::KMS::Key"

    def create(self, declared: Declared) -> Made:
        kms, properties = declared.aws("kms"), declared.properties
        untagged = {name: properties[name] for name in properties if name != "Tags"}
        tags = [
            {"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties.get("Tags", [])
        ]
        key = kms.create_key(**parameters(kms, "CreateKey", untagged), Tags=tags)["KeyMetadata"]
        made = Made(key["KeyId"], {"Arn": key["Arn"], "KeyId": key["KeyId"]})
        self._set(declared, made)
        return made

    def update(self, existing: Existing, declared: Declared) -> Made | None:
        if declared.differs(existing.declared, "KeySpec", "KeyUsage", "MultiRegion", "Origin"):
            return None
        self._set(declared, existing.made)
        return existing.made

    def delete(self, existing: Existing) -> None:
        days = int(existing.properties.get("PendingWindowInDays", 30))
        existing.aws("kms").schedule_key_deletion(KeyId=existing.id, PendingWindowInDays=days)

    @staticmethod
    def _set(declared: Declared, made: Made) -> None:
        kms, properties = declared.aws("kms"), declared.properties
        if "KeyPolicy" in properties:
            policy = json.dumps(properties["KeyPolicy"])
            kms.put_key_policy(KeyId=made.id, PolicyName="default", Policy=policy)
        rotates = str(properties.get("EnableKeyRotation", False)).lower() == "true"
        (kms.enable_key_rotation if rotates else kms.disable_key_rotation)(KeyId=made.id)


class _Secret(ResourceType):
    """Unknown to moto."""

    name = "AWS::SecretsManager::Secret"
    name_property = "Name"

    def create(self, declared: Declared) -> Made:
        secrets, properties = declared.aws("secretsmanager"), declared.properties
        known = parameters(secrets, "CreateSecret", properties)
        # CloudFormation makes this name up without the stack's; the CDK counts on its two parts.
        known.setdefault("Name", f"{declared.logical_id}-{declared.physical_name[-12:]}")
        if "GenerateSecretString" in properties:
            known["SecretString"] = _generated(secrets, properties["GenerateSecretString"])
        arn = secrets.create_secret(**known)["ARN"]
        return Made(arn, {"Id": arn})

    def update(self, existing: Existing, declared: Declared) -> Made | None:
        if declared.differs(existing.declared, "Name"):
            return None
        secrets, properties = declared.aws("secretsmanager"), declared.properties
        known = parameters(secrets, "UpdateSecret", properties)
        if declared.differs(existing.declared, "GenerateSecretString"):
            known["SecretString"] = _generated(secrets, properties["GenerateSecretString"])
        secrets.update_secret(**known, SecretId=existing.id)
        return existing.made

    def delete(self, existing: Existing) -> None:
        secrets = existing.aws("secretsmanager")
        secrets.delete_secret(SecretId=existing.id, ForceDeleteWithoutRecovery=True)


def _generated(secrets: Any, wanted: Properties) -> str:
    known = parameters(secrets, "GetRandomPassword", wanted)
    password: str = secrets.get_random_password(**known)["RandomPassword"]
    if "GenerateStringKey" not in wanted:
        return password
    template = json.loads(wanted["SecretStringTemplate"])
    return json.dumps({**template, wanted["GenerateStringKey"]: password})


class _SecretTargetAttachment(ResourceType):
    """Unknown to moto. It writes into the secret how to reach the database."""

    name = "AWS::SecretsManager::SecretTargetAttachment"

    def create(self, declared: Declared) -> Made:
        secrets, properties = declared.aws("secretsmanager"), declared.properties
        secret_id = properties["SecretId"]
        value = json.loads(secrets.get_secret_value(SecretId=secret_id)["SecretString"])
        if properties["TargetType"] == "AWS::RDS::DBInstance":
            value |= _how_to_reach(declared.aws("rds"), properties["TargetId"])
        secrets.put_secret_value(SecretId=secret_id, SecretString=json.dumps(value))
        return Made(secret_id, {"Id": secret_id})

    def delete(self, existing: Existing) -> None:
        """What it wrote goes with the secret."""


def _how_to_reach(rds: Any, database_id: str) -> dict[str, Any]:
    database = rds.describe_db_instances(DBInstanceIdentifier=database_id)["DBInstances"][0]
    name = {"dbname": database["DBName"]} if database.get("DBName") else {}
    return {
        "engine": database["Engine"],
        "host": database["Endpoint"]["Address"],
        "port": database["Endpoint"]["Port"],
        "dbInstanceIdentifier": database_id,
        **name,
    }


class _DbInstance(ResourceType):
    """By moto it loses its subnet group, log exports, monitoring and most of its attributes."""

    name = "AWS::RDS::DBInstance"
    name_property = "DBInstanceIdentifier"

    def create(self, declared: Declared) -> Made:
        rds, properties = declared.aws("rds"), declared.properties
        known = parameters(rds, "CreateDBInstance", self._named_as_in_api(properties))
        known["DBInstanceIdentifier"] = declared.physical_name.lower()
        return self._made(rds.create_db_instance(**known)["DBInstance"])

    def update(self, existing: Existing, declared: Declared) -> Made | None:
        if declared.differs(
            existing.declared,
            "DBInstanceIdentifier",
            "DBName",
            "DBSubnetGroupName",
            "Engine",
            "KmsKeyId",
            "MasterUsername",
            "StorageEncrypted",
        ):
            return None
        rds, old, new = declared.aws("rds"), existing.properties, declared.properties
        changed = {name: new[name] for name in new if old.get(name) != new[name]}
        known = parameters(rds, "ModifyDBInstance", self._named_as_in_api(changed))
        known["DBInstanceIdentifier"] = existing.id
        return self._made(rds.modify_db_instance(**known)["DBInstance"])

    def delete(self, existing: Existing) -> None:
        rds = existing.aws("rds")
        rds.delete_db_instance(DBInstanceIdentifier=existing.id, SkipFinalSnapshot=True)

    @staticmethod
    def _named_as_in_api(properties: Properties) -> dict[str, Any]:
        if "VPCSecurityGroups" not in properties:
            return dict(properties)
        return {**properties, "VpcSecurityGroupIds": properties["VPCSecurityGroups"]}

    @staticmethod
    def _made(database: dict[str, Any]) -> Made:
        attributes = {
            "DBInstanceArn": database["DBInstanceArn"],
            "DbiResourceId": database["DbiResourceId"],
            "Endpoint.Address": database["Endpoint"]["Address"],
            "Endpoint.Port": str(database["Endpoint"]["Port"]),
        }
        return Made(database["DBInstanceIdentifier"], attributes)


class _DbSubnetGroup(ResourceType):
    """By moto a reference to it is not its name."""

    name = "AWS::RDS::DBSubnetGroup"
    name_property = "DBSubnetGroupName"

    def create(self, declared: Declared) -> Made:
        rds, name = declared.aws("rds"), declared.physical_name.lower()
        known = parameters(rds, "CreateDBSubnetGroup", declared.properties)
        rds.create_db_subnet_group(**known | {"DBSubnetGroupName": name})
        return Made(name)

    def update(self, existing: Existing, declared: Declared) -> Made | None:
        if declared.differs(existing.declared, "DBSubnetGroupName"):
            return None
        rds = declared.aws("rds")
        known = parameters(rds, "ModifyDBSubnetGroup", declared.properties)
        rds.modify_db_subnet_group(**known | {"DBSubnetGroupName": existing.id})
        return existing.made

    def delete(self, existing: Existing) -> None:
        existing.aws("rds").delete_db_subnet_group(DBSubnetGroupName=existing.id)


class _DbParameterGroup(ResourceType):
    """By moto a reference to it is not its name."""

    name = "AWS::RDS::DBParameterGroup"
    name_property = "DBParameterGroupName"

    def create(self, declared: Declared) -> Made:
        properties, name = declared.properties, declared.physical_name.lower()
        declared.aws("rds").create_db_parameter_group(
            DBParameterGroupName=name,
            DBParameterGroupFamily=properties["Family"],
            Description=properties["Description"],
            Tags=properties.get("Tags", []),
        )
        made = Made(name, {"DBParameterGroupName": name})
        self._set(declared, made)
        return made

    def update(self, existing: Existing, declared: Declared) -> Made | None:
        if declared.differs(existing.declared, "DBParameterGroupName", "Description", "Family"):
            return None
        self._set(declared, existing.made)
        return existing.made

    def delete(self, existing: Existing) -> None:
        existing.aws("rds").delete_db_parameter_group(DBParameterGroupName=existing.id)

    @staticmethod
    def _set(declared: Declared, made: Made) -> None:
        values = [
            {"ParameterName": name, "ParameterValue": str(value), "ApplyMethod": "pending-reboot"}
            for name, value in declared.properties.get("Parameters", {}).items()
        ]
        if values:
            rds = declared.aws("rds")
            rds.modify_db_parameter_group(DBParameterGroupName=made.id, Parameters=values)


class _GlueDatabase(ResourceType):
    """Unknown to moto."""

    name = "AWS::Glue::Database"

    def create(self, declared: Declared) -> Made:
        glue, database = declared.aws("glue"), self._database(declared)
        glue.create_database(**database)
        return Made(database["DatabaseInput"]["Name"])

    def update(self, existing: Existing, declared: Declared) -> Made | None:
        database = self._database(declared)
        if database["DatabaseInput"]["Name"] != existing.id:
            return None
        declared.aws("glue").update_database(**database, Name=existing.id)
        return existing.made

    def delete(self, existing: Existing) -> None:
        existing.aws("glue").delete_database(Name=existing.id)

    @staticmethod
    def _database(declared: Declared) -> dict[str, Any]:
        properties = declared.properties
        named = {"Name": declared.physical_name.lower(), **properties["DatabaseInput"]}
        known = {**properties, "DatabaseInput": named}
        return parameters(declared.aws("glue"), "CreateDatabase", known)


TYPES: tuple[ResourceType, ...] = (
    _DbInstance(),
    _DbParameterGroup(),
    _DbSubnetGroup(),
    _GlueDatabase(),
    _Key(),
    _Secret(),
    _SecretTargetAttachment(),
)
