"""Writes the conditions that keep a varied problem sensible: they hold for the numbers that people chose.

A step of the trace is whole where it was whole, never negative, and of a like size. Numbers of one unit keep their
order, and different numbers stay different.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from math import ceil, floor
from typing import NamedTuple

from solver.stems import WORD, stem

from .ranges import Range
from .terms import Operation, Term, names, replaced, size, value, written
from .traced import operations

_WIDEST = 4
"""The factor by which a difference or a quotient may grow or shrink."""
_ANSWER = 6
"""The factor by which the answer may grow or shrink."""
_PLACES = 3
"""The most decimal places that a step keeps."""
_SIGNS: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
}


_MOST_ASKED = (
    (re.compile(r"\bpercent(?:age|s)?\b|%"), Fraction(100)),
    (re.compile(r"\bhours?\b.*\b(?:each|every|a|per|one|the|that) day\b|\bhours? (?:daily|today)\b"), Fraction(24)),
    (re.compile(r"\bdays?\b.*\b(?:each|every|a|per|one|the|that) week\b"), Fraction(7)),
)
"""The words of a question by which an answer stays below a bound, if it was."""


class Condition(NamedTuple):
    """A comparison of two terms, or that a term is whole."""

    left: Term
    sign: str
    right: Term = Fraction(0)

    def __str__(self) -> str:
        if self.sign == "whole":
            return f"whole({written(self.left)})"
        return f"{written(self.left)} {self.sign} {written(self.right)}"

    @property
    def signs(self) -> int:
        """The number of signs."""
        return 1 + size(self.left) + size(self.right)

    def with_parts(self, parts: Mapping[Term, str]) -> "Condition":
        """Return the condition with names in place of some operations."""
        return Condition(replaced(self.left, parts), self.sign, replaced(self.right, parts))

    @property
    def sides(self) -> tuple[str, str]:
        """The expressions that are compared."""
        return written(self.left), written(self.right)

    def holds(self, numbers: Mapping[str, Fraction]) -> bool:
        """Return whether the condition holds for these numbers of the slots."""
        left, right = value(self.left, numbers), value(self.right, numbers)
        return left.denominator == 1 if self.sign == "whole" else _SIGNS[self.sign](left, right)


class Told(NamedTuple):
    """A number that a question tells: a slot or a fixed number, and the unit by which it is compared."""

    term: Term
    value: Fraction
    unit: str


def conditions(
    term: Term, numbers: Mapping[str, Fraction], ranges: Mapping[str, Range], told: Sequence[Told]
) -> list[Condition]:
    """Return the conditions of a trace's term, for the original numbers of its slots."""
    return list(dict.fromkeys([*_of_steps(term, numbers), *_of_order(told, ranges)]))


def asked_at_most(question: str, answer: Fraction) -> Fraction | None:
    """Return the most that an answer can be by the words that ask for it: 100 for a percentage, 24 for hours of a day."""
    asked = re.split(r"[.!]\s", question.strip())[-1]
    return next((most for words, most in _MOST_ASKED if answer <= most and words.search(asked)), None)


_HOW_MANY = re.compile(r"\bhow many ((?:[a-z'-]+ ?){1,4})", re.IGNORECASE)


def asked_of(question: str, term: Term, answer: Fraction, told: Sequence[Told]) -> Iterator[Condition]:
    """Yield that no more is asked for than there is: of 5 portions, no 6 are covered."""
    asked = re.split(r"[.!]\s", question.strip())[-1]
    units = {stem(word) for found in _HOW_MANY.finditer(asked) for word in WORD.findall(found[1])}
    for one in told:
        if one.unit in units and one.value >= answer and isinstance(one.term, str):
            yield Condition(term, "<=", one.term)


def _of_steps(term: Term, numbers: Mapping[str, Fraction]) -> Iterator[Condition]:
    """Yield the conditions of each step: its places after the point, its sign and its size."""
    for step in operations(term):
        if next(names(step), None) is None:
            continue
        own = value(step, numbers)
        places = _places(own)
        broken = _has_parts(step, numbers) if step is term else step.sign in "/*" and _may_break(step, numbers)
        if broken and places is not None:
            yield Condition(step if places == 0 else Operation("*", step, Fraction(10**places)), "whole")
        factor = _ANSWER if step is term else _WIDEST if step.sign in "-/" else 0
        if factor and own > 0:
            least, most = _ends(own, factor)
            yield Condition(step, ">=", least)
            yield Condition(step, "<=", most)


def _ends(own: Fraction, factor: int) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest size of a step, whole where that leaves room."""
    least, most = own / factor, own * factor
    if own.denominator == 1:
        return Fraction(max(1, ceil(least))), most
    return (Fraction(floor(least)) if least >= 1 else least), Fraction(ceil(most))


def _places(own: Fraction) -> int | None:
    """Return the decimal places of a number, or None if it has no end within a few."""
    return next((places for places in range(_PLACES + 1) if (own * 10**places).denominator == 1), None)


def _may_break(step: Operation, numbers: Mapping[str, Fraction]) -> bool:
    """Return whether a step can have more places than it had: a quotient, or a product with a part."""
    return step.sign == "/" or any(
        not isinstance(side, Operation) and value(side, numbers).denominator > 1 for side in (step.left, step.right)
    )


def _has_parts(term: Term, numbers: Mapping[str, Fraction]) -> bool:
    """Return whether a quotient or a part stands anywhere in a term."""
    if isinstance(term, Operation):
        return term.sign == "/" or _has_parts(term.left, numbers) or _has_parts(term.right, numbers)
    return value(term, numbers).denominator > 1


def _of_order(told: Sequence[Told], ranges: Mapping[str, Range]) -> Iterator[Condition]:
    """Yield that numbers of one unit keep their order, and that all others stay different."""
    chained: set[frozenset[Term]] = set()
    for unit in dict.fromkeys(one.unit for one in told if one.unit):
        group = sorted((one for one in told if one.unit == unit), key=lambda one: one.value)
        chained |= {frozenset((one.term, other.term)) for one, other in combinations(group, 2)}
        for left, right in pairwise(group):
            if left.value < right.value and (isinstance(left.term, str) or isinstance(right.term, str)):
                yield from _unless_sure(left, right, "<", ranges)
    slots = dict.fromkeys(one for one in told if isinstance(one.term, str))
    for left, right in combinations(slots, 2):
        if (
            left.value != right.value
            and (left.unit == "%") == (right.unit == "%")
            and frozenset((left.term, right.term)) not in chained
        ):
            yield from _unless_sure(left, right, "!=", ranges)


def _unless_sure(left: Told, right: Told, sign: str, ranges: Mapping[str, Range]) -> Iterator[Condition]:
    """Yield a condition, unless the ranges keep it anyway."""
    low, high = _span(right, ranges), _span(left, ranges)
    if high[1] >= low[0] and not (sign == "!=" and low[1] < high[0]):
        yield Condition(left.term, sign, right.term)


def _span(one: Told, ranges: Mapping[str, Range]) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest value of a number."""
    if not isinstance(one.term, str):
        return one.value, one.value
    found = ranges[one.term]
    return (found.listed[0], found.listed[-1]) if found.listed else (found.low, found.high)
