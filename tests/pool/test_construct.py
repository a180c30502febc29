"""The templates of a tenant's share of a cluster, and of a cluster's queues."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from emr_platform.identity.spec import IdentitySpec
from emr_platform.metastore.spec import GlueCatalogSpec
from emr_platform.pool.construct import PoolShare, SharedBucket, SharedCluster
from emr_platform.pool.queues_construct import ClusterQueues
from emr_platform.pool.spec import PoolSpec, QueueSpec
from emr_platform.tenants.tenancy import PoolTenant
from emr_platform.testing import Synthesized, masked
from tests.support import ACCOUNT, REGION, known_environment, lint, new_app, synthesize

ROLES = f"arn:aws:iam::{ACCOUNT}:role/"
NODES = f"{ROLES}nodes"
KEYS = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
CLUSTER = "j-1ABCDEFGHIJKL"
STACKS = ["Nothing", "Everything", "NoQueues", "Queues"]


def bucket(scope: Construct, name: str) -> s3.IBucket:
    key = kms.Key.from_key_arn(scope, f"Key-{name}", f"{KEYS}{name}")
    return s3.Bucket.from_bucket_attributes(scope, name, bucket_name=name, encryption_key=key)


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    app = new_app(tmp_path_factory.mktemp("pool"))
    nothing = cdk.Stack(app, "Nothing")
    PoolShare(
        nothing,
        "Share",
        name="acme",
        cluster=SharedCluster("shared-eu", "etl", NODES),
        log_bucket=s3.Bucket.from_bucket_name(nothing, "Logs", "logs"),
    )
    everything = cdk.Stack(app, "Everything", env=known_environment())
    PoolShare(
        everything,
        "Share",
        name="acme-prod",
        cluster=SharedCluster(
            "shared-eu",
            "etl",
            NODES,
            role_path="/emr-platform/shared-eu/etl/",
            applications=("Spark", "Trino"),
            catalog=GlueCatalogSpec(encryption_key_arn=f"{KEYS}catalog"),
            propagate_source_identity=True,
        ),
        log_bucket=bucket(everything, "logs"),
        data_buckets={
            "reference": SharedBucket(bucket(everything, "reference"), "read"),
            "lake": SharedBucket(bucket(everything, "lake")),
            "reports": SharedBucket(bucket(everything, "reports")),
        },
        submitters=[f"{ROLES}acme-people", f"{ROLES}acme-programs"],
        identity=IdentitySpec(permissions_boundary=BOUNDARY, role_path="/company/"),
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    ClusterQueues(cdk.Stack(app, "NoQueues"), "Queues", cluster_id=CLUSTER, tenants=[])
    ClusterQueues(
        cdk.Stack(app, "Queues", env=known_environment()),
        "Queues",
        cluster_id=CLUSTER,
        tenants=[
            PoolTenant("acme", PoolSpec(queue=QueueSpec(guaranteed_percent=10.0))),
            PoolTenant("globex", PoolSpec(queue=QueueSpec(maximum_percent=50.0))),
        ],
    )
    return synthesize(app)


def role(synthesis: Synthesized, name: str) -> Any:
    (found,) = (
        resource["Properties"]
        for logical_id, resource in synthesis.resources("Everything", "AWS::IAM::Role").items()
        if logical_id.startswith(f"Share{name}")
    )
    return found


def statements(synthesis: Synthesized, name: str) -> list[Any]:
    (found,) = (
        resource["Properties"]["PolicyDocument"]["Statement"]
        for logical_id, resource in synthesis.resources("Everything", "AWS::IAM::Policy").items()
        if logical_id.startswith(f"Share{name}")
    )
    statements: list[Any] = found
    return statements


def statement(synthesis: Synthesized, name: str, action: str, about: str = "") -> Any:
    (found,) = (
        each
        for each in statements(synthesis, name)
        if action in listed(each["Action"]) and about in str(each["Resource"])
    )
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# --- The runtime role ---------------------------------------------------------------------------


def test_nodes_of_the_shared_cluster_alone_may_run_as_the_tenant(synthesis: Synthesized) -> None:
    properties = role(synthesis, "RuntimeRole")
    # https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-steps-runtime-roles.html
    (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": NODES}
    assert set(trust["Action"]) == {"sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"}
    assert properties["Path"] == "/emr-platform/shared-eu/etl/"
    assert properties["PermissionsBoundary"] == BOUNDARY
    assert "RoleName" not in properties


@pytest.mark.parametrize("name", ["RuntimeRole", "SubmitterRole"])
def test_data_is_reached_below_the_own_prefix_alone(synthesis: Synthesized, name: str) -> None:
    writing = statement(synthesis, name, "s3:DeleteObject")
    assert [flat(each) for each in writing["Resource"]] == [
        "arn:aws:s3:::lake/tenants/acme-prod/*",
        "arn:aws:s3:::reports/tenants/acme-prod/*",
    ]
    for each in statements(synthesis, name):
        for action in listed(each["Action"]):
            if action in {"s3:GetObject", "s3:PutObject", "s3:DeleteObject"}:
                assert all(
                    flat(resource).endswith("/tenants/acme-prod/*")
                    for resource in listed(each["Resource"])
                )
            if action == "s3:ListBucket":
                # Without the slash, the tenant acme-prod-2 would be listed as well.
                assert each["Condition"] == {"StringLike": {"s3:prefix": "tenants/acme-prod/*"}}


@pytest.mark.parametrize("name", ["RuntimeRole", "SubmitterRole"])
def test_no_list_of_uploads_of_others(synthesis: Synthesized, name: str) -> None:
    actions = {a for each in statements(synthesis, name) for a in listed(each["Action"])}
    assert "s3:ListBucketMultipartUploads" not in actions
    assert not any("*" in action for action in actions)


@pytest.mark.parametrize("name", ["RuntimeRole", "SubmitterRole"])
def test_keys_are_used_for_the_own_objects_alone(synthesis: Synthesized, name: str) -> None:
    found = [
        each
        for each in statements(synthesis, name)
        if "kms:Decrypt" in listed(each["Action"])
        # The catalog's key encrypts what Glue says, and no objects.
        and listed(each["Resource"]) != [f"{KEYS}catalog"]
    ]
    assert found
    for each in found:
        buckets = [arn.removeprefix(KEYS) for arn in listed(each["Resource"])]
        contexts = each["Condition"]["StringLike"]["kms:EncryptionContext:aws:s3:arn"]
        assert {flat(context) for context in listed(contexts)} == {
            f"arn:aws:s3:::{bucket}/tenants/acme-prod/*" for bucket in buckets
        }
        assert flat(each["Condition"]["StringEquals"]["kms:ViaService"]) == (
            f"s3.{REGION}.amazonaws.com"
        )


def test_bucket_to_be_read_is_not_written(synthesis: Synthesized) -> None:
    for name in ("RuntimeRole", "SubmitterRole"):
        for each in statements(synthesis, name):
            if "reference" in str(each["Resource"]):
                assert set(listed(each["Action"])) <= {
                    "kms:Decrypt",
                    "s3:GetBucketLocation",
                    "s3:GetObject",
                    "s3:ListBucket",
                }


def test_steps_may_add_logs_and_submitters_may_read_them(synthesis: Synthesized) -> None:
    adding = statement(synthesis, "RuntimeRole", "s3:PutObject", "logs")
    assert set(adding["Action"]) == {"s3:AbortMultipartUpload", "s3:PutObject"}
    reading = statement(synthesis, "SubmitterRole", "s3:GetObject", "logs")
    assert listed(reading["Action"]) == ["s3:GetObject"]


def test_one_database_and_what_is_in_it(synthesis: Synthesized) -> None:
    tables = statement(synthesis, "RuntimeRole", "glue:CreateTable")
    start = f"arn:aws:glue:{REGION}:{ACCOUNT}:"
    assert [flat(each) for each in tables["Resource"]] == [
        f"{start}catalog",
        f"{start}database/acme_prod__main",
        f"{start}table/acme_prod__main/*",
        f"{start}userDefinedFunction/acme_prod__main/*",
    ]
    key = statement(synthesis, "RuntimeRole", "kms:Encrypt")
    assert key["Resource"] == f"{KEYS}catalog"
    database = synthesis.resource("Everything", "AWS::Glue::Database")
    assert database["DeletionPolicy"] == "Delete"
    assert database["Properties"]["CatalogId"] == ACCOUNT
    assert database["Properties"]["DatabaseInput"]["Name"] == "acme_prod__main"
    # In the first bucket that the tenant may write to.
    assert flat(database["Properties"]["DatabaseInput"]["LocationUri"]) == (
        "s3://lake/tenants/acme-prod/database/"
    )
    assert not any("glue" in str(each["Action"]) for each in statements(synthesis, "SubmitterRole"))


# --- The submitter role -------------------------------------------------------------------------


def test_submitters_are_those_who_are_named(synthesis: Synthesized) -> None:
    properties = role(synthesis, "SubmitterRole")
    trusted = properties["AssumeRolePolicyDocument"]["Statement"]
    people = [f"{ROLES}acme-people", f"{ROLES}acme-programs"]
    assert {str(each["Principal"]) for each in trusted} == {str({"AWS": people})}
    assert {action for each in trusted for action in listed(each["Action"])} == {
        "sts:AssumeRole",
        "sts:SetSourceIdentity",
    }
    assert properties["Path"] == "/company/"
    assert properties["PermissionsBoundary"] == BOUNDARY


def test_steps_are_added_as_the_own_role_to_the_one_cluster(synthesis: Synthesized) -> None:
    adding = statement(synthesis, "SubmitterRole", "elasticmapreduce:AddJobFlowSteps")
    ((operator, equal),) = adding["Condition"].items()
    own = equal["elasticmapreduce:ExecutionRoleArn"]
    # A request without the key is refused: no IfExists, and no set operator.
    assert operator == "StringEquals"
    assert own["Fn::GetAtt"][0].startswith("ShareRuntimeRole")
    assert equal == {
        "elasticmapreduce:ExecutionRoleArn": own,
        "elasticmapreduce:ResourceTag/environment": "shared-eu",
        "elasticmapreduce:ResourceTag/emr-platform:cluster": "etl",
    }


def test_steps_of_others_are_neither_seen_nor_cancelled(synthesis: Synthesized) -> None:
    actions = {
        action
        for each in statements(synthesis, "SubmitterRole")
        for action in listed(each["Action"])
        if action.startswith("elasticmapreduce:")
    }
    assert actions == {"elasticmapreduce:AddJobFlowSteps", "elasticmapreduce:DescribeCluster"}
    assert not any("iam:" in str(each["Action"]) for each in statements(synthesis, "SubmitterRole"))


def test_cluster_is_found_by_one_parameter(synthesis: Synthesized) -> None:
    finding = statement(synthesis, "SubmitterRole", "ssm:GetParameter")
    assert flat(finding["Resource"]) == (
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/emr-platform/shared-eu/clusters/etl/id"
    )


# --- Queues -------------------------------------------------------------------------------------


def test_queues_are_set_on_the_one_cluster(synthesis: Synthesized) -> None:
    (policy,) = synthesis.properties("Queues", "AWS::IAM::Role")["Policies"]
    change, _ = policy["PolicyDocument"]["Statement"]
    assert change["Action"] == [
        "elasticmapreduce:ListInstanceGroups",
        "elasticmapreduce:ModifyInstanceGroups",
    ]
    assert flat(change["Resource"]) == (
        f"arn:aws:elasticmapreduce:{REGION}:{ACCOUNT}:cluster/{CLUSTER}"
    )
    properties = synthesis.properties("Queues", "Custom::ClusterQueues")
    assert properties["ClusterId"] == CLUSTER
    assert properties["Queues"]["queues"] == "default,acme,globex"


def test_function_has_the_time_that_lambda_gives(synthesis: Synthesized) -> None:
    assert synthesis.properties("Queues", "AWS::Lambda::Function")["Timeout"] == 900


# --- All ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("stack", STACKS)
def test_no_finding_is_left(synthesis: Synthesized, stack: str) -> None:
    assert synthesis.findings_in(stack) == []


@pytest.mark.parametrize("stack", STACKS)
def test_cfn_lint_agrees(synthesis: Synthesized, stack: str) -> None:
    assert lint(synthesis.template_file(stack)) == []


@pytest.mark.parametrize("stack", STACKS)
def test_snapshot(synthesis: Synthesized, stack: str, snapshot: SnapshotAssertion) -> None:
    templates = snapshot.use_extension(JSONSnapshotExtension)
    template = masked(synthesis.template(stack))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["Code"] = "queues_handler.py"
    assert template == templates


def flat(value: Any) -> str:
    """A resolved text, with what a template leaves to CloudFormation filled in."""
    match value:
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(flat(part) for part in parts)
        case {"Ref": "AWS::Partition"}:
            return "aws"
        case {"Ref": "AWS::URLSuffix"}:
            return "amazonaws.com"
    return str(value)
