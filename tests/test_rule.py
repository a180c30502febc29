"""Rules and books of rules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from emr_platform.problems import Problem
from emr_platform.rule import Finding, RuleBook, listed_twice


def book() -> RuleBook[int]:
    rules: RuleBook[int] = RuleBook()

    @rules.rule("X-001", what="W.", why="Y.", source="S", aws_answer="No.")
    def small(number: int) -> Iterator[Finding]:
        """At most 9."""
        if number > 9:
            yield Finding(("a",), f"found {number}", "at most 9")

    @rules.rule("X-002", what="W.", why="Y.", source="S", severity="warning", aws_answer="No.")
    def even(number: int) -> Iterator[Finding]:
        """No remainder."""
        if number % 2:
            yield Finding((), "odd", aws_answer=f"{number} is odd")

    return rules


def test_findings_become_problems_in_the_order_of_the_rules() -> None:
    assert book().problems(11) == [
        Problem("X-001", ("a",), "found 11", "at most 9", "No.", "error"),
        Problem("X-002", (), "odd", None, "11 is odd", "warning"),
    ]
    assert book().problems(2) == []


def test_rules_are_listed() -> None:
    first, second = book().rules

    assert (first.id, first.what, first.why, first.source) == ("X-001", "W.", "Y.", "S")
    assert second.severity == "warning"


def test_identifier_is_given_once() -> None:
    rules = book()

    with pytest.raises(ValueError, match="rule X-001 exists already"):
        rules.rule("X-001", what="W.", why="Y.", source="S")(lambda _: [])


def test_what_stands_twice_in_a_list() -> None:
    found = listed_twice(("a", 0), ["x", "y", "x", 1, "x", 1])

    assert [(each.path, each.message) for each in found] == [
        (("a", 0, 2), "x is in the list already"),
        (("a", 0, 4), "x is in the list already"),
        (("a", 0, 5), "1 is in the list already"),
    ]
