"""Do another generator's traces give the values it says? python benchmarks/outside.py TRACES.jsonl

Each line has `yaml`, `value` and `expert`. Prints how many values agree and how many traces are refused, by code,
with an example each. Ends with 1 if a value disagrees or a refusal is one that the language does not demand.
"""

import argparse
import json
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from solver import Refusal, read, solve

TOLERANCE = Fraction(1, 10**9)
"""The largest relative difference of a value that was computed in floats."""

DEMANDED = {
    "unset": "nothing defaults to 0: an entity that receives is set first",
    "set_twice": "a name is set once",
    "missing_field": "nothing defaults to 0: an op has all its fields",
    "init_value": "nothing defaults to 0: an init has a value or a source",
    "unknown_field": "an op has no other fields",
    "odd_yaml": "no second values, anchors, aliases or tags",
    "bad_source": "a source names an earlier sub-trace",
    "bad_args": "a compute has two arguments",
    "only_literals": "a compute has a variable",
    "literal_identity": "no step copies a number",
    "bad_amount": "an amount is positive",
    "not_enough": "nobody gives more than there is",
    "transfer_to_self": "a transfer has two sides",
    "division_by_zero": "nothing is divided by 0",
    "short_circuit": "the answer is worked out",
    "empty": "a trace has steps",
    "no_query": "a trace asks",
    "two_queries": "a trace asks once",
    "after_query": "the query is last",
    "vocabulary": "an expert speaks its words only",
}
"""The refusals that design 3 demands of a trace whose author meant well, and why."""


def outcome(row: dict[str, Any]) -> tuple[str, str]:
    """Return how a trace fared, `agrees`, `disagrees` or the code of its refusal, and the reason."""
    try:
        answer = solve(read(row["yaml"])).answer
    except Refusal as error:
        return error.code, str(error)
    value = Fraction(row["value"])
    agrees = abs(answer - value) <= TOLERANCE * max(abs(value), 1)
    return ("agrees", "") if agrees else ("disagrees", f"{answer}, not {row['value']}")


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("traces", type=Path, metavar="TRACES.jsonl")
    path = parser.parse_args().traces
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    experts = sorted({row["expert"] for row in rows})
    counts: dict[str, Counter[str]] = {}
    reasons: dict[str, str] = {}
    for row in rows:
        code, reason = outcome(row)
        counts.setdefault(code, Counter())[row["expert"]] += 1
        reasons.setdefault(code, reason)
    table = Table(title=f"{len(rows):,} traces of {path.name}", box=box.SIMPLE_HEAD)
    table.add_column("outcome", no_wrap=True)
    for expert in [*experts, "all"]:
        table.add_column(expert.replace("_", "\n"), justify="right", no_wrap=True)
    table.add_column("an example, and why it is refused")
    for code in sorted(counts, key=lambda code: (code != "agrees", code)):
        why = "" if code == "agrees" else f"{reasons[code]}\n{DEMANDED.get(code, 'A SURPRISE')}"
        cells = [f"{counts[code][expert]:,}" if counts[code][expert] else "" for expert in experts]
        table.add_row(code, *cells, f"{counts[code].total():,}", Text(why))
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    return 0 if counts.keys() <= {"agrees", *DEMANDED} else 1


if __name__ == "__main__":
    sys.exit(main())
