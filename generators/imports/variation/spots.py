"""Finds how a question writes a number that can vary: the characters that change, and the filters that write them."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from generators.text.rules import first
from solver.number import write_number
from solver.numerals import MAX_WORDS, fraction, words
from solver.quantities import Quantity
from solver.refusal import InputError

_FIGURES = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_COMMAS = re.compile(r"\d{1,3}(?:,\d{3})+")
_MONEY = re.compile(r"\$\s?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d\d?)?")
_BEFORE_UNIT = re.compile(
    r"(\d+(?:\.\d+)?|[A-Za-z]+(?:[- ][A-Za-z]+)?)(?=\s?[%¢$]|[\s-]+(?:per\s?cent|cents?\b|dozens?\b))"
)
_SLASH = re.compile(r"\d+/\d+")


class Spot(NamedTuple):
    """The characters of a question that show a slot, and in which form."""

    start: int
    end: int
    value: Fraction
    filters: tuple[str, ...] = ()


def spot(quantity: Quantity) -> Spot | None:
    """Return where a quantity shows a number that can vary, or None if it is written as a word or a sign of its own."""
    return first(SPOTS, quantity)


def _whole(quantity: Quantity, *filters: str) -> Spot:
    return Spot(quantity.start, quantity.end, quantity.value, filters)


def figures(quantity: Quantity) -> Spot | None:
    """Varies the number of `12`, `2.5` and `1,200`."""
    if quantity.kind != "plain":
        return None
    if _FIGURES.fullmatch(quantity.text):
        return _whole(quantity)
    return _whole(quantity, "commas") if _COMMAS.fullmatch(quantity.text) else None


def money(quantity: Quantity) -> Spot | None:
    """Varies the amount of `$12` and `$1,200.50`."""
    return _whole(quantity, "money") if quantity.kind == "money" and _MONEY.fullmatch(quantity.text) else None


def in_words(quantity: Quantity) -> Spot | None:
    """Varies `twelve` and `Twelve`; a number that is not written so by the filter stays as it is."""
    if quantity.kind != "word" or not 1 < quantity.value <= MAX_WORDS or quantity.value.denominator != 1:
        return None
    filters = _spelt(quantity.text, int(quantity.value))
    return _whole(quantity, *filters) if filters else None


def before_unit(quantity: Quantity) -> Spot | None:
    """Varies the number in front of a percent sign, cents or dozens: the 20 of `20%`."""
    if quantity.kind not in ("percent", "cents", "group", "money"):
        return None
    found = _BEFORE_UNIT.match(quantity.text)
    value = quantity.top if quantity.kind == "group" else quantity.value
    if not found or value == 1:
        return None
    filters: tuple[str, ...] | None = ()
    if found[1][0].isalpha():
        filters = _spelt(found[1], int(value)) if value.denominator == 1 and value <= MAX_WORDS else None
    elif Fraction(found[1]) != value:
        return None
    return None if filters is None else Spot(quantity.start, quantity.start + found.end(), value, filters)


def parts(quantity: Quantity) -> Spot | None:
    """Varies `2/3`, `a third` and `two-thirds`; `half` and `one third` stay, as they stand in many phrases."""
    if quantity.kind != "fraction" or not 0 < quantity.value < 1:
        return None
    if _SLASH.fullmatch(quantity.text):
        return _whole(quantity, "slash")
    try:
        spelt = fraction(write_number(quantity.value))
    except InputError:
        return None
    return _whole(quantity, "fraction") if quantity.text.replace("-", " ") in (spelt, "a fourth") else None


SPOTS: tuple[Callable[[Quantity], Spot | None], ...] = (figures, money, in_words, before_unit, parts)
"""The ways of writing whose numbers vary."""


def _spelt(text: str, value: int) -> tuple[str, ...] | None:
    """Return the filters that write a number in words as a text does, or None if they write it otherwise."""
    plain = text.lower().replace(" ", "-")
    if plain != words(str(value)):
        return None
    return ("words", "upper_first") if text[0].isupper() else ("words",)
