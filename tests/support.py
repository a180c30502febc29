"""What tests of constructs and stacks share: one synthesis, with all its findings, as plain data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import cdk_nag
from cfnlint.config import ConfigMixIn  # type: ignore[import-untyped]
from cfnlint.rules import Rules  # type: ignore[import-untyped]
from cfnlint.runner import Runner  # type: ignore[import-untyped]

from emr_platform import testing
from emr_platform.testing import Synthesized

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


def synthesize(app: cdk.App, *, checked: bool = True) -> Synthesized:
    """Synthesize an app, and collect what the CDK itself and cdk-nag's AwsSolutions find in it.

    Args:
        app: The app.
        checked: Whether to ask cdk-nag.
    """
    if checked:
        cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    return testing.synthesize(app)


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
