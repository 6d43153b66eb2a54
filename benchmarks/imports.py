"""Measures imports: python benchmarks/imports.py [--from train.jsonl] [--rows 50000 1000000]

With --from it imports GSM-8K's file with one worker and with two, and prints problems per second and per core-second.
Then it imports synthetic files in GSM-8K's form, read for evaluation, and prints the peak memory for each number of
rows: the maximum resident set of the process. Each import runs in a fresh process.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

CHILD = """
import json, resource, sys, time
from generators.imports.importer import import_problems
from generators.imports.sources.request import Request
began = time.perf_counter()
request = Request("gsm8k", origin=sys.argv[1], eval_only=sys.argv[4] == "yes")
built = import_problems(request, sys.argv[2], workers=int(sys.argv[3]))
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({
    "problems": built.manifest.problems,
    "wall": time.perf_counter() - began,
    "core": sum(one.ru_utime + one.ru_stime for one in used),
    "kib": used[0].ru_maxrss,
}))
"""


def measure(source: Path, workers: int, *, bare: bool) -> dict[str, Any]:
    """Return the problems, wall seconds, processor seconds and peak KiB of an import in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        words = [str(source), f"{folder}/d", str(workers), "yes" if bare else "no"]
        done = subprocess.run([sys.executable, "-c", CHILD, *words], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def write_source(path: Path, rows: int) -> None:
    """Write problems in GSM-8K's form, each with numbers of its own; every hundredth question is asked again."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            first = number - number % 100 if number % 100 == 99 else number
            question = (
                f"A mill grinds {first + 3} sacks of grain on Monday and {first % 977 + 2} sacks on Tuesday, and the baker "
                f"takes {first % 89 + 1} of them away before the rain begins. How many sacks have been ground in all?"
            )
            total = first + 3 + first % 977 + 2
            answer = f"It grinds {first + 3}+{first % 977 + 2}=<<{first + 3}+{first % 977 + 2}={total}>>{total}.\n#### {total}"
            file.write(json.dumps({"question": question, "answer": answer}) + "\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="origin", type=Path, help="GSM-8K's train.jsonl")
    parser.add_argument("--rows", type=int, nargs="*", default=[50_000, 1_000_000], help="sizes of synthetic files")
    args = parser.parse_args()
    table = Table("import", "workers", "problems", "seconds", "per second", "per core-second", "peak MiB")

    def add(name: str, workers: int, point: dict[str, Any]) -> None:
        speeds = (point["problems"] / point["wall"], point["problems"] / point["core"])
        figures = (f"{point['problems']:,}", f"{point['wall']:.1f}", *(f"{speed:,.0f}" for speed in speeds))
        table.add_row(name, str(workers), *figures, f"{point['kib'] / 1024:,.0f}")

    for workers in (1, 2) if args.origin else ():
        add("with traces", workers, measure(args.origin, workers, bare=False))
    with tempfile.TemporaryDirectory() as folder:
        for rows in args.rows:
            write_source(Path(folder) / "synthetic.jsonl", rows)
            add("for evaluation", 1, measure(Path(folder) / "synthetic.jsonl", 1, bare=True))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
