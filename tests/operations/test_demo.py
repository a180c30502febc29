"""From an environment file to what runs: the real CDK command line, on a local AWS."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from emr_platform.environment.loader import load_environment
from emr_platform.operations.demo import DemoError, deploy_locally
from tests.support import ROOT


def test_demo_shows_what_runs_and_leaves_nothing_behind() -> None:
    """The command that newcomers run, with a database and scripts."""
    ended = subprocess.run(
        [str(Path(sys.executable).with_name("emr-platform")), "demo", "environments/dev.yaml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    shown = ended.stdout
    for stack in ("dev-network", "dev-storage", "dev-result-store", "dev-cluster-etl"):
        assert f"  {stack} " in shown
    assert "  state         WAITING" in shown
    assert "  release       emr-7.12.0" in shown
    assert "  applications  Hadoop, Hive, Spark" in shown
    assert "  primary       primary: 1 x m6g.xlarge, On-Demand" in shown
    assert "  core          core: 2 x m6g.xlarge, On-Demand" in shown
    assert "/install-packages.sh" in shown, "shipped to the config bucket"
    assert "/smoke-test.sh" in shown
    assert "mysql 8.4" in shown
    assert "make synth ENV=dev" in shown
    left = subprocess.run(["pgrep", "-f", "local_aws"], capture_output=True, text=True, check=False)
    assert str(ROOT) not in left.stdout


# In the place of the CDK command line: it runs an app that does not end, and tells the process ids of both.
HANGING_CDK = """
const app = require('child_process').spawn('sleep', ['600']);
require('fs').writeFileSync('pids', `${process.pid} ${app.pid}`);
if (process.argv.includes('bootstrap')) process.exit(app.kill() ? 0 : 1);
require('fs').writeFileSync('deploying', '');
setInterval(() => {}, 1000);
"""


def test_demo_that_is_ended_leaves_nothing_running(tmp_path: Path) -> None:
    script = tmp_path / "node_modules" / "aws-cdk" / "bin" / "cdk"
    script.parent.mkdir(parents=True)
    script.write_text(HANGING_CDK, encoding="utf-8")
    (tmp_path / "cdk.json").touch()
    (tmp_path / "dev.yaml").write_text("name: dev\nregion: us-east-1\n", encoding="utf-8")
    demo = subprocess.Popen(
        [str(Path(sys.executable).with_name("emr-platform")), "demo", "dev.yaml"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "deploying").exists() and demo.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)

    demo.terminate()
    shown, _ = demo.communicate(timeout=30)

    assert demo.returncode == 128 + signal.SIGTERM, shown
    assert "Traceback" not in shown
    pids = (tmp_path / "pids").read_text(encoding="utf-8").split()
    assert len(pids) == 2
    assert [pid for pid in pids if is_running(int(pid))] == []


def is_running(pid: int) -> bool:
    """Whether a process is there, and not merely waits for somebody to ask how it ended."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return state.stdout.strip()[:1] not in ("", "Z")


def test_demo_outside_of_an_app(tmp_path: Path) -> None:
    environment = load_environment(ROOT / "environments" / "dev.yaml")

    with pytest.raises(DemoError, match=r"no cdk\.json or no node_modules\n  allowed: run this in"):
        deploy_locally(environment.spec, file=environment.path, project=tmp_path)
