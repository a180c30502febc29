"""The security configuration of a cluster, with its Kerberos attributes, as environment files have it."""

from __future__ import annotations

import json
from typing import Any

from emr_platform.security_configuration.forms import DOCUMENT_KEYS
from emr_platform.template_check.conversion import samples
from emr_platform.template_check.conversion.parts import (
    Json,
    Part,
    boolean,
    integer,
    mapping,
    text,
    unknown,
)
from emr_platform.template_check.template import EmrResource
from emr_platform.templates.evaluate import UNKNOWN, Value

_NUMBERS = (
    "HttpPutResponseHopLimit",
    "MinimumInstanceMetadataServiceVersion",
    "TicketLifeTimeInHours",
    "TicketLifetimeInHours",
)
# Of any kind that a text of the document can be; the model says which of them fit.
_TEXTS = (
    *samples.KEY_ARNS,
    *samples.OBJECT_URIS,
    "arn:aws:iam::111122223333:role/somebody",
    "arn:aws:secretsmanager:us-east-1:111122223333:secret:name-AbCdEf",
    "arn:aws:logs:us-east-1:111122223333:log-group:name",
    "name",
    "EXAMPLE.COM",
    "example.com",
    "ldaps://example.com",
    "https://example.com",
)
_SECRET = {"secret_arn": "arn:aws:secretsmanager:us-east-1:111122223333:secret:name-AbCdEf"}
_ATTRIBUTES: Json = {"realm": "EC2.INTERNAL", "kdc_admin_password": _SECRET}
_JOIN = {"user": "name", "password": _SECRET}
_ROLES_OF_STEPS = {"role_arns": ("arn:aws:iam::111122223333:role/somebody",)}


def security(properties: Value, configuration: EmrResource | None) -> Part:
    """What a cluster says of its security.

    Args:
        properties: Properties of the cluster.
        configuration: The security configuration that it refers to, if that is in the template.
    """
    name = properties.get("SecurityConfiguration")
    attributes = _kerberos_attributes(properties.get("KerberosAttributes"))
    if name is None:
        # What an environment file leaves out, the platform completes; EMR does not.
        off = Part(properties.path, False)
        return mapping(
            properties.path, {"platform_defaults": off, "kerberos_attributes": attributes}
        )
    declared = _document(configuration.properties) if configuration else None
    if declared is None:
        existing = text(name, "name")
        return mapping(name.path, {"existing": existing, "kerberos_attributes": attributes})
    content = {**declared.content, "kerberos_attributes": attributes}
    return mapping(declared.path, content)


def document_alone(configuration: EmrResource) -> Part | None:
    """A security configuration that no cluster of the template uses, of a cluster of which nothing is known.

    Returns:
        The declaration of such a cluster; None if nothing is known of the security configuration.
    """
    declared = _document(configuration.properties)
    if declared is None:
        return None
    attributes = Part(declared.path, UNKNOWN, (None, _ATTRIBUTES))
    some = tuple((name,) for name in samples.APPLICATIONS)
    return mapping(
        declared.path,
        {
            "release": Part(declared.path, UNKNOWN, samples.RELEASES),
            "applications": Part(declared.path, UNKNOWN, ((), *some)),
            "primary": Part(declared.path, UNKNOWN, ({"count": 1}, {"count": 3})),
            "security_configuration": mapping(
                declared.path, {**declared.content, "kerberos_attributes": attributes}
            ),
        },
    )


def _document(properties: Value) -> Part | None:
    value = properties.get("SecurityConfiguration")
    if value is None or value.is_unknown:
        return None
    if value.text is not None:
        try:
            content = json.loads(value.text)
        except (ValueError, RecursionError):
            return None
        # Nothing within a text has a place of its own.
        value = _located(content, value)
    entries = value.entries
    if not any(key in entries for key in DOCUMENT_KEYS):
        return None
    members: dict[str, Part | None] = {key: _part(key, inner) for key, inner in entries.items()}
    authorization = value.get("AuthorizationConfiguration")
    if authorization and "IAMConfiguration" in authorization.entries:
        # Which roles nodes may assume is said by the policies of the instance role.
        members["runtime_roles"] = Part(
            authorization.entries["IAMConfiguration"].path, UNKNOWN, (_ROLES_OF_STEPS,)
        )
    return mapping(value.path, members)


def _located(content: Any, around: Value) -> Value:
    if isinstance(content, dict):
        return Value(around.path, {str(k): _located(v, around) for k, v in content.items()})
    if isinstance(content, list):
        return Value(around.path, [_located(item, around) for item in content])
    if isinstance(content, bool):
        return Value(around.path, str(content).lower())
    return Value(around.path, "" if content is None else str(content))


def _part(key: str, value: Value) -> Part:
    if isinstance(value.content, dict):
        return mapping(value.path, {name: _part(name, v) for name, v in value.entries.items()})
    if isinstance(value.content, list):
        return Part(value.path, [_part(key, item) for item in value.items])
    if value.is_unknown:
        return unknown(value, *((1, 2) if key in _NUMBERS else (*_TEXTS, True, False)))
    if key in _NUMBERS:
        return integer(value, 1, 2) or unknown(value, 1)
    if value.text in ("true", "false"):
        return boolean(value) or unknown(value, True)
    return Part(value.path, value.text, _TEXTS)


def _kerberos_attributes(value: Value | None) -> Part | None:
    """Realm and passwords. Environment files name secrets with passwords; templates have them somehow."""
    if value is None:
        return None
    if not isinstance(value.content, dict):
        return unknown(value, None, _ATTRIBUTES)
    joins = value.get("ADDomainJoinUser") or value.get("ADDomainJoinPassword")
    return mapping(
        value.path,
        {
            "realm": text(value.get("Realm"), "EC2.INTERNAL")
            or Part(value.path, UNKNOWN, ("EC2.INTERNAL",)),
            "kdc_admin_password": _password(value.get("KdcAdminPassword")),
            "cross_realm_trust_principal_password": _password(
                value.get("CrossRealmTrustPrincipalPassword")
            ),
            "ad_domain_join": Part(joins.path, UNKNOWN, (_JOIN,)) if joins else None,
        },
        _ATTRIBUTES,
    )


def _password(value: Value | None) -> Part | None:
    return Part(value.path, _SECRET) if value else None
