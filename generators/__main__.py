"""The command line: `python -m generators build --weights run8`. Commands parse, call one function and print."""

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from solver.command import Parser, parsed, path, run
from solver.files import distinct
from solver.plurals import counted
from solver.progress import Progress
from solver.refusal import InputError

if TYPE_CHECKING:
    from generators.imports.sources.request import Request

AGAINST = "also refuse training rows that copy a question of this held-out set; may be repeated"
NO_GATE = "do not refuse training rows that copy a question of GSM-8K's test split; the card says so"
PATTERNS = "a folder of your own patterns, used beside the shipped ones"
TOKENIZER = "counts the tokens of rows whose bytes exceed the limit"
PHRASINGS = "how many training wordings of each pattern are used, or all (default: the preset's)"


def parser() -> argparse.ArgumentParser:
    """Return the parser of all verbs."""
    top = Parser(
        prog="python -m generators",
        description="Build datasets of word problems with symbolic traces from patterns; every row is proved.",
        epilog="example: python -m generators build --weights run8 --rows 1000 --out data/my-run8",
    )
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, summary: str, example: str) -> argparse.ArgumentParser:
        return verbs.add_parser(
            name, help=summary, description=summary[0].upper() + summary[1:] + ".", epilog=f"example: {example}"
        )

    _build_arguments(
        verb(
            "build", "build a dataset from a preset", "python -m generators build --weights run8 --rows 10000 --seed 7"
        )
    )
    _import_arguments(
        verb(
            "import",
            "import problems that people or models wrote, with verified traces",
            "python -m generators import gsm8k --out data/gsm8k",
        )
    )
    _push_arguments(
        verb(
            "push",
            "publish a dataset folder on the Hub in one commit",
            "python -m generators push data/run8 acme/run8 --private",
        )
    )
    _export_arguments(
        verb(
            "export",
            "export a finished dataset to the format of another trainer (TRL reads the folder itself)",
            "python -m generators export data/run8 --to verl data/run8-verl",
        )
    )
    _pattern_arguments(verb)
    _reword_arguments(
        verb(
            "reword",
            "propose wordings of a pattern with a language model, for a person to read",
            "python -m generators reword times_more -n 10 --endpoint http://127.0.0.1:8000/v1 --model NAME",
        )
    )
    _stats_arguments(
        verb(
            "stats",
            "measure how the questions of a dataset are worded, beside those of others",
            "python -m generators stats data/run8 --beside data/run10",
        )
    )
    verify = verb(
        "verify", "audit every row of a finished dataset from its files alone", "python -m generators verify data/run8"
    )
    verify.add_argument("folder", type=path, metavar="DIR")
    verify.add_argument("--tokenizer", metavar="NAME|PATH", help=TOKENIZER)
    return top


def _build_arguments(build: argparse.ArgumentParser) -> None:
    build.add_argument(
        "--weights", metavar="NAME|FILE", help="a preset: run10, run9, run8, run7 or a file (default run8)"
    )
    build.add_argument(
        "--recipe", type=path, metavar="FILE", help="build the dataset of a recipe.json again, into --out"
    )
    build.add_argument("--rows", type=_count, metavar="N", help="number of training rows (default: the preset's)")
    build.add_argument("--seed", type=int, metavar="N", help="determines the rows and their order (default 0)")
    build.add_argument(
        "--out",
        metavar="DIR|URL",
        help="the dataset's folder, or a URL such as s3://bucket/run8 (default data/PRESET)",
    )
    build.add_argument(
        "--max-len", type=_count, metavar="N", help="the most tokens that a row may have (default: the preset's)"
    )
    build.add_argument("--tokenizer", metavar="NAME|PATH", help=TOKENIZER)
    build.add_argument("--phrasings", metavar="N|all", help=PHRASINGS)
    build.add_argument("--shard-rows", type=_count, metavar="N", help="rows per file (default 100000)")
    _engine_arguments(build)
    build.add_argument("--patterns", type=path, metavar="DIR", help=PATTERNS)
    build.add_argument(
        "--verify",
        choices=("sample", "full"),
        default="sample",
        help="cross-check a sample of rows, or all, with libyaml and exact fractions (default sample)",
    )
    build.add_argument("--against", action="append", metavar="PATH|HUB", help=AGAINST)
    build.add_argument("--no-gate", action="store_true", help=NO_GATE)
    build.add_argument("--push", metavar="ORG/NAME", help="publish the finished dataset on the Hub")


def _push_arguments(push: argparse.ArgumentParser) -> None:
    push.add_argument("folder", type=path, metavar="DIR")
    push.add_argument("repo_id", metavar="ORG/NAME")
    push.add_argument("--private", action="store_true", help="make a new repository private")
    push.add_argument("--revision", default="main", metavar="BRANCH", help="the branch to publish on (default main)")
    push.add_argument("--tag", metavar="NAME", help="tag the new revision, so that readers can pin it")
    push.add_argument("--create-pr", action="store_true", help="open a pull request instead of committing")
    push.add_argument("--dry-run", action="store_true", help="list the changes, also in README.md, without making them")
    push.add_argument(
        "--overwrite-page", action="store_true", help="give up changes to README.md that cannot be merged"
    )
    push.add_argument(
        "--with-permission",
        action="store_true",
        help="publish what a licence forbids or none allows; its owner has permitted it",
    )
    push.add_argument(
        "--verify",
        choices=("hashes", "full"),
        default="hashes",
        help="check hashes, or audit every row (default hashes)",
    )


def _export_arguments(export: argparse.ArgumentParser) -> None:
    export.add_argument("folder", type=path, metavar="DIR")
    export.add_argument(
        "--to", required=True, choices=("chat", "verl"), help="chat: JSON lines of messages; verl: its columns"
    )
    export.add_argument(
        "out", type=path, metavar="OUT", help="a new folder: one file per split, and for verl reward.py"
    )


def _stats_arguments(stats: argparse.ArgumentParser) -> None:
    stats.add_argument("location", metavar="DIR|HUB|FILE", help="a dataset, or a file of problems")
    stats.add_argument(
        "--beside",
        action="append",
        default=[],
        metavar="DIR|HUB|FILE",
        help="another dataset, or a file of problems with a column named question; may be repeated",
    )
    stats.add_argument(
        "--split", metavar="NAME", help="the split to measure (default: the first with rows, mostly train)"
    )
    stats.add_argument("--json", action="store_true", help="print the figures as JSON, by dataset")


def _pattern_arguments(verb: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    """Add the verbs that work on patterns."""
    listing = verb(
        "list", "list the patterns with their experts, steps and numbers of questions", "python -m generators list"
    )
    constants = verb(
        "constants",
        "list the named constants that a trace may use, and the words that allow each",
        "python -m generators constants week",
    )
    constants.add_argument(
        "about", nargs="?", metavar="WORD|NUMBER", help="only constants of this value, or with this word"
    )
    show = verb(
        "show",
        "show a row of a pattern in every wording, its trace and the solver's steps; or a row of a dataset",
        "python -m generators show times_more --index 3",
    )
    show.add_argument("pattern", help="a pattern's NAME or EXPERT/NAME, or a row's id EXPERT/NAME/INDEX")
    show.add_argument("--index", type=int, default=0, metavar="I", help="the index of the row, from 0 (default 0)")
    show.add_argument(
        "--from", dest="location", type=path, metavar="DIR", help="show a row's id as this finished dataset has it"
    )
    preview = verb("preview", "print sample rows of a preset", "python -m generators preview run8 -n 5")
    preview.add_argument("preset", nargs="?", default="run8", help="a preset's name or file (default run8)")
    preview.add_argument("-n", type=_count, default=6, help="number of samples (default 6)")
    preview.add_argument("--seed", type=int, default=0, help="determines the samples (default 0)")
    preview.add_argument("--phrasings", metavar="N|all", help=PHRASINGS)
    check = verb(
        "check",
        "check the patterns of a folder of yours, or the shipped ones",
        "python -m generators check my-patterns",
    )
    check.add_argument("folder", nargs="?", type=path, metavar="DIR")
    covers = verb(
        "coverage",
        "measure the share of imported problems whose algebraic signature a preset's patterns have",
        "python -m generators coverage run9 --from data/gsm8k",
    )
    covers.add_argument("preset", nargs="?", default="run9", help="a preset's name or file (default run9)")
    covers.add_argument(
        "--from", dest="location", default="data/gsm8k", metavar="DIR|HUB", help="the dataset (default data/gsm8k)"
    )
    gallery = verb(
        "gallery",
        "write one sample of every pattern as a searchable page, or as Markdown",
        "python -m generators gallery gallery.html",
    )
    gallery.add_argument("out", type=path, metavar="OUT.html|OUT.md")
    for sub in (listing, constants, show, preview, covers, gallery):
        sub.add_argument("--patterns", type=path, metavar="DIR", help=PATTERNS)


def _reword_arguments(reword: argparse.ArgumentParser) -> None:
    reword.add_argument("pattern", metavar="PATTERN", help="a pattern's NAME or EXPERT/NAME")
    reword.add_argument(
        "-n", type=_count, default=10, metavar="N", help="how many wordings shall be accepted (default 10)"
    )
    reword.add_argument(
        "--endpoint",
        default="http://127.0.0.1:8000/v1",
        metavar="URL",
        help="an OpenAI-compatible endpoint (default http://127.0.0.1:8000/v1)",
    )
    reword.add_argument("--model", metavar="NAME", help="the endpoint's name of the model")
    reword.add_argument(
        "--out",
        type=path,
        default=Path("data/reworded"),
        metavar="DIR",
        help="a folder of patterns, which keeps what it has (default data/reworded)",
    )
    reword.add_argument("--patterns", type=path, metavar="DIR", help=PATTERNS)
    reword.add_argument("--workers", type=_count, default=4, metavar="N", help="calls at the same time (default 4)")
    reword.add_argument(
        "--max-calls", type=_count, metavar="N", help="the most calls, retries included (default: 5 for each wording)"
    )
    reword.add_argument(
        "--temperature", type=_amount, metavar="T", help="how freely the model chooses (default: the endpoint's)"
    )
    reword.add_argument(
        "--timeout", type=_amount, default=60.0, metavar="S", help="the seconds that a call may take (default 60)"
    )
    reword.add_argument(
        "--key-env", metavar="NAME", help="the environment variable with the key (default OPENAI_API_KEY)"
    )
    reword.add_argument("--dry-run", action="store_true", help="print the first prompt, and ask nothing")


def _import_arguments(imports: argparse.ArgumentParser) -> None:
    imports.add_argument("name", nargs="?", metavar="NAME", help="a source that is known; docs/importing.md lists them")
    imports.add_argument(
        "--from",
        dest="origin",
        metavar="PATH|HUB",
        help="a file of JSON, CSV, XML or Parquet, or ORG/NAME:CONFIG/SPLIT on the Hub (default: the source's own)",
    )
    imports.add_argument("--question", metavar="COL[+COL]", help="the columns that make the question")
    imports.add_argument("--program", metavar="COL", help="the column of the program that gives the answer")
    imports.add_argument("--answer", metavar="COL[+COL]", help="the column of the answer, or of options and a letter")
    imports.add_argument(
        "--format",
        dest="form",
        metavar="FORMAT",
        help="how programs are written: annotations, equation, slots, python, trace or none",
    )
    imports.add_argument(
        "--license",
        dest="licence",
        metavar="ID",
        help="the licence of a source whose licence is not known, such as mit",
    )
    imports.add_argument("--notice", metavar="TEXT", help="the authors of such a source, as its licence asks")
    imports.add_argument(
        "--language",
        metavar="CODE",
        help="the language of the questions for the page, such as en or pt-BR (default: that of the source, if it is known)",
    )
    imports.add_argument(
        "--out",
        metavar="DIR|URL",
        help="the dataset's folder, or a URL such as s3://bucket/gsm8k (default data/SOURCE)",
    )
    imports.add_argument(
        "--split",
        metavar="train|test",
        help="the split to write (default train; test for evaluation sources, and for a file of yours with --eval-only)",
    )
    imports.add_argument("--grade", default="A", metavar="A|B|C", help="the lowest grade to keep (default A)")
    imports.add_argument("--eval-only", action="store_true", help="keep questions and answers only, for evaluation")
    imports.add_argument("--against", action="append", metavar="PATH|HUB", help=AGAINST)
    imports.add_argument("--no-gate", dest="gate", action="store_false", help=NO_GATE)
    imports.add_argument(
        "--as-patterns",
        type=path,
        metavar="DIR",
        help="write a pattern for each problem of grade A into this new folder, and no dataset",
    )
    imports.add_argument(
        "--shard-rows", type=_count, metavar="N", help="problems whose rows stand in one file (default 10000)"
    )
    _engine_arguments(imports)


def _engine_arguments(verb: argparse.ArgumentParser) -> None:
    """Add the options that say where the work is done."""
    verb.add_argument("--workers", type=_count, metavar="N", help="number of processes (default: one per core)")
    verb.add_argument(
        "--engine", default="local", metavar="local|ray", help="work on this machine, or on a Ray cluster"
    )


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _amount(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number such as 0.7")
    return float(text)


def main(argv: list[str] | None = None) -> int:
    """Run one verb and return the exit status: 0 for success, 1 for faults found by an audit, 2 for a user error."""
    args = parsed(parser(), argv)
    return run(lambda: VERBS[args.verb](args), _stopped(args))


def _stopped(args: argparse.Namespace) -> str:
    """Return the line that is printed after Ctrl-C: only some verbs keep what they finished."""
    resumes = args.verb in ("build", "reword") or (args.verb == "import" and args.as_patterns is None)
    return "stopped; the same command resumes" if resumes else "stopped"


def _build(args: argparse.Namespace) -> int:
    from datasets_cards.card import write_card

    from . import terminal
    from .builder import dataset

    began = time.perf_counter()
    full = args.verify == "full"
    if args.push is not None and "://" in str(args.out):
        raise InputError(
            f"--push: {args.out} is not a local folder; build into a folder, or into hf://datasets/{args.push}"
        )
    workers, engine, against = args.workers, args.engine, args.against
    with Progress("building") as progress:
        if args.recipe:
            _refuse_beside_recipe(args)
            out = "data/again" if args.out is None else args.out
            built = dataset.rebuild(
                args.recipe, out, against=against, workers=workers, full=full, engine=engine, report=progress
            )
        else:
            built = dataset.build(
                "run8" if args.weights is None else args.weights,
                rows=args.rows,
                seed=args.seed or 0,
                out=args.out,
                max_len=args.max_len,
                tokenizer=args.tokenizer,
                phrasings=args.phrasings,
                shard_rows=args.shard_rows or dataset.SHARD_ROWS,
                patterns=args.patterns,
                against=against,
                gate=not args.no_gate,
                workers=workers,
                full=full,
                engine=engine,
                report=progress,
            )
    if isinstance(built.folder, Path):
        write_card(built.folder, plots=False)
    terminal.built(built, time.perf_counter() - began)
    if args.push is not None:
        from datasets_cards.publish import push_to_hub

        terminal.pushed(push_to_hub(built.folder, args.push))
    return 0


def _refuse_beside_recipe(args: argparse.Namespace) -> None:
    """Raise InputError if a flag is given whose value the recipe has."""
    if args.no_gate:
        raise InputError(f"--no-gate: {args.recipe} says whether the gate ran; leave out one of --no-gate and --recipe")
    for name in ("weights", "rows", "seed", "max_len", "tokenizer", "phrasings", "shard_rows", "patterns"):
        if getattr(args, name) is not None:
            flag = f"--{name.replace('_', '-')}"
            raise InputError(f"{flag}: {args.recipe} has its value; leave out one of {flag} and --recipe")


def _import(args: argparse.Namespace) -> int:
    from datasets_cards.card import write_card
    from generators.imports.importer import import_problems
    from generators.imports.recipe import SHARD_ROWS

    from . import terminal

    began = time.perf_counter()
    if args.as_patterns is not None:
        return _import_patterns(args, began)
    with Progress("importing", "problems") as progress:
        result = import_problems(
            _request(args),
            args.out,
            grade=args.grade,
            shard_rows=args.shard_rows or SHARD_ROWS,
            workers=args.workers,
            engine=args.engine,
            report=progress,
            reading=progress.reading,
        )
    if isinstance(result.folder, Path):
        write_card(result.folder, plots=False)
    terminal.imported(result, time.perf_counter() - began)
    return 0


def _request(args: argparse.Namespace) -> "Request":
    """Return the problems that the options of `import` ask for."""
    from dataclasses import fields

    from generators.imports.sources.request import Request

    return Request(**{field.name: getattr(args, field.name) for field in fields(Request)})


def _import_patterns(args: argparse.Namespace, began: float) -> int:
    from generators.imports.as_patterns import make_patterns

    from . import terminal

    for name, why in (
        ("out", "writes no dataset"),
        ("shard_rows", "writes no dataset"),
        ("grade", "takes problems of grade A alone"),
    ):
        if getattr(args, name) not in (None, "A"):
            raise InputError(f"--as-patterns {why}; leave out --{name.replace('_', '-')}")
    with Progress("making patterns", "problems") as progress:
        made = make_patterns(
            _request(args),
            args.as_patterns,
            workers=args.workers,
            engine=args.engine,
            report=progress,
            reading=progress.reading,
        )
    terminal.made_patterns(made, time.perf_counter() - began)
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
        overwrite_page=args.overwrite_page,
        with_permission=args.with_permission,
    )
    terminal.pushed(done)
    return 0


def _export(args: argparse.Namespace) -> int:
    from generators.finished.export import export

    from . import terminal

    terminal.exported(args.out, export(args.folder, args.out, args.to), args.to)
    return 0


def _list(args: argparse.Namespace) -> int:
    from generators.patterns.library import library

    from . import terminal

    terminal.patterns(library(args.patterns))
    return 0


def _constants(args: argparse.Namespace) -> int:
    from generators.patterns.library import folder_constants
    from solver.constants import about, named_constants

    from . import terminal

    known = [*named_constants(), *(folder_constants(args.patterns) if args.patterns else ())]
    terminal.constants(known if args.about is None else about(known, args.about))
    return 0


def _show(args: argparse.Namespace) -> int:
    from generators.patterns.library import library

    from . import terminal

    if args.location:
        from generators.finished.stored_row import stored_row

        terminal.stored(stored_row(args.location, args.pattern))
        return 0
    name, _, number = args.pattern.rpartition("/")
    by_id = number.isascii() and number.isdecimal()
    pattern = library(args.patterns)[name if by_id else args.pattern]
    index = int(number) if by_id else args.index
    if not 0 <= index < pattern.space:
        raise InputError(f"{pattern.id} has rows 0 to {pattern.space - 1:,}; there is no row {index:,}")
    terminal.row(pattern, index, range(len(pattern.wordings)))
    return 0


def _preview(args: argparse.Namespace) -> int:
    from generators.builder.preset import read_preset
    from generators.builder.recipe import Recipe, tell
    from generators.builder.wordings import wordings_of

    from . import terminal

    preset = read_preset(args.preset)
    patterns = preset.library(args.patterns)
    rows = {"train": args.n, "test": args.n}
    recipe = Recipe.of(preset, patterns, seed=args.seed, rows=rows, phrasings=args.phrasings, shard_rows=args.n)
    tell(recipe, preset, patterns)
    split = "train" if recipe.fractions_of("train") else "test"
    for name, span in recipe.spans(split, 0).items():
        pattern = recipe.library.patterns[name]
        indices = recipe.indices(pattern, split, span)
        which = wordings_of(recipe.used_wordings(pattern, split), indices)
        for index, place in zip(indices.tolist(), which.tolist(), strict=True):
            terminal.row(pattern, index, [place])
    return 0


def _check(args: argparse.Namespace) -> int:
    from generators.builder.preset import MIN_QUESTIONS
    from generators.builder.recipe import few_questions
    from generators.patterns.soundness import examine
    from generators.patterns.weaknesses import weaknesses

    from . import terminal

    with Progress("checking", "patterns") as progress:
        found = examine(args.folder, progress)
    notes = [f"{pattern.id}: {weakness}" for pattern in found.patterns for weakness in weaknesses(pattern)]
    notes += [f"note: {note}" for note in (*few_questions(found.patterns, MIN_QUESTIONS), *found.beside)]
    terminal.checked(found, notes)
    return 2 if found.faults else 0


def _coverage(args: argparse.Namespace) -> int:
    from generators.builder.preset import read_preset
    from generators.finished.coverage import coverage

    from . import terminal

    preset = read_preset(args.preset)
    with Progress("comparing") as progress:
        found = coverage(preset, preset.library(args.patterns), args.location, progress)
    terminal.covered(args.location, found)
    return 0


def _gallery(args: argparse.Namespace) -> int:
    from generators.patterns.library import library

    from .gallery import write_gallery

    count = write_gallery(library(args.patterns), args.out)
    print(f"{args.out}: {counted(count, 'pattern')}, one sample each")
    return 0


def _reword(args: argparse.Namespace) -> int:
    from generators.patterns.library import library
    from solver.endpoint import read_endpoint

    from . import terminal
    from .reword.prompt import prompt_text
    from .reword.run import reword

    patterns = library(args.patterns)
    pattern = patterns[args.pattern]
    if args.dry_run:
        print(prompt_text(pattern, 0))
        return 0
    if not args.model:
        raise InputError("--model is missing; give the name that the endpoint has for its model")
    endpoint = read_endpoint(
        args.endpoint, args.model, args.key_env, temperature=args.temperature, timeout=args.timeout
    )
    with Progress("wording", "accepted") as progress:
        result = reword(
            patterns,
            pattern,
            endpoint,
            args.out,
            count=args.n,
            workers=args.workers,
            max_calls=args.max_calls,
            report=progress,
        )
    terminal.reworded(result, args.n)
    return 0


def _stats(args: argparse.Namespace) -> int:
    from generators.finished.measure import measure

    from . import terminal

    found = {}
    for location in map(str, distinct([args.location, *args.beside])):
        with Progress("measuring") as progress:
            found[location] = measure(location, args.split, progress)
    if args.json:
        print(json.dumps(found, indent=1))
    else:
        terminal.measured(found)
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
    "constants": _constants,
    "show": _show,
    "preview": _preview,
    "check": _check,
    "coverage": _coverage,
    "gallery": _gallery,
    "reword": _reword,
    "stats": _stats,
    "verify": _verify,
    "push": _push,
    "export": _export,
}


if __name__ == "__main__":
    sys.exit(main())
