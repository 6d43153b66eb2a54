"""Measures what reinforcement changes on held-out rows: python -m benchmarks.reinforce --adapter DIR --dataset ROWS --held-out ROWS --out DIR

Decodes the held-out rows greedily before, trains with `rl`, decodes them again, and prints McNemar's exact test of the two.
Each part resumes where it was stopped: the same command goes on. What follows `--` is passed to `rl`, for example
`-- --credit graduated --lr 5e-5`.
"""

import argparse
import sys
from pathlib import Path

from finetune.__main__ import main as finetune
from finetune.runs.folder import RUN
from solver.command import Parser, path


def commands(wanted: argparse.Namespace) -> list[list[str]]:
    """Return the commands, in order; a run of reinforcement that has begun is resumed."""
    shared = ["--seed", str(wanted.seed), "--steps", str(wanted.steps), *wanted.rl]
    trained = wanted.out / "adapter"
    again = ["--resume"] if (trained / RUN).exists() else []
    before, after = (str(wanted.out / name) for name in ("before", "after"))
    return [
        _evaluation(wanted, wanted.adapter, before),
        ["rl", "--adapter", str(wanted.adapter), "--dataset", wanted.dataset, "--out", str(trained), *shared, *again],
        _evaluation(wanted, trained, after),
        ["compare", before, after],
    ]


def _evaluation(wanted: argparse.Namespace, adapter: Path, out: str) -> list[str]:
    limit = ["--limit", str(wanted.limit)] if wanted.limit else []
    return ["eval", "--adapter", str(adapter), "--dataset", wanted.held_out, "--out", out, *limit]


def main() -> int:
    """Run the commands; stop at the first that fails."""
    parser = Parser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--adapter", type=path, required=True, help="the adapter to start from")
    parser.add_argument("--dataset", required=True, help="the rows to train on")
    parser.add_argument(
        "--held-out", required=True, help="the rows to evaluate on: a file, or a dataset with a test split"
    )
    parser.add_argument("--out", type=path, required=True, help="a folder for the adapter and both evaluations")
    parser.add_argument("--steps", type=int, default=40, help="steps of rl (default 40)")
    parser.add_argument("--limit", type=int, help="only the first held-out rows")
    parser.add_argument("--seed", type=int, default=0, help="default 0")
    parser.add_argument("rl", nargs="*", help="further flags of rl, after --")
    wanted = parser.parse_args()
    for words in commands(wanted):
        status = finetune(words)
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
