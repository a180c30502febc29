"""Which warnings are silenced by an acknowledgement, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from emr_platform.acknowledged_warnings.rules import (
    ACKNOWLEDGEMENT_RULES,
    UNNEEDED,
    Scope,
    with_acknowledgements,
)
from emr_platform.acknowledged_warnings.spec import Acknowledgements
from emr_platform.environment.loader import LoadedEnvironment, load_environment_text
from emr_platform.environment.rules import SEVERITIES, environment_problems
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.problems import InvalidSpecError, Problem, Severity

KNOWN: Mapping[str, Severity] = {
    "EMR-A-001": "warning",
    "EMR-A-002": "warning",
    "EMR-B-001": "error",
    **{rule.id: rule.severity for rule in ACKNOWLEDGEMENT_RULES.rules},
}
WARNING = Problem("EMR-A-001", ("clusters", "etl", "release"), "it is old", severity="warning")
ERROR = Problem("EMR-B-001", ("clusters", "etl", "release"), "it is impossible")
REASON = "the customer has not moved yet"


def entered(
    *scopes: Scope,
    problems: Collection[Problem] = (WARNING, ERROR),
    asked: Collection[str] = frozenset(KNOWN),
) -> list[tuple[str, str | None]]:
    found = with_acknowledgements(problems, scopes, severities=KNOWN, asked=asked)
    return [(problem.rule_id, problem.acknowledged) for problem in found]


@pytest.mark.parametrize("path", [(), ("clusters",), ("clusters", "etl")])
def test_warning_of_the_part_is_silenced(path: tuple[str, ...]) -> None:
    scope = Scope(path, {"EMR-A-001": REASON})

    assert entered(scope) == [("EMR-A-001", REASON), ("EMR-B-001", None)]


def test_warning_of_another_part_is_not() -> None:
    scope = Scope(("clusters", "adhoc"), {"EMR-A-001": REASON})

    assert entered(scope) == [("EMR-A-001", None), ("EMR-B-001", None), (UNNEEDED, None)]


def test_smallest_part_has_the_last_word() -> None:
    whole = Scope((), {"EMR-A-001": "for all of them"})
    part = Scope(("clusters", "etl"), {"EMR-A-001": REASON})

    assert entered(whole, part)[0] == ("EMR-A-001", REASON)
    # Nothing is left that the other one would silence.
    assert entered(whole, part)[2:] == [(UNNEEDED, None)]


@pytest.mark.parametrize(
    ("rule_id", "found"),
    [
        ("EMR-A-002", [UNNEEDED]),
        ("EMR-B-001", ["EMR-ACKNOWLEDGE-002"]),
        ("EMR-A-003", ["EMR-ACKNOWLEDGE-001"]),
        ("emr-a-001", ["EMR-ACKNOWLEDGE-001"]),
        ("", ["EMR-ACKNOWLEDGE-001"]),
        ("EMR-A-001", []),
    ],
)
def test_what_is_wrong_with_an_acknowledgement(rule_id: str, found: list[str]) -> None:
    problems = with_acknowledgements(
        [WARNING], [Scope((), {rule_id: REASON})], severities=KNOWN, asked=KNOWN
    )[1:]

    assert [problem.rule_id for problem in problems] == found
    assert [problem.path for problem in problems] == [("acknowledge", rule_id)] * len(found)


def test_nearest_ids_are_named() -> None:
    scope = Scope(("clusters", "etl"), {"emr-a-1": REASON, "nothing like it": REASON})

    first, second = with_acknowledgements([], [scope], severities=KNOWN, asked=())

    assert first.path == ("clusters", "etl", "acknowledge", "emr-a-1")
    assert first.message == "there is no rule emr-a-1"
    assert first.allowed is not None
    assert "EMR-A-001" in first.allowed
    assert "EMR-B-001" not in first.allowed
    assert second.allowed == "the id of a warning, as the warning itself shows it"


def test_what_was_not_looked_at_may_be_needed() -> None:
    assert entered(Scope((), {"EMR-A-002": REASON}), problems=(), asked=()) == []


def test_what_others_share_need_not_be_needed_here() -> None:
    shared = Scope((), {"EMR-A-001": REASON, "EMR-A-002": REASON, "EMR-X-1": ""}, is_shared=True)

    assert entered(shared, problems=(WARNING,)) == [("EMR-A-001", REASON)]


def test_that_something_is_not_needed_is_acknowledged_too() -> None:
    unneeded = {"EMR-A-002": REASON, UNNEEDED: "written for many customers"}

    assert entered(Scope((), unneeded), problems=()) == [(UNNEEDED, "written for many customers")]
    # And that one, in turn, only where something is not needed.
    assert entered(Scope((), {UNNEEDED: REASON}), problems=()) == [(UNNEEDED, None)]


# --- Reasons ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reason", ["", "fine", "accepted", " " * 20, "123456789", 1, None, "a" * 501]
)
def test_reason_that_is_none(reason: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Acknowledgements).validate_python({"EMR-A-001": reason}, strict=True)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1234567890", "1234567890"),
        ("a" * 500, "a" * 500),
        ("two\n  lines of text\n", "two lines of text"),
    ],
)
def test_reason(written: str, kept: str) -> None:
    adapter: TypeAdapter[dict[str, str]] = TypeAdapter(Acknowledgements)

    assert adapter.validate_python({"EMR-A-001": written}) == {"EMR-A-001": kept}


# --- In an environment -----------------------------------------------------------------------

FILE = """\
name: dev
region: us-east-1
network: {{cluster_subnets: public, nat_gateways: 1}}
acknowledge: {{{environment}}}
clusters:
  etl: {{release: emr-7.12.0, idle_timeout_minutes: 9, applications: [HBase], acknowledge: {{{etl}}}}}
  adhoc: {{release: emr-7.12.0, idle_timeout_minutes: 9, applications: [HBase]}}
"""
IDLE = 'EMR-TERMINATION-002: "HBase is there for a test only"'
NAT = "EMR-NETWORK-003: the route is prepared for the next quarter"


def loaded(environment: str = "", etl: str = "", more: str = "") -> LoadedEnvironment:
    text = FILE.format(environment=environment, etl=etl) + more
    return load_environment_text(text, file="dev.yaml")


def idle_paths(problems: Collection[Problem]) -> set[object]:
    return {each.path[1] for each in problems if each.rule_id == "EMR-TERMINATION-002"}


def test_cluster_speaks_for_itself_alone() -> None:
    found = loaded(etl=IDLE)

    assert idle_paths(found.acknowledged) == {"etl"}
    assert idle_paths(found.warnings) == {"adhoc"}


def test_environment_speaks_for_all_its_parts() -> None:
    found = loaded(environment=f"{IDLE}, {NAT}")

    assert idle_paths(found.acknowledged) == {"etl", "adhoc"}
    [network] = [each for each in found.acknowledged if each.rule_id == "EMR-NETWORK-003"]
    assert network.acknowledged == "the route is prepared for the next quarter"
    assert network.location is not None
    assert str(network).endswith("\n  acknowledged: the route is prepared for the next quarter")


def test_parts_of_a_file_with_faults_are_acknowledged_too() -> None:
    with pytest.raises(InvalidSpecError) as raised:
        loaded(environment=f"{NAT}, EMR-SCALING-008: not to be looked at yet", more="tag: {}\n")

    ids = {each.rule_id: each.acknowledged for each in raised.value.problems}
    assert ids["EMR-NETWORK-003"] == "the route is prepared for the next quarter"
    assert UNNEEDED not in ids
    assert "EMR-NETWORK-003" not in str(raised.value)


def test_script_rules_that_were_not_asked_say_nothing() -> None:
    """Without a folder no script is looked at."""
    values = {"name": "dev", "region": "us-east-1", "acknowledge": {"EMR-SCRIPT-001": REASON}}
    spec = EnvironmentSpec.model_validate(values)

    assert [each.rule_id for each in environment_problems(spec)] == ["EMR-ACKNOWLEDGE-002"]


def test_every_id_that_can_be_reported_has_a_severity() -> None:
    reports = Path(__file__).parents[1] / "environment" / "bad"
    for report in reports.glob("*.txt"):
        for line in report.read_text(encoding="utf-8").splitlines()[:-1]:
            if not line.startswith("  "):
                kind = "warning" if line.endswith("  warning") else "error"
                rule_id = line.removesuffix("  warning").split("  ")[-1]
                assert SEVERITIES[rule_id] == kind
