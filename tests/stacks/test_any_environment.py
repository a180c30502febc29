"""What holds for every valid environment, shown on environments made up at random."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings

from emr_platform.environment.rules import environment_problems
from emr_platform.environment.script_rules import LocalScripts
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.template_check.check import check_places
from stacks.environment import EnvironmentStage
from tests.strategies import environments
from tests.support import MAJOR_ENGINE_VERSION, ROOT, lint, new_app

# A few that are always the same in the everyday run; as many new ones as wanted with the variable set.
EXAMPLES = int(os.environ.get("EMR_PLATFORM_EXAMPLES", "0"))
FEW_OR_MANY = settings(
    max_examples=EXAMPLES or 3,
    derandomize=not EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@settings(FEW_OR_MANY, max_examples=EXAMPLES or 100)
@given(environments())
def test_a_valid_environment_breaks_no_rule(content: dict[str, Any]) -> None:
    spec = EnvironmentSpec.model_validate(content)

    problems = environment_problems(spec, LocalScripts(ROOT / "environments"))

    assert [problem for problem in problems if problem.severity == "error"] == []


@FEW_OR_MANY
@given(environments())
def test_a_valid_environment_becomes_templates_without_mistakes(
    content: dict[str, Any],
) -> None:
    spec = EnvironmentSpec.model_validate(content)
    with tempfile.TemporaryDirectory() as directory:
        app = new_app(Path(directory))
        EnvironmentStage(app, spec=spec, directory=ROOT / "environments")
        app.synth()

        templates = sorted(Path(directory).glob("assembly-*/*.template.json"))
        assert len(templates) >= 2 + len(spec.clusters)
        for template in templates:
            assert lint(template, ignore=MAJOR_ENGINE_VERSION) == []
        # Our own rules find in the templates what they find in the file.
        assert check_places([Path(directory)]).errors == ()
