"""Compares another generator's answers with the solver's: python benchmarks/outside.py TRACES.jsonl

Each line has `yaml`, `value` and `expert`. Prints the number of traces whose answers agree, and of refused traces by
code, with one example each. Exits with 1 if an answer disagrees or a trace is refused for an unexpected reason.
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
"""The largest relative difference that is accepted, since the other generator may compute in floats."""

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
    "not_enough": "no entity gives more than it has",
    "transfer_to_self": "a transfer has two entities",
    "division_by_zero": "nothing is divided by 0",
    "short_circuit": "the answer is derived, not given",
    "empty": "a trace has steps",
    "no_query": "a trace has a query",
    "two_queries": "a trace has one query",
    "after_query": "the query is last",
    "vocabulary": "an expert uses the ops of its vocabulary only",
}
"""The expected codes of refusals, each with the rule of the trace language."""


def outcome(row: dict[str, Any]) -> tuple[str, str]:
    """Return `agrees`, `disagrees` or the code of the refusal, and the reason."""
    try:
        answer = solve(read(row["yaml"])).answer
    except Refusal as error:
        return error.code, str(error)
    value = Fraction(row["value"])
    agrees = abs(answer - value) <= TOLERANCE * max(abs(value), 1)
    return ("agrees", "") if agrees else ("disagrees", f"{answer}, not {row['value']}")


def main() -> int:
    """Compare all traces, print a table and return the exit status."""
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
    table.add_column("an example, and the reason for its refusal")
    for code in sorted(counts, key=lambda code: (code != "agrees", code)):
        why = "" if code == "agrees" else f"{reasons[code]}\n{DEMANDED.get(code, 'UNEXPECTED')}"
        cells = [f"{counts[code][expert]:,}" if counts[code][expert] else "" for expert in experts]
        table.add_row(code, *cells, f"{counts[code].total():,}", Text(why))
    Console(width=None if sys.stdout.isatty() else 140).print(table)
    return 0 if counts.keys() <= {"agrees", *DEMANDED} else 1


if __name__ == "__main__":
    sys.exit(main())
