"""Names numbers that say how much one thing holds or measures: 'a 6-pack of sodas', 'boxes of 12', '8-hour shifts'."""

import re

from generators.text.lexicon import word_set
from generators.text.words import safe_slug, singular
from solver.plurals import plural

from .counted_nouns import SHORT_UNITS
from .money_words import says_nothing
from .noun_case import NounCase
from .rates import INFLECTED

_ONE_CONTAINER_OF = re.compile(
    r"\b(?:an?|one|each|every|per|the) (?:[a-z]+ )?(?P<box>[a-z]+) of (?:only |about )?$", re.IGNORECASE
)
_CONTAINERS_OF = re.compile(r"\b(?P<box>[a-z]+(?<!s)s) of (?:only |about )?$", re.IGNORECASE)
_SIZE = re.compile(
    r"(?:-(?P<unit>[a-z]+)[ -]|\s?(?P<short>ml|oz|kg|lb|cm|mm|ft|km)[ -])(?P<noun>[a-z]+)\b(?!['\u2019-]| (?:old|wide|long|tall|high|deep|thick)\b)",
    re.IGNORECASE,
)


def contents(case: NounCase) -> str | None:
    """Names the 8 of '3 rows of 8 chairs' chairs_per_row and the 10 of 'a bag of 10 figs' figs_per_bag."""
    many, one = _containers(case), _ONE_CONTAINER_OF.search(case.text, case.sentence_start, case.start)
    box = singular(many["box"].lower()) if many else one["box"].lower() if one else ""
    holds = box in word_set("containers") or (many and box in word_set("groupings"))
    if not case.mention.phrase or not holds:
        return None
    return case.counted if "_per_" in case.counted else f"{case.counted}_per_{safe_slug(box)}"


def size(case: NounCase) -> str | None:
    """Names the 8 of '8-hour shifts' hours_per_shift and the 20 of 'a 20-meter rope' rope_meters."""
    found = _SIZE.match(case.tail) if case.quantity.kind in ("plain", "word") else None
    if found is None:
        return None
    unit = (found["unit"] or found["short"]).lower()
    units, thing = SHORT_UNITS.get(unit, plural(unit)), _sized_thing(case, case.end + found.start("noun"))
    known = unit in SHORT_UNITS or singular(units) in word_set("units_of_time") or units in word_set("measures")
    if not known or not thing:
        return None
    slug = safe_slug(singular(thing))
    return f"{safe_slug(units)}_per_{slug}" if plural(thing) == thing else f"{slug}_{safe_slug(units)}"


CONTAINER_RULES = (contents, size)


def _containers(case: NounCase) -> re.Match[str] | None:
    """Return the match of 'boxes of' in front of a number."""
    return _CONTAINERS_OF.search(case.text, case.sentence_start, case.start)


def _sized_thing(case: NounCase, start: int) -> str:
    """Return the noun behind a size, or an empty text: 'breaks' in '15-minute recess breaks'."""
    word = case.question.word_at(start)
    if word is None or not word.noun:
        return ""
    after = case.question.word_after(word)
    if after and after.noun and INFLECTED.search(word.text) is None:
        word = after
    return "" if says_nothing(word) else word.text
