"""Runs work on jobs, in this process, in worker processes or on a Ray cluster, and yields the results in order.

Builds and imports both run here: a job is a shard of a build, or some problems of an import.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from solver.progress import Report
from solver.refusal import InputError, did_you_mean

from .recipe import whole_number

ENGINES = ("local", "ray")
"""Where jobs are done: in processes on this machine, or by tasks on a Ray cluster."""

Job = TypeVar("Job")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Execution:
    """Options that do not change any row; raises InputError at a bad value.

    `workers` is the number of processes (None: one per core), `engine` is one of ENGINES.
    """

    workers: int | None = None
    engine: str = "local"
    report: Report | None = None

    def __post_init__(self) -> None:
        if self.workers is not None:
            whole_number("workers", self.workers, 1)
        if self.engine not in ENGINES:
            raise InputError(f"no engine {self.engine}; {did_you_mean(self.engine, ENGINES)}")

    def run(self, work: Callable[[Job], Done], jobs: Iterable[Job], most: int) -> Iterator[Done]:
        """Yield the result of each job, in their order; at most `most` processes of this machine are useful.

        `work` is sent to each worker once, and each job when a worker is nearly free, so that few wait in memory.
        """
        if self.engine == "ray":
            from .ray_engine import run_on_ray

            return run_on_ray(work, jobs, self.workers)
        count = min(self.workers or os.cpu_count() or 1, most)
        if count > 1:
            from .processes import run_in_processes

            return run_in_processes(work, jobs, count)
        return map(work, jobs)
