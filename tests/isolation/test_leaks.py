"""Leaks made by hand, which have to be found, and what stops them, which has to be believed.

See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
"""

from typing import Any

import pytest

from tests.isolation.support import (
    ACCOUNT,
    OTHER_ACCOUNT,
    account_root,
    allow,
    arn,
    below,
    bucket_policy,
    deny,
    document,
    found,
    key,
    leaks,
    look,
    resource,
    role,
    stack,
    victim,
)

GET = "s3:GetObject"
OWN = [arn("Own"), below("Own", "/*")]
PROD = {"StringEquals": {"aws:ResourceTag/environment": "prod"}}
DEV = {"StringEquals": {"aws:ResourceTag/environment": "dev"}}
ON_KEY = "arn:aws:kms:eu-west-1:*:key/*"


def test_what_is_one_s_own_is_no_leak() -> None:
    assert leaks(allow("s3:*", OWN), allow("sts:AssumeRole", arn("App"))) == set()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow(GET, "arn:aws:s3:::*"), {"s3:read Data"}),
        (allow(GET, "arn:aws:s3:::*/*"), {"s3:read Data"}),
        (allow(GET, "arn:aws:s3:::prod-*/input/*"), {"s3:read Data"}),
        (allow(GET, "arn:aws:s3:::dev-*"), set()),
        (allow(GET, "arn:aws:s3:::elsewhere/*"), set()),
        (allow("S3:getOBJECT", "*"), {"s3:read Data"}),
        (allow("s3:Get?bject", "*"), {"s3:read Data"}),
        (allow(["s3:Put*"], "*"), {"s3:write Data"}),
        (allow("s3:*"), {"s3:read Data", "s3:write Data"}),
        (allow("s3:ListAllMyBuckets"), set()),
        (allow("s3:GetObjectOfTheFuture"), {"s3:read Data"}),
        (allow("*", "arn:aws:s3:::*"), {"s3:read Data", "s3:write Data"}),
        (allow(None, OWN, NotAction="s3:*"), set()),
        (allow(None, "arn:aws:s3:::*", NotAction=["s3:Get*", "s3:List*"]), {"s3:write Data"}),
        (allow(GET, None, NotResource=OWN), {"s3:read Data"}),
        (allow(GET, None, NotResource="arn:aws:s3:::*"), set()),
        (allow("kms:Decrypt"), {"kms:decrypt Key"}),
        (allow("kms:Decrypt", ON_KEY), {"kms:decrypt Key"}),
        (allow("kms:Decrypt", "arn:aws:kms:us-east-1:*:key/*"), set()),
        (allow("secretsmanager:GetSecretValue"), {"secretsmanager:read Password"}),
        (allow("iam:PassRole"), {"iam:pass Role"}),
        (allow("iam:PassRole", "arn:aws:iam::*:role/prod-*"), {"iam:pass Role"}),
        (allow("iam:AddRoleToInstanceProfile"), {"iam:write Profile"}),
        (allow("rds-db:connect"), {"rds-db:connect Database"}),
        (allow("rds:ModifyDBInstance"), {"rds:write Database"}),
        (allow("elasticmapreduce:*Steps"), {"elasticmapreduce:read Cluster",
                                            "elasticmapreduce:write Cluster"}),
        (allow("ssm:StartSession"), {"ssm:connect Cluster"}),
        (allow("logs:GetLogEvents"), {"logs:read Database,Logs"}),
        (allow("logs:DeleteLogGroup", "arn:aws:logs:*:*:log-group:prod-*"), {"logs:write Logs"}),
        (allow("logs:GetLogEvents", "arn:aws:logs:*:*:log-group:prod-*:log-stream:2020/*"),
         {"logs:read Logs"}),
        (allow("logs:*", "arn:aws:logs:*:*:log-group:/aws/rds/*"), {"logs:read Database",
                                                                    "logs:write Database"}),
        (allow("ec2:RunInstances", "arn:aws:ec2:*:*:security-group/*"), {"ec2:write Group"}),
        (allow("ec2:DescribeInstances"), set()),
        (allow("cloudformation:DeleteStack"), {"cloudformation:write "}),
    ],
)  # fmt: skip
def test_statement(statement: Any, expected: set[str]) -> None:
    assert {each.replace("prod-stack", "") for each in leaks(statement)} == expected


# --- What conditions do --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "is_leak"),
    [
        (PROD, True),
        (DEV, False),
        ({"StringEquals": {"secretsmanager:ResourceTag/environment": "dev"}}, False),
        ({"StringEquals": {"aws:ResourceTag/environment": "${aws:PrincipalTag/environment}"}}, False),
        ({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/dev-*"}}, True),
        ({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/test-*"}}, False),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"StringEquals": {"aws:ResourceAccount": {"Ref": "AWS::AccountId"}}}, True),
        ({"StringEquals": {"aws:SourceArn": "arn:aws:s3:::x"}}, False),
    ],
)  # fmt: skip
def test_condition_of_an_allow(condition: Any, is_leak: bool) -> None:
    statement = allow("secretsmanager:GetSecretValue", Condition=condition)
    assert leaks(statement) == ({"secretsmanager:read Password"} if is_leak else set())


AGENT = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
HEARTBEAT = allow("ssm:UpdateInstanceInformation", "arn:aws:ec2:*:*:instance/*")
OF_LAMBDA = [allow("sts:AssumeRole", None, Principal={"Service": "lambda.amazonaws.com"})]


@pytest.mark.parametrize(
    ("of_app", "expected"),
    [
        (role(HEARTBEAT), set()),
        (role(HEARTBEAT, trust=OF_LAMBDA), {"ssm:write"}),
        (role(allow("ssm:UpdateInstanceInformation")), set()),
        (role(HEARTBEAT, allow("ssm:PutComplianceItems")), {"ssm:write"}),
        (role(HEARTBEAT, allow("ssm:StartSession")), {"ssm:connect"}),
        (role(managed=[AGENT]), set()),
    ],
)
def test_agent_of_a_node_reports_that_it_is_there(of_app: Any, expected: set[str]) -> None:
    """No policy names the node that asks, so that it is by design; whatever else it may is not."""
    isolation = look(stack("dev", {"App": of_app}), stack("prod", victim()))

    assert {f"{each.service}:{each.access}" for each in isolation.open_findings} == expected
    assert {f"{each.service}:{each.access}" for each in isolation.findings} >= {"ssm:write"}


def test_tags_are_no_reliable_condition_for_passing_roles() -> None:
    assert leaks(allow("iam:PassRole", Condition=DEV)) == {"iam:pass Role"}
    assert leaks(allow("iam:GetRole", Condition=DEV)) == set()
    assert leaks(allow("iam:PassRole"), deny("iam:PassRole", Condition=PROD)) == {"iam:pass Role"}


# --- What denies do ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("denied", "stops"),
    [
        (deny("s3:*"), True),
        (deny("s3:GetObject", "arn:aws:s3:::*/*"), True),
        (deny("s3:GetObject", "arn:aws:s3:::prod-*"), True),
        (deny("s3:GetObject", None, NotResource=OWN), True),
        (deny(None, "*", NotAction="kms:*"), True),
        (deny("s3:PutObject"), False),
        (deny("s3:GetObject", "arn:aws:s3:::*/secret/*"), False),
        (deny("s3:GetObject", None, NotResource="arn:aws:s3:::prod-*"), False),
        (deny(None, "*", NotAction="s3:*"), False),
        (deny("s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}}), False),
        (deny("s3:*", Condition=PROD), False),
        (deny("s3:*", Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}), True),
        (deny("s3:*", Condition={"StringNotEquals": {"aws:SourceVpc": "vpc-prod"}}), False),
    ],
)  # fmt: skip
def test_deny_of_the_role(denied: Any, stops: bool) -> None:
    assert leaks(allow(GET), denied) == (set() if stops else {"s3:read Data"})


def test_deny_of_the_part_that_is_allowed() -> None:
    assert leaks(allow(GET, "arn:aws:s3:::*/a/*"), deny(GET, "arn:aws:s3:::*/a/*")) == set()
    assert leaks(allow(GET, "arn:aws:s3:::*/a*"), deny(GET, "arn:aws:s3:::*/a/*")) != set()


def test_deny_that_does_not_stop_is_named() -> None:
    partly = deny(GET, "arn:aws:s3:::*/secret/*")
    over_http = deny("s3:*", arn("Data"), Principal="*", Condition={"Null": {"aws:x": "true"}})
    over_http["Resource"] = below("Data", "/*")
    prod = victim(Policy=bucket_policy(over_http))
    isolation = look(stack("dev", {"App": role(allow(GET), partly)}), stack("prod", prod))
    [finding] = isolation.findings
    assert [(each.text, each.source.path[1]) for each in finding.not_stopping] == [
        ("is not about all of it", "App"),
        ("has conditions that need not hold", "Policy"),
    ]


@pytest.mark.parametrize(
    ("principal", "stops"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": {"AWS": "*"}}, True),
        ({"Principal": {"AWS": account_root()}}, True),
        ({"Principal": {"AWS": arn("Role")}}, False),
        ({"NotPrincipal": {"AWS": arn("Role")}}, True),
        ({"Principal": {"Service": "lambda.amazonaws.com"}}, False),
    ],
)
def test_deny_of_the_bucket(principal: Any, stops: bool) -> None:
    policy = bucket_policy({"Effect": "Deny", "Action": "s3:*", "Resource": "*", **principal})
    assert leaks(allow(GET), prod={"Policy": policy}) == (set() if stops else {"s3:read Data"})


# --- Boundaries ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("boundary", "is_leak"),
    [
        (allow("*"), True),
        (allow("s3:*", "arn:aws:s3:::prod-*"), True),
        (allow("s3:*", "arn:aws:s3:::dev-*"), False),
        (allow("kms:*"), False),
        (deny("s3:*"), False),
    ],
)
def test_boundary(boundary: Any, is_leak: bool) -> None:
    dev = {
        "Limit": resource("AWS::IAM::ManagedPolicy", PolicyDocument=document(boundary)),
        "App": role(allow(GET), PermissionsBoundary={"Ref": "Limit"}),
    }
    assert found(look(stack("dev", dev), stack("prod", victim()))) == (
        {"App s3:read Data"} if is_leak else set()
    )


def test_boundary_that_is_not_known_limits_nothing() -> None:
    boundary = "arn:aws:iam::111122223333:policy/somebodys"
    assert leaks(allow(GET), PermissionsBoundary=boundary) == {"s3:read Data"}


# --- Policies of resources -----------------------------------------------------------------


def dev_app() -> Any:
    return {"Fn::ImportValue": "dev-app"}


def by_name(prod: dict[str, Any], *statements: Any) -> set[str]:
    """What dev's role can do where prod's templates name it."""
    output = {"Arn": {"Value": arn("App"), "Export": {"Name": "dev-app"}}}
    dev = stack("dev", {"App": role(*statements)}, Outputs=output)
    return found(look(dev, stack("prod", victim(**prod))))


def test_bucket_lets_a_role_in() -> None:
    policy = bucket_policy(allow(GET, below("Data", "/*"), Principal={"AWS": dev_app()}))
    assert by_name({"Policy": policy}) == {"App s3:read Data"}


def test_bucket_lets_everybody_in() -> None:
    policy = bucket_policy(allow(GET, below("Data", "/*"), Principal="*"))
    assert leaks(prod={"Policy": policy}) == {"s3:read Data"}
    but_one = bucket_policy(allow(GET, below("Data", "/*"), NotPrincipal={"AWS": arn("Role")}))
    assert leaks(prod={"Policy": but_one}) == {"s3:read Data"}


def test_bucket_leaves_it_to_its_account() -> None:
    policy = bucket_policy(allow("s3:*", below("Data", "/*"), Principal={"AWS": account_root()}))
    assert leaks(prod={"Policy": policy}) == set()


def test_secret_lets_a_session_in() -> None:
    session = {"Fn::Sub": ["arn:aws:sts::${AWS::AccountId}:assumed-role/${Name}/x", {
        "Name": {"Fn::Select": [1, {"Fn::Split": ["/", dev_app()]}]}}]}  # fmt: skip
    policy = resource(
        "AWS::SecretsManager::ResourcePolicy",
        SecretId={"Ref": "Password"},
        ResourcePolicy=document(allow("secretsmanager:GetSecretValue", Principal={"AWS": session})),
    )
    assert by_name({"Policy": policy}) == {"App secretsmanager:read Password"}


def test_bucket_lets_a_service_in_for_anybody() -> None:
    def policy(condition: Any) -> dict[str, Any]:
        statement = allow(
            "s3:PutObject",
            below("Data", "/*"),
            Principal={"Service": "logging.s3.amazonaws.com"},
            Condition=condition,
        )
        return {"Policy": bucket_policy(statement)}

    own = {"ArnLike": {"aws:SourceArn": arn("Data")}}
    account = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    leak = {"logging.s3.amazonaws.com s3:write Data"}
    assert leaks(prod=policy(None)) == leak
    assert leaks(prod=policy(account)) == leak
    assert leaks(prod=policy({**own, **account})) == set()


# --- Keys: their own policy decides whether the account's policies count ---------------------


@pytest.mark.parametrize(
    ("statement", "is_leak"),
    [
        (allow("kms:*", Principal={"AWS": account_root()}), True),
        (allow("kms:*", Principal={"AWS": {"Ref": "AWS::AccountId"}}), True),
        (allow("kms:*", Principal={"AWS": arn("Role")}), False),
        (allow("kms:DescribeKey", Principal={"AWS": account_root()}), False),
        (allow("kms:*", Principal={"AWS": account_root(OTHER_ACCOUNT)}), False),
        (
            allow(
                "kms:*",
                Principal={"AWS": account_root()},
                Condition={"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}},
            ),
            True,
        ),
    ],
)
def test_key(statement: Any, is_leak: bool) -> None:
    dev = stack("dev", {"App": role(allow("kms:Decrypt"))}, account=ACCOUNT)
    prod = stack("prod", victim(Key=key(statement)), account=ACCOUNT)
    assert found(look(dev, prod)) == ({"App kms:decrypt Key"} if is_leak else set())


def test_key_for_everybody_of_the_account() -> None:
    statement = allow(
        "kms:Decrypt",
        Principal={"AWS": "*"},
        Condition={"StringEquals": {"kms:CallerAccount": {"Ref": "AWS::AccountId"}}},
    )
    assert leaks(prod={"Key": key(statement)}) == {"kms:decrypt Key"}


# --- Roles -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("principal", "identity", "is_leak"),
    [
        ({"AWS": account_root()}, allow("sts:AssumeRole"), True),
        ({"AWS": account_root()}, allow("sts:*", "arn:aws:iam::*:role/*"), True),
        ({"AWS": account_root()}, allow("s3:GetObject", OWN), False),
        ({"Service": "ec2.amazonaws.com"}, allow("sts:AssumeRole"), False),
        ({"AWS": dev_app()}, allow("s3:GetObject", OWN), True),
        ({"AWS": "*"}, allow("s3:GetObject", OWN), True),
        ({"AWS": "arn:aws:iam::111122223333:role/fixed"}, allow("sts:AssumeRole"), False),
    ],
)
def test_trust(principal: Any, identity: Any, is_leak: bool) -> None:
    trusting = role(trust=[allow("sts:AssumeRole", None, Principal=principal)])
    output = {"Arn": {"Value": arn("App"), "Export": {"Name": "dev-app"}}}
    dev = stack("dev", {"App": role(identity), "Own": resource("AWS::S3::Bucket")}, Outputs=output)
    prod = stack("prod", {"Role": trusting})
    assert found(look(dev, prod)) == ({"App sts:assume Role"} if is_leak else set())


def test_trust_with_a_condition_that_stops_it() -> None:
    for name, is_leak in (("prod-*", False), ("dev-*", True)):
        condition = {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::*:role/{name}"}}
        trust = allow(
            "sts:AssumeRole", None, Principal={"AWS": account_root()}, Condition=condition
        )
        prod = {"Role": role(trust=[trust])}
        expected = {"sts:assume Role"} if is_leak else set()
        assert leaks(allow("sts:AssumeRole"), prod=prod) == expected


# --- Accounts ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dev_account", "prod_account", "is_same"),
    [
        (ACCOUNT, ACCOUNT, True),
        (ACCOUNT, OTHER_ACCOUNT, False),
        # A stack that names no account may be deployed to the same one.
        (None, None, True),
        (ACCOUNT, None, True),
        (None, OTHER_ACCOUNT, True),
    ],
)
def test_accounts(dev_account: str | None, prod_account: str | None, is_same: bool) -> None:
    dev = stack("dev", {"App": role(allow(["s3:GetObject", "iam:PassRole"]))}, account=dev_account)
    prod = stack("prod", victim(), account=prod_account)
    assert found(look(dev, prod)) == (
        {"App s3:read Data", "App iam:pass Role"} if is_same else set()
    )


@pytest.mark.parametrize(
    ("identity", "resource_policy", "is_leak"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_both_sides_have_to_allow_it_between_accounts(
    identity: bool, resource_policy: bool, is_leak: bool
) -> None:
    dev = stack("dev", {"App": role(*([allow(GET)] if identity else []))}, account=ACCOUNT)
    statement = allow(GET, below("Data", "/*"), Principal={"AWS": account_root(ACCOUNT)})
    more: dict[str, Any] = {"Policy": bucket_policy(statement)} if resource_policy else {}
    prod = stack("prod", victim(**more), account=OTHER_ACCOUNT)
    assert found(look(dev, prod)) == ({"App s3:read Data"} if is_leak else set())
