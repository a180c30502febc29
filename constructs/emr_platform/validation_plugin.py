"""Our rules for any CDK app: a validation plugin that looks at EMR's resources in its templates.

Apps in other languages check what they synthesize with ``emr-platform check cdk.out``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import aws_cdk as cdk
import jsii

from emr_platform import __version__
from emr_platform.problems import Problem, dotted
from emr_platform.reports.explanations import explanations
from emr_platform.template_check.check import check_stack
from emr_platform.templates.model import Stack
from emr_platform.templates.reading import nested, read

NAME = "EmrPlatform"
"""Stands before the identifier of a rule in acknowledgements: ``EmrPlatform::EMR-SCALING-003``."""


@jsii.implements(cdk.IPolicyValidationPlugin)
class EmrPlatformChecks:
    """Checks all EMR resources of an app while it is synthesized.

    Register it in one line, at the app or at a stage::

        Validations.of(app).add_plugins(EmrPlatformChecks())

    Errors make the synthesis fail; warnings are shown. A finding is acknowledged where it arises:
    ``Validations.of(construct).acknowledge(Acknowledgment(id="EmrPlatform::EMR-SCALING-003",
    reason="..."))``.

    Args:
        warnings: Whether to report what is legal but unwise. Default: yes.
        strict: Whether warnings make the synthesis fail, too. Default: no.
    """

    def __init__(self, *, warnings: bool = True, strict: bool = False) -> None:
        self._warnings = warnings
        self._strict = strict

    @property
    def name(self) -> str:
        """Name of the plugin in reports."""
        return NAME

    @property
    def version(self) -> str:
        """Version of the plugin."""
        return __version__

    @property
    def rule_ids(self) -> list[str]:
        """Identifiers of all rules; the CDK sends them nowhere unless analytics are on."""
        return sorted(explanations())

    @jsii.member(jsii_name="validate")
    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Check the templates of an app; the CDK calls this.

        Args:
            context: Which templates there are.

        Returns:
            What was found.
        """
        constructs = {
            template.template_path: template.stack_construct_path
            for template in context.stack_templates
        }
        found = [
            (stack.place, problem)
            for stack in _stacks(context)
            for problem in check_stack(stack)
            if problem.severity == "error" or (self._warnings and problem.is_warning)
        ]
        fails = any(self._strict or problem.severity == "error" for _, problem in found)
        return cdk.PolicyValidationPluginReport(
            success=not fails,
            violations=[
                _violation(problem, place, constructs.get(place)) for place, problem in found
            ],
            plugin_version=__version__,
        )


def _stacks(context: cdk.IPolicyValidationContext) -> list[Stack]:
    stacks = [
        replace(stack, account=template.account_id, region=template.region)
        for template in context.stack_templates
        for stack in read(Path(template.template_path)).stacks.values()
    ]
    return [*stacks, *nested(stacks)]


def _violation(problem: Problem, place: str, stack: str | None) -> cdk.PolicyViolation:
    is_of_resource = problem.path[:1] == ("Resources",) and len(problem.path) > 1
    within = problem.path[2:] if is_of_resource else problem.path
    explanation = explanations().get(problem.rule_id)
    metadata = {"documentation": explanation.source} if explanation and explanation.source else {}
    where = dotted(within[1:]) if is_of_resource else dotted(within)
    answer = f'. AWS would answer: "{problem.aws_answer}"' if problem.aws_answer else ""
    return cdk.PolicyViolation(
        rule_name=problem.rule_id,
        description=f"{where}: {problem.message}{answer}" if where else problem.message + answer,
        severity=problem.severity,
        fix=problem.allowed and f"allowed: {problem.allowed}",
        rule_metadata=metadata,
        violating_resources=[
            cdk.PolicyViolatingResource(
                # The CDK finds the construct of a resource by itself.
                resource_logical_id=str(problem.path[1]) if is_of_resource else None,
                construct_path=None if is_of_resource else stack,
                template_path=place,
                locations=[dotted(within)] if within else [],
            )
        ],
    )
