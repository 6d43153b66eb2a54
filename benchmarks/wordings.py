"""Writes the table of docs/datasets.md on how questions are worded: python benchmarks/wordings.py [GSM8K.jsonl]

Builds run8 and run10, measures their training questions, and writes wordings.json beside this script. The column of
GSM-8K stays as it is unless its train.jsonl is given. `python -m tests.docs` then writes the table anew.
"""

import argparse
import json
import tempfile
from pathlib import Path

from generators import build
from generators.finished.measure import measure

FILE = Path(__file__).with_suffix(".json")
PRESETS = ("run8", "run10")
PROBLEMS = "GSM-8K"


def main() -> None:
    """Write the figures of the presets, and of the problems if they are given."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("problems", nargs="?", metavar="GSM8K.jsonl", help="GSM-8K's train.jsonl")
    problems = parser.parse_args().problems
    kept = json.loads(FILE.read_text(encoding="utf-8"))[PROBLEMS] if problems is None else measure(problems)
    figures = {}
    with tempfile.TemporaryDirectory() as place:
        for name in PRESETS:
            figures[name] = measure(build(name, out=Path(place) / name).folder)
    figures[PROBLEMS] = kept
    FILE.write_text(f"{json.dumps(figures, indent=1)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
