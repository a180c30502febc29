"""Which environments there are, what is not known of them, and what they share."""

from dataclasses import replace
from typing import Any

import pytest

from emr_platform.isolation.environments import environment_of
from tests.isolation.support import (
    ACCOUNT,
    allow,
    arn,
    document,
    found,
    look,
    resource,
    role,
    stack,
    victim,
)

GET = "s3:GetObject"


# --- Environments --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stack_tags", "resource_tags", "place", "expected"),
    [
        ({"environment": "dev"}, {}, "x.json", "dev"),
        ({"environment": "dev", "tenant": "acme"}, {"environment": "prod"}, "x.json", "acme"),
        ({}, {"environment": "prod"}, "cdk.out/assembly-dev/x.json", "prod"),
        ({}, {"tenant": "acme", "environment": "prod"}, "x.json", "acme"),
        ({}, {}, "cdk.out/assembly-dev/x.json", "dev"),
        ({}, {}, "x.json", "any-stack"),
    ],
)
def test_environment(stack_tags: Any, resource_tags: Any, place: str, expected: str) -> None:
    tags = [{"Key": key, "Value": value} for key, value in resource_tags.items()]
    made = stack("any", {"Bucket": resource("AWS::S3::Bucket", Tags=tags)})
    assert environment_of(replace(made, tags=stack_tags, place=place)) == expected


def test_stacks_of_one_environment_may_share_everything() -> None:
    reader = stack("prod", {"App": role(allow("*"))}, name="other")
    isolation = look(reader, stack("prod", victim()))
    assert isolation.environments == ("prod",)
    assert isolation.findings == ()


# --- What is not known ---------------------------------------------------------------------


def gaps(*stacks: Any) -> list[str]:
    return [gap.id for gap in look(*stacks).gaps]


def test_managed_policy_that_is_not_known() -> None:
    app = role(managed=["arn:aws:iam::aws:policy/Unheard", {"Ref": "Own"}], trust=None)
    own = resource("AWS::IAM::ManagedPolicy", PolicyDocument=document(allow(GET)))
    isolation = look(stack("dev", {"App": app, "Own": own}), stack("prod", victim()))
    assert [(gap.id, gap.source.path) for gap in isolation.gaps] == [
        ("dev-stack/App/policy", ("Resources", "App", "Properties", "ManagedPolicyArns"))
    ]
    assert found(isolation) == {"App s3:read Data"}


def test_managed_policy_of_aws() -> None:
    app = role(managed=["arn:aws:iam::aws:policy/AmazonS3FullAccess"])
    isolation = look(stack("dev", {"App": app}), stack("prod", victim()))
    assert found(isolation) == {"App s3:read Data", "App s3:write Data"}
    assert {reason.text for each in isolation.findings for reason in each.reasons} == {
        "AWS managed policy AmazonS3FullAccess"
    }


def test_role_outside_of_templates() -> None:
    policy = resource("AWS::IAM::Policy", PolicyDocument=document(allow(GET)), Roles=["somebody"])
    isolation = look(stack("dev", {"P": policy}), stack("prod", victim()))
    assert [gap.id for gap in isolation.gaps] == ["dev-stack/somebody/outside"]
    assert found(isolation) == {"somebody s3:read Data"}
    cluster = resource("AWS::EMR::Cluster", ServiceRole="EMR_DefaultRole", JobFlowRole="mine")
    assert [each for each in gaps(stack("dev", {"C": cluster})) if "outside" in each] == [
        "dev-stack/EMR_DefaultRole/outside",
        "dev-stack/mine/outside",
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::ImportValue": "of-nobody"},
        {"Ref": "Parameter"},
        {"Fn::GetAtt": ["Custom", "Arn"]},
        {"Fn::Sub": "arn:aws:s3:::${Parameter}/*"},
    ],
)
def test_value_that_is_not_known(value: Any) -> None:
    resources = {"App": role(allow(GET, value)), "Custom": resource("Custom::Any")}
    parameters = {"Parameter": {"Type": "String"}}
    isolation = look(stack("dev", resources, Parameters=parameters), stack("prod", victim()))
    assert isolation.findings == ()
    assert [gap.id for gap in isolation.gaps] == ["dev-stack/App/s3:read"]
    assert not isolation.are_apart


def test_parameter_with_a_default() -> None:
    app = {"App": role(allow(GET, {"Fn::Sub": "arn:aws:s3:::${Name}/*"}))}
    prod = stack("prod", {"Data": resource("AWS::S3::Bucket", BucketName="taken")})
    for default, is_leak in (("taken", True), ("free", False)):
        parameters = {"Name": {"Type": "String", "Default": default}}
        isolation = look(stack("dev", app, Parameters=parameters), prod)
        assert found(isolation) == ({"App s3:read Data"} if is_leak else set())


@pytest.mark.parametrize(("value", "is_leak"), [("prod", True), ("dev", False)])
def test_conditions_of_templates(value: str, is_leak: bool) -> None:
    sections: dict[str, Any] = {
        "Parameters": {"Stage": {"Type": "String", "Default": value}},
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    }
    choice = {"Fn::If": ["IsProd", "*", {"Fn::Join": ["", [arn("Own"), "/*"]]}]}
    resources = {"App": role(allow(GET, choice)), "Own": resource("AWS::S3::Bucket")}
    isolation = look(stack("dev", resources, **sections), stack("prod", victim()))
    assert found(isolation) == ({"App s3:read Data"} if is_leak else set())


def test_types_that_are_not_looked_at_are_told() -> None:
    prod = {"Stream": resource("AWS::Kinesis::Stream"), "Data": resource("AWS::S3::Bucket")}
    isolation = look(stack("dev", {}), stack("prod", prod))
    assert isolation.not_looked_at == {"AWS::Kinesis::Stream": 1}
    assert isolation.are_apart


# --- Where policies are --------------------------------------------------------------------


@pytest.mark.parametrize(
    "policy",
    [
        resource("AWS::IAM::Policy", PolicyDocument=document(allow(GET)), Roles=[{"Ref": "App"}]),
        resource(
            "AWS::IAM::ManagedPolicy", PolicyDocument=document(allow(GET)), Roles=[{"Ref": "App"}]
        ),
        resource(
            "AWS::IAM::RolePolicy", PolicyDocument=document(allow(GET)), RoleName={"Ref": "App"}
        ),
    ],
)
def test_policy_that_is_a_resource(policy: Any) -> None:
    isolation = look(stack("dev", {"App": role(), "P": policy}), stack("prod", victim()))
    assert found(isolation) == {"App s3:read Data"}
    [finding] = isolation.findings
    path = ("Resources", "P", "Properties", "PolicyDocument", "Statement", 0)
    assert [reason.source.path for reason in finding.reasons] == [path]


def test_users_and_groups_act_too() -> None:
    inline = [{"PolicyName": "x", "PolicyDocument": document(allow(GET))}]
    for type in ("AWS::IAM::User", "AWS::IAM::Group"):
        dev = stack("dev", {"Who": resource(type, Policies=inline)})
        assert found(look(dev, stack("prod", victim()))) == {"Who s3:read Data"}


def test_single_statement_and_short_forms() -> None:
    said = {"Version": "2012-10-17", "Statement": allow(GET)}
    policy = resource("AWS::IAM::Policy", PolicyDocument=said, Roles=[{"Ref": "App"}])
    dev = stack("dev", {"App": role(), "P": policy})
    assert found(look(dev, stack("prod", victim()))) == {"App s3:read Data"}


# --- What environments share ---------------------------------------------------------------


def test_import_of_another_environment() -> None:
    output = {"Name": {"Value": {"Ref": "Data"}, "Export": {"Name": "prod-data"}}}
    reader = resource("AWS::S3::Bucket", BucketName={"Fn::ImportValue": "prod-data"})
    isolation = look(stack("dev", {"B": reader}), stack("prod", victim(), Outputs=output))
    [finding] = [each for each in isolation.findings if each.environment == "dev"]
    assert (finding.id, finding.targets) == ("dev-stack/import:use", {"prod": ("prod-stack",)})


def test_thing_in_no_template_that_both_use() -> None:
    def uses(name: str, action: str, resources: Any) -> Any:
        return stack(name, {"App": role(allow(action, resources))})

    shared, other = "arn:aws:s3:::company/in/*", "arn:aws:s3:::elsewhere/*"
    writing = look(uses("dev", "s3:PutObject", shared), uses("prod", GET, shared))
    assert [(each.id, each.targets) for each in writing.findings] == [
        ("dev-stack/App/s3:write", {"prod": ("arn:aws:s3:::company/in/*",)}),
        ("prod-stack/App/s3:read", {"dev": ("arn:aws:s3:::company/in/*",)}),
    ]
    [theirs] = [each for each in writing.findings[0].reasons if "theirs" in each.text]
    assert theirs.source.file == "prod-stack.json"
    assert look(uses("dev", GET, shared), uses("prod", GET, shared)).findings == ()
    assert look(uses("dev", "s3:PutObject", other), uses("prod", GET, shared)).findings == ()
    own = "arn:aws:s3:::company/own/*"
    assert look(uses("dev", "s3:*", shared), uses("prod", "s3:*", own)).findings == ()
    within = "arn:aws:s3:::company/*/a.csv"
    assert look(uses("dev", "s3:Put*", within), uses("prod", GET, own)).findings != ()


CATALOG = "arn:aws:glue:eu-west-1:111122223333:"
READING, WRITING = "glue:GetTable", ["glue:GetTable", "glue:UpdateTable"]


def catalog_user(name: str, actions: Any, *resources: str) -> Any:
    """An environment with a role that uses the Data Catalog, as such policies have to be written."""
    arns = [f"{CATALOG}{each}" for each in ("catalog", *resources)]
    return stack(name, {"App": role(allow(actions, arns))}, account=ACCOUNT)


@pytest.mark.parametrize(
    ("dev", "prod", "shared"),
    [
        (["database/sales"], ["database/prod__*"], False),
        (["database/dev__*", "table/dev__*/*"], ["database/prod__*", "table/prod__*/*"], False),
        (["database/de__*"], ["database/de_v__*"], False),
        (["database/sales"], ["database/sales"], True),
        (["table/sales/orders"], ["database/sales"], True),
        (["table/sales/*"], ["table/sales/orders"], True),
        (["database/dev_*"], ["database/dev_eu_*"], True),
        (["database/*_raw"], ["database/prod_*"], True),
        (["database/sale?"], ["table/sales/*"], True),
        (["table/*"], ["database/prod__*"], True),
        (["*"], ["database/prod__*"], True),
    ],
)
def test_databases_of_the_catalog(dev: list[str], prod: list[str], shared: bool) -> None:
    writer = catalog_user("dev", WRITING, *dev)

    findings = look(writer, catalog_user("prod", READING, *prod)).findings

    assert [(each.id, [*each.targets]) for each in findings] == (
        [("dev-stack/App/glue:write", ["prod"]), ("prod-stack/App/glue:read", ["dev"])]
        if shared
        else []
    )
    nobody_writes = look(catalog_user("dev", READING, *dev), catalog_user("prod", READING, *prod))
    assert nobody_writes.findings == ()


def test_settings_of_the_catalog() -> None:
    """Who writes the catalog's policy, gives himself every database."""
    ruler = catalog_user("dev", ["glue:Put*"])
    user = catalog_user("prod", READING, "database/prod__*", "table/prod__*/*")

    [finding] = look(ruler, user).findings

    assert finding.id == "dev-stack/App/glue:write"
    assert finding.targets == {"prod": (f"{CATALOG}catalog",)}


def test_database_of_a_template_and_others_besides() -> None:
    """What the evaluation of policies says of the one, does not answer for those that jobs make."""
    database = resource("AWS::Glue::Database", CatalogId=ACCOUNT, DatabaseInput={"Name": "prod"})
    dev = catalog_user("dev", WRITING, "database/*", "table/*")
    prod = catalog_user("prod", READING, "database/prod_raw", "table/prod_raw/*")
    catalog = stack("prod", {"Database": database}, name="prod-catalog", account=ACCOUNT)

    [finding] = [e for e in look(dev, prod, catalog).findings if e.id == "dev-stack/App/glue:write"]

    assert {"prod-catalog/Database", f"{CATALOG}database/prod_raw"} <= {*finding.targets["prod"]}


def test_tenant_and_environment_of_the_same_name_are_two() -> None:
    """Else what one of them may do to the other one would go unseen."""
    tenant = stack("acme-prod", {"App": role(allow(GET))}, tags={"tenant": "acme"})
    plain = stack("acme", {"Data": resource("AWS::S3::Bucket")})
    shared = stack("acme", {}, name="hub", tags={"emr-platform:tier": "shared"})
    isolation = look(tenant, plain, shared)
    assert isolation.environments == ("acme", "acme (environment)", "acme (shared)")
    [finding] = isolation.findings
    assert (finding.environment, [*finding.targets]) == ("acme", ["acme (environment)"])


def test_environments_of_a_tenant_are_one() -> None:
    staging = stack("acme-staging", {"App": role(allow(GET))}, tags={"tenant": "acme"})
    prod = stack("acme-prod", {"Data": resource("AWS::S3::Bucket")}, tags={"tenant": "acme"})
    assert look(staging, prod).environments == ("acme",)
    assert look(staging, prod).findings == ()


def test_what_is_shared_is_no_tenant_s() -> None:
    both = {"emr-platform:tier": "shared", "tenant": "acme"}
    assert environment_of(stack("hub", {}, tags=both)) == "hub"
