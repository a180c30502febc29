"""The formats of reports by name, for the options of commands."""

from __future__ import annotations

import importlib
from enum import StrEnum

from emr_platform.reports.report import Report


class ReportFormat(StrEnum):
    """How problems are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"


_MODULES = {
    ReportFormat.TEXT: "plain_text",
    ReportFormat.JSON: "json_data",
    ReportFormat.SARIF: "sarif",
    ReportFormat.JUNIT: "junit",
}


def render(report: Report, report_format: ReportFormat, *, strict: bool = False) -> str:
    """Write a report.

    Args:
        report: What was found.
        report_format: How to write it.
        strict: Whether warnings fail the check; only JUnit's format knows of failures.

    Returns:
        The text of the report, with a newline at its end.
    """
    module = importlib.import_module(f"emr_platform.reports.{_MODULES[report_format]}")
    text: str = module.render(report, strict=strict)
    return text
