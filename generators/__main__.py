"""The command line: `python -m generators build --weights run8`. Commands parse, call one function and print."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from solver.command import parsed, run
from solver.files import distinct
from solver.plurals import counted
from solver.progress import Progress
from solver.refusal import InputError

from .parser import parser

if TYPE_CHECKING:
    from generators.imports.sources.request import Request


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

    with Progress("reading", "files") as progress:
        known = library(args.patterns, progress)
    terminal.patterns(known)
    return 0


def _constants(args: argparse.Namespace) -> int:
    from generators.patterns.library import folder_constants
    from solver.constants import about, named_constants

    from . import terminal

    known = [*named_constants(), *(folder_constants(args.patterns) if args.patterns else ())]
    terminal.constants(known if args.about is None else about(known, args.about))
    return 0


def _show(args: argparse.Namespace) -> int:
    from generators.patterns.library import one_pattern

    from . import terminal

    if args.location:
        from generators.finished.stored_row import stored_row

        terminal.stored(stored_row(args.location, args.pattern))
        return 0
    name, _, number = args.pattern.rpartition("/")
    by_id = number.isascii() and number.isdecimal()
    pattern = one_pattern(name if by_id else args.pattern, args.patterns)
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

    with Progress("reading", "files") as progress:
        known = library(args.patterns, progress)
    count = write_gallery(known, args.out)
    print(f"{args.out}: {counted(count, 'pattern')}, one sample each")
    return 0


def _reword(args: argparse.Namespace) -> int:
    from generators.patterns.library import library
    from solver.endpoint import read_endpoint

    from . import terminal
    from .reword.prompt import prompt_text
    from .reword.run import reword

    with Progress("reading", "files") as progress:
        patterns = library(args.patterns, progress)
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
