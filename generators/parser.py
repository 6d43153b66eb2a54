"""The arguments of the verbs of `python -m generators`."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path

from solver.command import Parser, path

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
