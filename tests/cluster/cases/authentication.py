"""Kerberos, LDAP and IAM Identity Center."""

from __future__ import annotations

from typing import Any

from tests.cluster.cases import Case, Values
from tests.cluster.cases.encryption import at_release, security

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:kerberos-AbCdEf"
PASSWORD = {"secret_arn": SECRET}
REALM = {"realm": "EC2.INTERNAL"}
TRUST = {
    "realm": "AD.EXAMPLE.COM",
    "domain": "ad.example.com",
    "admin_server": "ad.example.com",
    "kdc_server": "ad.example.com:88",
}
KDC = {"admin_server": "kdc.example.com:749", "kdc_server": "kdc.example.com:88"}
DOMAIN = {"realm": "AD.EXAMPLE.COM", "domain": "ad.example.com"}
JOIN = {"user": "joiner", "password": PASSWORD}
TLS = {"certificates": {"provider": "emr"}}
LDAP = {
    "server_url": "ldaps://ldap.example.com",
    "certificate_secret_arn": SECRET,
    "access_filter": "(objectClass=posixAccount)",
    "user_search_base": "cn=People,dc=example,dc=com",
    "group_search_base": "cn=Groups,dc=example,dc=com",
}
CENTER = {"role_arn": "arn:aws:iam::123456789012:role/identity-center"}
ACCESS_GRANTS = {"emrfs-site": {"fs.s3.s3AccessGrants.enabled": True}}
HIGH_AVAILABILITY = {"primary": {"count": 3}, "core": {"count": 1}}


def kerberos(attributes: Any = REALM, **values: Any) -> Values:
    return security(kerberos=values, kerberos_attributes=attributes)


def ldap(**values: Any) -> Values:
    return security(ldap={**LDAP, **values}, in_transit=TLS)


CASES: list[Case] = [
    (
        "EMR-KERBEROS-001",
        [kerberos(), {}, security(existing="kerberized", kerberos_attributes=REALM)],
        [
            security(kerberos={}),
            security(kerberos_attributes=REALM),
            security(
                AuthenticationConfiguration={
                    "KerberosConfiguration": {"Provider": "ClusterDedicatedKdc"}
                }
            ),
            security(EncryptionConfiguration={}, kerberos_attributes=REALM),
        ],
    ),
    (
        "EMR-KERBEROS-002",
        [
            kerberos(cross_realm_trust=TRUST),
            kerberos(external_kdc={**KDC, "active_directory": DOMAIN}),
        ],
        [
            kerberos({"realm": "AD.EXAMPLE.COM"}, cross_realm_trust=TRUST),
            kerberos({"realm": "AD.EXAMPLE.COM"}, external_kdc={**KDC, "active_directory": DOMAIN}),
        ],
    ),
    (
        "EMR-KERBEROS-003",
        [
            kerberos(
                {**REALM, "cross_realm_trust_principal_password": PASSWORD}, cross_realm_trust=TRUST
            ),
            kerberos(),
        ],
        [kerberos(cross_realm_trust=TRUST)],
    ),
    (
        "EMR-KERBEROS-004",
        [kerberos(external_kdc=KDC), kerberos(cross_realm_trust=TRUST)],
        [kerberos(external_kdc=KDC, cross_realm_trust=TRUST)],
    ),
    (
        "EMR-KERBEROS-005",
        [kerberos({**REALM, "kdc_admin_password": PASSWORD}, external_kdc=KDC), kerberos()],
        [kerberos(external_kdc=KDC)],
    ),
    (
        "EMR-KERBEROS-006",
        [
            kerberos(
                {**REALM, "ad_domain_join": JOIN}, external_kdc={**KDC, "active_directory": DOMAIN}
            ),
            # The other realm need not be one of Active Directory.
            kerberos(cross_realm_trust=TRUST),
            kerberos({**REALM, "ad_domain_join": JOIN}, cross_realm_trust=TRUST),
            kerberos(external_kdc=KDC),
        ],
        [
            kerberos(external_kdc={**KDC, "active_directory": DOMAIN}),
            kerberos({**REALM, "ad_domain_join": JOIN}),
            kerberos({**REALM, "cross_realm_trust_principal_password": PASSWORD}),
        ],
    ),
    (
        "EMR-KERBEROS-007",
        [at_release("emr-5.10.0", kerberos={}), at_release("emr-5.9.1")],
        [
            at_release("emr-5.9.1", kerberos={}),
            at_release("emr-5.9.1", existing="kerberized", kerberos_attributes=REALM),
        ],
    ),
    (
        "EMR-KERBEROS-008",
        [
            at_release("emr-5.20.0", kerberos={"external_kdc": KDC}),
            at_release("emr-5.19.1", kerberos={}),
        ],
        [at_release("emr-5.19.1", kerberos={"external_kdc": KDC})],
    ),
    (
        "EMR-KERBEROS-009",
        [
            {**HIGH_AVAILABILITY, **kerberos(external_kdc=KDC)},
            {"primary": {"count": 1}, **kerberos()},
            HIGH_AVAILABILITY,
        ],
        [{**HIGH_AVAILABILITY, **kerberos()}],
    ),
    (
        "EMR-LDAP-001",
        [ldap(), {}],
        [
            security(ldap=LDAP),
            security(ldap=LDAP, in_transit={**TLS, "enabled": False}),
        ],
    ),
    (
        "EMR-LDAP-002",
        [ldap(), security(kerberos={}), security(runtime_roles={}, lake_formation={})],
        [
            security(ldap=LDAP, kerberos={}),
            security(ldap=LDAP, runtime_roles={}),
            security(ldap=LDAP, lake_formation={}),
        ],
    ),
    (
        "EMR-LDAP-003",
        [
            ldap(server_type="ActiveDirectory", active_directory={"domain": "ad.example.com"}),
            ldap(server_type="OpenLDAP"),
            ldap(),
        ],
        [ldap(server_type="ActiveDirectory"), ldap(server_type="activeDirectory")],
    ),
    (
        "EMR-LDAP-004",
        [ldap(ssh_login=True, credentials_secret_arn=SECRET), ldap(ssh_login=False)],
        [ldap(ssh_login=True)],
    ),
    (
        "EMR-LDAP-005",
        [at_release("emr-6.12.0", ldap=LDAP), at_release("emr-6.11.1")],
        [at_release("emr-6.11.1", ldap=LDAP)],
    ),
    (
        "EMR-LDAP-006",
        [
            {"applications": ["Hadoop", "Hive", "Hue", "Livy", "Presto", "Spark"], **ldap()},
            {"applications": ["trino"], **ldap()},
            {"applications": ["HBase"]},
        ],
        [{"applications": ["Spark", "HBase"], **ldap()}, {"applications": ["Zeppelin"], **ldap()}],
    ),
    (
        "EMR-LDAP-007",
        [ldap(), {"steps": [{"name": "a", "command": ["true"]}]}],
        [{"steps": [{"name": "a", "command": ["true"]}], **ldap()}],
    ),
    (
        "EMR-LDAP-008",
        [ldap(), HIGH_AVAILABILITY],
        [{**HIGH_AVAILABILITY, **ldap()}],
    ),
    (
        "EMR-SSO-001",
        [security(identity_center=CENTER, in_transit=TLS), {}],
        [
            security(identity_center=CENTER),
            security(identity_center=CENTER, in_transit={"enabled": False}),
        ],
    ),
    (
        "EMR-SSO-002",
        [
            security(identity_center=CENTER, lake_formation={}),
            {"configurations": ACCESS_GRANTS, **security(identity_center=CENTER)},
            {},
        ],
        [
            security(identity_center=CENTER),
            {
                "configurations": {"emrfs-site": {"fs.s3.s3AccessGrants.enabled": False}},
                **security(identity_center=CENTER),
            },
        ],
    ),
    (
        "EMR-SSO-003",
        [at_release("emr-6.15.0", identity_center=CENTER), at_release("emr-6.14.0")],
        [at_release("emr-6.14.0", identity_center=CENTER)],
    ),
]
