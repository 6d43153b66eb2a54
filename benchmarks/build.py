"""How fast a dataset is built: python benchmarks/build.py [--rows 200000]

Prints rows per core-second on run8's mix, every row proved and written, with the share of each stage, and the
wall time of the commands from a cold shell. Core-seconds are processor time of one process; stages overlap
with nothing. Read ratios within one run: a shared machine moves all figures together.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from generators import dataset, rows

STAGES = {
    "draw and render": ((rows, "render"), (rows, "_questions"), (rows, "row_ids")),
    "closed form": ((rows, "closed_form"),),
    "read back, solve, write again": ((rows, "prove"),),
    "second opinion (YAML, fractions)": ((rows, "second_opinion"),),
    "plain Jinja2": ((rows, "reference"),),
    "columns and order": ((rows, "tabulate"), (rows, "_overlap")),
    "content hash": ((dataset, "content_hash"),),
    "Parquet": ((dataset, "parquet"),),
}


def timed(module: Any, name: str, spent: dict[str, float], stage: str) -> Callable[[], None]:
    """Count the processor time of a function towards a stage; return what undoes it."""
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
    """Return the processor seconds of a build of `count` training rows, and those of each stage."""
    spent: dict[str, float] = defaultdict(float)
    undo = [timed(module, name, spent, stage) for stage, places in STAGES.items() for module, name in places]
    began = time.process_time()
    dataset.build("run8", rows=count, out=folder / f"rows{count}", workers=1)
    total = time.process_time() - began
    for back in undo:
        back()
    spent["everything else"] = total - sum(spent.values())
    return total, spent


def cold(*command: str, repeats: int = 5) -> float:
    """Return the best wall time of a command in a fresh process."""
    best = float("inf")
    for _ in range(repeats):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        best = min(best, time.perf_counter() - began)
    return best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200_000)
    count = parser.parse_args().rows
    out = Console(width=100)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measure(1_000, folder)  # imports, caches
        total, spent = measure(count, folder)
        table = Table("stage", "share", "rows per core-second", title=f"{count:,} rows of run8, one process")
        for stage, seconds in sorted(spent.items(), key=lambda item: -item[1]):
            table.add_row(stage, f"{seconds / total:.1%}", f"{count / seconds:,.0f}" if seconds > 0 else "")
        table.add_section()
        table.add_row("all", "100 %", f"{count / total:,.0f}")
        out.print(table)
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
