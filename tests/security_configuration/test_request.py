"""What is declared in the file's own words becomes what EMR's documents describe."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from emr_platform.catalog.release import Release
from emr_platform.security_configuration.authentication_spec import KerberosAttributesSpec
from emr_platform.security_configuration.effective import effective_security, knows_imdsv2
from emr_platform.security_configuration.request import (
    SecuritySurroundings,
    dynamic_reference,
    kerberos_attributes,
    security_configuration_document,
)
from emr_platform.security_configuration.spec import SecurityConfigurationSpec

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER_KEY = "arn:aws:kms:eu-west-1:111122223333:key/00000000-12ab-34cd-56ef-1234567890ab"
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:kerberos-AbCdEf"


def document(release: str = "emr-7.12.0", **values: Any) -> dict[str, Any]:
    spec = SecurityConfigurationSpec.model_validate(values) if values else None
    return security_configuration_document(
        effective_security(spec, Release.parse(release)),
        SecuritySurroundings(
            resolve=lambda text: text.replace("bucket://", "s3://real-"),
            disk_key_arn=KEY,
            created_role_arns={"analysts": "arn:of:a:new:role"},
        ),
    )


def at_rest(**values: Any) -> Any:
    return document(**values)["EncryptionConfiguration"]["AtRestEncryptionConfiguration"]


OWN_DISKS = {
    "EncryptionKeyProviderType": "AwsKms",
    "AwsKmsKey": KEY,
    "EnableEbsEncryption": True,
}
IMDSV2 = {"MinimumInstanceMetadataServiceVersion": 2, "HttpPutResponseHopLimit": 1}


def test_disks_are_encrypted_and_imdsv1_is_off_unless_said_otherwise() -> None:
    """EMR refuses the flat form, which cdk-nag's EMR4 and EMR5 look for."""
    assert document() == {
        "EncryptionConfiguration": {
            "EnableInTransitEncryption": False,
            "EnableAtRestEncryption": True,
            "AtRestEncryptionConfiguration": {"LocalDiskEncryptionConfiguration": OWN_DISKS},
        },
        "InstanceMetadataServiceConfiguration": IMDSV2,
    }


@pytest.mark.parametrize(("label", "encrypted"), [("emr-5.23.1", False), ("emr-5.24.0", True)])
def test_first_release_with_ebs_encryption(label: str, encrypted: bool) -> None:
    assert ("EncryptionConfiguration" in document(label)) is encrypted


@pytest.mark.parametrize(
    ("label", "known"),
    [
        ("emr-5.23.0", False),
        ("emr-5.23.1", True),
        ("emr-5.24.0", False),
        ("emr-5.27.1", True),
        ("emr-5.31.0", False),
        ("emr-5.32.0", True),
        ("emr-6.0.0", False),
        ("emr-6.1.0", False),
        ("emr-6.2.0", True),
        ("emr-7.0.0", True),
        ("emr-spark-8.0.0", True),
    ],
)
def test_releases_that_start_without_imdsv1(label: str, known: bool) -> None:
    assert knows_imdsv2(Release.parse(label)) is known
    assert ("InstanceMetadataServiceConfiguration" in document(label)) is known


def test_nothing_is_configured_for_a_release_that_can_nothing() -> None:
    assert document("emr-5.20.0") == {}


def test_defaults_stay_beside_what_is_said() -> None:
    said = document(kerberos={}, imds={"hop_limit": 2})

    assert at_rest(kerberos={}) == {"LocalDiskEncryptionConfiguration": OWN_DISKS}
    assert said["AuthenticationConfiguration"] == {
        "KerberosConfiguration": {
            "Provider": "ClusterDedicatedKdc",
            "ClusterDedicatedKdcConfiguration": {},
        }
    }
    assert said["InstanceMetadataServiceConfiguration"] == {**IMDSV2, "HttpPutResponseHopLimit": 2}


def test_defaults_of_emr_instead_of_ours() -> None:
    assert document(platform_defaults=False) == {}
    # Disks that are declared are encrypted with a key of the cluster's own all the same.
    assert at_rest(platform_defaults=False, at_rest={"local_disks": {}}) == {
        "LocalDiskEncryptionConfiguration": {
            "EncryptionKeyProviderType": "AwsKms",
            "AwsKmsKey": KEY,
        }
    }


def test_disks_with_another_key_and_with_luks() -> None:
    disks = at_rest(at_rest={"local_disks": {"kms_key_arn": OTHER_KEY, "ebs_encryption": False}})

    assert disks == {
        "LocalDiskEncryptionConfiguration": {
            "EncryptionKeyProviderType": "AwsKms",
            "AwsKmsKey": OTHER_KEY,
        }
    }


def test_disks_by_a_class_get_no_key_of_ours() -> None:
    disks = at_rest(
        at_rest={
            "local_disks": {
                "provider": "custom",
                "s3_object": "bucket://config/keys.jar",
                "provider_class": "com.example.Keys",
            }
        }
    )

    assert disks == {
        "LocalDiskEncryptionConfiguration": {
            "EncryptionKeyProviderType": "Custom",
            "S3Object": "s3://real-config/keys.jar",
            "EncryptionKeyProviderClass": "com.example.Keys",
        }
    }


def test_encryption_in_s3_beside_that_of_disks() -> None:
    configuration = at_rest(
        at_rest={
            "s3": {
                "mode": "sse_s3",
                "overrides": [
                    {"bucket": "bucket://input", "mode": "cse_kms", "kms_key_arn": KEY},
                    {"bucket": "partner-data", "mode": "sse_s3"},
                ],
            }
        }
    )

    assert configuration == {
        "S3EncryptionConfiguration": {
            "EncryptionMode": "SSE-S3",
            "Overrides": [
                {"BucketName": "real-input", "EncryptionMode": "CSE-KMS", "AwsKmsKey": KEY},
                {"BucketName": "partner-data", "EncryptionMode": "SSE-S3"},
            ],
        },
        "LocalDiskEncryptionConfiguration": OWN_DISKS,
    }


def test_switching_encryption_off() -> None:
    assert document(at_rest={"enabled": False}) == {
        "EncryptionConfiguration": {
            "EnableInTransitEncryption": False,
            "EnableAtRestEncryption": False,
        },
        "InstanceMetadataServiceConfiguration": IMDSV2,
    }


def test_certificates() -> None:
    configuration = document(
        in_transit={"certificates": {"provider": "pem", "s3_object": "bucket://config/certs.zip"}}
    )["EncryptionConfiguration"]

    assert configuration["EnableInTransitEncryption"] is True
    assert configuration["InTransitEncryptionConfiguration"] == {
        "TLSCertificateConfiguration": {
            "CertificateProviderType": "PEM",
            "S3Object": "s3://real-config/certs.zip",
        }
    }


def test_roles_for_emrfs_in_their_order() -> None:
    mappings = document(
        emrfs_role_mappings={
            "partners": {
                "role_arn": "arn:aws:iam::111122223333:role/partners",
                "prefixes": ["bucket://input/partners/"],
            },
            "analysts": {"create": {}, "groups": ["analysts", "auditors"]},
            "alice": {"role_arn": "arn:aws:iam::111122223333:role/alice", "users": ["alice"]},
        }
    )["AuthorizationConfiguration"]["EmrFsConfiguration"]["RoleMappings"]

    assert mappings == [
        {
            "Role": "arn:aws:iam::111122223333:role/partners",
            "IdentifierType": "Prefix",
            "Identifiers": ["s3://real-input/partners/"],
        },
        {
            "Role": "arn:of:a:new:role",
            "IdentifierType": "Group",
            "Identifiers": ["analysts", "auditors"],
        },
        {
            "Role": "arn:aws:iam::111122223333:role/alice",
            "IdentifierType": "User",
            "Identifiers": ["alice"],
        },
    ]


@pytest.mark.parametrize(
    "mapping",
    [
        {"users": ["alice"]},
        {"create": {}},
        {"create": {}, "role_arn": "arn:aws:iam::111122223333:role/a", "users": ["alice"]},
        # All identifiers of a mapping are of one type.
        {"create": {}, "users": ["alice"], "groups": ["analysts"]},
    ],
)
def test_a_mapping_is_of_one_role_for_one_kind(mapping: Any) -> None:
    with pytest.raises(ValidationError, match="exactly one of"):
        SecurityConfigurationSpec.model_validate({"emrfs_role_mappings": {"a": mapping}})


# --- Kerberos attributes --------------------------------------------------------------------


def attributes(**values: Any) -> Any:
    return kerberos_attributes(
        KerberosAttributesSpec.model_validate({"realm": "EC2.INTERNAL", **values}),
        password=lambda value: dynamic_reference(value.secret_arn, value.json_key),
        generated_kdc_admin_password="generated",
    )


def test_attributes_with_a_generated_password() -> None:
    assert attributes() == {"Realm": "EC2.INTERNAL", "KdcAdminPassword": "generated"}


def test_passwords_are_read_by_cloudformation() -> None:
    """As https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html."""
    password = {"secret_arn": SECRET}

    assert attributes(
        kdc_admin_password={**password, "json_key": "admin"},
        cross_realm_trust_principal_password=password,
        ad_domain_join={"user": "joiner", "password": {**password, "json_key": "join"}},
    ) == {
        "Realm": "EC2.INTERNAL",
        "KdcAdminPassword": f"{{{{resolve:secretsmanager:{SECRET}:SecretString:admin::}}}}",
        "CrossRealmTrustPrincipalPassword": f"{{{{resolve:secretsmanager:{SECRET}:SecretString:::}}}}",
        "ADDomainJoinUser": "joiner",
        "ADDomainJoinPassword": f"{{{{resolve:secretsmanager:{SECRET}:SecretString:join::}}}}",
    }
