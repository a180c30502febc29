"""What the metastore, databases and presets of a cluster come to in its template."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk.assertions import Template
from pydantic import ValidationError

from emr_platform.cluster import ClusterSpec, EmrCluster
from emr_platform.metastore.access import grant_glue_catalog
from emr_platform.metastore.construct import ConfigurationSecrets
from emr_platform.metastore.spec import GlueCatalogSpec
from emr_platform.problems import InvalidSpecError
from emr_platform.testing import Synthesized
from tests.support import new_app, synthesize

HOST = "store.example.com"
HUE_SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:hue-AbCdEf"
HUE_KEY = "arn:aws:kms:eu-west-1:111122223333:key/12345678-1234-1234-1234-123456789012"
OOZIE_SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:oozie-AbCdEf"
WORKSPACE = "arn:aws:aps:eu-west-1:111122223333:workspace/ws-12345"

CLUSTER: Mapping[str, Any] = {
    "applications": ["Hive", "Spark"],
    "data_access": {"data": "read"},
    "metastore": {
        "glue": {
            "databases": ["sales"],
            "catalog_id": "444455556666",
            "warehouse": "bucket://data/tables/",
        }
    },
    "presets": {
        "hue-database": {
            "database": {
                "host": "db.example.com",
                "user": "hue",
                "secret": HUE_SECRET,
                "secret_encryption_key_arn": HUE_KEY,
                "certificate_authorities": "/etc/ca.pem",
            }
        },
        "oozie-database": {"database": "result_store"},
        "jupyterhub": {"bucket": "bucket://data"},
        "cloudwatch-agent": {"prometheus_workspace_arn": WORKSPACE},
    },
    "configurations": {
        "hadoop-env": {
            "export": {"EMR.secret@HUE_PASSWORD": "secret://result-store-password"},
        }
    },
    "acknowledge": {"EMR-CONNECTION-002": "It is a test."},
}
JSON_SECRET: Mapping[str, Any] = {
    "oozie-database": {
        "database": {"user": "oozie", "secret": OOZIE_SECRET, "secret_key": "password"}
    }
}


class Surroundings(cdk.Stack):
    """What clusters are put into."""

    def __init__(self, scope: cdk.App) -> None:
        super().__init__(scope, "Surroundings")
        self.vpc = ec2.Vpc(self, "Vpc", max_azs=1, restrict_default_security_group=False)
        self.logs = s3.Bucket(self, "Logs")
        self.data = s3.Bucket(self, "Data")
        self.key = kms.Key(self, "Key")
        self.secret = secretsmanager.Secret(self, "Secret", encryption_key=self.key)


def add_cluster(around: Surroundings, values: Mapping[str, Any], **more: Any) -> EmrCluster:
    return EmrCluster(
        cdk.Stack(cdk.App.of(around), "Full"),
        "Cluster",
        spec=ClusterSpec.model_validate({"release": "emr-7.12.0", **values}),
        vpc=around.vpc,
        subnets=around.vpc.private_subnets,
        log_bucket=around.logs,
        data_buckets={"data": around.data},
        **more,
    )


def add_role(scope: cdk.Stack, id: str) -> iam.Role:
    return iam.Role(scope, id, assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    app = new_app(tmp_path_factory.mktemp("metastore"))
    around = Surroundings(app)
    add_cluster(around, CLUSTER, result_store_secret=around.secret, result_store_host=HOST)
    parts = cdk.Stack(app, "Parts")
    catalog = GlueCatalogSpec(access="read", encryption_key_arn=HUE_KEY)
    grant_glue_catalog(add_role(parts, "Reader"), catalog=catalog, applications=["Trino"])
    ConfigurationSecrets(
        parts,
        "Secrets",
        spec=ClusterSpec.model_validate({"release": "emr-7.12.0", "presets": JSON_SECRET}),
        service_role=add_role(parts, "ServiceRole"),
        result_store_secret=None,
    )
    add_users(app, around)
    return synthesize(app)


def add_users(app: cdk.App, around: Surroundings) -> None:
    """A cluster whose metastore and Oozie connect to the result store as users of it, and whose nodes as another."""
    users = cdk.Stack(app, "Users")
    secrets = {
        name: secretsmanager.Secret(around, name, encryption_key=around.key)
        for name in ("hive", "oozie", "pipeline", "other")
    }
    EmrCluster(
        users,
        "Cluster",
        spec=ClusterSpec.model_validate(
            {
                "release": "emr-7.12.0",
                "applications": ["Hive"],
                "result_store_users": ["pipeline"],
                "metastore": {"mysql": {"user": "hive"}},
                "presets": {"oozie-database": {"database": {"user": "oozie"}}},
            }
        ),
        vpc=around.vpc,
        subnets=around.vpc.private_subnets,
        log_bucket=around.logs,
        result_store_secret=around.secret,
        result_store_host=HOST,
        result_store_user_secrets=secrets,
    )


def statements(synthesis: Synthesized, stack: str, action: str) -> list[Mapping[str, Any]]:
    """The statements of all policies that allow an action."""
    return [
        statement
        for policy in synthesis.resources(stack, "AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if action in as_list(statement["Action"])
    ]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def holders(synthesis: Synthesized, stack: str, action: str) -> set[str]:
    """The roles whose policies allow an action, as they are told apart by their names."""
    return {
        "service" if "ServiceRole" in logical_id else "instance"
        for logical_id, policy in synthesis.resources(stack, "AWS::IAM::Policy").items()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if action in as_list(statement["Action"])
    }


def flat(value: Any) -> str:
    return json.dumps(value)


def configuration(synthesis: Synthesized, stack: str, *path: str) -> Mapping[str, Any]:
    found = synthesis.properties(stack, "AWS::EMR::Cluster")["Configurations"]
    for name in path:
        (entry,) = [item for item in found if item["Classification"] == name]
        found = entry.get("Configurations", [])
    properties: Mapping[str, Any] = entry["ConfigurationProperties"]
    return properties


def test_nodes_may_use_the_databases_of_the_catalog_that_are_named(synthesis: Synthesized) -> None:
    (statement,) = statements(synthesis, "Full", "glue:CreateTable")
    resources = flat(statement["Resource"])
    for resource in ("catalog", "database/sales", "table/sales/*", "userDefinedFunction/sales/*"):
        assert f":444455556666:{resource}" in resources
    assert "database/*" not in resources
    assert "table/*" not in resources
    assert not [action for action in statement["Action"] if "*" in action]
    assert holders(synthesis, "Full", "glue:CreateTable") == {"instance"}


def test_nodes_may_look_for_the_databases_that_spark_always_looks_for(
    synthesis: Synthesized,
) -> None:
    resources = [flat(s["Resource"]) for s in statements(synthesis, "Full", "glue:GetDatabase")]
    assert [text for text in resources if "database/default" in text and "global_temp" in text]


def test_databases_by_how_their_names_begin() -> None:
    """As AWS shows in "Control access by name prefix", and nothing for all of the catalog besides."""
    stack = cdk.Stack(cdk.App(), "Stack")
    for name, databases in (("Prefix", ["acme__*"]), ("All", ["*"]), ("Left", None)):
        grant_glue_catalog(
            iam.Role(stack, name, assumed_by=iam.AnyPrincipal()),
            catalog=GlueCatalogSpec.model_validate({"databases": databases}),
            applications=["Hive"],
        )

    ends = {
        logical_id.partition("Default")[0]: [
            sorted(flat(arn).rpartition(":")[2].strip('"]}') for arn in statement["Resource"])
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        ]
        for logical_id, policy in Template.from_stack(stack)
        .find_resources("AWS::IAM::Policy")
        .items()
    }

    everything = ["catalog", "database/*", "table/*/*", "userDefinedFunction/*/*"]
    assert ends == {
        "Prefix": [
            ["catalog", "database/acme__*", "table/acme__*/*", "userDefinedFunction/acme__*/*"],
            ["catalog", "database/default", "database/global_temp"],
        ],
        "All": [everything],
        "Left": [everything],
    }


@pytest.mark.parametrize("name", ["sales", "sales_*", "*", "a" * 255, "a" * 254 + "*"])
def test_names_of_databases(name: str) -> None:
    assert GlueCatalogSpec(databases=[name]).databases == (name,)


@pytest.mark.parametrize("name", ["", "*sales", "sa*les", "sales?", "Sales", "a" * 255 + "*"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(ValidationError):
        GlueCatalogSpec(databases=[name])


def test_nodes_that_read_may_only_read(synthesis: Synthesized) -> None:
    (statement,) = statements(synthesis, "Parts", "glue:GetTable")
    verbs = {action.removeprefix("glue:")[:3] for action in statement["Action"]}
    assert verbs == {"Bat", "Get"}
    assert "glue:GetColumnStatisticsForTable" in statement["Action"]
    assert "table/*/*" in flat(statement["Resource"])
    (key,) = [s for s in statements(synthesis, "Parts", "kms:Encrypt") if s["Resource"] == HUE_KEY]
    assert set(key["Action"]) == {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"}


@pytest.mark.parametrize(
    ("stack", "original"), [("Full", "ExportsOutputRefSecret"), ("Parts", OOZIE_SECRET)]
)
def test_no_template_holds_a_password(synthesis: Synthesized, stack: str, original: str) -> None:
    secret = flat(synthesis.properties(stack, "AWS::SecretsManager::Secret")["SecretString"])
    assert "{{resolve:secretsmanager:" in secret
    assert original in secret
    assert ":SecretString:password::}}" in secret
    assert flat(synthesis.template(stack)).count("{{resolve:") == 1


def test_configurations_name_secrets(synthesis: Synthesized) -> None:
    (copy,) = synthesis.resources("Full", "AWS::SecretsManager::Secret")
    hue = configuration(synthesis, "Full", "hue-ini", "desktop", "database")
    oozie = configuration(synthesis, "Full", "oozie-site")
    own = configuration(synthesis, "Full", "hadoop-env", "export")
    assert hue["EMR.secret@password"] == HUE_SECRET
    assert hue["host"] == "db.example.com"
    assert oozie["EMR.secret@oozie.service.JPAService.jdbc.password"] == {"Ref": copy}
    assert oozie["oozie.service.JPAService.jdbc.url"].startswith(f"jdbc:mysql://{HOST}:3306/oozie")
    assert own["EMR.secret@HUE_PASSWORD"] == {"Ref": copy}


def test_emr_itself_may_read_the_secrets_and_nodes_may_not(synthesis: Synthesized) -> None:
    # https://docs.aws.amazon.com/emr/latest/ReleaseGuide/storing-sensitive-data.html
    action = "secretsmanager:GetSecretValue"
    (statement,) = statements(synthesis, "Full", action)
    assert holders(synthesis, "Full", action) == {"service"}
    (copy,) = synthesis.resources("Full", "AWS::SecretsManager::Secret")
    assert sorted(map(flat, statement["Resource"])) == sorted(
        [flat({"Ref": copy}), flat(HUE_SECRET)]
    )
    decrypted = flat([s["Resource"] for s in statements(synthesis, "Full", "kms:Decrypt")])
    assert HUE_KEY in decrypted
    assert "ExportsOutputFnGetAttKey" in decrypted


def test_emr_may_read_a_copy_instead_of_json(synthesis: Synthesized) -> None:
    (statement,) = statements(synthesis, "Parts", "secretsmanager:GetSecretValue")
    (copy,) = synthesis.resources("Parts", "AWS::SecretsManager::Secret")
    assert statement["Resource"] == {"Ref": copy}


def test_presets_open_what_they_need(synthesis: Synthesized) -> None:
    written = flat([s["Resource"] for s in statements(synthesis, "Full", "s3:PutObject")])
    assert "/jupyter/*" in written
    assert "/tables/*" in written
    (remote,) = statements(synthesis, "Full", "aps:RemoteWrite")
    assert remote["Resource"] == WORKSPACE
    assert statements(synthesis, "Full", "cloudwatch:PutMetricData")
    bucket = configuration(synthesis, "Full", "jupyter-s3-conf")["s3.persistence.bucket"]
    assert "Fn::ImportValue" in bucket


def test_applications_of_presets_are_installed(synthesis: Synthesized) -> None:
    applications = synthesis.properties("Full", "AWS::EMR::Cluster")["Applications"]
    assert [application["Name"] for application in applications] == [
        "Hive",
        "Spark",
        "AmazonCloudWatchAgent",
        "Hue",
        "Livy",
        "JupyterHub",
        "Oozie",
    ]


def test_nothing_is_found_that_is_not_acknowledged(synthesis: Synthesized) -> None:
    found = {
        finding.rule
        for finding in synthesis.findings
        if any(path.startswith("Full/") for path in finding.paths)
    }
    assert found == set()


def test_result_store_has_to_be_passed_in() -> None:
    around = Surroundings(cdk.App())
    with pytest.raises(InvalidSpecError) as refused:
        add_cluster(around, CLUSTER)
    assert {problem.rule_id for problem in refused.value.problems} >= {"EMR-REFERENCE-007"}


def test_applications_connect_as_users_of_the_result_store(synthesis: Synthesized) -> None:
    hive = configuration(synthesis, "Users", "hive-site")
    oozie = configuration(synthesis, "Users", "oozie-site")
    copies = synthesis.resources("Users", "AWS::SecretsManager::Secret")

    assert hive["javax.jdo.option.ConnectionUserName"] == "hive"
    assert f"//{HOST}:3306/hive_metastore?" in hive["javax.jdo.option.ConnectionURL"]
    assert oozie["oozie.service.JPAService.jdbc.username"] == "oozie"
    # A copy each, of the password alone; none of the administrator's, nor of users that nothing connects as.
    assert len(copies) == 2
    for properties, key, user in (
        (hive, "EMR.secret@javax.jdo.option.ConnectionPassword", "hive"),
        (oozie, "EMR.secret@oozie.service.JPAService.jdbc.password", "oozie"),
    ):
        copy = copies[properties[key]["Ref"]]
        reference = flat(copy["Properties"]["SecretString"])
        assert "{{resolve:secretsmanager:" in reference
        assert f"ExportsOutputRef{user}" in reference
        assert ":SecretString:password::}}" in reference
        assert "Key" in flat(copy["Properties"]["KmsKeyId"])


def test_emr_reads_the_copies_and_nodes_the_users_that_are_named(synthesis: Synthesized) -> None:
    read = statements(synthesis, "Users", "secretsmanager:GetSecretValue")
    copies = set(synthesis.resources("Users", "AWS::SecretsManager::Secret"))
    by_service, by_nodes = sorted(read, key=lambda statement: "pipeline" in flat(statement))

    assert {each["Ref"] for each in by_service["Resource"]} == copies
    assert "ExportsOutputRefpipeline" in flat(by_nodes["Resource"])
    assert isinstance(by_nodes["Resource"], dict)
    assert holders(synthesis, "Users", "secretsmanager:DescribeSecret") == {"instance"}
    # The copies are encrypted with the key of their originals.
    assert holders(synthesis, "Users", "kms:Decrypt") == {"service", "instance"}
