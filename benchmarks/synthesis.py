"""How long the CDK app takes, beside a bare CDK app that emits the same templates.

Whole processes with all their children; the medians of runs that alternate.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks import floor
from benchmarks.processes import Usage, measure
from benchmarks.results import Result

LIMIT_RATIO = 1.8
LIMIT_INCREMENT_RATIO = 2.0
LIMIT_GROWTH = 1.25
"""The slope of the second half to that of the first, and for memory, of which Node.js gives back some at times, the
largest size to where a straight line through the others ends."""

SEVERAL = 10
MANY = (20, 110, 200)

_ROOT = floor.ROOT
_PROD = _ROOT / "environments" / "prod.yaml"
# As cdk.json has it.
_APP: list[str | Path] = [sys.executable, "-O", _ROOT / "app.py"]
_EMPTY_APP = "from aws_cdk import App; App().synth()"
_PARAMETERS = """\
parameters:
  core_count: {type: integer, minimum: 1, maximum: 6, default: 2, description: Core nodes}
  disk_gib: {type: integer, minimum: 64, maximum: 2000, default: 256, description: Disks of core nodes}
"""
# What the CDK's command line says of itself to the app.
_COMMAND_LINE: Final[dict[str, Any]] = {
    "aws:cdk:bundling-stacks": ["**"],
    "aws:cdk:disable-version-reporting": True,
    "aws:cdk:enable-asset-metadata": True,
    "@aws-cdk/core:failSynthOnValidationErrors": False,
}


def main(runs: int = 5, *, many: Sequence[int] = MANY) -> list[Result]:
    """Measure, and compare with the limits.

    Args:
        runs: How often; the numbers are medians.
        many: How many environments are in one app, three sizes from the smallest to the largest; none to leave
            that out.
    """
    with tempfile.TemporaryDirectory() as folder:
        return [*_few(runs), *_many(runs, Path(folder), many)]


class Project:
    """A folder with environments of the size of ``prod``.

    Args:
        directory: An empty folder, or where to make one.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._assembly = directory / "cdk.out"
        self._floor = directory / "floor.out"

    def write(self, count: int) -> list[str]:
        """Have so many environments, and return their names."""
        folder = self.directory / "environments"
        self.directory.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(_PROD.parent / "scripts", folder / "scripts")
        names = [f"prod-{number:03}" for number in range(count)]
        prod = _PROD.read_text(encoding="utf-8")
        for number, name in enumerate(names):
            text = prod.replace("name: prod\n", f"name: {name}\n")
            text = text.replace("cidr: 10.40.", f"cidr: 10.{number}.")
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        return names

    def write_template(self) -> None:
        """Have a template for tenants instead, with core nodes and their disks as parameters."""
        folder = self.directory / "environments"
        shutil.copytree(_PROD.parent / "scripts", folder / "scripts")
        (folder / "templates").mkdir()
        lines = _PROD.read_text(encoding="utf-8").splitlines(keepends=True)
        text = "".join(line for line in lines if not line.startswith(("name:", "  cidr:")))
        for fixed, parameter in (
            ("count: 3,", "count: $(core_count),"),
            ("size_gib: 256,", "size_gib: $(disk_gib),"),
        ):
            assert text.count(fixed) == 1, fixed
            text = text.replace(fixed, parameter)
        (folder / "templates" / "standard.yaml").write_text(_PARAMETERS + text, encoding="utf-8")

    def synthesize(self, names: Sequence[str], **context: int) -> Usage:
        """Run the app, with more context if any is given."""
        shutil.rmtree(self._assembly, ignore_errors=True)
        return measure(
            _APP,
            directory=self.directory,
            environment=self._environment(self._assembly, names, is_floor=False, **context),
        )

    def synthesize_everything(self) -> Usage:
        """Run ``emr-platform synth`` for all environments, whether or not they changed."""
        shutil.rmtree(self._assembly, ignore_errors=True)
        return self.run_synth_command("--no-cache")

    def run_synth_command(self, *arguments: str) -> Usage:
        """Run ``emr-platform synth``, which leaves alone what did not change."""
        settings = json.loads((_ROOT / "cdk.json").read_text(encoding="utf-8"))
        settings["app"] = shlex.join(map(str, _APP))
        (self.directory / "cdk.json").write_text(json.dumps(settings), encoding="utf-8")
        return measure(
            [Path(sys.executable).with_name("emr-platform"), "synth", *arguments],
            directory=self.directory,
            environment={"JSII_NODE": str(floor.NODE)},
        )

    def emit_floor(self) -> Usage:
        """Write the same templates at the least expense."""
        environment = self._environment(self._floor, (), is_floor=True)
        usage = floor.emit(self._assembly, self._floor, environment=environment)
        floor.check_same_templates(self._assembly, self._floor)
        return usage

    def empty_app(self) -> Usage:
        """Run an app with nothing in it, in Python."""
        return measure(
            [sys.executable, "-c", _EMPTY_APP],
            directory=self.directory,
            environment=self._environment(self.directory / "empty.out", (), is_floor=False),
        )

    def _environment(
        self, output: Path, names: Sequence[str], *, is_floor: bool, **more: int
    ) -> dict[str, str]:
        settings = json.loads((_ROOT / "cdk.json").read_text(encoding="utf-8"))
        context = {
            **settings["context"],
            **_COMMAND_LINE,
            # The floor has the paths from the templates.
            "aws:cdk:enable-path-metadata": not is_floor,
            "environment": ",".join(names),
            **more,
        }
        return {
            "CDK_CONTEXT_JSON": json.dumps(context),
            "CDK_OUTDIR": str(output),
            "JSII_NODE": str(floor.NODE),
        }


def _few(runs: int) -> list[Result]:
    """One environment, and each further one of several, in both ways to synthesize them, beside the floor."""
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        one, several, few, more = (Project(Path(folder) / name) for name in ("1", "2", "3", "4"))
        name, names = one.write(1), several.write(SEVERAL)
        few.write(cores)
        more.write(cores + SEVERAL)
        one.synthesize(name)  # The first time, the CDK unpacks itself into its cache.
        one.emit_floor()
        app, least, apps, least_more, before, after, empty = alternate(
            runs,
            lambda: one.synthesize(name),
            one.emit_floor,
            lambda: several.synthesize(names),
            several.emit_floor,
            few.synthesize_everything,
            more.synthesize_everything,
            one.empty_app,
        )
    floor_increment = _increment(least, least_more, SEVERAL - 1)
    return [
        *_beside(
            "one environment of the size of `prod`",
            app,
            least,
            LIMIT_RATIO,
            f"an empty app {empty.clock:.2f} s, medians of {runs} runs in turn",
        ),
        *_beside(
            f"each further environment in `emr-platform synth` on {cores} cores",
            _increment(before, after, SEVERAL),
            floor_increment,
            LIMIT_INCREMENT_RATIO,
            f"from {cores} to {cores + SEVERAL} that all changed",
        ),
        *_beside(
            "each further environment of a few in one app",
            _increment(app, apps, SEVERAL - 1),
            floor_increment,
            LIMIT_INCREMENT_RATIO,
            f"from 1 to {SEVERAL}, in one process",
        ),
    ]


def _beside(what: str, app: Usage, least: Usage, limit: float, note: str) -> list[Result]:
    return [
        Result(
            f"{what}: times the floor, by the clock",
            app.clock / least.clock,
            limit,
            f"{app.clock:.2f} s and {least.clock:.2f} s; {note}",
        ),
        Result(
            f"{what}: times the floor, processor time",
            app.processor / least.processor,
            limit,
            f"{app.processor:.2f} s and {least.processor:.2f} s",
        ),
        Result(
            f"{what}: MiB of memory",
            app.memory,
            None,
            f"the floor {least.memory:.1f} MiB; all processes, each at its peak",
        ),
    ]


def _many(runs: int, folder: Path, sizes: Sequence[int]) -> list[Result]:
    """Each further environment of many, in each way to synthesize them, beside the floor."""
    if not sizes:
        return []
    least, middle, most = sizes
    programs: dict[tuple[str, int], Callable[[], Usage]] = {}
    for size in sizes:
        project = Project(folder / str(size))
        names = project.write(size)
        programs["app", size] = partial(project.synthesize, names)
        programs["floor", size] = project.emit_floor
        if size < most:
            programs["one process", size] = partial(project.synthesize, names, jobs=1)
            programs["command", size] = project.synthesize_everything
    usages = dict(zip(programs, alternate(runs, *programs.values()), strict=True))

    def increment(program: str, few: int, more: int) -> Usage:
        return _increment(usages[program, few], usages[program, more], more - few)

    before, after = increment("app", least, middle), increment("app", middle, most)
    one_process, floor_to_middle = (
        increment(program, least, middle) for program in ("one process", "floor")
    )
    apps = [usages["app", size] for size in sizes]
    expected = apps[1].memory + before.memory * (most - middle)
    between = ", ".join(map(str, sizes))
    return [
        *_beside(
            "each further environment of many in one app, as the CDK's command line runs it",
            increment("app", least, most),
            increment("floor", least, most),
            LIMIT_INCREMENT_RATIO,
            f"from {least} to {most}, on {os.cpu_count()} cores; medians of {runs} runs in turn",
        ),
        *_beside(
            "each further environment of many in one process",
            one_process,
            floor_to_middle,
            LIMIT_INCREMENT_RATIO,
            f"from {least} to {middle}",
        ),
        Result(
            "of which the CDK's own JavaScript, that Python waits for: times the floor, processor time",
            one_process.largest / floor_to_middle.largest,
            None,
            f"{one_process.largest:.2f} s and {floor_to_middle.largest:.2f} s",
        ),
        *_beside(
            "each further environment of many in `emr-platform synth`",
            increment("command", least, middle),
            floor_to_middle,
            LIMIT_INCREMENT_RATIO,
            f"from {least} to {middle} that all changed, on {os.cpu_count()} cores",
        ),
        Result(
            f"seconds of each further environment: up to {most} as against up to {middle}",
            after.clock / before.clock,
            LIMIT_GROWTH,
            f"{after.clock:.2f} s and {before.clock:.2f} s; apps of {between}: "
            + ", ".join(f"{each.clock:.0f}" for each in apps)
            + " s",
        ),
        Result(
            f"memory of {most} environments, to that of a straight line through {least} and {middle}",
            apps[2].memory / expected,
            LIMIT_GROWTH,
            f"apps of {between}: " + ", ".join(f"{each.memory:.0f}" for each in apps) + " MiB",
        ),
    ]


def _increment(few: Usage, more: Usage, count: int) -> Usage:
    return Usage(*((after - before) / count for before, after in zip(few, more, strict=True)))


def alternate(runs: int, *programs: Callable[[], Usage]) -> list[Usage]:
    """Run programs in turn, and return the median of each."""
    rounds = [[program() for program in programs] for _ in range(runs)]
    return [Usage.median(usages) for usages in zip(*rounds, strict=True)]
