"""Synthesizes environments, each into a cloud assembly of its own: only those that changed, on every core."""

from __future__ import annotations

import os
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Literal

from emr_platform.problems import InvalidSpecError, Problem
from emr_platform.synthesis import assembly as assemblies
from emr_platform.synthesis.executor import Executor
from emr_platform.synthesis.findings import read_findings
from emr_platform.synthesis.inputs import digest, inputs_of
from emr_platform.synthesis.program import OF_ONE_ENVIRONMENT, Program
from emr_platform.synthesis.project import CdkProject
from emr_platform.synthesis.protocol import Answer, Request
from emr_platform.synthesis.records import (
    Record,
    file_digests,
    is_intact,
    read_record,
    remove_record,
    write_record,
)
from emr_platform.synthesis.selection import doubles
from emr_platform.synthesis.worker_process import WorkerProcess
from emr_platform.tenants.estate import EnvironmentEntry, Estate

JOBS_PER_WORKER = 100
"""jsii keeps every construct until its process ends: after so many environments a worker makes room for a new one."""

_RECENT = 50
"""So many environments tell how long the next ones take; the first of each worker takes longer."""

Status = Literal["synthesized", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an environment.

    Attributes:
        name: Its name.
        status: ``synthesized``; ``unchanged``: nothing that matters did change since; ``failed``.
        assembly: The folder of its cloud assembly; of one that failed, an earlier one may be there.
        seconds: How long synthesizing it took; 0 if it is unchanged.
        problem: Why it failed; None if it did not, or if its problems say it.
        problems: What is wrong with how it is declared, warnings included.
        warnings: What the app and the CDK warn of.
    """

    name: str
    status: Status
    assembly: Path
    seconds: float = 0.0
    problem: str | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        total: How many environments there are.
        to_synthesize: How many of them have to be synthesized; None as long as that is not known.
        outcomes: What is done, in the order in which it was done.
        seconds_left: How long the rest will take, as far as can be told from what was done.
    """

    total: int
    to_synthesize: int | None
    outcomes: Sequence[Outcome]
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a run.

    Attributes:
        outcomes: Of each environment, by their names' order.
        removed: Environments that are no longer there, whose assemblies were removed.
        seconds: How long it took.
        is_settled: Whether the program was left as it was meanwhile. Otherwise what was synthesized is not taken
            for up to date the next time.
    """

    outcomes: tuple[Outcome, ...]
    removed: tuple[str, ...] = ()
    seconds: float = 0.0
    is_settled: bool = True

    def with_status(self, status: Status) -> list[Outcome]:
        """The outcomes of one kind."""
        return [outcome for outcome in self.outcomes if outcome.status == status]


@dataclass(frozen=True, kw_only=True)
class Synthesizer:
    """Synthesizes environments of a project.

    Attributes:
        project: The project, with the context of its app.
        output: The folder of the assemblies, one for each environment, by its name.
        jobs: How many environments to synthesize at a time. Default: as many as there are cores.
        use_cache: Whether what did not change is left as it is.
        observe: Called whenever something is done, in the thread of :meth:`run`.
        start: Starts a worker. Default: a process of the project's app.
        jobs_per_worker: After how many environments a worker is replaced.
    """

    project: CdkProject
    output: Path
    jobs: int | None = None
    use_cache: bool = True
    observe: Callable[[Progress], None] = lambda _: None
    start: Callable[[], WorkerProcess] | None = None
    jobs_per_worker: int = JOBS_PER_WORKER

    def run(self, estate: Estate, names: Sequence[str] | None = None) -> Result:
        """Synthesize environments.

        Args:
            estate: All environments of the project.
            names: Those to synthesize; then no assembly is removed. Default: all.

        Returns:
            What became of each. That one fails is no exception.

        Raises:
            OutputError: Something is in the way in the output folder.
            WorkerStartError: The project's app cannot be run.
        """
        with assemblies.locked(self.output):
            assemblies.remove_own_assembly(self.output)
            return _Run(self, estate, names).result()


@dataclass(frozen=True, slots=True)
class _Job:
    entry: EnvironmentEntry
    inputs: str
    problems: tuple[Problem, ...]


@dataclass
class _Run:
    """One run of a synthesizer, with what is known so far."""

    synthesizer: Synthesizer
    estate: Estate
    names: Sequence[str] | None
    outcomes: list[Outcome] = field(default_factory=list)
    to_synthesize: int | None = None
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.program = Program(self.synthesizer.project)
        wanted = None if self.names is None else set(self.names)
        entries = {
            entry.name: entry
            for entry in self.estate.entries
            if wanted is None or entry.name in wanted
        }
        self.entries = list(entries.values())
        self.data_destroyed = names_in(self.synthesizer.project.context.get("destroy-data"))

    def result(self) -> Result:
        current = list(self.checked())
        to_do = list(self.changed(current))
        self.to_synthesize = len(to_do)
        self.synthesize(to_do)
        is_settled = not (to_do and self.program.has_changed())
        if not is_settled:
            for outcome in self.outcomes:
                if outcome.status == "synthesized":
                    remove_record(outcome.assembly)
        return Result(
            tuple(sorted(self.outcomes, key=lambda outcome: outcome.name)),
            removed=tuple(self.removed()),
            seconds=time.monotonic() - self.started,
            is_settled=is_settled,
        )

    def checked(self) -> Iterator[_Job]:
        """The environments without errors; the others have failed."""
        twice = doubles(self.estate)
        for entry in self.entries:
            problems = self.estate.errors_for([entry.name])
            if entry.name in twice:
                problems.append(twice[entry.name])
            try:
                environment = entry.load()
                if not problems:
                    inputs = inputs_of(environment).digest
                    yield _Job(entry, inputs, environment.warnings)
                    continue
            except InvalidSpecError as error:
                problems += error.problems
            except OSError as error:
                self.done(self.failed(entry.name, f"{error.filename}: {error.strerror}"))
                continue
            self.done(self.failed(entry.name, None, tuple(problems)))

    def changed(self, jobs: Sequence[_Job]) -> Iterator[_Job]:
        """Those that have to be synthesized; the others are unchanged."""
        if not self.synthesizer.use_cache:
            yield from jobs
            return
        with ThreadPoolExecutor(max_workers=self.at_a_time) as pool:
            for job, record in zip(jobs, pool.map(self.current_record, jobs), strict=True):
                if record is None:
                    yield job
                    continue
                self.done(
                    Outcome(
                        job.entry.name,
                        "unchanged",
                        self.assembly(job.entry.name),
                        problems=job.problems,
                        warnings=record.warnings,
                    )
                )

    def current_record(self, job: _Job) -> Record | None:
        """The record of an assembly that is what synthesizing it again would make; None if there is none."""
        assembly = self.assembly(job.entry.name)
        record = read_record(assembly)
        if record is None or record.key != self.key(job.entry.name, job.inputs, record):
            return None
        return record if is_intact(assembly, record) else None

    def key(self, name: str, inputs: str, made: Record | _Made) -> str:
        """Digest of everything that the templates of an environment follow from."""
        return digest(
            {
                "program": self.program.digest(made.sources, made.node),
                "environment": inputs,
                "destroy-data": name in self.data_destroyed,
            }
        )

    def synthesize(self, jobs: Sequence[_Job]) -> None:
        """Synthesize environments."""
        if not jobs:
            return
        executor = Executor(
            lambda: _EnvironmentWorker(self),
            lost=lambda job, reason: self.failed(job.entry.name, reason, job.problems),
            workers=self.at_a_time,
            jobs_per_worker=self.synthesizer.jobs_per_worker,
        )
        self.tell(None)
        # Closed whatever happens, so that no worker outlives this.
        with closing(executor.run(jobs)) as outcomes:
            took: deque[float] = deque(maxlen=_RECENT)
            for count, outcome in enumerate(outcomes, start=1):
                took.append(outcome.seconds)
                left = len(jobs) - count
                self.done(
                    outcome, seconds_left=median(took) * left / min(self.at_a_time, left or 1)
                )

    def removed(self) -> Iterator[str]:
        """Remove the assemblies of environments that are gone, if that is sure."""
        if self.names is not None or self.estate.problems:
            return
        if any(outcome.status == "failed" for outcome in self.outcomes):
            # A file that cannot be read may be where one of them is.
            return
        for name in assemblies.recorded_names(self.synthesizer.output):
            if name not in self.estate.by_name:
                assemblies.remove(self.assembly(name))
                yield name

    def assembly(self, name: str) -> Path:
        return self.synthesizer.output / name

    def failed(self, name: str, problem: str | None, problems: tuple[Problem, ...] = ()) -> Outcome:
        return Outcome(name, "failed", self.assembly(name), problem=problem, problems=problems)

    def done(self, outcome: Outcome, seconds_left: float | None = None) -> None:
        self.outcomes.append(outcome)
        self.tell(seconds_left)

    def tell(self, seconds_left: float | None) -> None:
        self.synthesizer.observe(
            Progress(len(self.entries), self.to_synthesize, self.outcomes, seconds_left)
        )

    @property
    def at_a_time(self) -> int:
        return self.synthesizer.jobs or cores()


@dataclass(frozen=True, slots=True)
class _Made:
    sources: tuple[str, ...]
    node: str


class _EnvironmentWorker:
    """A worker that puts each assembly into its place."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        start = run.synthesizer.start
        self._process = start() if start else WorkerProcess(run.synthesizer.project)

    def wait_until_ready(self) -> None:
        self._process.wait_until_ready()

    def do(self, job: _Job) -> Outcome:
        run, name = self._run, job.entry.name
        started = time.monotonic()
        folder = assemblies.new_folder(run.synthesizer.output)
        try:
            answer = self._process.do(Request(name, str(folder.resolve()), self._context(name)))
            return self._finished(job, answer, folder, started)
        except assemblies.OutputError as error:
            return run.failed(name, str(error), job.problems)
        except OSError as error:
            place = error.filename or run.synthesizer.output
            return run.failed(name, f"{place}: {error.strerror}", job.problems)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        self._process.close()

    def interrupt(self) -> None:
        self._process.interrupt()

    def _finished(self, job: _Job, answer: Answer, folder: Path, started: float) -> Outcome:
        run, name = self._run, job.entry.name
        if answer.problem is not None or answer.inputs is None:
            problem = answer.problem or "the app gave no reason"
            # By then it is gone: what is in it is told by its name.
            problem = problem.replace(f"{folder.resolve()}/", "").replace(f"{folder}/", "")
            return run.failed(name, problem, job.problems)
        found = read_findings(folder)
        if found.errors:
            return run.failed(name, "\n".join(found.errors), job.problems)
        place = (f"{folder.resolve()}/", f"{run.assembly(name)}/")
        said = (each.replace(*place) for each in (*answer.warnings, *found.warnings))
        warnings = tuple(dict.fromkeys(said))
        made = _Made(answer.sources, self._process.hello.node)
        write_record(
            folder,
            Record(
                # What the worker read, should a file have changed since the beginning.
                key=run.key(name, answer.inputs, made) if answer.inputs else "",
                sources=made.sources,
                node=made.node,
                files=file_digests(folder),
                warnings=warnings,
            ),
        )
        assemblies.put_in_place(folder, run.assembly(name))
        return Outcome(
            name,
            "synthesized",
            run.assembly(name),
            seconds=time.monotonic() - started,
            problems=job.problems,
            warnings=warnings,
        )

    def _context(self, name: str) -> dict[str, Any]:
        context = self._run.synthesizer.project.context
        return {
            **{key: value for key, value in context.items() if key not in OF_ONE_ENVIRONMENT},
            "environment": name,
            **({"destroy-data": name} if name in self._run.data_destroyed else {}),
        }


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def names_in(context: object) -> frozenset[str]:
    """Names with commas, as context has them."""
    return frozenset(name.strip() for name in str(context or "").split(",") if name.strip())
