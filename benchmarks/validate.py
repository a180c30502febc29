"""How long the command line takes to check 1000 environment files on one core, from its start to its end.

Beside it, in the same run, what cannot be saved: reading the same files with PyYAML's parser in C, and
checking them with pydantic alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.environments import write_environments
from benchmarks.results import Result

FILES = 1000
LIMIT_SECONDS = 10.0
LIMIT_RATIO = 3.0

_ONE_CORE = """\
import os, sys
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
"""
_VALIDATE = f"""{_ONE_CORE}
from emr_platform.cli import main
sys.argv[1:1] = ["validate"]
main()
"""
_PARSE_AND_PYDANTIC = f"""{_ONE_CORE}
import yaml
from emr_platform.environment.spec import EnvironmentSpec
for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        EnvironmentSpec.model_validate(yaml.load(file.read(), Loader=yaml.CSafeLoader))
"""


class _Time(NamedTuple):
    """Seconds of a process.

    Attributes:
        processor: That it computed, and that the system computed for it.
        clock: From its start to its end.
    """

    processor: float
    clock: float


def main(runs: int = 3) -> list[Result]:
    """Measure, and compare with the limits."""
    validate: list[_Time] = []
    least: list[_Time] = []
    with tempfile.TemporaryDirectory() as directory:
        files = write_environments(Path(directory), FILES)
        for _ in range(runs):
            validate.append(_run(_VALIDATE, files))
            least.append(_run(_PARSE_AND_PYDANTIC, files))
    seconds = min(run.processor for run in validate)
    clock = min(run.clock for run in validate)
    least_seconds = min(run.processor for run in least)
    return [
        Result(
            f"`validate` of {FILES} files, processor seconds on one core",
            seconds,
            LIMIT_SECONDS,
            f"{clock:.2f} s by the clock; best of {runs} runs",
        ),
        Result(
            "times as long as parsing (PyYAML in C) and pydantic alone",
            seconds / least_seconds,
            LIMIT_RATIO,
            f"{least_seconds:.2f} s for these, run in turn with the other",
        ),
    ]


def _run(program: str, files: list[Path]) -> _Time:
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, files)], stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    clock = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, "the measured program")
    return _Time(usage.ru_utime + usage.ru_stime, clock)
