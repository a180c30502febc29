"""Local scripts shipped to the config bucket, each under the hash of its content.

A changed script is a new object, so a running cluster, whose new nodes still run their bootstrap actions, keeps
reading the script it was started with. Objects are never deleted here for the same reason.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as s3_assets
from aws_cdk import custom_resources as cr
from constructs import Construct

from emr_platform.asked_once import (
    known,
    minutes,
    physical_resource_id,
    service_principal,
    stack_of,
)
from emr_platform.identity.spec import IdentitySpec
from emr_platform.storage.access import grant_key_use, object_arn

SCRIPTS_PREFIX = "scripts/"
"""Where in the config bucket scripts go: ``scripts/<sha256>/<file name>``."""


class ShippedScripts(Construct):
    """Copies scripts from the CDK's asset bucket to the config bucket, while the stack is deployed.

    The CDK uploads the file with its assets, and CloudFormation copies it within S3 through the CDK's own custom
    resource for one API call. So the bucket needs no fixed name, deployments by pipeline work as they are, and
    the nodes need no access to the asset bucket that all of an account's CDK apps share.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        config_bucket: s3.IBucket,
        directory: Path,
        identity: IdentitySpec | None = None,
    ) -> None:
        """Prepare for shipping; nothing is made until the first script comes.

        Args:
            scope: Parent construct.
            id: Construct id.
            config_bucket: Where the scripts go.
            directory: What relative paths of scripts are relative to.
            identity: Path and permissions boundary of the copying function's role.
        """
        super().__init__(scope, id)
        self._bucket = config_bucket
        self._directory = directory
        self._identity = identity or IdentitySpec()
        self._keys: dict[Path, str] = {}
        self._role: iam.Role | None = None
        self._log_group: logs.LogGroup | None = None

    @property
    def object_keys(self) -> tuple[str, ...]:
        """The keys in the config bucket of all scripts shipped so far."""
        return tuple(self._keys.values())

    def ship(self, script: str) -> str:
        """Ship a script, once however often it is named.

        Args:
            script: Path of the script, absolute or relative to the directory.

        Returns:
            Where the script can be read, ``s3://…``.
        """
        path = (self._directory / script).resolve()
        if path not in self._keys:
            self._keys[path] = self._copy(path)
        return f"s3://{known(self._bucket).bucket_name}/{self._keys[path]}"

    def _copy(self, path: Path) -> str:
        id = f"Script{len(self._keys)}"
        asset = s3_assets.Asset(self, f"{id}Asset", path=str(path))
        key = f"{SCRIPTS_PREFIX}{asset.asset_hash}/{path.name}"
        partition = known(stack_of(self)).partition
        source = f"{asset.s3_bucket_name}/{asset.s3_object_key}"
        destination = object_arn(self._bucket, key)
        call = cr.AwsSdkCall(
            service="S3",
            action="copyObject",
            parameters={
                "Bucket": known(self._bucket).bucket_name,
                "Key": key,
                "CopySource": source,
            },
            physical_resource_id=physical_resource_id(key),
            output_paths=["CopyObjectResult.ETag"],
        )
        copy = cr.AwsCustomResource(
            self,
            id,
            resource_type="Custom::ShippedScript",
            on_create=call,
            on_update=call,
            install_latest_aws_sdk=False,
            timeout=minutes(2),
            role=self._copying_role(),
            log_group=self._log_group,
            policy=cr.AwsCustomResourcePolicy.from_statements(
                [
                    iam.PolicyStatement(
                        actions=["s3:GetObject"],
                        resources=[f"arn:{partition}:s3:::{source}"],
                    ),
                    iam.PolicyStatement(actions=["s3:PutObject"], resources=[destination]),
                ]
            ),
        )
        copy.node.add_dependency(self._copying_role())
        return key

    def _copying_role(self) -> iam.Role:
        if self._role is None:
            self._log_group = logs.LogGroup(
                self,
                "Logs",
                retention=logs.RetentionDays.ONE_MONTH,
                removal_policy=RemovalPolicy.DESTROY,
            )
            self._role = iam.Role(
                self,
                "Role",
                description="Copies scripts to the config bucket while the stack is deployed",
                assumed_by=service_principal("lambda.amazonaws.com"),
                path=self._identity.role_path,
                permissions_boundary=(
                    iam.ManagedPolicy.from_managed_policy_arn(
                        self, "PermissionsBoundary", self._identity.permissions_boundary
                    )
                    if self._identity.permissions_boundary
                    else None
                ),
            )
            self._log_group.grant_write(self._role)
            if bucket_key := known(self._bucket).encryption_key:
                grant_key_use(self._role, key=bucket_key, access="read_write")
        return self._role
