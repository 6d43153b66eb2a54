"""The command line: `python -m finetune sft --dataset data/run8`. Commands parse, call one function and print."""

import argparse
import sys
import warnings
from dataclasses import fields
from pathlib import Path
from typing import Any

from solver.command import run
from solver.refusal import InputError

from .recipe import Rl, Sft, override, read_recipe, read_value
from .run import RUN, Run, command


def parser() -> argparse.ArgumentParser:
    """Return the parser of all verbs."""
    top = argparse.ArgumentParser(
        prog="python -m finetune",
        description="Teach a model on wirework's traces, and judge honestly what it learned.",
        epilog="example: python -m finetune sft --dataset data/run8 --out runs/first",
    )
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, what: str, example: str) -> argparse.ArgumentParser:
        return verbs.add_parser(
            name,
            help=what,
            description=what[0].upper() + what[1:] + ".",
            epilog=f"example: python -m finetune {example}",
        )

    sft = verb("sft", "train an adapter on the traces", "sft --dataset data/run8 --recipe smollm2 --out runs/first")
    sft.add_argument("--dataset", default="data/run8", metavar="DIR|ORG/NAME", help="default data/run8")
    sft.add_argument("--model", metavar="NAME|PATH", help="the base model (default: the recipe's, else by device)")
    sft.add_argument("--out", type=Path, required=True, metavar="DIR", help="the run's folder")
    sft.add_argument("--rows", type=_count, metavar="N", help="only the first N training rows")
    _training(sft, Sft)
    rl = verb("rl", "train an adapter further, with the solver as reward", "rl --adapter runs/first --out runs/second")
    rl.add_argument("--dataset", default="data/run8", metavar="DIR|ORG/NAME", help="default data/run8")
    rl.add_argument("--adapter", type=Path, required=True, metavar="DIR", help="the adapter to begin with")
    rl.add_argument("--model", metavar="NAME|PATH", help="the base model (default: the adapter's)")
    rl.add_argument("--out", type=Path, required=True, metavar="DIR", help="the run's folder")
    rl.add_argument("--rows", type=_count, metavar="N", help="only the first N training rows")
    _training(rl, Rl)

    evaluation = verb("eval", "decode held-out rows and say where failures broke", "eval --adapter runs/first")
    evaluation.add_argument(
        "--dataset", default="data/run8", metavar="DIR|ORG/NAME|FILE.jsonl|gsm8k", help="default data/run8"
    )
    evaluation.add_argument("--split", default="test", help="default test")
    evaluation.add_argument("--limit", type=_count, metavar="N", help="only the first N rows")
    evaluation.add_argument(
        "--batch", type=_count, default=128, metavar="N", help="rows decoded together (default 128)"
    )
    evaluation.add_argument("--out", type=Path, metavar="DIR", help="default: beside the adapter")
    ask = verb(
        "ask",
        "put one question to a model",
        'ask --adapter runs/first "A baker makes 12 trays of 8 rolls and sells 70. How many are left?"',
    )
    ask.add_argument("question")
    for sub in (evaluation, ask):
        sub.add_argument("--adapter", type=Path, metavar="DIR", help="an adapter that sft or rl made")
        sub.add_argument("--model", metavar="NAME|PATH", help="the base model (default: the adapter's, else by device)")
        sub.add_argument("--max-new-tokens", type=_count, default=400, metavar="N", help="default 400")
        sub.add_argument("--dtype", default="auto", help="bfloat16, float32 or auto: what the device is good at")

    report = verb("report", "write the report of an evaluation again", "report runs/first/eval-run8-test")
    report.add_argument("folder", type=Path, metavar="DIR")
    compare = verb(
        "compare", "compare two evaluations of the same rows", "compare runs/a/eval-run8-test runs/b/eval-run8-test"
    )
    compare.add_argument("a", type=Path, metavar="RUN_A")
    compare.add_argument("b", type=Path, metavar="RUN_B")

    merge = verb("merge", "merge an adapter into its base model", "merge runs/first --out runs/first-merged")
    merge.add_argument("adapter", type=Path, metavar="DIR")
    merge.add_argument("--out", type=Path, required=True, metavar="DIR")
    merge.add_argument("--dtype", default="auto", help="bfloat16, float32 or auto: what the device is good at")
    push = verb(
        "push", "publish an adapter or a merged model on the Hub", "push runs/first acme/run8-smollm2 --private"
    )
    push.add_argument("folder", type=Path, metavar="DIR")
    push.add_argument("repo_id", metavar="ORG/NAME")
    push.add_argument("--private", action="store_true", help="make a new repository private")
    return top


def _training(sub: argparse.ArgumentParser, section: type) -> None:
    """Add what supervised training and reinforcement share, and a flag for every value of the recipe."""
    sub.add_argument("--recipe", metavar="NAME|FILE", help="smollm2, tinyllama or a file (default: by device)")
    sub.add_argument("--seed", type=_seed, default=0, help="default 0")
    sub.add_argument("--max-len", type=_count, metavar="N", help="tokens that every row must fit")
    sub.add_argument("--dtype", default="auto", help="bfloat16, float32 or auto: what the device is good at")
    sub.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    group = sub.add_argument_group("values of the recipe, each of which a flag overrides")
    for field in fields(section):
        kind: Any = field.type
        flag = "--" + field.name.replace("_", "-")
        told = field.metadata["help"]
        group.add_argument(flag, type=_reader(kind, flag), metavar=kind.__name__.upper(), help=told)


def _reader(kind: Any, flag: str) -> Any:
    def read(text: str) -> Any:
        try:
            return read_value(kind, text, flag)
        except InputError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdigit() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 to {2**32 - 1}")
    return int(text)


def main(argv: list[str] | None = None) -> int:
    """Run one verb and return the exit status: 0, 1 where something was found wanting, 2 for an error of the user's."""
    argv = sys.argv[1:] if argv is None else argv
    args = parser().parse_args(argv)
    args.argv = argv
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # trainers warn of names in their own defaults
        return run(lambda: _stoppable(args))


def _stoppable(args: argparse.Namespace) -> int:
    """Run a verb; Ctrl-C, at whatever moment, is told with the command that goes on."""
    from . import terminal

    try:
        return VERBS[args.verb](args)
    except KeyboardInterrupt:
        terminal.note(f"stopped; go on with: {resumed(args)}")
        return 130


def resumed(args: argparse.Namespace) -> str:
    """Return the command that goes on where this one was stopped; there is nothing to resume before a run was begun."""
    begun = args.verb in ("sft", "rl") and not args.resume and (args.out / RUN).exists()
    return command([*args.argv, "--resume"] if begun else args.argv)


def _sft(args: argparse.Namespace) -> int:
    from .device import find_device

    device = find_device(args.dtype)
    recipe = read_recipe(args.recipe or ("tinyllama" if device.name == "cuda" else "smollm2"))
    model = args.model or recipe.model
    from . import sft, terminal

    terminal.say(f"model {model} on {device}{'' if args.model or args.recipe else ', the default for this device'}")
    values = override(recipe.sft, vars(args))
    trained = sft.train(
        args.dataset,
        model,
        values,
        args.out,
        max_len=args.max_len or recipe.max_len,
        rows=args.rows,
        seed=args.seed,
        dtype=args.dtype,
        resume=args.resume,
    )
    return _told(trained, args)


def _rl(args: argparse.Namespace) -> int:
    from .device import find_device

    device = find_device(args.dtype)
    recipe = read_recipe(args.recipe or ("tinyllama" if device.name == "cuda" else "smollm2"))
    from . import rl, terminal
    from .adapter import named_base

    terminal.say(f"model {named_base(args.model, args.adapter, device)} with {args.adapter} on {device}")
    trained = rl.reinforce(
        args.dataset,
        args.adapter,
        override(recipe.rl, vars(args)),
        args.out,
        model=args.model,
        max_len=args.max_len or recipe.max_len,
        rows=args.rows,
        seed=args.seed,
        dtype=args.dtype,
        resume=args.resume,
    )
    return _told(trained, args)


def _told(trained: Run | None, args: argparse.Namespace) -> int:
    from . import terminal

    if trained is None:
        terminal.note(f"stopped, a checkpoint is kept; go on with: {resumed(args)}")
        return 130
    result = trained.result
    terminal.say(
        f"trained {result['steps']} steps, {result['tokens']:,} tokens in {result['seconds']:,.0f} s, "
        f"{result['tokens_per_second']:,.0f} tokens/s; last loss {result['final_loss']:.4f}"
    )
    terminal.say(f"adapter {trained.folder}")
    terminal.say(f"next    {command(['eval', '--adapter', str(trained.folder), '--dataset', args.dataset])}")
    return 0


def _eval(args: argparse.Namespace) -> int:
    from .evaluate import evaluate
    from .report import make_report, print_report

    folder = evaluate(
        args.dataset,
        args.out,
        model=args.model,
        adapter=args.adapter,
        split=args.split,
        limit=args.limit,
        max_new_tokens=args.max_new_tokens,
        batch=args.batch,
        dtype=args.dtype,
    )
    print_report(make_report(folder), folder)
    return 0


def _report(args: argparse.Namespace) -> int:
    from .report import make_report, print_report

    print_report(make_report(args.folder), args.folder)
    return 0


def _compare(args: argparse.Namespace) -> int:
    from .compare import compare, print_comparison

    print_comparison(compare(args.a, args.b), args.a, args.b)
    return 0


def _ask(args: argparse.Namespace) -> int:
    from .ask import ask

    runs = ask(
        args.question, model=args.model, adapter=args.adapter, max_new_tokens=args.max_new_tokens, dtype=args.dtype
    )
    return 0 if runs else 1


def _merge(args: argparse.Namespace) -> int:
    from . import terminal
    from .publish import merge

    terminal.say(f"merged  {merge(args.adapter, args.out, dtype=args.dtype)}")
    return 0


def _push(args: argparse.Namespace) -> int:
    from . import terminal
    from .publish import push

    terminal.say(f"pushed  {push(args.folder, args.repo_id, private=args.private)}")
    return 0


VERBS = {
    "sft": _sft,
    "rl": _rl,
    "eval": _eval,
    "report": _report,
    "compare": _compare,
    "ask": _ask,
    "merge": _merge,
    "push": _push,
}

if __name__ == "__main__":
    sys.exit(main())
