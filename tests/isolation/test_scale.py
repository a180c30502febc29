"""Of many tenants, nobody is held against everybody: what takes time grows as their number does."""

from collections.abc import Iterable, Iterator

import pytest

from emr_platform.isolation.evaluation import Evaluator, Grant
from emr_platform.isolation.parties import Actor, Target
from emr_platform.isolation.policies import Statement
from tests.isolation.estate import pool, shared
from tests.isolation.support import look


def test_cases_that_are_evaluated_grow_as_tenants_do(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate, evaluated = Evaluator.grants, 0

    def grants(
        self: Evaluator, actor: Actor, target: Target, said: Iterable[Statement]
    ) -> Iterator[Grant]:
        nonlocal evaluated
        evaluated += 1
        return evaluate(self, actor, target, said)

    monkeypatch.setattr(Evaluator, "grants", grants)
    counts = []
    for number in (5, 20):
        evaluated = 0
        assert look(shared(), *(pool(f"p{each:02}") for each in range(number))).are_apart
        counts.append(evaluated)

    # If each were held against all others, it would be sixteen times as many.
    assert counts[1] <= 4.5 * counts[0]
