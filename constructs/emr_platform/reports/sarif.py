"""Reports in SARIF 2.1.0, which code scanning of repository hosts and editors show at the line.

See https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from emr_platform import __version__
from emr_platform.problems import Location, Problem, dotted, visible
from emr_platform.reports.explanations import Explanation, explanations
from emr_platform.reports.report import Report

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(report: Report, *, strict: bool = False) -> str:
    """Write the report as a SARIF log with one run."""
    del strict
    known = explanations()
    rules = {id: index for index, id in enumerate(sorted({p.rule_id for p in report.problems}))}
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "emr-platform",
                        "semanticVersion": __version__,
                        "rules": [_rule(id, known.get(id)) for id in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": report.exit_status() != 2}],
                "artifacts": [{"location": {"uri": _uri(file)}} for file in report.files],
                "results": [_result(problem, rules) for problem in report.problems],
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(id: str, explanation: Explanation | None) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": id}
    if explanation:
        text = f"{explanation.what} {explanation.why}"
        rule |= {
            "shortDescription": {"text": explanation.what},
            "fullDescription": {"text": text},
            "help": {"text": f"{text} {explanation.source or ''}".strip()},
            "defaultConfiguration": {"level": explanation.severity},
        }
        if explanation.source:
            rule["helpUri"] = explanation.source
    return rule


def _result(problem: Problem, rules: Mapping[str, int]) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if problem.location:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(problem.location.file)},
            "region": {
                "startLine": problem.location.line,
                "startColumn": problem.location.column,
            },
        }
    if problem.path:
        location["logicalLocations"] = [{"fullyQualifiedName": visible(dotted(problem.path))}]
    result: dict[str, Any] = {
        "ruleId": problem.rule_id,
        "ruleIndex": rules[problem.rule_id],
        "level": problem.severity,
        "message": {"text": _message(problem)},
        "locations": [location] if location else [],
        # Lines move; what is wrong, and where in the file's structure, stays.
        "partialFingerprints": {"problem/v1": _fingerprint(problem, problem.location)},
    }
    if problem.acknowledged is not None:
        result["suppressions"] = [
            {"kind": "inSource", "justification": visible(problem.acknowledged)}
        ]
    return result


def _message(problem: Problem) -> str:
    text = problem.message
    if problem.allowed:
        text += f"; allowed: {problem.allowed}"
    if problem.aws_answer:
        text += f'. AWS would answer: "{problem.aws_answer}"'
    return visible(text)


def _fingerprint(problem: Problem, location: Location | None) -> str:
    identity = (problem.rule_id, location.file if location else "", dotted(problem.path))
    return sha256("\0".join((*identity, problem.message)).encode(errors="replace")).hexdigest()


def _uri(file: str) -> str:
    path = Path(file)
    text = path.as_posix().encode(errors="surrogateescape")
    # A first part with a colon would be taken for a scheme.
    return path.as_uri() if path.is_absolute() else quote(text, safe="/")
