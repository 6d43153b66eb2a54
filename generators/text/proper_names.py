"""Finds the proper names of a text and their places."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from .lexicon import PRONOUNS, STOP, function_words, word_class, word_set

_CAPITALISED = re.compile(r"\b[A-Z\u00c0-\u00de][^\W\d_]+(?<![A-Z])\b")
_INSIDE_SENTENCE = re.compile(r"(?<=[a-z,;] )[A-Z\u00c0-\u00de][^\W\d_]+")
_ORIGIN_ENDINGS = ("an", "ch", "ese", "ic", "ish")
"""Endings of adjectives of origin, which are capitalised and name nobody: 'American', 'French'."""
_WEEKDAY_BEHIND = re.compile(r" (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_ADVERB = re.compile(r"[a-z]{4,}(?:al|ate|ent|ant|ous|ive)ly$")
_SENTENCE_START = re.compile(rf"(?:^|{STOP}\s*|[:\n\"“”]\s*)$")


@cache
def _never_names() -> frozenset[str]:
    """Return the words that are never names, though they can be capitalised."""
    return word_set("titles") | word_set("calendar") | PRONOUNS.keys() | function_words()


@lru_cache(maxsize=64)
def proper_names(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return the names of a text with start and end; a sentence's first word only if no list has it as a word."""
    return tuple(_proper_names(text))


def _proper_names(text: str) -> Iterator[tuple[int, int, str]]:
    inside, never = set(_INSIDE_SENTENCE.findall(text)), _never_names()
    for match in _CAPITALISED.finditer(text):
        word = match[0]
        lower = word.lower()
        if lower in never:
            continue
        if _SENTENCE_START.search(text, max(0, match.start() - 5), match.start()):
            if word in inside or not (word_class(lower) or _ADVERB.search(lower)):
                yield match.start(), match.end(), word
        elif not _WEEKDAY_BEHIND.match(text, match.end()) and not _is_verb_or_origin(lower):  # not "Black Friday"
            yield match.start(), match.end(), word


def _is_verb_or_origin(word: str) -> bool:
    """Return whether a capitalised word inside a sentence is a verb or an adjective of origin."""
    kind = word_class(word)
    return kind == "verb" or (kind == "adjective" and word.endswith(_ORIGIN_ENDINGS))
