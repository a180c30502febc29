"""The plugin in the tests of somebody else, who has a project of his own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

# Tests of tests run in this process, and forget what they load. Nothing large has to be loaded again.
import aws_cdk.aws_sns  # noqa: F401
import pytest

import emr_platform.tenants.estate  # noqa: F401

pytest_plugins = ["pytester"]

STAGE = """
import aws_cdk as cdk
from aws_cdk import aws_sns as sns

class SmallStage(cdk.Stage):
    def __init__(self, scope, *, spec, directory, tenancy):
        super().__init__(scope, spec.name)
        stack = cdk.Stack(self, "topics")
        sns.CfnTopic(stack, "Topic", display_name=f"{spec.region} {directory.name} {tenancy}")
"""
ENVIRONMENT = """
name: {name}
region: eu-west-1
clusters:
  etl: {{release: emr-7.12.0}}
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with two environments and a stage of its own."""
    pytester.makepyprojecttoml("""
        [tool.pytest.ini_options]
        pythonpath = ["."]
        emr_stage = "small_stage:SmallStage"
    """)
    pytester.makepyfile(small_stage=STAGE)
    folder = pytester.mkdir("environments")
    for name in ("dev", "prod"):
        (folder / f"{name}.yaml").write_text(ENVIRONMENT.format(name=name), encoding="utf-8")
    return pytester


def test_environments_are_synthesized_once_by_name_or_file(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_first="""
        from pathlib import Path

        def test_by_name(synthesized):
            assert list(synthesized("dev").templates) == ["dev-topics"]
            name = synthesized("dev").properties("dev-topics", "AWS::SNS::Topic")["DisplayName"]
            assert name == "eu-west-1 environments None"

        def test_by_file(synthesized):
            assert list(synthesized(Path("environments/prod.yaml")).files) == ["prod-topics"]
        """,
        test_second="""
        import pytest
        from emr_platform.environment.spec import EnvironmentSpec
        from emr_platform.problems import InvalidSpecError
        from pathlib import Path

        def test_once(synthesized):
            assert len(synthesized._known) == 2
            assert synthesized("dev") is synthesized("dev")
            assert len(synthesized._known) == 2

        def test_made_in_python(synthesized):
            spec = EnvironmentSpec.model_validate({
                "name": "made", "region": "us-east-1", "clusters": {"etl": {"release": "emr-7.12.0"}},
            })
            assert list(synthesized(spec).files) == ["made-topics"]

        def test_unknown(synthesized):
            with pytest.raises(ValueError, match="no environment 'stage' in .*\\n  allowed: dev, prod"):
                synthesized("stage")

        def test_wrong(synthesized):
            file = Path("environments/wrong.yaml")
            file.write_text("name: wrong")
            with pytest.raises(InvalidSpecError, match="wrong.yaml:1:1  region"):
                synthesized("wrong")
        """,
    )

    project.runpytest_inprocess().assert_outcomes(passed=6)


def test_project_without_a_stage(pytester: pytest.Pytester) -> None:
    (pytester.mkdir("environments") / "dev.yaml").write_text(ENVIRONMENT.format(name="dev"))
    pytester.makepyfile("""
        import pytest

        def test_environment(synthesized):
            with pytest.raises(ValueError, match='emr_stage = "stacks.environment:EnvironmentStage"'):
                synthesized("dev")
    """)

    pytester.runpytest_inprocess().assert_outcomes(passed=1)


TEMPLATE = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
SNAPSHOTS = """
import json
from emr_platform.testing import assert_matches_snapshot

with open("template.json") as file:
    TEMPLATE = json.load(file)

def test_own():
    assert_matches_snapshot(TEMPLATE, "snapshots/prod.yaml")
"""
WITH_SYRUPY = """

def test_of_syrupy(template_snapshot):
    assert TEMPLATE == template_snapshot(name="prod-topics")
"""


@pytest.fixture
def snapshots(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with a snapshot of a template of each kind, which fits."""
    pytester.makepyfile(test_snapshots=SNAPSHOTS + WITH_SYRUPY)
    changed(pytester, TEMPLATE)
    pytester.runpytest_inprocess("--snapshot-update").assert_outcomes(passed=2)
    return pytester


def changed(project: pytest.Pytester, template: object) -> None:
    (project.path / "template.json").write_text(json.dumps(template), encoding="utf-8")


def test_snapshots_that_fit(snapshots: pytest.Pytester) -> None:
    own = snapshots.path / "snapshots" / "prod.yaml"
    name = "test_of_syrupy[prod-topics].yaml"
    of_syrupy = snapshots.path / "__snapshots__" / "test_snapshots" / name
    assert own.read_text() == "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
    assert of_syrupy.read_text() == own.read_text()

    changed(snapshots, {**TEMPLATE, "Rules": {"CheckBootstrapVersion": {"Assertions": []}}})
    snapshots.runpytest_inprocess().assert_outcomes(passed=2)


def test_update_updates(snapshots: pytest.Pytester) -> None:
    resources = {**TEMPLATE["Resources"], "Queue": {"Type": "AWS::SQS::Queue"}}
    changed(snapshots, {"Resources": resources})

    failed = snapshots.runpytest_inprocess()
    failed.assert_outcomes(failed=2)
    failed.stdout.fnmatch_lines(
        [
            "E * AssertionError: snapshots/prod.yaml: the template is another one",
            "E *   Resources.Queue  AWS::SQS::Queue (new)",
            "E *     + Type: AWS::SQS::Queue",
            "E *   pytest --update-templates accepts this",
        ]
    )
    # The test's own line, and none of ours, is where it failed.
    failed.stdout.fnmatch_lines(["test_snapshots.py:*: AssertionError"])

    # Not the ones of syrupy.
    snapshots.runpytest_inprocess("--update-templates").assert_outcomes(passed=1, failed=1)
    snapshots.runpytest_inprocess("-k", "own").assert_outcomes(passed=1, deselected=1)
    snapshots.runpytest_inprocess("--snapshot-update").assert_outcomes(passed=2)
    snapshots.runpytest_inprocess().assert_outcomes(passed=2)


def test_without_syrupy(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_snapshots=SNAPSHOTS + WITH_SYRUPY)
    changed(pytester, TEMPLATE)
    pytester.makeconftest(
        "import sys\n"
        "sys.modules.pop('emr_platform.testing.snapshot_extension', None)\n"
        "sys.modules['syrupy.extensions.single_file'] = None\n"
    )

    ended = pytester.runpytest_inprocess("-p", "no:syrupy", "--update-templates")

    ended.assert_outcomes(passed=1, errors=1)
    ended.stdout.fnmatch_lines(["syrupy is not installed; *pip install 'emr-platform?testing?'"])


def test_plugin_costs_nothing_where_it_is_not_used() -> None:
    heavy = {"aws_cdk", "boto3", "cdk_nag", "constructs", "jsii", "pydantic", "syrupy", "yaml"}
    code = (
        "import sys, pytest; before = set(sys.modules)\n"
        "import emr_platform.testing, emr_platform.testing.plugin\n"
        f"print(sorted({heavy} & sys.modules.keys()), len(set(sys.modules) - before))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded, number = answer.stdout.rsplit(" ", 1)
    assert loaded == "[]"
    assert int(number) < 20


def test_every_name_that_is_offered_is_there() -> None:
    from emr_platform import testing

    assert {name for name in testing.__all__ if not hasattr(testing, name)} == set()
    with pytest.raises(AttributeError, match="has no attribute 'assert_nothing'"):
        getattr(testing, "assert_nothing")  # noqa: B009
    assert Path(testing.__file__).name == "__init__.py"
