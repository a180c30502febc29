"""The examples of docs/testing.md work in a project that has nothing but them and two environments."""

from __future__ import annotations

import re
from pathlib import Path

# Tests of tests run in this process, and forget what they load. Nothing large has to be loaded again.
import aws_cdk.aws_sns  # noqa: F401
import cdk_nag  # noqa: F401
import pytest

import stacks.environment  # noqa: F401
from emr_platform import testing
from emr_platform.templates.yaml_text import load_yaml
from tests.support import ROOT

pytest_plugins = ["pytester"]

PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
ENVIRONMENT = """
name: {name}
region: eu-west-1
network: {{vpc_id: vpc-{vpc}, cidr: 10.0.0.0/16, cluster_subnet_ids: [subnet-{vpc}]}}
clusters:
  etl: {{release: emr-7.12.0, core: {{count: 2}}, step_concurrency: 4}}
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_examples(pytester: pytest.Pytester) -> None:
    [configuration] = blocks("toml")
    pytester.makepyprojecttoml(configuration)
    (pytester.path / "cdk.json").write_text((ROOT / "cdk.json").read_text())
    folder = pytester.mkdir("environments")
    for name, vpc in {"dev": "01234567", "prod": "89abcdef"}.items():
        text = ENVIRONMENT.format(name=name, vpc=vpc)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    for block in blocks("python"):
        [file] = re.findall(r"\A# (\S+)\n", block)
        (pytester.path / file).parent.mkdir(exist_ok=True)
        (pytester.path / file).write_text(block, encoding="utf-8")

    pytester.runpytest_inprocess("--snapshot-update").assert_outcomes(passed=10)

    written = {path.name for path in pytester.path.rglob("snapshots/*")}
    assert written == {"dev", "alarms.json"}
    [by_syrupy] = {path.parent.name for path in pytester.path.rglob("__snapshots__/*/*.yaml")}
    assert by_syrupy == "test_environments"


def test_every_assertion_and_fixture_is_described() -> None:
    names = {name for name in testing.__all__ if name[0].islower()}
    names |= {"synthesized", "template_snapshot", "emr_stage", "emr_environments"}
    assert {name for name in names if not re.search(rf"\b{name}\b", PAGE)} == set()


def test_failure_looks_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "test_snapshot[dev][dev-cluster-etl].yaml"
    committed = ROOT / "tests" / "stacks" / "__snapshots__" / "test_environment" / name
    template = load_yaml(committed.read_text(encoding="utf-8"))
    monkeypatch.chdir(tmp_path)
    testing.assert_matches_snapshot(template, "snapshots/dev/dev-cluster-etl.yaml", update=True)
    [cluster] = [
        each for each in template["Resources"].values() if each["Type"] == "AWS::EMR::Cluster"
    ]
    cluster["Properties"]["ReleaseLabel"] = "emr-7.11.0"

    with pytest.raises(AssertionError) as failed:
        testing.assert_matches_snapshot(template, "snapshots/dev/dev-cluster-etl.yaml")

    [shown] = blocks("text")
    assert f"{failed.value}\n" == shown
