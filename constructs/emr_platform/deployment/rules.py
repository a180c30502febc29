"""What is wrong, or unwise, about the order in which environments are deployed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from emr_platform.deployment.pipeline_spec import PipelineSpec
from emr_platform.deployment.spec import DeploymentSpec
from emr_platform.deployment.waves import Deployable, selects, waves_of
from emr_platform.problems import Path
from emr_platform.rule import Finding, RuleBook

_SAFE_DEPLOYMENT = (
    "https://docs.aws.amazon.com/wellarchitected/latest/operational-excellence-pillar/"
    "ops_mit_deploy_risks_deploy_mgmt_sys.html"
)


@dataclass(frozen=True, slots=True)
class Deployment:
    """How environments are shipped, and which there are.

    Attributes:
        spec: What the file says.
        environments: Every environment of the estate.
    """

    spec: DeploymentSpec
    environments: tuple[Deployable, ...]


WAVE_RULES: RuleBook[Deployment] = RuleBook()


@WAVE_RULES.rule(
    "EMR-WAVE-001",
    what="Waves have different names.",
    why="Reports, jobs and stages of pipelines tell waves apart by their names.",
    source="https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html",
)
def names_differ(deployment: Deployment) -> Iterator[Finding]:
    """No name stands twice, nor one that the platform gives."""
    seen: set[str] = set()
    for position, wave in enumerate(deployment.spec.waves):
        if wave.name in seen:
            message = f"a wave above has the name {wave.name} already"
            yield Finding(("waves", position, "name"), message, "another name")
        seen.add(wave.name)


@WAVE_RULES.rule(
    "EMR-WAVE-002",
    what="Every name and pattern in a wave or pipeline is that of an environment.",
    why="A misspelled name leaves its environment to a later wave or to nobody, and nobody notices.",
    source=_SAFE_DEPLOYMENT,
    severity="warning",
)
def patterns_match(deployment: Deployment) -> Iterator[Finding]:
    """Each pattern is that of at least one environment."""
    names = sorted(each.name for each in deployment.environments)
    spec = deployment.spec
    places: list[tuple[Path, Sequence[str]]] = [
        (("waves", position, "environments"), wave.environments)
        for position, wave in enumerate(spec.waves)
    ]
    if spec.pipeline:
        places.append((("pipeline", "environments"), spec.pipeline.environments))
    for path, patterns in places:
        for index, pattern in enumerate(patterns):
            if not any(fnmatchcase(name, pattern) for name in names):
                shown = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
                yield Finding((*path, index), f"there is no environment {pattern}", shown or None)


@WAVE_RULES.rule(
    "EMR-WAVE-003",
    what="What is deployed first may be lost.",
    why="A change that breaks something breaks it in the first wave.",
    source=_SAFE_DEPLOYMENT,
    severity="warning",
)
def canaries_may_be_lost(deployment: Deployment) -> Iterator[Finding]:
    """The first wave has no retained environments where there are others."""
    protections = {each.name: each.protection for each in deployment.environments}
    waves = waves_of(deployment.environments, deployment.spec.waves)
    if "destroy" not in protections.values() or not waves:
        return
    retained = [name for name in waves[0].environments if protections[name] == "retain"]
    if retained:
        position = next(
            (
                index
                for index, wave in enumerate(deployment.spec.waves)
                if any(selects(wave, each) for each in deployment.environments)
            ),
            0,
        )
        yield Finding(
            ("waves", position),
            f"the first wave deploys {retained[0]}, whose data is retained, before environments that may be lost",
            "protection: destroy in the first wave",
        )


@WAVE_RULES.rule(
    "EMR-WAVE-004",
    what="The pipeline of a tenant deploys the shared environment that the tenant uses.",
    why="Otherwise nothing makes sure that the shared environment is deployed first.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html",
    severity="warning",
)
def shared_environments_come_along(deployment: Deployment) -> Iterator[Finding]:
    """No tenant of the pipeline uses an environment that is not in it."""
    if not deployment.spec.pipeline:
        return
    inside = {each.name for each in in_pipeline(deployment.spec.pipeline, deployment.environments)}
    for each in deployment.environments:
        if each.name in inside and each.shared and each.shared not in inside:
            yield Finding(
                ("pipeline", "environments"),
                f"{each.name} uses {each.shared}, which this pipeline does not deploy",
                f"{each.shared} in the list",
            )


def in_pipeline(spec: PipelineSpec, environments: Iterable[Deployable]) -> tuple[Deployable, ...]:
    """The environments that a pipeline deploys."""
    return tuple(
        each
        for each in environments
        if any(fnmatchcase(each.name, pattern) for pattern in spec.environments)
    )
