"""The security configuration, in the nesting that EMR documents."""

from __future__ import annotations

import pytest

from emr_platform.catalog.release import Release
from emr_platform.cluster.security_configuration import knows_imdsv2, security_configuration

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def test_disks_are_encrypted_under_encryption_configuration() -> None:
    """EMR refuses the flat form, which cdk-nag's EMR4 looks for."""
    configuration = security_configuration(Release.parse("emr-7.12.0"), disk_key_arn=KEY)

    assert set(configuration) == {"EncryptionConfiguration", "InstanceMetadataServiceConfiguration"}
    encryption = configuration["EncryptionConfiguration"]
    assert encryption["EnableAtRestEncryption"] is True
    assert encryption["EnableInTransitEncryption"] is False
    assert encryption["AtRestEncryptionConfiguration"]["LocalDiskEncryptionConfiguration"] == {
        "EncryptionKeyProviderType": "AwsKms",
        "AwsKmsKey": KEY,
        "EnableEbsEncryption": True,
    }


def test_instance_metadata_is_version_2_only() -> None:
    configuration = security_configuration(Release.parse("emr-7.12.0"), disk_key_arn=KEY)

    assert configuration["InstanceMetadataServiceConfiguration"] == {
        "MinimumInstanceMetadataServiceVersion": 2,
        "HttpPutResponseHopLimit": 1,
    }


@pytest.mark.parametrize(("label", "encrypted"), [("emr-5.23.1", False), ("emr-5.24.0", True)])
def test_first_release_with_ebs_encryption(label: str, encrypted: bool) -> None:
    configuration = security_configuration(Release.parse(label), disk_key_arn=KEY)

    assert ("EncryptionConfiguration" in configuration) is encrypted


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
