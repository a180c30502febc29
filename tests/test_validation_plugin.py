"""The validation plugin, in a small CDK app that knows nothing else of us."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_emr as emr

from emr_platform.validation_plugin import EmrPlatformChecks

GOOD: dict[str, Any] = {
    "name": "etl",
    "release_label": "emr-7.12.0",
    "applications": [{"name": "Spark"}],
    "service_role": "emr-service",
    "job_flow_role": "emr-nodes",
    "security_configuration": "encrypted",
    "instances": {
        "keepJobFlowAliveWhenNoSteps": True,
        "masterInstanceGroup": {"instanceCount": 1, "instanceType": "m6g.xlarge"},
    },
}


def report(
    folder: Path, plugin: EmrPlatformChecks, *, acknowledge: str = "", **bad: Any
) -> tuple[str, dict[str, Any]]:
    """Synthesize an app; how that ends, and what the plugin reports."""
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    cdk.Validations.of(app).add_plugins(plugin)
    environment = cdk.Environment(account="111122223333", region="eu-west-1")
    stack = cdk.Stack(app, "analytics", env=environment)
    emr.CfnCluster(stack, "Good", **GOOD)
    nested = cdk.NestedStack(stack, "Nested")
    cluster = emr.CfnCluster(nested, "Bad", **{**GOOD, **bad})
    if acknowledge:
        acknowledgement = cdk.Acknowledgment(id=f"EmrPlatform::{acknowledge}", reason="a test")
        cdk.Validations.of(cluster).acknowledge(acknowledgement)
    try:
        app.synth()
    except RuntimeError as error:
        outcome = str(error).partition(":")[0]
    else:
        outcome = "success"
    reports = json.loads((folder / "validation-report.json").read_text())["pluginReports"]
    nothing: dict[str, Any] = {"violations": []}
    ours = [each for each in reports if each["pluginName"] == "EmrPlatform"]
    return outcome, ours[0] if ours else nothing


def test_errors_fail_the_synthesis_with_the_path_of_the_construct(tmp_path: Path) -> None:
    outcome, found = report(
        tmp_path,
        EmrPlatformChecks(),
        # Neither spelling is the CDK's: both are dropped without a word.
        configurations=[{"Classification": "core-site", "Properties": {}}],
        step_concurrency_level=999,
    )
    assert outcome == "ValidationFailed"
    assert {(each["ruleName"], each["severity"]) for each in found["violations"]} == {
        ("EMR-TEMPLATE-008", "error"),
        ("EMR-TEMPLATE-012", "error"),
    }
    [violation] = [each for each in found["violations"] if each["ruleName"].endswith("008")]
    assert violation["description"] == "StepConcurrencyLevel: found the number 999"
    assert violation["suggestedFix"] == "allowed: a whole number from 1 to 256"
    [construct] = violation["violatingConstructs"]
    assert construct["constructPath"] == "analytics/Nested/Bad"
    assert construct["cloudFormationResource"]["propertyPaths"] == [
        "Properties.StepConcurrencyLevel"
    ]


@pytest.mark.parametrize(
    ("plugin", "outcome", "count"),
    [
        (EmrPlatformChecks(), "success", 1),
        (EmrPlatformChecks(strict=True), "ValidationFailed", 1),
        (EmrPlatformChecks(warnings=False), "success", 0),
    ],
)
def test_warnings_fail_on_demand(
    tmp_path: Path, plugin: EmrPlatformChecks, outcome: str, count: int
) -> None:
    ended, found = report(tmp_path, plugin, security_configuration=None)
    assert (ended, len(found["violations"])) == (outcome, count)


def test_findings_are_acknowledged_at_the_construct(tmp_path: Path) -> None:
    outcome, found = report(
        tmp_path,
        EmrPlatformChecks(),
        acknowledge="EMR-TEMPLATE-008",
        step_concurrency_level=999,
    )
    assert outcome == "success"
    assert (found["violations"], len(found["suppressedViolations"])) == ([], 1)


def test_what_is_wrong_with_a_template_as_a_whole_is_reported_at_its_stack(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path), analytics_reporting=False)
    stack = cdk.Stack(cdk.Stage(app, "prod"), "many")
    cdk.CfnWaitConditionHandle(stack, "Handle")
    for number in range(200):
        cdk.CfnOutput(stack, f"Output{number}", value="x")
    cdk.Validations.of(app).add_plugins(EmrPlatformChecks())
    app.synth()

    reports = json.loads((tmp_path / "validation-report.json").read_text())["pluginReports"]
    [ours] = [each for each in reports if each["pluginName"] == "EmrPlatform"]
    [violation] = ours["violations"]
    assert violation["ruleName"] == "EMR-TEMPLATE-050"
    assert violation["description"].startswith("Outputs: 200 outputs, 100 %")
    assert [each["constructPath"] for each in violation["violatingConstructs"]] == ["prod/many"]
