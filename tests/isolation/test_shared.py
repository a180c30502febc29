"""Tenants of one cluster, bucket, key and catalog: leaks that have to be found, and neighbours that are none."""

from typing import Any

import pytest

from tests.isolation.estate import (
    CONTEXT,
    RUNTIME_ROLE,
    bridge,
    cluster_arn,
    in_data,
    leaks_of,
    pool,
    pooled,
    runtime,
    shared,
    shared_value,
    submitter,
)
from tests.isolation.support import ACCOUNT, allow, arn, bucket_policy, deny, look, resource, role

GET = "s3:GetObject"
PUT = "s3:PutObject"


def test_tenants_are_apart() -> None:
    isolation = look(shared(), pool("a"), pool("ab"), pool("b"), bridge("c"), bridge("d"))
    assert [each.id for each in isolation.open_findings] == []
    assert [gap.id for gap in isolation.gaps] == []
    assert isolation.environments == ("a", "ab", "b", "c", "d", "hub")
    assert isolation.are_apart


def test_what_those_who_are_shared_can_do_is_listed_and_fails_where_that_is_asked_for() -> None:
    function = role(
        allow("elasticmapreduce:ModifyInstanceGroups", cluster_arn()),
        trust=[allow("sts:AssumeRole", None, Principal={"Service": "lambda.amazonaws.com"})],
    )
    stacks = [shared({"Queues": function}), pool("a"), pool("b"), bridge("c")]
    by_design = {each.id: [*each.targets] for each in look(*stacks).findings if each.documented}
    assert by_design["hub/Nodes/sts:assume/by-design"] == ["a", "b"]
    assert by_design["hub/Queues/elasticmapreduce:write/by-design"] == ["a", "b"]
    assert all(each.startswith(("hub/", "c-prod/Service/ec2:")) for each in by_design)
    strict = look(*stacks, strict=True)
    assert {each.id for each in strict.open_findings} >= set(by_design)
    assert not strict.are_apart


# --- Buckets -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow(GET, in_data("/tenants/a/sub/*")), set()),
        (allow(GET, in_data("/tenants/b/*")), {"s3:read b"}),
        (allow(GET, in_data("/tenants/b/x.csv")), {"s3:read b"}),
        (allow(PUT, in_data("/tenants/b/*")), {"s3:write b"}),
        (allow(GET, in_data("/tenants/*")), {"s3:read ab,b"}),
        (allow(GET, in_data("/tenants/?/*")), {"s3:read b"}),
        (allow(GET, in_data("/tenants/a*")), {"s3:read ab"}),
        (allow(GET, in_data("/tenants/a")), set()),
        (allow(GET, in_data("/tenants/ab*")), {"s3:read ab"}),
        (allow(GET, in_data("/tenants/${aws:PrincipalTag/tenant}/*")), set()),
        (allow(GET, in_data("/tenants/${aws:PrincipalTag/nothing}/*")), set()),
        (allow(GET, in_data("/tenants/${aws:userid}/*")), {"?"}),
        # Logs, too, in which there is something of everybody.
        (allow(GET, in_data("*")), {"s3:read ab,b,hub"}),
        (allow(GET, "*"), {"s3:read ab,b,hub"}),
        (allow(GET, "arn:aws:s3:::*/tenants/b/*"), {"s3:read ab,b,hub"}),
        (allow("s3:*Object", in_data("/tenants/b/*")), {"s3:read b", "s3:write b"}),
        # What is there for all to read is nobody's, until one of them writes it.
        (allow(GET, in_data("/common/*")), set()),
        (allow(PUT, in_data("/common/x")), {"s3:write ab,b"}),
        (allow(PUT, in_data("/tenants/new/*")), set()),
        (allow(GET, None, NotResource=in_data("/tenants/a/*")), {"s3:read ab,b,hub"}),
        (allow(PUT, None, NotResource=in_data("/tenants/*")), {"s3:write ab,b,hub"}),
        # The shared environment's own.
        (allow(PUT, in_data("/scripts/*")), {"s3:write hub"}),
        (allow(PUT, in_data("/scripts/bootstrap.sh")), {"s3:write hub"}),
        (allow(PUT, in_data("/*")), {"s3:write ab,b,hub"}),
        (allow(GET, in_data("/scripts/*")), set()),
        (allow(GET, in_data("/logs/*")), {"s3:read hub"}),
        (allow(GET, in_data("/logs/j-123/*")), {"s3:read hub"}),
        (allow(GET, in_data("/logs/a/*")), set()),
        (allow("s3:PutBucketPolicy", in_data()), {"s3:write hub"}),
        (allow("s3:DeleteBucket", "*"), {"s3:write hub"}),
        (allow("s3:GetBucketLocation", in_data()), set()),
    ],
)  # fmt: skip
def test_bucket(statement: Any, expected: set[str]) -> None:
    if expected == {"?"}:
        isolation = look(shared(), pool("b"), pool("a", {"Runtime": runtime("a", statement)}))
        assert not isolation.are_apart
        return
    assert pooled(statement) == {f"Runtime {each}" for each in expected}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, {"ab", "b"}),
        ({"StringLike": {"s3:prefix": "tenants/a/*"}}, set()),
        ({"StringEquals": {"s3:prefix": ["tenants/a/", "tenants/a"]}}, {"ab"}),
        ({"StringEquals": {"s3:prefix": "tenants/a/"}}, set()),
        ({"StringLike": {"s3:prefix": "tenants/a*"}}, {"ab"}),
        ({"StringLike": {"s3:prefix": "tenants/*"}}, {"ab", "b"}),
        ({"StringLike": {"s3:prefix": "*"}}, {"ab", "b"}),
        ({"StringEquals": {"s3:prefix": ""}}, {"ab", "b"}),
        ({"StringEquals": {"s3:prefix": ["", "tenants/"], "s3:delimiter": "/"}}, set()),
        ({"StringEquals": {"s3:delimiter": "/"}}, {"ab", "b"}),
        ({"StringLikeIfExists": {"s3:prefix": "tenants/a/*"}}, {"ab", "b"}),
        ({"ForAnyValue:StringLike": {"s3:prefix": "tenants/a/*"}}, set()),
        ({"ForAllValues:StringLike": {"s3:prefix": "tenants/a/*"}}, {"ab", "b"}),
        ({"StringNotLike": {"s3:prefix": "tenants/b/*"}}, {"ab", "b"}),
    ],
)  # fmt: skip
def test_names_of_objects(condition: Any, expected: set[str]) -> None:
    more = {"Condition": condition} if condition else {}
    found = pooled(allow("s3:ListBucket", in_data(), **more))
    assert found == ({f"Runtime s3:read {','.join(sorted(expected))}"} if expected else set())


@pytest.mark.parametrize(
    ("denied", "saves"),
    [
        (deny(GET, None, NotResource=in_data("/tenants/a/*")), True),
        (deny("s3:*", [in_data("/tenants/b/*"), in_data("/tenants/ab/*")]), True),
        (deny(GET, in_data("/tenants/b/*")), False),
        (deny(PUT, None, NotResource=in_data("/tenants/a/*")), False),
        (deny(GET, None, NotResource=in_data("/tenants/a*")), False),
        (deny(GET, None, NotResource=in_data("/tenants/a/*"),
              Condition={"Bool": {"aws:ViaAWSService": "false"}}), False),
    ],
)  # fmt: skip
def test_deny_of_what_is_not_one_s_own(denied: Any, saves: bool) -> None:
    broad = allow(GET, in_data("/tenants/*"))
    assert (pooled(broad, denied) == set()) is saves


@pytest.mark.parametrize(
    ("limit", "saves"),
    [("/tenants/a/*", True), ("/tenants/*", False), ("/tenants/a*", False), ("*", False)],
)
def test_boundary(limit: str, saves: bool) -> None:
    boundary = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"PolicyDocument": {"Statement": allow("s3:*", in_data(limit))}},
    }
    broad = runtime("a", allow("s3:GetObject", in_data("*")), PermissionsBoundary={"Ref": "Limit"})
    isolation = look(
        shared(), pool("ab"), pool("b"), pool("a", {"Runtime": broad, "Limit": boundary})
    )
    assert (leaks_of(isolation) == set()) is saves


def test_what_somebody_else_lets_in_too() -> None:
    """Not only the tenant's own policies count: the bucket's may let it in as well."""
    name = {"Fn::ImportValue": "a:Runtime"}
    statement = allow(
        GET, {"Fn::Join": ["", [arn("Data"), "/tenants/b/*"]]}, Principal={"AWS": name}
    )
    policy = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {"Bucket": {"Ref": "Data"}, "PolicyDocument": {"Statement": statement}},
    }
    found = pooled(others=lambda: [shared({"More": policy}), pool("b"), pool("ab")])
    assert found == {"Runtime s3:read b"}


@pytest.mark.parametrize(
    ("resources", "denies", "expected"),
    [
        ("/tenants/${aws:PrincipalTag/tenant}/*", (), set()),
        ("/tenants/*", (), {"ab,b"}),
        ("/tenants/*", ("/tenants/${aws:PrincipalTag/tenant}/*",), set()),
        ("/tenants/*", ("/tenants/${aws:PrincipalTag/tenant}*",), {"ab"}),
        ("/*", ("/tenants/${aws:PrincipalTag/tenant}/*", "/scripts/*"), set()),
    ],
)  # fmt: skip
def test_bucket_policy_that_goes_by_tags_of_roles(
    resources: str, denies: tuple[str, ...], expected: set[str]
) -> None:
    """Tags come with the stack, and tenants cannot set them otherwise."""

    def objects(rest: str) -> Any:
        return {"Fn::Join": ["", [arn("Data"), rest]]}

    statements = [allow(GET, objects(resources), Principal="*")]
    if denies:
        limit = [objects(each) for each in denies]
        statements.append(deny(GET, None, Principal="*", NotResource=limit))
    policy = bucket_policy(*statements)
    found = pooled(others=lambda: [shared({"More": policy}), pool("b"), pool("ab")])
    # All roles of the tenant have its tag.
    assert found == {
        f"{who} s3:read {each}" for who in ("Runtime", "Submitter") for each in expected
    }


# --- Keys ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, {"ab,b,hub"}),
        ({"StringLike": {CONTEXT: in_data("/tenants/a/*")}}, set()),
        ({"ArnLike": {CONTEXT: in_data("/tenants/a/*")}}, set()),
        ({"StringLike": {CONTEXT: in_data("/tenants/b/*")}}, {"b"}),
        ({"StringLike": {CONTEXT: in_data("/tenants/a*")}}, {"ab"}),
        ({"StringLike": {CONTEXT: "*"}}, {"ab,b"}),
        ({"StringLike": {CONTEXT: in_data("/*")}}, {"ab,b"}),
        ({"StringLikeIfExists": {CONTEXT: in_data("/tenants/a/*")}}, {"hub"}),
        ({"ForAnyValue:StringLike": {CONTEXT: in_data("/tenants/a/*")}}, set()),
        ({"ForAllValues:StringLike": {CONTEXT: in_data("/tenants/a/*")}}, {"hub"}),
        ({"StringNotLike": {CONTEXT: in_data("/tenants/b/*")}}, {"ab,hub"}),
        ({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, {"ab,b,hub"}),
        # What S3 says for a bucket key; it gives what that encrypts to nobody.
        ({"StringEquals": {CONTEXT: in_data()}}, set()),
    ],
)  # fmt: skip
def test_key(condition: Any, expected: set[str]) -> None:
    more = {"Condition": condition} if condition else {}
    found = pooled(allow("kms:Decrypt", shared_value("Key"), **more))
    assert found == {f"Runtime kms:decrypt {each}" for each in expected}


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("kms:PutKeyPolicy", {"Runtime kms:write ab,b,hub"}),
        ("kms:ScheduleKeyDeletion", {"Runtime kms:write ab,b,hub"}),
        ("kms:DescribeKey", set()),
    ],
)
def test_key_itself(action: str, expected: set[str]) -> None:
    assert pooled(allow(action, shared_value("Key"))) == expected


# --- The Data Catalog ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "resources", "expected"),
    [
        ("glue:GetTable", ["catalog", "database/a", "table/a/*"], set()),
        ("glue:GetTable", ["catalog", "database/*", "table/*/*"], {"read ab,b"}),
        ("glue:GetTable", ["catalog", "database/b", "table/b/orders"], {"read b"}),
        ("glue:GetTable", ["catalog", "database/a*", "table/a*/*"], {"read ab"}),
        ("glue:DeleteTable", ["*"], {"write ab,b"}),
        ("glue:UpdateDatabase", ["catalog", "database/default"], {"write ab,b"}),
        ("glue:GetDatabase", ["catalog", "database/default"], set()),
        ("glue:CreateDatabase", ["catalog", "database/a_more"], set()),
        ("glue:PutResourcePolicy", ["catalog"], {"write ab,b"}),
    ],
)  # fmt: skip
def test_data_catalog(action: str, resources: list[str], expected: set[str]) -> None:
    start = f"arn:aws:glue:eu-west-1:{ACCOUNT}:"
    found = pooled(allow(action, [f"{start}{each}" for each in resources]))
    assert found == {f"Runtime glue:{each}" for each in expected}


# --- The cluster ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, {"ab,b,hub"}),
        ({"StringEquals": {RUNTIME_ROLE: arn("Runtime")}}, set()),
        ({"ArnEquals": {RUNTIME_ROLE: arn("Runtime")}}, set()),
        ({"StringLike": {RUNTIME_ROLE: "*"}}, {"ab,b,hub"}),
        ({"StringLike": {RUNTIME_ROLE: "arn:aws:iam::*:role/*-tenancy-*"}}, {"ab,b,hub"}),
        ({"StringLike": {RUNTIME_ROLE: "arn:aws:iam::*:role/a-tenancy-*"}}, set()),
        ({"StringLike": {RUNTIME_ROLE: "arn:aws:iam::*:role/a*"}}, {"ab"}),
        ({"StringEquals": {RUNTIME_ROLE: {"Fn::ImportValue": "b:Runtime"}}}, {"b"}),
        ({"StringEquals": {RUNTIME_ROLE: shared_value("Nodes")}}, {"hub"}),
        ({"StringEqualsIfExists": {RUNTIME_ROLE: arn("Runtime")}}, {"hub"}),
        ({"ForAllValues:StringEquals": {RUNTIME_ROLE: arn("Runtime")}}, {"hub"}),
        ({"ForAnyValue:StringEquals": {RUNTIME_ROLE: arn("Runtime")}}, set()),
        ({"StringNotEquals": {RUNTIME_ROLE: {"Fn::ImportValue": "b:Runtime"}}}, {"ab,hub"}),
        ({"Null": {RUNTIME_ROLE: "true"}}, {"hub"}),
        ({"Null": {RUNTIME_ROLE: "false"}}, {"ab,b,hub"}),
    ],
)  # fmt: skip
def test_steps(condition: Any, expected: set[str]) -> None:
    more = {"Condition": condition} if condition else {}
    found = pooled(allow("elasticmapreduce:AddJobFlowSteps", cluster_arn(), **more))
    if any("b:Runtime" in str(each) for each in more.values()):
        # To import what is another tenant's is one more thing.
        found = {each for each in found if " import:" not in each}
    assert found == {f"Runtime elasticmapreduce:write {each}" for each in expected}


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("elasticmapreduce:TerminateJobFlows", {"elasticmapreduce:write ab,b,hub"}),
        ("elasticmapreduce:CancelSteps", {"elasticmapreduce:write ab,b,hub"}),
        ("elasticmapreduce:PutManagedScalingPolicy", {"elasticmapreduce:write ab,b,hub"}),
        ("elasticmapreduce:GetClusterSessionCredentials", {"elasticmapreduce:connect ab,b,hub"}),
        ("elasticmapreduce:DescribeCluster", set()),
        # As IAM has it; it is told by design.
        ("elasticmapreduce:ListSteps", set()),
        ("ssm:StartSession", {"ssm:connect hub"}),
        ("iam:PassRole", {"iam:pass ab,b,hub"}),
        ("sts:AssumeRole", set()),
        ("iam:PutRolePolicy", {"iam:write ab,b,hub"}),
        ("secretsmanager:GetSecretValue", {"secretsmanager:read hub"}),
        ("secretsmanager:DescribeSecret", set()),
        ("logs:GetLogEvents", {"logs:read hub"}),
        ("logs:DeleteLogGroup", {"logs:write hub"}),
        ("cloudformation:DeleteStack", {"cloudformation:write ab,b,hub"}),
        ("ec2:AuthorizeSecurityGroupIngress", {"ec2:write hub"}),
        ("ec2:DeleteVpcEndpoints", {"ec2:write hub"}),
        ("ec2:DescribeSubnets", set()),
    ],
)
def test_shared_things_are_used_and_not_administered(action: str, expected: set[str]) -> None:
    assert pooled(allow(action)) == {f"Runtime {each}" for each in expected}


def test_steps_of_others_are_seen_by_design() -> None:
    more = {"Submitter": submitter(allow("elasticmapreduce:ListSteps", cluster_arn()))}
    isolation = look(shared(), pool("a", more), pool("b"))
    assert isolation.are_apart
    [finding] = [each for each in isolation.findings if each.environment == "a"]
    assert finding.documented
    assert (finding.accepted or "").startswith("Steps of a cluster are no resources of IAM")


# --- Roles ---------------------------------------------------------------------------------


def test_role_of_another_tenant_trusts_this_one() -> None:
    trust = [allow("sts:AssumeRole", None, Principal={"AWS": {"Fn::ImportValue": "a:Runtime"}})]
    others = [shared(), pool("b", {"Open": {"Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": {"Statement": trust}}}})]  # fmt: skip
    assert pooled(others=lambda: others) == {"Runtime sts:assume b"}


def test_shared_role_trusts_a_tenant() -> None:
    trust = [allow("sts:AssumeRole", None, Principal={"AWS": {"Fn::ImportValue": "a:Runtime"}})]
    open_role = {"Type": "AWS::IAM::Role",
                 "Properties": {"AssumeRolePolicyDocument": {"Statement": trust}}}  # fmt: skip
    assert pooled(others=lambda: [shared({"Open": open_role})]) == {"Runtime sts:assume hub"}


def test_shared_roles_are_no_tenants_but_for_what_they_are_there_for() -> None:
    """What the shared environment's nodes can do to a bridge tenant's own bucket is no matter of design."""
    isolation = look(shared(nodes=(allow("s3:*", "arn:aws:s3:::c-prod*"),)), pool("a"), bridge("c"))
    assert {each.id for each in isolation.open_findings} == {
        "hub/Nodes/s3:read",
        "hub/Nodes/s3:write",
    }
    [read] = [each for each in isolation.open_findings if each.id.endswith("read")]
    assert [*read.targets] == ["c"]


def test_shared_environment_of_others_is_as_any_other() -> None:
    """One that a tenant does not import from is not there for it."""
    own = pool("a")
    other = look(shared(), own, pool("b"))
    assert other.are_apart
    silo = pool("a", tier="silo")
    isolation = look(shared(), silo, pool("b"))
    assert "Runtime s3:read hub" in leaks_of(isolation)
    assert "import:use import:use hub" in leaks_of(isolation)


def test_imports() -> None:
    name = {"Fn::ImportValue": "a:Runtime"}
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Value": name}}
    of_tenant = look(shared(), pool("a"), pool("b", {"Parameter": parameter}))
    assert leaks_of(of_tenant, "b") == {"import:use import:use a"}
    by_shared = look(shared({"Parameter": parameter}), pool("a"))
    assert leaks_of(by_shared, "hub") == {"import:use import:use a"}


# --- What deploying a template does --------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        # A step has no role of its own in CloudFormation: it would run as the shared nodes.
        (resource("AWS::EMR::Step", JobFlowId=shared_value("Cluster")), "template:write hub"),
        (resource("AWS::EMR::InstanceGroupConfig", JobFlowId=shared_value("Cluster")),
         "template:write hub"),
        (bucket_policy(bucket="-"), None),
        (resource("AWS::S3::BucketPolicy", Bucket=shared_value("Data")), "template:write hub"),
        (resource("AWS::IAM::Policy", Roles=[{"Fn::Select": [1, {"Fn::Split": ["/", shared_value("Nodes")]}]}]),
         "template:write hub"),
        (resource("AWS::IAM::Policy", Roles=[{"Ref": "Runtime"}]), None),
        (resource("AWS::EMR::Cluster", ServiceRole=shared_value("Nodes"), JobFlowRole={"Ref": "Own"}),
         "template:assume hub"),
        (resource("AWS::Lambda::Function", Role=shared_value("Nodes")), "template:assume hub"),
        (resource("AWS::Lambda::Function", Role={"Fn::ImportValue": "b:Runtime"}), "template:assume b"),
        (resource("AWS::Lambda::Function", Role=arn("Runtime")), None),
        (resource("AWS::S3::Bucket", Encryption={"Key": shared_value("Key")}), None),
        (resource("AWS::RDS::DBInstance", SourceDBInstanceIdentifier=shared_value("Cluster")),
         "template:write hub"),
        (resource("AWS::EC2::Subnet", VpcId=shared_value("Vpc")), "template:write hub"),
        (resource("AWS::EC2::SecurityGroup", VpcId=shared_value("Vpc")), None),
        (resource("Custom::Call", ServiceToken=shared_value("Nodes")), "template:write hub"),
        (resource("Custom::Call", ServiceToken=arn("Own"), Cluster=shared_value("Cluster")), None),
    ],
)  # fmt: skip
def test_what_a_template_does_to_others(made: Any, expected: str | None) -> None:
    profile = resource("AWS::IAM::InstanceProfile", Roles=[{"Ref": "Runtime"}])
    isolation = look(shared(), pool("b"), pool("a", {"Made": made, "Own": profile}))
    found = {each for each in leaks_of(isolation) if " template:" in each}
    assert found == ({f"Made {expected}"} if expected else set())


def test_name_of_a_tenant_opens_nothing() -> None:
    """A folder that bears its name by accident is not made its own by that."""
    for name in ("tenants", "logs", "scripts"):
        leak = runtime(name, allow(["s3:GetObject", "s3:PutObject"], in_data(f"/{name}/*")))
        isolation = look(shared(), pool("b"), pool(name, {"Runtime": leak}))
        others = {
            other
            for each in isolation.open_findings
            if each.environment == name
            for other in each.targets
        }
        assert others == ({"b"} if name == "tenants" else {"hub"})
    within = runtime("a", allow("s3:GetObject", in_data("/tenants/b/a/*")))
    assert leaks_of(look(shared(), pool("b"), pool("a", {"Runtime": within}))) == {
        "Runtime s3:read b"
    }


def test_streams_of_a_shared_log_group() -> None:
    def stream(name: str) -> Any:
        return {"Fn::Join": ["", [
            {"Fn::Select": [0, {"Fn::Split": [":*", shared_value("Logs")]}]}, f":log-stream:{name}"]]}  # fmt: skip

    own = ["logs:PutLogEvents", "logs:CreateLogStream", "logs:GetLogEvents"]
    b = pool("b", {"Runtime": runtime("b", allow(own, stream("b/*")))})
    for name, expected in (("a/*", set()), ("b/*", {"b"}), ("*", {"b", "hub"}), ("b*", {"b"})):
        a = pool("a", {"Runtime": runtime("a", allow("logs:GetLogEvents", stream(name)))})
        found = leaks_of(look(shared(), a, b))
        assert found == ({f"Runtime logs:read {','.join(sorted(expected))}"} if expected else set())
