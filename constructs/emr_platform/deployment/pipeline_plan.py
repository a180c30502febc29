"""How waves become stages of a pipeline, and what is wrong with that. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from emr_platform.deployment.waves import Wave
from emr_platform.rule import Finding, RuleBook

_QUOTAS = "https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html"

MOST_STAGES = 50
"""Stages of a pipeline."""

MOST_ACTIONS_OF_A_STAGE = 50
"""Actions of a stage."""

MOST_ACTIONS = 1000
"""Actions of a pipeline; 500 in accounts that do not have the larger quota yet."""

MANY_ACTIONS = 500

OWN_STAGES = 4
"""Stages that a pipeline has of its own: Source, Build, UpdatePipeline and Assets."""

OWN_ACTIONS = 4

STEPS_OF_A_WAVE = 2
"""Actions in front of the deployments of a wave: the check for replacements, and the approval."""


@dataclass(frozen=True, slots=True)
class PipelinePlan:
    """The waves of a pipeline.

    Attributes:
        waves: The waves, each small enough for a stage of its own, as far as they can be cut.
        stacks: How many stacks each environment has.
    """

    waves: tuple[Wave, ...]
    stacks: Mapping[str, int]

    def actions(self, wave: Wave) -> int:
        """How many actions the stage of a wave has: one for each stack, and the steps before them."""
        return STEPS_OF_A_WAVE + sum(self.stacks[name] for name in wave.environments)

    @property
    def all_actions(self) -> int:
        """How many actions the pipeline has."""
        return OWN_ACTIONS + sum(map(self.actions, self.waves))


def plan_of(waves: Sequence[Wave], stacks: Mapping[str, int]) -> PipelinePlan:
    """Cut waves so that each is a stage that CodePipeline takes.

    Args:
        waves: The waves, in their order.
        stacks: How many stacks each environment has.
    """
    cut: list[Wave] = []
    room = MOST_ACTIONS_OF_A_STAGE - STEPS_OF_A_WAVE
    for wave in waves:
        parts: list[list[str]] = [[]]
        used = 0
        for name in wave.environments:
            if parts[-1] and used + stacks[name] > room:
                parts.append([])
                used = 0
            parts[-1].append(name)
            used += stacks[name]
        cut += [
            Wave(f"{wave.name}-{number}" if len(parts) > 1 else wave.name, wave.group, tuple(part))
            for number, part in enumerate(parts, start=1)
        ]
    return PipelinePlan(tuple(cut), stacks)


PIPELINE_RULES: RuleBook[PipelinePlan] = RuleBook()


@PIPELINE_RULES.rule(
    "EMR-PIPELINE-001",
    what="A pipeline has at most 50 stages, four of them its own.",
    why="CodePipeline refuses a pipeline with more.",
    source=_QUOTAS,
)
def stages_fit(plan: PipelinePlan) -> Iterator[Finding]:
    """Each wave is a stage."""
    if len(plan.waves) + OWN_STAGES > MOST_STAGES:
        yield Finding(
            ("pipeline",),
            f"the environments make {len(plan.waves)} waves of at most {MOST_ACTIONS_OF_A_STAGE} actions",
            f"at most {MOST_STAGES - OWN_STAGES}; give other pipelines a part of the environments",
        )


@PIPELINE_RULES.rule(
    "EMR-PIPELINE-002",
    what="An environment has so few stacks that they fit into one stage of a pipeline.",
    why="CodePipeline takes at most 50 actions in a stage.",
    source=_QUOTAS,
)
def environments_fit(plan: PipelinePlan) -> Iterator[Finding]:
    """An environment cannot be cut."""
    room = MOST_ACTIONS_OF_A_STAGE - STEPS_OF_A_WAVE
    for name, stacks in plan.stacks.items():
        if stacks > room:
            yield Finding(
                ("pipeline",),
                f"the environment {name} has {stacks} stacks",
                f"at most {room}; deploy it without a pipeline, or make several of it",
            )


@PIPELINE_RULES.rule(
    "EMR-PIPELINE-003",
    what="A pipeline has at most 1000 actions: one for each stack, and two for each wave.",
    why="CodePipeline refuses a pipeline with more.",
    source=_QUOTAS,
)
def actions_fit(plan: PipelinePlan) -> Iterator[Finding]:
    """All stages together."""
    if plan.all_actions > MOST_ACTIONS:
        yield _too_many(plan, MOST_ACTIONS)


@PIPELINE_RULES.rule(
    "EMR-PIPELINE-004",
    what="A pipeline has at most 500 actions: one for each stack, and two for each wave.",
    why="Accounts do not all have a larger quota, and a pipeline as large takes hours.",
    source=_QUOTAS,
    severity="warning",
)
def actions_are_few(plan: PipelinePlan) -> Iterator[Finding]:
    """All stages together."""
    if MANY_ACTIONS < plan.all_actions <= MOST_ACTIONS:
        yield _too_many(plan, MANY_ACTIONS)


def _too_many(plan: PipelinePlan, most: int) -> Finding:
    return Finding(
        ("pipeline",),
        f"the pipeline has {plan.all_actions} actions for {len(plan.stacks)} environments",
        f"at most {most}; give other pipelines a part of the environments",
    )
