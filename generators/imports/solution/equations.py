"""Solves linear equations in prose by ordinary arithmetic: `c1*x + k1 = c2*x + k2` gives `(k2-k1) / (c1-c2)`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from .formula import Formula, Leaf, NoFormula, Op, Symbol, evaluate, leaves, parse
from .linear import Linear, combine, is_one, linear, minus, scale, times

_MOST_LEAVES = 24
"""Numbers of the longest formula for an unknown."""


class Equation(NamedTuple):
    """Both sides of an equation, the stems of its line, and its place among the steps."""

    left: list[Symbol]
    right: list[Symbol]
    stems: frozenset[str]
    place: int


class Solved(NamedTuple):
    """A formula without unknowns, its value, and the stems and the place of its equation."""

    formula: Formula
    value: Fraction
    stems: frozenset[str]
    place: int


def solve_linear(equations: list[Equation]) -> Iterator[Solved]:
    """Yield the unknowns of a solution's equations as formulas without unknowns.

    An unknown defined by another (`j = 2*b`) is substituted. Equations that are not linear in one unknown, or that
    contradict earlier ones, are passed over.
    """
    solver = _Solver()
    for equation in equations:
        yield from solver.solve(equation)


@dataclass
class _Solver:
    """The unknowns that are defined by others or known so far."""

    defined: dict[str, Linear] = field(default_factory=dict)
    known: dict[str, tuple[Formula, Fraction]] = field(default_factory=dict)
    written: set[Fraction] = field(default_factory=set)
    """The numbers of the formulas found."""

    def solve(self, equation: Equation) -> Iterator[Solved]:
        """Yield the unknowns that an equation makes known."""
        try:
            left, right = linear(parse(equation.left)), linear(parse(equation.right))
            whole = combine("-", self.replaced(left), self.replaced(right))
        except NoFormula:
            return
        letters = [name for name, coefficient in whole.unknowns.items() if evaluate(coefficient) != 0]
        if len(letters) == 1:
            yield from self._one_unknown(equation, (left, right), letters[0])
        elif len(letters) == 2:
            self._define(equation)
        elif not letters:
            yield from self._checked(equation, (left, right))

    def replaced(self, side: Linear, *, defined: bool = True) -> Linear:
        """Return a linear form with the known unknowns replaced, and those defined by others unless told not to."""
        out = Linear({}, side.constant)
        for name, coefficient in side.unknowns.items():
            if name in self.known:
                term = Linear({}, times(coefficient, self.known[name][0]))
            elif defined and name in self.defined:
                term = scale(self.defined[name], coefficient)
            else:
                term = Linear({name: coefficient})
            out = combine("+", out, term)
        return out

    def _one_unknown(self, equation: Equation, sides: tuple[Linear, Linear], name: str) -> Iterator[Solved]:
        """Yield the one unknown of an equation, and those that it defines."""
        formula = None if name in self.known else self._isolated(sides, name)
        if formula is None or sum(1 for _ in leaves(formula)) > _MOST_LEAVES:
            return
        try:
            value = evaluate(formula)
        except NoFormula:
            return
        if value <= 0:
            return
        self.known[name] = formula, value
        self.written |= {leaf.value for leaf in leaves(formula)}
        yield Solved(formula, value, equation.stems, equation.place)
        for other, definition in self.defined.items():
            if other in self.known:
                continue
            plain = self.replaced(definition, defined=False)
            if not plain.unknowns and plain.constant is not None:
                self.known[other] = plain.constant, evaluate(plain.constant)
                yield Solved(plain.constant, self.known[other][1], equation.stems, equation.place)

    def _checked(self, equation: Equation, sides: tuple[Linear, Linear]) -> Iterator[Solved]:
        """Yield a side of known unknowns whose value is the other side, `2*x = 20`, if no formula found holds it."""
        for one, other in (sides, sides[::-1]):
            if one.unknowns and not other.unknowns and isinstance(other.constant, Leaf):
                formula, value = self.replaced(one, defined=False).constant, other.constant.value
                if isinstance(formula, Op) and evaluate(formula) == value:
                    if value not in self.written:
                        yield Solved(formula, value, equation.stems, equation.place)
                    return

    def _define(self, equation: Equation) -> None:
        """Note an equation of two unknowns that has one of them alone on a side."""
        for one, other in ((equation.left, equation.right), (equation.right, equation.left)):
            if len(one) == 1 and isinstance(one[0], Leaf) and one[0].letter and one[0].letter not in self.defined:
                definition = linear(parse(other))
                if one[0].letter not in definition.unknowns:
                    self.defined[one[0].letter] = definition
                    return

    def _isolated(self, sides: tuple[Linear, Linear], name: str) -> Formula | None:
        """Return the formula of the one unknown of an equation; its coefficients are subtracted to be positive."""
        left, right = (self.replaced(side) for side in sides)
        if _larger(name, right, left):
            left, right = right, left
        coefficient = minus(left.unknowns.get(name), right.unknowns.get(name))
        constant = minus(right.constant, left.constant)
        if coefficient is None or constant is None:
            return None
        if evaluate(coefficient) < 0:
            coefficient = minus(right.unknowns.get(name), left.unknowns.get(name))
            constant = minus(left.constant, right.constant)
        if coefficient is None or constant is None:
            return None
        return constant if is_one(coefficient) else Op("/", constant, coefficient)


def _larger(name: str, one: Linear, other: Linear) -> bool:
    """Return whether an unknown has a larger coefficient in one side than in the other, or stands there alone."""
    if name not in one.unknowns:
        return False
    return name not in other.unknowns or evaluate(one.unknowns[name]) > evaluate(other.unknowns[name])
