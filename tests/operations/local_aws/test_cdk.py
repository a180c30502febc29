"""The project's CDK command line is run with the right program, arguments and environment."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from emr_platform.operations.local_aws import Cdk, CdkNotInstalledError
from emr_platform.operations.local_aws.server import node_executable

# In the place of the command line: writes down how it was called, and ends as it is told.
SCRIPT = """
const fs = require('fs');
fs.writeFileSync(process.env.WRITE_TO, JSON.stringify({
  arguments: process.argv.slice(2), environment: process.env, folder: process.cwd(), node: process.execPath,
}));
process.exit(Number(process.env.END_WITH || 0));
"""


@pytest.fixture
def fake_node_modules(tmp_path: Path) -> Path:
    script = tmp_path / "node_modules" / "aws-cdk" / "bin" / "cdk"
    script.parent.mkdir(parents=True)
    script.write_text(SCRIPT)
    return tmp_path / "node_modules"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def cdk(fake_node_modules: Path, project: Path, tmp_path: Path) -> Cdk:
    environment = {"WRITE_TO": str(tmp_path / "call.json"), "PATH": "/usr/bin"}
    return Cdk(project=project, environment=environment, node_modules=fake_node_modules)


def _call(tmp_path: Path) -> dict[str, Any]:
    call: dict[str, Any] = json.loads((tmp_path / "call.json").read_text())
    return call


def test_deploy_asks_nothing_and_writes_outputs(cdk: Cdk, tmp_path: Path, project: Path) -> None:
    outputs_file = tmp_path / "outputs.json"
    assert cdk.deploy("dev/*", outputs_file=outputs_file) == 0
    call = _call(tmp_path)
    assert call["arguments"] == [
        *("deploy", "dev/*", "--require-approval", "never"),
        *("--outputs-file", str(outputs_file), "--no-notices"),
    ]
    assert Path(call["folder"]).samefile(project)


def test_everything_is_deployed_and_destroyed_by_default(cdk: Cdk, tmp_path: Path) -> None:
    cdk.deploy()
    assert _call(tmp_path)["arguments"][:2] == ["deploy", "--all"]
    cdk.destroy()
    assert _call(tmp_path)["arguments"] == ["destroy", "--all", "--force", "--no-notices"]


def test_bootstrap_does_not_synthesize_the_app(cdk: Cdk, tmp_path: Path, project: Path) -> None:
    (project / "cdk.json").write_text('{"app": "exit 1"}')
    assert cdk.bootstrap(account="111122223333", region="eu-west-1") == 0
    call = _call(tmp_path)
    assert call["arguments"] == ["bootstrap", "aws://111122223333/eu-west-1", "--no-notices"]
    assert not (Path(call["folder"]) / "cdk.json").exists()


def test_app_may_be_another_one(cdk: Cdk, tmp_path: Path) -> None:
    other = Cdk(
        project=cdk.project,
        environment=cdk.environment,
        node_modules=cdk.node_modules,
        app="cdk.out",
    )
    other.run("list")
    assert _call(tmp_path)["arguments"] == ["list", "--app", "cdk.out", "--no-notices"]


def test_programs_of_this_installation_come_first(cdk: Cdk, tmp_path: Path) -> None:
    cdk.run("list")
    call = _call(tmp_path)
    environment, node = call["environment"], node_executable()
    assert Path(call["node"]).samefile(node)
    assert environment["JSII_NODE"] == str(node)
    path = environment["PATH"].split(os.pathsep)
    assert path == [str(Path(sys.executable).parent), str(node.parent), "/usr/bin"]


def test_nobody_is_told_of_it(cdk: Cdk, tmp_path: Path) -> None:
    # https://docs.aws.amazon.com/cdk/v2/guide/cli-telemetry.html
    cdk.run("list")
    environment = _call(tmp_path)["environment"]
    assert environment["CDK_DISABLE_CLI_TELEMETRY"] == "true"
    assert environment["CDK_DISABLE_VERSION_CHECK"] == "true"


def test_exit_status_is_that_of_the_command_line(cdk: Cdk) -> None:
    failing = Cdk(
        project=cdk.project,
        environment={**cdk.environment, "END_WITH": "7"},
        node_modules=cdk.node_modules,
    )
    assert failing.destroy("dev/*") == 7


@pytest.mark.parametrize("reason", [KeyboardInterrupt, SystemExit])
def test_command_line_ends_with_who_runs_it(
    cdk: Cdk, tmp_path: Path, reason: type[BaseException]
) -> None:
    """Ctrl-C reaches this program alone, as the command line is in a process group of its own."""
    script = cdk.node_modules / "aws-cdk" / "bin" / "cdk"
    script.write_text(
        "require('fs').writeFileSync(process.env.WRITE_TO, `${process.pid}`); setInterval(() => {}, 999);"
    )

    def interrupt(*_: object) -> None:
        if (tmp_path / "call.json").exists():
            raise reason

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
    try:
        with pytest.raises(reason):
            cdk.deploy()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "call.json").read_text()), 0)


def test_without_a_command_line_it_says_what_to_do(project: Path, tmp_path: Path) -> None:
    cdk = Cdk(project=project, environment={}, node_modules=tmp_path / "nowhere")
    with pytest.raises(CdkNotInstalledError, match="run 'make install' first"):
        cdk.deploy()
