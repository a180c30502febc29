"""A security configuration rendered as EMR's JSON document, and the Kerberos attributes of a cluster.

See https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emr_platform.security_configuration.authentication_spec import (
    ActiveDirectorySpec,
    IdentityCenterSpec,
    KerberosAttributesSpec,
    KerberosSpec,
    LdapSpec,
    SecretValueSpec,
)
from emr_platform.security_configuration.authorization_spec import (
    RANGER_APPLICATIONS,
    EmrfsRoleMappingSpec,
    RangerSpec,
    RuntimeRolesSpec,
)
from emr_platform.security_configuration.encryption_spec import (
    CERTIFICATE_PROVIDERS,
    DISK_PROVIDERS,
    S3_MODES,
    AtRestSpec,
    CertificatesSpec,
    InTransitSpec,
    LocalDiskEncryptionSpec,
    S3EncryptionSpec,
)
from emr_platform.security_configuration.spec import SecurityConfigurationSpec

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecuritySurroundings:
    """What a security configuration's document needs to know of the things around it.

    Attributes:
        resolve: Replaces ``bucket://NAME`` in a text.
        disk_key_arn: Key for the nodes' disks, where the spec names none.
        created_role_arns: ARNs of the roles that are made for EMRFS, by the name of their mapping.
    """

    resolve: Callable[[str], str] = field(default=lambda text: text)
    disk_key_arn: str | None = None
    created_role_arns: Mapping[str, str] = field(default_factory=dict)


def security_configuration_document(
    spec: SecurityConfigurationSpec, surroundings: SecuritySurroundings
) -> Json:
    """Render EMR's JSON document.

    Args:
        spec: What the cluster gets, the platform's defaults included
            (:func:`~emr_platform.security_configuration.effective.effective_security`).
        surroundings: Key, roles and buckets that the document names.

    Returns:
        The document, without what the spec says nothing of. It is empty if that is everything, and
        EMR takes no empty one.
    """
    document = {
        "EncryptionConfiguration": _encryption(spec, surroundings),
        "AuthenticationConfiguration": _some(
            KerberosConfiguration=_kerberos(spec.kerberos),
            LDAPConfiguration=_ldap(spec.ldap),
            IdentityCenterConfiguration=_identity_center(spec.identity_center),
        ),
        "AuthorizationConfiguration": _some(
            EmrFsConfiguration={
                "RoleMappings": [
                    _role_mapping(name, mapping, surroundings)
                    for name, mapping in spec.emrfs_role_mappings.items()
                ]
            }
            if spec.emrfs_role_mappings
            else None,
            IAMConfiguration=_runtime_roles(spec.runtime_roles),
            LakeFormationConfiguration={
                "AuthorizedSessionTagValue": spec.lake_formation.authorized_session_tag_value
            }
            if spec.lake_formation
            else None,
            RangerConfiguration=_ranger(spec.ranger),
        ),
        "InstanceMetadataServiceConfiguration": {
            "MinimumInstanceMetadataServiceVersion": spec.imds.minimum_version,
            "HttpPutResponseHopLimit": spec.imds.hop_limit,
        }
        if spec.imds
        else None,
    }
    return {name: part for name, part in document.items() if part}


def _some(**members: Any) -> Json:
    """The members that there are."""
    return {name: value for name, value in members.items() if value is not None}


def _word(words: Mapping[str, str], choice: str) -> str:
    """EMR's word for a choice."""
    return next(emr for emr, ours in words.items() if ours == choice)


def _encryption(spec: SecurityConfigurationSpec, surroundings: SecuritySurroundings) -> Json | None:
    if not (spec.at_rest or spec.in_transit or spec.write_ahead_log):
        return None
    return {
        # Both are always said, as in every example of EMR's guide.
        "EnableInTransitEncryption": bool(spec.in_transit and spec.in_transit.enabled),
        "EnableAtRestEncryption": bool(spec.at_rest and spec.at_rest.enabled),
        **_some(
            InTransitEncryptionConfiguration=_in_transit(spec.in_transit, surroundings),
            AtRestEncryptionConfiguration=_at_rest(spec.at_rest, surroundings),
            EMRWALEncryptionConfiguration=_some(AwsKmsKey=spec.write_ahead_log.kms_key_arn)
            if spec.write_ahead_log
            else None,
        ),
    }


def _at_rest(spec: AtRestSpec | None, surroundings: SecuritySurroundings) -> Json | None:
    if not spec:
        return None
    # Objects in S3 need no word: the platform's buckets encrypt with their own keys by default.
    return (
        _some(
            S3EncryptionConfiguration=_s3(spec.s3, surroundings) if spec.s3 else None,
            LocalDiskEncryptionConfiguration=_local_disks(spec.local_disks, surroundings)
            if spec.local_disks
            else None,
        )
        or None
    )


def _s3(spec: S3EncryptionSpec, surroundings: SecuritySurroundings) -> Json:
    return _some(
        EncryptionMode=_word(S3_MODES, spec.mode),
        AwsKmsKey=spec.kms_key_arn,
        S3Object=spec.s3_object and surroundings.resolve(spec.s3_object),
        EncryptionKeyProviderClass=spec.provider_class,
        Overrides=[
            _some(
                BucketName=surroundings.resolve(override.bucket).removeprefix("s3://"),
                EncryptionMode=_word(S3_MODES, override.mode),
                AwsKmsKey=override.kms_key_arn,
            )
            for override in spec.overrides
        ]
        or None,
    )


def _local_disks(spec: LocalDiskEncryptionSpec, surroundings: SecuritySurroundings) -> Json:
    by_kms = spec.provider == "aws_kms"
    return _some(
        EncryptionKeyProviderType=_word(DISK_PROVIDERS, spec.provider),
        AwsKmsKey=spec.kms_key_arn or (surroundings.disk_key_arn if by_kms else None),
        S3Object=spec.s3_object and surroundings.resolve(spec.s3_object),
        EncryptionKeyProviderClass=spec.provider_class,
        EnableEbsEncryption=spec.ebs_encryption or None,
    )


def _in_transit(spec: InTransitSpec | None, surroundings: SecuritySurroundings) -> Json | None:
    if not spec or not spec.certificates:
        return None
    return {"TLSCertificateConfiguration": _certificates(spec.certificates, surroundings)}


def _certificates(spec: CertificatesSpec, surroundings: SecuritySurroundings) -> Json:
    return _some(
        CertificateProviderType=_word(CERTIFICATE_PROVIDERS, spec.provider),
        S3Object=spec.s3_object and surroundings.resolve(spec.s3_object),
        CertificateProviderClass=spec.provider_class,
        AwsKmsKey=spec.kms_key_arn,
        SecretTags=[{"Key": key, "Value": value} for key, value in spec.secret_tags.items()]
        or None,
        ValidityInDays=spec.validity_days,
        WildcardDnsSuffix=spec.wildcard_dns_suffix,
    )


def _kerberos(spec: KerberosSpec | None) -> Json | None:
    if not spec:
        return None
    if external := spec.external_kdc:
        return {
            "Provider": "ExternalKdc",
            "ExternalKdcConfiguration": _some(
                TicketLifetimeInHours=spec.ticket_lifetime_hours,
                KdcServerType="Single",
                AdminServer=external.admin_server,
                KdcServer=external.kdc_server,
                AdIntegrationConfiguration=_active_directory(external.active_directory),
            ),
        }
    trust = spec.cross_realm_trust
    return {
        "Provider": "ClusterDedicatedKdc",
        "ClusterDedicatedKdcConfiguration": _some(
            TicketLifetimeInHours=spec.ticket_lifetime_hours,
            CrossRealmTrustConfiguration={
                "Realm": trust.realm,
                "Domain": trust.domain,
                "AdminServer": trust.admin_server,
                "KdcServer": trust.kdc_server,
            }
            if trust
            else None,
        ),
    }


def _active_directory(spec: ActiveDirectorySpec | None) -> Json | None:
    if not spec:
        return None
    return _some(AdRealm=spec.realm, AdDomain=spec.domain, AdServer=spec.server)


def _ldap(spec: LdapSpec | None) -> Json | None:
    if not spec:
        return None
    return _some(
        EnableLDAPAuthentication=True,
        LDAPServerURL=spec.server_url,
        BindCertificateARN=spec.certificate_secret_arn,
        BindCredentialsARN=spec.credentials_secret_arn,
        LDAPAccessFilter=spec.access_filter,
        LDAPUserSearchBase=spec.user_search_base,
        LDAPGroupSearchBase=spec.group_search_base,
        EnableSSHLogin=spec.ssh_login,
        LDAPServerType=spec.server_type,
        ActiveDirectoryConfigurations={"ADDomain": spec.active_directory.domain}
        if spec.active_directory
        else None,
    )


def _identity_center(spec: IdentityCenterSpec | None) -> Json | None:
    if not spec:
        return None
    return _some(
        EnableIdentityCenter=True,
        IdentityCenterInstanceARN=spec.instance_arn,
        IdentityCenterApplicationAssignmentRequired=spec.assignment_required,
        IAMRoleForEMRIdentityCenterApplicationARN=spec.role_arn,
        EnableUserBackgroundSession=spec.user_background_sessions,
    )


def _role_mapping(
    name: str, spec: EmrfsRoleMappingSpec, surroundings: SecuritySurroundings
) -> Json:
    kind, identifiers = next(
        (kind, identifiers)
        for kind, identifiers in (
            ("User", spec.users),
            ("Group", spec.groups),
            ("Prefix", spec.prefixes),
        )
        if identifiers
    )
    return {
        "Role": spec.role_arn or surroundings.created_role_arns[name],
        "IdentifierType": kind,
        "Identifiers": [
            surroundings.resolve(text) if kind == "Prefix" else text for text in identifiers
        ],
    }


def _runtime_roles(spec: RuntimeRolesSpec | None) -> Json | None:
    if not spec:
        return None
    return _some(
        EnableApplicationScopedIAMRole=spec.enabled,
        ApplicationScopedIAMRoleConfiguration=None
        if spec.propagate_source_identity is None
        else {"PropagateSourceIdentity": spec.propagate_source_identity},
    )


def _ranger(spec: RangerSpec | None) -> Json | None:
    if not spec:
        return None
    return _some(
        AdminServerURL=spec.admin_server_url,
        AdminServerSecretARN=spec.admin_server_secret_arn,
        RoleForRangerPluginsARN=spec.plugin_role_arn,
        RoleForOtherAWSServicesARN=spec.user_role_arn,
        RangerPluginConfigurations=[
            {
                "App": _word(RANGER_APPLICATIONS, plugin.application),
                "ClientSecretARN": plugin.client_secret_arn,
                "PolicyRepositoryName": plugin.policy_repository,
            }
            for plugin in spec.plugins
        ],
        AuditConfiguration={
            "Destinations": {
                "AmazonCloudWatchLogs": {"CloudWatchLogGroup": spec.audit_log_group_arn}
            }
        }
        if spec.audit_log_group_arn
        else None,
    )


def dynamic_reference(secret_arn: str, json_key: str | None) -> str:
    """A password as CloudFormation reads it from Secrets Manager, so that no template holds it.

    Args:
        secret_arn: ARN of the secret.
        json_key: Key of the password in the secret's JSON; None for the whole secret.

    Returns:
        ``{{resolve:secretsmanager:…}}``; see
        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html.
    """
    return f"{{{{resolve:secretsmanager:{secret_arn}:SecretString:{json_key or ''}::}}}}"


def kerberos_attributes(
    spec: KerberosAttributesSpec,
    *,
    password: Callable[[SecretValueSpec], str],
    generated_kdc_admin_password: str | None,
) -> Json:
    """Render the ``KerberosAttributes`` of a RunJobFlow request.

    Args:
        spec: Realm, and where the passwords lie.
        password: Turns a password that lies in Secrets Manager into what the request holds.
        generated_kdc_admin_password: The administrator's password where the spec names none.

    Returns:
        The attributes; see https://docs.aws.amazon.com/emr/latest/APIReference/API_KerberosAttributes.html.
    """
    trust, join = spec.cross_realm_trust_principal_password, spec.ad_domain_join
    return _some(
        Realm=spec.realm,
        KdcAdminPassword=password(spec.kdc_admin_password)
        if spec.kdc_admin_password
        else generated_kdc_admin_password,
        CrossRealmTrustPrincipalPassword=password(trust) if trust else None,
        ADDomainJoinUser=join.user if join else None,
        ADDomainJoinPassword=password(join.password) if join else None,
    )
