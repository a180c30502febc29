"""Each rule about clusters on both sides of what it allows. The numbers are those of AWS's documents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from emr_platform.cluster.effective import written_path
from emr_platform.cluster.rules import CLUSTER_RULES, cluster_problems
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.problems import Path, Problem
from emr_platform.rule import problems_of
from tests.cluster.cases import Values, all_cases
from tests.cluster.cases.basics import (
    action,
    ebs,
    jar,
    release,
    scaling,
    script,
    setting,
    step,
    submit,
)


def cluster(**values: Any) -> ClusterSpec:
    return ClusterSpec.model_validate({"release": "emr-7.12.0", **values})


def found(rule_id: str, values: Values) -> list[Problem]:
    return [
        problem for problem in cluster_problems(cluster(**values)) if problem.rule_id == rule_id
    ]


CASES = all_cases()


def test_every_rule_has_cases() -> None:
    assert [case[0] for case in CASES if case[1] and case[2]] == [case[0] for case in CASES]
    assert {case[0] for case in CASES} == {rule.id for rule in CLUSTER_RULES}


@pytest.mark.parametrize(
    ("rule_id", "values"), [(id, values) for id, accepted, _ in CASES for values in accepted]
)
def test_accepted(rule_id: str, values: Values) -> None:
    assert found(rule_id, values) == []


@pytest.mark.parametrize(
    ("rule_id", "values"), [(id, values) for id, _, refused in CASES for values in refused]
)
def test_refused(rule_id: str, values: Values) -> None:
    assert len(found(rule_id, values)) == 1


def test_rules_that_never_see_sizes_need_none() -> None:
    """Asked of the whole cluster, every rule says the same."""
    every = [values for _, accepted, refused in CASES for values in (*accepted, *refused)]
    for values in every:
        spec = cluster(**values)
        whole = [
            replace(problem, path=written_path(spec, problem.path))
            for problem in problems_of(CLUSTER_RULES, spec)
        ]
        assert cluster_problems(spec) == whole


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"core": {"type": "m6g.xlarge", "count": 2}, "applications": ["Spark", "Hive"]},
        scaling(max_core=6, max_on_demand=6),
        release("emr-spark-8.1.0"),
    ],
)
def test_nothing_is_wrong_with_ordinary_clusters(values: Values) -> None:
    assert cluster_problems(cluster(**values)) == []


def test_paths_lead_to_what_is_wrong() -> None:
    spec = cluster(
        core={"count": 1, "ebs": {"type": "st1", "size_gib": 1}},
        task={"spot": {"count": 1, "market": "on_demand", "bid_price_usd": "1"}},
        scaling={"minimum": 1, "maximum": 2, "max_core": 3},
        steps=[step("a"), step("b", on_failure="cancel_and_wait")],
        step_concurrency=2,
    )

    assert {(problem.rule_id, problem.path) for problem in cluster_problems(spec)} == {
        ("EMR-VOLUME-001", ("core", "ebs", "size_gib")),
        ("EMR-MARKET-001", ("task", "spot", "bid_price_usd")),
        ("EMR-SCALING-003", ("scaling", "max_core")),
        ("EMR-SCALING-005", ("scaling", "max_on_demand")),
        ("EMR-STEP-002", ("steps", 1, "on_failure")),
    }


@pytest.mark.parametrize(
    ("values", "path", "words"),
    [
        (
            submit("--verbose", "--jars", "a", "--files", "a", "x.py"),
            ("steps", 0, "spark_submit", 4),
            "--files=a, ",
        ),
        (submit("--conf", "a", "-c", "a", "x.py"), ("steps", 0, "spark_submit", 2), ""),
        (submit("x.py", "-1", "5", "-1", "6"), ("steps", 0, "spark_submit", 3), ""),
        (submit("x.py", "--a", "--a", "y"), ("steps", 0, "spark_submit", 2), "--a=y, "),
        (step("a", "--conf", "b", "--conf", "c"), ("steps", 0, "command", 3), "--conf=c, "),
        (jar(args=["-D", "a", "-D", "b"]), ("steps", 0, "args", 2), "-Db, "),
        (script("s3://foo/a.sh", "0", "s3://foo/a.sh"), ("steps", 0, "args", 1), ""),
    ],
)
def test_what_to_do_about_an_argument_that_stands_twice(
    values: Values, path: Path, words: str
) -> None:
    (problem,) = found("EMR-STEP-004", {"steps": [values]})

    assert problem.path == path
    assert problem.allowed == (
        f"each argument once: {words}one argument that the program splits, or a script that has them"
    )


@pytest.mark.parametrize(
    ("argument", "shown"),
    [("", "an empty text"), ("x" * 60, "x" * 60), ("x" * 61, "x" * 57 + "...")],
)
def test_arguments_are_shown_shortened(argument: str, shown: str) -> None:
    (problem,) = found("EMR-STEP-004", {"bootstrap": {"a": action(argument, argument)}})

    assert problem.path == ("bootstrap", "a", "args", 1)
    assert problem.message == f"{shown} stands twice"


def test_the_second_of_two_equal_entries_is_the_one_to_go() -> None:
    kind = {"size_gib": 10, "volumes_per_instance": 2}
    nested = {"Classification": "b", "Configurations": [setting(1), setting(1)]}
    spec = cluster(
        core={"ebs": [kind, {"size_gib": 10}, kind]},
        steps=[step("a"), step("b"), step("a")],
        configurations=[setting(1), nested],
        additional_security_groups={"core_and_task": ["sg-11111111"] * 2},
    )
    ids = {"EMR-VOLUME-011", "EMR-STEP-005", "EMR-CONFIGURATION-006", "EMR-NETWORK-015"}

    assert {
        (problem.path, problem.allowed)
        for problem in cluster_problems(spec)
        if problem.rule_id in ids
    } == {
        (("core", "ebs", 2), "one entry with volumes_per_instance: 4"),
        (("steps", 2), "each step once, or with a name of its own"),
        (("configurations", 1, "configurations", 1), "each entry once"),
        (("additional_security_groups", "core_and_task", 1), "each one once"),
    }


def test_words_of_the_example_in_the_documents() -> None:
    (problem,) = found("EMR-SCALING-003", scaling(maximum=20, max_core=40))

    assert str(problem).splitlines() == [
        "scaling.max_core  EMR-SCALING-003",
        "  maximum core capacity is 40, more than the maximum capacity 20",
        "  allowed: at most scaling.maximum (20)",
        '  AWS would answer: "Invalid configuration for managed scaling. '
        'The max Core capacity cannot be higher than max capacity"',
    ]


def test_words_for_capacity_that_is_all_spot() -> None:
    (problem,) = found("EMR-SCALING-005", scaling(max_core=1, max_on_demand=0))

    assert problem.allowed == "core with market: spot, or max_on_demand of at least 1"


def test_ec2s_words_name_the_ratio() -> None:
    (problem,) = found("EMR-VOLUME-005", ebs(size_gib=20, iops=15000))

    # As EC2 says it: parallelcluster issue 2029.
    assert (
        problem.aws_answer == "Iops to volume size ratio of 750.000000 is too high; maximum is 500"
    )


def test_types_instead_are_of_the_same_size_and_architecture() -> None:
    (problem,) = found("EMR-INSTANCE-001", release("emr-6.7.0", primary={"type": "m7g.2xlarge"}))

    assert problem.allowed is not None
    types = problem.allowed.removeprefix("a type that emr-6.7.0 supports, such as ").split(", ")
    assert types == ["m6g.2xlarge", "m6gd.2xlarge"]
    for name in types:
        assert found("EMR-INSTANCE-001", release("emr-6.7.0", primary={"type": name})) == []


@pytest.mark.parametrize(
    ("label", "name", "instead"),
    [
        ("emr-7.0.0", "Ganglia", "AmazonCloudWatchAgent"),
        ("emr-5.0.0", "Zeppelin-Sandbox", "Zeppelin"),
        ("emr-spark-8.0.0", "Oozie-Sandbox", "Oozie-Sandbox with emr-4.1.0 to emr-4.9.6"),
        ("emr-6.0.0", "Mahout", "Mahout with emr-4.0.0 to emr-4.9.6, emr-5.0.0 to emr-5.36.2"),
    ],
)
def test_what_to_do_about_an_application_that_is_not_there(
    label: str, name: str, instead: str
) -> None:
    (problem,) = found("EMR-APPLICATION-006", release(label, applications=[name]))

    assert problem.allowed == instead
