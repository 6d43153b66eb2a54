"""Measures the speed of builds and audits: python benchmarks/build.py [--rows 200000]

Prints rows per core-second for a build of run8, which proves and writes every row, with the share of each stage; for
`verify`; and for gsm_symbolic and leg_counting of reasoning-gym, if it is installed, which only generate rows. Prints
wall seconds with one worker and with two, also on Ray if it is installed, and of commands in fresh processes.
Core-seconds are the processor time of one process; stages do not overlap. Compare figures within one run only, since
the load of a shared machine changes all of them.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from generators.builder import dataset, rows, shard
from generators.finished.audit import audit

HELD_OUT = 500
"""The validation and test rows of run8, which are built and audited with the training rows."""

STAGES = {
    "draw and render": ((rows, "render"), (rows, "questions_each"), (rows, "row_ids")),
    "closed form": ((rows, "closed_form"),),
    "read back, solve, write again": ((rows, "prove"),),
    "cross-check (YAML, fractions)": ((rows, "cross_checks"),),
    "plain Jinja2": ((rows, "plain_questions"),),
    "columns and order": ((shard, "tabulate"), (shard, "_overlap")),
    "content hash": ((shard, "content_hash"),),
    "Parquet": ((shard, "write_shard"),),
}


def timed(module: Any, name: str, spent: dict[str, float], stage: str) -> Callable[[], None]:
    """Add the processor time of a function to a stage; return a function that stops that."""
    plain = getattr(module, name)

    def counted(*args: Any, **kwargs: Any) -> Any:
        began = time.process_time()
        try:
            return plain(*args, **kwargs)
        finally:
            spent[stage] += time.process_time() - began

    setattr(module, name, counted)
    return lambda: setattr(module, name, plain)


def measure(count: int, folder: Path) -> tuple[float, dict[str, float]]:
    """Return the processor seconds of a build of `count` training rows, in all and per stage."""
    spent: dict[str, float] = defaultdict(float)
    undo = [timed(module, name, spent, stage) for stage, places in STAGES.items() for module, name in places]
    began = time.process_time()
    dataset.build("run8", rows=count, out=folder / f"rows{count}", workers=1)
    total = time.process_time() - began
    for back in undo:
        back()
    spent["everything else"] = total - sum(spent.values())
    return total, spent


def verified(folder: Path) -> float:
    """Return the processor seconds of an audit of a dataset."""
    began = time.process_time()
    assert audit(folder).passed
    return time.process_time() - began


def compared(count: int, folder: Path) -> Iterator[tuple[str, float]]:
    """Yield rows per core-second of a build and of reasoning-gym's generators, the best of three alternating runs."""
    try:
        import reasoning_gym
    except ImportError:
        return

    def theirs(name: str) -> float:
        made = reasoning_gym.create_dataset(name, size=count // 20, seed=len(name))
        began = time.process_time()
        for row in range(count // 20):
            made[row]
        return count // 20 / (time.process_time() - began)

    best: dict[str, float] = defaultdict(float)
    for repeat in range(3):
        began = time.process_time()
        dataset.build("run8", rows=count, out=folder / f"compared{repeat}", workers=1)
        ours = count / (time.process_time() - began)
        for name, speed in (("wirework, built", ours), *((n, theirs(n)) for n in ("gsm_symbolic", "leg_counting"))):
            best[name] = max(best[name], speed)
    yield from best.items()


def wall(count: int, folder: Path, engine: str) -> tuple[float, float]:
    """Return the wall seconds of a build with one worker and with two, the best of three alternating runs."""
    best = [float("inf")] * 2
    for repeat in range(3):
        for workers in (1, 2):
            out = folder / f"{engine}{workers}{repeat}"
            with cluster(engine, workers):
                began = time.perf_counter()
                dataset.build("run8", rows=count, shard_rows=50_000, out=out, workers=workers, engine=engine)
                best[workers - 1] = min(best[workers - 1], time.perf_counter() - began)
    return best[0], best[1]


@contextmanager
def cluster(engine: str, workers: int) -> Iterator[None]:
    """If Ray is the engine, run a cluster of `workers` workers that have already built a small dataset."""
    if engine != "ray":
        yield
        return
    import ray

    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    with tempfile.TemporaryDirectory() as name:
        dataset.build("run8", rows=4_000, shard_rows=500, out=name, engine="ray")
    yield
    ray.shutdown()


def cold(*command: str, repeats: int = 5) -> float:
    """Return the best wall seconds of a command in a fresh process."""
    best = float("inf")
    for _ in range(repeats):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        best = min(best, time.perf_counter() - began)
    return best


def main() -> None:
    """Run all measurements and print them as tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    count = parser.parse_args().rows
    out = Console(width=100)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measure(1_000, folder)  # fills imports and caches
        total, spent = measure(count, folder)
        table = Table("stage", "share", "rows per core-second", title=f"{count:,} rows of run8, one process")
        for stage, seconds in sorted(spent.items(), key=lambda item: -item[1]):
            table.add_row(stage, f"{seconds / total:.1%}", f"{count / seconds:,.0f}" if seconds > 0 else "")
        table.add_section()
        table.add_row("all", "100 %", f"{count / total:,.0f}")
        seconds = verified(folder / f"rows{count}")
        table.add_row("verify, every row", "", f"{(count + HELD_OUT) / seconds:,.0f}")
        out.print(table)
        if others := dict(compared(count, folder)):
            rival = Table("generator", "rows per core-second", "ratio", title="in the same run, best of 3 in turn")
            ours = others["wirework, built"]
            for generator, speed in others.items():
                rival.add_row(generator, f"{speed:,.0f}", f"{ours / speed:.1f}x")
            out.print(rival)
        pair = Table(
            "engine", "one worker", "two", "ratio", title=f"wall seconds of {5 * count:,} rows, best of 3 in turn"
        )
        for engine in ("local", *(["ray"] if find_spec("ray") else [])):
            one, two = wall(5 * count, folder, engine)
            pair.add_row(engine, f"{one:.2f}", f"{two:.2f}", f"{one / two:.2f}x")
        out.print(pair)
        shell = Table("command", "seconds, best of 5", title="from a cold shell")
        python = (sys.executable, "-m", "generators")
        shell.add_row("python -m generators --help", f"{cold(*python, '--help'):.2f}")
        times = [
            cold(*python, "build", "--weights", "run8", "--out", str(folder / f"cold{k}"), repeats=1) for k in range(5)
        ]
        shell.add_row("python -m generators build --weights run8", f"{min(times):.2f}")
        out.print(shell)


if __name__ == "__main__":
    main()
