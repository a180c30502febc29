"""What a user may declare about who may use a cluster: Kerberos, LDAP, IAM Identity Center."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from emr_platform.security_configuration.values import (
    DomainName,
    KerberosRealm,
    PartSpec,
    RoleArn,
    SecretArn,
    Server,
    spelt,
)
from emr_platform.spec import SpecModel, TextMatching


class SecretValueSpec(SpecModel):
    """A password that lies in Secrets Manager. CloudFormation reads it while it deploys."""

    secret_arn: SecretArn = Field(description="ARN of the secret.")
    json_key: (
        Annotated[str, TextMatching(r"[A-Za-z0-9/_+=.@-]{1,128}", "a key of the secret's JSON")]
        | None
    ) = Field(
        default=None,
        description="Key of the password, where the secret is JSON. Left out: the whole secret.",
    )


class ActiveDirectoryJoinSpec(SpecModel):
    """The Active Directory account that joins nodes to the domain."""

    user: Annotated[
        str, TextMatching(r"[^\s\"/\\\[\]:;|=,+*?<>]{1,256}", "the logon name of a user")
    ] = Field(description="Logon name of a user who may join computers to the domain.")
    password: SecretValueSpec = Field(description="The user's password.")


class KerberosAttributesSpec(SpecModel):
    """The realm of a cluster and its passwords. Mirrors the EMR API's ``KerberosAttributes``."""

    realm: KerberosRealm = Field(
        description="Realm of the cluster; by convention the domain of its nodes in upper case: "
        "EC2.INTERNAL in us-east-1, REGION.COMPUTE.INTERNAL elsewhere."
    )
    kdc_admin_password: SecretValueSpec | None = Field(
        default=None,
        description="Password of the KDC's administrator. Left out: one is generated, "
        "in a secret that goes with the cluster.",
    )
    cross_realm_trust_principal_password: SecretValueSpec | None = Field(
        default=None,
        description="Password of the trust, the same in both realms, for cross_realm_trust.",
    )
    ad_domain_join: ActiveDirectoryJoinSpec | None = Field(
        default=None, description="Who joins nodes to a domain of Active Directory."
    )


class CrossRealmTrustSpec(PartSpec):
    """A trust between the cluster's own KDC and another realm, such as Active Directory."""

    realm: KerberosRealm = Field(
        validation_alias=spelt("realm", "Realm"), description="Name of the other realm."
    )
    domain: DomainName = Field(
        validation_alias=spelt("domain", "Domain"), description="Domain of the other realm."
    )
    admin_server: Server = Field(
        validation_alias=spelt("admin_server", "AdminServer"),
        description="Admin server of the other realm, with its port if that is not 749.",
    )
    kdc_server: Server = Field(
        validation_alias=spelt("kdc_server", "KdcServer"),
        description="KDC of the other realm, with its port if that is not 88.",
    )


class ActiveDirectorySpec(PartSpec):
    """A domain of Active Directory that an external KDC trusts."""

    realm: KerberosRealm = Field(
        validation_alias=spelt("realm", "AdRealm"), description="Kerberos realm of the domain."
    )
    domain: DomainName = Field(
        validation_alias=spelt("domain", "AdDomain"), description="Name of the domain."
    )
    server: Server | None = Field(
        default=None,
        validation_alias=spelt("server", "AdServer"),
        description="A domain controller. Left out: found by the domain's name.",
    )


class ExternalKdcSpec(PartSpec):
    """A KDC outside of the cluster, which may be that of another cluster."""

    admin_server: Server = Field(
        validation_alias=spelt("admin_server", "AdminServer"),
        description="Admin server, with its port if that is not 749.",
    )
    kdc_server: Server = Field(
        validation_alias=spelt("kdc_server", "KdcServer"),
        description="KDC, with its port if that is not 88.",
    )
    active_directory: ActiveDirectorySpec | None = Field(
        default=None,
        validation_alias=spelt("active_directory", "AdIntegrationConfiguration"),
        description="Domain of Active Directory that the KDC trusts.",
    )


class KerberosSpec(SpecModel):
    """Kerberos: by a KDC on the primary node, or by an external one."""

    ticket_lifetime_hours: int | None = Field(
        default=None,
        ge=1,
        le=8_760,
        description="Hours that a ticket is valid. Left out: EMR's default.",
    )
    cross_realm_trust: CrossRealmTrustSpec | None = Field(
        default=None, description="Another realm that the cluster's own KDC trusts."
    )
    external_kdc: ExternalKdcSpec | None = Field(
        default=None, description="A KDC outside. Left out: one on the primary node."
    )


class LdapActiveDirectorySpec(PartSpec):
    """The domain of users that log in by LDAP to Active Directory."""

    domain: DomainName = Field(
        validation_alias=spelt("domain", "ADDomain"), description="The domain, user@DOMAIN."
    )


class LdapSpec(PartSpec):
    """Users and passwords of an LDAP server. Mirrors ``LDAPConfiguration``."""

    server_url: Annotated[
        str, TextMatching(r"ldaps://[A-Za-z0-9.-]+(:\d{1,5})?/?", "ldaps://server")
    ] = Field(
        validation_alias=spelt("server_url", "LDAPServerURL"),
        description="The LDAP server, by ldaps://",
    )
    certificate_secret_arn: SecretArn = Field(
        validation_alias=spelt("certificate_secret_arn", "BindCertificateARN"),
        description="Secret with the certificate that signed the server's; an empty one for a "
        "public authority.",
    )
    credentials_secret_arn: SecretArn | None = Field(
        default=None,
        validation_alias=spelt("credentials_secret_arn", "BindCredentialsARN"),
        description="Secret with the name and the password of an administrator, as JSON with that "
        "one pair. Left out: none, and no ssh_login.",
    )
    access_filter: Annotated[
        str, TextMatching(r"\(.+\)", "an LDAP filter, such as (objectClass=posixAccount)")
    ] = Field(
        validation_alias=spelt("access_filter", "LDAPAccessFilter"),
        description="Who may log in, as an LDAP filter.",
    )
    user_search_base: Annotated[str, TextMatching(r"\S(.*\S)?", "a distinguished name")] = Field(
        validation_alias=spelt("user_search_base", "LDAPUserSearchBase"),
        description="Where the users are, cn=People,dc=example,dc=com.",
    )
    group_search_base: Annotated[str, TextMatching(r"\S(.*\S)?", "a distinguished name")] = Field(
        validation_alias=spelt("group_search_base", "LDAPGroupSearchBase"),
        description="Where the groups are, cn=Groups,dc=example,dc=com.",
    )
    ssh_login: bool = Field(
        default=False,
        validation_alias=spelt("ssh_login", "EnableSSHLogin"),
        description="Whether users may log in to nodes by SSH with their passwords.",
    )
    server_type: (
        Annotated[str, TextMatching(r"[A-Za-z]{1,64}", "ActiveDirectory or OpenLDAP")] | None
    ) = Field(
        default=None,
        validation_alias=spelt("server_type", "LDAPServerType"),
        description="Kind of server in EMR's word, ActiveDirectory or OpenLDAP. "
        "Left out: as EMR takes it.",
    )
    active_directory: LdapActiveDirectorySpec | None = Field(
        default=None,
        validation_alias=spelt("active_directory", "ActiveDirectoryConfigurations"),
        description="The domain, for Active Directory.",
    )


class IdentityCenterSpec(PartSpec):
    """Users of IAM Identity Center. Mirrors ``IdentityCenterConfiguration``."""

    role_arn: RoleArn = Field(
        validation_alias=spelt("role_arn", "IAMRoleForEMRIdentityCenterApplicationARN"),
        description="Role that gets the users' tokens; it must trust the cluster's instance role, "
        "for sts:AssumeRole and sts:SetContext.",
    )
    instance_arn: (
        Annotated[
            str,
            TextMatching(
                r"arn:aws[a-z-]*:sso:::instance/(sso)?ins-[A-Za-z0-9-]{16,}",
                "the ARN of an instance of IAM Identity Center",
            ),
        ]
        | None
    ) = Field(
        default=None,
        validation_alias=spelt("instance_arn", "IdentityCenterInstanceARN"),
        description="Instance of IAM Identity Center. Left out: the account's own.",
    )
    assignment_required: bool = Field(
        default=False,
        validation_alias=spelt(
            "assignment_required",
            "IdentityCenterApplicationAssignmentRequired",
            # As EMR's guide has spelt it in an example.
            "IdentityCenterApplicationAssigmentRequired",
        ),
        description="Whether only users may work that were assigned to the application.",
    )
    user_background_sessions: bool | None = Field(
        default=None,
        validation_alias=spelt("user_background_sessions", "EnableUserBackgroundSession"),
        description="Whether work goes on after its user has logged out. Left out: EMR's default.",
    )
