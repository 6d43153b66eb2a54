"""The proper names of a text, with their places."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from .lexicon import PRONOUNS, STOP, function_words, word_class, word_set

_NAME = re.compile(r"\b[A-Z\u00c0-\u00de][^\W\d_]+(?<![A-Z])\b")
_MIDDLE = re.compile(r"(?<=[a-z,;] )[A-Z\u00c0-\u00de][^\W\d_]+")
_OF_PLACES = ("an", "ch", "ese", "ic", "ish")
"""Endings of `American`, `French` and their like, which are capitalised and name nobody."""
_BEFORE_A_DAY = re.compile(r" (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
"""Behind the Black of `Black Friday`."""
_ADVERB = re.compile(r"[a-z]{4,}(?:al|ate|ent|ant|ous|ive)ly$")
"""Endings of `Unfortunately` and its like, which no list has."""
_OPENING = re.compile(rf"(?:^|{STOP}\s*|[:\n\"“”]\s*)$")


@cache
def _never() -> frozenset[str]:
    return word_set("titles") | word_set("calendar") | PRONOUNS.keys() | function_words()


@lru_cache(maxsize=64)
def proper_names(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return the names of a text with where they begin and end; a sentence's first word only where it is surely one."""
    return tuple(_proper_names(text))


def _proper_names(text: str) -> Iterator[tuple[int, int, str]]:
    middle, never = set(_MIDDLE.findall(text)), _never()
    for match in _NAME.finditer(text):
        word = match[0]
        lower = word.lower()
        if lower in never:
            continue
        kind = word_class(lower)
        if _OPENING.search(text, max(0, match.start() - 5), match.start()):
            if (kind or _ADVERB.search(lower)) and word not in middle:
                continue
        elif (
            _BEFORE_A_DAY.match(text, match.end())
            or kind == "verb"
            or (kind == "adjective" and lower.endswith(_OF_PLACES))
        ):
            continue
        yield match.start(), match.end(), word
