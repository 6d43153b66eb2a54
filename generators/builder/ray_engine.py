"""The same shards as Ray tasks, on this machine or on a cluster; Ray runs those of a worker that dies again.

The cluster is the one that RAY_ADDRESS names, else one of this machine's own for as long as the build takes.
wirework is installed on every node, and `--out` is a place that all of them can write.
"""

import os
from collections.abc import Iterator
from typing import Any

from generators.files.manifest import WrittenShard
from solver.refusal import InputError

from .recipe import Job
from .shard import ShardWriter

RETRIES = 5
"""How often a shard is tried again whose worker died."""
AHEAD = 4
"""Shards that are asked for ahead, for each processor of the cluster."""

_held: dict[str, ShardWriter] = {}


def run_on_ray(write_shard: ShardWriter, workers: int | None) -> Iterator[tuple[Job, WrittenShard]]:
    """Yield each shard's record as it is done by the cluster; raise InputError without Ray, or where a row fails."""
    try:
        import ray
    except ImportError:
        raise InputError(
            "--engine ray: Ray is not installed; in a checkout of wirework run pip install '.[ray]'"
        ) from None
    ours = not ray.is_initialized()
    if ours:
        address = os.environ.get("RAY_ADDRESS")
        ray.init(address=address, num_cpus=None if address else workers, include_dashboard=False, log_to_driver=False)
    try:
        shard = ray.remote(num_cpus=1, max_retries=RETRIES)(_shard)
        shared = ray.put(write_shard)
        rest = iter(write_shard.recipe.jobs)
        pending: dict[Any, Job] = {}
        ahead = AHEAD * int(ray.cluster_resources().get("CPU", 1))
        while True:
            for job in rest:
                pending[shard.remote([shared], job)] = job
                if len(pending) == ahead:
                    break
            if not pending:
                return
            (done,), _ = ray.wait(list(pending), num_returns=1)
            yield pending.pop(done), _result(ray, done)
    finally:
        if ours:
            ray.shutdown()


def _result(ray: Any, done: Any) -> WrittenShard:
    try:
        shard: WrittenShard = ray.get(done)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None
    except ray.exceptions.RayError as error:
        raise InputError(f"a worker of the cluster died {RETRIES + 1} times over one shard: {error}") from None
    return shard


def _shard(shared: list[Any], job: Job) -> WrittenShard:
    """Write a shard and return it; each process fetches the writer once, so it comes as a reference."""
    key = shared[0].hex()
    if key not in _held:
        import ray

        _held.clear()
        _held[key] = ray.get(shared[0])
    return _held[key](job)
