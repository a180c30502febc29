"""How long things take where a thousand tenants are registered, beside the same with one."""

from __future__ import annotations

import re
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
LIMIT_CHANGED_RATIO = 3.0

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


def main(runs: int = 5, *, whole_estate: bool = True) -> list[Result]:
    """Measure, and compare with the limits.

    Args:
        runs: How often; the numbers are medians.
        whole_estate: Whether to synthesize the environments of all tenants, which takes some minutes, to measure how
            long it takes after a change to one.
    """
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
        changed = _changed(few, many, runs) if whole_estate else []
    return [
        *changed,
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


def _changed(few: Project, many: Project, runs: int) -> list[Result]:
    """``emr-platform synth`` of all tenants after a change to one, beside that of one that is alone."""
    several = few, many
    for project in several:
        project.synthesize_everything()
    sizes = iter(range(1001, 2000))

    def one() -> Usage:
        size = next(sizes)
        for project in several:
            _change(project, disk_gib=size)
        return few.run_synth_command()

    alone, among, nothing = alternate(runs, one, many.run_synth_command, many.run_synth_command)
    return [
        Result(
            f"`emr-platform synth` after a change to one of {TENANTS} tenants: times as long as of one that is alone, "
            "by the clock",
            among.clock / alone.clock,
            LIMIT_CHANGED_RATIO,
            f"{among.clock:.2f} s and {alone.clock:.2f} s; medians of {runs} runs in turn; "
            f"after no change {nothing.clock:.2f} s",
        ),
        Result(
            "the same, processor time",
            among.processor / alone.processor,
            LIMIT_CHANGED_RATIO,
            f"{among.processor:.2f} s and {alone.processor:.2f} s",
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


def _change(project: Project, *, disk_gib: int) -> None:
    """Give core nodes of one tenant disks of another size."""
    file = project.directory / "environments" / "customers.yaml"
    row = re.compile(rf"({_TENANT}: .*disk_gib: )\d+")
    text, count = row.subn(rf"\g<1>{disk_gib}", file.read_text(encoding="utf-8"))
    assert count == 1, count
    file.write_text(text, encoding="utf-8")


def _command(directory: Path, *arguments: str) -> Usage:
    return measure(
        [sys.executable, "-c", _ONE_CORE, *arguments], directory=directory, environment={}
    )
