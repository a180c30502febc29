"""The security configuration of one cluster, and everything that it needs: keys, grants, roles, secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_emr as emr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from emr_platform.acknowledgements import acknowledge, acknowledge_wildcard
from emr_platform.asked_once import days, known
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.identity.spec import IdentitySpec
from emr_platform.security_configuration.authorization_spec import NewRoleSpec
from emr_platform.security_configuration.effective import cluster_security, existing_security
from emr_platform.security_configuration.needs import (
    ASSUME,
    AnySpec,
    key_arns,
    role_uses,
    runtime_role_actions,
    s3_key_arns,
    s3_objects,
    secret_arns,
    secret_resources,
)
from emr_platform.security_configuration.request import (
    Json,
    SecuritySurroundings,
    dynamic_reference,
    kerberos_attributes,
    security_configuration_document,
)
from emr_platform.security_configuration.spec import SecurityConfigurationSpec
from emr_platform.storage.access import grant_bucket_access, grant_object_read

_BUCKET = re.compile(r"bucket://([a-z0-9-]+)")


class ClusterSecurity(Construct):
    """The security configuration of one cluster.

    A key that is made for the cluster's disks goes with the cluster: what it encrypts does not outlive the nodes.

    Attributes:
        key: The key of the nodes' disks; None if another one is named, or the disks are not encrypted.
        security_configuration: The resource; None if there is nothing to configure, or an existing one is used. It
            has no name of its own: EMR refuses a second one of the same name, so a named one could never be replaced.
        security_configuration_name: Name of the security configuration; None for none.
        kerberos_attributes: The cluster's ``KerberosAttributes``; None without Kerberos.
        kdc_admin_secret: The secret with the generated password of the KDC's administrator; None if none is.
        emrfs_roles: Roles that were made for EMRFS, by the name of their mapping.
        runtime_roles: Runtime roles that were made, by name.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        spec: ClusterSpec,
        service_role: iam.IRole,
        instance_role: iam.IRole,
        buckets: Mapping[str, s3.IBucket],
        identity: IdentitySpec | None = None,
    ) -> None:
        """Create what the spec asks for, and let the cluster's roles use what it names.

        Args:
            scope: Parent construct.
            id: Construct id.
            spec: The cluster.
            service_role: Role of the EMR service, which starts instances with encrypted volumes.
            instance_role: Role of the nodes.
            buckets: Buckets by the names that ``bucket://`` references and roles to be made use.
            identity: Path and permissions boundary of roles to be made. Default: path ``/``, no boundary.
        """
        super().__init__(scope, id)
        self._service_role = service_role
        self._instance_role = instance_role
        self._buckets = buckets
        self._identity = identity or IdentitySpec()
        self.effective: SecurityConfigurationSpec | None = cluster_security(spec)
        declared: AnySpec | None = self.effective or existing_security(spec)
        self.key = self._make_disk_key()
        self.emrfs_roles: dict[str, iam.Role] = {}
        self.runtime_roles: dict[str, iam.Role] = {}
        if declared:
            self._make_roles(declared)
            self._grant_keys(declared)
            self._grant_secrets(declared)
            self._grant_objects(declared)
            self._grant_roles(declared)
        self.security_configuration = self._make_security_configuration()
        existing = existing_security(spec)
        self.security_configuration_name: str | None = (
            existing.existing
            if existing
            else self.security_configuration.ref
            if self.security_configuration
            else None
        )
        self.kdc_admin_secret = self._make_kdc_admin_secret(declared)
        self.kerberos_attributes: Json | None = self._kerberos_attributes(declared)

    @property
    def encrypts_disks(self) -> bool:
        """Whether the security configuration is known to encrypt the nodes' disks."""
        at_rest = self.effective.at_rest if self.effective else None
        return at_rest is not None and at_rest.enabled and at_rest.local_disks is not None

    @property
    def encrypts_in_transit(self) -> bool:
        """Whether the security configuration is known to have nodes use TLS."""
        in_transit = self.effective.in_transit if self.effective else None
        return in_transit is not None and in_transit.enabled

    def _make_disk_key(self) -> kms.Key | None:
        at_rest = self.effective.at_rest if self.effective else None
        disks = at_rest.local_disks if at_rest and at_rest.enabled else None
        if not disks or disks.provider != "aws_kms" or disks.kms_key_arn:
            return None
        return kms.Key(
            self,
            "Key",
            description="Disks of an EMR cluster",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.DESTROY,
            pending_window=days(7),
        )

    def _make_security_configuration(self) -> emr.CfnSecurityConfiguration | None:
        if not self.effective:
            return None
        document = security_configuration_document(
            self.effective,
            SecuritySurroundings(
                resolve=self._resolve,
                disk_key_arn=known(self.key).key_arn if self.key else None,
                created_role_arns={name: role.role_arn for name, role in self.emrfs_roles.items()},
            ),
        )
        if not document:
            return None
        return emr.CfnSecurityConfiguration(
            self, "SecurityConfiguration", security_configuration=document
        )

    def _resolve(self, text: str) -> str:
        return _BUCKET.sub(lambda match: f"s3://{known(self._buckets[match[1]]).bucket_name}", text)

    # --- Roles ------------------------------------------------------------------------------

    def _make_roles(self, spec: AnySpec) -> None:
        if not isinstance(spec, SecurityConfigurationSpec):
            return
        for name, mapping in spec.emrfs_role_mappings.items():
            if mapping.create:
                self.emrfs_roles[name] = self._make_role(
                    f"EmrfsRole{name}",
                    mapping.create,
                    (ASSUME,),
                    "EMRFS requests of an EMR cluster",
                )
        if spec.runtime_roles:
            for name, role in spec.runtime_roles.create.items():
                self.runtime_roles[name] = self._make_role(
                    f"RuntimeRole{name}",
                    role,
                    runtime_role_actions(spec),
                    f"Steps of an EMR cluster that run as {name}",
                )

    def _make_role(
        self, id: str, spec: NewRoleSpec, actions: tuple[str, ...], description: str
    ) -> iam.Role:
        nodes = iam.ArnPrincipal(self._instance_role.role_arn)
        role = iam.Role(
            self,
            id,
            description=description,
            assumed_by=nodes,
            path=self._identity.role_path,
            permissions_boundary=iam.ManagedPolicy.from_managed_policy_arn(
                self, f"{id}Boundary", self._identity.permissions_boundary
            )
            if self._identity.permissions_boundary
            else None,
        )
        further = [action for action in actions if action != ASSUME]
        if further and role.assume_role_policy:
            role.assume_role_policy.add_statements(
                iam.PolicyStatement(principals=[nodes], actions=further)
            )
        for name, access in spec.buckets.items():
            grant_bucket_access(role, bucket=self._buckets[name], access=access)
        iam.Grant.add_to_principal(
            grantee=self._instance_role, actions=list(actions), resource_arns=[role.role_arn]
        )
        return role

    def _grant_roles(self, spec: AnySpec) -> None:
        for _, use in role_uses(spec):
            iam.Grant.add_to_principal(
                grantee=self._instance_role, actions=list(use.actions), resource_arns=[use.arn]
            )
        roles = spec.runtime_roles if isinstance(spec, SecurityConfigurationSpec) else None
        if roles and roles.role_path:
            self._grant_role_path(roles.role_path, runtime_role_actions(spec))

    def _grant_role_path(self, path: str, actions: tuple[str, ...]) -> None:
        resource = Stack.of(self).format_arn(
            service="iam", region="", resource="role", resource_name=f"{path[1:]}*"
        )
        iam.Grant.add_to_principal(
            grantee=self._instance_role, actions=list(actions), resource_arns=[resource]
        )
        acknowledge_wildcard(
            self._instance_role,
            resource=resource,
            reason="Runtime roles that come and go without the cluster: it names their IAM path, and each of them "
            "has to trust this role by itself as well.",
        )

    # --- Keys, secrets and objects ------------------------------------------------------------

    def _grant_keys(self, spec: AnySpec) -> None:
        """Let the roles use keys, each for what it encrypts.

        See https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-encryption-enable.html.
        """
        if self.key:
            self._grant_disk_key(self.key)
        named = dict.fromkeys(arn for _, arn in key_arns(spec))
        keys = {
            arn: kms.Key.from_key_arn(self, f"Key{position}", arn)
            for position, arn in enumerate(named)
        }
        if not isinstance(spec, SecurityConfigurationSpec):
            for key in keys.values():
                self._grant_disk_key(key)
                key.grant(self._instance_role, "kms:Encrypt")
            return
        disks = spec.at_rest.local_disks if spec.at_rest else None
        if disks and disks.kms_key_arn:
            self._grant_disk_key(keys[disks.kms_key_arn])
        users = (self._instance_role, *self.emrfs_roles.values(), *self.runtime_roles.values())
        for arn in dict.fromkeys(arn for _, arn in s3_key_arns(spec)):
            for role in users:
                keys[arn].grant(
                    role, "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"
                )
        if spec.write_ahead_log and spec.write_ahead_log.kms_key_arn:
            keys[spec.write_ahead_log.kms_key_arn].grant(
                self._instance_role, "kms:Decrypt", "kms:GenerateDataKey"
            )

    def _grant_disk_key(self, key: kms.IKey) -> None:
        """Let nodes open their own volumes, and EMR start instances with encrypted ones."""
        key.grant(self._instance_role, "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey")
        key.grant(
            self._service_role,
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        )
        iam.Grant.add_to_principal(
            grantee=self._service_role,
            actions=["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
            resource_arns=[known(key).key_arn],
            conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        )

    def _grant_secrets(self, spec: AnySpec) -> None:
        for arn in dict.fromkeys(arn for _, arn in secret_arns(spec)):
            iam.Grant.add_to_principal(
                grantee=self._instance_role,
                actions=["secretsmanager:GetSecretValue"],
                resource_arns=secret_resources(arn),
            )

    def _grant_objects(self, spec: AnySpec) -> None:
        for text in dict.fromkeys(text for _, text in s3_objects(spec)):
            scheme, _, rest = text.partition("://")
            if scheme == "bucket":
                name, key = rest.split("/", 1)
                grant_object_read(self._instance_role, bucket=self._buckets[name], object_key=key)
            else:
                arn = Stack.of(self).format_arn(service="s3", region="", account="", resource=rest)
                iam.Grant.add_to_principal(
                    grantee=self._instance_role,
                    actions=["s3:GetObject"],
                    resource_arns=[arn if scheme == "s3" else text],
                )

    # --- Kerberos -----------------------------------------------------------------------------

    def _make_kdc_admin_secret(self, spec: AnySpec | None) -> secretsmanager.Secret | None:
        attributes = spec.kerberos_attributes if spec else None
        if not attributes or attributes.kdc_admin_password:
            return None
        secret = secretsmanager.Secret(
            self,
            "KdcAdminPassword",
            description=f"Administrator of the KDC of the realm {attributes.realm}",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                exclude_punctuation=True, password_length=32
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
        acknowledge(
            secret,
            rule="AwsSolutions-SMG4",
            reason="EMR takes the password when it makes the KDC, and has no way to change it later. The KDC and the "
            "password go with the cluster.",
        )
        return secret

    def _kerberos_attributes(self, spec: AnySpec | None) -> Json | None:
        if not spec or not spec.kerberos_attributes:
            return None
        generated = self.kdc_admin_secret
        return kerberos_attributes(
            spec.kerberos_attributes,
            password=lambda value: dynamic_reference(value.secret_arn, value.json_key),
            generated_kdc_admin_password=dynamic_reference(generated.secret_arn, None)
            if generated
            else None,
        )
