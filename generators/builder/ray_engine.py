"""Makes shards as Ray tasks, on this machine or on a cluster; if a worker dies, Ray runs its tasks again.

RAY_ADDRESS names the cluster; without it, a local one runs for the duration of the build. Every node needs wirework
installed and write access to `--out`.
"""

import os
from collections.abc import Iterator
from typing import Any

from generators.files.manifest import WrittenShard
from solver.refusal import InputError

from .recipe import Job
from .shard import ShardWriter

RETRIES = 5
"""How often a shard is tried again after its worker died."""
AHEAD = 4
"""Tasks that are submitted ahead, per processor of the cluster."""

_writers: dict[str, ShardWriter] = {}
"""The writer that this process last fetched, by object id."""


def run_on_ray(write_shard: ShardWriter, workers: int | None) -> Iterator[tuple[Job, WrittenShard]]:
    """Yield each shard as the cluster has written it; raise InputError if Ray is missing or a row fails its proof."""
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
        remaining = iter(write_shard.recipe.jobs)
        pending: dict[Any, Job] = {}
        ahead = AHEAD * int(ray.cluster_resources().get("CPU", 1))
        while True:
            for job in remaining:
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
    """Write a shard and return it; the writer comes as a reference, so that each process fetches it once."""
    key = shared[0].hex()
    if key not in _writers:
        import ray

        _writers.clear()
        _writers[key] = ray.get(shared[0])
    return _writers[key](job)
