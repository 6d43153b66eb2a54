"""The algebraic shape of a trace: its answer as a function of the numbers that it is given.

Two traces have one shape if some renaming of their given numbers makes these the same function: however the trace
is written, in whatever order, by whichever expert. A given number is the value of an init or an amount that is
consumed, added or moved, a named constant such as the days of a week among them; the numbers in `args`, and the
hundred of the percent ops, belong to the function. So `a * c + b * c` and `(b + a) * c` are one shape, and
`a * c + b * d`, which is given four numbers, is another.

The function comes from the solver's own steps, run on terms in place of numbers, and is told from others by exact
evaluation at random points of a prime field, where two that differ agree once in 2^50 or less.
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
from solver.program import Program, Trace
from solver.state import State

PRIME = (1 << 61) - 1
"""How many elements the field has."""
MAX_FORMULA = 64
"""Numbers of the longest formula that is written; steps that double their results make formulas of any length."""
_POLE = -1
"""The value where a function divides by zero."""
_VALUES = tuple(Random("wirework algebra").sample(range(2, PRIME), 1_024))
_FRESH, _SECOND = _VALUES[-1], len(_VALUES) // 2
_RANK = {"+": 0, "-": 0, "*": 1, "/": 1}

Shape = tuple[int, ...]
"""How many numbers a function is given, and its values where they are put in one canonical order."""


@dataclass(frozen=True, eq=False)
class Term:
    """A value that the solver computes with and does not know; it passes every test that a rule makes of it."""

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
    """A number that a trace is given; `left` says which."""

    sign: str = ""
    left: Any = 0
    right: Any = None


class _Anywhere(State):
    """A state whose values are terms, which no bound holds."""

    def fits(self, value: Any) -> bool:  # noqa: ARG002 - a term has no size
        return True


def function(program: Program) -> tuple[Term, int]:
    """Return a program's answer as a term over its given numbers, and how many these are."""
    given: list[Given] = []
    opened = tuple(Trace(trace.expert, tuple(_open(trace.steps, given))) for trace in program)
    return solve(opened, _Anywhere).answer, len(given)


def _open(steps: Sequence[Step], given: list[Given]) -> Iterator[Step]:
    """Yield the steps with their given numbers replaced by terms, which are added to `given`."""
    for step in steps:
        field = "value" if isinstance(step, Init) else "amount"
        if isinstance(getattr(step, field, None), Fraction):
            given.append(Given(left=len(given)))
            yield replace(step, **{field: given[-1]})
        else:
            yield step


def formula(term: Any) -> str:
    """Return a term as people write it, its given numbers being a, b, c and so on; one that is too long in words."""
    sizes: list[int] = []
    for _, left, *right in _flat(term):
        sizes.append(sizes[left] + sizes[right[0]] if right else 1)
    return _written(term) if sizes[-1] <= MAX_FORMULA else f"a formula of {sizes[-1]:,} numbers"


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


def shape(program: Program) -> Shape:
    """Return the algebraic shape of a program: equal for two programs if it is one function up to renaming.

    It takes longer the more numbers stand in like places: 30 of them, all that one sub-trace holds, take a second.
    """
    term, count = function(program)
    return _canonical(tuple(_flat(term)), count)


Steps = tuple[tuple[Any, ...], ...]
"""A term's distinct parts, each behind those it is made of: a sign and the places of its sides."""


@lru_cache(maxsize=1 << 14)
def _canonical(steps: Steps, count: int) -> Shape:
    """Return the count and the values at two points, the numbers put in an order that their names do not decide."""
    colours = _refined(steps, [0] * count)
    while len(set(colours)) < count:
        tied = min(colour for colour in colours if colours.count(colour) > 1)
        members = [place for place, colour in enumerate(colours) if colour == tied]
        # Members that look alike even when one is told apart from the rest stand in the same places: any will do.
        split = [_refined(steps, _ranks([(c, k != place) for k, c in enumerate(colours)])) for place in members]
        colours = min(split, key=lambda told: (sorted(told), _at(steps, [_VALUES[colour] for colour in told])))
    return (count, *(_at(steps, [_VALUES[first + colour] for colour in colours]) for first in (0, _SECOND)))


def _refined(steps: Steps, colours: list[int]) -> list[int]:
    """Return the colours split for as long as numbers of one colour, changed alone, change the value differently."""
    while True:
        values = [_VALUES[colour] for colour in colours]
        told = [_at(steps, [*values[:place], _FRESH, *values[place + 1 :]]) for place in range(len(colours))]
        finer = _ranks(list(zip(colours, told, strict=True)))
        if len(set(finer)) == len(set(colours)):
            return finer
        colours = finer


def _ranks(keys: list[Any]) -> list[int]:
    order = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return [order[key] for key in keys]


def _flat(term: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the parts of a term, each once."""
    places: dict[int, int] = {}
    stack = [(term, False)]
    while stack:
        node, ready = stack.pop()
        if id(node) in places:
            continue
        if isinstance(node, Given):
            places[id(node)] = len(places)
            yield ("given", node.left)
        elif not isinstance(node, Term):
            places[id(node)] = len(places)
            number = Fraction(node)
            yield ("number", number.numerator * pow(number.denominator, -1, PRIME) % PRIME)
        elif ready:
            places[id(node)] = len(places)
            yield (node.sign, places[id(node.left)], places[id(node.right)])
        else:
            stack += [(node, True), (node.right, False), (node.left, False)]


def _at(steps: Steps, numbers: list[int]) -> int:
    """Return the value at a point of the field, or _POLE."""
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
