"""Reports for people at a terminal."""

from __future__ import annotations

from emr_platform.reports.report import Report


def render(report: Report, *, strict: bool = False) -> str:
    """Write all problems, acknowledged ones if they are wanted, and a line that counts them."""
    del strict
    shown = [
        problem
        for problem in report.problems
        if report.show_acknowledged or problem.acknowledged is None
    ]
    return "".join(f"{line}\n" for line in (*shown, report.summary))
