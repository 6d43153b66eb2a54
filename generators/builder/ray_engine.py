"""Does jobs as Ray tasks, on this machine or on a cluster; if a worker dies, Ray runs its tasks again.

RAY_ADDRESS names the cluster; without it, a local one runs for the duration of the work. Every node needs wirework
installed; for a build it also needs write access to `--out`.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from solver.refusal import InputError

RETRIES = 5
"""How often a job is tried again after its worker died."""
AHEAD = 4
"""Tasks that are submitted ahead, per processor of the cluster."""

Job = TypeVar("Job")
Done = TypeVar("Done")

_works: dict[str, Callable[[Any], Any]] = {}
"""The work that this process last fetched, by object id."""


def run_on_ray(work: Callable[[Job], Done], jobs: Iterable[Job], workers: int | None) -> Iterator[Done]:
    """Yield the result of each job, in their order; raise InputError if Ray is missing, and the errors of the work."""
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
        task = ray.remote(num_cpus=1, max_retries=RETRIES)(_done)
        shared = ray.put(work)
        pending: deque[Any] = deque()
        ahead = AHEAD * int(ray.cluster_resources().get("CPU", 1))
        for job in jobs:
            pending.append(task.remote([shared], job))
            if len(pending) == ahead:
                yield _result(ray, pending.popleft())
        while pending:
            yield _result(ray, pending.popleft())
    finally:
        if ours:
            ray.shutdown()


def _result(ray: Any, task: Any) -> Any:
    try:
        return ray.get(task)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None
    except ray.exceptions.RayError as error:
        raise InputError(f"a worker of the cluster died {RETRIES + 1} times over one shard: {error}") from None


def _done(shared: list[Any], job: Any) -> Any:
    """Return the result of a job; the work comes as a reference, so that each process fetches it once."""
    key = shared[0].hex()
    if key not in _works:
        import ray

        _works.clear()
        _works[key] = ray.get(shared[0])
    return _works[key](job)
