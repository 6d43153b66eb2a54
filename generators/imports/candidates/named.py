"""Proposes a named constant as the origin of a number, scored by the words that mention it."""

from solver.constants import Constant
from solver.stems import stem

from .origin import Named
from .place import Candidate, Place

_BASE = -1.3
"""A constant has a lower score than a quantity of the question or an earlier step."""


def named(place: Place, constant: Constant) -> Candidate:
    """Return a constant as a candidate; its trigger words in the line and beside the number speak for it, and its units."""
    units = frozenset(map(stem, constant.name.split("_")))
    score = _BASE + 0.3 * len(units & (place.step.line | place.stems))
    score += 0.5 * bool(constant.words & place.step.line) + 0.8 * bool(constant.words & (place.after | place.before))
    return Candidate(Named(constant.name), score, typed=True)
