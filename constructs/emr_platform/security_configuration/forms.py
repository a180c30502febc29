"""The forms in which a security configuration may be written."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Tag, WithJsonSchema

from emr_platform.security_configuration.document import SecurityConfigurationDocument
from emr_platform.security_configuration.spec import (
    ExistingSecurityConfigurationSpec,
    SecurityConfigurationSpec,
)

DOCUMENT_KEYS = (
    "EncryptionConfiguration",
    "AuthenticationConfiguration",
    "AuthorizationConfiguration",
    "InstanceMetadataServiceConfiguration",
)
"""Keys at the top of EMR's own JSON document."""

_SPEC, _EXISTING, _DOCUMENT = "declared here", "existing", "EMR's JSON document"


def _form(value: Any) -> str:
    """Tell the forms apart by a key that only one of them has."""
    if isinstance(value, ExistingSecurityConfigurationSpec):
        return _EXISTING
    if not isinstance(value, dict):
        return _SPEC
    if any(key in value for key in DOCUMENT_KEYS):
        return _DOCUMENT
    return _EXISTING if "existing" in value else _SPEC


_DOCUMENT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "SecurityConfigurationDocument",
    "description": "EMR's own JSON document of a security configuration.",
    "properties": {
        **{key: {"type": "object", "description": f"EMR's {key}."} for key in DOCUMENT_KEYS},
        "kerberos_attributes": {"type": "object", "description": "Realm and passwords."},
        "runtime_roles": {
            "type": "object",
            "description": "Runtime roles that nodes may assume: role_arns, create, role_path.",
        },
    },
    "anyOf": [{"required": [key]} for key in DOCUMENT_KEYS],
    "additionalProperties": False,
}

SecurityConfiguration = Annotated[
    Annotated[SecurityConfigurationSpec, Tag(_SPEC)]
    | Annotated[ExistingSecurityConfigurationSpec, Tag(_EXISTING)]
    | Annotated[
        SecurityConfigurationDocument,
        AfterValidator(SecurityConfigurationDocument.spec),
        WithJsonSchema(_DOCUMENT_SCHEMA),
        Tag(_DOCUMENT),
    ],
    Discriminator(_form),
]
"""A security configuration: declared here, an existing one by name, or EMR's own JSON document.

What has been read is never a document: that becomes the same as what is declared here.
"""
