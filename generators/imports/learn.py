"""Learns what speaks for a linking from the problems that have only one, and writes it to evidence.yaml.

    python -m generators.imports.learn --from ../shared/data/gsm8k/train.jsonl

No problem is labelled by hand. Where the numbers of a solution allow one function of the question's numbers alone, linkings
that are wrong are made of it: another number of the question in the place of one, two numbers swapped, an earlier step for a
number or a number for a step, a constant for a number. The signs' weights are those under which the right linking is most
likely among them (a conditional logit with a ridge). But for ones, values play no part in the signs of numbers, so what is
learned holds where two numbers are equal.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np

from generators.files.entries import read_entries
from generators.files.store import LocalStore
from generators.imports.candidates.origin import Earlier, Given, Implicit, Named, Origin, forms
from generators.imports.linking.choice import UNRIVALLED, Linking
from generators.imports.linking.equivalence import Origins
from generators.imports.linking.features import WEIGHTS, Features
from generators.imports.linking.search import Linker, NoLinking
from generators.imports.question.mentions import Mention, read_mentions
from generators.imports.solution.problem import Problem
from generators.imports.sources.gsm8k import read_problem
from generators.imports.sources.registry import source
from solver.command import run
from solver.constants import question_stems, triggered
from solver.progress import Progress
from solver.refusal import InputError

RIVALS = 16
"""Wrong linkings of a problem that are learned from, at most."""
_TRIES = 60
_RIDGE = 1.0
_ROUNDS = 400
_RATE = 0.05
_RARE = 30
"""A sign that is seen more rarely has no weight."""

Lesson = list[dict[str, float]]
"""The signs of the right linking, then those of wrong ones."""


def lesson(problem: Problem, random: Random) -> Lesson | None:
    """Return a problem that has one linking alone as a lesson, or None for another."""
    mentions, stems = read_mentions(problem.question), question_stems(problem.question)
    linker = Linker(mentions, problem.steps, problem.answer, stems)
    try:
        linking = linker.link()
    except NoLinking:
        return None
    if not linking.proved or linking.margin < UNRIVALLED or linking.inferred or linking.dead or linking.untyped:
        return None
    functions, features = linker.functions, linker.features
    found = {functions.of(linking.final, linking.origins): _counted(features, linking.final, linking.origins)}
    spoiler = _Spoiler(linker, linking, [constant.name for constant in triggered(stems)], random)
    for _ in range(_TRIES):
        origins = spoiler.spoiled() if len(found) <= RIVALS else None
        if origins:
            function = functions.of(linking.final, origins)
            if function not in found:
                found[function] = _counted(features, linking.final, origins)
    return list(found.values()) if len(found) > 1 else None


def _counted(features: Features, final: int, origins: Origins) -> dict[str, float]:
    counts: dict[str, float] = {}
    for name, much in features.of(final, origins):
        counts[name] = counts.get(name, 0.0) + much
    return counts


class _Spoiler:
    """Makes wrong linkings of a right one."""

    def __init__(self, linker: Linker, linking: Linking, constants: list[str], random: Random):
        self.leaves, self.roles = linker.places.leaves, linker.places.roles
        self.mentions, self.linking, self.constants, self.random = linker.mentions, linking, constants, random
        self.places = sorted(linking.origins)
        self.roots = [k for k, one in enumerate(self.mentions) if one.alias == k and _swappable(one)]
        self.ways = (
            self._swapped,
            self._another,
            self._own,
            self._step,
            self._number,
            self._other_step,
            self._steps_swapped,
        )

    def spoiled(self) -> dict[tuple[int, int], Origin] | None:
        """Return a wrong linking, or None where the way that was drawn leads to none."""
        (way,) = self.random.choices(self.ways, (30, 30, 6, 9, 15, 5, 5))
        place = self.random.choice(self.places)
        made = way(place, self.linking.origins[place])
        return self._live({**self.linking.origins, **made}) if made else None

    def _swapped(self, place: tuple[int, int], origin: Origin) -> dict[tuple[int, int], Origin]:
        """Swap a number with another wherever they stand."""
        other = self._rival(place)
        if not isinstance(origin, Given) or origin.index not in self.roots or other is None or other == origin.index:
            return {}
        pair = {origin.index: other, other: origin.index}
        linked = self.linking.origins.items()
        return {
            at: self._plainly(pair[one.index]) for at, one in linked if isinstance(one, Given) and one.index in pair
        }

    def _another(self, place: tuple[int, int], origin: Origin) -> dict[tuple[int, int], Origin]:
        """Put another number in the place of one."""
        other = self._rival(place)
        if not isinstance(origin, Given) or other is None or other == origin.index:
            return {}
        if not _swappable(self.mentions[origin.index]):
            return {}
        return {place: self._plainly(other)}

    def _own(self, place: tuple[int, int], origin: Origin) -> dict[tuple[int, int], Origin]:
        """Put a constant, or a number that belongs to the operation, for one of the question, or the other way round."""
        value, sign = self.leaves[place[0]][place[1]].value, self.roles[place[0]][place[1]].sign
        if isinstance(origin, (Named, Implicit)) and origin != Implicit(value, "implied"):
            same = [k for k in self.roots if self.mentions[k].quantity.value == value]
            other = self.random.choice(same) if same else self._rival(place)
            return {} if other is None else {place: self._plainly(other)}
        if not isinstance(origin, Given):
            return {}
        if (value == 1 and sign in "+-") or (value == 2 and sign == "/"):
            return {place: Implicit(value, "one" if value == 1 else "both")}
        return {place: Named(self.random.choice(self.constants))} if self.constants else {}

    def _step(self, place: tuple[int, int], origin: Origin) -> dict[tuple[int, int], Origin]:
        """Put an earlier step for a number."""
        number = isinstance(origin, Given) and _swappable(self.mentions[origin.index])
        return {place: Earlier(self.random.randrange(place[0]))} if number and place[0] else {}

    def _number(self, place: tuple[int, int], origin: Origin) -> dict[tuple[int, int], Origin]:
        """Put a number for an earlier step."""
        other = self._rival(place)
        return {place: self._plainly(other)} if isinstance(origin, Earlier) and other is not None else {}

    def _other_step(self, place: tuple[int, int], origin: Origin) -> dict[tuple[int, int], Origin]:
        """Put one earlier step for another."""
        return {place: Earlier(self.random.randrange(place[0]))} if isinstance(origin, Earlier) else {}

    def _steps_swapped(self, place: tuple[int, int], origin: Origin) -> dict[tuple[int, int], Origin]:
        """Swap two earlier steps."""
        linked = self.linking.origins.items()
        others = [
            (at, one)
            for at, one in linked
            if isinstance(one, Earlier) and isinstance(origin, Earlier) and one.step < place[0] and origin.step < at[0]
        ]
        at, one = self.random.choice(others) if others else (place, origin)
        return {place: one, at: origin} if one != origin else {}

    def _rival(self, place: tuple[int, int]) -> int | None:
        """Return a number that could be taken for the one that stands there."""
        value = self.leaves[place[0]][place[1]].value
        found = [k for k in self.roots if _could_be(self.mentions[k], value)]
        return self.random.choice(found) if found else None

    def _plainly(self, index: int) -> Given:
        quantity = self.mentions[index].quantity
        return Given(index, "divisor" if quantity.kind == "half" else next(form for form, _ in forms(quantity)))

    def _live(self, origins: dict[tuple[int, int], Origin]) -> dict[tuple[int, int], Origin] | None:
        """Return the origins of the steps that the last one needs, or None where one of them has none."""
        places = {place for place, _ in origins}
        live, waiting = set(), [self.linking.final]
        while waiting:
            place = waiting.pop()
            if place not in live:
                live.add(place)
                waiting += [one.step for at, one in origins.items() if at[0] == place and isinstance(one, Earlier)]
        return {at: one for at, one in origins.items() if at[0] in live} if live <= places else None


def _swappable(mention: Mention) -> bool:
    return mention.is_factor or mention.quantity.kind not in ("percent", "fraction")


def _could_be(mention: Mention, value: Fraction) -> bool:
    """Return whether a number is of the size of things that a quantity of its kind stands for."""
    quantity = mention.quantity
    if quantity.value == 1 or value == 1:
        return quantity.value == value
    if quantity.kind == "ordinal":
        return value <= 12
    if quantity.kind == "group":
        return value in (2, 12, quantity.value, quantity.top)
    return value in (2, 3, 4, Fraction(1, 2)) if quantity.kind in ("half", "multiple") else True


def fitted(lessons: list[Lesson]) -> dict[str, float]:
    """Return the weight of each sign that is seen often enough."""
    counts = Counter(name for one in lessons for signs in one for name, much in signs.items() if much)
    names = sorted(name for name, times in counts.items() if times >= _RARE)
    column = {name: k for k, name in enumerate(names)}
    table = np.zeros((sum(map(len, lessons)), len(names)))
    for row, signs in enumerate(signs for one in lessons for signs in one):
        for name, much in signs.items():
            if name in column:
                table[row, column[name]] = much
    sizes = np.array([len(one) for one in lessons])
    right = np.cumsum(sizes) - sizes
    weights = mean = square = np.zeros(len(names))
    for turn in range(1, _ROUNDS + 1):
        odds = table @ weights
        likely = np.exp(odds - np.repeat(np.maximum.reduceat(odds, right), sizes))
        likely /= np.repeat(np.add.reduceat(likely, right), sizes)
        slope = (table[right].sum(0) - likely @ table - _RIDGE * weights) / len(lessons)
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2  # Adam: the signs' sizes differ
        move = mean / (1 - 0.9**turn) / (np.sqrt(square / (1 - 0.999**turn)) + 1e-8)
        weights = weights + _RATE * (1 - turn / _ROUNDS) * move
    return {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)}


def lessons(origin: str, seed: int = 7, progress: Callable[[int, int], None] = lambda *_: None) -> list[Lesson]:
    """Return the lessons of a file of problems, or of a dataset on the Hub; the same seed gives the same ones."""
    random, found, hub = Random(seed), [], source("gsm8k")
    entries, _ = read_entries(origin, hub.config if origin == hub.hub else None, "train")
    for number, entry in enumerate(entries):
        progress(number, len(entries))
        problem = read_problem(f"gsm8k/train/{number}", entry) if isinstance(entry, dict) else None
        made = lesson(problem, random) if isinstance(problem, Problem) else None
        if made:
            found.append(made)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Learn from a file, write the weights and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m generators.imports.learn",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--from", dest="origin", default="openai/gsm8k", help="a local jsonl, or a dataset on the Hub")
    parser.add_argument(
        "--out", type=Path, default=WEIGHTS, help="the file to write; as it stands the one that imports read"
    )
    chosen = parser.parse_args(arguments)
    return run(lambda: _learn(chosen.origin, chosen.out))


def _learn(origin: str, out: Path) -> int:
    with Progress("making lessons of", "problems") as progress:
        found = lessons(origin, progress=progress)
    if not found:
        raise InputError(f"{origin}: none of its problems has one linking alone, so there is nothing to learn from")
    weights = fitted(found)
    head = f"# Log odds of the signs of a linking, learned from {len(found)} problems with one linking by learn.py; not edited by hand.\n"
    text = head + "".join(f"{name}: {weight}\n" for name, weight in weights.items())
    LocalStore(out.parent).write(out.name, text.encode("ascii"))
    print(f"{out}: {len(weights)} weights of {len(found)} problems with one linking")
    return 0


if __name__ == "__main__":
    sys.exit(main())
