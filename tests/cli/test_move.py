"""``emr-platform move``, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aws_cdk import App

from emr_platform.cli import move
from emr_platform.cli.program import run
from emr_platform.environment.files import environment_files
from emr_platform.templates.model import Source
from emr_platform.templates.reading import read
from emr_platform.tenants.estate import read_estate
from stacks.environment import EnvironmentStage
from tests.tenants.files import CUSTOMERS, write_tenants

Text = pytest.CaptureFixture[str]


def synthesized(project: Path, output: Path, names: list[str]) -> Source:
    """What the project's app makes, in this process, which has the CDK loaded already."""
    app = App(outdir=str(output))
    estate = read_estate(environment_files(project / "environments"))
    for name in names:
        loaded = estate.by_name[name].load()
        EnvironmentStage(
            app, spec=loaded.spec, directory=loaded.path.parent, tenancy=loaded.tenancy
        )
    app.synth()
    return read(output)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a tenants file."""
    write_tenants(tmp_path / "environments")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(move, "_synthesized", synthesized)
    return tmp_path / "environments"


def test_from_a_shared_network_to_its_own(folder: Path, capsys: Text) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    assert run(["move", "globex", "--tier", "silo"]) == 3

    out = capsys.readouterr().out
    assert "globex-network is new" in out
    assert "REPLACED: AWS::EMR::Cluster" in out
    assert "lost: what is in HDFS" in out
    # Buckets stay where they are.
    assert "REPLACED: AWS::S3::Bucket" not in out
    assert "Left over" not in out
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_onto_a_shared_cluster(capsys: Text) -> None:
    assert run(["move", "globex", "--tier", "pool"]) == 0

    out = capsys.readouterr().out
    assert "queues: default,tiny → default,globex,tiny" in out
    assert "globex-tenancy is new" in out
    assert "Left over once this is deployed: globex-storage, globex-cluster-etl." in out


def test_for_programs(capsys: Text) -> None:
    assert run(["move", "globex", "--tier", "pool", "--format", "json"]) == 0

    assert json.loads(capsys.readouterr().out)["stacks"]


def test_tenant_that_would_have_errors(folder: Path, capsys: Text) -> None:
    tenants = CUSTOMERS.replace(
        "globex: {tier: bridge}", "globex: {overrides: {network: {nat_gateways: 2}}}"
    )
    lock = '{"version": 1, "ranges": {"globex": "10.64.0.0/20", "common": "10.64.16.0/20"}}'
    write_tenants(folder, tenants, lock=lock)

    assert run(["move", "globex", "--tier", "bridge"]) == 1

    error = capsys.readouterr().err
    assert "environments/customers.yaml:14:" in error
    assert "globex: an environment of the tier bridge has no network of its own" in error
    assert "/project/" not in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nobody", "--tier", "pool"], "there is no tenant nobody; see emr-platform list"),
        (
            ["acme-prod", "--tier", "pool"],
            "there is no tenant acme-prod; that is an environment of the tenant acme",
        ),
        (["common", "--tier", "pool"], "there is no tenant common; see emr-platform list"),
        (["globex", "--tier", "bridge"], "globex has the tier bridge already"),
        (["globex", "--tier", "gold"], "'gold' is not one of"),
        (["globex"], "Missing option '--tier'"),
    ],
)
def test_bad_input(arguments: list[str], message: str, capsys: Text) -> None:
    assert run(["move", *arguments]) == 2

    assert message in " ".join(capsys.readouterr().err.split())
