"""Does jobs in worker processes: children of this process that read jobs from a pipe.

They run `generators.builder.worker`, so they do not import the caller's script, they work in notebooks and daemonic
processes, and they end when this process ends, for whatever reason.
"""

import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue
from types import TracebackType
from typing import IO, Any, Self, TypeVar

from solver.refusal import InputError

AHEAD = 3
"""Jobs per worker that are done or waiting when the first of them is asked for."""

Job = TypeVar("Job")
Done = TypeVar("Done")


def run_in_processes(work: Callable[[Job], Done], jobs: Iterable[Job], count: int) -> Iterator[Done]:
    """Yield the result of each job, in their order, from `count` worker processes; a thread here waits for each."""
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(count))
        # Entered after the threads, so that the processes end first, which wakes the threads.
        idle: SimpleQueue[_Worker] = SimpleQueue()
        for _ in range(count):
            idle.put(stack.enter_context(_Worker(work)))

        def done(job: Job) -> Any:
            worker = idle.get()
            try:
                return worker.make(job)
            finally:
                idle.put(worker)

        pending: deque[Future[Done]] = deque()
        stack.callback(threads.shutdown, wait=False, cancel_futures=True)
        for job in jobs:
            pending.append(threads.submit(done, job))
            if len(pending) == AHEAD * count:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


class _Worker:
    """A worker process and the pipes to it."""

    def __init__(self, work: Callable[..., Any]):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "generators.builder.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(os.path.abspath(path) for path in sys.path)},  # noqa: PTH100 - an empty entry means the current folder
            start_new_session=True,  # so that Ctrl-C reaches only this process, which ends the workers
        )
        self._send(work)

    def make(self, job: object) -> Any:
        """Return the result of a job; raise the worker's error, or InputError if the worker died."""
        self._send(job)
        try:
            done: object = pickle.load(self._pipe(self.process.stdout))  # noqa: S301 - our own process wrote it
        except (EOFError, pickle.UnpicklingError):
            status = self.process.wait()
            if status == -signal.SIGTERM:  # sent to all processes of a job, as Slurm does; this one stops as well
                raise KeyboardInterrupt from None
            raise InputError(
                f"a worker process died (exit status {status}), perhaps for lack of memory; "
                "use fewer --workers or --shard-rows, and the same command resumes"
            ) from None
        if isinstance(done, Exception):
            raise done
        return done

    def _send(self, message: object) -> None:
        pipe = self._pipe(self.process.stdin)
        try:
            pickle.dump(message, pipe)
            pipe.flush()
        except BrokenPipeError:  # the process has died, which `make` reports
            return

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None  # noqa: S101 - __init__ opens both
        return pipe

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            try:
                self._pipe(pipe).close()
            except BrokenPipeError:  # a job was not read
                continue
