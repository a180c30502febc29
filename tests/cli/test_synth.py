"""``emr-platform synth``, without the CDK."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from emr_platform.cli.program import run
from emr_platform.cli.synth_progress import showing_progress
from emr_platform.problems import Location, Problem
from emr_platform.synthesis.report import as_text, duration
from emr_platform.synthesis.synthesize import Outcome, Progress, Result
from emr_platform.synthesis.worker_process import WorkerProcess
from tests.synthesis.fake_app import FakeApp

HANGING_APP = """\
import os, pathlib, time
from emr_platform.synthesis.worker import serve

def synthesize(request):
    pathlib.Path(request.directory, "manifest.json").touch()
    pathlib.Path("hanging").write_text(str(os.getpid()))
    time.sleep(60)

serve(synthesize)
"""


@pytest.fixture(autouse=True)
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApp]:
    """What is taken for the project's app, in a project with three environments."""
    monkeypatch.chdir(tmp_path)
    Path("app.py").touch()
    os.utime("app.py", (1, 1))
    project(f"'{sys.executable}' app.py")
    Path("environments").mkdir()
    for name in ("alpha", "beta", "gamma"):
        write(name, f"name: {name}\nregion: us-east-1\n")
    app = FakeApp()
    monkeypatch.setattr("emr_platform.synthesis.synthesize.WorkerProcess", lambda _: app)
    handlers = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    yield app
    for each, handler in handlers.items():
        signal.signal(each, handler)


def project(app: str) -> None:
    Path("cdk.json").write_text(json.dumps({"app": app}), encoding="utf-8")


def write(name: str, text: str) -> None:
    Path(f"environments/{name}.yaml").write_text(text, encoding="utf-8")


def test_all_then_nothing_then_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["synth", "--jobs", "2"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("3 environments: 3 synthesized, in ")
    first, *lines = shown.err.splitlines()
    assert first == "0 unchanged, 3 to synthesize"
    assert [line.split()[0] for line in lines] == ["[1/3]", "[2/3]", "[3/3]"]
    assert sorted(path.name for path in Path("cdk.out").glob("[!.]*")) == ["alpha", "beta", "gamma"]

    assert run(["synth"]) == 0
    assert capsys.readouterr().out.startswith("3 environments: 3 unchanged, in ")

    write("beta", "name: beta\nregion: eu-west-1\n")
    Path("environments/gamma.yaml").unlink()
    assert run(["synth"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        "gamma: removed, as there is no such environment any more"
    )


def test_failures(app: FakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    write("gamma", "name: gamma\n")
    for name in ("alpha", "beta"):
        app.behaviour[name] = lambda: "RuntimeError: no\x1b[2Jgood\n  in app.py:16"

    assert run(["synth"]) == 1

    shown = capsys.readouterr()
    first, *lines = shown.out.splitlines()
    assert first.startswith("environments/gamma.yaml:1:1  region  EMR-FILE-")
    failed = lines.index("gamma failed")
    assert lines[failed + 1 : -1] == [
        "alpha, beta failed",
        "  RuntimeError: no\\x1b[2Jgood",
        "    in app.py:16",
    ]
    assert lines[-1].startswith("3 environments: 3 failed, in ")
    assert "[1/3] gamma: failed; 1 failed\n" in shown.err


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["synth", "alph?", "--format", "json", "--output", "out"]) == 0

    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    [environment] = data["environments"]
    assert environment.pop("seconds") > 0
    assert environment == {
        "name": "alpha",
        "status": "synthesized",
        "assembly": "out/alpha",
        "problem": None,
        "warnings": [],
    }
    assert (data["synthesized"], data["unchanged"], data["failed"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody"], "no environment and no tenant named nobody"),
        (["--context", "key"], "is not KEY=VALUE"),
        (["--context", "environment=alpha"], "is what NAMES are for"),
        (["--jobs", "0"], "--jobs"),
        (["--output", "app.py"], "app.py: cannot be written"),
    ],
)
def test_bad_input(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["synth", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_no_project(capsys: pytest.CaptureFixture[str]) -> None:
    Path("cdk.json").unlink()
    assert run(["synth"]) == 2
    assert "there is no cdk.json here" in capsys.readouterr().err


def test_no_environments(capsys: pytest.CaptureFixture[str]) -> None:
    for file in Path("environments").iterdir():
        file.unlink()
    assert run(["synth"]) == 2
    assert "there is no environment file in environments/" in capsys.readouterr().err


def test_app_that_does_not_start(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("emr_platform.synthesis.synthesize.WorkerProcess", WorkerProcess)
    project("echo no such module; false")
    assert run(["synth"]) == 2
    err = capsys.readouterr().err
    assert "the app of cdk.json ended with status 1: echo" in err
    assert "\nno such module\n" in err


@pytest.mark.parametrize(
    ("ending", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_interruption(ending: signal.Signals, status: int) -> None:
    Path("app.py").write_text(HANGING_APP, encoding="utf-8")
    process = subprocess.Popen(
        [Path(sys.executable).with_name("emr-platform"), "synth"],
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (mark := Path("hanging")).exists() or not mark.read_text(encoding="utf-8"):
        time.sleep(0.02)

    process.send_signal(ending)

    _, said = process.communicate(timeout=20)
    assert process.returncode == status
    assert ("interrupted: what is done stays" in said) == (ending is signal.SIGINT)
    assert "Traceback" not in said
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text(encoding="utf-8")), 0)
    assert [path.name for path in Path("cdk.out").iterdir() if path.is_dir()] == []


def outcome(name: str, **values: Any) -> Outcome:
    return Outcome(**{"name": name, "status": "synthesized", "assembly": Path(name), **values})


WARNING = Problem(
    "EMR-X-001", ("region",), "far away", severity="warning", location=Location("a.yaml", 3, 1)
)


def test_report() -> None:
    result = Result(
        (
            *(outcome(name, status="failed", problem="no\nway") for name in "abcde"),
            outcome("f", warnings=("beware",)),
            *(outcome(name, problems=(replace(WARNING, subject=name),)) for name in "ij"),
            outcome("g", status="unchanged", warnings=("seen", "before")),
        ),
        removed=("h",),
        seconds=83.4,
        is_settled=False,
    )

    assert as_text(result).splitlines() == [
        "a.yaml:3:1  region  EMR-X-001  warning",
        "  i, j: far away",
        "f: beware",
        "a, b, c and 2 others failed",
        "  no",
        "  way",
        "h: removed, as there is no such environment any more",
        "2 warnings of unchanged environments: --format json has them, "
        "and emr-platform validate those of the files",
        "The program was changed meanwhile: what was synthesized will be synthesized again.",
        "9 environments: 3 synthesized, 1 unchanged, 5 failed, in 1 min 23 s",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3900, "1 h 5 min")],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


class Terminal:
    """Takes what is written to it, and says that it is a terminal."""

    def __init__(self) -> None:
        self.written = ""

    def write(self, text: str) -> int:
        self.written += text
        return len(text)

    def flush(self) -> None:
        """Nothing to do."""

    def isatty(self) -> bool:
        return True


def test_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    outcomes = [outcome("a"), outcome("b", status="failed", problem="no")]

    with showing_progress(terminal) as observe:  # type: ignore[arg-type]
        observe(Progress(4, 4, outcomes, seconds_left=130))

    assert "Synthesizing" in terminal.written
    assert "2/4" in terminal.written
    assert "1 failed, about 2 min 10 s left" in terminal.written
