"""The templates of clusters that declare their security: keys, grants, roles and secrets."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from emr_platform.cluster import ClusterSpec, EmrCluster
from emr_platform.identity import IdentitySpec
from emr_platform.testing import Synthesized, masked
from tests.support import lint, new_app, synthesize

BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"
KEY = "arn:aws:kms:us-east-1:123456789012:key/"
SECRETS = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
ROLES = "arn:aws:iam::123456789012:role/"

SECURED: dict[str, Any] = {
    "at_rest": {
        "s3": {
            "mode": "sse_kms",
            "kms_key_arn": f"{KEY}objects",
            "overrides": [{"bucket": "bucket://input", "mode": "sse_s3"}],
        }
    },
    "in_transit": {"certificates": {"provider": "pem", "s3_object": "bucket://config/certs.zip"}},
    "write_ahead_log": {"kms_key_arn": f"{KEY}wal"},
    "kerberos": {
        "cross_realm_trust": {
            "realm": "AD.EXAMPLE.COM",
            "domain": "ad.example.com",
            "admin_server": "ad.example.com",
            "kdc_server": "ad.example.com",
        }
    },
    "kerberos_attributes": {
        "realm": "EC2.INTERNAL",
        "cross_realm_trust_principal_password": {
            "secret_arn": f"{SECRETS}trust-AbCdEf",
            "json_key": "password",
        },
        "ad_domain_join": {"user": "joiner", "password": {"secret_arn": f"{SECRETS}join-AbCdEf"}},
    },
    "emrfs_role_mappings": {
        "partners": {"role_arn": f"{ROLES}partners", "prefixes": ["bucket://input/partners/"]},
        "analysts": {"create": {"buckets": {"input": "read"}}, "groups": ["analysts"]},
    },
    "runtime_roles": {
        "role_arns": [f"{ROLES}nightly"],
        "create": {"reports": {"buckets": {"input": "read_write"}}},
        "role_path": "/company/jobs/",
        "propagate_source_identity": True,
    },
}
DIRECTORY: dict[str, Any] = {
    "at_rest": {
        "local_disks": {
            "provider": "custom",
            "s3_object": "s3://artifacts/keys.jar",
            "provider_class": "com.example.Keys",
        }
    },
    "in_transit": {
        "certificates": {
            "provider": "custom",
            "s3_object": "arn:aws:s3:::artifacts/certificates.jar",
            "provider_class": "com.example.Certificates",
        }
    },
    "ldap": {
        "server_url": "ldaps://ldap.example.com",
        "certificate_secret_arn": f"{SECRETS}ldap-certificate",
        "credentials_secret_arn": f"{SECRETS}ldap-credentials",
        "access_filter": "(objectClass=posixAccount)",
        "user_search_base": "cn=People,dc=example,dc=com",
        "group_search_base": "cn=Groups,dc=example,dc=com",
    },
    "ranger": {
        "admin_server_url": "https://ranger.example.com:6182",
        "admin_server_secret_arn": f"{SECRETS}ranger-server",
        "plugin_role_arn": f"{ROLES}ranger-plugins",
        "user_role_arn": f"{ROLES}ranger-users",
        "plugins": [
            {
                "application": "spark",
                "client_secret_arn": f"{SECRETS}ranger-spark",
                "policy_repository": "amazon-emr-spark",
            }
        ],
    },
}
NAMED: dict[str, Any] = {
    "existing": "company-default",
    "kerberos_attributes": {
        "realm": "EXAMPLE.COM",
        "kdc_admin_password": {"secret_arn": f"{SECRETS}kdc-AbCdEf"},
    },
    "kms_key_arns": [f"{KEY}disks"],
    "s3_objects": ["s3://company/certificates.zip"],
    "secret_arns": [f"{SECRETS}ranger", f"{SECRETS}ranger-AbCdEf"],
    "role_arns": [f"{ROLES}company"],
}
OWN_KEY: dict[str, Any] = {
    "at_rest": {"local_disks": {"kms_key_arn": f"{KEY}disks"}},
    "identity_center": {"role_arn": f"{ROLES}identity-center"},
    "in_transit": {"certificates": {"provider": "emr"}},
    "lake_formation": {},
}
TABLES: dict[str, Any] = {
    "in_transit": {"certificates": {"provider": "emr"}},
    "lake_formation": {},
    "runtime_roles": {"create": {"first": {}, "second": {"buckets": {"input": "read"}}}},
}
CLUSTERS = {
    "Secured": SECURED,
    "Directory": DIRECTORY,
    "Named": NAMED,
    "OwnKey": OWN_KEY,
    "Tables": TABLES,
}
METASTORES: dict[str, Any] = {
    "Tables": {"glue": {"databases": ["sales"], "encryption_key_arn": f"{KEY}catalog"}}
}


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """One app with a stack for each kind of security configuration."""
    app = new_app(tmp_path_factory.mktemp("security"))
    around = cdk.Stack(app, "Surroundings")
    vpc = ec2.Vpc.from_vpc_attributes(
        around, "Vpc", vpc_id="vpc-0123456789abcdef0", availability_zones=["us-east-1a"]
    )
    subnet = ec2.Subnet.from_subnet_id(around, "Subnet", "subnet-0123456789abcdef0")
    logs, config, data = (
        s3.Bucket(
            around,
            name,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=kms.Key(around, f"{name}Key"),
        )
        for name in ("Logs", "Config", "Input")
    )
    for name, security in CLUSTERS.items():
        EmrCluster(
            cdk.Stack(app, name),
            "Cluster",
            spec=ClusterSpec.model_validate(
                {
                    "release": "emr-7.12.0",
                    "data_access": {},
                    "metastore": METASTORES.get(name, "local"),
                    "security_configuration": security,
                }
            ),
            vpc=vpc,
            subnets=[subnet],
            log_bucket=logs,
            config_bucket=config,
            data_buckets={"input": data},
            identity=IdentitySpec(permissions_boundary=BOUNDARY, role_path="/emr/"),
        )
    return synthesize(app)


def grants(synthesis: Synthesized, stack: str, role: str) -> list[tuple[set[str], str]]:
    """What a role is allowed by its own policies: the actions, and the resources as text."""
    return [
        (
            {statement["Action"]}
            if isinstance(statement["Action"], str)
            else set(statement["Action"]),
            str(statement["Resource"]),
        )
        for policy in synthesis.resources(stack, "AWS::IAM::Policy").values()
        if any(name["Ref"].startswith(role) for name in policy["Properties"]["Roles"])
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def allowed(synthesis: Synthesized, stack: str, role: str, resource: str) -> set[str]:
    """The actions that a role is allowed on the resources whose text contains this."""
    return {
        action
        for actions, resources in grants(synthesis, stack, role)
        if resource in resources
        for action in actions
    }


NODES = "ClusterRolesInstanceRole"
SERVICE = "ClusterRolesServiceRole"
USE_OF_DISK_KEY = {
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ListGrants",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:RevokeGrant",
}


def test_document_of_the_template(synthesis: Synthesized) -> None:
    document = synthesis.properties("Secured", "AWS::EMR::SecurityConfiguration")[
        "SecurityConfiguration"
    ]
    [key] = synthesis.resources("Secured", "AWS::KMS::Key")

    encryption = document["EncryptionConfiguration"]
    at_rest = encryption["AtRestEncryptionConfiguration"]
    assert at_rest["LocalDiskEncryptionConfiguration"]["AwsKmsKey"] == {"Fn::GetAtt": [key, "Arn"]}
    assert at_rest["S3EncryptionConfiguration"]["Overrides"][0]["BucketName"].keys() == {
        "Fn::ImportValue"
    }
    certificates = encryption["InTransitEncryptionConfiguration"]["TLSCertificateConfiguration"]
    assert certificates["S3Object"]["Fn::Join"][1][-1] == "/certs.zip"
    mappings = document["AuthorizationConfiguration"]["EmrFsConfiguration"]["RoleMappings"]
    assert mappings[0]["Role"] == f"{ROLES}partners"
    assert mappings[1]["Role"]["Fn::GetAtt"][0].startswith("ClusterSecurityEmrfsRoleanalysts")


def test_cluster_names_its_security_configuration(synthesis: Synthesized) -> None:
    [name] = synthesis.resources("Secured", "AWS::EMR::SecurityConfiguration")
    cluster = synthesis.resource("Secured", "AWS::EMR::Cluster")

    assert cluster["Properties"]["SecurityConfiguration"] == {"Ref": name}
    policies = [
        policy
        for policy in synthesis.resources("Secured", "AWS::IAM::Policy")
        if "Role" in policy and "Runtime" in policy
    ]
    assert policies
    assert set(policies) <= set(cluster["DependsOn"]), "roles work when the first step runs"


def test_existing_security_configuration_is_named_and_nothing_is_made(
    synthesis: Synthesized,
) -> None:
    cluster = synthesis.properties("Named", "AWS::EMR::Cluster")

    assert cluster["SecurityConfiguration"] == "company-default"
    assert synthesis.resources("Named", "AWS::EMR::SecurityConfiguration") == {}
    assert synthesis.resources("Named", "AWS::KMS::Key") == {}


# --- Passwords ------------------------------------------------------------------------------


def test_passwords_are_dynamic_references(synthesis: Synthesized) -> None:
    attributes = synthesis.properties("Secured", "AWS::EMR::Cluster")["KerberosAttributes"]
    [secret] = synthesis.resources("Secured", "AWS::SecretsManager::Secret")

    assert attributes == {
        "Realm": "EC2.INTERNAL",
        "KdcAdminPassword": {
            "Fn::Join": [
                "",
                ["{{resolve:secretsmanager:", {"Ref": secret}, ":SecretString:::}}"],
            ]
        },
        "CrossRealmTrustPrincipalPassword": "{{resolve:secretsmanager:"
        f"{SECRETS}trust-AbCdEf:SecretString:password::}}}}",
        "ADDomainJoinUser": "joiner",
        "ADDomainJoinPassword": f"{{{{resolve:secretsmanager:{SECRETS}join-AbCdEf:SecretString:::}}}}",
    }


def test_generated_password_goes_with_the_cluster(synthesis: Synthesized) -> None:
    secret = synthesis.resource("Secured", "AWS::SecretsManager::Secret")

    assert secret["DeletionPolicy"] == "Delete"
    assert secret["Properties"]["GenerateSecretString"] == {
        "ExcludePunctuation": True,
        "PasswordLength": 32,
    }


def test_password_that_is_named_is_not_generated(synthesis: Synthesized) -> None:
    attributes = synthesis.properties("Named", "AWS::EMR::Cluster")["KerberosAttributes"]

    assert attributes["KdcAdminPassword"] == (
        f"{{{{resolve:secretsmanager:{SECRETS}kdc-AbCdEf:SecretString:::}}}}"
    )
    assert synthesis.resources("Named", "AWS::SecretsManager::Secret") == {}


def test_nodes_cannot_read_the_passwords(synthesis: Synthesized) -> None:
    """EMR gives them to the KDC; nothing on the nodes asks Secrets Manager for them."""
    for stack in ("Secured", "OwnKey"):
        assert "secretsmanager:GetSecretValue" not in {
            action for actions, _ in grants(synthesis, stack, NODES) for action in actions
        }


# --- Keys -----------------------------------------------------------------------------------


def test_key_of_disks_that_is_named(synthesis: Synthesized) -> None:
    """As https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-encryption-enable.html wants it."""
    assert synthesis.resources("OwnKey", "AWS::KMS::Key") == {}
    for stack in ("OwnKey", "Named"):
        assert allowed(synthesis, stack, SERVICE, f"{KEY}disks") == USE_OF_DISK_KEY
        assert allowed(synthesis, stack, NODES, f"{KEY}disks") >= {
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:GenerateDataKey",
        }


def test_keys_of_objects_are_for_all_who_write_them(synthesis: Synthesized) -> None:
    for role in (NODES, "ClusterSecurityEmrfsRoleanalysts", "ClusterSecurityRuntimeRolereports"):
        assert allowed(synthesis, "Secured", role, f"{KEY}objects") == {
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
        }
    assert allowed(synthesis, "Secured", SERVICE, f"{KEY}objects") == set()
    assert allowed(synthesis, "Secured", NODES, f"{KEY}wal") == {
        "kms:Decrypt",
        "kms:GenerateDataKey",
    }


def test_disks_by_a_class_need_no_key(synthesis: Synthesized) -> None:
    assert synthesis.resources("Directory", "AWS::KMS::Key") == {}
    assert allowed(synthesis, "Directory", SERVICE, "kms") == set()


# --- Objects and secrets --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stack", "resource"),
    [
        ("Secured", "/certs.zip"),
        ("Directory", ":s3:::artifacts/keys.jar"),
        ("Directory", "arn:aws:s3:::artifacts/certificates.jar"),
        ("Named", ":s3:::company/certificates.zip"),
    ],
)
def test_nodes_may_read_what_is_named_in_s3(
    synthesis: Synthesized, stack: str, resource: str
) -> None:
    assert allowed(synthesis, stack, NODES, resource) == {"s3:GetObject"}


def test_naming_one_object_does_not_open_its_bucket(synthesis: Synthesized) -> None:
    [certificates] = [
        resources
        for actions, resources in grants(synthesis, "Secured", NODES)
        if "s3:GetObject" in actions and "Config" in resources
    ]

    assert "/*" not in certificates


@pytest.mark.parametrize(
    ("stack", "names"),
    [
        ("Directory", ["ldap-certificate", "ldap-credentials", "ranger-server", "ranger-spark"]),
        ("Named", ["ranger"]),
    ],
)
def test_nodes_may_read_the_secrets(synthesis: Synthesized, stack: str, names: list[str]) -> None:
    for name in names:
        # With and without the six characters that Secrets Manager puts behind the name.
        assert allowed(synthesis, stack, NODES, f"'{SECRETS}{name}'") == {
            "secretsmanager:GetSecretValue"
        }
        assert allowed(synthesis, stack, NODES, f"'{SECRETS}{name}-??????'") == {
            "secretsmanager:GetSecretValue"
        }


def test_nodes_may_read_a_secret_of_which_the_whole_arn_is_given(synthesis: Synthesized) -> None:
    whole = f"{SECRETS}ranger-AbCdEf"
    assert allowed(synthesis, "Named", NODES, f"'{whole}'") == {"secretsmanager:GetSecretValue"}
    assert allowed(synthesis, "Named", NODES, f"'{whole}-??????'") == set()


# --- Roles ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stack", "role", "actions"),
    [
        ("Secured", f"{ROLES}partners", {"sts:AssumeRole"}),
        ("Secured", "ClusterSecurityEmrfsRoleanalysts", {"sts:AssumeRole"}),
        (
            "Secured",
            f"{ROLES}nightly",
            {"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"},
        ),
        (
            "Secured",
            "ClusterSecurityRuntimeRolereports",
            {"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"},
        ),
        (
            "Secured",
            "role/company/jobs/*",
            {"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"},
        ),
        ("Directory", f"{ROLES}ranger-plugins", {"sts:AssumeRole", "sts:TagSession"}),
        ("Directory", f"{ROLES}ranger-users", {"sts:AssumeRole", "sts:TagSession"}),
        ("OwnKey", f"{ROLES}identity-center", {"sts:AssumeRole", "sts:SetContext"}),
        ("Named", f"{ROLES}company", {"sts:AssumeRole", "sts:TagSession"}),
    ],
)
def test_nodes_may_assume_the_roles(
    synthesis: Synthesized, stack: str, role: str, actions: set[str]
) -> None:
    assert allowed(synthesis, stack, NODES, role) == actions


@pytest.mark.parametrize(
    ("role", "actions"),
    [
        ("EmrfsRoleanalysts", {"sts:AssumeRole"}),
        ("RuntimeRolereports", {"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"}),
    ],
)
def test_roles_that_are_made_trust_the_nodes_alone(
    synthesis: Synthesized, role: str, actions: set[str]
) -> None:
    [properties] = [
        resource["Properties"]
        for name, resource in synthesis.resources("Secured", "AWS::IAM::Role").items()
        if name.startswith(f"ClusterSecurity{role}")
    ]

    trusted = properties["AssumeRolePolicyDocument"]["Statement"]
    for statement in trusted:
        assert statement["Principal"]["AWS"]["Fn::GetAtt"][0].startswith(NODES)
    granted = set()
    for statement in trusted:
        named = statement["Action"]
        granted |= {named} if isinstance(named, str) else set(named)
    assert granted == actions
    assert properties["PermissionsBoundary"] == BOUNDARY
    assert properties["Path"] == "/emr/"


def test_roles_that_are_made_may_use_their_buckets_alone(synthesis: Synthesized) -> None:
    def writes(role: str) -> bool:
        return "s3:PutObject" in allowed(synthesis, "Secured", role, "Input")

    assert not writes("ClusterSecurityEmrfsRoleanalysts")
    assert writes("ClusterSecurityRuntimeRolereports")
    for role in ("ClusterSecurityEmrfsRoleanalysts", "ClusterSecurityRuntimeRolereports"):
        assert "s3:GetObject" in allowed(synthesis, "Secured", role, "Input")
        assert allowed(synthesis, "Secured", role, "Logs") == set()
    # Whoever has no role of his own gets no further than the instance role.
    assert "s3:GetObject" not in allowed(synthesis, "Secured", NODES, "Input")


@pytest.mark.parametrize("name", ["first", "second"])
def test_steps_find_their_tables_as_the_role_that_they_run_as(
    synthesis: Synthesized, name: str
) -> None:
    role = f"ClusterSecurityRuntimeRole{name}"
    assert {"glue:GetTable", "glue:CreateTable"} <= allowed(
        synthesis, "Tables", role, "database/sales"
    )
    assert allowed(synthesis, "Tables", role, "database/*") == set()
    assert "kms:Decrypt" in allowed(synthesis, "Tables", role, f"{KEY}catalog")
    assert (
        {"lakeformation:GetDataAccess"},
        "*",
    ) in grants(synthesis, "Tables", role)


def test_steps_without_a_catalog_may_use_none(synthesis: Synthesized) -> None:
    for actions, _ in grants(synthesis, "Secured", "ClusterSecurityRuntimeRole"):
        assert not any(action.startswith(("glue:", "lakeformation:")) for action in actions)


# --- What checks say ------------------------------------------------------------------------


@pytest.mark.parametrize("stack", CLUSTERS)
def test_no_finding_is_left(synthesis: Synthesized, stack: str) -> None:
    assert [finding.rule for finding in synthesis.findings_in(stack)] == []


def test_cfn_lint_agrees(synthesis: Synthesized) -> None:
    assert lint(synthesis.template_file("Secured")) == []


def test_snapshot(synthesis: Synthesized, snapshot: SnapshotAssertion) -> None:
    assert masked(synthesis.template("Secured")) == snapshot(extension_class=JSONSnapshotExtension)
