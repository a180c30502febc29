"""Assertions about templates fail where the commands do, with their reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emr_platform.cli.program import run
from emr_platform.templates.model import TemplateError
from emr_platform.testing import assert_checked, assert_isolated, assert_no_replacement
from tests.template_check.support import cluster

Json = dict[str, Any]


def template(**resources: Json) -> Json:
    return {"Resources": resources}


def database(**properties: Any) -> Json:
    return {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "mysql", **properties}}


def emr_cluster(**properties: Any) -> Json:
    return {"Type": "AWS::EMR::Cluster", "Properties": cluster(**properties)}


def written(file: Path, content: Json) -> Path:
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return file


def test_what_is_changed_in_place_is_no_replacement() -> None:
    before = template(Database=database(DBInstanceClass="db.r6g.large"))
    after = template(Database=database(DBInstanceClass="db.r6g.xlarge"))

    assert_no_replacement(before, after)


def test_replacement_fails_with_the_report_of_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = written(tmp_path / "before.json", template(Database=database(KmsKeyId="one")))
    after = written(tmp_path / "after.json", template(Database=database(KmsKeyId="other")))

    with pytest.raises(AssertionError) as failed:
        assert_no_replacement(before, after)

    assert run(["changes", str(before), str(after)]) == 3
    assert str(failed.value) == capsys.readouterr().out
    assert "REPLACED: AWS::RDS::DBInstance Database" in str(failed.value)


@pytest.mark.parametrize("allowed", ["Database", "AWS::RDS::DBInstance"])
def test_replacement_that_is_allowed(allowed: str) -> None:
    before = template(Database=database(KmsKeyId="one"))
    after = template(Database=database(KmsKeyId="other"))

    assert_no_replacement(before, after, allow=[allowed])


def test_what_cloudformation_would_refuse() -> None:
    before = template(Database=database())
    after = template(Database={"Type": "AWS::SNS::Topic"})

    with pytest.raises(AssertionError, match="CloudFormation refuses to change a type"):
        assert_no_replacement({"prod": before}, {"prod": after})


def role(arn: str, **own: Any) -> Json:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": arn}
    policies = [{"PolicyName": "read", "PolicyDocument": {"Statement": [statement]}}]
    trust = {
        "Statement": {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "ec2.amazonaws.com"},
        }
    }
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": trust, "Policies": policies, **own},
    }


def environment(name: str, arn: str) -> dict[str, Json]:
    """A bucket, and a role that may read something."""
    tags = [{"Key": "environment", "Value": name}]
    bucket = {
        "Type": "AWS::S3::Bucket",
        "Properties": {"BucketName": f"{name}-data", "Tags": tags},
    }
    return {f"{name}-storage": template(Bucket=bucket, Role=role(arn, Tags=tags))}


APART = [
    environment("acme", "arn:aws:s3:::acme-data/*"),
    environment("globex", "arn:aws:s3:::globex-data/*"),
]
LEAKING = [APART[0], environment("globex", "arn:aws:s3:::acme-data/*")]


def test_environments_that_are_apart() -> None:
    assert_isolated(*APART)


def test_leak_fails_with_the_report_of_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [
        written(tmp_path / f"{name}.json", content)
        for each in LEAKING
        for name, content in each.items()
    ]

    with pytest.raises(AssertionError) as failed:
        assert_isolated(*files)

    assert run(["isolation", *map(str, files)]) == 1
    assert str(failed.value) == capsys.readouterr().out
    assert "Role may read things of acme: s3" in str(failed.value)


def test_leak_that_is_accepted() -> None:
    id = "globex-storage/Role/s3:read"

    with pytest.raises(AssertionError, match=id):
        assert_isolated(*LEAKING)
    assert_isolated(*LEAKING, accept={id: "globex audits acme"})
    with pytest.raises(ValueError, match="without a reason"):
        assert_isolated(*LEAKING, accept={id: " "})


def test_one_environment_is_apart_from_nothing() -> None:
    with pytest.raises(AssertionError, match="nothing to be apart from: acme alone was given"):
        assert_isolated(APART[0])


def test_stacks_of_the_same_name() -> None:
    with pytest.raises(TemplateError, match="has a stack acme-storage, as"):
        assert_isolated(APART[0], APART[0])


def test_templates_that_aws_would_take() -> None:
    assert_checked(template(Cluster=emr_cluster()), {"prod-etl": template(Cluster=emr_cluster())})


def test_mistake_fails_with_the_report_of_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = template(Cluster=emr_cluster(StepConcurrencyLevel=999))
    file = written(tmp_path / "prod.json", bad)

    with pytest.raises(AssertionError) as failed:
        assert_checked(file)

    assert run(["check", str(file)]) == 1
    assert str(failed.value) == capsys.readouterr().out
    with pytest.raises(AssertionError) as failed_as_data:
        assert_checked({"prod": bad}, template(Cluster=emr_cluster()))
    assert str(failed_as_data.value) == (
        str(failed.value).replace(str(file), "prod").replace("1 template:", "2 templates:")
    )


def test_warnings_fail_on_demand() -> None:
    unencrypted = template(Cluster=emr_cluster(SecurityConfiguration=None))

    assert_checked(unencrypted)
    with pytest.raises(AssertionError, match="EMR-ENCRYPTION-"):
        assert_checked(unencrypted, strict=True)


def test_what_is_no_template(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(AssertionError, match="EMR-TEMPLATE-001"):
        assert_checked(tmp_path / "missing.json")
    with pytest.raises(TemplateError, match="is no cloud assembly"):
        assert_no_replacement(tmp_path / "empty", {})
    with pytest.raises(TemplateError, match="there are none"):
        assert_isolated({})
    with pytest.raises(AssertionError, match="no template was given"):
        assert_checked()
