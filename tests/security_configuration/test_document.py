"""EMR's own JSON document, in the examples of AWS's guides: read, and rendered again to the letter.

Only the buckets of the examples have other names here: S3 takes no capital letters any more.
See https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html and the pages on
Kerberos, roles for EMRFS, runtime roles, Lake Formation, Ranger, LDAP and IAM Identity Center.
"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from emr_platform.catalog.release import Release
from emr_platform.security_configuration.effective import effective_security
from emr_platform.security_configuration.forms import SecurityConfiguration
from emr_platform.security_configuration.places import document_path
from emr_platform.security_configuration.request import (
    SecuritySurroundings,
    security_configuration_document,
)
from emr_platform.security_configuration.spec import (
    ExistingSecurityConfigurationSpec,
    SecurityConfigurationSpec,
)

KEY = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:certificate"
ROLE = "arn:aws:iam::123456789012:role/EMRRuntimeRole"
FORMS: TypeAdapter[Any] = TypeAdapter(SecurityConfiguration)


def encryption(*, transit: Any = None, s3: Any = None, disks: Any = None) -> dict[str, Any]:
    """The part about encryption, put together as in the examples."""
    part: dict[str, Any] = {
        "EnableInTransitEncryption": transit is not None,
        "EnableAtRestEncryption": s3 is not None or disks is not None,
    }
    if transit is not None:
        part["InTransitEncryptionConfiguration"] = {"TLSCertificateConfiguration": transit}
    at_rest = {
        name: value
        for name, value in (
            ("S3EncryptionConfiguration", s3),
            ("LocalDiskEncryptionConfiguration", disks),
        )
        if value
    }
    if at_rest:
        part["AtRestEncryptionConfiguration"] = at_rest
    return {"EncryptionConfiguration": part}


def kerberos(**configuration: Any) -> dict[str, Any]:
    return {"AuthenticationConfiguration": {"KerberosConfiguration": configuration}}


def authorization(**parts: Any) -> dict[str, Any]:
    return {"AuthorizationConfiguration": parts}


PEM = {"CertificateProviderType": "PEM", "S3Object": "s3://my-config-store/artifacts/my-certs.zip"}
CUSTOM_PROVIDER = {
    "EncryptionKeyProviderType": "Custom",
    "S3Object": "arn:aws:s3:::artifacts/my-key-provider.jar",
    "EncryptionKeyProviderClass": "com.mycompany.MyKeyProvider",
}
BY_KMS = {"EncryptionKeyProviderType": "AwsKms", "AwsKmsKey": KEY}
RUNTIME_ROLES = {
    "EnableApplicationScopedIAMRole": True,
    "ApplicationScopedIAMRoleConfiguration": {"PropagateSourceIdentity": True},
}
TRUST = {
    "Realm": "AD.DOMAIN.COM",
    "Domain": "ad.domain.com",
    "AdminServer": "ad.domain.com",
    "KdcServer": "ad.domain.com",
}
EXTERNAL_KDC = {
    "KdcServerType": "Single",
    "AdminServer": "primary.example.com:749",
    "KdcServer": "primary.example.com:88",
}
OWN_KDC = {
    "Provider": "ClusterDedicatedKdc",
    "ClusterDedicatedKdcConfiguration": {"TicketLifetimeInHours": 24},
}

EXAMPLES: dict[str, dict[str, Any]] = {
    "TLS by EMR's certificates": encryption(transit={"CertificateProviderType": "EMR"}),
    "TLS by EMR's certificates, with everything": encryption(
        transit={
            "CertificateProviderType": "EMR",
            "AwsKmsKey": KEY,
            "SecretTags": [{"Key": "cluster-type", "Value": "test"}],
            "WildcardDnsSuffix": "us-east-2.compute.amazonaws.com",
            "ValidityInDays": 30,
        }
    ),
    "TLS by a zip file": encryption(transit=PEM),
    "TLS by a class": encryption(
        transit={
            "CertificateProviderType": "Custom",
            "S3Object": "s3://my-config/artifacts/my-certs.jar",
            "CertificateProviderClass": "com.mycompany.MyCertProvider",
        }
    ),
    "SSE-S3 and disks": encryption(s3={"EncryptionMode": "SSE-S3"}, disks=BY_KMS),
    "SSE-KMS, disks and TLS": encryption(
        transit={**PEM, "S3Object": "arn:aws:s3:::my-config-store/artifacts/my-certs.zip"},
        s3={"EncryptionMode": "SSE-KMS", "AwsKmsKey": KEY},
        disks=BY_KMS,
    ),
    "CSE-KMS and disks by a class": encryption(
        s3={"EncryptionMode": "CSE-KMS", "AwsKmsKey": KEY}, disks=CUSTOM_PROVIDER
    ),
    "CSE-Custom and disks by a class": encryption(
        s3={
            "EncryptionMode": "CSE-Custom",
            "S3Object": "s3://my-config/artifacts/my-certs.jar",
            "EncryptionKeyProviderClass": "com.mycompany.MyS3KeyProvider",
        },
        disks=CUSTOM_PROVIDER,
    ),
    "overrides": encryption(
        s3={
            "EncryptionMode": "SSE-KMS",
            "AwsKmsKey": KEY,
            "Overrides": [
                {"BucketName": "amzn-s3-demo-bucket1", "EncryptionMode": "SSE-S3"},
                {
                    "BucketName": "amzn-s3-demo-bucket2",
                    "EncryptionMode": "CSE-KMS",
                    "AwsKmsKey": KEY,
                },
            ],
        }
    ),
    "disks alone": encryption(disks=BY_KMS),
    "disks by EBS": encryption(disks={**BY_KMS, "EnableEbsEncryption": True}),
    "EMR WAL": {
        "EncryptionConfiguration": {
            "EMRWALEncryptionConfiguration": {},
            "EnableInTransitEncryption": False,
            "EnableAtRestEncryption": False,
        }
    },
    "EMR WAL by KMS": {
        "EncryptionConfiguration": {
            "EMRWALEncryptionConfiguration": {"AwsKmsKey": KEY},
            "EnableInTransitEncryption": False,
            "EnableAtRestEncryption": False,
        }
    },
    "settings that are switched off": {
        "EncryptionConfiguration": {
            "EnableInTransitEncryption": False,
            "EnableAtRestEncryption": False,
            "InTransitEncryptionConfiguration": {"TLSCertificateConfiguration": PEM},
            "AtRestEncryptionConfiguration": {"LocalDiskEncryptionConfiguration": BY_KMS},
        }
    },
    "a KDC of the cluster's own": kerberos(**OWN_KDC),
    "a KDC of the cluster's own, with a trust": kerberos(
        Provider="ClusterDedicatedKdc",
        ClusterDedicatedKdcConfiguration={
            "TicketLifetimeInHours": 24,
            "CrossRealmTrustConfiguration": TRUST,
        },
    ),
    "an external KDC": kerberos(Provider="ExternalKdc", ExternalKdcConfiguration=EXTERNAL_KDC),
    "an external KDC, with Active Directory": kerberos(
        Provider="ExternalKdc",
        ExternalKdcConfiguration={
            **EXTERNAL_KDC,
            "TicketLifetimeInHours": 12,
            "AdIntegrationConfiguration": {
                "AdRealm": "AD.DOMAIN.COM",
                "AdDomain": "ad.domain.com",
                "AdServer": "ad.domain.com",
            },
        },
    ),
    "roles for EMRFS": authorization(
        EmrFsConfiguration={
            "RoleMappings": [
                {"Role": ROLE, "IdentifierType": "User", "Identifiers": ["user1"]},
                {
                    "Role": ROLE,
                    "IdentifierType": "Prefix",
                    "Identifiers": ["s3://amzn-s3-demo-bucket1/", "s3://amzn-s3-demo-bucket2/"],
                },
                {"Role": ROLE, "IdentifierType": "Group", "Identifiers": ["AdminGroup"]},
            ]
        }
    ),
    "runtime roles": authorization(IAMConfiguration={"EnableApplicationScopedIAMRole": True}),
    "Lake Formation": {
        **authorization(
            IAMConfiguration=RUNTIME_ROLES,
            LakeFormationConfiguration={"AuthorizedSessionTagValue": "Amazon EMR"},
        ),
        **encryption(transit=PEM),
    },
    "Ranger": {
        **kerberos(**OWN_KDC),
        **authorization(
            RangerConfiguration={
                "AdminServerURL": "https://ranger.example.com:6182",
                "RoleForRangerPluginsARN": ROLE,
                "RoleForOtherAWSServicesARN": ROLE,
                "AdminServerSecretARN": SECRET,
                "RangerPluginConfigurations": [
                    {"App": app, "ClientSecretARN": SECRET, "PolicyRepositoryName": "amazon-emr"}
                    for app in ("Spark", "Hive", "EMRFS-S3", "Trino")
                ],
                "AuditConfiguration": {
                    "Destinations": {
                        "AmazonCloudWatchLogs": {
                            "CloudWatchLogGroup": "arn:aws:logs:us-east-1:123456789012:log-group:ranger"
                        }
                    }
                },
            }
        ),
    },
    "LDAP": {
        "AuthenticationConfiguration": {
            "LDAPConfiguration": {
                "EnableLDAPAuthentication": True,
                "LDAPServerURL": "ldaps://ldap.example.com",
                "BindCertificateARN": SECRET,
                "BindCredentialsARN": SECRET,
                "LDAPAccessFilter": "(objectClass=posixAccount)",
                "LDAPUserSearchBase": "cn=People,dc=example,dc=com",
                "LDAPGroupSearchBase": "cn=Groups,dc=example,dc=com",
                "EnableSSHLogin": False,
                "LDAPServerType": "ActiveDirectory",
                "ActiveDirectoryConfigurations": {"ADDomain": "example.com"},
            }
        },
        **encryption(transit=PEM),
    },
    "IAM Identity Center": {
        "AuthenticationConfiguration": {
            "IdentityCenterConfiguration": {
                "EnableIdentityCenter": True,
                "IdentityCenterApplicationAssignmentRequired": False,
                "IdentityCenterInstanceARN": "arn:aws:sso:::instance/ssoins-1234567890abcdef",
                "IAMRoleForEMRIdentityCenterApplicationARN": ROLE,
            }
        },
        **authorization(
            LakeFormationConfiguration={"AuthorizedSessionTagValue": "Amazon EMR"},
            IAMConfiguration=RUNTIME_ROLES,
        ),
        **encryption(transit=PEM),
        "InstanceMetadataServiceConfiguration": {
            "MinimumInstanceMetadataServiceVersion": 2,
            "HttpPutResponseHopLimit": 2,
        },
    },
}


def read(document: dict[str, Any]) -> SecurityConfigurationSpec:
    spec = FORMS.validate_python(document)
    assert isinstance(spec, SecurityConfigurationSpec)
    return spec


def rendered(spec: SecurityConfigurationSpec) -> dict[str, Any]:
    effective = effective_security(spec, Release.parse("emr-7.12.0"))
    return security_configuration_document(
        effective, SecuritySurroundings(disk_key_arn="not to be used")
    )


@pytest.mark.parametrize("document", EXAMPLES.values(), ids=EXAMPLES)
def test_documents_are_rendered_as_they_were_read(document: dict[str, Any]) -> None:
    assert rendered(read(document)) == document


def test_other_spellings_of_the_guide() -> None:
    """The guide writes some truth values as text, and two keys in two ways."""
    spec = read(
        {
            **encryption(transit=PEM),
            **kerberos(
                Provider="ClusterDedicatedKdc",
                ClusterDedicatedKdcConfiguration={"TicketLifeTimeInHours": 24},
            ),
        }
    )
    assert spec.kerberos
    assert spec.kerberos.ticket_lifetime_hours == 24

    texts = read({"EncryptionConfiguration": {"EnableAtRestEncryption": "true"}})
    assert texts.at_rest
    assert texts.at_rest.enabled

    center = EXAMPLES["IAM Identity Center"]["AuthenticationConfiguration"]
    old = dict(center["IdentityCenterConfiguration"])
    del old["IdentityCenterApplicationAssignmentRequired"]
    old["IdentityCenterApplicationAssigmentRequired"] = True
    identity_center = read(
        {"AuthenticationConfiguration": {"IdentityCenterConfiguration": old}}
    ).identity_center
    assert identity_center
    assert identity_center.assignment_required


def test_what_the_document_does_not_say_is_left_to_emr() -> None:
    """Whoever writes EMR's document gets what EMR makes of it, and no defaults of ours."""
    document = {
        "InstanceMetadataServiceConfiguration": EXAMPLES["IAM Identity Center"][
            "InstanceMetadataServiceConfiguration"
        ]
    }

    assert rendered(read(document)) == document
    assert rendered(read({"EncryptionConfiguration": {}})) == {}


def test_what_is_switched_off_is_not_there() -> None:
    parts = EXAMPLES["LDAP"]["AuthenticationConfiguration"]
    ldap = {**parts["LDAPConfiguration"], "EnableLDAPAuthentication": False}

    assert read({"AuthenticationConfiguration": {"LDAPConfiguration": ldap}}).ldap is None


def test_roles_and_passwords_stand_beside_the_document() -> None:
    spec = read(
        {
            **authorization(IAMConfiguration=RUNTIME_ROLES),
            "runtime_roles": {
                "role_arns": [ROLE],
                "create": {"analysts": {}},
                "role_path": "/jobs/",
            },
            "kerberos_attributes": {"realm": "EC2.INTERNAL"},
        }
    )

    assert spec.runtime_roles
    assert spec.runtime_roles.enabled
    assert spec.runtime_roles.role_arns == (ROLE,)
    assert set(spec.runtime_roles.create) == {"analysts"}
    assert spec.runtime_roles.role_path == "/jobs/"
    assert spec.kerberos_attributes
    assert rendered(spec) == authorization(IAMConfiguration=RUNTIME_ROLES)


def test_forms_are_told_apart() -> None:
    assert isinstance(
        FORMS.validate_python({"existing": "company"}), ExistingSecurityConfigurationSpec
    )
    assert FORMS.validate_python({}) == SecurityConfigurationSpec()
    spec = read(EXAMPLES["Ranger"])
    assert FORMS.validate_python(spec) is spec
    existing = ExistingSecurityConfigurationSpec(existing="company")
    assert FORMS.validate_python(existing) is existing


@pytest.mark.parametrize(
    "document",
    [
        # EMR refuses what it does not know, and the place where cdk-nag looks is such.
        {"EncryptionConfiguration": {}, "EnableInTransitEncryption": True},
        kerberos(Provider="ExternalKdc"),
        kerberos(Provider="ExternalKdc", ClusterDedicatedKdcConfiguration={}),
        kerberos(Provider="Kdc"),
        kerberos(
            Provider="ExternalKdc",
            ExternalKdcConfiguration={**EXTERNAL_KDC, "KdcServerType": "Double"},
        ),
        authorization(EmrFsConfiguration={"RoleMappings": []}),
        authorization(
            EmrFsConfiguration={
                "RoleMappings": [{"Role": ROLE, "IdentifierType": "Prefix", "Identifiers": ["/x"]}]
            }
        ),
        {
            "InstanceMetadataServiceConfiguration": {
                "MinimumInstanceMetadataServiceVersion": 2,
                "HttpPutResponseHopLimit": 65,
            }
        },
        encryption(transit={**PEM, "SecretTags": [{"Key": "a"}]}),
    ],
)
def test_what_emr_does_not_know_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FORMS.validate_python(document)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (
            ("at_rest", "s3", "overrides", 1, "kms_key_arn"),
            "EncryptionConfiguration.AtRestEncryptionConfiguration.S3EncryptionConfiguration.Overrides.1.AwsKmsKey",
        ),
        (
            ("in_transit", "certificates", "provider_class"),
            "EncryptionConfiguration.InTransitEncryptionConfiguration.TLSCertificateConfiguration"
            ".CertificateProviderClass",
        ),
        (("at_rest", "enabled"), "EncryptionConfiguration.EnableAtRestEncryption"),
        (
            ("write_ahead_log", "kms_key_arn"),
            "EncryptionConfiguration.EMRWALEncryptionConfiguration.AwsKmsKey",
        ),
        (
            ("kerberos", "external_kdc", "active_directory", "realm"),
            "AuthenticationConfiguration.KerberosConfiguration.ExternalKdcConfiguration"
            ".AdIntegrationConfiguration.AdRealm",
        ),
        (("kerberos_attributes", "realm"), "kerberos_attributes.realm"),
        (("ldap", "ssh_login"), "AuthenticationConfiguration.LDAPConfiguration.EnableSSHLogin"),
        (
            ("emrfs_role_mappings", "mapping-2", "groups", 0),
            "AuthorizationConfiguration.EmrFsConfiguration.RoleMappings.2.Identifiers.0",
        ),
        (("runtime_roles",), "AuthorizationConfiguration.IAMConfiguration"),
        (("runtime_roles", "role_arns", 0), "runtime_roles.role_arns.0"),
        (
            ("ranger", "plugins", 0, "client_secret_arn"),
            "AuthorizationConfiguration.RangerConfiguration.RangerPluginConfigurations.0.ClientSecretARN",
        ),
        (
            ("imds", "minimum_version"),
            "InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion",
        ),
    ],
)
def test_places_of_the_document(path: tuple[str | int, ...], place: str) -> None:
    assert ".".join(str(part) for part in document_path(path)) == place
