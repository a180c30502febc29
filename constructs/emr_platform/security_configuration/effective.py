"""What a cluster gets: what was declared, completed by the platform's defaults as far as a release can."""

from __future__ import annotations

from functools import lru_cache

from emr_platform.catalog.release import Release
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.remembered import remembered
from emr_platform.security_configuration.encryption_spec import (
    AtRestSpec,
    LocalDiskEncryptionSpec,
)
from emr_platform.security_configuration.spec import (
    ExistingSecurityConfigurationSpec,
    ImdsSpec,
    SecurityConfigurationSpec,
)

FIRST_WITH_EBS_ENCRYPTION = Release.parse("emr-5.24.0")
_IMDSV2_BACKPORTS = frozenset({Release.parse("emr-5.23.1"), Release.parse("emr-5.27.1")})
_IMDSV2_5 = Release.parse("emr-5.32.0")
_IMDSV2_6 = Release.parse("emr-6.2.0")


def knows_encrypted_disks(release: Release) -> bool:
    """Whether EMR has EBS encrypt the volumes of a release's nodes."""
    return release >= FIRST_WITH_EBS_ENCRYPTION


def knows_imdsv2(release: Release) -> bool:
    """Whether clusters of a release start with version 1 of the instance metadata service switched off."""
    if release.major >= 6:
        return release >= _IMDSV2_6
    return release >= _IMDSV2_5 or release in _IMDSV2_BACKPORTS


def effective_security(
    spec: SecurityConfigurationSpec | None, release: Release
) -> SecurityConfigurationSpec:
    """Complete what was declared by the platform's defaults.

    Args:
        spec: What was declared; None for nothing.
        release: Release of the cluster. Disks are encrypted from 5.24.0, where EBS encryption came. IMDSv2 is
            demanded from 5.32.0 and 6.2.0, and in 5.23.1 and 5.27.1: other releases do not start with it.

    Returns:
        The same, with encrypted disks and IMDSv2 where nothing is said of them, unless
        ``platform_defaults`` is false.
    """
    spec = spec or SecurityConfigurationSpec()
    update: dict[str, object] = {}
    at_rest = spec.at_rest or AtRestSpec()
    if spec.platform_defaults:
        if at_rest.enabled and at_rest.local_disks is None and knows_encrypted_disks(release):
            at_rest = at_rest.model_copy(update={"local_disks": LocalDiskEncryptionSpec()})
        if spec.imds is None and knows_imdsv2(release):
            update["imds"] = ImdsSpec()
    if at_rest.local_disks and at_rest.local_disks.ebs_encryption is None:
        # EMR's document says nothing of it where it is off.
        by_default = spec.platform_defaults and at_rest.local_disks.provider == "aws_kms"
        disks = at_rest.local_disks.model_copy(update={"ebs_encryption": by_default})
        at_rest = at_rest.model_copy(update={"local_disks": disks})
    if spec.at_rest or at_rest.local_disks:
        update["at_rest"] = at_rest
    return spec.model_copy(update=update)


def declared_security(spec: ClusterSpec) -> SecurityConfigurationSpec | None:
    """What a cluster declares of its security; None if that is nothing, or an existing one by name."""
    declared = spec.security_configuration
    return declared if isinstance(declared, SecurityConfigurationSpec) else None


def existing_security(spec: ClusterSpec) -> ExistingSecurityConfigurationSpec | None:
    """The existing security configuration that a cluster uses, if it uses one."""
    existing = spec.security_configuration
    return existing if isinstance(existing, ExistingSecurityConfigurationSpec) else None


def written_security(
    spec: ClusterSpec,
) -> SecurityConfigurationSpec | ExistingSecurityConfigurationSpec | None:
    """What a cluster says of its security, in whichever form; None if that is nothing."""
    return declared_security(spec) or existing_security(spec)


@remembered
def cluster_security(spec: ClusterSpec) -> SecurityConfigurationSpec | None:
    """What a cluster gets, the platform's defaults included; None with an existing security configuration."""
    if existing_security(spec):
        return None
    declared = declared_security(spec)
    release = Release.parse(spec.release)
    return effective_security(declared, release) if declared else _platform_security(release)


@lru_cache(maxsize=256)
def _platform_security(release: Release) -> SecurityConfigurationSpec:
    """What a cluster gets that declares nothing."""
    return effective_security(None, release)
