"""The words of environment files in messages, replaced by those of templates."""

from __future__ import annotations

from emr_platform.problems import Problem


def in_words_of_aws(problem: Problem) -> Problem:
    """A problem as it is told to someone who writes templates."""
    return problem
