"""Where EMR's own JSON document says what the spec's paths lead to, so that problems point at what was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import AliasChoices

from emr_platform.problems import Path
from emr_platform.security_configuration.authentication_spec import (
    CrossRealmTrustSpec,
    ExternalKdcSpec,
    IdentityCenterSpec,
    LdapSpec,
)
from emr_platform.security_configuration.authorization_spec import (
    LakeFormationSpec,
    RangerServerSpec,
)
from emr_platform.security_configuration.document import MAPPING_NAME
from emr_platform.security_configuration.encryption_spec import (
    CertificatesSpec,
    LocalDiskEncryptionSpec,
    S3EncryptionSpec,
    WriteAheadLogSpec,
)
from emr_platform.security_configuration.spec import ImdsSpec
from emr_platform.security_configuration.values import PartSpec

KEY = "security_configuration"

_ENCRYPTION = ("EncryptionConfiguration",)
_AT_REST = (*_ENCRYPTION, "AtRestEncryptionConfiguration")
_IN_TRANSIT = (*_ENCRYPTION, "InTransitEncryptionConfiguration")
_AUTHENTICATION = ("AuthenticationConfiguration",)
_KERBEROS = (*_AUTHENTICATION, "KerberosConfiguration")
_AUTHORIZATION = ("AuthorizationConfiguration",)
_IAM = (*_AUTHORIZATION, "IAMConfiguration")
_RANGER = (*_AUTHORIZATION, "RangerConfiguration")
_LOGS = ("AuditConfiguration", "Destinations", "AmazonCloudWatchLogs", "CloudWatchLogGroup")
_ROLE_MAPPINGS = (*_AUTHORIZATION, "EmrFsConfiguration", "RoleMappings")

_PARTS: Mapping[Path, tuple[Path, type[PartSpec] | None]] = {
    ("at_rest", "enabled"): ((*_ENCRYPTION, "EnableAtRestEncryption"), None),
    ("at_rest", "s3"): ((*_AT_REST, "S3EncryptionConfiguration"), S3EncryptionSpec),
    ("at_rest", "local_disks"): (
        (*_AT_REST, "LocalDiskEncryptionConfiguration"),
        LocalDiskEncryptionSpec,
    ),
    ("at_rest",): (_AT_REST, None),
    ("in_transit", "enabled"): ((*_ENCRYPTION, "EnableInTransitEncryption"), None),
    ("in_transit", "certificates"): (
        (*_IN_TRANSIT, "TLSCertificateConfiguration"),
        CertificatesSpec,
    ),
    ("in_transit",): (_IN_TRANSIT, None),
    ("write_ahead_log",): ((*_ENCRYPTION, "EMRWALEncryptionConfiguration"), WriteAheadLogSpec),
    ("kerberos", "cross_realm_trust"): (
        (*_KERBEROS, "ClusterDedicatedKdcConfiguration", "CrossRealmTrustConfiguration"),
        CrossRealmTrustSpec,
    ),
    ("kerberos", "external_kdc"): ((*_KERBEROS, "ExternalKdcConfiguration"), ExternalKdcSpec),
    ("kerberos",): (_KERBEROS, None),
    ("ldap",): ((*_AUTHENTICATION, "LDAPConfiguration"), LdapSpec),
    ("identity_center",): ((*_AUTHENTICATION, "IdentityCenterConfiguration"), IdentityCenterSpec),
    ("runtime_roles", "enabled"): ((*_IAM, "EnableApplicationScopedIAMRole"), None),
    ("runtime_roles", "role_arns"): (("runtime_roles", "role_arns"), None),
    ("runtime_roles", "create"): (("runtime_roles", "create"), None),
    ("runtime_roles", "role_path"): (("runtime_roles", "role_path"), None),
    ("runtime_roles",): (_IAM, None),
    ("lake_formation",): ((*_AUTHORIZATION, "LakeFormationConfiguration"), LakeFormationSpec),
    ("ranger", "audit_log_group_arn"): ((*_RANGER, *_LOGS), None),
    ("ranger",): (_RANGER, RangerServerSpec),
    ("imds",): (("InstanceMetadataServiceConfiguration",), ImdsSpec),
}
"""Where a part of the spec stands in EMR's document, and the part whose keys have two spellings."""


def document_path(path: Path) -> Path:
    """Translate a path of the spec into one of EMR's document.

    Args:
        path: A path from a security configuration, e.g. ``("at_rest", "s3", "mode")``.

    Returns:
        The same place in the document, ``("EncryptionConfiguration", …, "EncryptionMode")``. What
        EMR's document knows nothing of stays as it is.
    """
    if path[:1] == ("emrfs_role_mappings",):
        return (*_ROLE_MAPPINGS, *_in_role_mapping(path[1:]))
    for length in range(len(path), 0, -1):
        if found := _PARTS.get(path[:length]):
            start, part = found
            return (*start, *_spelt(part, path[length:]))
    return path


def _in_role_mapping(path: Path) -> Iterator[str | int]:
    """Mappings have no names in EMR's document; reading it made names of their positions."""
    for part in path:
        if part == "role_arn":
            yield "Role"
        elif part in ("users", "groups", "prefixes"):
            yield "Identifiers"
        else:
            number = str(part).removeprefix(MAPPING_NAME)
            yield int(number) if number.isdecimal() else part


def _spelt(part: type[PartSpec] | None, path: Path) -> Iterator[str | int]:
    """EMR's spelling of the keys of a path."""
    for key in path:
        field = part.model_fields.get(str(key)) if part else None
        if field is None:
            yield key
            continue
        alias = field.validation_alias
        yield str(alias.choices[1]) if isinstance(alias, AliasChoices) else key
        part = _part_within(field.annotation)


def _part_within(annotation: Any) -> type[PartSpec] | None:
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, PartSpec) else None
    found = (_part_within(argument) for argument in get_args(annotation))
    return next((part for part in found if part), None)
