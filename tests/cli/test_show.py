"""``emr-platform show``, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from emr_platform.cli.program import run
from emr_platform.environment.loader import load_environment_text
from emr_platform.tenants.estate import read_estate
from tests.support import ROOT
from tests.tenants.files import STANDARD, write_tenants

Text = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a tenants file."""
    write_tenants(tmp_path / "environments")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "environments"


def test_each_value_with_its_place(capsys: Text) -> None:
    assert run(["show", "acme-prod"]) == 0

    assert (
        capsys.readouterr().out
        == """\
# acme-prod: tenant acme, tier silo
name: acme-prod                          # environments/customers.yaml:13
account: '111122223333'                  # environments/customers.yaml:7
region: us-east-1                        # environments/customers.yaml:8
tags:
  cost-center: analytics                 # environments/templates/standard.yaml:4
  plan: gold                             # environments/customers.yaml:10
network:
  availability_zones: 2                  # environments/templates/standard.yaml:5
  nat_gateways: 1                        # environments/templates/standard.yaml:5
  cidr: 10.64.32.0/20                    # environments/customers.yaml:13 (address_pool)
storage:
  data:
    input: {}                            # environments/templates/standard.yaml:6
    output: {}                           # environments/templates/standard.yaml:6
clusters:
  etl:
    release: emr-7.12.0                  # environments/templates/standard.yaml:9
    core:
      type: r6g.xlarge                   # environments/customers.yaml:13
      count: 10                          # environments/customers.yaml:9 (core_count)
    acknowledge:
      EMR-COST-002: It waits for steps.  # environments/templates/standard.yaml:11
"""
    )


def test_what_is_shown_is_the_environment(capsys: Text) -> None:
    """Read again as an environment file, it is the same one."""
    assert run(["show", "acme-prod"]) == 0

    text = capsys.readouterr().out
    [entry] = [
        each
        for each in read_estate([Path("environments/customers.yaml")]).entries
        if each.name == "acme-prod"
    ]
    assert load_environment_text(text, file="shown.yaml").spec == entry.load().spec


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_environment_with_a_file_of_its_own(name: str, capsys: Text) -> None:
    file = ROOT / "environments" / f"{name}.yaml"

    assert run(["show", name, "--file", str(file)]) == 0

    shown = yaml.safe_load(capsys.readouterr().out)
    assert shown == yaml.safe_load(file.read_text(encoding="utf-8"))


def test_defaults_are_told_as_such(capsys: Text) -> None:
    assert run(["show", "tiny", "--defaults"]) == 0

    out = capsys.readouterr().out
    assert out.startswith("# tiny: tenant tiny, tier pool, cluster of common\n")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "guaranteed_percent: 10 # environments/customers.yaml:15" in lines
    assert "maximum_percent: 100.0 # default" in lines
    assert "role_path: / # default" in lines
    assert "clusters" not in out


def test_json(capsys: Text) -> None:
    assert run(["show", "globex", "--format", "json"]) == 0

    found = {tuple(each["path"]): each for each in json.loads(capsys.readouterr().out)}
    assert found["clusters", "etl", "core", "count"] == {
        "path": ["clusters", "etl", "core", "count"],
        "value": 2,
        "file": "environments/templates/standard.yaml",
        "line": 3,
        "column": 65,
        "parameter": "core_count",
    }


def test_environment_with_errors(folder: Path, capsys: Text) -> None:
    wrong = STANDARD.replace("emr-7.12.0", "emr-7")
    (folder / "templates" / "standard.yaml").write_text(wrong, encoding="utf-8")

    assert run(["show", "acme-prod"]) == 1

    error = capsys.readouterr().err
    assert "environments/templates/standard.yaml:9:14  clusters.etl.release" in error
    assert "acme-prod: found the text 'emr-7'" in error


def test_no_such_environment(capsys: Text) -> None:
    assert run(["show", "acme-prd"]) == 2

    error = capsys.readouterr().err
    assert "there is no environment named acme-prd; did you mean acme-prod?" in error


def test_nothing_like_it(capsys: Text) -> None:
    assert run(["show", "xyz"]) == 2

    assert "there is no environment named xyz; see emr-platform list" in capsys.readouterr().err


def test_file_that_it_may_be_in_cannot_be_read(folder: Path, capsys: Text) -> None:
    (folder / "customers.yaml").write_text("tenants:\n  acme: {tier: silo\n", encoding="utf-8")

    assert run(["show", "acme"]) == 2

    error = capsys.readouterr().err
    assert "there is no environment named acme" in error
    assert "environments/customers.yaml:2:9  EMR-FILE-004" in error
