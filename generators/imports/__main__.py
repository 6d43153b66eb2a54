"""The command line of imports: `python -m generators.imports gsm8k --from train.jsonl --out data/gsm8k`."""

import argparse
import sys
import time
from pathlib import Path

from solver.refusal import InputError


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add what an import takes to a parser."""
    command.add_argument("source", choices=("gsm8k", "svamp"))
    command.add_argument("--from", dest="origin", metavar="PATH|HUB", help="a jsonl file, or ORG/NAME on the Hub")
    command.add_argument("--out", type=Path, metavar="DIR", help="the dataset's folder (default data/SOURCE)")
    command.add_argument("--split", default="train", choices=("train", "test"))
    command.add_argument(
        "--grade", default="C", choices=("A", "B", "C"), help="the lowest grade that is kept (default C)"
    )
    command.add_argument("--eval-only", action="store_true", help="questions and answers alone, for evaluation")


def run(args: argparse.Namespace) -> int:
    """Import a source as the arguments say and return the exit status."""
    from generators.terminal import Progress, out

    from .funnel import funnel_table
    from .importer import import_problems

    began, worked = time.perf_counter(), time.process_time()
    folder = args.out or Path("data") / (f"{args.source}-{args.split}" if args.eval_only else args.source)
    with Progress("importing") as progress:
        done = import_problems(
            args.source,
            folder,
            origin=args.origin,
            split=args.split,
            grade=args.grade,
            eval_only=args.eval_only,
            report=progress,
        )
    out.print(funnel_table(done.manifest["funnel"]))
    seconds, busy = time.perf_counter() - began, time.process_time() - worked
    out.print(f"wrote     {len(done.rows):,} rows and {done.manifest['dropped']['rows']:,} dropped problems")
    out.print(f"speed     {done.manifest['problems']:,} problems in {seconds:.1f} s ({busy:.1f} s of one core)")
    out.print(f"folder    [bold]{done.folder}[/bold]")
    return 0


def main(argv: list[str] | None = None) -> int:
    """Import a source, or audit an imported folder, and return the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    top = argparse.ArgumentParser(
        prog="python -m generators.imports",
        description="Make verified traces of problems that people wrote; `verify DIR` audits what an import wrote.",
        epilog="example: python -m generators.imports gsm8k --from train.jsonl --grade A --out data/gsm8k",
    )
    try:
        if arguments[:1] == ["verify"]:
            from .audit import audit_import

            top.add_argument("folder", type=Path)
            folder = top.parse_args(arguments[1:]).folder
            faults, rows = audit_import(folder)
            for fault in faults[:20]:
                print(f"fault {fault}")
            print(f"{len(faults)} faults in {folder}" if faults else f"sound {folder}: {rows:,} rows")
            return 1 if faults else 0
        add_arguments(top)
        return run(top.parse_args(arguments))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
