"""Makes shards in worker processes: children of this process that read jobs from a pipe.

They run `generators.builder.worker`, so they do not import the caller's script, they work in notebooks and daemonic
processes, and they end when this process ends, for whatever reason.
"""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from types import TracebackType
from typing import IO, Self

from generators.files.manifest import WrittenShard
from solver.refusal import InputError

from .recipe import Job
from .shard import ShardWriter


def run_in_processes(write_shard: ShardWriter, jobs: list[Job], count: int) -> Iterator[tuple[Job, WrittenShard]]:
    """Yield each shard as one of `count` worker processes writes it; a thread here waits for each process."""
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(count))
        # Entered after the threads, so that the processes end first, which wakes the threads.
        workers = [stack.enter_context(_Worker(write_shard)) for _ in range(count)]
        remaining = iter(jobs)
        running: dict[Future[WrittenShard], tuple[Job, _Worker]] = {
            threads.submit(worker.make, job): (job, worker) for worker, job in zip(workers, remaining, strict=False)
        }
        while running:
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job, worker = running.pop(future)
                yield job, future.result()
                following = next(remaining, None)
                if following:
                    running[threads.submit(worker.make, following)] = (following, worker)


class _Worker:
    """A worker process and the pipes to it."""

    def __init__(self, write_shard: ShardWriter):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "generators.builder.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(os.path.abspath(path) for path in sys.path)},  # noqa: PTH100 - an empty entry means the current folder
            start_new_session=True,  # so that Ctrl-C reaches only this process, which ends the workers
        )
        self._send(write_shard)

    def make(self, job: Job) -> WrittenShard:
        """Return the shard of a job; raise the worker's error, or InputError if the worker died."""
        self._send(job)
        try:
            done: WrittenShard | Exception = pickle.load(self._pipe(self.process.stdout))  # noqa: S301 - our own process wrote it
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
