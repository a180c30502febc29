"""Reports: what people read, and what programs parse."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import jsonschema
import pytest

from emr_platform.problems import Location, Problem
from emr_platform.reports.explanations import explanations
from emr_platform.reports.formats import ReportFormat, render
from emr_platform.reports.report import Report

# OASIS's schema of SARIF 2.1.0, as the npm package @microsoft/jest-sarif 1.0.0-beta.0 (MIT) has it.
SARIF_SCHEMA = Path(__file__).parent / "sarif-2.1.0-rtm.5.json"

ERROR = Problem(
    "EMR-SCALING-003",
    ("clusters", "etl", "scaling", "max_core"),
    "maximum core capacity is 40",
    allowed="at most 20",
    aws_answer="The max Core capacity cannot be higher",
    location=Location("environments/my prod.yaml", 31, 13),
)
WARNING = Problem(
    "EMR-RELEASE-001",
    ("clusters", "a.b", "release"),
    "emr-9.9.9 is <not> known \x1b[31m",
    severity="warning",
    location=Location("environments/dev.yaml", 2, 5),
)
NOWHERE = Problem("EMR-NOBODY-999", (), "found by nobody", severity="warning")
FILES = ("environments/my prod.yaml", "environments/dev.yaml", "fine.yaml")
REPORT = Report("file", FILES, (ERROR, WARNING, NOWHERE))
ANSWERED = Report("file", FILES, (ERROR, replace(WARNING, acknowledged="we test it\x1b"), NOWHERE))
ALL_WELL = Report("template", ("fine.yaml",), ())


def sarif(report: Report) -> Any:
    log = json.loads(render(report, ReportFormat.SARIF))
    schema = json.loads(SARIF_SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(schema).validate(log)
    [run] = log["runs"]
    return run


def junit(report: Report, *, strict: bool = False) -> Xml.Element:
    return Xml.fromstring(render(report, ReportFormat.JUNIT, strict=strict))


def test_text() -> None:
    assert render(REPORT, ReportFormat.TEXT) == (
        "environments/my prod.yaml:31:13  clusters.etl.scaling.max_core  EMR-SCALING-003\n"
        "  maximum core capacity is 40\n"
        "  allowed: at most 20\n"
        '  AWS would answer: "The max Core capacity cannot be higher"\n'
        'environments/dev.yaml:2:5  clusters["a.b"].release  EMR-RELEASE-001  warning\n'
        "  emr-9.9.9 is <not> known \\x1b[31m\n"
        "EMR-NOBODY-999  warning\n"
        "  found by nobody\n"
        "3 files: 1 error, 2 warnings\n"
    )
    assert render(ALL_WELL, ReportFormat.TEXT) == "1 template: no problems\n"


def test_acknowledged_warnings_are_counted_and_shown_on_demand() -> None:
    text = render(ANSWERED, ReportFormat.TEXT)
    assert "EMR-RELEASE-001" not in text
    assert text.endswith("\n3 files: 1 error, 1 warning; 1 warning acknowledged\n")
    assert (
        "  emr-9.9.9 is <not> known \\x1b[31m\n  acknowledged: we test it\\x1b\nEMR-NOBODY-999"
    ) in render(replace(ANSWERED, show_acknowledged=True), ReportFormat.TEXT)
    only = Report("file", FILES[:1], ANSWERED.problems[1:2])
    assert render(only, ReportFormat.TEXT) == "1 file: no problems; 1 warning acknowledged\n"
    assert only.exit_status(strict=True) == 0


def test_acknowledged_warnings_fail_nothing() -> None:
    _, answered, other = sarif(ANSWERED)["results"]
    assert answered["suppressions"] == [{"kind": "inSource", "justification": "we test it\\x1b"}]
    assert "suppressions" not in other
    strict = junit(ANSWERED, strict=True)
    assert strict.get("failures") == "2"
    [case] = strict[1]
    assert [child.tag for child in case] == ["system-out"]
    assert "acknowledged: we test it" in (case[0].text or "")


def test_sarif_shows_problems_at_their_line() -> None:
    first, second, third = sarif(REPORT)["results"]
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "environments/my%20prod.yaml"},
                "region": {"startLine": 31, "startColumn": 13},
            },
            "logicalLocations": [{"fullyQualifiedName": "clusters.etl.scaling.max_core"}],
        }
    ]
    assert first["message"]["text"] == (
        "maximum core capacity is 40; allowed: at most 20. "
        'AWS would answer: "The max Core capacity cannot be higher"'
    )
    assert [result["level"] for result in (first, second, third)] == ["error", "warning", "warning"]
    assert third["locations"] == []


def test_sarif_explains_the_rules_that_found_something() -> None:
    run = sarif(REPORT)
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    by_id = {rule["id"]: rule for rule in rules}
    assert by_id.keys() == {"EMR-SCALING-003", "EMR-RELEASE-001", "EMR-NOBODY-999"}
    known = by_id["EMR-SCALING-003"]
    assert known["shortDescription"]["text"] == (
        "The maximum core capacity is not more than the maximum capacity."
    )
    assert known["fullDescription"]["text"].endswith("EMR refuses the cluster.")
    assert known["helpUri"].startswith("https://docs.aws.amazon.com/")
    assert by_id["EMR-RELEASE-001"]["defaultConfiguration"] == {"level": "warning"}


def test_sarif_knows_a_problem_again_on_another_line() -> None:
    moved = ERROR.at(Location("environments/my prod.yaml", 77, 1))
    other = WARNING.at(Location("environments/my prod.yaml", 31, 13))
    prints = [
        result["partialFingerprints"]["problem/v1"]
        for result in sarif(Report("file", FILES, (ERROR, moved, other)))["results"]
    ]
    assert prints[0] == prints[1]
    assert prints[0] != prints[2]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a/../b.yaml", "a/../b.yaml"),
        ("cdk.out/assembly-dev/x#1.json", "cdk.out/assembly-dev/x%231.json"),
        ("c:d.yaml", "c%3Ad.yaml"),
        ("/data/ü.yaml", "file:///data/%C3%BC.yaml"),
        ("byte\udcff.yaml", "byte%FF.yaml"),
    ],
)
def test_sarif_names_files_as_uris(file: str, uri: str) -> None:
    run = sarif(Report("file", (file,), (ERROR.at(Location(file, 1, 1)),)))
    assert run["artifacts"] == [{"location": {"uri": uri}}]
    [location] = run["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": uri}


def test_sarif_of_what_could_not_be_read() -> None:
    lost = Report("file", FILES, (ERROR,), unreadable=frozenset({ERROR.rule_id}))
    assert sarif(lost)["invocations"] == [{"executionSuccessful": False}]
    assert sarif(REPORT)["invocations"] == [{"executionSuccessful": True}]
    assert sarif(ALL_WELL)["results"] == []


def test_junit_has_a_suite_for_each_file() -> None:
    root = junit(REPORT)
    assert (root.get("tests"), root.get("failures")) == ("4", "1")
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == [*FILES, ""]
    [failing] = suites[FILES[0]]
    assert failing.attrib == {
        "classname": FILES[0],
        "name": "EMR-SCALING-003 clusters.etl.scaling.max_core",
        "file": FILES[0],
        "line": "31",
    }
    [failure] = failing
    assert (failure.tag, failure.get("type"), failure.text) == (
        "failure",
        "EMR-SCALING-003",
        str(ERROR),
    )
    [passing] = suites["fine.yaml"]
    assert (passing.get("name"), list(passing)) == ("no problems", [])


def test_junit_lets_warnings_pass_unless_they_are_to_fail() -> None:
    [case] = junit(REPORT)[1]
    assert [child.tag for child in case] == ["system-out"]
    strict = junit(REPORT, strict=True)
    assert strict.get("failures") == "3"
    assert [child.tag for child in strict[1][0]] == ["failure"]


def test_json_has_every_member() -> None:
    data = json.loads(render(REPORT, ReportFormat.JSON))
    assert (data["files"], data["errors"], data["warnings"]) == (list(FILES), 1, 2)
    assert data["problems"][2] == {
        "rule": "EMR-NOBODY-999",
        "severity": "warning",
        "file": None,
        "line": None,
        "column": None,
        "path": [],
        "message": "found by nobody",
        "allowed": None,
        "aws_answer": None,
        "acknowledged": None,
    }
    answered = json.loads(render(ANSWERED, ReportFormat.JSON))
    assert (answered["warnings"], answered["acknowledged"]) == (1, 1)
    assert answered["problems"][1]["acknowledged"] == "we test it\x1b"


@pytest.mark.parametrize(
    ("problems", "strict", "status"),
    [
        ((), False, 0),
        ((WARNING,), False, 0),
        ((WARNING,), True, 1),
        ((WARNING, ERROR), False, 1),
        ((ERROR, NOWHERE), True, 2),
    ],
)
def test_exit_status(problems: tuple[Problem, ...], strict: bool, status: int) -> None:
    report = Report("file", FILES, problems, unreadable=frozenset({"EMR-NOBODY-999"}))
    assert report.exit_status(strict=strict) == status


def test_every_explanation_is_a_sentence() -> None:
    for id, explanation in explanations().items():
        assert explanation.what.endswith("."), id
        assert explanation.why.endswith("."), id
