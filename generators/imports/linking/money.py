"""Checks the dimension of money in a linking: addends are all money or none is, and no product is dollars squared."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from generators.imports.candidates.origin import Earlier, Given, HiddenStep, Implicit, Named, Origin
from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Formula, Leaf
from generators.imports.solution.step import Step
from generators.text.lexicon import word_set
from solver.stems import stem

from .equivalence import Origins

_Dimension = int | None
"""1 for money, 0 for other quantities, -1 for an amount per dollar; None if unknown."""


def clashes(mentions: Sequence[Mention], steps: Sequence[Step], final: int, origins: Origins) -> int:
    """Count the operations and results of a linking that contradict the dimension of money."""
    return _Check(mentions, steps, origins).count(final)


class _Check:
    """Computes the dimensions of one linking."""

    def __init__(self, mentions: Sequence[Mention], steps: Sequence[Step], origins: Origins):
        self.mentions = mentions
        self.steps = steps
        self.origins = origins
        self.known: dict[int, _Dimension] = {}
        self.wrong = 0

    def count(self, final: int) -> int:
        self._of_step(final)
        return self.wrong

    def _of_step(self, place: int) -> _Dimension:
        if place not in self.known:
            step = self.steps[place]
            found = self._of_formula(step.formula, place, iter(range(1_000)))
            if step.money and found is not None and found != 1:
                self.wrong += 1
                found = 1
            self.known[place] = found
        return self.known[place]

    def _of_formula(self, formula: Formula, place: int, numbers: Iterator[int]) -> _Dimension:
        if isinstance(formula, Leaf):
            return self._of_origin(self.origins[place, next(numbers)])
        left = self._of_formula(formula.left, place, numbers)
        return self._joined(formula.sign, left, self._of_formula(formula.right, place, numbers))

    def _of_origin(self, origin: Origin) -> _Dimension:
        if isinstance(origin, Given):
            return _of_mention(self.mentions[origin.index])
        if isinstance(origin, Earlier):
            return self._of_step(origin.step)
        if isinstance(origin, HiddenStep):
            return self._joined(origin.sign, self._of_origin(origin.left), self._of_origin(origin.right))
        if isinstance(origin, Named):
            return None if {"cents", "dollars", "dollar"} & set(origin.name.split("_")) else 0
        return 0 if isinstance(origin, Implicit) and origin.value in (100, Fraction(1, 100)) else None

    def _joined(self, sign: str, left: _Dimension, right: _Dimension) -> _Dimension:
        if sign in "+-":
            if left is None or right is None:
                return right if left is None else left
            self.wrong += left != right
            return left
        if left is None or right is None:
            return None
        found = left + right if sign == "*" else left - right
        self.wrong += abs(found) > 1
        return max(-1, min(1, found))


def _of_mention(mention: Mention) -> _Dimension:
    """Return the dimension of a quantity; a number without a unit may be money: `the larger costs 14`."""
    if mention.is_factor or mention.quantity.kind in ("percent", "half", "multiple"):
        return 0
    if mention.money:
        return 1
    bare = mention.quantity.kind in ("plain", "word") and not mention.unit
    return None if bare or word_set("currencies") & set(map(stem, mention.phrase)) else 0
