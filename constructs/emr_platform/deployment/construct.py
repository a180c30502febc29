"""A pipeline that deploys environments wave after wave, and itself."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import pipelines
from constructs import Construct

from emr_platform.acknowledgements import acknowledge, acknowledge_wildcard
from emr_platform.deployment.pipeline_spec import (
    BucketSourceSpec,
    CodeCommitSourceSpec,
    PipelineSpec,
    SourceSpec,
)
from emr_platform.deployment.waves import Wave

ARTIFACTS_EXPIRE_AFTER_DAYS = 30
ACCESS_LOGS_EXPIRE_AFTER_DAYS = 90

_ARTIFACT_ACTIONS = (
    *("s3:Abort*", "s3:DeleteObject*", "s3:GetBucket*", "s3:GetObject*", "s3:List*"),
    *("kms:GenerateDataKey*", "kms:ReEncrypt*"),
)
_ASSEMBLY = "../assembly"
_PYTHON = {"phases": {"install": {"runtime-versions": {"python": "3.12"}}}}


class DeploymentPipeline(Construct):
    """A pipeline of CodePipeline that deploys stages in waves, and changes itself along with the project.

    It checks and synthesizes the project, shows that environments are apart, and brings itself up to date. Then for
    each wave it stops if something would be replaced or lost, waits for somebody's approval if data of the wave is
    retained, and deploys the wave's environments side by side.

    https://docs.aws.amazon.com/cdk/v2/guide/cdk_pipeline.html

    Args:
        scope: Parent construct, in a stack whose account and region are known.
        id: Name within the parent.
        spec: The pipeline.
        waves: The waves, in their order, each small enough for a stage of CodePipeline.
        stages: The environments' stages, by their names.
        retained: Names of the environments that nobody deploys to without an approval.
        synth_commands: Commands that make the cloud assembly in ``cdk.out``, after ``make install``.
        cli_version: Version of the CDK's command line with which the pipeline changes itself. Default: the latest.

    Attributes:
        pipeline: The pipeline of CodePipeline.
        artifacts: Where what its stages hand on lies.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        spec: PipelineSpec,
        waves: Sequence[Wave],
        stages: Mapping[str, cdk.Stage],
        retained: Collection[str],
        synth_commands: Sequence[str],
        cli_version: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._spec = spec
        self._stages = stages
        self.artifacts = self._artifacts()
        source = self._source(spec.source)
        self._project_source = source
        synth = pipelines.CodeBuildStep(
            "Synth",
            input=source,
            install_commands=["make install"],
            commands=[
                "make validate",
                *synth_commands,
                ".venv/bin/emr-platform check cdk.out/assembly-*",
                # Of the environments alone: the pipeline itself has to reach them all.
                ".venv/bin/emr-platform isolation cdk.out/assembly-*",
            ],
            primary_output_directory="cdk.out",
            partial_build_spec=codebuild.BuildSpec.from_object(_PYTHON),
        )
        self._pipeline = pipelines.CodePipeline(
            self,
            "Pipeline",
            synth=synth,
            artifact_bucket=self.artifacts,
            cross_account_keys=True,
            enable_key_rotation=True,
            pipeline_type=codepipeline.PipelineType.V2,
            # What has begun is finished before the next commit comes.
            execution_mode=codepipeline.ExecutionMode.QUEUED,
            cli_version=cli_version,
            # One action for each stack, and one for all assets: CodePipeline takes few.
            use_change_sets=False,
            publish_assets_in_parallel=False,
            code_build_defaults=pipelines.CodeBuildOptions(
                build_environment=codebuild.BuildEnvironment(
                    build_image=codebuild.LinuxBuildImage.STANDARD_7_0,
                    compute_type=codebuild.ComputeType.MEDIUM,
                )
            ),
        )
        for wave in waves:
            self._add(wave, synth, needs_approval=not set(retained).isdisjoint(wave.environments))
        self._pipeline.build_pipeline()
        self.pipeline = self._pipeline.pipeline
        self._acknowledge()

    def _add(self, wave: Wave, synth: pipelines.CodeBuildStep, *, needs_approval: bool) -> None:
        changes = self._changes(wave, synth)
        before: list[pipelines.Step] = [changes]
        if needs_approval:
            approval = pipelines.ManualApprovalStep(
                f"Approve-{wave.name}", comment=f"Deploys {', '.join(wave.environments)}"[:1000]
            )
            approval.add_step_dependency(changes)
            before.append(approval)
        # Upper case: a wave of one stage gets the name of that, which must not be another one's.
        added = self._pipeline.add_wave(f"Wave-{wave.name}", pre=before)
        for name in wave.environments:
            added.add_stage(self._stages[name])

    def _changes(self, wave: Wave, synth: pipelines.CodeBuildStep) -> pipelines.CodeBuildStep:
        """The step that compares a wave's templates with what is deployed."""
        command = [".venv/bin/emr-platform", "changes", "--deployed", "--lookup-roles"]
        for each in self._spec.allow:
            command += ["--allow", shlex.quote(each)]
        return pipelines.CodeBuildStep(
            f"Changes-{wave.name}",
            input=self._project_source,
            additional_inputs={_ASSEMBLY: synth},
            install_commands=["make install"],
            # All are reported, also behind one that stops the wave.
            commands=[
                f"status=0; for name in {' '.join(wave.environments)}; do "
                f'echo "$name"; {" ".join(command)} "{_ASSEMBLY}/assembly-$name" || status=$?; '
                'done; test "$status" -eq 0'
            ],
            partial_build_spec=codebuild.BuildSpec.from_object(_PYTHON),
            role_policy_statements=[
                iam.PolicyStatement(
                    actions=["sts:AssumeRole"], resources=sorted(self._lookup_roles(wave))
                )
            ],
        )

    def _lookup_roles(self, wave: Wave) -> set[str]:
        """The roles with which the CDK looks things up where the stacks of a wave are."""
        found = set()
        for name in wave.environments:
            stack = stacks_of(self._stages[name])[0]
            role = stack.synthesizer.lookup_role
            if role:
                here = cdk.Token.is_unresolved(stack.account)
                found.add(
                    role.replace("${AWS::Partition}", cdk.Aws.PARTITION)
                    .replace("${AWS::AccountId}", self._spec.account if here else stack.account)
                    .replace("${AWS::Region}", stack.region)
                )
        return found

    def _source(self, source: SourceSpec) -> pipelines.CodePipelineSource:
        if isinstance(source, BucketSourceSpec):
            bucket = s3.Bucket.from_bucket_name(self, "Source", source.bucket)
            return pipelines.CodePipelineSource.s3(bucket, source.key)
        if isinstance(source, CodeCommitSourceSpec):
            repository = codecommit.Repository.from_repository_name(
                self, "Source", source.codecommit
            )
            return pipelines.CodePipelineSource.code_commit(repository, source.branch)
        return pipelines.CodePipelineSource.connection(
            source.repository, source.branch, connection_arn=source.connection_arn
        )

    def _artifacts(self) -> s3.Bucket:
        """A bucket of our own: the one that the CDK would make keeps everything for ever."""
        access_logs = s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            minimum_tls_version=1.2,
            lifecycle_rules=[
                s3.LifecycleRule(expiration=cdk.Duration.days(ACCESS_LOGS_EXPIRE_AFTER_DAYS))
            ],
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        key = kms.Key(
            self,
            "ArtifactsKey",
            description="Artifacts of the pipeline that deploys EMR environments",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        return s3.Bucket(
            self,
            "Artifacts",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            minimum_tls_version=1.2,
            server_access_logs_bucket=access_logs,
            lifecycle_rules=[
                s3.LifecycleRule(expiration=cdk.Duration.days(ARTIFACTS_EXPIRE_AFTER_DAYS))
            ],
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )

    def _acknowledge(self) -> None:
        """What the CDK's own roles may do more than cdk-nag likes."""
        within = self._pipeline
        for action in _ARTIFACT_ACTIONS:
            acknowledge(
                within,
                rule=f"AwsSolutions-IAM5[Action::{action}]",
                reason="The CDK's grants on the artifacts of this pipeline, whose bucket and key are for nothing else",
            )
        supports = self.pipeline.cross_region_support.values()
        for bucket in (self.artifacts, *(support.replication_bucket for support in supports)):
            acknowledge_wildcard(
                within,
                resource=bucket.arn_for_objects("*"),
                reason="All artifacts of this pipeline, whose names CodePipeline makes up",
            )
        stack = cdk.Stack.of(self)
        for project in within.node.find_all():
            if isinstance(project, codebuild.Project):
                name = project.project_name
                for service, resource, rest in (
                    ("logs", "log-group", f":/aws/codebuild/{name}:*"),
                    ("codebuild", "report-group", f"/{name}-*"),
                ):
                    acknowledge_wildcard(
                        project,
                        resource=f"arn:{stack.partition}:{service}:{stack.region}:{stack.account}:{resource}{rest}",
                        reason="Log streams and reports of this project alone, whose names CodeBuild makes up",
                    )
        if self.pipeline.cross_region_support:
            acknowledge(
                self.pipeline.role,
                rule="AwsSolutions-IAM5[Resource::*]",
                reason="Keys of the replication buckets in other regions, whose ids are not known here; "
                "their key policies name this role",
            )
        self._acknowledge_self_mutation()
        self._acknowledge_publishing()
        for support in self.pipeline.cross_region_support.values():
            acknowledge(
                support.stack,
                rule="AwsSolutions-S1",
                reason="Copies of artifacts whose originals are logged; every use of their key is in CloudTrail",
            )

    def _acknowledge_self_mutation(self) -> None:
        role = self._pipeline.self_mutation_project
        account = cdk.Stack.of(self).account
        acknowledge(
            role,
            rule=f"AwsSolutions-IAM5[Resource::arn:*:iam::{account}:role/*]",
            reason="Roles of the CDK's bootstrapping only: a condition on the tag aws-cdk:bootstrap-role says so",
        )
        acknowledge(
            role,
            rule="AwsSolutions-IAM5[Resource::*]",
            reason="Looks for the stacks and the bucket of the CDK's bootstrapping; reads no content",
        )

    def _acknowledge_publishing(self) -> None:
        assets = self._pipeline.node.try_find_child("Assets")
        if assets is None:
            return
        stack = cdk.Stack.of(self)
        place = f"{stack.region}:{stack.account}"
        for resource, reason in (
            (
                "*",
                "The CDK has one role publish all assets, and lets it start builds; it runs the CDK's own "
                "fixed commands, and who can change them can change the pipeline itself",
            ),
            (
                f"arn:{stack.partition}:logs:{place}:log-group:/aws/codebuild/*",
                "Writes the log of the project that publishes assets, which the CDK names later",
            ),
            (
                f"arn:{stack.partition}:codebuild:{place}:report-group/*",
                "Writes reports of the project that publishes assets, which the CDK names later",
            ),
        ):
            acknowledge_wildcard(assets, resource=resource, reason=reason)


def stacks_of(stage: cdk.Stage) -> list[cdk.Stack]:
    """The stacks of a stage."""
    return [child for child in stage.node.children if isinstance(child, cdk.Stack)]
