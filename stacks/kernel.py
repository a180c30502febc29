"""Starts the CDK's JavaScript for a short life, and without the process that jsii puts between it and Python.

The CDK runs in a process of Node.js, jsii's kernel. jsii starts it by way of another process, which copies each message
between the two. An environment is some hundred messages, of which most take the kernel less time than the copying
does.

Node.js expects to run for hours: it looks for garbage in the background, of which an app has hardly any, and compiles
what looks busy once more to be faster later on. An app ends before that pays, and then waits for the compilers.

Python and the CDK take turns. On two cores one of them would be idle at any time, and to wake it can take longer than
the answer does, above all on a virtual machine.

All else is jsii's own: the kernel, the messages, how both end. Another jsii than those that this was tried with is left
alone. `Source <https://github.com/aws/jsii/blob/main/packages/@jsii/runtime/bin/jsii-runtime.ts>`_.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from jsii import _kernel
from jsii._kernel.providers import process as provider

from stacks.messages import MessagesProcess, jsii_reference, reference

TRIED_JSII_VERSIONS = ("1.142.0",)
"""The versions of jsii that start their kernel as it is started here."""

_OPTIONS = (
    # As jsii does.
    "--max-old-space-size=4069",
    "--preserve-symlinks",
    # `node --v8-options` describes these. The CDK's check of templates asks for memory in small steps, and at each
    # Node.js looks for garbage: a hundred times if it does so in the background, twenty times if not.
    "--no-concurrent-marking",
    "--wasm-tiering-budget=300000000",
)
# What comes as standard input is a socket, to be read and written. A shell need not know descriptors above 9.
_ON_CHANNEL = 'exec "$@" 3<&0 </dev/null'
_PATIENCE_SECONDS = 5.0
# The 39th field, counted from the state of the process, which is the 3rd.
_PROCESSOR = 36
# A module without a public name for it, and that mypy need not see through.
_provider: Any = provider
_jsii_kernel: Any = _kernel
_jsii_class: type[provider._NodeProcess] = provider._NodeProcess


def talk_directly() -> bool:
    """Have the kernel started without a process in between, once something of the CDK is used.

    ``JSII_RUNTIME`` names another runtime to be used, of which nothing is known here:
    https://aws.github.io/jsii/user-guides/lib-user/configuration/

    Returns:
        Whether it will be; not with another jsii, another runtime, or another system than POSIX.
    """
    is_tried = (
        _provider.__jsii_runtime_version__ in TRIED_JSII_VERSIONS
        and "JSII_RUNTIME" not in os.environ
    )
    directly = is_tried and os.name == "posix"
    _provider._NodeProcess = _Kernel if directly else _jsii_class
    _jsii_kernel._make_reference_for_native = reference if directly else jsii_reference
    return directly


@contextlib.contextmanager
def on_one_core() -> Iterator[None]:
    """Have Python and the kernel on one core, for a while in which they talk to each other more than they compute.

    It is the core that Python is on, and those two threads only: what Node.js does in the background is free to be
    elsewhere. Where a system knows or allows no such thing, or jsii has started the kernel, nothing changes.
    """
    kernel = _Kernel.running
    if sys.platform != "linux" or kernel is None:
        yield
        return
    threads = (0, kernel.pid)
    cores = os.sched_getaffinity(0)
    _put_on({_current_core()}, threads)
    try:
        yield
    finally:
        _put_on(cores, threads)


def _put_on(cores: set[int], threads: Iterable[int]) -> None:
    for thread in threads:
        # It may have ended, or this may not be allowed; nothing depends on it but time.
        with contextlib.suppress(OSError):
            os.sched_setaffinity(thread, cores)


def _current_core() -> int:
    # What stands before the state may have spaces. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    stat = Path("/proc/thread-self/stat").read_text(encoding="utf-8")
    return int(stat.rpartition(")")[2].split()[_PROCESSOR])


class _Kernel(MessagesProcess):
    """The kernel, a process of Node.js that reads and writes messages on its descriptor 3."""

    running: ClassVar[_Kernel | None] = None

    @property
    def pid(self) -> int:
        """The process, and the thread of it that answers."""
        return int(self._process.pid)

    def start(self) -> None:
        node = os.environ.get("JSII_NODE", "node")
        ours, theirs = socket.socketpair()
        runtime = Path(self._jsii_runtime())
        with ours, theirs:
            self._process = subprocess.Popen(  # noqa: S603
                [
                    "/bin/sh",
                    "-c",
                    _ON_CHANNEL,
                    "sh",
                    node,
                    *_OPTIONS,
                    str(runtime.parents[1] / "lib" / "program.js"),
                ],
                stdin=theirs.fileno(),
                env={**os.environ, "JSII_AGENT": f"Python/{platform.python_version()}"},
            )
            self._process.stdin = ours.makefile("wb")
            self._process.stdout = ours.makefile("rb")
        atexit.register(self.stop)
        _Kernel.running = self
        try:
            self.handshake()
        except ValueError:
            # It has said why on standard error.
            raise SystemExit(
                f"{node}: no Node.js that can run the CDK (exit status {self._process.wait()})\n"
                "  allowed: JSII_NODE with the path of one, as cdk.json has it; `make install` installs one"
            ) from None

    def stop(self) -> None:
        atexit.unregister(self.stop)
        _Kernel.running = None
        requests, answers = self._process.stdin, self._process.stdout
        if requests is None or answers is None or requests.closed:
            return
        try:
            requests.write(b'{"exit":0}\n')
            requests.close()
            self._process.wait(_PATIENCE_SECONDS)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        answers.close()
        self._ctx_stack.close()
