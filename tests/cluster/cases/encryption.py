"""Encryption at rest and in transit, and the instance metadata service."""

from __future__ import annotations

from typing import Any

from tests.cluster.cases import Case, Values

KEY = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"
JAR = {"s3_object": "s3://artifacts/provider.jar", "provider_class": "com.example.Provider"}
CERTIFICATES = {"provider": "emr"}


def security(**values: Any) -> Values:
    return {"security_configuration": values}


def at_release(label: str, **values: Any) -> Values:
    return {"release": label, **security(**values)}


def s3(mode: str, **values: Any) -> Values:
    return security(at_rest={"s3": {"mode": mode, **values}})


def disks(**values: Any) -> Values:
    return security(at_rest={"local_disks": values})


def tls(**values: Any) -> Values:
    return security(in_transit={"certificates": values})


def document(**encryption: Any) -> Values:
    return security(EncryptionConfiguration=encryption)


CASES: list[Case] = [
    (
        "EMR-ENCRYPTION-001",
        [
            s3("sse_s3"),
            s3("sse_kms", kms_key_arn=KEY),
            s3("cse_kms", kms_key_arn=KEY),
            s3("cse_custom", **JAR),
            s3("sse_s3", overrides=[{"bucket": "other", "mode": "cse_kms", "kms_key_arn": KEY}]),
            {},
        ],
        [
            s3("sse_kms"),
            s3("cse_kms"),
            s3("cse_custom", s3_object="s3://artifacts/provider.jar"),
            s3("cse_custom", provider_class="com.example.Provider"),
            s3("sse_s3", overrides=[{"bucket": "other", "mode": "sse_kms"}]),
        ],
    ),
    (
        "EMR-ENCRYPTION-002",
        [disks(), disks(kms_key_arn=KEY), disks(provider="custom", **JAR)],
        [
            disks(provider="custom", s3_object="s3://artifacts/provider.jar"),
            disks(provider="custom", provider_class="com.example.Provider"),
        ],
    ),
    (
        "EMR-ENCRYPTION-003",
        [
            disks(ebs_encryption=True),
            disks(provider="custom", **JAR),
            disks(provider="custom", ebs_encryption=False, **JAR),
        ],
        [disks(provider="custom", ebs_encryption=True, **JAR)],
    ),
    (
        "EMR-ENCRYPTION-004",
        [
            security(
                at_rest={
                    "s3": {"mode": "cse_custom", **JAR},
                    "local_disks": {
                        "provider": "custom",
                        **JAR,
                        "provider_class": "com.example.Other",
                    },
                }
            ),
            s3("cse_custom", **JAR),
        ],
        [
            security(
                at_rest={
                    "s3": {"mode": "cse_custom", **JAR},
                    "local_disks": {"provider": "custom", **JAR},
                }
            )
        ],
    ),
    (
        "EMR-ENCRYPTION-005",
        [
            tls(provider="emr"),
            tls(provider="pem", s3_object="s3://certificates/certs.zip"),
            tls(provider="custom", **JAR),
            security(in_transit={"enabled": False}),
            document(EnableInTransitEncryption=False),
        ],
        [
            security(in_transit={}),
            tls(provider="pem"),
            tls(provider="custom", s3_object="s3://artifacts/provider.jar"),
            tls(provider="custom", provider_class="com.example.Provider"),
            document(EnableInTransitEncryption=True),
        ],
    ),
    (
        "EMR-ENCRYPTION-006",
        [
            s3("sse_kms", kms_key_arn=KEY),
            s3("cse_custom", **JAR),
            disks(kms_key_arn=KEY, ebs_encryption=False),
            disks(provider="custom", ebs_encryption=True, **JAR),  # another rule says so
            tls(provider="emr", kms_key_arn=KEY, validity_days=30, wildcard_dns_suffix="a.com"),
            tls(provider="emr", secret_tags={"team": "data"}),
        ],
        [
            s3("sse_s3", kms_key_arn=KEY),
            s3("sse_kms", kms_key_arn=KEY, s3_object="s3://artifacts/provider.jar"),
            s3("sse_s3", overrides=[{"bucket": "other", "mode": "sse_s3", "kms_key_arn": KEY}]),
            disks(provider_class="com.example.Provider"),
            disks(provider="custom", kms_key_arn=KEY, **JAR),
            tls(provider="emr", s3_object="s3://certificates/certs.zip"),
            tls(provider="pem", s3_object="s3://certificates/certs.zip", validity_days=30),
            tls(provider="custom", secret_tags={"team": "data"}, **JAR),
        ],
    ),
    (
        "EMR-ENCRYPTION-007",
        [
            security(at_rest={"enabled": False}),
            security(in_transit={"enabled": False}),
            s3("sse_s3"),
        ],
        [
            security(at_rest={"enabled": False, "s3": {"mode": "sse_s3"}}),
            security(at_rest={"enabled": False, "local_disks": {}}),
            security(in_transit={"enabled": False, "certificates": CERTIFICATES}),
            document(
                AtRestEncryptionConfiguration={
                    "S3EncryptionConfiguration": {"EncryptionMode": "SSE-S3"}
                }
            ),
        ],
    ),
    (
        "EMR-ENCRYPTION-008",
        [security(at_rest={}), s3("sse_s3"), document(EnableAtRestEncryption=False)],
        [security(platform_defaults=False, at_rest={}), document(EnableAtRestEncryption=True)],
    ),
    (
        "EMR-ENCRYPTION-009",
        [
            s3(
                "sse_s3",
                overrides=[
                    {"bucket": "one", "mode": "sse_s3"},
                    {"bucket": "two", "mode": "sse_s3"},
                ],
            )
        ],
        [
            s3(
                "sse_s3",
                overrides=[
                    {"bucket": "one", "mode": "sse_s3"},
                    {"bucket": "one", "mode": "sse_s3"},
                ],
            )
        ],
    ),
    (
        "EMR-ENCRYPTION-010",
        [
            at_release("emr-4.8.0", existing="company-default"),
            {"release": "emr-4.7.4"},
            # Nothing to make a security configuration of.
            at_release("emr-4.7.4"),
            at_release("emr-4.7.4", platform_defaults=False),
            at_release("emr-4.7.4", EncryptionConfiguration={}),
        ],
        [
            at_release("emr-4.7.4", existing="company-default"),
            at_release("emr-4.7.4", imds={}),
            at_release(
                "emr-4.7.4", InstanceMetadataServiceConfiguration={"HttpPutResponseHopLimit": 2}
            ),
        ],
    ),
    (
        "EMR-ENCRYPTION-011",
        [
            at_release("emr-5.24.0", at_rest={"local_disks": {}}),
            at_release("emr-5.23.1", at_rest={"local_disks": {"ebs_encryption": False}}),
            at_release("emr-5.23.1", at_rest={"enabled": False, "local_disks": {}}),
            # EMR's document switches it on by saying so, and not by saying nothing.
            at_release(
                "emr-5.23.1",
                EncryptionConfiguration={
                    "EnableAtRestEncryption": True,
                    "AtRestEncryptionConfiguration": {
                        "LocalDiskEncryptionConfiguration": {
                            "EncryptionKeyProviderType": "AwsKms",
                            "AwsKmsKey": KEY,
                        }
                    },
                },
            ),
            at_release("emr-5.23.1"),
            {"release": "emr-5.23.1"},
        ],
        [
            at_release("emr-5.23.1", at_rest={"local_disks": {}}),
            at_release("emr-5.23.1", at_rest={"local_disks": {"ebs_encryption": True}}),
        ],
    ),
    (
        "EMR-ENCRYPTION-012",
        [
            {},
            security(),
            s3("sse_s3"),
            security(existing="company-default"),
            security(platform_defaults=False, at_rest={"local_disks": {}}),
            # Nobody can ask more of a release that cannot.
            at_release("emr-5.23.1", platform_defaults=False),
        ],
        [
            security(platform_defaults=False),
            security(at_rest={"enabled": False}),
            document(EnableAtRestEncryption=False),
            at_release("emr-5.24.0", platform_defaults=False),
        ],
    ),
    (
        "EMR-IMDS-001",
        [
            at_release(label, imds={})
            for label in ("emr-5.23.1", "emr-5.27.1", "emr-5.32.0", "emr-6.2.0", "emr-7.0.0")
        ]
        + [at_release("emr-5.31.0"), {"release": "emr-6.1.0"}],
        [
            at_release(label, imds={})
            for label in ("emr-5.23.0", "emr-5.24.0", "emr-5.31.1", "emr-6.0.0", "emr-6.1.1")
        ]
        + [at_release("emr-6.1.0", imds={"minimum_version": 1})],
    ),
    (
        "EMR-IMDS-002",
        [security(imds={}), security(imds={"minimum_version": 2, "hop_limit": 64}), {}],
        [
            security(imds={"minimum_version": 1}),
            security(
                InstanceMetadataServiceConfiguration={
                    "MinimumInstanceMetadataServiceVersion": 1,
                    "HttpPutResponseHopLimit": 1,
                }
            ),
        ],
    ),
]
