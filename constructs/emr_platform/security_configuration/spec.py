"""What a user may declare about the security of a cluster, whichever form it is written in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from emr_platform.security_configuration.authentication_spec import (
    IdentityCenterSpec,
    KerberosAttributesSpec,
    KerberosSpec,
    LdapSpec,
)
from emr_platform.security_configuration.authorization_spec import (
    EmrfsRoleMappingSpec,
    LakeFormationSpec,
    RangerSpec,
    RuntimeRolesSpec,
)
from emr_platform.security_configuration.encryption_spec import (
    AtRestSpec,
    InTransitSpec,
    WriteAheadLogSpec,
)
from emr_platform.security_configuration.values import (
    PartSpec,
    RoleArn,
    S3Object,
    SecretArn,
    spelt,
)
from emr_platform.spec import Items, KmsKeyArn, Name, SpecModel, TextMatching


class ImdsSpec(PartSpec):
    """The instance metadata service of the nodes. Mirrors ``InstanceMetadataServiceConfiguration``."""

    minimum_version: Literal[1, 2] = Field(
        default=2,
        validation_alias=spelt("minimum_version", "MinimumInstanceMetadataServiceVersion"),
        description="Oldest version that nodes answer: 2 switches version 1 off.",
    )
    hop_limit: int = Field(
        default=1,
        ge=1,
        le=64,
        validation_alias=spelt("hop_limit", "HttpPutResponseHopLimit"),
        description="How many network hops an answer may travel; containers need 2.",
    )


class SecurityConfigurationSpec(SpecModel):
    """The security of a cluster: encryption, who may use it, and what they may do.

    Mirrors EMR's security configuration, and the ``KerberosAttributes`` of ``RunJobFlow``.
    """

    platform_defaults: bool = Field(
        default=True,
        description="Whether what is left out is as every cluster has it: disks encrypted with a "
        "key of its own, and IMDSv2, as far as the release can. False: as EMR has it.",
    )
    at_rest: AtRestSpec | None = Field(
        default=None,
        description="Encryption of data at rest. Left out: the disks, by platform_defaults.",
    )
    in_transit: InTransitSpec | None = Field(
        default=None, description="TLS between nodes and to clients. Left out: none."
    )
    write_ahead_log: WriteAheadLogSpec | None = Field(
        default=None, description="Encryption of EMR WAL. Left out: with a key of EMR's."
    )
    kerberos: KerberosSpec | None = Field(
        default=None,
        description="Kerberos; {} for a KDC on the primary node. Needs kerberos_attributes. "
        "Left out: none.",
    )
    kerberos_attributes: KerberosAttributesSpec | None = Field(
        default=None, description="Realm and passwords, for kerberos."
    )
    ldap: LdapSpec | None = Field(default=None, description="Users of an LDAP server.")
    identity_center: IdentityCenterSpec | None = Field(
        default=None, description="Users of IAM Identity Center."
    )
    emrfs_role_mappings: dict[Name, EmrfsRoleMappingSpec] = Field(
        default_factory=dict,
        description="Roles that EMRFS uses instead of the instance role, by a name of your "
        "choice. The first one that fits is used.",
    )
    runtime_roles: RuntimeRolesSpec | None = Field(
        default=None, description="Roles that steps and notebooks run with. Left out: none."
    )
    lake_formation: LakeFormationSpec | None = Field(
        default=None, description="Access to tables by AWS Lake Formation."
    )
    ranger: RangerSpec | None = Field(default=None, description="Access to data by Apache Ranger.")
    imds: ImdsSpec | None = Field(
        default=None,
        description="The instance metadata service. Left out: version 2, by platform_defaults.",
    )


class ExistingSecurityConfigurationSpec(SpecModel):
    """A security configuration that exists already in the cluster's account and region.

    What it says is not known here. What it needs of the cluster's own roles is said beside it.
    """

    existing: Annotated[
        str, TextMatching(r"[\x20-\x7e]{1,256}", "the name of a security configuration")
    ] = Field(description="Name of the security configuration.")
    kerberos_attributes: KerberosAttributesSpec | None = Field(
        default=None, description="Realm and passwords, if it has Kerberos."
    )
    kms_key_arns: Items[KmsKeyArn] = Field(
        default=(), description="KMS keys that it names; EMR and the nodes are let use them."
    )
    s3_objects: Items[S3Object] = Field(
        default=(),
        description="Certificates and JAR files that it names; nodes are let read them.",
    )
    secret_arns: Items[SecretArn] = Field(
        default=(), description="Secrets that it names; nodes are let read them."
    )
    role_arns: Items[RoleArn] = Field(
        default=(), description="Roles that it names; nodes are let assume them."
    )
