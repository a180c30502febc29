"""Reports in the XML of JUnit, which build servers show as tests.

See https://github.com/testmoapp/junitxml: there is no standard, and this keeps to what all read.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from emr_platform.problems import Problem, dotted, visible
from emr_platform.reports.report import Report


def render(report: Report, *, strict: bool = False) -> str:
    """Write each file as a suite and each problem as a test of it.

    Errors are failures. Warnings are tests that pass and say something, unless they are to fail the
    check; acknowledged ones never fail. A file without problems is a test that passes.
    """
    root = Xml.Element("testsuites", name="emr-platform")
    counts = [0, 0]
    files = dict.fromkeys((*report.files, *(_file(problem) for problem in report.problems)))
    for file in files:
        problems = [problem for problem in report.problems if _file(problem) == file]
        # A cloud assembly is one file to who names it, and its templates have problems.
        if problems or file in report.files:
            tests, failures = _suite(root, file, problems, strict=strict)
            counts = [counts[0] + tests, counts[1] + failures]
    root.set("tests", str(counts[0]))
    root.set("failures", str(counts[1]))
    root.set("errors", "0")
    Xml.indent(root)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"
    )


def _suite(
    root: Xml.Element, file: str, problems: Iterable[Problem], *, strict: bool
) -> tuple[int, int]:
    suite = Xml.SubElement(root, "testsuite", name=visible(file))
    tests = failures = 0
    for problem in problems:
        tests += 1
        case = _case(suite, file, problem)
        if problem.severity == "error" or (strict and problem.is_warning):
            failures += 1
            failure = Xml.SubElement(
                case, "failure", type=problem.rule_id, message=visible(problem.message)
            )
            failure.text = str(problem)
        else:
            Xml.SubElement(case, "system-out").text = str(problem)
    if not tests:
        tests = 1
        Xml.SubElement(suite, "testcase", classname=visible(file), name="no problems")
    suite.set("tests", str(tests))
    suite.set("failures", str(failures))
    suite.set("errors", "0")
    return tests, failures


def _case(suite: Xml.Element, file: str, problem: Problem) -> Xml.Element:
    name = visible(f"{problem.rule_id} {dotted(problem.path)}".rstrip())
    case = Xml.SubElement(suite, "testcase", classname=visible(file), name=name)
    if problem.location:
        case.set("file", visible(problem.location.file))
        case.set("line", str(problem.location.line))
    return case


def _file(problem: Problem) -> str:
    return problem.location.file if problem.location else ""
