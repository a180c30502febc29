"""What a security configuration refers to, and what the roles of a cluster must be allowed for it. Pure data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from emr_platform.problems import Path
from emr_platform.security_configuration.authentication_spec import SecretValueSpec
from emr_platform.security_configuration.spec import (
    ExistingSecurityConfigurationSpec,
    SecurityConfigurationSpec,
)

AnySpec = SecurityConfigurationSpec | ExistingSecurityConfigurationSpec
"""A security configuration that has been read, in whichever form it was written."""

ASSUME = "sts:AssumeRole"
TAG_SESSION = "sts:TagSession"
SET_SOURCE_IDENTITY = "sts:SetSourceIdentity"
SET_CONTEXT = "sts:SetContext"


@dataclass(frozen=True, slots=True)
class RoleUse:
    """A role that nodes assume.

    Attributes:
        arn: The role.
        actions: What the nodes' role must be allowed, and the role must trust it for.
    """

    arn: str
    actions: tuple[str, ...]


def s3_objects(spec: AnySpec) -> Iterator[tuple[Path, str]]:
    """Certificates and JAR files that nodes fetch from S3."""
    if isinstance(spec, ExistingSecurityConfigurationSpec):
        for position, text in enumerate(spec.s3_objects):
            yield ("s3_objects", position), text
        return
    if at_rest := spec.at_rest:
        if at_rest.s3 and at_rest.s3.s3_object:
            yield ("at_rest", "s3", "s3_object"), at_rest.s3.s3_object
        if at_rest.local_disks and at_rest.local_disks.s3_object:
            yield ("at_rest", "local_disks", "s3_object"), at_rest.local_disks.s3_object
    certificates = spec.in_transit.certificates if spec.in_transit else None
    if certificates and certificates.s3_object:
        yield ("in_transit", "certificates", "s3_object"), certificates.s3_object


def buckets(spec: AnySpec) -> Iterator[tuple[Path, str]]:
    """Buckets and prefixes that settings are about, which gives nobody access to them."""
    if isinstance(spec, ExistingSecurityConfigurationSpec):
        return
    if spec.at_rest and spec.at_rest.s3:
        for position, override in enumerate(spec.at_rest.s3.overrides):
            yield ("at_rest", "s3", "overrides", position, "bucket"), override.bucket
    for name, mapping in spec.emrfs_role_mappings.items():
        for position, prefix in enumerate(mapping.prefixes):
            yield ("emrfs_role_mappings", name, "prefixes", position), prefix


def s3_key_arns(spec: AnySpec) -> Iterator[tuple[Path, str]]:
    """KMS keys for what nodes write to S3."""
    if isinstance(spec, SecurityConfigurationSpec) and spec.at_rest and spec.at_rest.s3:
        s3, path = spec.at_rest.s3, ("at_rest", "s3")
        if s3.kms_key_arn:
            yield (*path, "kms_key_arn"), s3.kms_key_arn
        for position, override in enumerate(s3.overrides):
            if override.kms_key_arn:
                yield (*path, "overrides", position, "kms_key_arn"), override.kms_key_arn


def key_arns(spec: AnySpec) -> Iterator[tuple[Path, str]]:
    """Every KMS key that is named."""
    if isinstance(spec, ExistingSecurityConfigurationSpec):
        for position, arn in enumerate(spec.kms_key_arns):
            yield ("kms_key_arns", position), arn
        return
    yield from s3_key_arns(spec)
    if spec.at_rest and spec.at_rest.local_disks and spec.at_rest.local_disks.kms_key_arn:
        yield ("at_rest", "local_disks", "kms_key_arn"), spec.at_rest.local_disks.kms_key_arn
    certificates = spec.in_transit.certificates if spec.in_transit else None
    if certificates and certificates.kms_key_arn:
        yield ("in_transit", "certificates", "kms_key_arn"), certificates.kms_key_arn
    if spec.write_ahead_log and spec.write_ahead_log.kms_key_arn:
        yield ("write_ahead_log", "kms_key_arn"), spec.write_ahead_log.kms_key_arn


# Six characters that are no word: names that end in a hyphen and a word of six letters are common.
_RANDOM_END = re.compile(r"-(?=\w*[a-z0-9][A-Z])[A-Za-z0-9]{6}")


def secret_resources(arn: str) -> list[str]:
    """What a policy names for access to a secret.

    Users leave out the six characters that Secrets Manager puts behind a name, as EMR's guide does.

    Args:
        arn: The ARN of a secret, with or without those characters.

    Returns:
        The ARN; also one with any six characters behind it, unless it clearly ends in them.
    """
    return [arn] if _RANDOM_END.fullmatch(arn[-7:]) else [arn, f"{arn}-??????"]


def secret_arns(spec: AnySpec) -> Iterator[tuple[Path, str]]:
    """Secrets that nodes read."""
    if isinstance(spec, ExistingSecurityConfigurationSpec):
        for position, arn in enumerate(spec.secret_arns):
            yield ("secret_arns", position), arn
        return
    if ldap := spec.ldap:
        yield ("ldap", "certificate_secret_arn"), ldap.certificate_secret_arn
        if ldap.credentials_secret_arn:
            yield ("ldap", "credentials_secret_arn"), ldap.credentials_secret_arn
    if ranger := spec.ranger:
        yield ("ranger", "admin_server_secret_arn"), ranger.admin_server_secret_arn
        for position, plugin in enumerate(ranger.plugins):
            yield ("ranger", "plugins", position, "client_secret_arn"), plugin.client_secret_arn


def passwords(spec: AnySpec) -> Iterator[tuple[Path, SecretValueSpec]]:
    """Passwords that CloudFormation reads from Secrets Manager; nodes do not."""
    attributes = spec.kerberos_attributes
    if not attributes:
        return
    path = ("kerberos_attributes",)
    if attributes.kdc_admin_password:
        yield (*path, "kdc_admin_password"), attributes.kdc_admin_password
    if attributes.cross_realm_trust_principal_password:
        yield (
            (*path, "cross_realm_trust_principal_password"),
            attributes.cross_realm_trust_principal_password,
        )
    if attributes.ad_domain_join:
        yield (*path, "ad_domain_join", "password"), attributes.ad_domain_join.password


def runtime_role_actions(spec: AnySpec) -> tuple[str, ...]:
    """What nodes do with runtime roles.

    See https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-steps-runtime-roles.html.
    """
    roles = spec.runtime_roles if isinstance(spec, SecurityConfigurationSpec) else None
    passed_on = roles is not None and roles.propagate_source_identity
    return (ASSUME, TAG_SESSION, *((SET_SOURCE_IDENTITY,) if passed_on else ()))


def role_uses(spec: AnySpec) -> Iterator[tuple[Path, RoleUse]]:
    """Roles that exist and that nodes assume."""
    if isinstance(spec, ExistingSecurityConfigurationSpec):
        for position, arn in enumerate(spec.role_arns):
            yield ("role_arns", position), RoleUse(arn, (ASSUME, TAG_SESSION))
        return
    for name, mapping in spec.emrfs_role_mappings.items():
        if mapping.role_arn:
            path: Path = ("emrfs_role_mappings", name, "role_arn")
            yield path, RoleUse(mapping.role_arn, (ASSUME,))
    if roles := spec.runtime_roles:
        for position, arn in enumerate(roles.role_arns):
            path = ("runtime_roles", "role_arns", position)
            yield path, RoleUse(arn, runtime_role_actions(spec))
    if ranger := spec.ranger:
        # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-ranger-iam-ec2.html
        yield ("ranger", "plugin_role_arn"), RoleUse(ranger.plugin_role_arn, (ASSUME, TAG_SESSION))
        yield ("ranger", "user_role_arn"), RoleUse(ranger.user_role_arn, (ASSUME, TAG_SESSION))
    if center := spec.identity_center:
        # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-idc-start.html
        yield ("identity_center", "role_arn"), RoleUse(center.role_arn, (ASSUME, SET_CONTEXT))


def arns(spec: AnySpec) -> Iterator[tuple[Path, str]]:
    """Every ARN that is named."""
    yield from key_arns(spec)
    yield from secret_arns(spec)
    for path, password in passwords(spec):
        yield (*path, "secret_arn"), password.secret_arn
    for path, use in role_uses(spec):
        yield path, use.arn
    for path, text in s3_objects(spec):
        if text.startswith("arn:"):
            yield path, text
    if isinstance(spec, SecurityConfigurationSpec):
        if spec.ranger and spec.ranger.audit_log_group_arn:
            yield ("ranger", "audit_log_group_arn"), spec.ranger.audit_log_group_arn
        if spec.identity_center and spec.identity_center.instance_arn:
            yield ("identity_center", "instance_arn"), spec.identity_center.instance_arn


def buckets_of_created_roles(spec: AnySpec) -> Iterator[tuple[Path, str]]:
    """The data buckets that roles to be made may use, each with the path of its name."""
    if isinstance(spec, ExistingSecurityConfigurationSpec):
        return
    for name, mapping in spec.emrfs_role_mappings.items():
        if mapping.create:
            for bucket in mapping.create.buckets:
                yield ("emrfs_role_mappings", name, "create", "buckets", bucket), bucket
    if spec.runtime_roles:
        for name, role in spec.runtime_roles.create.items():
            for bucket in role.buckets:
                yield ("runtime_roles", "create", name, "buckets", bucket), bucket
