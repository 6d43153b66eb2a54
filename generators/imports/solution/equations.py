"""Linear equations in prose, lowered to ordinary arithmetic: `c1*x + k1 = c2*x + k2` gives `(k2-k1) / (c1-c2)`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from .formula import Formula, Leaf, NoFormula, Op, Token, apply, evaluate, leaves, parse

_MOST_LEAVES = 24


@dataclass
class Linear:
    """A sum of unknowns with coefficients, and a constant; a missing formula is nothing."""

    unknowns: dict[str, Formula] = field(default_factory=dict)
    constant: Formula | None = None


Equation = tuple[list[Token], list[Token], frozenset[str], int]


def solve_linear(  # noqa: C901 - one branch for each number of unknowns
    equations: list[Equation],
) -> Iterator[tuple[Formula, Fraction, frozenset[str], int]]:
    """Yield what the unknowns of a solution's equations are, as formulas without unknowns, each with its value.

    An unknown told by another (`j = 2*b`) is put in its place. Equations that are not linear in one unknown,
    or that contradict what was found, are passed over.
    """
    told: dict[str, Linear] = {}
    written: set[Fraction] = set()
    known: dict[str, tuple[Formula, Fraction]] = {}
    for left, right, stems, place in equations:
        try:
            sides = _linear(parse(left)), _linear(parse(right))
            whole = _combine("-", *(_replace(side, told, known) for side in sides))
        except NoFormula:
            continue
        letters = [name for name, coefficient in whole.unknowns.items() if evaluate(coefficient) != 0]
        if len(letters) == 1 and letters[0] not in known:
            name = letters[0]
            formula = _solved(sides, told, known, name)
            if formula is None or sum(1 for _ in leaves(formula)) > _MOST_LEAVES:
                continue
            try:
                value = evaluate(formula)
            except NoFormula:
                continue
            if value > 0:
                known[name] = formula, value
                written |= {leaf.value for leaf in leaves(formula)}
                yield formula, value, stems, place
                for other, linear in told.items():
                    if other in known:
                        continue
                    plain = _replace(linear, {}, known)
                    if not plain.unknowns and plain.constant is not None:
                        known[other] = plain.constant, evaluate(plain.constant)
                        yield plain.constant, known[other][1], stems, place
        elif len(letters) == 2:
            _tell(left, right, told)
        elif not letters:
            yield from (found for found in _checked(sides, known, stems, place) if found[1] not in written)


def _checked(
    sides: tuple[Linear, Linear], known: dict[str, tuple[Formula, Fraction]], stems: frozenset[str], place: int
) -> Iterator[tuple[Formula, Fraction, frozenset[str], int]]:
    """Yield a side that holds known unknowns alone, where the other side is its value: `2*x = 20`."""
    for one, other in (sides, sides[::-1]):
        if one.unknowns and not other.unknowns and isinstance(other.constant, Leaf):
            formula = _replace(one, {}, known).constant
            if isinstance(formula, Op) and evaluate(formula) == other.constant.value:
                yield formula, other.constant.value, stems, place
                return


def _tell(left: list[Token], right: list[Token], told: dict[str, Linear]) -> None:
    """Note an equation that gives one unknown alone on its left side or its right."""
    for one, other in ((left, right), (right, left)):
        if len(one) == 1 and isinstance(one[0], Leaf) and one[0].letter and one[0].letter not in told:
            linear = _linear(parse(other))
            if one[0].letter not in linear.unknowns:
                told[one[0].letter] = linear
                return


def _replace(linear: Linear, told: dict[str, Linear], known: dict[str, tuple[Formula, Fraction]]) -> Linear:
    """Return a linear form with the unknowns put in place that are known or told by others."""
    out = Linear({}, linear.constant)
    for name, coefficient in linear.unknowns.items():
        if name in known:
            term = Linear({}, _times(coefficient, known[name][0]))
        elif name in told:
            term = _scale(told[name], coefficient)
        else:
            term = Linear({name: coefficient})
        out = _combine("+", out, term)
    return out


def _solved(
    sides: tuple[Linear, Linear], told: dict[str, Linear], known: dict[str, tuple[Formula, Fraction]], name: str
) -> Formula | None:
    left, right = (_replace(side, told, known) for side in sides)
    if name in right.unknowns and (
        name not in left.unknowns or evaluate(right.unknowns[name]) > evaluate(left.unknowns[name])
    ):
        left, right = right, left
    coefficient = _minus(left.unknowns.get(name), right.unknowns.get(name))
    constant = _minus(right.constant, left.constant)
    if coefficient is None or constant is None:
        return None
    if evaluate(coefficient) < 0:
        coefficient, constant = (
            _minus(right.unknowns.get(name), left.unknowns.get(name)),
            _minus(left.constant, right.constant),
        )
    if coefficient is None or constant is None:
        return None
    return constant if _is_one(coefficient) else Op("/", constant, coefficient)


def _linear(formula: Formula) -> Linear:
    if isinstance(formula, Leaf):
        if formula.letter:
            return Linear({formula.letter: Leaf(Fraction(1), implied=True)})
        return Linear({}, formula)
    left, right = _linear(formula.left), _linear(formula.right)
    if formula.sign in "+-":
        return _combine(formula.sign, left, right)
    if formula.sign == "*":
        if left.unknowns and right.unknowns:
            raise NoFormula("not linear")
        if right.unknowns:
            left, right = right, left
        if right.constant is None:
            raise NoFormula("times nothing")
        return _scale(left, right.constant)
    if right.unknowns or right.constant is None:
        raise NoFormula("not linear")
    divisor = right.constant
    return Linear(
        {name: Op("/", coefficient, divisor) for name, coefficient in left.unknowns.items()},
        None if left.constant is None else Op("/", left.constant, divisor),
    )


def _combine(sign: str, left: Linear, right: Linear) -> Linear:
    join = _plus if sign == "+" else _minus
    names = [*left.unknowns, *(name for name in right.unknowns if name not in left.unknowns)]
    unknowns = {name: join(left.unknowns.get(name), right.unknowns.get(name)) for name in names}
    return Linear({name: c for name, c in unknowns.items() if c is not None}, join(left.constant, right.constant))


def _scale(linear: Linear, factor: Formula) -> Linear:
    return Linear(
        {name: _times(coefficient, factor) for name, coefficient in linear.unknowns.items()},
        None if linear.constant is None else _times(linear.constant, factor),
    )


def _is_one(formula: Formula) -> bool:
    return isinstance(formula, Leaf) and formula.implied and formula.value == 1


def _fold(sign: str, left: Formula, right: Formula) -> Formula:
    """Return an operation, done at once where both numbers are implied and written by nobody."""
    if isinstance(left, Leaf) and isinstance(right, Leaf) and left.implied and right.implied:
        return Leaf(apply(sign, left.value, right.value), implied=True)
    return Op(sign, left, right)


def _negated(formula: Formula | None) -> Formula | None:
    """Return what is taken from nothing in `0 - x`, or None for another formula."""
    if isinstance(formula, Op) and formula.sign == "-" and isinstance(formula.left, Leaf):
        return formula.right if formula.left.implied and formula.left.value == 0 else None
    return None


def _plus(left: Formula | None, right: Formula | None) -> Formula | None:
    if left is None or right is None:
        return left if right is None else right
    if (taken := _negated(right)) is not None:
        return _minus(left, taken)
    if (taken := _negated(left)) is not None:
        return _minus(right, taken)
    if isinstance(left, Op) and left.sign == "+" and isinstance(right, Leaf) and right.implied:
        return Op("+", left.left, _fold("+", left.right, right))
    return _fold("+", left, right)


def _minus(left: Formula | None, right: Formula | None) -> Formula | None:
    if right is None:
        return left
    if (taken := _negated(right)) is not None:
        return _plus(left, taken)
    if left is None:
        if isinstance(right, Leaf) and right.implied:
            return Leaf(-right.value, implied=True)
        return Op("-", Leaf(Fraction(0), implied=True), right)
    if (taken := _negated(left)) is not None:
        return Op("-", Leaf(Fraction(0), implied=True), _plus(taken, right) or taken)
    return _fold("-", left, right)


def _times(left: Formula, right: Formula) -> Formula:
    if _is_one(left):
        return right
    if _is_one(right):
        return left
    for one, other in ((left, right), (right, left)):
        if (taken := _negated(one)) is not None:
            return Op("-", Leaf(Fraction(0), implied=True), _times(taken, other))
    return _fold("*", left, right)
