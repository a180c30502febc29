"""What the rules have to say about the published examples, and what was found to be right about it.

``python -m tests.examples.reports`` writes ``reports.yaml`` anew. A rule that was not in it before gets no reason:
whoever adds it says why the rule is right, or mends the rule.
"""

from __future__ import annotations

import json
from typing import Any

import yaml

from emr_platform.template_check.check import check_stack
from emr_platform.templates import reading
from tests.examples.published import HERE, Example, Json, examples

FILE = HERE / "reports.yaml"
_HEADER = """\
# The rules that have something to say about published examples: why they are right, our files of examples in which
# they find something (files), and published templates (templates), with the parameters that the examples choose.
# Written by: python -m tests.examples.reports
"""


def template_reports(example: Example, *, with_values: bool) -> list[str]:
    """The ids of all rules that find something in a published template.

    Args:
        example: The example.
        with_values: Whether the template's parameters have the values that the example chooses, as defaults.
    """
    template: Json = json.loads(json.dumps(example.facts["template"]))
    if with_values:
        for name, parameter in template.get("Parameters", {}).items():
            if name in example.facts["parameters"]:
                parameter["Default"] = _default(example.facts["parameters"][name])
    stack = reading.parse(json.dumps(template, indent=2), name="published", place="published.json")
    return sorted({problem.rule_id for problem in check_stack(stack)})


def _default(value: Any) -> Any:
    return ",".join(value) if isinstance(value, list) else value


def known() -> dict[str, dict[str, Any]]:
    """What ``reports.yaml`` says, by rule."""
    content: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return content


def found() -> dict[str, dict[str, list[str]]]:
    """What the rules find, by rule: the names of the examples whose ``files`` or ``templates`` it is found in."""
    by_rule: dict[str, dict[str, list[str]]] = {}
    for example in examples():
        for rule_id in example.reports():
            by_rule.setdefault(rule_id, {}).setdefault("files", []).append(example.name)
        if "template" in example.facts:
            for rule_id in template_reports(example, with_values=True):
                by_rule.setdefault(rule_id, {}).setdefault("templates", []).append(example.name)
    return dict(sorted(by_rule.items()))


def main() -> None:
    """Write what is found, with the reasons that are there."""
    reasons = {rule_id: entry["why"] for rule_id, entry in known().items()} if FILE.exists() else {}
    content = {
        rule_id: {"why": reasons.get(rule_id, ""), **places} for rule_id, places in found().items()
    }
    text = yaml.safe_dump(
        content, sort_keys=False, width=110, default_flow_style=None, allow_unicode=True
    )
    FILE.write_text(_HEADER + text, encoding="utf-8")


if __name__ == "__main__":
    main()
