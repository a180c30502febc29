"""Roles for EMRFS and for steps, Lake Formation and Apache Ranger."""

from __future__ import annotations

from typing import Any

from tests.cluster.cases import Case, Values
from tests.cluster.cases.authentication import HIGH_AVAILABILITY, LDAP, SECRET
from tests.cluster.cases.encryption import at_release, security

ROLE = "arn:aws:iam::123456789012:role/analysts"
ROLES = {"role_arns": [ROLE]}
MAPPINGS = {"analysts": {"role_arn": ROLE, "groups": ["analysts"]}}


def plugin(application: str) -> Values:
    return {
        "application": application,
        "client_secret_arn": SECRET,
        "policy_repository": f"amazon-emr-{application}",
    }


def ranger_spec(*applications: str) -> dict[str, Any]:
    return {
        "admin_server_url": "https://ranger.example.com:6182",
        "admin_server_secret_arn": SECRET,
        "plugin_role_arn": ROLE,
        "user_role_arn": ROLE,
        "plugins": [plugin(name) for name in applications or ("spark",)],
    }


def ranger(*applications: str) -> Values:
    return security(ranger=ranger_spec(*applications))


CASES: list[Case] = [
    (
        "EMR-ROLES-001",
        [
            security(runtime_roles=ROLES),
            security(runtime_roles={"create": {"analysts": {}}}),
            security(runtime_roles={"enabled": False}),
            security(
                AuthorizationConfiguration={
                    "IAMConfiguration": {"EnableApplicationScopedIAMRole": True}
                },
                runtime_roles=ROLES,
            ),
        ],
        [
            security(runtime_roles={}),
            security(
                AuthorizationConfiguration={
                    "IAMConfiguration": {"EnableApplicationScopedIAMRole": True}
                }
            ),
        ],
    ),
    (
        "EMR-ROLES-002",
        [security(runtime_roles=ROLES), security(runtime_roles={"enabled": False})],
        [
            security(runtime_roles={**ROLES, "enabled": False}),
            security(AuthorizationConfiguration={}, runtime_roles=ROLES),
        ],
    ),
    (
        "EMR-ROLES-003",
        [
            at_release("emr-6.7.0", runtime_roles=ROLES),
            at_release("emr-6.6.0", runtime_roles={"enabled": False}),
        ],
        [at_release("emr-6.6.0", runtime_roles=ROLES)],
    ),
    (
        "EMR-ROLES-004",
        [
            {"applications": ["Hive"], **security(runtime_roles=ROLES)},
            {"applications": ["spark", "Livy"], **security(runtime_roles=ROLES)},
            {"applications": ["Trino"]},
        ],
        [{"applications": ["Trino"], **security(runtime_roles=ROLES)}],
    ),
    (
        "EMR-ROLES-005",
        [security(runtime_roles=ROLES), HIGH_AVAILABILITY],
        [{**HIGH_AVAILABILITY, **security(runtime_roles=ROLES)}],
    ),
    (
        "EMR-ROLES-006",
        [
            {
                "applications": ["AmazonCloudWatchAgent", "Spark"],
                **at_release("emr-7.6.0", runtime_roles=ROLES),
            },
            {"applications": ["AmazonCloudWatchAgent", "Spark"], "release": "emr-7.5.0"},
            {"applications": ["Spark"], **at_release("emr-7.5.0", runtime_roles=ROLES)},
        ],
        [
            {
                "applications": ["AmazonCloudWatchAgent", "Spark"],
                **at_release("emr-7.5.0", runtime_roles=ROLES),
            }
        ],
    ),
    (
        "EMR-ROLES-007",
        [at_release("emr-5.10.0", emrfs_role_mappings=MAPPINGS), at_release("emr-5.9.1")],
        [at_release("emr-5.9.1", emrfs_role_mappings=MAPPINGS)],
    ),
    (
        "EMR-LAKE-001",
        [
            security(lake_formation={}, runtime_roles=ROLES),
            security(
                lake_formation={}, identity_center={"role_arn": ROLE, "assignment_required": True}
            ),
            {},
        ],
        [
            security(lake_formation={}),
            security(lake_formation={}, runtime_roles={**ROLES, "enabled": False}),
        ],
    ),
    (
        "EMR-LAKE-002",
        [at_release("emr-6.15.0", lake_formation={}), at_release("emr-6.14.0")],
        [at_release("emr-6.14.0", lake_formation={})],
    ),
    (
        "EMR-RANGER-001",
        [
            security(ranger=ranger_spec(), kerberos={}),
            security(ranger=ranger_spec(), ldap=LDAP),
            {},
        ],
        [ranger()],
    ),
    ("EMR-RANGER-002", [ranger("spark", "hive")], [ranger("spark", "hive", "spark")]),
    (
        "EMR-RANGER-003",
        [
            at_release("emr-5.32.0", ranger=ranger_spec()),
            at_release("emr-6.3.0", ranger=ranger_spec()),
            at_release("emr-6.7.0", ranger=ranger_spec("trino")),
            {"release": "emr-5.31.1"},
        ],
        [
            at_release("emr-5.31.1", ranger=ranger_spec()),
            at_release("emr-6.2.1", ranger=ranger_spec()),
            at_release("emr-6.6.0", ranger=ranger_spec("spark", "trino")),
        ],
    ),
    (
        "EMR-RANGER-004",
        [
            {"applications": ["Hadoop", "Hive", "Livy", "Spark", "trino"], **ranger()},
            {"applications": ["Flink"]},
        ],
        [{"applications": ["Flink", "Spark"], **ranger()}],
    ),
    (
        "EMR-RANGER-005",
        [
            {"applications": ["Spark"], **ranger("spark")},
            {"applications": ["Hive", "Spark"], **ranger("spark", "hive", "emrfs_s3")},
            {"applications": ["Trino"], **ranger("trino")},
        ],
        [
            {"applications": ["Spark"], **ranger("hive")},
            {"applications": ["Hive", "Spark"], **ranger("spark")},
        ],
    ),
    (
        "EMR-RANGER-006",
        [ranger(), HIGH_AVAILABILITY],
        [{**HIGH_AVAILABILITY, **ranger()}],
    ),
]
