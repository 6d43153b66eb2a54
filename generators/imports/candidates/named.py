"""Proposes a named constant as the origin of a number, scored by a table of named bonuses."""

from collections.abc import Callable
from dataclasses import dataclass

from solver.constants import Constant
from solver.stems import stem

from .origin import Named
from .place import Candidate, Place

_BASE = -1.3
"""A constant has a lower score than a quantity of the question or an earlier step with the same words."""


@dataclass(frozen=True, slots=True)
class Known:
    """A named constant as the origin of a number."""

    place: Place
    constant: Constant


def named(place: Place, constant: Constant) -> Candidate:
    """Return a constant as a candidate."""
    known = Known(place, constant)
    score = _BASE
    for rule in NAMED_SCORES:
        score += rule(known)
    return Candidate(Named(constant.name), score, typed=True)


def trigger_in_line(known: Known) -> float:
    """Favour a constant whose trigger words are in the line."""
    return 0.5 if known.constant.words & known.place.step.line else 0.0


def trigger_beside_number(known: Known) -> float:
    """Favour a constant whose trigger words are beside the number."""
    return 0.8 if known.constant.words & (known.place.after | known.place.before) else 0.0


def units_named(known: Known) -> float:
    """Favour a constant whose units are in the line or the question."""
    name = frozenset(map(stem, known.constant.name.split("_")))
    return 0.3 * len(name & known.place.step.line) + 0.15 * len(name & known.place.stems)


NAMED_SCORES: tuple[Callable[[Known], float], ...] = (trigger_in_line, trigger_beside_number, units_named)
"""The bonuses of a named constant."""
