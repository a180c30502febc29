"""The tests' own tools must be able to find something."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3

from emr_platform.testing import Synthesized
from tests.support import lint, new_app, synthesize


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """An app with something wrong in two stacks and nothing in a third."""
    app = new_app(tmp_path_factory.mktemp("support"))
    s3.Bucket(cdk.Stack(app, "Open"), "Bucket")
    bucket = s3.CfnBucket(cdk.Stack(app, "Misspelled"), "Bucket")
    bucket.add_property_override("VersioningConfiguration.Status", "On")
    for rule in ("S1", "S10"):
        cdk.Validations.of(bucket).acknowledge(
            cdk.Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason="A test.")
        )
    cdk.CfnWaitConditionHandle(cdk.Stack(app, "Fine"), "Handle")
    return synthesize(app)


def test_what_cdk_nag_finds(synthesis: Synthesized) -> None:
    rules = {finding.rule for finding in synthesis.findings_in("Open")}

    assert {"AwsSolutions-S1", "AwsSolutions-S10"} <= rules
    assert all(finding.paths[0].startswith("Open/") for finding in synthesis.findings_in("Open"))


def test_what_the_cdk_finds(synthesis: Synthesized) -> None:
    plugins = {finding.plugin for finding in synthesis.findings_in("Misspelled")}

    assert "CloudFormation Validate" in plugins


def test_what_is_acknowledged(synthesis: Synthesized) -> None:
    assert {"AwsSolutions-S1", "AwsSolutions-S10"} <= synthesis.acknowledged
    rules = {finding.rule for finding in synthesis.findings_in("Misspelled")}
    assert "AwsSolutions-S1" not in rules


def test_what_is_fine(synthesis: Synthesized) -> None:
    assert synthesis.findings_in("Fine") == []


def test_what_cfn_lint_finds(synthesis: Synthesized) -> None:
    assert any(
        "'On' is not one of" in match for match in lint(synthesis.template_file("Misspelled"))
    )
    assert lint(synthesis.template_file("Misspelled"), ignore={"E3030": "a test"}) == []
    assert lint(synthesis.template_file("Fine")) == []


def test_deprecated_apis_are_errors(tmp_path: Path) -> None:
    stack = cdk.Stack(new_app(tmp_path), "Stack")

    with pytest.raises(RuntimeError, match="VpcProps#cidr is deprecated"):
        ec2.Vpc(stack, "Vpc", cidr="10.0.0.0/16")
