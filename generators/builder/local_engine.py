"""Makes shards on this machine: in this process, or in several worker processes."""

import os
from collections.abc import Iterator

from generators.files.manifest import WrittenShard

from .memory import kept_memory
from .recipe import Job
from .shard import ShardWriter

SHARD_ROWS = 100_000
"""Rows per shard; a worker holds them in memory."""


def run_locally(write_shard: ShardWriter, workers: int | None) -> Iterator[tuple[Job, WrittenShard]]:
    """Yield each shard as it is written, by at most `workers` processes (None: one per core); small builds use fewer."""
    jobs = write_shard.recipe.jobs
    rows = sum(write_shard.recipe.rows.values())
    count = min(workers or os.cpu_count() or 1, rows // SHARD_ROWS + 1, len(jobs) or 1)
    if count > 1:
        from .processes import run_in_processes

        yield from run_in_processes(write_shard, jobs, count)
        return
    with kept_memory():
        for job in jobs:
            yield job, write_shard(job)
