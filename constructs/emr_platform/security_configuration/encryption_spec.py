"""What a user may declare about the encryption of data at rest and in transit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from emr_platform.security_configuration.values import (
    DomainName,
    EmrWords,
    JavaClass,
    PartSpec,
    S3Object,
    spelt,
)
from emr_platform.spec import Items, KmsKeyArn, SpecModel, Tags, TextMatching

S3_MODES = {
    "SSE-S3": "sse_s3",
    "SSE-KMS": "sse_kms",
    "CSE-KMS": "cse_kms",
    "CSE-Custom": "cse_custom",
}
DISK_PROVIDERS = {"AwsKms": "aws_kms", "Custom": "custom"}
CERTIFICATE_PROVIDERS = {"EMR": "emr", "PEM": "pem", "Custom": "custom"}
"""EMR's words for choices, and ours."""


class S3EncryptionOverrideSpec(PartSpec):
    """How EMRFS encrypts what it writes to one bucket, where that differs."""

    bucket: Annotated[
        str,
        TextMatching(
            r"bucket://[a-z0-9-]+|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
            "bucket://NAME or a bucket's name",
        ),
    ] = Field(
        validation_alias=spelt("bucket", "BucketName"),
        description="The bucket: bucket://NAME, or the name that it has in S3.",
    )
    mode: Annotated[Literal["sse_s3", "sse_kms", "cse_kms"], EmrWords(S3_MODES)] = Field(
        validation_alias=spelt("mode", "EncryptionMode"),
        description="Encryption by S3 (sse) or by the cluster (cse), and whose key is used.",
    )
    kms_key_arn: KmsKeyArn | None = Field(
        default=None,
        validation_alias=spelt("kms_key_arn", "AwsKmsKey"),
        description="KMS key, in the cluster's region, for sse_kms and cse_kms.",
    )


class S3EncryptionSpec(PartSpec):
    """How EMRFS encrypts what it writes to S3. Mirrors ``S3EncryptionConfiguration``."""

    mode: Annotated[Literal["sse_s3", "sse_kms", "cse_kms", "cse_custom"], EmrWords(S3_MODES)] = (
        Field(
            validation_alias=spelt("mode", "EncryptionMode"),
            description="Encryption by S3 (sse) or by the cluster (cse), and whose key is used: "
            "that of S3, one of KMS, or what a class of your own says.",
        )
    )
    kms_key_arn: KmsKeyArn | None = Field(
        default=None,
        validation_alias=spelt("kms_key_arn", "AwsKmsKey"),
        description="KMS key, in the cluster's region, for sse_kms and cse_kms.",
    )
    s3_object: S3Object | None = Field(
        default=None,
        validation_alias=spelt("s3_object", "S3Object"),
        description="JAR file with the class that provides keys, for cse_custom.",
    )
    provider_class: JavaClass | None = Field(
        default=None,
        validation_alias=spelt("provider_class", "EncryptionKeyProviderClass"),
        description="Class that implements EncryptionMaterialsProvider, for cse_custom.",
    )
    overrides: Items[S3EncryptionOverrideSpec] = Field(
        default=(),
        validation_alias=spelt("overrides", "Overrides"),
        description="Buckets for which it differs.",
    )


class LocalDiskEncryptionSpec(PartSpec):
    """How the nodes' disks are encrypted. Mirrors ``LocalDiskEncryptionConfiguration``."""

    provider: Annotated[Literal["aws_kms", "custom"], EmrWords(DISK_PROVIDERS)] = Field(
        default="aws_kms",
        validation_alias=spelt("provider", "EncryptionKeyProviderType"),
        description="Where the keys come from: KMS, or a class of your own.",
    )
    kms_key_arn: KmsKeyArn | None = Field(
        default=None,
        validation_alias=spelt("kms_key_arn", "AwsKmsKey"),
        description="KMS key, in the cluster's region. Left out: one that is made for the cluster.",
    )
    ebs_encryption: bool | None = Field(
        default=None,
        validation_alias=spelt("ebs_encryption", "EnableEbsEncryption"),
        description="Whether EBS encrypts its volumes, root volumes included, instead of LUKS on "
        "the nodes. Left out: true with aws_kms.",
    )
    s3_object: S3Object | None = Field(
        default=None,
        validation_alias=spelt("s3_object", "S3Object"),
        description="JAR file with the class that provides keys, for custom.",
    )
    provider_class: JavaClass | None = Field(
        default=None,
        validation_alias=spelt("provider_class", "EncryptionKeyProviderClass"),
        description="Class that implements EncryptionMaterialsProvider, for custom. "
        "Another one than that for S3.",
    )


class AtRestSpec(SpecModel):
    """Encryption of data at rest. Mirrors ``AtRestEncryptionConfiguration``."""

    enabled: bool = Field(
        default=True, description="False keeps the settings, and encrypts nothing."
    )
    s3: S3EncryptionSpec | None = Field(
        default=None,
        description="What EMRFS writes to S3. Left out: as each bucket encrypts by default.",
    )
    local_disks: LocalDiskEncryptionSpec | None = Field(
        default=None,
        description="The nodes' disks. Left out: encrypted with a key of the cluster's own, "
        "if platform_defaults is true and the release can.",
    )


def _as_mapping(tags: Any) -> Any:
    """Take EMR's list of ``Key`` and ``Value`` as well; leave what is neither to be refused."""
    if isinstance(tags, list) and all(
        isinstance(tag, Mapping) and tag.keys() == {"Key", "Value"} for tag in tags
    ):
        return {tag["Key"]: tag["Value"] for tag in tags}
    return tags


class CertificatesSpec(PartSpec):
    """Where nodes get TLS certificates from. Mirrors ``TLSCertificateConfiguration``."""

    provider: Annotated[Literal["emr", "pem", "custom"], EmrWords(CERTIFICATE_PROVIDERS)] = Field(
        validation_alias=spelt("provider", "CertificateProviderType"),
        description="emr: EMR makes and distributes them. pem: your own, in a zip file. "
        "custom: a class of your own provides them.",
    )
    s3_object: S3Object | None = Field(
        default=None,
        validation_alias=spelt("s3_object", "S3Object"),
        description="For pem: zip file with privateKey.pem, certificateChain.pem and, unless a "
        "well-known authority signed them, trustedCertificates.pem. For custom: JAR file with the class.",
    )
    provider_class: JavaClass | None = Field(
        default=None,
        validation_alias=spelt("provider_class", "CertificateProviderClass"),
        description="Class that implements TLSArtifactsProvider, for custom.",
    )
    kms_key_arn: KmsKeyArn | None = Field(
        default=None,
        validation_alias=spelt("kms_key_arn", "AwsKmsKey"),
        description="KMS key for the secret in which EMR keeps its authority's certificate, for emr. "
        "Left out: the key of Secrets Manager.",
    )
    secret_tags: Annotated[Tags, BeforeValidator(_as_mapping)] = Field(
        default_factory=dict,
        validation_alias=spelt("secret_tags", "SecretTags"),
        description="Tags of that secret, for emr.",
    )
    validity_days: int | None = Field(
        default=None,
        ge=1,
        le=36_500,
        validation_alias=spelt("validity_days", "ValidityInDays"),
        description="Days that EMR's certificates are valid, for emr. Left out: 20 years. Later the "
        "security configuration has to be made anew.",
    )
    wildcard_dns_suffix: DomainName | None = Field(
        default=None,
        validation_alias=spelt("wildcard_dns_suffix", "WildcardDnsSuffix"),
        description="Domain whose hosts EMR's certificates are valid for besides the region's "
        "private names, for emr.",
    )


class InTransitSpec(SpecModel):
    """TLS between nodes and to their clients. Mirrors ``InTransitEncryptionConfiguration``."""

    enabled: bool = Field(
        default=True, description="False keeps the settings, and encrypts nothing."
    )
    certificates: CertificatesSpec | None = Field(
        default=None, description="Where the nodes get their certificates from."
    )


class WriteAheadLogSpec(PartSpec):
    """Encryption of EMR WAL, HBase's write-ahead log. Mirrors ``EMRWALEncryptionConfiguration``."""

    kms_key_arn: KmsKeyArn | None = Field(
        default=None,
        validation_alias=spelt("kms_key_arn", "AwsKmsKey"),
        description="KMS key, in the cluster's region; its policy must let emrwal.amazonaws.com "
        "use it. Left out: a key of EMR's.",
    )
