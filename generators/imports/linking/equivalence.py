"""Compares linkings as functions of the question's numbers, by exact evaluation at a random point."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache, lru_cache
from itertools import count
from random import Random

from generators.imports.candidates.origin import Earlier, Given, Implicit, Link, Named, Origin, forms
from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import Formula, Leaf
from generators.imports.solution.step import Step
from solver.constants import named_constants
from solver.quantities import Quantity

PRIME = (1 << 61) - 1
"""The size of the field in which functions are evaluated; two that differ agree at a random point once in 2^50 or less."""

Origins = Mapping[Link, Origin]
"""The origin of each number of a solution."""


class Functions:
    """Evaluates the linkings of one problem at the same random point."""

    def __init__(self, mentions: list[Mention], steps: list[Step]):
        self.steps = steps
        random = Random(7)
        points = {mention.alias: (random.randrange(1, PRIME), random.randrange(1, PRIME)) for mention in mentions}
        self.givens = {
            (index, form): _form_at(form, mention.quantity, points[mention.alias])
            for index, mention in enumerate(mentions)
            for form, _value in forms(mention.quantity)
        }

    def of(self, final: int, origins: Origins) -> int:
        """Return the value of a final step at the point, which identifies the function."""
        return self._step(final, origins, {})

    def _step(self, place: int, origins: Origins, known: dict[int, int]) -> int:
        if place not in known:
            known[place] = self._formula(self.steps[place].formula, place, count(), origins, known)
        return known[place]

    def _formula(
        self, formula: Formula, place: int, numbers: Iterator[int], origins: Origins, known: dict[int, int]
    ) -> int:
        if isinstance(formula, Leaf):
            return self._origin(origins[place, next(numbers)], origins, known)
        left = self._formula(formula.left, place, numbers, origins, known)
        return _apply(formula.sign, left, self._formula(formula.right, place, numbers, origins, known))

    def _origin(self, origin: Origin, origins: Origins, known: dict[int, int]) -> int:
        if isinstance(origin, Given):
            return self.givens[origin.index, origin.form]
        if isinstance(origin, Earlier):
            return self._step(origin.step, origins, known)
        if isinstance(origin, Implicit):
            return _in_field(origin.value)
        if isinstance(origin, Named):
            return _constants()[origin.name]
        return _apply(
            origin.sign, self._origin(origin.left, origins, known), self._origin(origin.right, origins, known)
        )


@cache
def _constants() -> dict[str, int]:
    return {constant.name: _in_field(constant.value) for constant in named_constants()}


@lru_cache(maxsize=1 << 12)
def _inverse(value: int) -> int:
    return pow(value, -1, PRIME)


def _in_field(value: Fraction) -> int:
    return value.numerator * pow(value.denominator, -1, PRIME) % PRIME


def _apply(sign: str, left: int, right: int) -> int:
    if sign == "+":
        return (left + right) % PRIME
    if sign == "-":
        return (left - right) % PRIME
    if sign == "*":
        return left * right % PRIME
    return left * _inverse(right) % PRIME if right else 0


def _form_at(form: str, quantity: Quantity, point: tuple[int, int]) -> int:
    """Return the value of a form at a point, which stands for the number or, in a fraction, for a and b."""
    x, y = point
    if quantity.kind == "fraction":
        fraction = x * pow(y, -1, PRIME) % PRIME
        return {
            "fraction": fraction, "top": x, "bottom": y, "other": 1 - fraction, "more": 1 + fraction, "other_top": y - x,
            "divisor": y * pow(x, -1, PRIME),
        }[form] % PRIME  # fmt: skip
    if quantity.kind == "half":
        return {"fraction": x, "divisor": pow(x, -1, PRIME), "more": 1 + x}[form] % PRIME
    if quantity.kind == "group":
        return {"plain": x * quantity.bottom, "groups": x, "size": quantity.bottom}[form] % PRIME
    if quantity.kind == "clock":
        sixtieth = pow(60, -1, PRIME)
        return {"hour": x, "minute": y, "clock": x + y * sixtieth, "afternoon": x + y * sixtieth + 12}[form] % PRIME
    hundredth = pow(100, -1, PRIME)
    return {
        "plain": x, "share": x * hundredth, "rest": 100 - x, "rest_share": 1 - x * hundredth, "grown": 100 + x,
        "grown_share": 1 + x * hundredth, "cents": 100 * x, "dollars": x * hundredth,
        "divisor": 100 * pow(x, -1, PRIME),
    }[form] % PRIME  # fmt: skip
