"""What every identifier of a problem means, for formats that explain it along with the problem."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from emr_platform.environment.file_problems import FILE_PROBLEMS
from emr_platform.environment.rules import ALL_RULES
from emr_platform.problems import Severity
from emr_platform.rule import Rule
from emr_platform.template_check.check import TEMPLATE_PROBLEMS, TEMPLATE_RULES
from emr_platform.tenants.file_problems import TENANT_PROBLEMS


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an identifier means.

    Attributes:
        what: What must hold, in one sentence.
        why: What happens otherwise, in one sentence.
        severity: ``error`` or ``warning``.
        source: The AWS document that says so; None for what no document of AWS is about.
    """

    what: str
    why: str
    severity: Severity
    source: str | None = None


@cache
def explanations() -> dict[str, Explanation]:
    """The meaning of every identifier that a check can report."""
    kinds = (*FILE_PROBLEMS, *TENANT_PROBLEMS, *TEMPLATE_PROBLEMS)
    found = {kind.id: Explanation(kind.what, kind.why, "error") for kind in kinds}
    rules: tuple[Rule[Any], ...] = (*ALL_RULES, *TEMPLATE_RULES)
    for rule in rules:
        found[rule.id] = Explanation(rule.what, rule.why, rule.severity, rule.source)
    return found
