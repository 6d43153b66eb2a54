"""The command line, as in `python -m finetune sft --dataset data/run8`: verbs parse, call one function and print."""

import argparse
import sys
import time
import warnings
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from finetune.models.verdicts import SCORER
from finetune.models.ways import NONNEGATIVE, Way
from finetune.runs.disk import full_disk
from finetune.runs.folder import RUN, Run, command
from finetune.runs.libraries import refuse_missing
from finetune.runs.log import COMPLETIONS
from finetune.training.recipe import Recipe, Sft, override, recipe_for
from solver.command import parsed, run
from solver.endpoint import Endpoint, read_endpoint
from solver.plurals import counted
from solver.refusal import InputError

from .api import evaluate, train
from .arguments import SAMPLING, as_flag, refuse_for_vllm, refuse_mixed, refuse_unsampled
from .parser import DATASET, QUESTION, parser
from .runs import terminal


def main(argv: list[str] | None = None) -> int:
    """Run one verb and return the exit status: 0, 1 if `ask` gives no trace that runs, 2 for wrong input."""
    argv = sys.argv[1:] if argv is None else argv
    args = parsed(parser(), argv)
    args.argv = argv
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # trainers warn about their own defaults
        return run(lambda: _run_verb(args), lambda: _stopped(args))


def _stopped(args: argparse.Namespace) -> str:
    """Return the line that is printed after Ctrl-C: only some verbs keep what they finished."""
    resumes = args.verb in ("sft", "rl", "scorer", "eval", "sample", "ablate")
    return f"stopped; go on with: {resumed(args)}" if resumes else "stopped"


def _run_verb(args: argparse.Namespace) -> int:
    try:
        with full_disk(lambda: resumed(args)):
            return VERBS[args.verb](args)
    except ModuleNotFoundError as error:
        refuse_missing(error)
        raise


def resumed(args: argparse.Namespace) -> str:
    """Return the command that goes on after a stop; it is the same one if the run had not started."""
    begun = args.verb in ("sft", "rl", "scorer") and not args.resume and (args.out / RUN).exists()
    return command([*args.argv, "--resume"] if begun else args.argv)


def _sft(args: argparse.Namespace) -> int:
    names = ("model", "recipe", "rows", "system_prompts", "seed", "max_len", "dtype", "report_to", "resume")
    options = {each.name: getattr(args, each.name) for each in fields(Sft) if getattr(args, each.name) is not None}
    given = {name: getattr(args, name) for name in names}
    run = train(args.dataset or [DATASET], args.out, eval_datasets=args.eval_dataset, **given, **options)
    return _print_run(run)


def _rl(args: argparse.Namespace) -> int:
    from finetune.hardware.device import find_device
    from finetune.models.adapter import find_adapter, named_base
    from finetune.runs.completions import told

    from .judge.reinforced import make_page
    from .training import rl

    device = find_device(args.dtype)
    recipe = recipe_for(device.name, args.recipe)
    terminal.say(f"model {named_base(args.model, find_adapter(args.adapter), device)} with {args.adapter} on {device}")
    options = override(recipe.rl, vars(args))
    arguments = _training_arguments(args, recipe)
    run = rl.reinforce(args.dataset, args.adapter, options, args.out, model=args.model, **arguments)
    terminal.say(told(run.result))
    if terminal.first_process:
        terminal.say(f"page    {make_page(run.folder)}")
    return _print_run(run)


def _training_arguments(args: argparse.Namespace, recipe: Recipe) -> dict[str, Any]:
    return {
        "max_len": args.max_len or recipe.max_len,
        "rows": args.rows,
        "system_prompts": args.system_prompts,
        "seed": args.seed,
        "dtype": args.dtype,
        "report_to": args.report_to,
        "resume": args.resume,
    }


def _print_run(trained: Run) -> int:
    _print_result(trained)
    terminal.say(f"next    {command(_next(trained))}")
    return 0


def _next(trained: Run) -> list[str]:
    """Return the words of the command that tries a run."""
    sources = trained.settings.get("mix") or [trained.settings]
    return _trial([f"--{_kind(trained)}", str(trained.folder)], (source["dataset"] for source in sources))


def _trial(model: list[str], datasets: Iterable[str]) -> list[str]:
    """Return the words that evaluate a model on the datasets with a test split; if none has one, those that ask it."""
    from finetune.runs.rows import tested

    found = [word for name in dict.fromkeys(datasets) if tested(name) for word in ("--dataset", name)]
    return ["eval", *model, *found] if found else ["ask", *model, QUESTION]


def _print_result(trained: Run) -> None:
    result = trained.result
    terminal.say(
        f"trained {counted(result['steps'], 'step')}, {counted(result['tokens'], 'token')} in {result['seconds']:,.0f} s, "
        f"{result['tokens_per_second']:,.0f} tokens/s; last loss {result['final_loss']:.4f}"
    )
    if "held_out_step" in result:
        terminal.say(
            f"kept the checkpoint of step {result['held_out_step']}: held-out loss {result['held_out_loss']:.4f}, "
            f"{result['held_out_right']} of {counted(result['held_out_rows'], 'validation row')} right"
        )
    terminal.say(f"{_kind(trained):7} {trained.folder}")


def _kind(trained: Run) -> str:
    """Return what a run made: a model if all of its weights were trained, else an adapter."""
    return "model" if trained.settings.get("full") else "adapter"


def _eval(args: argparse.Namespace) -> int:
    from finetune.judge.overview import print_overview
    from finetune.judge.report import print_report

    _refuse_mixed(args)
    names = ["split", "limit", "few_shot", "examples", "workers"]
    if args.endpoint is not None:
        options: dict[str, Any] = {"endpoint": _endpoint(args)}
    else:
        options = _sampling(args) | _decoding(args)
    options["constrained"] = _constrained(args)
    options |= {name: getattr(args, name) for name in names}
    found = evaluate(args.dataset or [DATASET], args.out, **options)
    if len(found) == 1:
        print_report(found[0].report, found[0].folder)
    else:
        print_overview([(each.folder, each.report) for each in found])
    return 0


def _refuse_mixed(args: argparse.Namespace) -> None:
    """Raise InputError for flags of a local model beside --endpoint, and for flags of an endpoint without it."""
    here = ("adapter", "nonnegative", "batch", "static_cache", "vllm", "dtype", "samples", "choose", "seed", "scorer")
    there = ("few_shot", "examples", "workers", "key_env", "timeout", "own_temperature")
    given = vars(args)
    refuse_mixed(
        args.endpoint is not None, {name: given[name] for name in here}, {name: given[name] for name in there}, as_flag
    )
    if args.own_temperature and args.temperature:
        raise InputError("--own-temperature leaves the temperature to the endpoint; leave it out, or --temperature")


def _endpoint(args: argparse.Namespace) -> Endpoint:
    """Return the endpoint to ask; raise InputError if its model has no name."""
    if not args.model:
        raise InputError("--model is missing; give the name that the endpoint has for its model")
    return read_endpoint(
        args.endpoint,
        args.model,
        args.key_env,
        temperature=None if args.own_temperature else args.temperature or 0.0,
        max_tokens=args.max_new_tokens,
        timeout=args.timeout or 60,
    )


def _constrained(args: argparse.Namespace) -> Way:
    return NONNEGATIVE if args.nonnegative else bool(args.constrained)


def _sampling(args: argparse.Namespace) -> dict[str, Any]:
    """Return the flags of samples that were given; raise InputError for one without --samples."""
    given = {name: getattr(args, name) for name in ("samples", *SAMPLING)}
    refuse_unsampled(given, as_flag)
    given = {name: value for name, value in given.items() if value is not None}
    return ({"choose": SCORER} if args.scorer else {}) | given


def _decoding(args: argparse.Namespace) -> dict[str, Any]:
    """Return the flags that were given on a model and its decoding; raise InputError for some that exclude each other."""
    refuse_for_vllm(vars(args), as_flag)
    names = ("adapter", "model", "max_new_tokens", "batch", "static_cache", "vllm", "dtype")
    return {name: value for name in names if (value := getattr(args, name)) is not None}


def _sample(args: argparse.Namespace) -> int:
    from datasets_cards.card import write_card
    from finetune.judge.evaluate import evaluate
    from finetune.judge.own_samples import notice_of, refuse_other_dataset, write_own_samples
    from finetune.runs.rows import ALIASES, split_of
    from generators.imports.importer import import_problems
    from generators.imports.sources.request import Request
    from generators.terminal import imported

    refuse_other_dataset(args.out)  # decoding takes hours
    folder = evaluate(
        args.dataset,
        args.out.with_name(f"{args.out.name}-samples"),
        split=split_of(args.dataset, args.split, "train"),
        limit=args.limit,
        constrained=_constrained(args),
        listed=False,
        **_decoding(args),
        **_sampling(args),
    )
    found = write_own_samples(folder)
    terminal.say(str(found))
    began = time.perf_counter()
    request = Request(
        origin=found.path,
        question="question",
        program="trace",
        answer="answer",
        form="trace",
        notice=notice_of(found.settings),
    )
    dataset = ALIASES.get(args.dataset, args.dataset)
    made = import_problems(request, args.out, grade="B", derived_from=dataset, workers=1)
    write_card(args.out, plots=False)
    imported(made, time.perf_counter() - began)
    terminal.say(f"samples   {folder}")
    return 0


def _scorer(args: argparse.Namespace) -> int:
    from finetune.hardware.device import find_device
    from finetune.judge.evaluate import read_settings
    from finetune.judge.labels import labelled

    from .training.scorer import train_scorer

    device = find_device(args.dtype)
    recipe = recipe_for(device.name, args.recipe)
    table, model = labelled(args.samples)
    drawn = [read_settings(folder) for folder in args.samples]
    terminal.say(f"model {model} on {device}; {counted(len(table), 'labelled sample')}")
    run = train_scorer(
        table,
        model,
        override(recipe.sft, vars(args)),
        args.out,
        samples=[folder.name for folder in args.samples],
        datasets=[each.dataset for each in drawn],
        max_len=args.max_len or recipe.max_len,
        seed=args.seed,
        dtype=args.dtype,
        resume=args.resume,
    )
    _print_result(run)
    first = drawn[0]
    sampler = ["--adapter", first.adapter] if first.adapter else ["--model", first.model]
    words = [*sampler, "--samples", "8", "--scorer", str(run.folder)]
    terminal.say(f"next    {command(_trial(words, (each.dataset for each in drawn)))}")
    return 0


def _report(args: argparse.Namespace) -> int:
    from finetune.judge.reinforced import make_page
    from finetune.judge.report import make_report, print_report

    if (args.folder / COMPLETIONS).exists():
        terminal.say(f"page    {make_page(args.folder)}")
        return 0
    print_report(make_report(args.folder), args.folder)
    return 0


def _compare(args: argparse.Namespace) -> int:
    from finetune.judge.compare import compare, print_comparison

    print_comparison(compare(args.a, args.b), args.a, args.b)
    return 0


def _ablate(args: argparse.Namespace) -> int:
    from .ablate.plan_file import read_plan
    from .ablate.study import TABLE, ablate
    from .ablate.table import print_table
    from .judge.pages import PAGE

    plan = read_plan(args.plan, evaluate=args.evaluate, model=args.model)
    print_table(ablate(plan, args.out, dtype=args.dtype))
    terminal.say(f"table   {args.out / TABLE}")
    terminal.say(f"page    {args.out / PAGE}")
    return 0


def _ask(args: argparse.Namespace) -> int:
    from finetune.judge.ask import ask

    runs = ask(
        args.question,
        model=args.model,
        adapter=args.adapter,
        max_new_tokens=args.max_new_tokens,
        dtype=args.dtype,
        constrained=_constrained(args),
        **_sampling(args),
    )
    return 0 if runs else 1


def _merge(args: argparse.Namespace) -> int:
    from .publish import merge

    terminal.say(f"merged  {merge(args.adapter, args.out, dtype=args.dtype)}")
    return 0


def _push(args: argparse.Namespace) -> int:
    from .publish import push

    names = ("private", "revision", "tag", "dataset", "dry_run", "with_permission")
    pushed = push(args.folder, args.repo_id, **{name: getattr(args, name) for name in names})
    for note in pushed.notes:
        terminal.note(f"note: {note}")
    if args.dry_run:
        terminal.table("files of the push", ("", ">bytes"), pushed.sizes.items())
        terminal.say(pushed.card)
    terminal.say(f"{'would push' if args.dry_run else 'pushed '} {pushed.url}")
    return 0


VERBS = {
    "sft": _sft,
    "rl": _rl,
    "eval": _eval,
    "sample": _sample,
    "scorer": _scorer,
    "report": _report,
    "compare": _compare,
    "ablate": _ablate,
    "ask": _ask,
    "merge": _merge,
    "push": _push,
}

if __name__ == "__main__":
    sys.exit(main())
