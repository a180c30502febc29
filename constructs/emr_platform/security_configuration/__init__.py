"""The security of clusters: encryption, authentication, authorization, the metadata service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emr_platform.security_configuration.authentication_spec import (
    ActiveDirectoryJoinSpec,
    ActiveDirectorySpec,
    CrossRealmTrustSpec,
    ExternalKdcSpec,
    IdentityCenterSpec,
    KerberosAttributesSpec,
    KerberosSpec,
    LdapActiveDirectorySpec,
    LdapSpec,
    SecretValueSpec,
)
from emr_platform.security_configuration.authorization_spec import (
    EmrfsRoleMappingSpec,
    LakeFormationSpec,
    NewRoleSpec,
    RangerPluginSpec,
    RangerSpec,
    RuntimeRolesSpec,
)
from emr_platform.security_configuration.encryption_spec import (
    AtRestSpec,
    CertificatesSpec,
    InTransitSpec,
    LocalDiskEncryptionSpec,
    S3EncryptionOverrideSpec,
    S3EncryptionSpec,
    WriteAheadLogSpec,
)
from emr_platform.security_configuration.spec import (
    ExistingSecurityConfigurationSpec,
    ImdsSpec,
    SecurityConfigurationSpec,
)

if TYPE_CHECKING:
    from emr_platform.security_configuration.construct import ClusterSecurity

__all__ = [
    "ActiveDirectoryJoinSpec",
    "ActiveDirectorySpec",
    "AtRestSpec",
    "CertificatesSpec",
    "ClusterSecurity",
    "CrossRealmTrustSpec",
    "EmrfsRoleMappingSpec",
    "ExistingSecurityConfigurationSpec",
    "ExternalKdcSpec",
    "IdentityCenterSpec",
    "ImdsSpec",
    "InTransitSpec",
    "KerberosAttributesSpec",
    "KerberosSpec",
    "LakeFormationSpec",
    "LdapActiveDirectorySpec",
    "LdapSpec",
    "LocalDiskEncryptionSpec",
    "NewRoleSpec",
    "RangerPluginSpec",
    "RangerSpec",
    "RuntimeRolesSpec",
    "S3EncryptionOverrideSpec",
    "S3EncryptionSpec",
    "SecretValueSpec",
    "SecurityConfigurationSpec",
    "WriteAheadLogSpec",
]


def __getattr__(name: str) -> Any:
    """Load the construct, and with it the CDK, only for those who ask for it."""
    if name == "ClusterSecurity":
        from emr_platform.security_configuration.construct import ClusterSecurity

        return ClusterSecurity
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
