"""The pytest plugin: fixtures and options. pytest loads it wherever the package is installed, so it imports little."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emr_platform.testing.synthesis import Synthesizer

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options to the command line and the configuration of pytest."""
    parser.getgroup("emr-platform").addoption(
        "--update-templates",
        action="store_true",
        help="write the snapshots of templates that assert_matches_snapshot compares",
    )
    parser.addini(
        "emr_stage",
        "what an environment becomes, as MODULE:NAME, such as stacks.environment:EnvironmentStage",
    )
    parser.addini(
        "emr_environments",
        "folder of the environment files, from the folder of pytest's configuration",
        default="environments",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Let the command line say whether snapshots are written."""
    # syrupy's own option has this name; without syrupy there is none.
    if config.getoption("--update-templates") or config.getoption("update_snapshots", False):
        from emr_platform.testing.snapshots import update_by_default

        update_by_default(True)
        config.add_cleanup(lambda: update_by_default(False))


@pytest.fixture(scope="session")
def synthesized(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Synthesizer:
    """Synthesizes environments by name or file, and constructs; each of them once for all tests."""
    return Synthesizer(
        lambda: tmp_path_factory.mktemp("cdk.out"),
        project=pytestconfig.rootpath,
        environments=pytestconfig.rootpath / pytestconfig.getini("emr_environments"),
        stage=pytestconfig.getini("emr_stage") or None,
    )


@pytest.fixture
def template_snapshot(request: pytest.FixtureRequest) -> SnapshotAssertion:
    """Syrupy's ``snapshot`` for templates: masked, and one file of YAML for each."""
    try:
        from emr_platform.testing.snapshot_extension import TemplateSnapshotExtension
    except ImportError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    snapshot: Any = request.getfixturevalue("snapshot")
    template_snapshot: SnapshotAssertion = snapshot.use_extension(TemplateSnapshotExtension)
    return template_snapshot
