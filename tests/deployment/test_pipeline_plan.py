"""How waves become stages of a pipeline, and what CodePipeline would refuse."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emr_platform.deployment.pipeline_plan import (
    MOST_ACTIONS_OF_A_STAGE,
    PIPELINE_RULES,
    PipelinePlan,
    plan_of,
)
from emr_platform.deployment.waves import Wave


def planned(count: int, stacks: int) -> PipelinePlan:
    """One wave of environments of one size."""
    names = tuple(f"t{number:04}" for number in range(count))
    return plan_of([Wave("silo", "silo", names)], dict.fromkeys(names, stacks))


def found(plan: PipelinePlan) -> list[str]:
    return [problem.rule_id for problem in PIPELINE_RULES.problems(plan)]


def test_small_waves_stay_as_they_are() -> None:
    # 9 environments of 5 stacks, the check for replacements, and the approval: 47 of 50 actions.
    assert [wave.name for wave in planned(9, 5).waves] == ["silo"]
    assert planned(9, 5).all_actions == 4 + 2 + 45


def test_large_waves_are_cut() -> None:
    waves = planned(10, 5).waves

    assert [(wave.name, wave.group, len(wave.environments)) for wave in waves] == [
        ("silo-1", "silo", 9),
        ("silo-2", "silo", 1),
    ]
    assert len(planned(12, 4).waves) == 1
    assert len(planned(13, 4).waves) == 2


@given(st.lists(st.lists(st.integers(1, 48), max_size=9), max_size=5))
def test_every_stage_fits(sizes: list[list[int]]) -> None:
    stacks = {
        f"w{number}e{index}": size
        for number, wave in enumerate(sizes)
        for index, size in enumerate(wave)
    }
    waves = [
        Wave(f"w{number}", "w", tuple(f"w{number}e{index}" for index in range(len(wave))))
        for number, wave in enumerate(sizes)
        if wave
    ]

    plan = plan_of(waves, stacks)

    assert [name for wave in plan.waves for name in wave.environments] == list(stacks)
    assert all(plan.actions(wave) <= MOST_ACTIONS_OF_A_STAGE for wave in plan.waves)
    assert len({wave.name for wave in plan.waves}) == len(plan.waves)


def test_number_of_stages() -> None:
    assert found(planned(46, 25)) == ["EMR-PIPELINE-003"]
    assert found(planned(47, 25)) == ["EMR-PIPELINE-001", "EMR-PIPELINE-003"]
    names = [f"t{number}" for number in range(47)]
    few = [Wave(name, name, (name,)) for name in names]
    assert found(plan_of(few, dict.fromkeys(names, 1))) == ["EMR-PIPELINE-001"]
    assert found(plan_of(few[:46], dict.fromkeys(names[:46], 1))) == []


def test_stacks_of_an_environment() -> None:
    assert found(planned(1, 48)) == []
    assert found(planned(1, 49)) == ["EMR-PIPELINE-002"]


def test_number_of_actions() -> None:
    # Of 5 stacks, 9 environments make a stage of 47 actions.
    assert planned(94, 5).all_actions == 4 + 94 * 5 + 11 * 2
    assert found(planned(94, 5)) == []
    assert planned(95, 5).all_actions == 501
    assert found(planned(95, 5)) == ["EMR-PIPELINE-004"]
    assert planned(190, 5).all_actions == 4 + 190 * 5 + 22 * 2
    assert found(planned(190, 5)) == ["EMR-PIPELINE-004"]
    assert planned(191, 5).all_actions == 1003
    assert found(planned(191, 5)) == ["EMR-PIPELINE-003"]
