"""The stack of the pipeline that deploys environments. It is made only if the app's context asks for it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from aws_cdk import App, Environment, Stack
from constructs import Construct

from emr_platform.deployment.construct import DeploymentPipeline, stacks_of
from emr_platform.deployment.loader import load_deployment
from emr_platform.deployment.pipeline_plan import PIPELINE_RULES, PipelinePlan, plan_of
from emr_platform.deployment.pipeline_spec import PipelineSpec
from emr_platform.deployment.rules import in_pipeline
from emr_platform.deployment.states import deployable
from emr_platform.deployment.waves import waves_of
from emr_platform.environment import file_problems as kinds
from emr_platform.environment.loader import LoadedEnvironment
from emr_platform.problems import InvalidSpecError, Location, Problem
from stacks.environment import EnvironmentStage

NODE_PACKAGES = Path("package.json")
"""Where the project says which version of the CDK's command line it uses."""


class PipelineStack(Stack):
    """The pipeline.

    Attributes:
        deployment: The pipeline.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        spec: PipelineSpec,
        plan: PipelinePlan,
        stages: Mapping[str, EnvironmentStage],
        file: Path,
        cli_version: str | None = None,
    ) -> None:
        """Create the stack.

        Args:
            scope: The app.
            spec: The pipeline; its name is the first part of the stack's.
            plan: Its waves.
            stages: The environments' stages, by their names.
            file: The file that the pipeline is declared in, from the folder of the app.
            cli_version: Version of the CDK's command line. Default: the latest.
        """
        super().__init__(
            scope,
            f"{spec.name}-pipeline",
            env=Environment(account=spec.account, region=spec.region),
            description="Pipeline that deploys EMR environments, and itself",
        )
        context = shlex.quote(f"pipeline={file.as_posix()}")
        self.deployment = DeploymentPipeline(
            self,
            "Pipeline",
            spec=spec,
            waves=plan.waves,
            stages=stages,
            retained={name for name, stage in stages.items() if stage.spec.protection == "retain"},
            synth_commands=[f"node_modules/.bin/cdk synth --quiet --context {context}"],
            cli_version=cli_version,
        )


def add_pipeline(
    app: App,
    file: Path,
    environments: Sequence[LoadedEnvironment],
    *,
    stage: Callable[[LoadedEnvironment], EnvironmentStage],
) -> tuple[list[EnvironmentStage], list[Problem]]:
    """Add a pipeline, and the stages of the environments that it deploys.

    Args:
        app: The app.
        file: The file that describes the pipeline.
        environments: Every environment of the estate.
        stage: Makes the stage of an environment.

    Returns:
        The stages, and warnings.

    Raises:
        InvalidSpecError: The file is wrong or describes no pipeline, or CodePipeline would refuse it.
    """
    known = tuple(map(deployable, environments))
    loaded = load_deployment(file, known)
    spec = loaded.spec.pipeline
    if spec is None:
        message = "the file says nothing of a pipeline"
        problem = kinds.MISSING_KEY.at(Location(str(file), 1, 1), message, path=("pipeline",))
        raise InvalidSpecError([problem])
    names = {each.name for each in in_pipeline(spec, known)}
    waves = waves_of(
        known, loaded.spec.waves, only=names, most=loaded.spec.most_environments_at_once
    )
    stages = {each.spec.name: stage(each) for each in environments if each.spec.name in names}
    plan = plan_of(waves, {name: len(stacks_of(each)) for name, each in stages.items()})
    problems = [
        *loaded.warnings,
        *(loaded.located(problem) for problem in PIPELINE_RULES.problems(plan)),
    ]
    if any(problem.severity == "error" for problem in problems):
        raise InvalidSpecError(problems)
    PipelineStack(app, spec=spec, plan=plan, stages=stages, file=file, cli_version=_cli_version())
    return list(stages.values()), problems


def _cli_version() -> str | None:
    """The version of the CDK's command line that the project is tried with; None if it does not say."""
    try:
        packages = json.loads(NODE_PACKAGES.read_text(encoding="utf-8"))
        return str(packages["devDependencies"]["aws-cdk"])
    except (OSError, KeyError, TypeError, ValueError):
        return None
