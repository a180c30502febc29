"""Reports for people at a terminal."""

from __future__ import annotations

from emr_platform.reports.report import Report


def render(report: Report, *, strict: bool = False) -> str:
    """Write all problems, and a line that counts them."""
    del strict
    return "".join(f"{line}\n" for line in (*report.problems, report.summary))
