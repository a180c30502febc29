"""What is known of AWS is what the installed packages say, and is enough."""

import pytest

from emr_platform.isolation.facts import Access, access, actions_on, matched_actions
from emr_platform.isolation.policies import managed
from emr_platform.isolation.targets import ACTED_ON, HARMLESS, SHAPES
from scripts.build_isolation_facts import MANAGED_POLICIES, TARGET, current


def test_facts_are_those_of_the_installed_packages() -> None:
    assert TARGET.read_text(encoding="utf-8") == current(), (
        "run `python -m scripts.build_isolation_facts`"
    )


@pytest.mark.parametrize("kind", ACTED_ON)
def test_every_kind_has_actions(kind: tuple[str, str]) -> None:
    assert actions_on((kind,))


# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
@pytest.mark.parametrize(
    ("action", "kind", "expected"),
    [
        ("s3:GetObject", ("s3", "object"), True),
        ("s3:GetObject", ("s3", "bucket"), False),
        ("s3:ListBucket", ("s3", "bucket"), True),
        ("kms:Decrypt", ("kms", "key"), True),
        ("iam:PassRole", ("iam", "role"), True),
        ("sts:AssumeRole", ("sts", "role"), True),
        ("ec2:DescribeInstances", ("ec2", "instance"), False),
        ("ec2:RunInstances", ("ec2", "subnet"), True),
        ("logs:PutLogEvents", ("logs", "log-stream"), True),
        ("secretsmanager:GetSecretValue", ("secretsmanager", "secret"), True),
        ("elasticmapreduce:AddJobFlowSteps", ("elasticmapreduce", "cluster"), True),
        # It is not known, and may work on anything of its service.
        ("s3:GetWhateverComes", ("s3", "bucket"), True),
        ("sqs:GetWhateverComes", ("s3", "bucket"), False),
    ],
)
def test_what_actions_work_on(action: str, kind: tuple[str, str], expected: bool) -> None:
    assert bool(matched_actions((action,), False, (kind,))) is expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("s3:getobject", Access.READ),
        ("s3:listbucket", Access.READ),
        ("s3:putobject", Access.WRITE),
        ("s3:deletebucket", Access.WRITE),
        ("kms:decrypt", Access.DECRYPT),
        ("kms:generatedatakey", Access.DECRYPT),
        ("kms:describekey", Access.READ),
        ("kms:creategrant", Access.WRITE),
        ("sts:assumerole", Access.ASSUME),
        ("iam:passrole", Access.HAND_ON),
        ("ssm:startsession", Access.CONNECT),
        ("rds-db:connect", Access.CONNECT),
        ("s3:whatever", Access.WRITE),
    ],
)
def test_what_actions_give(action: str, expected: Access) -> None:
    assert access(action) is expected


def test_managed_policies_are_known() -> None:
    assert managed("service-role/AmazonEMRServicePolicy_v2")
    assert managed("Unheard") is None
    assert len(set(MANAGED_POLICIES)) == len(MANAGED_POLICIES)


def test_no_type_is_both_looked_at_and_harmless() -> None:
    assert not set(SHAPES) & HARMLESS
