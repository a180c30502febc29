"""What tests of constructs and stacks share: one synthesis, with all its findings, as plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import cdk_nag
from cfnlint.config import ConfigMixIn  # type: ignore[import-untyped]
from cfnlint.rules import Rules  # type: ignore[import-untyped]
from cfnlint.runner import Runner  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]
ACCOUNT = "123456789012"
REGION = "eu-west-1"

# False positives of cfn-lint in whatever the CDK makes.
_LINT_IGNORES = {
    "W3005": "the CDK's functions name the role that they depend on twice, which does no harm",
}
MAJOR_ENGINE_VERSION = {
    "E3691": "cfn-lint knows minor versions only; RDS takes a major version and picks the minor one",
}
"""A false positive of cfn-lint on the result store."""


@dataclass(frozen=True)
class Finding:
    """What the CDK's own validation, its annotations or cdk-nag found, and nobody acknowledged."""

    plugin: str
    rule: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Synthesis:
    """A synthesized app.

    Attributes:
        directory: The cloud assembly.
        findings: Everything that was found in any stack and not acknowledged.
        acknowledged: The rules that were found and acknowledged.
    """

    directory: Path
    findings: tuple[Finding, ...]
    acknowledged: frozenset[str]

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest of the cloud assembly."""
        return _mapping(self.directory / "manifest.json")

    def template_file(self, stack: str) -> Path:
        """Where the template of a stack is."""
        return self.directory / f"{stack}.template.json"

    def template(self, stack: str) -> dict[str, Any]:
        """The template of a stack."""
        return _mapping(self.template_file(stack))

    def resources(self, stack: str, type: str) -> dict[str, Any]:
        """The resources of one type in a stack, by logical id."""
        return {
            logical_id: resource
            for logical_id, resource in self.template(stack)["Resources"].items()
            if resource["Type"] == type
        }

    def resource(self, stack: str, type: str) -> Any:
        """The only resource of its type in a stack."""
        (resource,) = self.resources(stack, type).values()
        return resource

    def properties(self, stack: str, type: str) -> Any:
        """The properties of the only resource of its type in a stack."""
        return self.resource(stack, type)["Properties"]

    def findings_in(self, stack: str) -> list[Finding]:
        """What was found in one stack."""
        return [
            finding
            for finding in self.findings
            if any(path.split("/")[0] == stack for path in finding.paths)
        ]


def new_app(directory: Path, *, feature_flags: bool = True) -> cdk.App:
    """An app that is synthesized into a folder.

    Args:
        directory: The folder.
        feature_flags: Whether the CDK's feature flags are those of this repository's app, or the
            CDK's defaults, as in an app that knows nothing of us.
    """
    context = _mapping(ROOT / "cdk.json")["context"] if feature_flags else None
    return cdk.App(outdir=str(directory), context=context, analytics_reporting=False)


def known_environment() -> cdk.Environment:
    """An account and a region that are known at synthesis."""
    return cdk.Environment(account=ACCOUNT, region=REGION)


def synthesize(app: cdk.App) -> Synthesis:
    """Synthesize an app and collect what cdk-nag's AwsSolutions and the CDK itself find in it."""
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    try:
        app.synth()
    except RuntimeError as error:
        if not str(error).startswith("ValidationFailed"):
            raise
    directory = Path(app.outdir)
    reports = _mapping(directory / "validation-report.json")["pluginReports"]
    return Synthesis(
        directory=directory,
        findings=tuple(
            Finding(
                report["pluginName"],
                violation["ruleName"],
                tuple(place["constructPath"] for place in violation["violatingConstructs"]),
            )
            for report in reports
            for violation in report["violations"]
        ),
        acknowledged=frozenset(
            violation["ruleName"]
            for report in reports
            for violation in report.get("suppressedViolations", [])
        ),
    )


def lint(template: Path, *, ignore: Mapping[str, str] | None = None) -> list[str]:
    """What cfn-lint has to say about a template, errors and warnings.

    Args:
        template: The template's file.
        ignore: Rules to leave out, each with the reason.
    """
    ignored = [*_LINT_IGNORES, *(ignore or {})]
    config = ConfigMixIn(["--template", str(template)], ignore_checks=ignored)
    return [str(match) for match in _Linter(config).run()]


@cache
def _lint_rules() -> Rules:
    rules: Rules = Runner(ConfigMixIn([])).rules
    return rules


class _Linter(Runner):  # type: ignore[misc]
    """cfn-lint for one template after the other: it reads its own rules half a second long."""

    def _get_rules(self) -> None:
        self.rules = _lint_rules()


def _mapping(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
