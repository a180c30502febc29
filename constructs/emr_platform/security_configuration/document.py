"""EMR's own JSON document of a security configuration, read into the same spec as the file's form.

The shape is that of https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-create-security-configuration.html.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic.alias_generators import to_pascal

from emr_platform.security_configuration.authentication_spec import (
    CrossRealmTrustSpec,
    ExternalKdcSpec,
    IdentityCenterSpec,
    KerberosAttributesSpec,
    KerberosSpec,
    LdapSpec,
)
from emr_platform.security_configuration.authorization_spec import (
    EmrfsRoleMappingSpec,
    LakeFormationSpec,
    LineOfText,
    LogGroupArn,
    NewRoleSpec,
    RangerServerSpec,
    RangerSpec,
    RuntimeRolesSpec,
    S3Prefix,
)
from emr_platform.security_configuration.encryption_spec import (
    AtRestSpec,
    CertificatesSpec,
    InTransitSpec,
    LocalDiskEncryptionSpec,
    S3EncryptionSpec,
    WriteAheadLogSpec,
)
from emr_platform.security_configuration.spec import ImdsSpec, SecurityConfigurationSpec
from emr_platform.security_configuration.values import RoleArn, RolePath
from emr_platform.spec import Items, Name, SpecModel


def _truth(value: Any) -> Any:
    """EMR's guide also writes truth values as text."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


_Bool = Annotated[bool, BeforeValidator(_truth)]
_KdcProvider = Literal["ClusterDedicatedKdc", "ExternalKdc"]
_IdentifierType = Literal["User", "Group", "Prefix"]
# EMR's guide has spelt it both ways.
_LIFETIME = AliasChoices("TicketLifetimeInHours", "TicketLifeTimeInHours")

_S = TypeVar("_S", bound=SpecModel)


def _fields(kind: type[SpecModel], part: SpecModel) -> dict[str, Any]:
    return {name: getattr(part, name) for name in kind.model_fields}


def _only(kind: type[_S], part: SpecModel) -> _S:
    """What a part of the document says, without what EMR's shape adds to the spec's."""
    return kind(**_fields(kind, part))


class _Part(SpecModel):
    model_config = ConfigDict(alias_generator=to_pascal)


class _InTransit(_Part):
    certificates: CertificatesSpec = Field(alias="TLSCertificateConfiguration")


class _AtRest(_Part):
    s3: S3EncryptionSpec | None = Field(default=None, alias="S3EncryptionConfiguration")
    local_disks: LocalDiskEncryptionSpec | None = Field(
        default=None, alias="LocalDiskEncryptionConfiguration"
    )


class _Encryption(_Part):
    enable_in_transit_encryption: _Bool = False
    enable_at_rest_encryption: _Bool = False
    in_transit_encryption_configuration: _InTransit | None = None
    at_rest_encryption_configuration: _AtRest | None = None
    write_ahead_log: WriteAheadLogSpec | None = Field(
        default=None, alias="EMRWALEncryptionConfiguration"
    )

    @property
    def at_rest(self) -> AtRestSpec | None:
        part = self.at_rest_encryption_configuration
        if not part and not self.enable_at_rest_encryption:
            return None
        return AtRestSpec(
            enabled=self.enable_at_rest_encryption,
            s3=part.s3 if part else None,
            local_disks=part.local_disks if part else None,
        )

    @property
    def in_transit(self) -> InTransitSpec | None:
        part = self.in_transit_encryption_configuration
        if not part and not self.enable_in_transit_encryption:
            return None
        return InTransitSpec(
            enabled=self.enable_in_transit_encryption,
            certificates=part.certificates if part else None,
        )


class _OwnKdcSettings(_Part):
    lifetime: Annotated[int, Field(ge=1, le=8_760)] | None = Field(
        default=None, validation_alias=_LIFETIME
    )
    cross_realm_trust: CrossRealmTrustSpec | None = Field(
        default=None, alias="CrossRealmTrustConfiguration"
    )


class _OwnKdc(_Part):
    provider: _KdcProvider
    settings: _OwnKdcSettings = Field(
        default=_OwnKdcSettings(), alias="ClusterDedicatedKdcConfiguration"
    )

    def spec(self) -> KerberosSpec:
        return KerberosSpec(
            ticket_lifetime_hours=self.settings.lifetime,
            cross_realm_trust=self.settings.cross_realm_trust,
        )


class _ExternalKdcSettings(ExternalKdcSpec):
    lifetime: Annotated[int, Field(ge=1, le=8_760)] | None = Field(
        default=None, validation_alias=_LIFETIME
    )
    server_type: Literal["Single"] = Field(default="Single", alias="KdcServerType")


class _ExternalKdc(_Part):
    provider: _KdcProvider
    settings: _ExternalKdcSettings = Field(alias="ExternalKdcConfiguration")

    def spec(self) -> KerberosSpec:
        return KerberosSpec(
            ticket_lifetime_hours=self.settings.lifetime,
            external_kdc=_only(ExternalKdcSpec, self.settings),
        )


def _kdc(value: Any) -> str:
    external = False
    if isinstance(value, dict):
        provider = value.get("Provider")
        external = provider == "ExternalKdc"
        if provider not in get_args(_KdcProvider):
            # What is meant by a misspelled one, its settings show.
            external = "ExternalKdcConfiguration" in value
    return "external KDC" if external else "KDC on the primary node"


_Kerberos = Annotated[
    Annotated[_OwnKdc, Tag("KDC on the primary node")]
    | Annotated[_ExternalKdc, Tag("external KDC")],
    Discriminator(_kdc),
]


class _Ldap(LdapSpec):
    enabled: _Bool = Field(default=False, alias="EnableLDAPAuthentication")


class _IdentityCenter(IdentityCenterSpec):
    enabled: _Bool = Field(default=False, alias="EnableIdentityCenter")


class _Authentication(_Part):
    kerberos: _Kerberos | None = Field(default=None, alias="KerberosConfiguration")
    ldap: _Ldap | None = Field(default=None, alias="LDAPConfiguration")
    identity_center: _IdentityCenter | None = Field(
        default=None, alias="IdentityCenterConfiguration"
    )


class _NamesMapping(_Part):
    role: RoleArn
    identifier_type: _IdentifierType
    identifiers: Items[LineOfText] = Field(min_length=1)

    def spec(self) -> EmrfsRoleMappingSpec:
        names = tuple(self.identifiers)
        return EmrfsRoleMappingSpec(
            role_arn=self.role,
            users=names if self.identifier_type == "User" else (),
            groups=names if self.identifier_type == "Group" else (),
        )


class _PrefixMapping(_Part):
    role: RoleArn
    identifier_type: _IdentifierType
    identifiers: Items[S3Prefix] = Field(min_length=1)

    def spec(self) -> EmrfsRoleMappingSpec:
        return EmrfsRoleMappingSpec(role_arn=self.role, prefixes=self.identifiers)


def _identifiers(value: Any) -> str:
    prefixes = isinstance(value, dict) and value.get("IdentifierType") == "Prefix"
    return "mapping of prefixes" if prefixes else "mapping of names"


_RoleMapping = Annotated[
    Annotated[_NamesMapping, Tag("mapping of names")]
    | Annotated[_PrefixMapping, Tag("mapping of prefixes")],
    Discriminator(_identifiers),
]


class _EmrFs(_Part):
    role_mappings: Items[_RoleMapping] = Field(min_length=1)


class _ApplicationScopedRoles(_Part):
    propagate_source_identity: _Bool = False


class _Iam(_Part):
    enabled: _Bool = Field(default=False, alias="EnableApplicationScopedIAMRole")
    application_scoped: _ApplicationScopedRoles | None = Field(
        default=None, alias="ApplicationScopedIAMRoleConfiguration"
    )


class _LogGroup(_Part):
    arn: LogGroupArn = Field(alias="CloudWatchLogGroup")


class _AuditDestinations(_Part):
    logs: _LogGroup = Field(alias="AmazonCloudWatchLogs")


class _Audit(_Part):
    destinations: _AuditDestinations


class _Ranger(RangerServerSpec):
    audit: _Audit | None = Field(default=None, alias="AuditConfiguration")

    def spec(self) -> RangerSpec:
        return RangerSpec(
            **_fields(RangerServerSpec, self),
            audit_log_group_arn=self.audit.destinations.logs.arn if self.audit else None,
        )


class _Authorization(_Part):
    emrfs: _EmrFs | None = Field(default=None, alias="EmrFsConfiguration")
    iam: _Iam | None = Field(default=None, alias="IAMConfiguration")
    lake_formation: LakeFormationSpec | None = Field(
        default=None, alias="LakeFormationConfiguration"
    )
    ranger: _Ranger | None = Field(default=None, alias="RangerConfiguration")


class RolesOfStepsSpec(SpecModel):
    """What EMR's document does not say of runtime roles: which ones nodes may assume."""

    role_arns: Items[RoleArn] = ()
    create: dict[Name, NewRoleSpec] = Field(default_factory=dict)
    role_path: RolePath | None = None


MAPPING_NAME = "mapping-"
"""What names are made of for role mappings, which have none in EMR's document."""


class SecurityConfigurationDocument(SpecModel):
    """EMR's JSON document, and beside it what EMR takes from elsewhere: realm, passwords and roles."""

    encryption: _Encryption | None = Field(default=None, alias="EncryptionConfiguration")
    authentication: _Authentication | None = Field(
        default=None, alias="AuthenticationConfiguration"
    )
    authorization: _Authorization | None = Field(default=None, alias="AuthorizationConfiguration")
    imds: ImdsSpec | None = Field(default=None, alias="InstanceMetadataServiceConfiguration")
    kerberos_attributes: KerberosAttributesSpec | None = None
    runtime_roles: RolesOfStepsSpec | None = None

    def spec(self) -> SecurityConfigurationSpec:
        """The same in the file's form, with no default of ours where EMR has its own."""
        encryption = self.encryption or _Encryption()
        authentication = self.authentication or _Authentication()
        authorization = self.authorization or _Authorization()
        ldap, identity_center = authentication.ldap, authentication.identity_center
        return SecurityConfigurationSpec(
            platform_defaults=False,
            at_rest=encryption.at_rest,
            in_transit=encryption.in_transit,
            write_ahead_log=encryption.write_ahead_log,
            kerberos=authentication.kerberos.spec() if authentication.kerberos else None,
            kerberos_attributes=self.kerberos_attributes,
            ldap=_only(LdapSpec, ldap) if ldap and ldap.enabled else None,
            identity_center=_only(IdentityCenterSpec, identity_center)
            if identity_center and identity_center.enabled
            else None,
            emrfs_role_mappings={
                f"{MAPPING_NAME}{position}": mapping.spec()
                for position, mapping in enumerate(
                    authorization.emrfs.role_mappings if authorization.emrfs else ()
                )
            },
            runtime_roles=self._runtime_roles(authorization.iam),
            lake_formation=authorization.lake_formation,
            ranger=authorization.ranger.spec() if authorization.ranger else None,
            imds=self.imds,
        )

    def _runtime_roles(self, iam: _Iam | None) -> RuntimeRolesSpec | None:
        if not iam and not self.runtime_roles:
            return None
        beside = self.runtime_roles or RolesOfStepsSpec()
        scoped = iam.application_scoped if iam else None
        return RuntimeRolesSpec(
            enabled=bool(iam and iam.enabled),
            role_arns=beside.role_arns,
            create=beside.create,
            role_path=beside.role_path,
            propagate_source_identity=scoped.propagate_source_identity if scoped else None,
        )
