"""Constructs become templates, whatever validation plugins say, and cdk-nag is asked without being registered."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import aws_cdk as cdk
import cdk_nag
import pytest
from aws_cdk import aws_s3 as s3
from constructs import RootConstruct

from emr_platform.testing import Synthesized, Synthesizer, assert_nag_clean, synthesize

BUCKET = "AWS::S3::Bucket"


def app(folder: Path) -> cdk.App:
    """Two stages with a stack each, and a stack that is in none."""
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    for name in ("prod", "dev"):
        s3.Bucket(cdk.Stack(cdk.Stage(app, name), "storage"), "Bucket")
    s3.Bucket(cdk.Stack(app, "Alone", stack_name="alone"), "Bucket")
    return app


@pytest.fixture(scope="module")
def synthesized_app(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    made = app(tmp_path_factory.mktemp("app"))
    prod = made.node.find_child("prod").node.find_child("storage")
    for rule in ("S1", "S10"):
        reason = cdk.Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason="A test.")
        cdk.Validations.of(prod).acknowledge(reason)
    cdk.Validations.of(made).add_plugins(cdk_nag.AwsSolutionsChecks(made))
    return synthesize(made)


def test_app_has_the_stacks_of_its_stages(synthesized_app: Synthesized) -> None:
    assert sorted(synthesized_app.templates) == ["alone", "dev-storage", "prod-storage"]
    assert synthesized_app.resource("alone", BUCKET)["DeletionPolicy"] == "Retain"


def test_stage_and_stack_have_their_own_only(synthesized_app: Synthesized) -> None:
    prod = synthesize(synthesized_app.scope.node.find_child("prod"))
    assert list(prod.files) == ["prod-storage"]
    assert prod.directory.name == "assembly-prod"
    assert prod.template("prod-storage") == synthesized_app.template("prod-storage")

    bucket = synthesized_app.scope.node.find_child("Alone").node.find_child("Bucket")
    assert list(synthesize(bucket).files) == ["alone"]


def test_findings_of_plugins_are_told_and_not_raised(synthesized_app: Synthesized) -> None:
    found = {(each.rule, each.paths) for each in synthesized_app.findings_in("dev")}
    assert found >= {
        ("AwsSolutions-S1", ("dev/storage/Bucket/Resource", "Alone/Bucket/Resource")),
        ("AwsSolutions-S10", ("dev/storage/Bucket/Resource", "Alone/Bucket/Resource")),
    }
    assert synthesized_app.findings_in("prod") == []
    assert synthesized_app.acknowledged >= {"AwsSolutions-S1", "AwsSolutions-S10"}
    of_dev = synthesize(synthesized_app.scope.node.find_child("dev")).findings
    assert {each.paths for each in of_dev} == {("dev/storage/Bucket/Resource",)}


def test_unknown_stack(synthesized_app: Synthesized) -> None:
    with pytest.raises(KeyError, match="no stack 'other'; there are: "):
        synthesized_app.template("other")


def test_construct_without_an_app() -> None:
    with pytest.raises(ValueError, match="is in no app"):
        synthesize(RootConstruct())


def test_nag_finds_what_is_not_acknowledged(synthesized_app: Synthesized) -> None:
    assert_nag_clean(synthesized_app.scope.node.find_child("prod"))
    with pytest.raises(AssertionError) as failed:
        assert_nag_clean(synthesized_app)

    assert str(failed.value).splitlines() == [
        "AwsSolutions-S1",
        "  The S3 Bucket has server access logs disabled.",
        "  at dev/storage/Bucket/Resource",
        "  at Alone/Bucket/Resource",
        "  acknowledge it there, if it is right: Validations.of(construct)"
        '.acknowledge(Acknowledgment(id="AwsSolutions::AwsSolutions-S1", reason="…"))',
        "AwsSolutions-S10",
        "  The S3 Bucket or bucket policy does not require requests to use SSL.",
        "  at dev/storage/Bucket/Resource",
        "  at Alone/Bucket/Resource",
        "  acknowledge it there, if it is right: Validations.of(construct)"
        '.acknowledge(Acknowledgment(id="AwsSolutions::AwsSolutions-S10", reason="…"))',
        "2 rules broken at 4 places",
    ]


def test_findings_acknowledged_in_a_test(synthesized_app: Synthesized) -> None:
    assert_nag_clean(synthesized_app, acknowledged={"AwsSolutions-S*": "holds nothing"})
    with pytest.raises(AssertionError, match="AwsSolutions-S10\n"):
        assert_nag_clean(synthesized_app, acknowledged={"AwsSolutions-S1": "holds nothing"})
    with pytest.raises(ValueError, match="AwsSolutions-S1: without a reason"):
        assert_nag_clean(synthesized_app, acknowledged={"AwsSolutions-S1": ""})


def test_other_packs(synthesized_app: Synthesized) -> None:
    prod = synthesized_app.scope.node.find_child("prod")
    with pytest.raises(AssertionError, match=r"HIPAA\.Security-S3BucketVersioningEnabled"):
        assert_nag_clean(prod, packs=["AwsSolutions", "HIPAA.Security"])
    with pytest.raises(AssertionError, match="NIST"):
        assert_nag_clean(prod, packs=[cdk_nag.NIST80053R5Checks()])
    with pytest.raises(
        ValueError, match=r"no pack 'AWS'\n  allowed: AwsSolutions, HIPAA\.Security"
    ):
        assert_nag_clean(prod, packs=["AWS"])


def test_names_with_brackets_are_taken_as_they_are(tmp_path: Path) -> None:
    stack = cdk.Stack(cdk.App(outdir=str(tmp_path)), "Stack")
    role = cdk.aws_iam.Role(stack, "Role", assumed_by=cdk.aws_iam.AnyPrincipal())
    role.add_to_policy(cdk.aws_iam.PolicyStatement(actions=["s3:*"], resources=["*"]))
    names = ("AwsSolutions-IAM5[Action::s3:*]", "AwsSolutions-IAM5[Resource::*]")

    assert_nag_clean(stack, acknowledged=dict.fromkeys(names, "a test"))
    with pytest.raises(AssertionError, match=r"IAM5\[Resource::\*\]"):
        assert_nag_clean(stack, acknowledged={names[0]: "a test"})


def test_cdk_nag_is_not_installed(
    synthesized_app: Synthesized, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cdk_nag", None)
    with pytest.raises(ImportError, match=r"pip install 'emr-platform\[testing\]'"):
        assert_nag_clean(synthesized_app)


def test_mistakes_of_an_app_are_raised(tmp_path: Path) -> None:
    made = cdk.App(outdir=str(tmp_path), analytics_reporting=False)
    prod, dev = (cdk.Stack(cdk.Stage(made, name), "storage") for name in ("prod", "dev"))
    s3.Bucket(prod, "Copy", bucket_name=s3.Bucket(dev, "Bucket").bucket_name)

    with pytest.raises(RuntimeError, match="dependency cannot cross stage boundaries"):
        synthesize(made)


def test_context_is_that_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "cdk.json").write_text(json.dumps({"context": {"owner": "data"}}), encoding="utf-8")
    synthesizer = Synthesizer(
        lambda: tmp_path / "out", project=tmp_path, environments=tmp_path, stage=None
    )
    made = synthesizer.new_app()
    cdk.CfnOutput(cdk.Stack(made, "Stack"), "Owner", value=made.node.get_context("owner"))

    first = synthesizer(made)

    assert first.template("Stack")["Outputs"]["Owner"]["Value"] == "data"
    assert synthesizer(made) is first
