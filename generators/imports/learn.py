"""Fits the weights of a linking's features on problems with one linking, and writes them to weights.yaml.

    python -m generators.imports.learn --from train.jsonl

No problem is labelled by hand. If the numbers of a solution allow only one function of the question's numbers, that
linking is right. Wrong ones are made of it: another quantity of the question, two quantities swapped, an earlier step for
a quantity or a quantity for a step, a constant for a quantity. The weights are those of a conditional logit with a ridge,
under which the right linking is likeliest. Except for ones, no feature depends on values, so the weights also hold where
two numbers are equal.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np

from generators.files.entries import read_entries
from generators.files.store import LocalStore
from generators.imports.linking.choice import UNRIVALLED, Linking
from generators.imports.linking.corruptions import Corruptions
from generators.imports.linking.equivalence import Origins
from generators.imports.linking.features import WEIGHTS, Features
from generators.imports.linking.search import Linker, NoLinking
from generators.imports.question.mentions import read_mentions
from generators.imports.solution.problem import Problem
from generators.imports.sources.reading import read_problem
from generators.imports.sources.registry import source
from solver.command import Parser, path, run
from solver.constants import question_stems, triggered
from solver.plurals import counted
from solver.progress import Progress
from solver.refusal import InputError

RIVALS = 16
"""The most wrong linkings of a problem."""
_TRIES = 60
_RIDGE = 1.0
_ROUNDS = 400
_RATE = 0.05
_RARE = 30
"""A feature with fewer occurrences gets no weight."""

Values = dict[str, float]
"""The value of each feature of a linking."""
Lesson = list[Values]
"""The features of the right linking of a problem, then those of wrong ones."""


def lesson(problem: Problem, random: Random) -> Lesson | None:
    """Return the lesson of a problem with one linking, or None for other problems."""
    stems = question_stems(problem.question)
    linker = Linker(read_mentions(problem.question), problem.steps, problem.answer, stems)
    try:
        linking = linker.link()
    except NoLinking:
        return None
    if not _is_certain(linking):
        return None
    functions, features, final = linker.functions, linker.features, linking.final
    found = {functions.of(final, linking.origins): _values(features, final, linking.origins)}
    corruptions = Corruptions(linker, linking, [constant.name for constant in triggered(stems)], random)
    for _ in range(_TRIES):
        origins = corruptions.draw() if len(found) <= RIVALS else None
        if origins:
            function = functions.of(final, origins)
            if function not in found:
                found[function] = _values(features, final, origins)
    return list(found.values()) if len(found) > 1 else None


def _is_certain(linking: Linking) -> bool:
    """Return True if a linking is the only one, without any doubt."""
    doubts = linking.inferred or linking.dead or linking.untyped
    return linking.unique and linking.margin >= UNRIVALLED and not doubts


def _values(features: Features, final: int, origins: Origins) -> Values:
    values: Values = {}
    for name, value in features.of(final, origins):
        values[name] = values.get(name, 0.0) + value
    return values


def fitted(lessons: list[Lesson]) -> dict[str, float]:
    """Return the weight of each feature that occurs often enough."""
    counts = Counter(name for one in lessons for values in one for name, value in values.items() if value)
    names = sorted(name for name, times in counts.items() if times >= _RARE)
    table = _table(lessons, names)
    sizes = np.array([len(one) for one in lessons])
    right = np.cumsum(sizes) - sizes
    weights = mean = square = np.zeros(len(names))
    for turn in range(1, _ROUNDS + 1):
        odds = table @ weights
        likely = np.exp(odds - np.repeat(np.maximum.reduceat(odds, right), sizes))
        likely /= np.repeat(np.add.reduceat(likely, right), sizes)
        slope = (table[right].sum(0) - likely @ table - _RIDGE * weights) / len(lessons)
        # Adam, because the sizes of the features differ.
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        move = mean / (1 - 0.9**turn) / (np.sqrt(square / (1 - 0.999**turn)) + 1e-8)
        weights = weights + _RATE * (1 - turn / _ROUNDS) * move
    return {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)}


def _table(lessons: list[Lesson], names: list[str]) -> np.ndarray:
    """Return the linkings of all lessons as rows and features as columns."""
    column = {name: k for k, name in enumerate(names)}
    table = np.zeros((sum(map(len, lessons)), len(names)))
    for row, values in enumerate(values for one in lessons for values in one):
        for name, value in values.items():
            if name in column:
                table[row, column[name]] = value
    return table


def lessons(origin: str, seed: int = 7, progress: Callable[[int, int], None] = lambda *_: None) -> list[Lesson]:
    """Return the lessons of a file or of a dataset on the Hub; the same seed gives the same lessons."""
    random, found, hub = Random(seed), [], source("gsm8k")
    entries, _ = read_entries(origin, hub.config if origin == hub.hub else None, "train")
    for number, entry in enumerate(entries):
        progress(number, len(entries))
        problem = read_problem(hub, f"gsm8k/train/{number}", entry) if isinstance(entry, dict) else None
        made = lesson(problem, random) if isinstance(problem, Problem) else None
        if made:
            found.append(made)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Fit the weights, write them, and return the exit status."""
    parser = Parser(
        prog="python -m generators.imports.learn",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--from", dest="origin", default="openai/gsm8k", help="a local jsonl, or a dataset on the Hub")
    parser.add_argument(
        "--out", type=path, default=WEIGHTS, help="the file to write; by default the one that imports read"
    )
    chosen = parser.parse_args(arguments)
    return run(lambda: _learn(chosen.origin, chosen.out))


def _learn(origin: str, out: Path) -> int:
    with Progress("making lessons of", "problems") as progress:
        found = lessons(origin, progress=progress)
    if not found:
        raise InputError(f"{origin}: none of its problems has only one linking, so there is nothing to learn from")
    weights = fitted(found)
    head = f"# Log odds of the features of a linking, fitted by learn.py on {counted(len(found), 'problem')} with one linking; not edited by hand.\n"
    text = head + "".join(f"{name}: {weight}\n" for name, weight in weights.items())
    LocalStore(out.parent).write(out.name, text.encode("ascii"))
    print(f"{out}: {counted(len(weights), 'weight')}, fitted on {counted(len(found), 'problem')} with one linking")
    return 0


if __name__ == "__main__":
    sys.exit(main())
