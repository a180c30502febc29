"""Rules about Kerberos, LDAP and IAM Identity Center."""

from __future__ import annotations

from collections.abc import Iterator

from emr_platform.catalog.release import Release
from emr_platform.cluster.effective import effective_applications, effective_configurations
from emr_platform.cluster.groups import primary_count
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.rule import Finding, RuleBook
from emr_platform.security_configuration.effective import declared_security
from emr_platform.security_configuration.spec import SecurityConfigurationSpec

AUTHENTICATION_RULES: RuleBook[SecurityConfigurationSpec] = RuleBook()
"""Rules about a security configuration by itself."""
CLUSTER_AUTHENTICATION_RULES: RuleBook[ClusterSpec] = RuleBook()
"""Rules about a security configuration and the cluster that uses it."""

_GUIDE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide"
_KERBEROS = f"{_GUIDE}/emr-kerberos-configure-settings.html"
_CREATE = f"{_GUIDE}/emr-create-security-configuration.html"
_CROSS_REALM = f"{_GUIDE}/emr-kerberos-cross-realm.html"
_LDAP = f"{_GUIDE}/ldap-setup-security.html"
_LDAP_CONSIDERATIONS = f"{_GUIDE}/ldap-considerations.html"
_IDENTITY_CENTER = f"{_GUIDE}/emr-idc-start.html"

_FIRST_WITH_KERBEROS = Release.parse("emr-5.10.0")
_FIRST_WITH_EXTERNAL_KDC = Release.parse("emr-5.20.0")
_FIRST_WITH_LDAP = Release.parse("emr-6.12.0")
_FIRST_WITH_IDENTITY_CENTER = Release.parse("emr-6.15.0")
_LDAP_APPLICATIONS = frozenset(("hadoop", "hive", "hue", "livy", "presto", "spark", "trino"))


@AUTHENTICATION_RULES.rule(
    "EMR-KERBEROS-001",
    what="Kerberos and the cluster's Kerberos attributes come together.",
    why="EMR refuses a cluster that has one without the other.",
    source=_KERBEROS,
)
def kerberos_has_attributes(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """Both, or neither."""
    if spec.kerberos and not spec.kerberos_attributes:
        yield Finding(
            ("kerberos",),
            "Kerberos without kerberos_attributes",
            "kerberos_attributes: {realm: EC2.INTERNAL}, or the realm of your own",
        )
    if spec.kerberos_attributes and not spec.kerberos:
        yield Finding(
            ("kerberos_attributes",),
            "Kerberos attributes without Kerberos",
            "kerberos: {} for a KDC on the primary node, or no kerberos_attributes",
        )


@AUTHENTICATION_RULES.rule(
    "EMR-KERBEROS-002",
    what="The realm of the cluster is another one than the realm that it trusts.",
    why="A realm has one KDC; a trust is between two.",
    source=_CROSS_REALM,
)
def realms_differ(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """Different names."""
    attributes, kerberos = spec.kerberos_attributes, spec.kerberos
    if not attributes or not kerberos:
        return
    external = kerberos.external_kdc.active_directory if kerberos.external_kdc else None
    for path, other in (
        (("kerberos", "cross_realm_trust", "realm"), kerberos.cross_realm_trust),
        (("kerberos", "external_kdc", "active_directory", "realm"), external),
    ):
        if other and other.realm == attributes.realm:
            yield Finding(
                path, f"{other.realm} is the realm of the cluster itself", "another realm"
            )


@AUTHENTICATION_RULES.rule(
    "EMR-KERBEROS-003",
    what="A trust between realms comes with its password.",
    why="Both realms prove by it who they are, and EMR requires it.",
    source=_KERBEROS,
)
def trust_has_password(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """cross_realm_trust_principal_password with cross_realm_trust."""
    attributes = spec.kerberos_attributes
    trusts = spec.kerberos and spec.kerberos.cross_realm_trust
    if trusts and attributes and not attributes.cross_realm_trust_principal_password:
        yield Finding(
            ("kerberos_attributes",),
            "a trust between realms without its password",
            "cross_realm_trust_principal_password: {secret_arn: ARN}",
        )


@AUTHENTICATION_RULES.rule(
    "EMR-KERBEROS-004",
    what="A trust between realms is one of the cluster's own KDC.",
    why="EMR takes it for a KDC on the primary node only; an external KDC has its trusts itself.",
    source=_CREATE,
)
def trust_is_of_own_kdc(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """Not both, cross_realm_trust and external_kdc."""
    if spec.kerberos and spec.kerberos.external_kdc and spec.kerberos.cross_realm_trust:
        yield Finding(
            ("kerberos", "cross_realm_trust"),
            "a trust between realms with an external KDC",
            "external_kdc: {active_directory: …} for a domain that the external KDC trusts",
        )


@AUTHENTICATION_RULES.rule(
    "EMR-KERBEROS-005",
    what="An external KDC comes with its administrator's password.",
    why="A password that is made up here does not open it.",
    source=_CREATE,
)
def external_kdc_has_password(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """kdc_admin_password with external_kdc."""
    attributes = spec.kerberos_attributes
    external = spec.kerberos and spec.kerberos.external_kdc
    if external and attributes and not attributes.kdc_admin_password:
        yield Finding(
            ("kerberos_attributes",),
            "an external KDC without its administrator's password",
            "kdc_admin_password: {secret_arn: ARN}",
        )


@AUTHENTICATION_RULES.rule(
    "EMR-KERBEROS-006",
    what="A domain of Active Directory comes with a user who joins nodes to it, and only then.",
    why="Without joining, the domain's users are unknown on the nodes.",
    source=_KERBEROS,
    severity="warning",
)
def domain_is_joined(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """ad_domain_join with active_directory, and neither it nor a trust's password without a trust."""
    attributes, kerberos = spec.kerberos_attributes, spec.kerberos
    if not attributes or not kerberos:
        return
    domain = kerberos.external_kdc.active_directory if kerberos.external_kdc else None
    if domain and not attributes.ad_domain_join:
        yield Finding(
            ("kerberos_attributes",),
            f"nobody joins nodes to the domain {domain.domain}",
            "ad_domain_join: {user: NAME, password: {secret_arn: ARN}}",
        )
    if not domain and not kerberos.cross_realm_trust:
        for name in ("ad_domain_join", "cross_realm_trust_principal_password"):
            if getattr(attributes, name):
                yield Finding(
                    ("kerberos_attributes", name),
                    f"{name} where no other realm is trusted",
                    "cross_realm_trust in kerberos",
                )


@CLUSTER_AUTHENTICATION_RULES.rule(
    "EMR-KERBEROS-007",
    what="Kerberos is there from emr-5.10.0.",
    why="EMR refuses the cluster.",
    source=_CREATE,
)
def release_knows_kerberos(spec: ClusterSpec) -> Iterator[Finding]:
    """No Kerberos with earlier releases."""
    security = spec.security_configuration
    if security and Release.parse(spec.release) < _FIRST_WITH_KERBEROS:
        for name in ("kerberos", "kerberos_attributes"):
            if getattr(security, name, None) is not None:
                yield Finding(
                    ("security_configuration", name),
                    f"{spec.release} has no Kerberos",
                    f"{_FIRST_WITH_KERBEROS} or later",
                )


@CLUSTER_AUTHENTICATION_RULES.rule(
    "EMR-KERBEROS-008",
    what="Clusters use an external KDC from emr-5.20.0.",
    why="EMR refuses the cluster.",
    source=_CREATE,
)
def release_knows_external_kdc(spec: ClusterSpec) -> Iterator[Finding]:
    """No external KDC with earlier releases."""
    early = Release.parse(spec.release) < _FIRST_WITH_EXTERNAL_KDC
    declared = declared_security(spec)
    if early and declared and declared.kerberos and declared.kerberos.external_kdc:
        yield Finding(
            ("security_configuration", "kerberos", "external_kdc"),
            f"{spec.release} uses no external KDC",
            f"{_FIRST_WITH_EXTERNAL_KDC} or later",
        )


@CLUSTER_AUTHENTICATION_RULES.rule(
    "EMR-KERBEROS-009",
    what="A cluster with three primary nodes uses an external KDC.",
    why="A KDC on one of the primary nodes would go with that node.",
    source=f"{_GUIDE}/emr-plan-ha-launch.html",
)
def high_availability_needs_external_kdc(spec: ClusterSpec) -> Iterator[Finding]:
    """external_kdc with three primary nodes."""
    declared = declared_security(spec)
    own_kdc = declared and declared.kerberos and not declared.kerberos.external_kdc
    if own_kdc and primary_count(spec) > 1:
        yield Finding(
            ("security_configuration", "kerberos"),
            "a KDC on the primary node of a cluster with three of them",
            "external_kdc, or one primary node",
        )


@AUTHENTICATION_RULES.rule(
    "EMR-LDAP-001",
    what="LDAP comes with encryption in transit.",
    why="Passwords would cross the network as plain text; EMR requires it.",
    source=_LDAP,
)
def ldap_is_encrypted(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """in_transit with ldap."""
    if spec.ldap and not _has_tls(spec):
        yield Finding(
            ("ldap",), "LDAP without encryption in transit", "in_transit, with certificates"
        )


@AUTHENTICATION_RULES.rule(
    "EMR-LDAP-002",
    what="LDAP stands beside neither Kerberos, nor runtime roles, nor Lake Formation.",
    why="EMR configures Kerberos itself for LDAP, and supports the others without LDAP only.",
    source=_LDAP,
)
def ldap_stands_alone(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """None of them with ldap."""
    if spec.ldap:
        for name in ("kerberos", "runtime_roles", "lake_formation"):
            if getattr(spec, name) is not None:
                yield Finding((name,), f"{name} beside ldap", "one of the two")


@AUTHENTICATION_RULES.rule(
    "EMR-LDAP-003",
    what="LDAP to Active Directory comes with the domain.",
    why="Users log in as user@domain, and EMR requires the domain.",
    source=_LDAP,
)
def active_directory_has_domain(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """active_directory with server_type ActiveDirectory."""
    ldap = spec.ldap
    if ldap and (ldap.server_type or "").lower() == "activedirectory" and not ldap.active_directory:
        yield Finding(
            ("ldap",), "Active Directory without its domain", "active_directory: {domain: NAME}"
        )


@AUTHENTICATION_RULES.rule(
    "EMR-LDAP-004",
    what="Logging in by SSH with LDAP comes with an administrator's credentials.",
    why="Nodes look users up with them; EMR requires them for it.",
    source=_LDAP,
)
def ssh_login_has_credentials(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """credentials_secret_arn with ssh_login."""
    if spec.ldap and spec.ldap.ssh_login and not spec.ldap.credentials_secret_arn:
        yield Finding(
            ("ldap", "ssh_login"),
            "SSH with LDAP without an administrator's credentials",
            "credentials_secret_arn, or ssh_login: false",
        )


@CLUSTER_AUTHENTICATION_RULES.rule(
    "EMR-LDAP-005",
    what="LDAP is there from emr-6.12.0.",
    why="EMR refuses the cluster.",
    source=_LDAP_CONSIDERATIONS,
)
def release_knows_ldap(spec: ClusterSpec) -> Iterator[Finding]:
    """No LDAP with earlier releases."""
    declared = declared_security(spec)
    if declared and declared.ldap and Release.parse(spec.release) < _FIRST_WITH_LDAP:
        yield Finding(
            ("security_configuration", "ldap"),
            f"{spec.release} knows no LDAP",
            f"{_FIRST_WITH_LDAP} or later",
        )


@CLUSTER_AUTHENTICATION_RULES.rule(
    "EMR-LDAP-006",
    what="A cluster with LDAP has only applications that take its users.",
    why="The others would let anybody in; EMR refuses the cluster.",
    source=_LDAP_CONSIDERATIONS,
)
def applications_take_ldap_users(spec: ClusterSpec) -> Iterator[Finding]:
    """Hadoop, Hive, Hue, Livy, Presto, Spark and Trino."""
    declared = declared_security(spec)
    if declared and declared.ldap:
        for position, name in enumerate(effective_applications(spec)):
            if name.lower() not in _LDAP_APPLICATIONS:
                yield Finding(
                    ("applications", position),
                    f"{name} with LDAP",
                    "Hadoop, Hive, Hue, Livy, Presto, Spark, Trino",
                )


@CLUSTER_AUTHENTICATION_RULES.rule(
    "EMR-LDAP-007",
    what="A cluster with LDAP has no steps.",
    why="Steps have no user; EMR switches them off.",
    source=_LDAP_CONSIDERATIONS,
)
def ldap_has_no_steps(spec: ClusterSpec) -> Iterator[Finding]:
    """No steps with ldap."""
    declared = declared_security(spec)
    if declared and declared.ldap and spec.steps:
        yield Finding(("steps",), "steps on a cluster with LDAP", "no steps, or no ldap")


@CLUSTER_AUTHENTICATION_RULES.rule(
    "EMR-LDAP-008",
    what="A cluster with LDAP has one primary node.",
    why="EMR supports no high availability with LDAP.",
    source=_LDAP_CONSIDERATIONS,
)
def ldap_has_one_primary_node(spec: ClusterSpec) -> Iterator[Finding]:
    """Not three primary nodes with ldap."""
    declared = declared_security(spec)
    if declared and declared.ldap and primary_count(spec) > 1:
        yield Finding(
            ("security_configuration", "ldap"), "LDAP with three primary nodes", "one primary node"
        )


@AUTHENTICATION_RULES.rule(
    "EMR-SSO-001",
    what="IAM Identity Center comes with encryption in transit.",
    why="Users' tokens would cross the network as plain text; EMR requires it.",
    source=_IDENTITY_CENTER,
)
def identity_center_is_encrypted(spec: SecurityConfigurationSpec) -> Iterator[Finding]:
    """in_transit with identity_center."""
    if spec.identity_center and not _has_tls(spec):
        yield Finding(
            ("identity_center",),
            "IAM Identity Center without encryption in transit",
            "in_transit, with certificates",
        )


@CLUSTER_AUTHENTICATION_RULES.rule(
    "EMR-SSO-002",
    what="IAM Identity Center comes with Lake Formation or S3 Access Grants.",
    why="These are what knows its users; EMR does not support it without either.",
    source=_IDENTITY_CENTER,
)
def identity_center_has_authorization(spec: ClusterSpec) -> Iterator[Finding]:
    """lake_formation, or S3 Access Grants in a classification."""
    declared = declared_security(spec)
    if declared and declared.identity_center and not declared.lake_formation:
        granted = any(
            name.endswith("s3AccessGrants.enabled") and value.lower() == "true"
            for configuration in effective_configurations(spec)
            for name, value in configuration.properties.items()
        )
        if not granted:
            yield Finding(
                ("security_configuration", "identity_center"),
                "IAM Identity Center without Lake Formation and S3 Access Grants",
                "lake_formation: {}, or fs.s3.s3AccessGrants.enabled: true in emrfs-site",
            )


@CLUSTER_AUTHENTICATION_RULES.rule(
    "EMR-SSO-003",
    what="IAM Identity Center is used from emr-6.15.0.",
    why="Its users are not passed on to Lake Formation by earlier releases.",
    source=f"{_GUIDE}/emr-trusted-identity-smus-tip-fgac.html",
    severity="warning",
)
def release_knows_identity_center(spec: ClusterSpec) -> Iterator[Finding]:
    """None with earlier releases."""
    early = Release.parse(spec.release) < _FIRST_WITH_IDENTITY_CENTER
    declared = declared_security(spec)
    if early and declared and declared.identity_center:
        yield Finding(
            ("security_configuration", "identity_center"),
            f"{spec.release} is older than AWS documents for IAM Identity Center",
            f"{_FIRST_WITH_IDENTITY_CENTER} or later",
        )


def _has_tls(spec: SecurityConfigurationSpec) -> bool:
    return spec.in_transit is not None and spec.in_transit.enabled
