"""The app: which environments it builds, and how it says no."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import App

from emr_platform.catalog.data import CatalogError
from emr_platform.problems import InvalidSpecError
from stacks.app import AppInputError, build, environment_files, main
from tests.support import ROOT
from tests.tenants.files import CUSTOMERS, write_tenants

SMALL = """\
name: {name}
region: us-east-1
clusters:
  etl: {{release: emr-7.12.0}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with three environments."""
    directory = tmp_path / "environments"
    directory.mkdir()
    for name in ("alpha", "beta", "gamma"):
        (directory / f"{name}.yaml").write_text(SMALL.format(name=name), encoding="utf-8")
    (directory / "environment.schema.json").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return directory


def built(**context: str) -> list[str]:
    app = App(context={key.replace("_", "-"): value for key, value in context.items()})
    return [stage.spec.name for stage in build(app)]


@pytest.mark.usefixtures("folder")
def test_all_environments() -> None:
    assert built() == ["alpha", "beta", "gamma"]


@pytest.mark.usefixtures("folder")
def test_some_environments() -> None:
    assert built(environment="gamma, alpha") == ["alpha", "gamma"]


def test_files_of_other_environments_are_not_checked(folder: Path) -> None:
    (folder / "gamma.yaml").write_text("name: [", encoding="utf-8")

    assert built(environment="beta") == ["beta"]


def test_environment_in_a_file_of_another_name(folder: Path) -> None:
    (folder / "gamma.yaml").rename(folder / "customer.yaml")

    assert built(environment="gamma") == ["gamma"]


def test_one_file(folder: Path) -> None:
    assert built(environment_file=str(folder / "beta.yaml")) == ["beta"]


@pytest.mark.usefixtures("folder")
def test_unknown_environment() -> None:
    with pytest.raises(
        AppInputError, match="no environment named delta\n  allowed: alpha, beta, gamma"
    ):
        built(environment="delta")


def test_unknown_environment_where_others_have_errors(folder: Path) -> None:
    """It may be meant by whatever is wrong, or be a mistake of its own."""
    write_tenants(folder, CUSTOMERS.replace("core_count: 10", "core_count: 100"))

    with pytest.raises(
        AppInputError, match=r"(?s)core_count  EMR-TENANT-006\n.*no environment named acme$"
    ):
        built(environment="acme")


def test_two_files_of_one_environment(folder: Path) -> None:
    (folder / "copy.yaml").write_text(SMALL.format(name="beta"), encoding="utf-8")

    with pytest.raises(
        InvalidSpecError,
        match=r"copy\.yaml:1:7  name .*\n.*beta is described by .*beta\.yaml already",
    ):
        built()


def test_another_file_of_the_wanted_environment(folder: Path) -> None:
    """It is seen although its name says otherwise, and although nothing else in it is sound."""
    (folder / "unfinished.yaml").write_text("name: beta\nregoin:\n", encoding="utf-8")

    with pytest.raises(
        InvalidSpecError, match=r"beta\.yaml:1:7  .*\n.*is described by .*unfinished\.yaml already"
    ):
        built(environment="beta")
    assert built(environment="alpha") == ["alpha"]


def test_two_files_of_one_name(folder: Path) -> None:
    (folder / "beta.yml").write_text(SMALL.format(name="beta"), encoding="utf-8")

    with pytest.raises(InvalidSpecError, match=r"beta\.yml:1:7  .*\n.*by .*beta\.yaml already"):
        built(environment="beta")


def test_hidden_files_are_no_environments(folder: Path) -> None:
    (folder / ".#beta.yaml").symlink_to("nowhere")

    assert built() == ["alpha", "beta", "gamma"]


def test_warnings_are_shown_with_their_places(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SMALL.format(name="beta") + "network: {cluster_subnets: public, nat_gateways: 1}\n"
    (folder / "beta.yaml").write_text(text, encoding="utf-8")

    built(environment="beta")

    assert (
        "beta.yaml:5:50  network.nat_gateways  EMR-NETWORK-003  warning" in capsys.readouterr().err
    )


def test_acknowledged_warnings_are_counted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SMALL.format(name="beta") + (
        "  adhoc: {release: emr-7.12.0, idle_timeout_minutes: 9, applications: [HBase]}\n"
        "network: {cluster_subnets: public, nat_gateways: 1}\n"
        "acknowledge: {EMR-NETWORK-003: it goes next week, EMR-TERMINATION-002: for tests only}\n"
    )
    (folder / "beta.yaml").write_text(text, encoding="utf-8")
    app = App(context={"environment": "beta"})

    build(app)

    assert capsys.readouterr().err == "environments/beta.yaml: 2 warnings acknowledged\n"
    warnings = [
        entry
        for construct in app.node.find_all()
        for entry in construct.node.metadata
        if entry.type == "aws:cdk:warning"
    ]
    assert warnings == []


def test_problems_of_all_files_at_once(folder: Path) -> None:
    for name in ("alpha", "gamma"):
        (folder / f"{name}.yaml").write_text(f"name: {name}\n", encoding="utf-8")

    with pytest.raises(InvalidSpecError) as raised:
        built()

    files = {problem.location.file for problem in raised.value.problems if problem.location}
    assert {Path(file).name for file in files} == {"alpha.yaml", "gamma.yaml"}


def test_folder_without_environments(tmp_path: Path) -> None:
    with pytest.raises(AppInputError, match="there is no environment file"):
        environment_files(tmp_path)


def test_data_is_destroyed_for_the_named_environment_only(folder: Path) -> None:
    for name in ("alpha", "beta"):
        text = SMALL.format(name=name) + "protection: destroy\n"
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")

    app = App(context={"destroy-data": "beta"})
    stages = {stage.spec.name: stage for stage in build(app)}

    def emptied(name: str) -> bool:
        storage = stages[name].storage
        assert storage
        return "AutoDeleteObjects" in " ".join(child.node.path for child in storage.node.find_all())

    assert emptied("beta")
    assert not emptied("alpha")
    assert not emptied("gamma")


def test_broken_catalogue_ends_in_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise CatalogError("mine.json: is not a catalogue")

    monkeypatch.setattr("stacks.app.build", fail)
    with pytest.raises(SystemExit, match=r"^mine\.json: is not a catalogue$"):
        main()


def test_bad_input_ends_in_a_report_and_not_in_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(
        "name: bad\nregion: us-east-1\nclutsers: {}\n", encoding="utf-8"
    )

    ended = subprocess.run(
        [sys.executable, str(ROOT / "app.py")],
        cwd=ROOT,
        env=os.environ
        | {"CDK_CONTEXT_JSON": '{"environment-file": "%s"}' % (tmp_path / "bad.yaml")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert "bad.yaml:3:1  clutsers" in ended.stderr
    assert "clusters" in ended.stderr
    assert "Traceback" not in ended.stderr
