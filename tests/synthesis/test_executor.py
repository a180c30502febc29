"""Jobs are done, whatever becomes of single ones and of their workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from emr_platform.synthesis.executor import Executor, WorkerLostError, WorkerStartError


class FakeWorker:
    """Does what the name of a job says."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.is_closed = False
        self.interrupted = threading.Event()
        self.hangs = threading.Event()

    def wait_until_ready(self) -> None:
        """It is."""

    def do(self, job: str) -> str:
        self.done.append(job)
        if job.startswith("die"):
            raise WorkerLostError("killed")
        if job.startswith("hang"):
            self.hangs.set()
            self.interrupted.wait()
            raise WorkerLostError("interrupted")
        if job.startswith("bug"):
            raise RuntimeError("a bug of the executor's user")
        return f"{job} done"

    def close(self) -> None:
        self.is_closed = True

    def interrupt(self) -> None:
        self.interrupted.set()


class Workers:
    """Starts workers, and remembers them."""

    def __init__(self, start: Callable[[int], None] = lambda _: None) -> None:
        self.started: list[FakeWorker] = []
        self.kind = FakeWorker
        self._start = start

    def __call__(self) -> FakeWorker:
        self._start(len(self.started))
        self.started.append(self.kind())
        return self.started[-1]


def executor(workers: Workers, *, count: int = 1, jobs: int = 100) -> Executor[str, str]:
    return Executor(
        workers, lost=lambda job, why: f"{job} lost: {why}", workers=count, jobs_per_worker=jobs
    )


def test_one_worker_does_all_jobs() -> None:
    workers = Workers()

    assert [*executor(workers).run(["a", "b", "c"])] == ["a done", "b done", "c done"]
    [worker] = workers.started
    assert worker.is_closed


def test_several_workers_at_a_time() -> None:
    """Each of two jobs waits for the other one to have begun."""
    barrier = threading.Barrier(2, timeout=10)

    class Meeting(FakeWorker):
        def do(self, job: str) -> str:
            barrier.wait()
            return job

    found = Executor(Meeting, lost=lambda _, why: why, workers=2, jobs_per_worker=9).run(["a", "b"])

    assert {*found} == {"a", "b"}


def test_jobs_are_done_here_beside_the_workers() -> None:
    """One of two jobs here, which waits for the one that a worker has."""
    barrier = threading.Barrier(2, timeout=10)
    threads: dict[str, threading.Thread] = {}

    def meet(job: str) -> str:
        threads[job] = threading.current_thread()
        barrier.wait()
        return job

    class Meeting(FakeWorker):
        def do(self, job: str) -> str:
            return meet(job)

    found = Executor(Meeting, lost=lambda _, why: why, workers=1, jobs_per_worker=9)

    assert {*found.run(["a", "b"], here=meet)} == {"a", "b"}
    assert len(set(threads.values())) == 2
    assert threading.main_thread() in threads.values()


def test_a_worker_that_does_not_start_is_told_before_more_is_done_here() -> None:
    told = threading.Event()

    def refuse(_: int) -> None:
        told.set()
        raise WorkerStartError("no memory")

    done: list[str] = []

    def here(job: str) -> str:
        told.wait(10)
        time.sleep(0.05)
        done.append(job)
        return job

    with pytest.raises(WorkerStartError, match="no memory"):
        [*executor(Workers(refuse)).run(list("abcdefgh"), here=here)]
    assert len(done) < 7


def test_a_fault_here_ends_the_workers() -> None:
    workers = Workers()

    def here(_: str) -> str:
        while not (workers.started and workers.started[0].hangs.wait(10)):
            time.sleep(0.001)
        raise RuntimeError("a fault here")

    with pytest.raises(RuntimeError, match="a fault here"):
        [*executor(workers).run(["hang 1", "hang 2"], here=here)]
    assert workers.started[0].interrupted.is_set()


def test_no_more_workers_than_jobs() -> None:
    workers = Workers()

    assert [*executor(workers, count=8).run(["a"])] == ["a done"]
    assert len(workers.started) == 1
    assert [*executor(workers).run([])] == []


def test_worker_that_dies_takes_one_job_along() -> None:
    workers = Workers()

    assert [*executor(workers).run(["a", "die", "b", "c"])] == [
        "a done",
        "die lost: killed",
        "b done",
        "c done",
    ]
    assert [worker.done for worker in workers.started] == [["a", "die"], ["b", "c"]]


def test_workers_make_room_for_new_ones() -> None:
    workers = Workers()

    assert len([*executor(workers, jobs=2).run(["a", "b", "c", "d", "e"])]) == 5
    assert [worker.done for worker in workers.started] == [["a", "b"], ["c", "d"], ["e"]]
    assert all(worker.is_closed for worker in workers.started)


def test_workers_that_do_not_start() -> None:
    def refuse(number: int) -> None:
        if number:
            raise WorkerStartError("no memory")

    workers = Workers(refuse)
    run = executor(workers, count=1).run(["die", "a", "b"])

    assert next(run) == "die lost: killed"
    with pytest.raises(WorkerStartError, match="no memory"):
        next(run)


def test_fault_of_the_program_is_not_swallowed() -> None:
    workers = Workers()

    with pytest.raises(RuntimeError, match="a bug"):
        [*executor(workers).run(["bug", "a"])]
    assert workers.started[0].is_closed


def test_interruption_ends_workers_that_hang() -> None:
    """As Ctrl-C does: the exception comes while results are waited for."""
    workers = Workers()
    run = executor(workers, count=2).run(["a", "hang 1", "hang 2", "b"])
    next(run)
    # Both hang, on two workers or on the first and a later one.
    for worker in workers.started:
        worker.hangs.wait(10)

    with pytest.raises(KeyboardInterrupt):
        run.throw(KeyboardInterrupt)

    assert all(worker.interrupted.is_set() for worker in workers.started)
    assert all(worker.is_closed or "hang" in worker.done[-1] for worker in workers.started)
    assert "b" not in [job for worker in workers.started for job in worker.done]


def test_interruption_ends_workers_that_are_not_ready_yet() -> None:
    class Slow(FakeWorker):
        def wait_until_ready(self) -> None:
            if len(workers.started) > 1:
                self.hangs.set()
                self.interrupted.wait(10)
                raise WorkerStartError("interrupted")

    workers = Workers()
    workers.kind = Slow
    run = executor(workers).run(["die", "a"])
    next(run)
    while len(workers.started) == 1:
        time.sleep(0.001)
    workers.started[1].hangs.wait(10)

    with pytest.raises(KeyboardInterrupt):
        run.throw(KeyboardInterrupt)

    assert workers.started[1].interrupted.is_set()
    assert workers.started[1].done == []
