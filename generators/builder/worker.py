"""A worker process: reads a writer of shards and then jobs from its input, and writes each result.

`python -m generators.builder.worker` is started by `processes` alone. The process ends when its input does.
"""

import os
import pickle
import sys
import threading
from queue import SimpleQueue
from typing import IO

from .memory import kept_memory
from .recipe import Job
from .shard import ShardWriter


def main() -> None:
    """Make shards until the input ends."""
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not write among the results
    write_shard: ShardWriter = pickle.load(sys.stdin.buffer)  # noqa: S301 - the process that started us wrote it
    jobs: SimpleQueue[Job] = SimpleQueue()
    threading.Thread(target=_read_jobs, args=(sys.stdin.buffer, jobs), daemon=True).start()
    with kept_memory():
        while True:
            try:
                done: object = write_shard(jobs.get())
            except Exception as error:  # noqa: BLE001 - raised again in the process that asked
                done = error
            pickle.dump(done, results)
            results.flush()


def _read_jobs(pipe: IO[bytes], jobs: "SimpleQueue[Job]") -> None:
    """Queue the jobs of the input; end this process at once when the input ends, as it does when its writer dies."""
    try:
        while True:
            jobs.put(pickle.load(pipe))  # noqa: S301 - the process that started us wrote it
    except EOFError:
        os._exit(0)


if __name__ == "__main__":
    main()
