"""Rules about encryption at rest and in transit, and about the instance metadata service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from emr_platform.catalog.release import Release
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook
from emr_platform.security_configuration.effective import (
    FIRST_WITH_EBS_ENCRYPTION,
    cluster_security,
    declared_security,
    effective_security,
    knows_encrypted_disks,
    knows_imdsv2,
)
from emr_platform.security_configuration.spec import SecurityConfigurationSpec

ENCRYPTION_RULES: RuleBook[SecurityConfigurationSpec] = RuleBook()
"""Rules about a security configuration by itself."""
CLUSTER_ENCRYPTION_RULES: RuleBook[ClusterSpec] = RuleBook()
"""Rules about a security configuration and the cluster that uses it."""

_CREATE = (
    "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html"
)
_OPTIONS = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-data-encryption-options.html"
_KEYS = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-encryption-enable.html"
_FIRST = Release.parse("emr-4.8.0")

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "sse_s3": (),
    "sse_kms": ("kms_key_arn",),
    "cse_kms": ("kms_key_arn",),
    "cse_custom": ("s3_object", "provider_class"),
    "aws_kms": (),
    "emr": (),
    "pem": ("s3_object",),
    "custom": ("s3_object", "provider_class"),
}
"""What has to be said besides a mode or a provider."""
_POSSIBLE: Mapping[str, tuple[str, ...]] = {
    **_NEEDED,
    "aws_kms": ("kms_key_arn", "ebs_encryption"),
    "emr": ("kms_key_arn", "secret_tags", "validity_days", "wildcard_dns_suffix"),
}
_CHOICES = ("mode", "provider")
_OPEN: tuple[object, ...] = (None, (), {})


def _parts(spec: SecurityConfigurationSpec) -> Iterator[tuple[Path, str, Mapping[str, object]]]:
    """Each part whose settings depend on a mode or provider: its path, the choice and the settings."""
    found: list[tuple[Path, object]] = []
    if spec.at_rest and spec.at_rest.s3:
        found.append((("at_rest", "s3"), spec.at_rest.s3))
        found += [
            (("at_rest", "s3", "overrides", position), override)
            for position, override in enumerate(spec.at_rest.s3.overrides)
        ]
    if spec.at_rest and spec.at_rest.local_disks:
        found.append((("at_rest", "local_disks"), spec.at_rest.local_disks))
    if spec.in_transit and spec.in_transit.certificates:
        found.append((("in_transit", "certificates"), spec.in_transit.certificates))
    for path, part in found:
        settings = dict(vars(part))
        yield path, next(settings[name] for name in _CHOICES if name in settings), settings


def _missing(
    spec: SecurityConfigurationSpec, where: str, *, of: Iterable[str]
) -> Iterator[Finding]:
    for path, choice, settings in _parts(spec):
        if where not in path:
            continue
        for name in _NEEDED[choice]:
            if name in of and settings[name] is None:
                yield Finding(path, f"{choice} without {name}", f"{choice} with {name}")


@ENCRYPTION_RULES.rule(
    "EMR-ENCRYPTION-001",
    what="A mode of encryption in S3 comes with the key, or the class, that it encrypts with.",
    why="EMR requires it, and has no key of its own to take instead.",
    source=_CREATE,
)
def s3_modes_are_complete(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """A KMS key for sse_kms and cse_kms, JAR and class for cse_custom."""
    yield from _missing(spec, "s3", of=("kms_key_arn", "s3_object", "provider_class"))


@ENCRYPTION_RULES.rule(
    "EMR-ENCRYPTION-002",
    what="A custom provider of keys for disks comes with its JAR file and class.",
    why="EMR requires both.",
    source=_CREATE,
)
def disk_providers_are_complete(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """JAR and class for custom."""
    yield from _missing(spec, "local_disks", of=("s3_object", "provider_class"))


@ENCRYPTION_RULES.rule(
    "EMR-ENCRYPTION-003",
    what="EBS encryption is used with keys of KMS.",
    why="EBS knows no other keys; EMR requires AwsKms as the provider.",
    source=_OPTIONS,
)
def ebs_takes_keys_of_kms(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """No EBS encryption with a custom provider."""
    disks = spec.at_rest.local_disks if spec.at_rest else None
    if disks and disks.provider == "custom" and disks.ebs_encryption:
        yield Finding(
            ("at_rest", "local_disks", "ebs_encryption"),
            "EBS encryption with keys of a custom provider",
            "ebs_encryption: false, or provider: aws_kms",
        )


@ENCRYPTION_RULES.rule(
    "EMR-ENCRYPTION-004",
    what="The classes that provide keys for S3 and for disks are different ones.",
    why="EMR requires it.",
    source=_KEYS,
)
def provider_classes_differ(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """Not one class for both."""
    at_rest = spec.at_rest
    if at_rest and at_rest.s3 and at_rest.local_disks:
        name = at_rest.local_disks.provider_class
        if name and name == at_rest.s3.provider_class:
            yield Finding(
                ("at_rest", "local_disks", "provider_class"),
                f"{name} provides the keys for S3 as well",
                "another class",
            )


@ENCRYPTION_RULES.rule(
    "EMR-ENCRYPTION-005",
    what="Encryption in transit comes with certificates.",
    why="Nodes have nothing to prove by who they are; EMR requires a zip file, or a class, or that "
    "EMR makes them.",
    source=_CREATE,
)
def tls_has_certificates(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """A provider, and what it needs."""
    if spec.in_transit and spec.in_transit.enabled and not spec.in_transit.certificates:
        yield Finding(
            ("in_transit",),
            "encryption in transit without certificates",
            "certificates: {provider: emr}, or provider: pem with a zip file as s3_object",
        )
    yield from _missing(spec, "certificates", of=("s3_object", "provider_class"))


@ENCRYPTION_RULES.rule(
    "EMR-ENCRYPTION-006",
    what="A mode or provider stands beside settings of its own only.",
    why="EMR does not use the others, so that something else is encrypted than was meant.",
    source=_CREATE,
    severity="warning",
)
def settings_belong_to_their_mode(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """No key, JAR or class that the mode does not use."""
    for path, choice, settings in _parts(spec):
        others = {name for names in _POSSIBLE.values() for name in names} - {*_POSSIBLE[choice]}
        for name in sorted(others & settings.keys()):
            # EBS encryption with a custom provider is an error of its own.
            if settings[name] not in _OPEN and name != "ebs_encryption":
                yield Finding((*path, name), f"{choice} does not use {name}", f"no {name}")


@ENCRYPTION_RULES.rule(
    "EMR-ENCRYPTION-007",
    what="Settings of encryption belong to encryption that is switched on.",
    why="They look as if data were encrypted that is not.",
    source=_CREATE,
    severity="warning",
)
def settings_are_in_force(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """No settings with enabled: false."""
    at_rest, in_transit = spec.at_rest, spec.in_transit
    if at_rest and not at_rest.enabled and (at_rest.s3 or at_rest.local_disks):
        yield Finding(
            ("at_rest", "enabled"), "encryption at rest is set up, and switched off", "true"
        )
    if in_transit and not in_transit.enabled and in_transit.certificates:
        yield Finding(
            ("in_transit", "enabled"), "encryption in transit is set up, and switched off", "true"
        )


@ENCRYPTION_RULES.rule(
    "EMR-ENCRYPTION-008",
    what="Encryption at rest that is switched on says of what.",
    why="Nothing is encrypted otherwise.",
    source=_CREATE,
    severity="warning",
)
def at_rest_encrypts_something(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """S3 or disks, unless the platform's defaults encrypt disks."""
    at_rest = spec.at_rest
    if not at_rest or not at_rest.enabled or at_rest.s3 or at_rest.local_disks:
        return
    if not spec.platform_defaults:
        yield Finding(("at_rest",), "encryption at rest of nothing", "s3 or local_disks")


@ENCRYPTION_RULES.rule(
    "EMR-ENCRYPTION-009",
    what="A bucket has one mode of encryption.",
    why="EMR does not say which one it would use.",
    source=_CREATE,
    severity="warning",
)
def overrides_are_of_different_buckets(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """No bucket twice among the overrides."""
    seen = set()
    for position, override in enumerate(
        spec.at_rest.s3.overrides if spec.at_rest and spec.at_rest.s3 else ()
    ):
        if override.bucket in seen:
            yield Finding(
                ("at_rest", "s3", "overrides", position, "bucket"),
                f"{override.bucket} occurs twice",
                "each bucket once",
            )
        seen.add(override.bucket)


def _has_one(spec: ClusterSpec) -> bool:
    """Whether EMR gets a security configuration, be it an existing one."""
    security = cluster_security(spec)
    if security is None:
        return True
    says_nothing = SecurityConfigurationSpec(platform_defaults=security.platform_defaults)
    return security != says_nothing


@CLUSTER_ENCRYPTION_RULES.rule(
    "EMR-ENCRYPTION-010",
    what="Security configurations are there from emr-4.8.0.",
    why="EMR refuses the cluster.",
    source=_OPTIONS,
)
def release_knows_security_configurations(spec: ClusterSpec) -> Iterator[Finding]:
    """None with earlier releases; the file may say that there is none."""
    if Release.parse(spec.release) < _FIRST and _has_one(spec):
        yield Finding(
            ("security_configuration",),
            f"{spec.release} knows no security configurations",
            f"{_FIRST} or later",
        )


@CLUSTER_ENCRYPTION_RULES.rule(
    "EMR-ENCRYPTION-011",
    what="EBS encryption is there from emr-5.24.0.",
    why="Nodes of earlier releases start with volumes that are not encrypted, or not at all.",
    source=_OPTIONS,
)
def release_knows_ebs_encryption(spec: ClusterSpec) -> Iterator[Finding]:
    """No EBS encryption with earlier releases."""
    release = Release.parse(spec.release)
    declared = declared_security(spec)
    at_rest = effective_security(declared, release).at_rest if declared else None
    disks = at_rest.local_disks if at_rest and at_rest.enabled else None
    if disks and disks.ebs_encryption and not knows_encrypted_disks(release):
        yield Finding(
            ("security_configuration", "at_rest", "local_disks", "ebs_encryption"),
            f"{release} knows no EBS encryption",
            f"ebs_encryption: false, or {FIRST_WITH_EBS_ENCRYPTION} or later",
        )


@CLUSTER_ENCRYPTION_RULES.rule(
    "EMR-ENCRYPTION-012",
    what="The nodes' disks are encrypted.",
    why="What jobs write to HDFS and to local disks lies there as plain text.",
    source=_OPTIONS,
    severity="warning",
)
def disks_are_encrypted(spec: ClusterSpec) -> Iterator[Finding]:
    """Local disks in what was declared, if the release can."""
    release = Release.parse(spec.release)
    declared = declared_security(spec)
    if not declared or not knows_encrypted_disks(release):
        return
    at_rest = effective_security(declared, release).at_rest
    if not at_rest or not at_rest.enabled or not at_rest.local_disks:
        yield Finding(
            ("security_configuration", "at_rest"),
            "the nodes' disks are not encrypted",
            "at_rest with local_disks, or platform_defaults: true",
        )


@CLUSTER_ENCRYPTION_RULES.rule(
    "EMR-IMDS-001",
    what="EMR configures the instance metadata service in 5.23.1, 5.27.1, from 5.32.0 and from 6.2.0.",
    why="Other releases call version 1 of the service themselves: without it, the cluster does not start.",
    source=_CREATE,
)
def release_knows_imds(spec: ClusterSpec) -> Iterator[Finding]:
    """No imds with other releases."""
    declared = declared_security(spec)
    if declared and declared.imds and not knows_imdsv2(Release.parse(spec.release)):
        yield Finding(
            ("security_configuration", "imds"),
            f"{spec.release} does not configure the instance metadata service",
            "no imds, or a release such as emr-5.32.0, emr-6.2.0 or later",
        )


@ENCRYPTION_RULES.rule(
    "EMR-IMDS-002",
    what="Version 1 of the instance metadata service is switched off.",
    why="A job that fetches addresses for others can be made to fetch the nodes' credentials.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
    severity="warning",
)
def metadata_is_of_version_2(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """minimum_version 2."""
    if spec.imds and spec.imds.minimum_version == 1:
        yield Finding(("imds", "minimum_version"), "version 1 is switched on", "2")
