"""Several environments of one app in several processes of it, for the CDK's command line.

The CDK computes in one thread. A further process of the app takes as long to start as this one did, and from then on
shares what is left.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aws_cdk import App

from emr_platform.environment.loader import LoadedEnvironment
from emr_platform.synthesis.executor import Executor, WorkerStartError
from emr_platform.synthesis.inputs import inputs_of
from emr_platform.synthesis.merge import merge_assemblies
from emr_platform.synthesis.project import CdkProject
from emr_platform.synthesis.protocol import Answer, Request
from emr_platform.synthesis.synthesize import JOBS_PER_WORKER, cores
from emr_platform.synthesis.worker import Made, answer_to
from emr_platform.synthesis.worker_process import WorkerProcess

ENVIRONMENTS_PER_PROCESS = 10
"""With fewer for each, a further process would hardly be ready in time to take some."""

# By these an app knows that the command line runs it, and that it is to report what validations find; and the report
# has another form, too.
_OUTPUT_VARIABLE = "CDK_OUTDIR"
_APP_REPORTS = "@aws-cdk/core:failSynthOnValidationErrors"
_LEGACY_REPORT = "@aws-cdk/core:validationReportJson"


class ParallelSynthesisError(Exception):
    """There are no templates; the message says why, and of which environments."""


def processes_for(app: App, count: int) -> int:
    """In how many processes to synthesize environments.

    Args:
        app: The app. Its context ``jobs`` is the largest number; the default is one for each core.
        count: How many environments there are.

    Returns:
        The number; 1 for few environments, and if this is no app that the CDK's command line runs: who runs it then
        may expect more of it than files.

    Raises:
        ParallelSynthesisError: ``jobs`` is no such number.
    """
    wanted = min(_jobs(app), count // ENVIRONMENTS_PER_PROCESS)
    if wanted <= 1 or _OUTPUT_VARIABLE not in os.environ:
        return 1
    is_reported = str(app.node.try_get_context(_APP_REPORTS)).lower() == "false"
    return wanted if is_reported and not app.node.try_get_context(_LEGACY_REPORT) else 1


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
        processes: How many processes there are, this one included.
        synthesize: Makes the cloud assembly of one environment, in this process.
        refusals: Exceptions by which it refuses bad input.
    """

    output: Path
    context: Mapping[str, Any]
    processes: int
    synthesize: Callable[[LoadedEnvironment, Request], Made]
    refusals: tuple[type[Exception], ...]

    def run(self, environments: Sequence[LoadedEnvironment]) -> list[str]:
        """Synthesize environments.

        Args:
            environments: The environments, checked.

        Returns:
            What the app warns of.

        Raises:
            ParallelSynthesisError: Some of them have no templates. Then nothing is written.
        """
        by_name = {environment.spec.name: environment for environment in environments}
        self.output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".emr-platform-", dir=self.output) as folder:
            requests = [self._request(name, Path(folder, name)) for name in by_name]
            answers = self._answers(requests, by_name)
            problems = [
                f"{name}: {problem}"
                for name, environment in by_name.items()
                if (problem := _problem(answers[name], environment))
            ]
            if problems:
                raise ParallelSynthesisError("\n".join(problems))
            merge_assemblies([Path(request.directory) for request in requests], self.output)
        return [warning for name in by_name for warning in answers[name].warnings]

    def _request(self, name: str, directory: Path) -> Request:
        directory.mkdir()
        return Request(name, str(directory.resolve()), {**self.context, "environment": name})

    def _answers(
        self, requests: Sequence[Request], by_name: Mapping[str, LoadedEnvironment]
    ) -> dict[str, Answer]:
        project = CdkProject(
            directory=Path.cwd(),
            app=shlex.join([sys.executable, *sys.orig_argv[1:]]),
            context=self.context,
        )
        executor = Executor(
            lambda: _Process(project),
            lost=lambda request, reason: (request.name, Answer(reason, None, (), ())),
            workers=self.processes - 1,
            jobs_per_worker=JOBS_PER_WORKER,
        )

        def here(request: Request) -> tuple[str, Answer]:
            made = partial(self.synthesize, by_name[request.name])
            return request.name, answer_to(request, made, self.refusals)

        try:
            # Closed whatever happens, so that no process outlives this.
            with closing(executor.run(requests, here=here)) as answers:
                return dict(answers)
        except WorkerStartError as error:
            raise ParallelSynthesisError(
                f"{error}\n  allowed: --context jobs=1, for all in one process"
            ) from None


class _Process:
    """Another process of this app."""

    def __init__(self, project: CdkProject) -> None:
        self._process = WorkerProcess(project)
        self._said: set[str] = set()

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
