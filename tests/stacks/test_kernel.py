"""The CDK's kernel as a process of Python's own, without the one that jsii puts in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from jsii._kernel.providers import process as provider

from stacks.kernel import TRIED_JSII_VERSIONS, talk_directly
from tests.support import ROOT

# What a program can do after `talk_directly()`; each is run in a process of its own.
PROLOGUE = """
import os, pathlib, subprocess, sys, time
from stacks.kernel import talk_directly
print(talk_directly(), flush=True)
import aws_cdk
from jsii import kernel
process = kernel.provider._process._process
folder = pathlib.Path(process.args[-1]).parents[1]
def below(pid):
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,comm="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    return [comm for _, parent, comm in rows if int(parent) == pid and comm != "ps"]
"""


def run(program: str, *, before: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", before + PROLOGUE + textwrap.dedent(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def has_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_installed_jsii_was_tried() -> None:
    # After an update: read how the new jsii starts its kernel, then say here that it was tried.
    assert provider.__dict__["__jsii_runtime_version__"] in TRIED_JSII_VERSIONS


def test_nothing_is_between_python_and_the_kernel() -> None:
    result = run("print(len(below(os.getpid())), len(below(process.pid)))")

    assert result.stdout.splitlines() == ["True", "1 0"], result.stderr


def test_a_program_may_have_many_files_open() -> None:
    result = run(
        "print(aws_cdk.Stack(aws_cdk.App(), 'it').stack_name)",
        before="files = [open('/dev/null') for _ in range(40)]",
    )

    assert result.stdout.splitlines() == ["True", "it"], result.stderr


def test_no_node_is_told_without_a_traceback() -> None:
    result = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "JSII_NODE": "/no/such/node"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert result.returncode == 1
    assert "/no/such/node: no Node.js that can run the CDK (exit status 127)" in result.stderr
    assert "Traceback" not in result.stderr


def test_another_runtime_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "_NodeProcess", provider._NodeProcess)
    monkeypatch.setenv("JSII_RUNTIME", "runtime.js")

    assert not talk_directly()
    assert provider._NodeProcess.__module__ == provider.__name__


def test_another_jsii_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "_NodeProcess", provider._NodeProcess)
    monkeypatch.setattr(provider, "__jsii_runtime_version__", "1.999.0")

    assert not talk_directly()
    assert provider._NodeProcess.__module__ == provider.__name__


def test_what_the_kernel_says_is_seen() -> None:
    # The CDK's check of templates writes to standard error, by way of the kernel's.
    result = run("app = aws_cdk.App(); aws_cdk.Stack(app, 'empty'); app.synth()")

    assert result.returncode == 0
    assert "Resources section must exist" in result.stderr


def test_it_ends_with_the_program_and_leaves_nothing() -> None:
    result = run("print(process.pid, folder)")

    pid, folder = result.stdout.splitlines()[-1].split(None, 1)
    assert has_ended(int(pid))
    assert not Path(folder).exists()
    assert not result.stderr


def test_a_kernel_that_is_lost_is_an_error_and_not_a_wait() -> None:
    result = run("process.kill(); process.wait(); aws_cdk.App()")

    assert result.returncode == 1
    assert result.stderr == "Node.js ended, in which the CDK runs, before all was done\n"


def test_a_kernel_that_does_not_end_is_ended() -> None:
    result = run(
        """
        import signal
        process.send_signal(signal.SIGSTOP)
        from stacks import kernel as module
        module._PATIENCE_SECONDS = 0.1
        print(process.pid, folder)
        """
    )

    pid, folder = result.stdout.splitlines()[-1].split(None, 1)
    assert has_ended(int(pid))
    assert not Path(folder).exists()
    assert not result.stderr


def test_the_kernel_ends_when_its_program_is_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROLOGUE + "print(process.pid, flush=True); time.sleep(60)"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as program:
        assert program.stdout is not None
        _, pid = (program.stdout.readline(), int(program.stdout.readline()))
        program.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while not has_ended(pid) and time.monotonic() < until:
        time.sleep(0.05)

    assert has_ended(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="Other systems do not let a process choose.")
def test_python_and_the_kernel_are_on_one_core_for_a_while() -> None:
    result = run(
        """
        import os
        from stacks.kernel import on_one_core
        def cores():
            # Those of the kernel's other threads matter to what it does in the background.
            threads = os.listdir(f"/proc/{process.pid}/task")
            others = [os.sched_getaffinity(int(each)) for each in threads if int(each) != process.pid]
            return os.sched_getaffinity(0), os.sched_getaffinity(process.pid), others
        before = cores()
        with on_one_core():
            ours, kernels, others = cores()
        print(len(ours), ours == kernels, others == before[2], cores() == before)
        try:
            with on_one_core():
                raise KeyError
        except KeyError:
            print(cores() == before)
        """
    )

    assert result.stdout.splitlines() == ["True", "1 True True True", "True"], result.stderr


def test_a_kernel_that_has_ended_has_no_core() -> None:
    result = run(
        """
        import os
        from stacks.kernel import on_one_core
        before = os.sched_getaffinity(0) if sys.platform == "linux" else None
        with on_one_core():
            process.kill()
            process.wait()
        print(before == (os.sched_getaffinity(0) if before else None))
        kernel.provider._process.stop()
        with on_one_core():
            print("left alone")
        """
    )

    assert result.stdout.splitlines() == ["True", "True", "left alone"], result.stderr
