"""Finds the things that a sum of money pays for, counted by the number before: '3 boxes for $4 each'."""

import re

from generators.imports.question.mentions import Mention
from generators.text.lexicon import stem_set, word_set
from generators.text.words import safe_slug, singular
from solver.plurals import plural
from solver.stems import stem

from .sum_case import SumCase

_SOLD_FOR = re.compile(
    r"(?: of (?:[a-z-]+ ){0,5}[a-z]+)?(?: (?:was|were) sold)?"
    r"(?: to (?:his|her|their|the) [a-z]+| on sale| for [a-z]+)? (?:for|at) (?:only |just )?(?:US)?\$?$"
)
_COST = re.compile(
    r"(?: of (?:[a-z]+ ){0,3}[a-z]+)? (?:costs?|costed|sells? for|sold for|for) (?:a total of |only |just |about )?(?:US)?$"
)
_WITH_OTHERS = re.compile(r"\b(?:and|at the rate of) (?:the |another )?$")


def things_for_each(case: SumCase) -> str:
    """Return 'boxes' of '3 boxes of mints for $4 each', or an empty text."""
    last = _last_count(case)
    if last is None or not case.each or case.unit or stem(last.phrase[-1]) in stem_set("units_of_time"):
        return ""
    noun = last.phrase[-1].lower()
    return noun if _SOLD_FOR.match(case.text, _end_of(noun, last, case), case.start) else ""


def things_together(case: SumCase) -> str:
    """Return 'bottles' of 'six bottles cost $12', or an empty text."""
    last = _last_count(case)
    if last is None or case.item or not case.whole or last.quantity.value <= 1:
        return ""
    noun = last.phrase[-1].lower()
    if not _is_countable(noun) or (case.equated and case.equated.head.text != noun):
        return ""
    with_others = _WITH_OTHERS.search(case.text, 0, last.quantity.start)
    hyphened, off = case.text.startswith("-", last.quantity.end), case.text.startswith(" off", case.end)
    if with_others or hyphened or off:
        return ""
    return safe_slug(noun) if _COST.fullmatch(case.text, _end_of(noun, last, case), case.start) else ""


def _last_count(case: SumCase) -> Mention | None:
    """Return the number before a sum in its sentence if it counts something."""
    last = case.earlier[-1] if case.earlier else None
    if last is None or last.sentence != case.mention.sentence:
        return None
    return last if last.phrase and not last.money and not last.is_factor else None


def _end_of(noun: str, mention: Mention, case: SumCase) -> int:
    """Return the character behind the noun that a number counts."""
    return case.text.lower().find(noun, mention.quantity.end) + len(noun)


def _is_countable(noun: str) -> bool:
    """Return whether a noun is a plural of things, and no measure or time."""
    never = word_set("vague") | word_set("measures") | word_set("units_of_time")
    return plural(noun) == noun and never.isdisjoint({noun, singular(noun)})
