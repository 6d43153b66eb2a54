"""Measures how time and memory grow with rows: python benchmarks/memory.py [--most 7] [--plot benchmarks/memory.png]

Builds run8 with 10^3 to 10^MOST training rows, each in a fresh process. Prints wall seconds, processor seconds, rows
per core-second and peak memory (the maximum resident set of the process, imports included).
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

CHILD = """
import json, resource, sys, time
from generators import build
began = time.perf_counter()
build("run8", rows=int(sys.argv[1]), out=sys.argv[2], workers=1)
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"wall": time.perf_counter() - began, "core": used.ru_utime + used.ru_stime, "kib": used.ru_maxrss}))
"""


def measure(rows: int) -> dict[str, Any]:
    """Return wall seconds, processor seconds and peak KiB of a build in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, str(rows), f"{folder}/run8"], capture_output=True, text=True, check=True
        )
    return {"rows": rows} | json.loads(done.stdout)


def machine() -> str:
    """Return the processor, the number of cores and the Python version."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{model or platform.processor()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def plot(points: list[dict[str, Any]], path: Path) -> None:
    """Plot processor seconds and memory against rows."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.2), layout="constrained")
    rows = [point["rows"] for point in points]
    for column, (key, label, scale) in enumerate(
        (("core", "processor seconds", 1), ("kib", "peak memory, MiB", 1 / 1024)), 1
    ):
        axes = figure.add_subplot(1, 2, column)
        axes.plot(rows, [point[key] * scale for point in points], marker="o")
        axes.set_xscale("log")
        axes.set_yscale("log" if key == "core" else "linear")
        axes.set_ylim(bottom=None if key == "core" else 0)
        axes.set_xlabel("training rows of run8, one process")
        axes.set_title(label)
        axes.grid(alpha=0.3)
    figure.suptitle(machine(), fontsize=9)
    figure.savefig(path, dpi=120)


def main() -> None:
    """Measure, print and plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=7, help="the largest power of ten (default 7)")
    parser.add_argument("--plot", type=Path, help="write the plot to this file")
    args = parser.parse_args()
    measure(1_000)  # so that files are in the page cache
    points = []
    table = Table("rows", "seconds", "core-seconds", "rows per core-second", "peak MiB", title=machine())
    for power in range(3, args.most + 1):
        points.append(point := measure(10**power))
        speed = point["rows"] / point["core"]
        cells = f"{point['wall']:.2f}", f"{point['core']:.2f}", f"{speed:,.0f}", f"{point['kib'] / 1024:,.0f}"
        table.add_row(f"{point['rows']:,}", *cells)
    Console(width=100).print(table)
    if args.plot:
        plot(points, args.plot)


if __name__ == "__main__":
    main()
