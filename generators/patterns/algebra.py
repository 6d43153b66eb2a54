"""Computes the algebraic signature of a trace: its answer as a function of its given numbers, up to renaming.

Two traces have the same signature if their functions are equal after some renaming of the given numbers, whatever the
order of steps and the expert. Given numbers are the values of inits and the amounts that are consumed, added or moved,
named constants such as the days of a week included. Numbers in `args` and the 100 of the percent ops belong to the
function. So `a * c + b * c` and `(b + a) * c` have the same signature; `a * c + b * d`, with four given numbers, has
another.

The solver runs the steps on symbolic terms to get the function. Functions are compared by exact evaluation at random
points of a prime field, where two different functions agree with a probability of at most 2^-50.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from random import Random
from string import ascii_lowercase
from typing import Any

from solver.machine import solve
from solver.number import write_number
from solver.ops import Init, Step
from solver.plurals import counted
from solver.program import Program, Trace
from solver.state import State

PRIME = (1 << 61) - 1
"""The size of the field."""
MAX_FORMULA = 64
"""The most numbers in a formula that is written out; steps that double their results make formulas of any length."""
_POLE = -1
"""The value of a function at a point where it divides by zero."""
_VALUES = tuple(Random("wirework algebra").sample(range(2, PRIME), 1_024))
_FRESH, _SECOND = _VALUES[-1], len(_VALUES) // 2
_RANK = {"+": 0, "-": 0, "*": 1, "/": 1}

Signature = tuple[int, ...]
"""The number of arguments of a function, and its values at two points, with the arguments in canonical order."""


@dataclass(frozen=True, eq=False)
class Term:
    """A symbolic value that the solver computes with; every comparison with it holds, so no rule refuses it."""

    sign: str
    left: Any
    right: Any

    def __add__(self, other: Any) -> "Term":
        return Term("+", self, other)

    def __radd__(self, other: Any) -> "Term":
        return Term("+", other, self)

    def __sub__(self, other: Any) -> "Term":
        return Term("-", self, other)

    def __rsub__(self, other: Any) -> "Term":
        return Term("-", other, self)

    def __mul__(self, other: Any) -> "Term":
        return Term("*", self, other)

    def __rmul__(self, other: Any) -> "Term":
        return Term("*", other, self)

    def __truediv__(self, other: Any) -> "Term":
        return Term("/", self, other)

    def __rtruediv__(self, other: Any) -> "Term":
        return Term("/", other, self)

    def __gt__(self, other: object) -> bool:
        return True

    __le__ = __gt__


@dataclass(frozen=True, eq=False)
class Given(Term):
    """A given number; `left` is its index."""

    sign: str = ""
    left: Any = 0
    right: Any = None


class _TermState(State):
    """A state whose values are terms, which have no bound."""

    def fits(self, value: Any) -> bool:  # noqa: ARG002 - a term has no size
        return True


def function(program: Program) -> tuple[Term, int]:
    """Return a program's answer as a term over its given numbers, and the number of these."""
    given: list[Given] = []
    symbolic = tuple(Trace(trace.expert, tuple(_symbolic(trace.steps, given))) for trace in program)
    return solve(symbolic, _TermState).answer, len(given)


def without_effect(program: Program) -> list[int]:
    """Return the given numbers, by their places among them, that a program's answer does not depend on."""
    term, count = function(program)
    steps, values = tuple(_flat(term)), list(_VALUES[:count])
    answer = _at(steps, values)
    return [place for place in range(count) if _at(steps, [*values[:place], _FRESH, *values[place + 1 :]]) == answer]


def _symbolic(steps: Sequence[Step], given: list[Given]) -> Iterator[Step]:
    """Yield the steps with given numbers replaced by new terms; append the terms to `given`."""
    for step in steps:
        field = "value" if isinstance(step, Init) else "amount"
        if isinstance(getattr(step, field, None), Fraction):
            given.append(Given(left=len(given)))
            yield replace(step, **{field: given[-1]})
        else:
            yield step


def formula(term: Any) -> str:
    """Return a term as an infix formula over a, b, c, ...; of a formula that is too long, return its length."""
    sizes: list[int] = []
    for _, left, *right in _flat(term):
        sizes.append(sizes[left] + sizes[right[0]] if right else 1)
    return _written(term) if sizes[-1] <= MAX_FORMULA else f"a formula of {counted(sizes[-1], 'number')}"


def _written(term: Any) -> str:
    if isinstance(term, Given):
        again, letter = divmod(int(term.left), len(ascii_lowercase))
        return ascii_lowercase[letter] + (str(again) if again else "")
    if not isinstance(term, Term):
        return write_number(Fraction(term))
    rank = _RANK[term.sign]
    sides = []
    for side, tight in ((term.left, False), (term.right, term.sign in "-/")):
        inner = _RANK.get(side.sign) if isinstance(side, Term) else None
        bare = inner is None or inner > rank or (inner == rank and not tight)
        sides.append(_written(side) if bare else f"({_written(side)})")
    return f"{sides[0]} {term.sign} {sides[1]}"


def signature(program: Program) -> Signature:
    """Return the algebraic signature of a program, equal for programs that are the same function up to renaming.

    The time grows with the number of interchangeable arguments: 30 of them, the most in a sub-trace, take a second.
    """
    term, count = function(program)
    return _canonical(tuple(_flat(term)), count)


Steps = tuple[tuple[Any, ...], ...]
"""The distinct sub-terms of a term, operands first: each a sign and the indices of its two operands."""


@lru_cache(maxsize=1 << 14)
def _canonical(steps: Steps, count: int) -> Signature:
    """Return the signature, by colour refinement: arguments that play different roles get different colours."""
    colours = _refined(steps, [0] * count)
    while len(set(colours)) < count:
        tied = min(colour for colour in colours if colours.count(colour) > 1)
        members = [index for index, colour in enumerate(colours) if colour == tied]
        # Give each tied argument a colour of its own in turn. Arguments whose results are equal are interchangeable.
        split = [_refined(steps, _ranks([(c, k != index) for k, c in enumerate(colours)])) for index in members]
        colours = min(split, key=lambda finer: (sorted(finer), _at(steps, [_VALUES[colour] for colour in finer])))
    return (count, *(_at(steps, [_VALUES[first + colour] for colour in colours]) for first in (0, _SECOND)))


def _refined(steps: Steps, colours: list[int]) -> list[int]:
    """Split the colours until changing any one argument of a colour changes the value in the same way."""
    while True:
        values = [_VALUES[colour] for colour in colours]
        changed = [_at(steps, [*values[:index], _FRESH, *values[index + 1 :]]) for index in range(len(colours))]
        finer = _ranks(list(zip(colours, changed, strict=True)))
        if len(set(finer)) == len(set(colours)):
            return finer
        colours = finer


def _ranks(keys: list[Any]) -> list[int]:
    order = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return [order[key] for key in keys]


def _flat(term: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the distinct sub-terms of a term, operands first."""
    indices: dict[int, int] = {}
    stack = [(term, False)]
    while stack:
        node, ready = stack.pop()
        if id(node) in indices:
            continue
        if isinstance(node, Given):
            indices[id(node)] = len(indices)
            yield ("given", node.left)
        elif not isinstance(node, Term):
            indices[id(node)] = len(indices)
            number = Fraction(node)
            yield ("number", number.numerator * pow(number.denominator, -1, PRIME) % PRIME)
        elif ready:
            indices[id(node)] = len(indices)
            yield (node.sign, indices[id(node.left)], indices[id(node.right)])
        else:
            stack += [(node, True), (node.right, False), (node.left, False)]


def _at(steps: Steps, numbers: list[int]) -> int:
    """Return the value at a point of the field, or _POLE if it divides by zero."""
    values: list[int] = []
    for sign, left, *right in steps:
        if sign == "given":
            values.append(numbers[left])
        elif sign == "number":
            values.append(left)
        elif sign == "+":
            values.append((values[left] + values[right[0]]) % PRIME)
        elif sign == "-":
            values.append((values[left] - values[right[0]]) % PRIME)
        elif sign == "*":
            values.append(values[left] * values[right[0]] % PRIME)
        elif values[right[0]]:
            values.append(values[left] * pow(values[right[0]], -1, PRIME) % PRIME)
        else:
            return _POLE
    return values[-1]
