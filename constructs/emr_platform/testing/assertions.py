"""Assertions about templates, which fail with the reports of the commands of the same name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from emr_platform.testing.given import Given, source_of, stacks_of


def assert_no_replacement(before: Given, after: Given, *, allow: Iterable[str] = ()) -> None:
    """Assert that deploying templates over others replaces and loses nothing, and is not refused.

    The same as ``emr-platform changes``, with its report.

    Args:
        before: What is deployed.
        after: What is to be deployed over it.
        allow: Logical ids and types of resources that may be replaced or lost.

    Raises:
        AssertionError: Something is replaced or lost, or may be, or CloudFormation would refuse the
            deployment.
        TemplateError: One of them is no template.
    """
    __tracebackhide__ = True
    from emr_platform.changes.compare import compare, matched
    from emr_platform.changes.report import as_text

    comparison = compare(*matched(source_of(before), source_of(after)), allowed=allow)
    if comparison.stopping or comparison.refusals:
        raise AssertionError(as_text(comparison))


def assert_isolated(
    *environments: Given, accept: Mapping[str, str] | None = None, strict: bool = False
) -> None:
    """Assert that nobody of an environment can read, write or reach anything of another one.

    The same as ``emr-platform isolation``, with its report.

    Args:
        environments: The templates of at least two environments.
        accept: Why findings and gaps are as they should be, by their id; ids may have ``*`` and ``?``.
        strict: Whether what is so by AWS's design fails, too. Default: no.

    Raises:
        AssertionError: Environments are not apart, or that cannot be judged, or there is one only.
        ValueError: A reason is empty.
        TemplateError: Something is no template.
    """
    __tracebackhide__ = True
    from emr_platform.isolation.check import isolation_of
    from emr_platform.isolation.report import as_text, locator

    accepted = reasons(accept)
    stacks = stacks_of(environments)
    found = isolation_of(stacks, accepted, strict=strict)
    if len(found.environments) < 2:
        raise AssertionError(
            f"there is nothing to be apart from: {', '.join(found.environments) or 'no environment'}"
            " alone was given"
        )
    if not found.are_apart:
        raise AssertionError(as_text(found, locator(stacks)))


def assert_checked(*templates: Given, strict: bool = False) -> None:
    """Assert that AWS would take the EMR resources of templates, and CloudFormation their size.

    The same as ``emr-platform check``, with its report.

    Args:
        templates: The templates.
        strict: Whether warnings fail, too, unless the templates acknowledge them. Default: no.

    Raises:
        AssertionError: There are errors.
        TemplateError: Something is no template.
    """
    __tracebackhide__ = True
    from emr_platform.reports.formats import ReportFormat, render
    from emr_platform.reports.report import Report
    from emr_platform.template_check.check import check_places, check_stack

    reports = []
    for each in templates:
        if isinstance(each, str | Path):
            reports.append(check_places([Path(each)]))
        else:
            stacks = source_of(each).stacks.values()
            problems = [problem for stack in stacks for problem in check_stack(stack)]
            files = tuple(stack.place for stack in stacks)
            reports.append(Report("template", files=files, problems=tuple(problems)))
    if not reports:
        raise AssertionError("no template was given")
    report = replace(
        reports[0],
        files=tuple(file for each in reports for file in each.files),
        problems=tuple(problem for each in reports for problem in each.problems),
        unreadable=frozenset(id for each in reports for id in each.unreadable),
    )
    if report.exit_status(strict=strict):
        raise AssertionError(render(report, ReportFormat.TEXT, strict=strict))


def reasons(accepted: Mapping[str, str] | None) -> dict[str, str]:
    """What was accepted, each with a reason.

    Raises:
        ValueError: A reason is empty.
    """
    without = [id for id, reason in (accepted or {}).items() if not reason.strip()]
    if without:
        raise ValueError(f"{', '.join(without)}: without a reason; an auditor asks for it")
    return dict(accepted or {})
