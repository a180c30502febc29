"""The template of the pipeline."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3_assets as s3_assets
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from emr_platform.deployment.construct import DeploymentPipeline
from emr_platform.deployment.pipeline_spec import (
    BucketSourceSpec,
    CodeCommitSourceSpec,
    ConnectionSourceSpec,
    PipelineSpec,
)
from emr_platform.deployment.waves import Wave
from emr_platform.testing import Synthesized, masked
from tests.support import ACCOUNT, REGION, known_environment, lint, new_app, synthesize

OTHER_ACCOUNT = "999999999999"
OTHER_REGION = "us-east-1"
CONNECTION = (
    f"arn:aws:codeconnections:{REGION}:{ACCOUNT}:connection/0f5e1f5c-1111-2222-3333-444455556666"
)
PREFERENCE = {
    "E3703": "cfn-lint reports that it would write Fn::Join as Fn::Sub, as if it were an error"
}
SYNTH = "node_modules/.bin/cdk synth --quiet --context pipeline=deployment.yaml"


def stage(
    app: cdk.App,
    name: str,
    *,
    account: str | None = None,
    region: str = REGION,
    script: bool = False,
) -> cdk.Stage:
    """A stage of two stacks of which one needs the other."""
    made = cdk.Stage(app, name, env=cdk.Environment(account=account, region=region))
    storage, cluster = cdk.Stack(made, "storage"), cdk.Stack(made, "cluster")
    for stack in (storage, cluster):
        cdk.CfnResource(stack, "It", type="AWS::CloudFormation::WaitConditionHandle")
    cluster.add_stack_dependency(storage)
    if script:
        s3_assets.Asset(cluster, "Script", path=__file__)
    return made


def pipeline(
    app: cdk.App, id: str, spec: PipelineSpec, waves: dict[str, list[cdk.Stage]], **more: Any
) -> None:
    DeploymentPipeline(
        cdk.Stack(app, id, env=known_environment()),
        "Pipeline",
        spec=spec,
        waves=[
            Wave(name, name, tuple(each.stage_name for each in stages))
            for name, stages in waves.items()
        ],
        stages={each.stage_name: each for stages in waves.values() for each in stages},
        synth_commands=[SYNTH],
        **{"retained": (), **more},
    )


@pytest.fixture(scope="module")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """One app with a pipeline for each kind of source."""
    app = new_app(tmp_path_factory.mktemp("pipeline"))
    pipeline(
        app,
        "Defaults",
        PipelineSpec(account=ACCOUNT, region=REGION, source=CodeCommitSourceSpec(codecommit="it")),
        {"canary": [stage(app, "one")]},
    )
    pipeline(
        app,
        "Everything",
        PipelineSpec(
            name="tenants",
            account=ACCOUNT,
            region=REGION,
            source=ConnectionSourceSpec(
                connection_arn=CONNECTION, repository="acme/environments", branch="live"
            ),
            allow=("AWS::EMR::Step", "It"),
        ),
        {
            "canary": [stage(app, "staging", script=True)],
            "silo": [
                stage(app, "far", region=OTHER_REGION),
                stage(app, "theirs", account=OTHER_ACCOUNT),
            ],
        },
        retained={"theirs", "elsewhere"},
        cli_version="2.1148.1",
    )
    pipeline(
        app,
        "Bucket",
        PipelineSpec(
            account=ACCOUNT, region=REGION, source=BucketSourceSpec(bucket="sources", key="it.zip")
        ),
        {"canary": [stage(app, "another")]},
    )
    return synthesize(app)


def stages(synthesis: Synthesized, stack: str) -> dict[str, dict[str, Any]]:
    """The actions of each stage by their names."""
    declared = synthesis.properties(stack, "AWS::CodePipeline::Pipeline")["Stages"]
    return {
        each["Name"]: {action["Name"]: action for action in each["Actions"]} for each in declared
    }


def order(actions: dict[str, Any]) -> dict[str, int]:
    return {name: action["RunOrder"] for name, action in actions.items()}


def commands(synthesis: Synthesized, stack: str, name: str) -> list[str]:
    """What the only project with a part of a name runs."""
    [project] = [
        each["Properties"]
        for logical_id, each in synthesis.resources(stack, "AWS::CodeBuild::Project").items()
        if name in logical_id
    ]
    phases = json.loads(project["Source"]["BuildSpec"])["phases"]
    return [command for phase in phases.values() for command in phase["commands"]]


def test_waves_in_order(synthesis: Synthesized) -> None:
    found = stages(synthesis, "Everything")

    # A wave of one environment is named like that.
    assert list(found) == ["Source", "Build", "UpdatePipeline", "Assets", "staging", "Wave-silo"]
    assert order(found["staging"]) == {
        "Changes-canary": 1,
        "storage.Deploy": 2,
        "cluster.Deploy": 3,
    }
    assert order(found["Wave-silo"]) == {
        "Changes-silo": 1,
        "Approve-silo": 2,
        "far.storage.Deploy": 3,
        "far.cluster.Deploy": 4,
        "theirs.storage.Deploy": 3,
        "theirs.cluster.Deploy": 4,
    }
    approval = found["Wave-silo"]["Approve-silo"]
    assert approval["ActionTypeId"]["Provider"] == "Manual"
    assert approval["Configuration"]["CustomData"] == "Deploys far, theirs"


def test_pipeline_checks_everything_before_it_changes_anything(synthesis: Synthesized) -> None:
    found = commands(synthesis, "Everything", "BuildSynth")

    assert found == [
        "make install",
        "make validate",
        SYNTH,
        ".venv/bin/emr-platform check cdk.out/assembly-*",
        ".venv/bin/emr-platform isolation cdk.out/assembly-*",
    ]
    assert commands(synthesis, "Everything", "SelfMutation")[0] == "npm install -g aws-cdk@2.1148.1"


def test_wave_stops_if_something_would_be_replaced(synthesis: Synthesized) -> None:
    *_, check = commands(synthesis, "Everything", "Changessilo")

    assert check == (
        'status=0; for name in far theirs; do echo "$name"; '
        ".venv/bin/emr-platform changes --deployed --lookup-roles "
        '--allow AWS::EMR::Step --allow It "../assembly/assembly-$name" || status=$?; '
        'done; test "$status" -eq 0'
    )
    assert "--allow" not in commands(synthesis, "Defaults", "Changes")[-1]


def test_all_of_a_wave_is_reported_before_it_stops(synthesis: Synthesized, tmp_path: Path) -> None:
    """The command itself, with a program that finds something to stop for in one of two environments."""
    program = tmp_path / ".venv" / "bin" / "emr-platform"
    program.parent.mkdir(parents=True)
    program.write_text(
        '#!/bin/sh\necho "$@" >> asked\ncase "$*" in *assembly-far) exit 3 ;; esac\n'
    )
    program.chmod(0o755)
    *_, check = commands(synthesis, "Everything", "Changessilo")

    ended = subprocess.run(["/bin/sh", "-c", check], cwd=tmp_path, check=False)

    assert ended.returncode != 0
    asked = (tmp_path / "asked").read_text().splitlines()
    assert [line.rpartition("/")[2] for line in asked] == ["assembly-far", "assembly-theirs"]
    passing = check.replace("far theirs", "theirs")
    assert subprocess.run(["/bin/sh", "-c", passing], cwd=tmp_path, check=False).returncode == 0


def test_other_account_may_read_what_it_deploys(synthesis: Synthesized) -> None:
    """CloudFormation in the other account takes templates from the bucket."""
    policies = [
        each["Properties"].get("PolicyDocument") or each["Properties"]["KeyPolicy"]
        for type in ("AWS::S3::BucketPolicy", "AWS::KMS::Key")
        for logical_id, each in synthesis.resources("Everything", type).items()
        if "Artifacts" in logical_id
    ]
    assert len(policies) == 2
    for policy in policies:
        allowed = [each for each in policy["Statement"] if each["Effect"] == "Allow"]
        assert f":iam::{OTHER_ACCOUNT}:role/cdk-hnb659fds-deploy-role" in json.dumps(allowed)


def test_deployed_templates_are_read_with_lookup_roles_alone(synthesis: Synthesized) -> None:
    [policy] = [
        each["Properties"]["PolicyDocument"]
        for logical_id, each in synthesis.resources("Everything", "AWS::IAM::Policy").items()
        if "Changessilo" in logical_id
    ]
    [statement] = [each for each in policy["Statement"] if each["Action"] == "sts:AssumeRole"]
    assert statement["Resource"] == [
        {
            "Fn::Join": [
                "",
                [
                    "arn:",
                    {"Ref": "AWS::Partition"},
                    f":iam::{account}:role/cdk-hnb659fds-lookup-role-{account}-{region}",
                ],
            ]
        }
        for account, region in ((ACCOUNT, OTHER_REGION), (OTHER_ACCOUNT, REGION))
    ]


@pytest.mark.parametrize(
    ("stack", "provider", "configuration"),
    [
        (
            "Everything",
            "CodeStarSourceConnection",
            {
                "ConnectionArn": CONNECTION,
                "FullRepositoryId": "acme/environments",
                "BranchName": "live",
            },
        ),
        ("Defaults", "CodeCommit", {"RepositoryName": "it", "BranchName": "main"}),
        ("Bucket", "S3", {"S3Bucket": "sources", "S3ObjectKey": "it.zip"}),
    ],
)
def test_sources(
    synthesis: Synthesized, stack: str, provider: str, configuration: dict[str, str]
) -> None:
    [action] = stages(synthesis, stack)["Source"].values()

    assert action["ActionTypeId"]["Provider"] == provider
    assert configuration.items() <= action["Configuration"].items()


def test_artifacts_are_encrypted_and_expire(synthesis: Synthesized) -> None:
    properties = synthesis.properties("Everything", "AWS::CodePipeline::Pipeline")
    stores = {each["Region"]: each["ArtifactStore"] for each in properties["ArtifactStores"]}
    assert stores.keys() == {REGION, OTHER_REGION}
    assert all(store["EncryptionKey"]["Type"] == "KMS" for store in stores.values())
    assert properties["PipelineType"] == "V2"
    assert properties["ExecutionMode"] == "QUEUED"
    buckets = synthesis.resources("Everything", "AWS::S3::Bucket").values()
    for bucket in buckets:
        [rule] = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        assert rule["ExpirationInDays"] in (30, 90)


def test_nothing_runs_privileged(synthesis: Synthesized) -> None:
    for stack in ("Defaults", "Everything", "Bucket"):
        for project in synthesis.resources(stack, "AWS::CodeBuild::Project").values():
            assert project["Properties"]["Environment"]["PrivilegedMode"] is False


@pytest.mark.parametrize("stack", ["Defaults", "Everything"])
def test_snapshot(synthesis: Synthesized, stack: str, snapshot: SnapshotAssertion) -> None:
    assert masked(synthesis.template(stack)) == snapshot(extension_class=JSONSnapshotExtension)


def test_no_findings(synthesis: Synthesized) -> None:
    assert [(each.rule, each.paths) for each in synthesis.findings] == []
    # Copies of artifacts in other regions.
    assert "AwsSolutions-S1" in synthesis.acknowledged


@pytest.mark.parametrize("stack", ["Defaults", "Everything", "Bucket"])
def test_cfn_lint(synthesis: Synthesized, stack: str) -> None:
    found = lint(Path(synthesis.directory, f"{stack}.template.json"), ignore=PREFERENCE)
    assert found == []
