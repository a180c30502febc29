"""Apps as workers: real processes, without the CDK."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emr_platform.synthesis.executor import WorkerLostError, WorkerStartError
from emr_platform.synthesis.project import CdkProject
from emr_platform.synthesis.protocol import Answer, Request
from emr_platform.synthesis.worker_process import WorkerProcess

APP = """\
import os, signal, sys, time
import helper
from emr_platform.synthesis.worker import AppLostError, Made, serve

class Refused(Exception):
    pass

def synthesize(request):
    print("said by", request.name, flush=True)
    match request.name:
        case "refused":
            raise Refused("a.yaml:1:2  no good")
        case "fault":
            helper.fail()
        case "exit":
            sys.exit("enough")
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "gone":
            os._exit(3)
        case "lost":
            raise AppLostError("nothing works any more")
        case "hangs":
            open("hanging", "w").close()
            time.sleep(60)
    return Made(f"{request.name} {request.context['key']} {os.getcwd()}", ("beware",))

print("said before")
serve(synthesize, refusals=(Refused,))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> CdkProject:
    folder = tmp_path_factory.mktemp("project")
    (folder / "app.py").write_text(APP, encoding="utf-8")
    (folder / "helper.py").write_text("def fail():\n    raise KeyError('x')\n", encoding="utf-8")
    return CdkProject(folder, f"KEEP=1 '{sys.executable}' app.py", {})


@pytest.fixture(scope="module")
def worker(project: CdkProject) -> Iterator[WorkerProcess]:
    worker = started(project)
    yield worker
    worker.close()


def started(project: CdkProject) -> WorkerProcess:
    worker = WorkerProcess(project)
    try:
        worker.wait_until_ready()
    except WorkerStartError:
        worker.close()
        raise
    return worker


def ask(worker: WorkerProcess, name: str) -> Answer:
    return worker.do(Request(name, "nowhere", {"key": "value"}))


def test_answers(worker: WorkerProcess, project: CdkProject) -> None:
    answer = ask(worker, "dev")

    assert answer.problem is None
    assert answer.inputs == f"dev value {project.directory}"
    assert answer.warnings == ("beware",)
    assert {"app.py", "helper.py"} < set(answer.sources)
    [library] = set(answer.sources) - {"app.py", "helper.py"}
    assert Path(library).name == "emr_platform"
    assert worker.said() == "said by dev"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("refused", "a.yaml:1:2  no good"),
        ("exit", "the app ended: enough"),
        ("fault", "KeyError: 'x'\n  in helper.py:2\n  EMR_PLATFORM_TRACEBACK=1 shows more"),
    ],
)
def test_problems_are_answers(worker: WorkerProcess, name: str, problem: str) -> None:
    answer = ask(worker, name)

    assert (answer.problem, answer.inputs) == (problem, None)
    assert ask(worker, "next").problem is None


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("killed", "was ended by SIGKILL, perhaps for want of memory"),
        ("gone", "ended with status 3"),
        (
            "lost",
            "ended with status 1 before the environment was done\n(.*\n)*nothing works any more",
        ),
    ],
)
def test_app_that_ends(project: CdkProject, name: str, how: str) -> None:
    worker = started(project)

    # A shell may stand between, which says it with a status of its own.
    with pytest.raises(WorkerLostError, match=f"{how}|ended with status 137") as lost:
        ask(worker, name)
    assert f"said by {name}" in str(lost.value)


def test_app_that_hangs_is_interrupted(project: CdkProject) -> None:
    worker = started(project)
    mark = project.directory / "hanging"

    def interrupt() -> None:
        while not mark.exists():
            time.sleep(0.01)
        worker.interrupt()

    threading.Thread(target=interrupt).start()
    with pytest.raises(WorkerLostError):
        ask(worker, "hangs")


@pytest.mark.parametrize(
    ("app", "said"),
    [
        ("echo hello", "ended with status 0: echo hello\nhello\n  allowed: an app that calls"),
        ("no-such-program", "ended with status 127"),
    ],
)
def test_app_that_is_no_worker(project: CdkProject, app: str, said: str) -> None:
    with pytest.raises(WorkerStartError, match=said):
        started(CdkProject(project.directory, app, {}))


def test_app_with_another_library(project: CdkProject, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "from emr_platform.synthesis import worker\nworker.LIBRARY = '/elsewhere'\nworker.serve(None)",
        encoding="utf-8",
    )

    with pytest.raises(WorkerStartError, match=r"/elsewhere.*\n.*this command Python"):
        started(CdkProject(tmp_path, project.app, {}))


def test_app_ends_with_who_started_it(project: CdkProject) -> None:
    """Even if that is killed: nobody is left who could ask."""
    worker = started(project)
    process = worker._process
    worker._requests.close()
    worker._answers.close()

    assert process.wait(10) == 0


def test_context_and_folder_of_others_are_not_passed_on(
    project: CdkProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_OUTDIR", "elsewhere")
    (tmp_path / "app.py").write_text(
        "import os\nfrom emr_platform.synthesis.worker import Made, serve\n"
        "serve(lambda _: Made(str('CDK_OUTDIR' in os.environ)))",
        encoding="utf-8",
    )
    worker = started(CdkProject(tmp_path, project.app, {}))

    assert ask(worker, "dev").inputs == "False"
    worker.close()
    assert os.environ["CDK_OUTDIR"] == "elsewhere"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
