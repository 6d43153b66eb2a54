"""The command line: `python -m generators build --weights run8`. Commands parse, call one function and print."""

import argparse
import sys
import time
from pathlib import Path

from solver.command import run
from solver.progress import Progress
from solver.refusal import InputError

AGAINST = "refuse questions that share ten words in a row, or the whole sketch, with this held-out set"
DEEP = 200_000
"""Assignments of each pattern that `check` tries."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of all verbs."""
    top = argparse.ArgumentParser(
        prog="python -m generators",
        description="Word problems with symbolic traces: patterns to datasets whose every row is proved.",
        epilog="example: python -m generators build --weights run8 --rows 1000 --out data/my-run8",
    )
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, what: str, example: str) -> argparse.ArgumentParser:
        return verbs.add_parser(
            name, help=what, description=what[0].upper() + what[1:] + ".", epilog=f"example: {example}"
        )

    build = verb(
        "build", "build a dataset from a preset", "python -m generators build --weights run8 --rows 10000 --seed 7"
    )
    _build_arguments(build)

    imports = verb(
        "import",
        "make verified traces of problems that people wrote: GSM-8K, SVAMP",
        "python -m generators import gsm8k --grade A --out data/gsm8k",
    )
    _import_arguments(imports)

    push = verb(
        "push",
        "publish a dataset folder on the Hub, all of it in one commit",
        "python -m generators push data/run8 acme/run8 --private",
    )
    push.add_argument("folder", type=Path, metavar="DIR")
    push.add_argument("repo_id", metavar="ORG/NAME")
    push.add_argument("--private", action="store_true", help="make a new repository private")
    push.add_argument("--revision", default="main", metavar="BRANCH", help="the branch to publish on (default main)")
    push.add_argument("--tag", metavar="NAME", help="tag the new revision, so that readers can pin it")
    push.add_argument("--create-pr", action="store_true", help="open a pull request instead of committing")
    push.add_argument("--dry-run", action="store_true", help="list what would change; nothing is written there")
    push.add_argument("--verify", choices=("hashes", "full"), default="hashes", help="full audits every row first")

    export = verb(
        "export",
        "write a finished dataset in the columns of another trainer (TRL takes the folder as it is)",
        "python -m generators export data/run8 --to verl data/run8-verl",
    )
    export.add_argument("folder", type=Path, metavar="DIR")
    export.add_argument("--to", required=True, choices=("verl",), help="the trainer")
    export.add_argument("out", type=Path, metavar="OUT", help="a new folder: a Parquet file a split, and reward.py")

    listing = verb("list", "list the patterns with expert, shape and size of their space", "python -m generators list")
    show = verb(
        "show",
        "show one row of a pattern: question, trace and the solver's steps",
        "python -m generators show times_more --index 3",
    )
    show.add_argument("pattern", help="a pattern's name, EXPERT/NAME, or a row's id EXPERT/NAME/PLACE")
    show.add_argument("--index", type=int, default=0, metavar="I", help="which row, from 0 (default 0)")
    preview = verb("preview", "print samples of a preset; nothing is written", "python -m generators preview run8 -n 5")
    preview.add_argument("preset", nargs="?", default="run8", help="a preset's name or file (default run8)")
    preview.add_argument("-n", type=_count, default=6, help="how many samples (default 6)")
    preview.add_argument("--seed", type=int, default=0)
    check = verb(
        "check", "check pattern files, the shipped ones or a folder of yours", "python -m generators check my-patterns"
    )
    check.add_argument("folder", nargs="?", type=Path, metavar="DIR")
    covers = verb(
        "coverage",
        "measure which share of imported problems has the algebraic shape of a preset's patterns",
        "python -m generators coverage run9 --from data/gsm8k",
    )
    covers.add_argument("preset", nargs="?", default="run9", help="a preset's name or file (default run9)")
    covers.add_argument(
        "--from", dest="place", default="data/gsm8k", metavar="DIR|HUB", help="the dataset (default data/gsm8k)"
    )
    gallery = verb(
        "gallery",
        "write one sample of every pattern as a page to search, or as Markdown",
        "python -m generators gallery gallery.html",
    )
    gallery.add_argument("out", type=Path, metavar="OUT.html|OUT.md")
    for sub in (listing, show, preview, covers, gallery):
        sub.add_argument(
            "--patterns", type=Path, metavar="DIR", help="a folder of your own patterns beside the shipped ones"
        )
    verify = verb(
        "verify", "audit a finished dataset from its files alone, every row", "python -m generators verify data/run8"
    )
    verify.add_argument("folder", type=Path, metavar="DIR")
    verify.add_argument("--tokenizer", metavar="NAME|PATH", help="counts the rows that their bytes do not prove to fit")
    return top


def _build_arguments(build: argparse.ArgumentParser) -> None:
    build.add_argument("--weights", metavar="NAME|FILE", help="preset: run9, run8, run7 or a file (default run8)")
    build.add_argument(
        "--recipe", type=Path, metavar="FILE", help="make the dataset of a recipe.json again, into --out"
    )
    build.add_argument("--rows", type=_count, metavar="N", help="training rows (default: the preset's)")
    build.add_argument("--seed", type=int, metavar="N", help="which rows are drawn, and their order (default 0)")
    build.add_argument(
        "--out",
        metavar="DIR|URL",
        help="the dataset's folder, or a place such as s3://bucket/run8 (default data/PRESET)",
    )
    build.add_argument(
        "--max-len", type=_count, metavar="N", help="tokens that every row must fit (default: the preset's)"
    )
    build.add_argument("--tokenizer", metavar="NAME|PATH", help="counts the rows that their bytes do not prove to fit")
    build.add_argument("--shard-rows", type=_count, metavar="N", help="rows of a file (default 100000)")
    build.add_argument("--workers", type=_count, metavar="N", help="processes (default: one a core)")
    build.add_argument(
        "--engine", default="local", metavar="local|ray", help="make the shards here, or on a Ray cluster"
    )
    build.add_argument(
        "--patterns", type=Path, metavar="DIR", help="a folder of your own patterns beside the shipped ones"
    )
    build.add_argument(
        "--verify",
        choices=("sample", "full"),
        default="sample",
        help="rows that are cross-checked by YAML reader and fractions (default sample)",
    )
    build.add_argument("--against", metavar="PATH|HUB", help=AGAINST)
    build.add_argument("--push", metavar="ORG/NAME", help="publish the dataset on the Hub when it is built")


def _import_arguments(imports: argparse.ArgumentParser) -> None:
    imports.add_argument("source", metavar="gsm8k|svamp")
    imports.add_argument(
        "--from", dest="origin", metavar="PATH|HUB", help="a jsonl file, or ORG/NAME on the Hub (default: the source's)"
    )
    imports.add_argument("--out", metavar="DIR", help="the dataset's folder (default data/SOURCE)")
    imports.add_argument("--split", default="train", metavar="train|test", help="which split is read (default train)")
    imports.add_argument("--grade", default="C", metavar="A|B|C", help="the lowest grade that is kept (default C)")
    imports.add_argument("--eval-only", action="store_true", help="questions and answers alone, for evaluation")
    imports.add_argument("--against", metavar="PATH|HUB", help=AGAINST)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def main(argv: list[str] | None = None) -> int:
    """Run one verb and return the exit status: 0, 1 where an audit found faults, 2 for an error of the user's."""
    args = parser().parse_args(argv)
    return run(lambda: VERBS[args.verb](args), stopped="stopped; the same command resumes")


def _build(args: argparse.Namespace) -> int:
    from datasets_cards.card import write_card
    from generators.builder.local_engine import SHARD_ROWS

    from . import terminal
    from .builder import dataset

    began = time.perf_counter()
    full = args.verify == "full"
    if args.push and "://" in str(args.out):
        raise InputError(
            f"--push: {args.out} is no folder here; build into a folder, or into hf://datasets/{args.push}"
        )
    workers, engine, against = args.workers, args.engine, args.against
    with Progress("building") as progress:
        if args.recipe:
            _refuse_beside_recipe(args)
            out = args.out or "data/again"
            built = dataset.rebuild(
                args.recipe, out, against=against, workers=workers, full=full, engine=engine, report=progress
            )
        else:
            built = dataset.build(
                args.weights or "run8",
                rows=args.rows,
                seed=args.seed or 0,
                out=args.out,
                max_len=args.max_len,
                tokenizer=args.tokenizer,
                shard_rows=args.shard_rows or SHARD_ROWS,
                patterns=args.patterns,
                against=against,
                workers=workers,
                full=full,
                engine=engine,
                report=progress,
            )
    if isinstance(built.folder, Path):
        write_card(built.folder, plots=False)
    terminal.built(built, time.perf_counter() - began)
    if args.push:
        from datasets_cards.publish import push_to_hub

        terminal.pushed(push_to_hub(built.folder, args.push))
    return 0


def _refuse_beside_recipe(args: argparse.Namespace) -> None:
    """Raise InputError if a flag is given whose value the recipe decides."""
    for name in ("weights", "rows", "seed", "max_len", "tokenizer", "shard_rows", "patterns"):
        if getattr(args, name) is not None:
            flag = f"--{name.replace('_', '-')}"
            raise InputError(f"{flag}: {args.recipe} decides it; leave out one of {flag} and --recipe")


def _import(args: argparse.Namespace) -> int:
    from datasets_cards.card import write_card
    from generators.imports.importer import import_problems

    from . import terminal

    began = time.perf_counter()
    with Progress("importing") as progress:
        result = import_problems(
            args.source,
            args.out,
            origin=args.origin,
            split=args.split,
            grade=args.grade,
            eval_only=args.eval_only,
            against=args.against,
            report=progress,
        )
    write_card(Path(result.folder), plots=False)
    terminal.imported(result, time.perf_counter() - began)
    return 0


def _push(args: argparse.Namespace) -> int:
    from datasets_cards.publish import push_to_hub

    from . import terminal

    done = push_to_hub(
        args.folder,
        args.repo_id,
        private=args.private,
        revision=args.revision,
        tag=args.tag,
        create_pr=args.create_pr,
        dry_run=args.dry_run,
        full=args.verify == "full",
    )
    terminal.pushed(done)
    return 0


def _export(args: argparse.Namespace) -> int:
    from generators.finished.export import export

    from . import terminal

    terminal.exported(args.out, export(args.folder, args.out, args.to))
    return 0


def _list(args: argparse.Namespace) -> int:
    from generators.patterns.library import library

    from . import terminal

    terminal.patterns(library(args.patterns))
    return 0


def _show(args: argparse.Namespace) -> int:
    from generators.patterns.library import library

    from . import terminal

    name, _, place = args.pattern.rpartition("/")
    by_id = place.isascii() and place.isdecimal()
    pattern = library(args.patterns)[name if by_id else args.pattern]
    index = int(place) if by_id else args.index
    if not 0 <= index < pattern.space:
        raise InputError(f"{pattern.id} has rows 0 to {pattern.space - 1:,}; {index:,} is none of them")
    terminal.row(pattern, index)
    return 0


def _preview(args: argparse.Namespace) -> int:
    from generators.builder.preset import read_preset
    from generators.builder.recipe import Recipe
    from generators.patterns.library import library

    from . import terminal

    preset = read_preset(args.preset)
    patterns = library(args.patterns, preset.takes)
    recipe = Recipe.of(preset, patterns, seed=args.seed, rows={"train": args.n}, shard_rows=args.n)
    for name, span in recipe.spans("train", 0).items():
        pattern = recipe.library.patterns[name]
        for place in recipe.places(pattern, "train", span).tolist():
            terminal.row(pattern, place, recipe.phrasings)
    return 0


def _check(args: argparse.Namespace) -> int:
    from generators.patterns.checks import try_rows
    from generators.patterns.library import library

    checked = library(args.folder).patterns.values()
    rows = 0
    with Progress("checking", "patterns") as progress:
        for number, pattern in enumerate(checked):
            progress(number, len(checked))
            try:
                rows += try_rows(pattern, DEEP)
            except (ValueError, ArithmeticError) as error:
                raise InputError(f"{pattern.id}.jinja: {error}") from None
    print(f"{len(checked)} patterns are sound; trace and closed form agree on {rows:,} assignments")
    return 0


def _coverage(args: argparse.Namespace) -> int:
    from generators.builder.preset import read_preset
    from generators.finished.coverage import coverage
    from generators.patterns.library import library

    from . import terminal

    preset = read_preset(args.preset)
    with Progress("comparing") as progress:
        found = coverage(preset, library(args.patterns, preset.takes), args.place, progress)
    terminal.covered(args.place, found)
    return 0


def _gallery(args: argparse.Namespace) -> int:
    from generators.patterns.library import library

    from .gallery import write_gallery

    count = write_gallery(library(args.patterns), args.out)
    print(f"{args.out}: {count} patterns, one sample each")
    return 0


def _verify(args: argparse.Namespace) -> int:
    from generators.finished.audit import audit

    from . import terminal

    began = time.perf_counter()
    with Progress("verifying") as progress:
        found = audit(args.folder, args.tokenizer, progress)
    terminal.audited(args.folder, found, time.perf_counter() - began)
    return 0 if found.passed else 1


VERBS = {
    "build": _build,
    "import": _import,
    "list": _list,
    "show": _show,
    "preview": _preview,
    "check": _check,
    "coverage": _coverage,
    "gallery": _gallery,
    "verify": _verify,
    "push": _push,
    "export": _export,
}


if __name__ == "__main__":
    sys.exit(main())
