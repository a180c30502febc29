"""The security configuration that every cluster of ours has: encrypted disks, and IMDSv2 only."""

from __future__ import annotations

from typing import Any

from emr_platform.catalog.release import Release

Json = dict[str, Any]

_EBS_ENCRYPTION = Release.parse("emr-5.24.0")
_IMDSV2_BACKPORTS = frozenset({Release.parse("emr-5.23.1"), Release.parse("emr-5.27.1")})
_IMDSV2_5 = Release.parse("emr-5.32.0")
_IMDSV2_6 = Release.parse("emr-6.2.0")


def security_configuration(release: Release, *, disk_key_arn: str) -> Json:
    """Render EMR's security configuration for a release.

    Args:
        release: Release of the cluster. Disks are encrypted from 5.24.0, where EBS encryption came. IMDSv2 is
            demanded from 5.32.0 and 6.2.0, and in 5.23.1 and 5.27.1: other releases do not start with it.
        disk_key_arn: ARN of the KMS key for the nodes' disks.

    Returns:
        The configuration, as https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html
        describes it; empty for a release that knows neither, and EMR takes no empty one.
    """
    configuration: Json = {}
    if knows_encrypted_disks(release):
        configuration["EncryptionConfiguration"] = {
            "EnableInTransitEncryption": False,
            "EnableAtRestEncryption": True,
            # Objects in S3 need no word here: the buckets encrypt with their own keys by default.
            "AtRestEncryptionConfiguration": {
                "LocalDiskEncryptionConfiguration": {
                    "EncryptionKeyProviderType": "AwsKms",
                    "AwsKmsKey": disk_key_arn,
                    "EnableEbsEncryption": True,
                }
            },
        }
    if knows_imdsv2(release):
        configuration["InstanceMetadataServiceConfiguration"] = {
            "MinimumInstanceMetadataServiceVersion": 2,
            "HttpPutResponseHopLimit": 1,
        }
    return configuration


def knows_encrypted_disks(release: Release) -> bool:
    """Whether EMR encrypts EBS volumes in a release."""
    return release >= _EBS_ENCRYPTION


def knows_imdsv2(release: Release) -> bool:
    """Whether clusters of a release start with version 1 of the instance metadata service switched off."""
    if release.major >= 6:
        return release >= _IMDSV2_6
    return release >= _IMDSV2_5 or release in _IMDSV2_BACKPORTS
