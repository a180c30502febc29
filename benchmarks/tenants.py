"""How long things take where a thousand tenants are registered, beside the same with one."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.processes import Usage, measure
from benchmarks.results import Result
from benchmarks.synthesis import Project, alternate

TENANTS = 1000
LIMIT_RATIO = 1.1
LIMIT_VALIDATE_SECONDS = 3.0
LIMIT_LIST_SECONDS = 1.0

_TENANT = "tenant-0500"
_ONE_CORE = """\
import os, sys
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
from emr_platform.cli import main
main()
"""
_ROW = "  {name}: {{tier: silo, parameters: {{core_count: {count}, disk_gib: {disk}}}}}\n"
_HEAD = """\
template: templates/standard.yaml
address_pool: {cidr: 10.0.0.0/8, prefix_length: 20}
tenants:
"""


def main(runs: int = 5) -> list[Result]:
    """Measure, and compare with the limits."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as thousand:
        few, many = _registry(Path(one), [500]), _registry(Path(thousand), range(1, TENANTS + 1))
        alone, among = alternate(
            runs, lambda: few.synthesize([_TENANT]), lambda: many.synthesize([_TENANT])
        )
        validate, listed = alternate(
            runs,
            lambda: _command(many.directory, "validate"),
            lambda: _command(many.directory, "list"),
        )
    return [
        Result(
            f"one environment with {TENANTS} tenants registered: times as long as with one, by the clock",
            among.clock / alone.clock,
            LIMIT_RATIO,
            f"{among.clock:.2f} s and {alone.clock:.2f} s; medians of {runs} runs in turn",
        ),
        Result(
            "the same, processor time",
            among.processor / alone.processor,
            LIMIT_RATIO,
            f"{among.processor:.2f} s and {alone.processor:.2f} s",
        ),
        Result(
            f"`validate` of {TENANTS} tenants, processor seconds on one core",
            validate.processor,
            LIMIT_VALIDATE_SECONDS,
            f"{validate.clock:.2f} s by the clock; median of {runs} runs",
        ),
        Result(
            f"`list` of {TENANTS} tenants, processor seconds on one core",
            listed.processor,
            LIMIT_LIST_SECONDS,
            f"{listed.clock:.2f} s by the clock; median of {runs} runs",
        ),
    ]


def _registry(directory: Path, numbers: range | list[int]) -> Project:
    """A project whose tenants get environments of the size of ``prod``, from one template."""
    project = Project(directory)
    project.write_template()
    rows = "".join(
        _ROW.format(name=f"tenant-{number:04}", count=2 + number % 5, disk=100 + number % 900)
        for number in numbers
    )
    (directory / "environments" / "customers.yaml").write_text(_HEAD + rows, encoding="utf-8")
    _command(directory, "lock")
    return project


def _command(directory: Path, *arguments: str) -> Usage:
    return measure(
        [sys.executable, "-c", _ONE_CORE, *arguments], directory=directory, environment={}
    )
