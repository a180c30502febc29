"""How much a command takes of the machine, with all processes that it starts."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

# Python keeps what it has compiled, whatever the one who measures has set.
_CACHING = {"PYTHONDONTWRITEBYTECODE": ""}
_SAMPLE_SECONDS = 0.05
_ERRORS_SHOWN = 2000
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Usage(NamedTuple):
    """What a command took.

    Attributes:
        clock: Seconds from its start to its end.
        processor: Seconds that its processes computed, and that the system computed for them.
        memory: MiB: the most that each of its processes had at a time, added up. Pages that processes share count for
            each. 0 where the system does not tell.
        largest: Seconds that the one process computed that computed most, as of the last look at it. 0 where the
            system does not tell.
    """

    clock: float
    processor: float
    memory: float
    largest: float

    @classmethod
    def median(cls, usages: Sequence[Usage]) -> Usage:
        """The median of each."""
        return cls(*(median(values) for values in zip(*usages, strict=True)))


def measure(
    command: Sequence[str | Path], *, directory: Path, environment: Mapping[str, str]
) -> Usage:
    """Run a command to its end.

    Args:
        command: Program and arguments.
        directory: Where it runs.
        environment: Environment variables, besides those of this process.

    Raises:
        RuntimeError: It failed; with what it wrote to standard error.
    """
    begin = time.perf_counter()
    with (
        subprocess.Popen(
            list(map(str, command)),
            cwd=directory,
            env={**os.environ, **_CACHING, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
        _Watch(process.pid) as watch,
    ):
        errors = process.stderr.read() if process.stderr else ""
        # Whatever it started and waited for counts along.
        _, status, used = os.wait4(process.pid, 0)
        clock = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(
            f"{command}: exit status {process.returncode}\n{errors[-_ERRORS_SHOWN:]}"
        )
    return Usage(clock, used.ru_utime + used.ru_stime, watch.mib, watch.largest)


class _Watch:
    """Watches a process and its descendants; what each has had and computed so far is the system's to keep."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._peaks: dict[int, int] = {}
        self._seconds: dict[int, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    @property
    def mib(self) -> float:
        return sum(self._peaks.values()) / 1024

    @property
    def largest(self) -> float:
        return max(self._seconds.values(), default=0.0)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            for process in _tree(self._process):
                if peak := _peak_kib(process):
                    self._peaks[process] = peak
                if seconds := _seconds(process):
                    self._seconds[process] = seconds


def _tree(process: int) -> list[int]:
    found = [process]
    for each in found:
        try:
            for children in Path(f"/proc/{each}/task").glob("*/children"):
                found += map(int, children.read_text(encoding="ascii").split())
        except OSError:
            continue  # It has ended meanwhile.
    return found


def _peak_kib(process: int) -> int:
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line), 0)


def _seconds(process: int) -> float:
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    # In user mode and in the kernel, the 14th and 15th; the 2nd may have spaces.
    # https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND
