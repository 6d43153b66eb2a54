"""Finds numbers that the question repeats: `the 5 boxes` behind `Ann has 5 boxes`."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from generators.text.lexicon import word_class
from generators.text.rules import first

from .surroundings import Surroundings

_DEFINITE = re.compile(
    r"\b(?:the|those|these|all|all the|his|her|their|its|each of the|both)\s+(?:(?P<between>\w+)\s+)?$", re.IGNORECASE
)
_ORDER = re.compile(r"\b(first|last|second|third|final|remaining)\s+$", re.IGNORECASE)
_REPEATABLE = ("plain", "word", "money", "fraction", "percent")


def is_definite(number: Surroundings) -> bool:
    """Return whether a number without a noun refers to things counted before: `the three`."""
    return not number.unit and number.quantity.kind == "word" and _DEFINITE.search(number.determiner) is not None


def repeated(number: Surroundings, earlier: Sequence[Surroundings]) -> int | None:
    """Return the place of the first of the earlier numbers that a number repeats, or None if it is new."""
    if number.is_other or number.quantity.kind not in _REPEATABLE:
        return None
    definite = _DEFINITE.search(number.determiner)
    if definite is None or word_class((definite["between"] or "").lower()) == "noun":
        return None  # `their ages 10 years from now` are no ages told before
    pairs = (Pair(before, number) for before in earlier)
    return next((place for place, pair in enumerate(pairs) if not first(DISTINCTIONS, pair)), None)


class Pair(NamedTuple):
    """An earlier number, and a later one with `the` or the like."""

    earlier: Surroundings
    later: Surroundings


def other_value(pair: Pair) -> bool | None:
    """Tells apart different numbers, and kinds of numbers: `$5` and `the 5 boxes`."""
    earlier, later = pair.earlier.quantity, pair.later.quantity
    return True if earlier.value != later.value or earlier.kind not in ("plain", "word", later.kind) else None


def one_or_less(pair: Pair) -> bool | None:
    """Tells apart ones and fractions: `1 box` and `the 1 box` may be two boxes."""
    return True if pair.earlier.quantity.value <= 1 else None


def other_unit(pair: Pair) -> bool | None:
    """Tells apart different things: `5 pens` and `the 5 boxes`."""
    return True if not pair.later.unit or pair.earlier.unit != pair.later.unit else None


def other_modifiers(pair: Pair) -> bool | None:
    """Tells apart things with different modifiers: `3 older sisters` and `her 3 younger sisters`."""
    earlier, later = ({word.lower() for word in one.phrase[:-1]} for one in (pair.earlier, pair.later))
    return True if earlier and later and earlier.isdisjoint(later) else None


def other_place(pair: Pair) -> bool | None:
    """Tells apart places in an order: `the first 40 miles` and `the last 40 miles`."""
    earlier, later = (_ORDER.search(one.determiner) for one in (pair.earlier, pair.later))
    return True if earlier and later and earlier[1].lower() != later[1].lower() else None


DISTINCTIONS = (other_value, one_or_less, other_unit, other_modifiers, other_place)
