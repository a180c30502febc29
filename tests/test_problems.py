"""How problems are written and sorted."""

from __future__ import annotations

import pytest

from emr_platform.problems import (
    InvalidSpecError,
    Location,
    Path,
    Problem,
    dotted,
    in_file_order,
    visible,
)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("name",), "name"),
        (("clusters", "etl", "steps", 0, "name"), "clusters.etl.steps[0].name"),
        (("tags", "cost-center"), "tags.cost-center"),
        (
            ("configurations", "core-site", "fs.s3.maxRetries"),
            'configurations.core-site["fs.s3.maxRetries"]',
        ),
        (("my key", 1), '["my key"][1]'),
        ((0, "a"), "[0].a"),
    ],
)
def test_paths(path: Path, text: str) -> None:
    assert dotted(path) == text


def test_problem_with_everything() -> None:
    problem = Problem(
        "EMR-X-001",
        ("a", 0),
        "found this",
        allowed="that",
        aws_answer="No.",
        severity="warning",
        location=Location("dev.yaml", 3, 7),
    )

    assert str(problem).splitlines() == [
        "dev.yaml:3:7  a[0]  EMR-X-001  warning",
        "  found this",
        "  allowed: that",
        '  AWS would answer: "No."',
    ]


def test_problem_with_nothing_but_words() -> None:
    assert str(Problem("EMR-X-001", (), "found this")) == "EMR-X-001\n  found this"


def test_problem_from_further_out() -> None:
    problem = Problem("EMR-X-001", ("count",), "found this")

    assert problem.under(("clusters", "etl")).path == ("clusters", "etl", "count")
    assert problem.at(Location("a", 1, 2)).location == Location("a", 1, 2)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ž 中", "plain ž 中"),
        ("a\nb", r"a\nb"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\u202e", r"\u202e"),
    ],
)
def test_what_a_terminal_would_obey(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_file_cannot_forge_a_line_of_the_report() -> None:
    problem = Problem("EMR-X-001", ("a\nb",), "found\nprod.yaml:1:1  name  EMR-X-001")

    assert len(str(problem).splitlines()) == 2


def test_order() -> None:
    places = [("b", 1, 1), ("a", 10, 1), ("a", 2, 9), ("a", 2, 10)]
    problems = [Problem("X", (), "", location=Location(*place)) for place in places]
    nowhere = Problem("X", ("z",), "")

    assert in_file_order([*problems, nowhere]) == [
        nowhere,
        problems[2],
        problems[3],
        problems[1],
        problems[0],
    ]


def test_error_lists_everything() -> None:
    problems = [Problem("EMR-X-001", (), "one"), Problem("EMR-X-002", (), "two")]

    error = InvalidSpecError(problems)

    assert error.problems == tuple(problems)
    assert str(error) == "EMR-X-001\n  one\nEMR-X-002\n  two"
