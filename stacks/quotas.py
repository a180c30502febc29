"""Whether the templates of an app are as small as CloudFormation wants them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from emr_platform.problems import InvalidSpecError, Problem
from emr_platform.template_check.check import check_quotas as check_stack
from emr_platform.templates.reading import read_own

NO_LIMIT_OF_THE_CDK: Final[dict[str, Any]] = {"@aws-cdk/core:stackResourceLimit": 0}
"""Context of an app whose templates are checked here: the CDK would stop at the first stack that is too large."""


def check_quotas(directory: Path) -> list[Problem]:
    """Check the templates of a cloud assembly.

    Args:
        directory: Where the app has been synthesized to.

    Returns:
        Warnings: which templates use how much of a quota, from 80 % on.

    Raises:
        InvalidSpecError: CloudFormation would refuse a template. What is found in all of them is in it.
        TemplateError: The assembly has no stacks, or a template cannot be read.
    """
    problems = [problem for stack in read_own(directory) for problem in check_stack(stack)]
    if any(problem.severity == "error" for problem in problems):
        raise InvalidSpecError(problems)
    return [problem for problem in problems if problem.acknowledged is None]
