"""Finds the noun of a number that is written without one: 'three of them', '5 on Monday and 4 on Friday'."""

import re
from collections.abc import Iterable
from itertools import pairwise

from generators.imports.question.mentions import Mention
from generators.text.lexicon import function_words, stem_set, word_set
from generators.text.rules import first
from generators.text.words import Word, safe_slug
from solver.plurals import plural
from solver.stems import stem

from .case import Case
from .money_words import says_nothing

_OF_THE = re.compile(
    r"^\s*of\s+(?:the|his|her|their|its|these|those)\s+(?:remaining |other |first |last )?(?P<noun>[a-z]+)",
    re.IGNORECASE,
)
_LIST_COMMA = re.compile(r", (?:and |or )?| (?:and|or) ")
_JOINED = re.compile(r"(?:,|\band|\bor|\bthen|\bbut)\s+(?:[\w']+\s+){0,2}\$?$", re.IGNORECASE)
_MEASURE_OF = re.compile(r"\b(?P<noun>[a-z]+) of (?:about |around |only )?$")


def missing_noun(case: Case) -> str:
    """Return the noun of a number that no noun follows."""
    return first(MISSING_NOUN_RULES, case) or "count"


def some_of_the(case: Case) -> str | None:
    """Names the 26 of '26 of the blowfish' blowfish."""
    of = _OF_THE.match(case.tail)
    return safe_slug(of["noun"]) if of and of["noun"] not in function_words() | word_set("vague") else None


def noun_of_list(case: Case) -> str | None:
    """Names every number of '9, 10, and 11 students' students."""
    for mention, following in pairwise(case.question.mentions[case.place :]):
        if not _LIST_COMMA.fullmatch(case.text, mention.quantity.end, following.quantity.start):
            return None
        if following.phrase:
            return safe_slug(following.phrase[-1])
    return None


def noun_of_last(case: Case) -> str | None:
    """Names the 3 of '15 people board the bus and 3 get off' people."""
    last = _last_in_sentence(case)
    if last is None or not last.phrase or last.is_factor or last.money or last.quantity.kind not in ("plain", "word"):
        return None
    return safe_slug(last.phrase[-1]) if _JOINED.search(case.text[: case.start]) else None


def measure_of(case: Case) -> str | None:
    """Names the 75 of 'at a speed of 75' a speed."""
    measure = _MEASURE_OF.search(case.ahead)
    word = case.question.word_at(case.sentence_start + measure.start("noun")) if measure else None
    return safe_slug(word.text) if word and word.noun and word.text not in word_set("vague") else None


def nearest_plural(case: Case) -> str | None:
    """Names the 37 of 'The rolls came out of the oven, and then Ann sold 37' rolls."""
    return _first_noun(_near_words(case)[:12], several=True)


def counted_noun_before(case: Case) -> str | None:
    """Names the 3 of 'Bo caught 8 fish. At noon Ann threw 3 back.' fish."""
    return None if case.mention.is_difference else _counted_before(case)


def nearest_singular(case: Case) -> str | None:
    """Names the 3 of 'The toast costs 3' toast, where no plural is in reach."""
    return _first_noun(_near_words(case)[:10], several=False)


def plural_of_earlier_sentence(case: Case) -> str | None:
    """Names the 4 of 'Snakes live here in a cage. It holds 4.' snakes."""
    return _first_noun(_earlier_words(case)[:30], several=True)


def noun_of_other_side(case: Case) -> str | None:
    """Names the 2 of 'She colors the first 2 and last 2 rows' rows; a difference takes a noun ahead of it."""
    words = case.ahead_words[::-1] if case.mention.is_difference else case.behind_words
    return _first_noun(words[:8], several=False)


NEAREST_NOUN_RULES = (
    measure_of,
    nearest_plural,
    counted_noun_before,
    nearest_singular,
    plural_of_earlier_sentence,
    noun_of_other_side,
)
MISSING_NOUN_RULES = (
    some_of_the,
    noun_of_list,
    noun_of_last,
    *NEAREST_NOUN_RULES,
)


def _last_in_sentence(case: Case) -> Mention | None:
    """Return the number before this one in its sentence; the word 'one' is skipped."""
    numbers = [other for other in case.earlier if other.quantity.text.lower() != "one"]
    return numbers[-1] if numbers and numbers[-1].sentence == case.mention.sentence else None


def _counted_before(case: Case) -> str | None:
    """Return the plural of the noun that the nearest number before counts."""
    nouns = [
        other.phrase[-1].lower()
        for other in case.earlier
        if other.phrase and not (other.money or other.quantity.kind == "ordinal" or _one_hour(other))
    ]
    never = word_set("vague") | word_set("calendar")
    return safe_slug(plural(nouns[-1])) if nouns and nouns[-1] not in never else None


def _near_words(case: Case) -> list[Word]:
    """Return the words of the sentence on the likelier side: in front, nearest first; behind a difference."""
    return case.behind_words if case.mention.is_difference else case.ahead_words[::-1]


def _earlier_words(case: Case) -> list[Word]:
    """Return the words of the sentences before, nearest first."""
    return case.question.words_between(0, case.sentence_start)[::-1]


def _first_noun(words: Iterable[Word], *, several: bool) -> str | None:
    """Return the first noun that says what is counted; with `several` the first plural that is no time."""
    times = stem_set("units_of_time")
    for word in words:
        wanted = not several or (word.text.endswith("s") and stem(word.text) not in times)
        if wanted and word.noun and not says_nothing(word):
            return safe_slug(word.text)
    return None


def _one_hour(mention: Mention) -> bool:
    """Return whether a number is only a duration of one: 'as many as they can in one minute'."""
    return mention.quantity.value == 1 and stem(mention.phrase[-1]) in stem_set("units_of_time")
