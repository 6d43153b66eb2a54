"""Finds the noun that a number counts: behind it, else said of it, else the noun of another number."""

import re

from generators.text.lexicon import function_words, word_set
from generators.text.rules import first
from generators.text.words import Word, safe_slug
from solver.plurals import plural
from solver.stems import UNITS

from .case import Case
from .missing_nouns import missing_noun

_SPELLED_OUT = ("kg", "mg", "cm", "km", "oz", "lb", "lbs", "ft", "hr", "hrs", "mins")
SHORT_UNITS = {"g": "grams", "ml": "milliliters", "mm": "millimeters", "m": "meters"} | {
    short: plural(UNITS[short]) for short in _SPELLED_OUT
}
"""Abbreviated units and their plurals in names."""
_COMPOUND = re.compile(r"^ (?:[a-z]+-[a-z]+ (?P<sized>[a-z]+s)\b|(?P<noun>[a-z]+-[a-z]+s)\b(?! [a-z]+s\b))")
_NUMBER_BEHIND = re.compile(r" \d")


def counted_noun(case: Case) -> str:
    """Return the noun that a number counts."""
    return first(COUNTED_RULES, case) or missing_noun(case)


def adjacent_noun(case: Case) -> str:
    """Return a noun right behind a number that the mention's phrase does not have, or an empty text."""
    return first(ADJACENT_RULES, case) or ""


def short_unit(case: Case) -> str | None:
    """Names the 28 of '28 oz of ice' ounces."""
    unit = _short_unit_word(case)
    return SHORT_UNITS[unit.text] if unit else None


def hyphened_unit(case: Case) -> str | None:
    """Names the 2 of 'a 2-hour long movie' hours."""
    behind = case.behind_words
    return safe_slug(plural(behind[0].text)) if case.tail.startswith("-") and behind and behind[0].noun else None


def pieces_of_whole(case: Case) -> str | None:
    """Names the 500 of 'the 500 piece puzzle' pieces."""
    if not _ends_with_phrase(case) or case.quantity.value <= 1:
        return None
    whole = all(plural(word) != word for word in (case.phrase[0], case.phrase[-1]))
    return safe_slug(plural(case.phrase[0])) if whole else None


def compound_noun(case: Case) -> str | None:
    """Names the 3 of '3 pink hard hats' hats, where the phrase ends too early."""
    if not case.phrase:
        return None
    noun, behind = case.phrase[-1], case.behind_words
    place = next((k for k, word in enumerate(behind) if safe_slug(word.text) == noun), None)
    if place is None or noun.endswith("s") or plural(noun) == noun:
        return None
    for before, word in zip(behind[place:], behind[place + 1 : place + 4], strict=False):
        between = case.text[before.end : word.start]
        if between not in ("-", " "):
            return None
        if word.noun:
            return safe_slug(word.text) if before is not behind[place] else None
        if between != "-" and (word.kind != "adjective" or word.text in word_set("order")):
            return None
    return None


def phrase_head(case: Case) -> str | None:
    """Names the 5 of '5 red balls' balls."""
    return case.phrase[-1] if case.phrase else None


def hyphened_noun(case: Case) -> str | None:
    """Names the 20 of '20 sit-ups' sit_ups and the 3 of '3 equally-sized groups' groups."""
    compound = _COMPOUND.match(case.tail)
    return safe_slug(compound["noun"] or compound["sized"]) if compound else None


def unlisted_noun(case: Case) -> str | None:
    """Names the 6 of '6 drops' drops, which the lists have as a verb."""
    at = case.end
    for word in case.behind_words[:3]:
        if case.text[at : word.start] != " " or word.kind == "name":
            return None
        if word.text != "even":  # "6 even columns"
            if word.text in function_words():
                return None
            if word.noun or (word.kind in ("verb", "") and word.text.endswith("s")):
                return safe_slug(word.text)
        at = word.end
    return None


ADJACENT_RULES = (hyphened_noun, unlisted_noun)
COUNTED_RULES = (
    short_unit,
    hyphened_unit,
    pieces_of_whole,
    compound_noun,
    phrase_head,
    *ADJACENT_RULES,
)


def _short_unit_word(case: Case) -> Word | None:
    """Return the abbreviated unit right behind a number, if there is one."""
    behind = case.behind_words[:1]
    adjacent = behind and not case.tail[: behind[0].start - case.end].strip(" -")
    return behind[0] if adjacent and behind[0].text in SHORT_UNITS else None


def _ends_with_phrase(case: Case) -> bool:
    """Return whether a phrase of several words follows and no number in it: not the three of 'three 8-inch portraits'."""
    return len(case.phrase) > 1 and _NUMBER_BEHIND.match(case.tail) is None
