"""A worker as a process: the project's app, started as ``cdk.json`` says."""

from __future__ import annotations

import contextlib
import os
import platform
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from typing import IO

from emr_platform.synthesis.executor import WorkerLostError, WorkerStartError
from emr_platform.synthesis.project import CdkProject
from emr_platform.synthesis.protocol import (
    CHANNEL_VARIABLE,
    Answer,
    Hello,
    Request,
    read_answer,
    read_hello,
    written,
)
from emr_platform.synthesis.worker import LIBRARY

_PATIENCE_SECONDS = 5.0
_POLL_SECONDS = 0.01
_MOST_SAID_CHARACTERS = 4000
# What the CDK's command line tells the one app that it runs: what it knows, and where it shall write.
_OF_ONE_APP = (
    "CDK_CONTEXT_JSON",
    "CDK_ERROR_FILE",
    "CDK_OUTDIR",
    "CDK_PERF_COUNTERS_FILE",
    "CONTEXT_OVERFLOW_LOCATION_ENV",
)


class WorkerProcess:
    """A running app that answers requests. It is used by one thread at a time, but for :meth:`interrupt`.

    Attributes:
        hello: What the app says of itself, once it is ready.
    """

    hello: Hello

    def __init__(self, project: CdkProject, environ: Mapping[str, str] | None = None) -> None:
        """Start the app.

        Args:
            project: The project of the app.
            environ: Environment variables. Default: those of this process.
        """
        self._app = project.app
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        requests_out, requests_in = os.pipe()
        answers_out, answers_in = os.pipe()
        base = {
            name: value
            for name, value in (os.environ if environ is None else environ).items()
            if name not in _OF_ONE_APP
        }
        # In a process group of its own, so that all that the app has started can be ended with it.
        self._process = subprocess.Popen(  # noqa: S602 - cdk.json has a command line for a shell
            project.app,
            shell=True,
            cwd=project.directory,
            env={**base, CHANNEL_VARIABLE: f"{requests_out},{answers_in}"},
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=self._said,
            pass_fds=(requests_out, answers_in),
            process_group=0,
        )
        os.close(requests_out)
        os.close(answers_in)
        self._requests = os.fdopen(requests_in, "wb", buffering=0)
        self._answers = os.fdopen(answers_out, "rb")
        self._closing = threading.Lock()

    def wait_until_ready(self) -> None:
        """Wait until the app can be asked.

        Raises:
            WorkerStartError: It ends instead, or is no app that can be a worker.
        """
        try:
            self.hello = read_hello(self._answers.readline())
        except (LookupError, TypeError, ValueError):
            has_ended = self._has_ended_soon()
            how = _ended(self._process.wait()) if has_ended else "does not answer"
            said = self.said()
            raise WorkerStartError(
                f"the app of cdk.json {how}: {self._app}\n"
                + (f"{said}\n" if said else "")
                + "  allowed: an app that calls stacks.app.main(), as app.py does"
            ) from None
        if (self.hello.python, self.hello.library) != (platform.python_version(), str(LIBRARY)):
            raise WorkerStartError(
                f"the app of cdk.json uses Python {self.hello.python} and {self.hello.library},\n"
                f"  this command Python {platform.python_version()} and {LIBRARY}\n"
                "  allowed: the emr-platform that is installed beside the app's Python"
            )

    def do(self, request: Request) -> Answer:
        """Ask for an environment.

        Raises:
            WorkerLostError: The app has ended.
        """
        self._said.seek(0)
        self._said.truncate()
        try:
            self._requests.write(written(request))
            line = self._answers.readline()
            if line.endswith(b"\n"):
                return read_answer(line)
        except (OSError, LookupError, TypeError, ValueError):
            pass
        status = self._end()
        said = self.said()
        self.close()
        raise WorkerLostError(
            f"the app {_ended(status)} before the environment was done"
            + (f"\n{said}" if said else "")
        )

    def close(self) -> None:
        """Let the app end, as there are no more requests."""
        with self._closing:
            for stream in (self._requests, self._answers):
                with contextlib.suppress(OSError):
                    stream.close()
            self._end()
            self._said.close()

    def interrupt(self) -> None:
        """End the app as Ctrl-C would."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGINT)
        threading.Thread(target=self._kill_if_alive, daemon=True).start()

    def said(self) -> str:
        """The end of what the app has written to the terminal since the last request."""
        self._said.seek(0)
        return self._said.read().decode(errors="replace").strip()[-_MOST_SAID_CHARACTERS:]

    def _has_ended_soon(self) -> bool:
        """Wait for the app and all that it has started; the shell that started it may end before it."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < end:
            self._process.poll()
            try:
                os.killpg(self._process.pid, 0)
            except ProcessLookupError:
                return True
            except PermissionError:
                # macOS says so of processes that have ended and were not waited for.
                pass
            time.sleep(_POLL_SECONDS)
        return False

    def _end(self) -> int:
        if not self._has_ended_soon():
            self._kill()
        return self._process.wait()

    def _kill_if_alive(self) -> None:
        if not self._has_ended_soon():
            self._kill()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


def _ended(status: int) -> str:
    if status < 0:
        name = signal.Signals(-status).name if -status in set(signal.Signals) else str(-status)
        hint = ", perhaps for want of memory" if status == -signal.SIGKILL else ""
        return f"was ended by {name}{hint}"
    return f"ended with status {status}"
