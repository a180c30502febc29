"""Existing security groups of the nodes."""

from __future__ import annotations

from tests.cluster.cases import Case, Values

FIRST, SECOND = "sg-11111111", "sg-22222222"


def groups(**values: list[str]) -> Values:
    return {"additional_security_groups": values}


CASES: list[Case] = [
    (
        "EMR-NETWORK-015",
        # A group may be for both.
        [{}, groups(primary=[FIRST, SECOND], core_and_task=[FIRST, SECOND])],
        [groups(primary=[FIRST, FIRST]), groups(core_and_task=[FIRST, SECOND, FIRST])],
    ),
]
