"""Measures patterns with conditions: python benchmarks/patterns.py [--patterns 1000] [--rows 25] [--from DIR]

Prints the processor seconds until a folder of patterns is loaded and until the first row is there, and the rows built and
proved per core-second after that: first without kept number tuples, and then with those of the first run. Each run is a
fresh process; imports count as loading. The folder is made here, or is that of --from. --rows counts the rows of a pattern.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from itertools import islice, product
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

CHILD = """
import json, sys, time
from generators import build, stream
from generators.builder.preset import read_preset
folder, place, each = sys.argv[1], sys.argv[2], int(sys.argv[3])
from pathlib import Path
names = [path.relative_to(folder).with_suffix("") for path in Path(folder).glob("*/*.jinja")]
counts = {}
for name in names:
    counts[name.parent.name] = counts.get(name.parent.name, 0) + 1
whole = {expert: max(1, 100 * count // len(names)) for expert, count in counts.items()}
whole[max(counts, key=counts.get)] += 100 - sum(whole.values())
preset = {"rows": 1, "validation": 0, "test": 0, "max_len": 4096, "weights": whole, "patterns": {"mine": 1, "shipped": 0}}
read_preset(preset).library(Path(folder))
loaded = time.process_time()
next(iter(stream(preset, patterns=folder)))
first = time.process_time()
built = build(preset, patterns=folder, rows=each * len(names), out=place, workers=1)
print(json.dumps({
    "patterns": len(names),
    "loaded": loaded,
    "first": first,
    "speed": built.counts["train"] / (time.process_time() - first),
}))
"""

PATTERN = """---
scaffold: free
slots:
  who: person
  cards: 20..400
  piles: 2..12
  given: 3..90
where: [whole(cards / piles), cards / piles > given, cards / piles - given <= 300, cards != given]
trace:
  - {{op: init, var: $who.cards, value: $cards}}
  - {{op: init, var: piles, value: $piles}}
  - {{op: compute, compute_op: div, args: [$who.cards, piles], var: step1}}
  - {{op: init, var: given, value: $given}}
  - {{op: compute, compute_op: sub, args: [step1, given], var: result}}
  - {{op: query, var: result}}
answer: cards / piles - given
---
{{{{ who }}}} sorts {{{{ cards }}}} cards from {town} into {{{{ piles | words }}}} equal piles. {{{{ who }}}} gives away {{{{ given }}}} cards of one pile. How many cards are left in that pile?
"""


def write_patterns(folder: Path, count: int) -> None:
    """Write patterns that differ in the name of a town."""
    (folder / "arithmetic").mkdir()
    for number, letters in enumerate(islice(product("bdfg", "aeiou", "klmnprst", "aeiou", "klmn"), count)):
        path = folder / "arithmetic" / f"cards{number}.jinja"
        path.write_text(PATTERN.format(town=f"{''.join(letters).title()}burg"), encoding="utf-8")


def measure(folder: Path, kept: str, rows: int) -> dict[str, Any]:
    """Return the figures of one fresh process that keeps its tuples in a folder."""
    with tempfile.TemporaryDirectory() as place:
        words = [sys.executable, "-c", CHILD, str(folder), f"{place}/d", str(rows)]
        env = os.environ | {"HF_ASSETS_CACHE": kept}
        done = subprocess.run(words, capture_output=True, text=True, check=True, env=env)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patterns", type=int, default=1_000)
    parser.add_argument("--rows", type=int, default=25)
    parser.add_argument("--from", dest="origin", type=Path, help="a folder of patterns, such as one of --as-patterns")
    args = parser.parse_args()
    table = Table("tuples", "patterns", "loaded after", "first row after", "rows per core-second")
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as kept:
        if args.origin is None:
            write_patterns(Path(made), args.patterns)
        for name in ("searched for", "kept"):
            found = measure(args.origin or Path(made), kept, args.rows)
            seconds = (f"{found[key]:.2f} s" for key in ("loaded", "first"))
            table.add_row(name, f"{found['patterns']:,}", *seconds, f"{found['speed']:,.0f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
