"""The command line of the solver: `python -m solver run|judge|score|grammar|table`."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .command import Parser, parsed, path, run
from .completion import extract
from .dataset import RECIPE, dataset_reading, open_dataset, select
from .experts import EXPERTS
from .files import decode, json_rows, local, read_text, resolved
from .grammar import SYNTAXES, grammar
from .grounding import UNGROUNDED, Reading, question_numbers
from .ops import op_table
from .plurals import counted
from .refusal import InputError, Refusal, did_you_mean
from .reward import REWARDS, Verdict, judge
from .text import read


def parser() -> argparse.ArgumentParser:
    """Return the parser of all verbs."""
    top = Parser(
        prog="python -m solver",
        description="Run symbolic traces and judge what a model wrote.",
        epilog="example: python -m solver judge completion.txt --answer 42 --expert comparison",
    )
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    run = verbs.add_parser(
        "run", help="run a trace and show every step with its value", epilog="example: python -m solver run trace.yaml"
    )
    run.add_argument("file", metavar="FILE", help="a trace or a completion; - reads standard input")
    one = verbs.add_parser(
        "judge",
        help="print the reward of a completion and the reason for it",
        epilog="example: python -m solver judge out.txt --answer 42 --expert comparison",
    )
    one.add_argument("file", metavar="FILE", help="a completion; - reads standard input")
    one.add_argument("--answer", required=True, help="the correct answer, an exact number: 42, 2.5 or 2/3")
    one.add_argument(
        "--expert", metavar="NAME[,NAME...]", help="the expected expert; for a composition, all its experts in order"
    )
    one.add_argument("--question", metavar="TEXT", help="the question, whose numbers alone the trace may take")
    one.add_argument(
        "--dataset",
        metavar="DATASET",
        help="the dataset of the question, if it has named constants of its own or is not in English",
    )
    score = verbs.add_parser(
        "score",
        help="judge a file of completions against a dataset",
        description="Judge completions against the rows of a dataset: one JSON object per line, with id and completion.",
        epilog="example: python -m solver score predictions.jsonl data/run8",
    )
    score.add_argument("predictions", type=path, metavar="PREDICTIONS.jsonl")
    score.add_argument("dataset", metavar="DATASET", help="a dataset folder, or ORG/NAME on the Hub")
    score.add_argument("--split", default="test", help="the split that the completions answer (default test)")
    score.add_argument(
        "--out",
        type=path,
        metavar="VERDICTS.jsonl",
        help="also write a line per completion: id, verdict, reward, reason and step",
    )
    score.add_argument(
        "--no-question", action="store_true", help="accept traces with numbers that the row's question does not have"
    )
    score.add_argument("--json", action="store_true", help="print the table as JSON")
    grammar = verbs.add_parser(
        "grammar",
        help="print a grammar of completions, for engines that decode by one",
        description="Print the context-free grammar of completions, with the numbers of one question or any numbers.",
        epilog="example: python -m solver grammar --to gbnf --question 'Ann has 3 bags of 5 apples. How many has she?'",
    )
    grammar.add_argument("--question", metavar="TEXT", help="the question, whose numbers alone the trace may take")
    grammar.add_argument(
        "--dataset",
        metavar="DATASET",
        help="the dataset of the question, if it has named constants of its own or is not in English",
    )
    grammar.add_argument(
        "--to",
        choices=SYNTAXES,
        default="lark",
        help="lark for llguidance and vLLM (default), gbnf for xgrammar, llama.cpp and vLLM",
    )
    verbs.add_parser("table", help="print the table of ops as Markdown", epilog="example: python -m solver table")
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one verb and return the exit status: 0 for success, 1 for a refused trace, 2 for a user error."""
    args = parsed(parser(), argv)
    return run(lambda: VERBS[args.verb](args))


def _text(name: str) -> str:
    return decode(sys.stdin.buffer.read(), "standard input") if name == "-" else read_text(local(name))


def _run(args: argparse.Namespace) -> int:
    from .terminal import console, steps_table

    try:
        console().print(steps_table(read(extract(_text(args.file)))))
    except Refusal as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1
    return 0


def _judge(args: argparse.Namespace) -> int:
    experts = [name.strip() for name in args.expert.split(",")] if args.expert else None
    for name in experts or ():
        if name not in EXPERTS:
            raise InputError(f"--expert: no expert {name!r}; {did_you_mean(name, EXPERTS)}")
    text = _text(args.file)
    reading = _reading(args.dataset)
    _tell_limit(reading, args.question is not None)
    try:
        verdict = judge(text, experts, args.answer, args.question, reading.language, constants=reading.constants)
    except ValueError as error:
        raise InputError(f"--answer: {error}") from None
    print(f"{verdict.reward}  {verdict.outcome.replace('_', ' ')}{': ' if verdict.reason else ''}{verdict.reason}")
    return 0


def _score(args: argparse.Namespace) -> int:
    from .terminal import console, verdict_summary, verdict_table

    if args.out and resolved(args.out) == resolved(args.predictions):
        raise InputError(f"--out {args.out}: is the file of the completions, which would be lost; choose another file")
    rows = _rows(args.dataset, args.split)
    reading = dataset_reading(args.dataset)
    _tell_limit(reading, not args.no_question)
    counts: dict[str, Counter[str]] = {}
    verdicts: dict[str, Verdict] = {}
    for where, prediction in _predictions(args.predictions):
        row_id = prediction.get("id")
        if not isinstance(row_id, str) or row_id not in rows:
            raise InputError(f"{where}: id {row_id!r} is not in the {args.split} split of {args.dataset}")
        if row_id in verdicts:
            raise InputError(f"{where}: id {row_id!r} appears twice; give one completion per row")
        row = rows[row_id]
        verdict = verdicts[row_id] = _verdict(
            prediction["completion"], row, args.dataset, None if args.no_question else row["question"], reading
        )
        expert = row["expert"] or "none"
        for group in ("", expert, f"{expert}/{row['pattern'] or 'none'}"):
            counts.setdefault(group, Counter())[verdict.outcome] += 1
            counts[group][UNGROUNDED] += verdict.code == UNGROUNDED
    if not verdicts:
        raise InputError(f"{args.predictions}: no completions found; give one JSON object per line")
    if args.out:
        _write_verdicts(args.out, verdicts)
    ladder = tuple(REWARDS.items())
    missing = len(rows) - len(verdicts)
    if args.json:
        groups = verdict_summary(counts, ladder)
        print(
            json.dumps({"dataset": args.dataset, "split": args.split, "missing": missing, "groups": groups}, indent=2)
        )
        return 0
    console().print(verdict_table(counts, ladder))
    if missing:
        print(f"{missing:,} of {counted(len(rows), 'row')} without a completion; not counted")
    return 0


def _reading(dataset: str | None) -> Reading:
    """Return how the questions of a dataset are read; raise InputError for a place that holds none."""
    if dataset is None:
        return Reading()
    folder = local(dataset)
    if folder.is_file() or (folder.is_dir() and not (any(folder.glob("data/*.parquet")) or (folder / RECIPE).exists())):
        raise InputError(f"--dataset: {dataset}: not a dataset folder; give one, or ORG/NAME on the Hub")
    return dataset_reading(dataset)


def _tell_limit(reading: Reading, asked: bool) -> None:
    """Print what is not read in questions, if traces are looked up in them."""
    if reading.limit and asked:
        print(f"note: {reading.limit}", file=sys.stderr)


def _rows(dataset: str, split: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a split by id, each with its question: of the column `question`, or else of its prompt."""
    from .schema import read_by

    table = open_dataset(dataset, split)
    source = next((name for name in ("question", "prompt") if name in table.column_names), None)
    questions = table.column(source).to_pylist() if source else [None] * len(table)
    rows = select(table, read_by("score"), dataset).to_pylist()
    return {row["id"]: row | {"question": question} for row, question in zip(rows, questions, strict=True)}


def _verdict(completion: object, row: Mapping[str, Any], dataset: str, question: object, reading: Reading) -> Verdict:
    try:
        return judge(completion, row["experts"], row["answer"], question, reading.language, constants=reading.constants)
    except InputError as error:
        raise InputError(f"{dataset}: row {row['id']}: experts: {error}") from None
    except ValueError as error:
        raise InputError(f"{dataset}: row {row['id']}: answer: {error}") from None


def _write_verdicts(out: Path, verdicts: Mapping[str, Verdict]) -> None:
    lines = (
        {"id": row_id, "verdict": one.outcome, "reward": one.reward, "reason": one.reason, "step": one.step}
        for row_id, one in verdicts.items()
    )
    try:
        out.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="ascii")
    except OSError as error:
        raise InputError(f"{out}: cannot be written: {error.strerror or error}") from None


def _predictions(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, prediction in json_rows(read_text(file), str(file), halves=True):
        if isinstance(prediction, InputError):
            raise prediction
        if not isinstance(prediction, dict) or not {"id", "completion"} <= prediction.keys():
            raise InputError(f"{file}, {place}: not a JSON object with id and completion")
        yield f"{file}, {place}", prediction


def _grammar(args: argparse.Namespace) -> int:
    reading = _reading(args.dataset)
    _tell_limit(reading, args.question is not None)
    numbers = None if args.question is None else question_numbers(args.question, *reading)
    if numbers is not None and not any(numbers) and not any(map(str.isdigit, args.question)):  # "no" is read as 0
        raise InputError("--question: no number is read in it, so that no trace is grounded in it; leave it out")
    print(grammar(numbers, args.to), end="")
    return 0


def _table(_args: argparse.Namespace) -> int:
    print(markdown_table())
    return 0


def markdown_table() -> str:
    """Return the op table as Markdown."""
    rows = [("op", "fields", "meaning"), ("---", "---", "---")]
    rows += [(f"`{name}`", f"`{fields}`", meaning) for name, fields, meaning in op_table()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


VERBS = {"run": _run, "judge": _judge, "score": _score, "grammar": _grammar, "table": _table}

if __name__ == "__main__":
    sys.exit(main())
