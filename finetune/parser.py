"""The parser of the command line: the verbs with their flags, and one flag for each option of a recipe."""

import argparse
from collections.abc import Sequence
from dataclasses import Field, fields
from typing import Any

from finetune.ablate.plan_file import known_ablations
from finetune.judge.choose import DEFAULT, WAYS
from finetune.runs.libraries import TRACKERS
from finetune.runs.mix import SYSTEMS
from finetune.training.recipe import UNSCORED, Rl, Sft, known_recipes, read_option
from solver.command import Parser, path
from solver.refusal import InputError

DATASET = "data/run8"
QUESTION = "A baker makes 12 trays of 8 rolls and sells 70. How many are left?"
"""The example of a question to ask."""
TRAINED, EVALUATED = "DIR|ORG/NAME|FILE.jsonl", "DIR|ORG/NAME|FILE.jsonl|gsm8k"
"""The forms of a dataset."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of all verbs."""
    top = Parser(
        prog="python -m finetune",
        description="Train a model on wirework's traces, and evaluate it on held-out rows.",
        epilog="example: python -m finetune sft --dataset data/run8 --out runs/first",
    )
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, does: str, example: str) -> argparse.ArgumentParser:
        description, epilog = f"{does[0].upper()}{does[1:]}.", f"example: python -m finetune {name} {example}"
        return verbs.add_parser(name, help=does, description=description, epilog=epilog)

    _add_sft(verb("sft", "train an adapter on the traces", "--dataset data/run8 --recipe smollm2 --out runs/first"))
    _add_rl(verb("rl", "train an adapter further, with the solver as reward", "--adapter runs/first --out runs/second"))
    _add_eval(verb("eval", "decode held-out rows and report at which level failures broke", "--adapter runs/first"))
    own = "--adapter runs/first --dataset data/gsm8k --samples 4 --out data/own"
    _add_sample(verb("sample", "make a dataset of the right programs that a model samples", own))
    labels = "--samples data/own-samples --out runs/scorer"
    _add_scorer(verb("scorer", "train an adapter that tells right samples from wrong ones", labels))
    _add_ask(verb("ask", "put one question to a model", f'--adapter runs/first "{QUESTION}"'))
    report = verb("report", "write the report of an evaluation, or the page of rl, again", "runs/first/eval-run8-test")
    report.add_argument("folder", type=path, metavar="DIR")
    pair = "runs/a/eval-run8-test runs/b/eval-run8-test"
    compare = verb("compare", "compare two evaluations of the same rows", pair)
    compare.add_argument("a", type=path, metavar="RUN_A")
    compare.add_argument("b", type=path, metavar="RUN_B")
    _add_ablate(
        verb("ablate", "train and evaluate the arms of a file, and compare them", "wordings --out runs/wordings")
    )
    merge = verb("merge", "merge an adapter into its base model", "runs/first --out runs/first-merged")
    merge.add_argument("adapter", type=_model, metavar="DIR|ORG/NAME")
    merge.add_argument("--out", type=path, required=True, metavar="DIR")
    _add_dtype(merge)
    push = verb("push", "publish an adapter or a merged model on the Hub", "runs/first acme/run8-smollm2 --private")
    push.add_argument("folder", type=path, metavar="DIR")
    push.add_argument("repo_id", metavar="ORG/NAME")
    push.add_argument("--private", action="store_true", help="make a new repository private")
    push.add_argument("--revision", default="main", metavar="BRANCH", help="the branch to push to (default main)")
    push.add_argument("--tag", metavar="NAME", help="a tag for the new commit")
    push.add_argument("--dataset", metavar="ORG/NAME", help="the training dataset's name on the Hub, for the card")
    push.add_argument("--dry-run", action="store_true", help="show files and card; write nothing, here or there")
    push.add_argument(
        "--with-permission",
        action="store_true",
        help="publish although a licence of the training data forbids it or none allows it; its owner has permitted it",
    )
    return top


def _add_sft(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--dataset",
        action="append",
        metavar="DATASET[:SHARE|:Nx]",
        help=f"{TRAINED}, with a share of the mix (:0.3) or repeats (:2x); may be repeated (default {DATASET})",
    )
    sub.add_argument(
        "--model", type=_model, metavar="NAME|PATH", help="the base model (default: the recipe's, else by device)"
    )
    sub.add_argument(
        "--eval-dataset",
        action="append",
        default=[],
        metavar=EVALUATED,
        help="measure each checkpoint on rows of it; may be repeated",
    )
    _add_training(sub, Sft)


def _add_rl(sub: argparse.ArgumentParser) -> None:
    _add_dataset(sub, TRAINED)
    sub.add_argument("--adapter", type=_model, required=True, metavar="DIR|ORG/NAME", help="the adapter to start from")
    sub.add_argument("--model", type=_model, metavar="NAME|PATH", help="the base model (default: the adapter's)")
    _add_training(sub, Rl)


def _add_training(sub: argparse.ArgumentParser, section: type) -> None:
    """Add the flags that both kinds of training share, and one flag for each option of the recipe's section."""
    sub.add_argument("--out", type=path, required=True, metavar="DIR", help="the run's folder")
    sub.add_argument(
        "--rows", type=_count, metavar="N", help="only N training rows: the first, or of a mix those of a smaller mix"
    )
    sub.add_argument(
        "--system-prompts",
        choices=SYSTEMS,
        default="same",
        help="each: rows may have different system prompts (default same)",
    )
    _add_recipe(sub)
    sub.add_argument("--seed", type=_seed, default=0, help="default 0")
    sub.add_argument("--max-len", type=_count, metavar="N", help="limit of a row in tokens; longer rows are refused")
    _add_dtype(sub)
    sub.add_argument("--report-to", choices=TRACKERS, default="none", help="where else figures go (default none)")
    sub.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    _add_options(sub, section)


def _add_recipe(sub: argparse.ArgumentParser) -> None:
    help_ = f"{', '.join(known_recipes())} or a file (default: by device)"
    sub.add_argument("--recipe", metavar="NAME|FILE", help=help_)


def _add_options(sub: argparse.ArgumentParser, section: type, without: Sequence[str] = ()) -> None:
    """Add one flag for each option of a recipe's section, but for some."""
    group = sub.add_argument_group("options of the recipe; a flag overrides the recipe's value")
    for field in fields(section):
        if field.name in without:
            continue
        kind: Any = field.type
        flag = "--" + field.name.replace("_", "-")
        choices = field.metadata["choices"]
        meaning = field.metadata["help"] + (f": {', '.join(choices)}" if choices else "")
        alone: Any = {"nargs": "?", "const": True} if kind is bool else {}
        group.add_argument(flag, type=_reader(field), metavar=kind.__name__.upper(), help=meaning, **alone)


def _add_eval(sub: argparse.ArgumentParser) -> None:
    help_ = f"may be repeated, for one table of all (default {DATASET})"
    sub.add_argument("--dataset", action="append", metavar=EVALUATED, help=help_)
    sub.add_argument("--split", help="default test; a file of rows has no splits")
    sub.add_argument("--limit", type=_count, metavar="N", help="only the first N rows")
    _add_batch(sub)
    sub.add_argument("--out", type=path, metavar="DIR", help="default: beside the adapter")
    _add_decoding(sub)
    _add_sampling(sub, "samples of each row; one of them and the greedy completion is chosen")
    _add_endpoint(sub)
    sub.set_defaults(dtype=None)  # beside an endpoint, none of its options has a value unless it is given


def _add_sample(sub: argparse.ArgumentParser) -> None:
    _add_dataset(sub, "DIR|ORG/NAME|FILE.jsonl")
    sub.add_argument("--split", help="default train; a file of rows has no splits")
    sub.add_argument("--limit", type=_count, metavar="N", help="only the first N rows")
    _add_batch(sub)
    sub.add_argument("--out", type=path, required=True, metavar="DIR", help="the new dataset; beside it is DIR-samples")
    _add_decoding(sub)
    sub.add_argument("--samples", type=_count, default=4, metavar="K", help="samples of each row (default 4)")
    sub.add_argument("--temperature", type=_temperature, metavar="T", help="temperature of samples (default 0.7)")
    sub.add_argument("--seed", type=_seed, metavar="SEED", help="seed of samples (default 0)")
    sub.set_defaults(choose=None, scorer=None)


def _add_batch(sub: argparse.ArgumentParser) -> None:
    """Add the flags that say how completions are decoded together; neither has a default beside an endpoint."""
    help_ = "most completions decoded together; fewer of long prompts (default 128)"
    sub.add_argument("--batch", type=_count, metavar="N", help=help_)
    help_ = "decode by transformers' generate with a static cache, which compiles a step on a GPU"
    sub.add_argument("--static-cache", action="store_true", default=None, help=help_)
    sub.add_argument("--vllm", action="store_true", default=None, help="decode with vLLM, which must be installed")


def _add_scorer(sub: argparse.ArgumentParser) -> None:
    folders = "folders of samples, from eval --samples or from sample"
    sub.add_argument("--samples", type=path, required=True, nargs="+", metavar="DIR", help=folders)
    sub.add_argument("--out", type=path, required=True, metavar="DIR", help="the run's folder")
    _add_recipe(sub)
    sub.add_argument("--seed", type=_seed, default=0, help="default 0")
    sub.add_argument("--max-len", type=_count, metavar="N", help="limit of a row in tokens; longer rows are refused")
    _add_dtype(sub)
    sub.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    _add_options(sub, Sft, without=UNSCORED)


def _add_endpoint(sub: argparse.ArgumentParser) -> None:
    group = sub.add_argument_group("a model at an endpoint, which --model names")
    group.add_argument(
        "--endpoint", metavar="URL", help="an OpenAI-compatible server, such as http://127.0.0.1:8000/v1"
    )
    group.add_argument(
        "--few-shot", type=_count, default=0, metavar="N", help="training rows shown before each question"
    )
    group.add_argument(
        "--examples", metavar=TRAINED, help="where they are from (default: the dataset's training split)"
    )
    group.add_argument("--workers", type=_count, metavar="N", help="calls at the same time (default 4)")
    group.add_argument(
        "--key-env", metavar="NAME", help="the environment variable with the key (default OPENAI_API_KEY)"
    )
    group.add_argument("--timeout", type=_count, metavar="SECONDS", help="limit of one call (default 60)")
    group.add_argument("--own-temperature", action="store_true", help="leave the temperature, else 0, to the endpoint")


def _add_ask(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("question")
    _add_decoding(sub)
    _add_sampling(sub, "samples; they are shown, and one of them and the greedy completion is chosen")


def _add_ablate(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("plan", metavar="NAME|FILE", help=f"{', '.join(known_ablations())} or a file of your own")
    sub.add_argument("--out", type=path, required=True, metavar="DIR", help="the folder of data, runs and results")
    sub.add_argument(
        "--evaluate",
        action="append",
        default=[],
        metavar="DIR|ORG/NAME|FILE.jsonl",
        help="a further evaluation set; may be repeated",
    )
    sub.add_argument("--model", type=_model, metavar="NAME|PATH", help="the base model of all arms")
    _add_dtype(sub)


def _add_decoding(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--adapter", type=_model, metavar="DIR|ORG/NAME", help="an adapter that sft or rl wrote")
    sub.add_argument(
        "--model", type=_model, metavar="NAME|PATH", help="the base model (default: the adapter's, else by device)"
    )
    sub.add_argument("--max-new-tokens", type=_count, default=400, metavar="N", help="default 400")
    held = sub.add_mutually_exclusive_group()
    held.add_argument(
        "--constrained", action="store_true", help="let the model write only traces that are read, grounded and run"
    )
    held.add_argument("--nonnegative", action="store_true", help="the same, and no step may give a value below zero")
    _add_dtype(sub)


def _add_sampling(sub: argparse.ArgumentParser, samples: str) -> None:
    sub.add_argument("--samples", type=_count, default=0, metavar="K", help=samples)
    sub.add_argument("--temperature", type=_temperature, metavar="T", help="temperature of samples (default 0.7)")
    ways = "; ".join(f"{name}: {way.meaning}" for name, way in WAYS.items())
    help_ = f"how one is chosen of those that run and are grounded. {ways} (default {DEFAULT})"
    sub.add_argument("--choose", choices=WAYS, metavar="WAY", help=help_)
    sub.add_argument(
        "--scorer", type=_model, metavar="DIR|ORG/NAME", help="the scorer that chooses; the verb scorer trains one"
    )
    sub.add_argument("--seed", type=_seed, metavar="SEED", help="seed of samples (default 0)")


def _add_dataset(sub: argparse.ArgumentParser, metavar: str) -> None:
    sub.add_argument("--dataset", default=DATASET, metavar=metavar, help=f"default {DATASET}")


def _add_dtype(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--dtype", default="auto", help="bfloat16, float32 or auto, the faster of the two on this device")


def _reader(option: Field[Any]) -> Any:
    def read(text: str) -> Any:
        try:
            return read_option(option, text, option.name)
        except InputError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def _model(text: str) -> str:
    """Return a model's name, or its path with the home directory filled in."""
    return str(path(text)) if text.startswith("~") else text


def _count(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _temperature(text: str) -> float:
    try:
        if 0 < (value := float(text)) < 100:
            return value
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a temperature above 0, such as 0.7")


def _seed(text: str) -> int:
    if not text.isdigit() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {2**32 - 1}")
    return int(text)
