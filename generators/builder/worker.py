"""The worker process: reads its work, a callable, and then jobs from stdin, and writes results to stdout.

Only `processes` starts `python -m generators.builder.worker`. The process ends when its stdin is closed.
"""

import os
import pickle
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import IO

from .memory import kept_memory


def main() -> None:
    """Do jobs until stdin is closed."""
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # the output of libraries that print must not mix with the results
    work: Callable[[object], object] = pickle.load(sys.stdin.buffer)  # noqa: S301 - the process that started us wrote it
    jobs: SimpleQueue[object] = SimpleQueue()
    threading.Thread(target=_read_jobs, args=(sys.stdin.buffer, jobs), daemon=True).start()
    with kept_memory():
        while True:
            try:
                done = work(jobs.get())
            except Exception as error:  # noqa: BLE001 - raised again in the process that asked
                done = error
            pickle.dump(done, results)
            results.flush()


def _read_jobs(pipe: IO[bytes], jobs: "SimpleQueue[object]") -> None:
    """Queue the jobs from the pipe; exit at once when it is closed, which also happens if the parent dies."""
    try:
        while True:
            jobs.put(pickle.load(pipe))  # noqa: S301 - the process that started us wrote it
    except EOFError:
        os._exit(0)


if __name__ == "__main__":
    main()
