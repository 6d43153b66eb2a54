"""Tells which numbers of a question must stay as they are: those whose things the text names one by one."""

import re
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple

from generators.imports.question.mentions import Mention
from generators.text.proper_names import proper_names
from generators.text.rules import first
from solver.stems import WORD, stem

_PAIRED = re.compile(
    r"\b(?:both|either|neither|twins?|latter|each other|one another|the other|the second)\b", re.IGNORECASE
)
_ORDINAL = re.compile(
    r"\b(?:first|second|third|fourth|fifth|sixth|seventh|last|final|next|\d+(?:st|nd|rd|th))\s+(?:of\s+)?(?:the\s+)?(?:[a-z]+\s+)?([a-z]+)",
    re.IGNORECASE,
)
_LISTED = re.compile(r"[^.?!,;:]{0,40}(?::|\s[-\u2013]\s|,\s+(?:one|[A-Z]\w+,|a\s[a-z]+,|an\s))")
_ONE_BY_ONE = re.compile(
    r"\b(?:one|another) (?:of (?:them|the|which|these)|is|was|has|costs?|for|in|at)\b", re.IGNORECASE
)
_CASH = re.compile(r"[\s-]*(?:dollars?[\s-]+)?(?:bills?|notes?|coins?|gift cards?)\b", re.IGNORECASE)
_DAY_NAMES = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b|\bweek(?:ends?|days?)\b", re.IGNORECASE)


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


_PEOPLE = _stems(
    "friends brothers sisters siblings children kids sons daughters people students boys girls men women cousins "
    "classmates neighbors workers employees players persons teachers dogs cats pets"
)
_BODY = _stems(
    "legs wheels tires fingers toes eyes ears wings arms tentacles strings sides corners faces feathers noses tails petals"
)
"""Things whose number belongs to what has them: a spider has 8 legs, a guitar 6 strings."""
_MEASURES = _stems(
    "inches feet yards miles meters kilometers centimeters millimeters ounces pounds grams kilograms tons cups pints quarts "
    "gallons liters milliliters ml teaspoons tablespoons seconds minutes hours days weeks months years decades cents pennies "
    "nickels dimes quarters dollars bytes kb mb gb tb watts kilowatts degrees eggs"
)
_DEFINED = re.compile(
    r"[\s-]*(?:square |cubic )?[A-Za-z]+\s+(?:in|to|make|makes|per|equals?|for|is)\s+(?:a|an|the|one|every|each|1)\s+(?:[a-z]+\s+)?([A-Za-z]+)"
)
_DEFINES = re.compile(r"(?:\b(?:there (?:are|is)|equals?|is equal to|contains?|has|have|is|are)|=)\s+$", re.IGNORECASE)
_DEFINED_BEHIND = re.compile(
    r"\b(?:a|an|the|one|every|each|1)\s+(?:[a-z]+\s+)?([A-Za-z]+)\s+(?:is|equals?|has|contains|makes)\s+(?:equal to\s+|about\s+)?$",
    re.IGNORECASE,
)
_DEFINITE = re.compile(r"\b(?:the|all|these|those|them)\s+$", re.IGNORECASE)
_SMALL = 7


class Fixable(NamedTuple):
    """A number of a question that may have to stay."""

    text: str
    mention: Mention


def stays(text: str, mention: Mention) -> bool:
    """Return whether a number must stay as it is."""
    return first(FIXED, Fixable(text, mention)) is True


def _is_small(number: Fixable) -> bool:
    quantity = number.mention.quantity
    return quantity.kind in ("plain", "word") and quantity.value <= _SMALL and quantity.value.denominator == 1


def paired(number: Fixable) -> bool | None:
    """Keeps the 2 that `both` or `the other` speaks of."""
    two = _is_small(number) and number.mention.quantity.value == 2
    return True if two and _PAIRED.search(number.text) else None


def listed(number: Fixable) -> bool | None:
    """Keeps a number whose things follow in a list: `3 gerbils: Puffy, Muffy, and Scruffy`."""
    end = number.mention.quantity.end
    return True if _is_small(number) and _LISTED.match(number.text, end) else None


def counted_off(number: Fixable) -> bool | None:
    """Keeps a number whose things are counted off: `3 rounds`, then `the first round`."""
    if not _is_small(number) or not number.mention.unit:
        return None
    nouns = {stem(found[1]) for found in _ORDINAL.finditer(number.text)}
    words = {stem(word) for found in _ORDINAL.finditer(number.text) for word in WORD.findall(found[0])}
    return True if number.mention.unit in nouns | words else None


def told_apart(number: Fixable) -> bool | None:
    """Keeps a few things that the text tells apart: `one of them is 5 feet tall`."""
    return True if _is_small(number) and not number.mention.money and _ONE_BY_ONE.search(number.text) else None


def of_the_body(number: Fixable) -> bool | None:
    """Keeps legs, wheels and strings, whose number is known of the thing that has them."""
    whole = number.mention.quantity.value.denominator == 1 and not number.mention.money
    return True if whole and number.mention.unit in _BODY and number.mention.quantity.value <= 10 else None


def defined(number: Fixable) -> bool | None:
    """Keeps a number that defines a unit: `there are 1000 MB in a GB`, `an ounce is equal to 30 ml`."""
    quantity = number.mention.quantity
    unit = _DEFINED_BEHIND.search(number.text, 0, quantity.start)
    if unit and {stem(unit[1]), number.mention.unit} <= _MEASURES:
        return True
    found = _DEFINED.match(number.text, quantity.end)
    units = found and number.mention.unit in _MEASURES and not _MEASURES.isdisjoint(map(stem, found[0].split()[-2:]))
    return True if units and _DEFINES.search(number.text, 0, quantity.start) else None


def cash(number: Fixable) -> bool | None:
    """Keeps the value of a bill or a coin: there is no 135-dollar bill."""
    quantity = number.mention.quantity
    return True if _CASH.match(number.text, quantity.end) and quantity.kind != "word" else None


def days_of_names(number: Fixable) -> bool | None:
    """Keeps the days of a week if the text names days: `5 days, from Monday to Friday`."""
    days = _is_small(number) and number.mention.unit == stem("days")
    return True if days and _DAY_NAMES.search(number.text) else None


def definite(number: Fixable) -> bool | None:
    """Keeps a small number in words behind an article, which counts things that the text has told: `the three bought`."""
    words = _is_small(number) and number.mention.quantity.kind == "word"
    return True if words and _DEFINITE.search(number.text, 0, number.mention.quantity.start) else None


def named(number: Fixable) -> bool | None:
    """Keeps a number of people if the text names as many."""
    if not _is_small(number) or number.mention.unit not in _PEOPLE:
        return None
    names = {name for _, _, name in proper_names(number.text)}
    return True if len(names) >= number.mention.quantity.value else None


FIXED: tuple[Callable[[Fixable], bool | None], ...] = (
    paired,
    listed,
    counted_off,
    told_apart,
    of_the_body,
    defined,
    cash,
    days_of_names,
    definite,
    named,
)
"""The rules for numbers that stay."""


_WHOLES = (
    ({"percent"}, 100, None),
    ({"fraction", "half"}, 1, None),
    ({"plain", "word"}, 7, stem("days")),
    ({"plain", "word"}, 24, stem("hours")),
)
"""Kinds of numbers that can share out a whole, the whole, and their unit."""


def shares_of_a_whole(mentions: Sequence[Mention]) -> set[int]:
    """Return the mentions that together make a whole, so that none of them can change alone: 60% and 40%, 5 and 2 days."""
    found: set[int] = set()
    for kinds, whole, unit in _WHOLES:
        places = [place for place, one in enumerate(mentions) if one.quantity.kind in kinds]
        if unit is not None:
            places = [place for place in places if mentions[place].unit in (unit, "")]
            if not any(mentions[place].unit == unit for place in places):
                continue
        for size in (2, 3):
            for some in combinations(places, size):
                if sum(mentions[place].quantity.value for place in some) == whole:
                    found |= set(some)
    return found


_ORDINALS = {
    word: number
    for number, word in enumerate(
        ["eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth"], 8
    )
}
_ORDINAL_WORD = re.compile(rf"\b(?:{'|'.join(_ORDINALS)}|(\d+)(?:th|st|nd|rd))\b", re.IGNORECASE)


def neighbours(text: str, mentions: Sequence[Mention]) -> set[int]:
    """Return the mentions of a number above 7 that is 1 more or less than another, as one thing is left out.

    Of 15 keys, 14 are left. An ordinal counts as a number: 9 of 10 students, and the tenth.
    """
    large = {
        place: one
        for place, one in enumerate(mentions)
        if one.quantity.kind in ("plain", "word") and one.quantity.value > _SMALL and not one.money
    }
    found: set[int] = set()
    for (one, left), (other, right) in combinations(large.items(), 2):
        alike = left.unit == right.unit or "" in (left.unit, right.unit)
        if alike and abs(left.quantity.value - right.quantity.value) == 1:
            found |= {one, other}
    ordinals = {int(word[1]) if word[1] else _ORDINALS[word[0].lower()] for word in _ORDINAL_WORD.finditer(text)}
    return found | {place for place, one in large.items() if one.quantity.value in ordinals}


def any_stays(text: str, mentions: Sequence[Mention]) -> bool:
    """Return whether one of the mentions of a number must stay."""
    return any(stays(text, mention) for mention in mentions)
