"""Does many jobs with workers that live long, and isolates failures. It knows nothing of the CDK."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Sequence
from typing import Generic, Protocol, TypeVar

Job = TypeVar("Job")
Job_contra = TypeVar("Job_contra", contravariant=True)
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class WorkerStartError(Exception):
    """No worker can be started, so nothing can be done; the message says why."""


class WorkerLostError(Exception):
    """A worker ended in the middle of a job; the message says how."""


class Worker(Protocol[Job_contra, Result_co]):
    """Something that does one job after the other."""

    def wait_until_ready(self) -> None:
        """Wait until it can work.

        Raises:
            WorkerStartError: It cannot.
        """

    def do(self, job: Job_contra) -> Result_co:
        """Do a job.

        Raises:
            WorkerLostError: The worker has ended.
        """

    def close(self) -> None:
        """Let the worker end in its own time."""

    def interrupt(self) -> None:
        """End the worker, whatever it is doing. May be called from any thread, and more than once."""


class Executor(Generic[Job, Result]):
    """Gives jobs to workers, and starts new ones where workers die or get old.

    Args:
        start: Starts a worker, and does not wait until it is ready.
        lost: The result of a job whose worker was lost, from the job and the reason.
        workers: How many workers there are at a time.
        jobs_per_worker: After how many jobs a worker makes room for a new one, as it never gives memory back.
    """

    def __init__(
        self,
        start: Callable[[], Worker[Job, Result]],
        *,
        lost: Callable[[Job, str], Result],
        workers: int,
        jobs_per_worker: int,
    ) -> None:
        self._start = start
        self._lost = lost
        self._workers = workers
        self._jobs_per_worker = jobs_per_worker
        self._running: set[Worker[Job, Result]] = set()
        self._lock = threading.Lock()
        self._is_ending = False

    def run(
        self, jobs: Sequence[Job], *, here: Callable[[Job], Result] | None = None
    ) -> Generator[Result]:
        """Do jobs; results come in the order in which jobs are done.

        Whatever ends the iteration early ends the workers, too.

        Args:
            jobs: What is to be done.
            here: Does jobs in the thread of the iteration, beside the workers. Default: workers do all of them.

        Raises:
            WorkerStartError: A worker cannot be started.
        """
        waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
        for job in jobs:
            waiting.put(job)
        done: queue.SimpleQueue[Result | Exception] = queue.SimpleQueue()
        threads = [
            threading.Thread(target=self._work, args=(waiting, done), daemon=True)
            for _ in range(min(self._workers, len(jobs)))
        ]
        for thread in threads:
            thread.start()
        try:
            for _ in jobs:
                if here and done.empty() and (own := _next_of(waiting)):
                    yield here(own[0])
                    continue
                result = done.get()
                if isinstance(result, Exception):
                    raise result
                yield result
        except BaseException:
            self._interrupt()
            raise
        finally:
            for thread in threads:
                thread.join()

    def _work(
        self,
        waiting: queue.SimpleQueue[Job],
        done: queue.SimpleQueue[Result | Exception],
    ) -> None:
        worker: Worker[Job, Result] | None = None
        count = 0
        try:
            while not self._is_ending:
                next_job = _next_of(waiting)
                if not next_job:
                    break
                job = next_job[0]
                if worker is None:
                    worker, count = self._started(), 0
                    worker.wait_until_ready()
                try:
                    result = worker.do(job)
                except WorkerLostError as error:
                    done.put(self._lost(job, str(error)))
                    self._forget(worker)
                    worker = None
                    continue
                done.put(result)
                count += 1
                if count == self._jobs_per_worker:
                    worker.close()
                    self._forget(worker)
                    worker = None
        except Exception as error:  # noqa: BLE001 - raised again by who waits for results
            done.put(error)
        finally:
            if worker is not None:
                worker.close()
                self._forget(worker)

    def _started(self) -> Worker[Job, Result]:
        worker = self._start()
        with self._lock:
            self._running.add(worker)
            is_ending = self._is_ending
        if is_ending:
            worker.interrupt()
        return worker

    def _forget(self, worker: Worker[Job, Result]) -> None:
        with self._lock:
            self._running.discard(worker)

    def _interrupt(self) -> None:
        with self._lock:
            self._is_ending = True
            running = list(self._running)
        for worker in running:
            worker.interrupt()


def _next_of(waiting: queue.SimpleQueue[Job]) -> list[Job]:
    """The next one, if there is one."""
    try:
        return [waiting.get_nowait()]
    except queue.Empty:
        return []
