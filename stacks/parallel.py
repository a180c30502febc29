"""Several environments of one app in several processes of it, for the CDK's command line.

The CDK computes in one thread. A further process of the app takes as long to start as this one did, and from then on
shares what is left. How much that is, is known as soon as some environments are done.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aws_cdk import App

from emr_platform.environment.loader import LoadedEnvironment
from emr_platform.reports.report import listed
from emr_platform.synthesis.executor import Executor, WorkerStartError
from emr_platform.synthesis.inputs import inputs_of
from emr_platform.synthesis.merge import MergeError, merge_assemblies
from emr_platform.synthesis.project import CdkProject
from emr_platform.synthesis.protocol import Answer, Request
from emr_platform.synthesis.synthesize import JOBS_PER_WORKER, cores
from emr_platform.synthesis.worker import Made, answer_to
from emr_platform.synthesis.worker_process import WorkerProcess
from stacks.start import STARTED

FEWEST_ENVIRONMENTS = 20
"""Fewer environments are never worth another process."""

TIMES_ITS_START = 2.5
"""Another process is started when what is left takes this many times as long as its start. While it starts, and later,
it slows this one: with less, the whole would take longer on two cores."""

_MEASURED = 2
_TEMPORARY = ".parallel-"
# By these an app knows that the command line runs it, and that it is to report what validations find; and the report
# has another form, too.
_OUTPUT_VARIABLE = "CDK_OUTDIR"
_APP_REPORTS = "@aws-cdk/core:failSynthOnValidationErrors"
_LEGACY_REPORT = "@aws-cdk/core:validationReportJson"
_IN_ONE = "  allowed: --context jobs=1, for all of them in one process and one app"


class ParallelSynthesisError(Exception):
    """There are no templates; the message says why, and of which environments."""


def most_processes(app: App, count: int) -> int:
    """In how many processes to synthesize environments, at most.

    Args:
        app: The app. Its context ``jobs`` is the largest number; the default is one for each core.
        count: How many environments there are.

    Returns:
        The largest number; 1 for few environments, and if this is no app that the CDK's command line runs: who runs
        it then may expect more of it than files.

    Raises:
        ParallelSynthesisError: ``jobs`` is no such number.
    """
    jobs = _jobs(app)
    if count < FEWEST_ENVIRONMENTS or _OUTPUT_VARIABLE not in os.environ:
        return 1
    is_reported = str(app.node.try_get_context(_APP_REPORTS)).lower() == "false"
    return jobs if is_reported and not app.node.try_get_context(_LEGACY_REPORT) else 1


def _jobs(app: App) -> int:
    jobs = app.node.try_get_context("jobs")
    if jobs is None:
        return cores()
    # The command line has text only; cdk.json may have a number, which comes as one with a fraction.
    text = str(jobs).removesuffix(".0")
    if not re.fullmatch("[1-9][0-9]{0,3}", text):
        raise ParallelSynthesisError(
            f"--context jobs={jobs}\n  allowed: how many environments at a time, from 1 to 9999"
        )
    return int(text)


@dataclass(frozen=True, kw_only=True)
class ParallelSynthesis:
    """Synthesizes environments as one app would, in this process and in further ones.

    Attributes:
        output: The folder of the cloud assembly.
        context: The context of the app.
        processes: How many processes there may be, this one included.
        synthesize: Makes the cloud assembly of one environment, in this process.
        refusals: Exceptions by which it refuses bad input.
        start_seconds: How long another process takes until it has made its first environment. Default: as long as this
            one did.
    """

    output: Path
    context: Mapping[str, Any]
    processes: int
    synthesize: Callable[[LoadedEnvironment, Request], Made]
    refusals: tuple[type[Exception], ...]
    start_seconds: float | None = None

    def run(self, environments: Sequence[LoadedEnvironment]) -> list[str]:
        """Synthesize environments.

        Args:
            environments: The environments, checked.

        Returns:
            What the app warns of.

        Raises:
            ParallelSynthesisError: Some of them have no templates. Then the assembly stays as it was.
        """
        by_name = {environment.spec.name: environment for environment in environments}
        self.output.mkdir(parents=True, exist_ok=True)
        # What a process left that was killed. The command line lets only one app write to the folder at a time.
        for left in self.output.glob(f"{_TEMPORARY}*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=_TEMPORARY, dir=self.output) as folder:
            requests = [self._request(name, Path(folder, name)) for name in by_name]
            answers = self._answers(requests, by_name)
            problems: dict[str, list[str]] = {}
            for request in requests:
                problem = _problem(answers[request.name], by_name[request.name])
                if problem:
                    problems.setdefault(self._in_output(problem, request), []).append(request.name)
            if problems:
                raise ParallelSynthesisError(
                    "\n".join(f"{listed(names)}: {problem}" for problem, names in problems.items())
                )
            try:
                merge_assemblies([Path(request.directory) for request in requests], self.output)
            except MergeError as error:
                raise ParallelSynthesisError(f"{error}\n{_IN_ONE}") from None
        return [
            self._in_output(warning, request)
            for request in requests
            for warning in answers[request.name].warnings
        ]

    def _in_output(self, text: str, request: Request) -> str:
        """What is said of a file, with the place where the file is in the end."""
        return text.replace(request.directory, str(self.output))

    def _request(self, name: str, directory: Path) -> Request:
        directory.mkdir()
        return Request(name, str(directory.resolve()), {**self.context, "environment": name})

    def _answers(
        self, requests: Sequence[Request], by_name: Mapping[str, LoadedEnvironment]
    ) -> dict[str, Answer]:
        """Synthesize all; beside other processes as soon as it is known that these pay."""

        def here(request: Request) -> tuple[str, Answer]:
            made = partial(self.synthesize, by_name[request.name])
            return request.name, answer_to(request, made, self.refusals)

        answers = dict(map(here, requests[:1]))
        begun = time.monotonic()
        start_seconds = self.start_seconds or begun - STARTED
        for done, request in enumerate(requests[1:], start=1):
            if done > _MEASURED:
                left = requests[done:]
                seconds_left = (time.monotonic() - begun) / (done - 1) * len(left)
                further = min(
                    self.processes - 1, int(seconds_left / start_seconds / TIMES_ITS_START)
                )
                if further:
                    return answers | self._shared(left, here, further)
            answers |= [here(request)]
        return answers

    def _shared(
        self,
        requests: Sequence[Request],
        here: Callable[[Request], tuple[str, Answer]],
        further: int,
    ) -> dict[str, Answer]:
        """Synthesize with further processes."""
        project = CdkProject(
            directory=Path.cwd(),
            app=shlex.join([sys.executable, *sys.orig_argv[1:]]),
            context=self.context,
        )
        said: set[str] = set()
        executor = Executor(
            lambda: _Process(project, said),
            lost=lambda request, reason: (request.name, Answer(reason, None, (), ())),
            workers=further,
            jobs_per_worker=JOBS_PER_WORKER,
        )
        try:
            # Closed whatever happens, so that no process outlives this.
            with closing(executor.run(requests, here=here)) as answers:
                return dict(answers)
        except WorkerStartError as error:
            raise ParallelSynthesisError(f"{error}\n{_IN_ONE}") from None


class _Process:
    """Another process of this app."""

    def __init__(self, project: CdkProject, said: set[str]) -> None:
        self._process = WorkerProcess(project)
        self._said = said

    def wait_until_ready(self) -> None:
        self._process.wait_until_ready()

    def do(self, request: Request) -> tuple[str, Answer]:
        answer = self._process.do(request)
        said = self._process.said()
        if said and said not in self._said:
            self._said.add(said)
            sys.stderr.write(f"{said}\n")
        return request.name, answer

    def close(self) -> None:
        self._process.close()

    def interrupt(self) -> None:
        self._process.interrupt()


def _problem(answer: Answer, environment: LoadedEnvironment) -> str | None:
    if answer.problem is not None or answer.inputs is None:
        return answer.problem or "the app gave no reason"
    if answer.inputs != inputs_of(environment).digest:
        return f"{environment.path} or a script changed meanwhile\n  allowed: run this again"
    return None
