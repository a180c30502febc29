"""Many environments: several processes make what one makes."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from aws_cdk import App

from emr_platform.environment.files import check_files
from emr_platform.environment.loader import LoadedEnvironment
from emr_platform.operations.local_aws.cdk import Cdk
from emr_platform.synthesis.executor import WorkerLostError, WorkerStartError
from emr_platform.synthesis.inputs import inputs_of
from emr_platform.synthesis.project import CdkProject
from emr_platform.synthesis.protocol import Answer, Request
from emr_platform.synthesis.synthesize import cores
from emr_platform.synthesis.worker import Made
from stacks import parallel
from stacks.app import AppInputError
from stacks.parallel import (
    FEWEST_ENVIRONMENTS,
    ParallelSynthesis,
    ParallelSynthesisError,
    most_processes,
)
from tests.support import ROOT

SMALL = """\
name: {name}
region: us-east-1
storage: {{data: {{lake: {{}}}}}}
"""
WITH_A_CLUSTER = """\
name: {name}
region: us-east-1
network: {{cluster_subnets: public, nat_gateways: 1}}
clusters:
  etl: {{release: emr-7.12.0, bootstrap: {{first: {{script: first.sh}}}}}}
"""
OF_THE_COMMAND_LINE = {"@aws-cdk/core:failSynthOnValidationErrors": False}
SEVERAL = {"jobs": 8}
# jsii's folder of the process, in the stack traces of the metadata.
_OF_PROCESS = re.compile(rb"jsii-kernel-\w+")


def write_environments(folder: Path, count: int) -> list[Path]:
    directory = folder / "environments"
    directory.mkdir()
    (directory / "first.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    files = [directory / f"small-{number:02}.yaml" for number in range(count)]
    for number, file in enumerate(files):
        text = WITH_A_CLUSTER if number % 3 == 0 else SMALL
        file.write_text(text.format(name=file.stem), encoding="utf-8")
    return files


class TestProcesses:
    @pytest.fixture(autouse=True)
    def command_line(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("CDK_OUTDIR", str(tmp_path))

    @pytest.mark.parametrize(
        ("count", "jobs", "processes"),
        [
            (0, "8", 1),
            (1, "8", 1),
            (FEWEST_ENVIRONMENTS - 1, "8", 1),
            (FEWEST_ENVIRONMENTS, "8", 8),
            (FEWEST_ENVIRONMENTS, 8, 8),
            (FEWEST_ENVIRONMENTS, "1", 1),
            (FEWEST_ENVIRONMENTS, None, cores()),
        ],
    )
    def test_as_many_as_there_may_be(self, count: int, jobs: object, processes: int) -> None:
        app = App(context={**OF_THE_COMMAND_LINE, **({"jobs": jobs} if jobs else {})})

        assert most_processes(app, count) == processes

    @pytest.mark.parametrize("jobs", ["0", "-1", "two", "1.5", "", 0, True])
    def test_number_that_is_none(self, jobs: object) -> None:
        with pytest.raises(ParallelSynthesisError, match=f"jobs={jobs}\n  allowed: .* 1 to 9999"):
            most_processes(App(context={"jobs": jobs}), 1)

    @pytest.mark.parametrize(
        "context",
        [
            {},
            {"@aws-cdk/core:failSynthOnValidationErrors": True},
            {**OF_THE_COMMAND_LINE, "@aws-cdk/core:validationReportJson": True},
        ],
    )
    def test_one_for_an_app_that_reports_by_itself(self, context: dict[str, Any]) -> None:
        assert most_processes(App(context={**SEVERAL, **context}), FEWEST_ENVIRONMENTS) == 1

    def test_one_for_an_app_that_nobody_told_where_to_write(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("CDK_OUTDIR")

        assert (
            most_processes(App(context={**SEVERAL, **OF_THE_COMMAND_LINE}), FEWEST_ENVIRONMENTS)
            == 1
        )


class FakeProcess:
    """Another process of the app, that does as one of the fakes says."""

    answer: ClassVar[Callable[[Request], Answer]]
    said_text = ""
    seen: ClassVar[list[FakeProcess]] = []

    def __init__(self, project: CdkProject) -> None:
        self.project = project
        self.requests: list[Request] = []
        self.seen.append(self)

    def wait_until_ready(self) -> None:
        """It is."""

    def do(self, request: Request) -> Answer:
        self.requests.append(request)
        return type(self).answer(request)

    def said(self) -> str:
        return self.said_text

    def close(self) -> None:
        """Nothing to end."""

    def interrupt(self) -> None:
        """Nothing to end."""


def write_assembly(request: Request) -> None:
    Path(request.directory, "manifest.json").write_text(
        json.dumps({"artifacts": {request.name: {"type": "cdk:cloud-assembly"}}}), encoding="utf-8"
    )


def made_here(environment: LoadedEnvironment, request: Request) -> Made:
    write_assembly(request)
    return Made(inputs_of(environment).digest)


@pytest.fixture
def environments(tmp_path: Path) -> list[LoadedEnvironment]:
    return list(check_files(write_environments(tmp_path, 8)).environments)


@pytest.fixture
def synthesis(
    tmp_path: Path, environments: list[LoadedEnvironment], monkeypatch: pytest.MonkeyPatch
) -> ParallelSynthesis:
    """Two processes that both have something to do: each waits for the other, once it is told to."""
    both = threading.Barrier(2, timeout=10)
    waited: set[int] = set()
    digests = {each.spec.name: inputs_of(each).digest for each in environments}

    def meet(request: Request) -> None:
        # The first ones only tell how long they take.
        if request.name > "small-02" and threading.get_ident() not in waited:
            waited.add(threading.get_ident())
            both.wait()

    def there(request: Request) -> Answer:
        meet(request)
        write_assembly(request)
        return Answer(None, digests[request.name], (f"{request.name} is large",), ())

    def here(environment: LoadedEnvironment, request: Request) -> Made:
        assert environment.spec.name == request.name
        meet(request)
        write_assembly(request)
        return Made(inputs_of(environment).digest, (f"{request.name} is large",))

    monkeypatch.setattr(FakeProcess, "answer", there, raising=False)
    monkeypatch.setattr(FakeProcess, "seen", [])
    monkeypatch.setattr(parallel, "WorkerProcess", FakeProcess)
    return ParallelSynthesis(
        output=tmp_path / "cdk.out",
        context={"color": "blue"},
        processes=2,
        synthesize=here,
        refusals=(AppInputError,),
        start_seconds=1e-9,
    )


@pytest.fixture
def there(
    synthesis: ParallelSynthesis,  # noqa: ARG001 - it has set what the other process does
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Callable[[Answer], Answer]], None]:
    """Has the other process give another answer, when it has one."""
    answer = FakeProcess.answer

    def instead(change: Callable[[Answer], Answer]) -> None:
        monkeypatch.setattr(FakeProcess, "answer", lambda request: change(answer(request)))

    return instead


class TestParallelSynthesis:
    def test_one_assembly_of_all(
        self, synthesis: ParallelSynthesis, environments: list[LoadedEnvironment]
    ) -> None:
        warnings = synthesis.run(environments)

        names = [f"small-{number:02}" for number in range(8)]
        manifest = json.loads((synthesis.output / "manifest.json").read_text(encoding="utf-8"))
        assert list(manifest["artifacts"]) == names
        assert warnings == [f"{name} is large" for name in names]
        assert [path.name for path in synthesis.output.iterdir()] == ["manifest.json"]

    def test_other_process_is_this_app_again(
        self, synthesis: ParallelSynthesis, environments: list[LoadedEnvironment]
    ) -> None:
        synthesis.run(environments)

        [process] = FakeProcess.seen
        assert shlex.split(process.project.app) == [sys.executable, *sys.orig_argv[1:]]
        assert process.project.directory == Path.cwd()
        assert process.requests[0].context == {
            "color": "blue",
            "environment": process.requests[0].name,
        }

    def test_what_fails_is_told_of_all(
        self,
        synthesis: ParallelSynthesis,
        environments: list[LoadedEnvironment],
        there: Callable[[Callable[[Answer], Answer]], None],
    ) -> None:
        made = synthesis.synthesize

        def here(environment: LoadedEnvironment, request: Request) -> Made:
            made(environment, request)
            raise AppInputError("no, not here")

        there(lambda _: Answer("no, not there", None, (), ()))

        with pytest.raises(ParallelSynthesisError) as raised:
            replace(synthesis, synthesize=here).run(environments)

        said = dict(line.split(": ")[::-1] for line in str(raised.value).splitlines())
        assert said.keys() == {"no, not here", "no, not there"}
        assert said["no, not here"].startswith("small-00, small-01, small-02")
        assert [*synthesis.output.iterdir()] == []

    def test_no_other_process_where_it_does_not_pay(
        self, synthesis: ParallelSynthesis, environments: list[LoadedEnvironment]
    ) -> None:
        made: list[str] = []

        def here(environment: LoadedEnvironment, request: Request) -> Made:
            made.append(request.name)
            return made_here(environment, request)

        replace(synthesis, synthesize=here, start_seconds=1000.0).run(environments)

        assert made == [each.spec.name for each in environments]
        assert FakeProcess.seen == []

    def test_no_more_processes_than_there_may_be(
        self, synthesis: ParallelSynthesis, environments: list[LoadedEnvironment]
    ) -> None:
        """Although more would pay, as starting takes no time at all."""
        replace(synthesis, synthesize=made_here, processes=1).run(environments)

        assert FakeProcess.seen == []

    def test_what_is_said_of_a_file_names_its_place(
        self, synthesis: ParallelSynthesis, environments: list[LoadedEnvironment]
    ) -> None:
        def here(environment: LoadedEnvironment, request: Request) -> Made:
            if request.name == "small-01":
                raise AppInputError(f"{request.directory}/bad.template.json: is bad")
            return made_here(environment, request)

        with pytest.raises(
            ParallelSynthesisError,
            match=rf"^small-01: {synthesis.output}/bad\.template\.json: is bad$",
        ):
            replace(synthesis, synthesize=here, start_seconds=1000.0).run(environments)

    def test_assemblies_that_are_not_of_one_app(
        self, synthesis: ParallelSynthesis, environments: list[LoadedEnvironment]
    ) -> None:
        def here(environment: LoadedEnvironment, request: Request) -> Made:
            artifacts = {"Central": {"type": "aws:cloudformation:stack", "of": request.name}}
            Path(request.directory, "manifest.json").write_text(
                json.dumps({"artifacts": artifacts}), encoding="utf-8"
            )
            return Made(inputs_of(environment).digest)

        with pytest.raises(ParallelSynthesisError, match=r"else of Central\n  allowed: .* jobs=1"):
            replace(synthesis, synthesize=here, start_seconds=1000.0).run(environments)

    def test_what_a_killed_process_left_is_removed(
        self, synthesis: ParallelSynthesis, environments: list[LoadedEnvironment]
    ) -> None:
        (synthesis.output / ".parallel-abc" / "small-00").mkdir(parents=True)

        synthesis.run(environments)

        assert [path.name for path in synthesis.output.iterdir()] == ["manifest.json"]

    def test_process_that_ends(
        self,
        synthesis: ParallelSynthesis,
        environments: list[LoadedEnvironment],
        there: Callable[[Callable[[Answer], Answer]], None],
    ) -> None:
        def ends(_: Answer) -> Answer:
            raise WorkerLostError("the app was ended by SIGKILL")

        there(ends)

        with pytest.raises(ParallelSynthesisError, match=r"small-0.: the app was ended by SIGKILL"):
            synthesis.run(environments)

    def test_process_that_does_not_start(
        self,
        synthesis: ParallelSynthesis,
        environments: list[LoadedEnvironment],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def refuse(_: FakeProcess) -> None:
            raise WorkerStartError("the app ended with status 3")

        monkeypatch.setattr(FakeProcess, "wait_until_ready", refuse)
        alone = replace(
            synthesis, synthesize=lambda environment, _: Made(inputs_of(environment).digest)
        )

        with pytest.raises(ParallelSynthesisError, match=r"status 3\n  allowed: --context jobs=1"):
            alone.run(environments)

    def test_file_that_changes_meanwhile(
        self,
        synthesis: ParallelSynthesis,
        environments: list[LoadedEnvironment],
        there: Callable[[Callable[[Answer], Answer]], None],
    ) -> None:
        there(lambda answer: replace(answer, inputs="another"))

        with pytest.raises(ParallelSynthesisError, match=r"small-0.\.yaml or a script changed"):
            synthesis.run(environments)

    def test_what_the_cdk_says_there_is_said_once(
        self,
        synthesis: ParallelSynthesis,
        environments: list[LoadedEnvironment],
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(FakeProcess, "said_text", "this is deprecated")

        synthesis.run(environments)

        assert capsys.readouterr().err == "this is deprecated\n"


def files(assembly: Path) -> dict[str, bytes]:
    return {
        path.relative_to(assembly).as_posix(): _OF_PROCESS.sub(b"jsii-kernel", path.read_bytes())
        for path in assembly.rglob("*")
        if path.is_file()
    }


# So that it shares even so few, and does so in the processes that it starts, too.
EAGER_APP = """\
from stacks import start

start.begin()

with open("started.txt", "a") as file:
    file.write("once more\\n")

from stacks import parallel
from stacks.app import main

parallel.TIMES_ITS_START = 0.01
main()
"""


def test_assembly_is_that_of_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """With the CDK's command line and processes as they are; warnings, scripts and what is acknowledged included."""
    write_environments(tmp_path, FEWEST_ENVIRONMENTS)
    content = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))
    content["app"] = f"'{sys.executable}' -O app.py"
    (tmp_path / "cdk.json").write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "app.py").write_text(EAGER_APP, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    cdk = Cdk(project=tmp_path, environment=os.environ, node_modules=ROOT / "node_modules")

    def said(output: str, *, processes: int) -> tuple[int, str]:
        jobs = f"jobs={processes}"
        status = cdk.run("synth", "--quiet", "--output", output, "--context", jobs)
        assert (tmp_path / "started.txt").read_text(encoding="utf-8").count("\n") == processes
        (tmp_path / "started.txt").unlink()
        return status, capfd.readouterr().err.replace(output, "OUTPUT")

    expected = said("expected", processes=1)
    found = said("found", processes=2)

    assert found == expected
    assert expected[0] == 0
    assert expected[1].count("EMR-NETWORK-003") == len(range(0, FEWEST_ENVIRONMENTS, 3))
    assert files(tmp_path / "found") == files(tmp_path / "expected")
