"""Each rule about shell access on both sides of what it allows."""

from __future__ import annotations

import pytest

from emr_platform.identity.rules import SSH_RULES, ssh_problems
from emr_platform.identity.spec import SshSpec


@pytest.mark.parametrize("ranges", [[], ["10.0.0.0/8", "203.0.113.7/32"], ["0.0.0.0/1"]])
def test_accepted(ranges: list[str]) -> None:
    assert ssh_problems(SshSpec(key_pair="analytics", allow_from=ranges)) == []


def test_refused() -> None:
    (problem,) = ssh_problems(SshSpec(key_pair="analytics", allow_from=["10.0.0.0/8", "0.0.0.0/0"]))

    assert (problem.rule_id, problem.path) == ("EMR-SSH-001", ("allow_from", 1))


def test_a_range_that_is_there_already() -> None:
    ranges = ["10.0.0.0/8", "10.0.0.0/9", "10.0.0.0/8"]

    (problem,) = ssh_problems(SshSpec(key_pair="analytics", allow_from=ranges))

    assert (problem.rule_id, problem.path) == ("EMR-SSH-002", ("allow_from", 2))


def test_no_rule_is_left_out() -> None:
    assert [rule.id for rule in SSH_RULES] == ["EMR-SSH-001", "EMR-SSH-002"]
