"""Linear forms, sums of unknowns with formulas as coefficients, and their arithmetic."""

from dataclasses import dataclass, field
from fractions import Fraction

from .formula import Formula, Leaf, NoFormula, Op, apply


@dataclass
class Linear:
    """A sum of unknowns with coefficients, and a constant; None is no constant."""

    unknowns: dict[str, Formula] = field(default_factory=dict)
    constant: Formula | None = None


def linear(formula: Formula) -> Linear:
    """Return a formula as a linear form; raise NoFormula if it is none."""
    if isinstance(formula, Leaf):
        if formula.letter:
            return Linear({formula.letter: Leaf(Fraction(1), implied=True)})
        return Linear({}, formula)
    left, right = linear(formula.left), linear(formula.right)
    if formula.sign in "+-":
        return combine(formula.sign, left, right)
    if formula.sign == "*":
        if left.unknowns and right.unknowns:
            raise NoFormula("not linear")
        if right.unknowns:
            left, right = right, left
        if right.constant is None:
            raise NoFormula("times nothing")
        return scale(left, right.constant)
    if right.unknowns or right.constant is None:
        raise NoFormula("not linear")
    divisor = right.constant
    return Linear(
        {name: Op("/", coefficient, divisor) for name, coefficient in left.unknowns.items()},
        None if left.constant is None else Op("/", left.constant, divisor),
    )


def combine(sign: str, left: Linear, right: Linear) -> Linear:
    """Return the sum or difference of two linear forms."""
    join = plus if sign == "+" else minus
    names = [*left.unknowns, *(name for name in right.unknowns if name not in left.unknowns)]
    unknowns = {name: join(left.unknowns.get(name), right.unknowns.get(name)) for name in names}
    return Linear({name: c for name, c in unknowns.items() if c is not None}, join(left.constant, right.constant))


def scale(form: Linear, factor: Formula) -> Linear:
    """Return a linear form times a factor."""
    return Linear(
        {name: times(coefficient, factor) for name, coefficient in form.unknowns.items()},
        None if form.constant is None else times(form.constant, factor),
    )


def is_one(formula: Formula) -> bool:
    """Return whether a formula is the 1 in front of an unknown."""
    return isinstance(formula, Leaf) and formula.implied and formula.value == 1


def _fold(sign: str, left: Formula, right: Formula) -> Formula:
    """Return an operation; compute it if neither number is written in the solution."""
    if isinstance(left, Leaf) and isinstance(right, Leaf) and left.implied and right.implied:
        return Leaf(apply(sign, left.value, right.value), implied=True)
    return Op(sign, left, right)


def _negated(formula: Formula | None) -> Formula | None:
    """Return x of a formula `0 - x`, or None for another formula."""
    if isinstance(formula, Op) and formula.sign == "-" and isinstance(formula.left, Leaf):
        return formula.right if formula.left.implied and formula.left.value == 0 else None
    return None


def plus(left: Formula | None, right: Formula | None) -> Formula | None:
    """Return a sum; None is nothing."""
    if left is None or right is None:
        return left if right is None else right
    if (taken := _negated(right)) is not None:
        return minus(left, taken)
    if (taken := _negated(left)) is not None:
        return minus(right, taken)
    if isinstance(left, Op) and left.sign == "+" and isinstance(right, Leaf) and right.implied:
        return Op("+", left.left, _fold("+", left.right, right))
    return _fold("+", left, right)


def minus(left: Formula | None, right: Formula | None) -> Formula | None:
    """Return a difference; None is nothing."""
    if right is None:
        return left
    if (taken := _negated(right)) is not None:
        return plus(left, taken)
    if left is None:
        if isinstance(right, Leaf) and right.implied:
            return Leaf(-right.value, implied=True)
        return Op("-", Leaf(Fraction(0), implied=True), right)
    if (taken := _negated(left)) is not None:
        return Op("-", Leaf(Fraction(0), implied=True), plus(taken, right) or taken)
    return _fold("-", left, right)


def times(left: Formula, right: Formula) -> Formula:
    """Return a product, without factors of one."""
    if is_one(left):
        return right
    if is_one(right):
        return left
    for one, other in ((left, right), (right, left)):
        if (taken := _negated(one)) is not None:
            return Op("-", Leaf(Fraction(0), implied=True), times(taken, other))
    return _fold("*", left, right)
