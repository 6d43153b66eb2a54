"""Reads the words of a text with their classes, and writes them as parts of variable names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from solver.plurals import SINGULARS

from .lexicon import function_words, word_class, word_set
from .proper_names import proper_names
from .slugs import slug

_WORD = re.compile(r"[A-Za-z]+(?:['\u2019][a-z]+)?")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_SUBJECTS = frozenset(["he", "she", "they", "it", "i", "we", "who"])
_NUMBER_ENDINGS = frozenset(["st", "nd", "rd", "th", "ths"])
"""Letters behind a number that are no word: 'rd' in '1/3rd'."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, in lower case and without its possessive ending."""

    start: int
    end: int
    text: str
    kind: str
    """noun, verb, adjective, other, name, or an empty text for an unknown word"""

    @property
    def noun(self) -> bool:
        """Whether the word can stand in a name for the thing that is counted."""
        return self.kind == "noun" and self.text not in _never_nouns()


@cache
def _never_nouns() -> frozenset[str]:
    """Return the words that are never nouns in a name, though the lists have them as nouns."""
    return function_words().union(*map(word_set, ("traps", "upwards", "downwards", "calendar")))


def read_words(text: str) -> Iterator[Word]:
    """Yield the words of a text; a listed noun right behind a subject is a verb: 'he plants'."""
    names = {start for start, _, _ in proper_names(text)}
    behind_subject = False
    for match in _WORD.finditer(text):
        if match[0] in _NUMBER_ENDINGS and text[match.start() - 1 : match.start()].isdigit():
            continue
        lower = match[0].lower()
        bare = lower if lower.isalpha() else _POSSESSIVE.sub("", lower)
        kind = "name" if match.start() in names else word_class(bare)
        if behind_subject and kind == "noun" and bare.endswith("s") and text[match.start() - 1] == " ":
            kind = "verb"
        behind_subject = bare in _SUBJECTS or (kind == "name" and bare == lower)
        yield Word(match.start(), match.end(), bare, kind)


def singular(noun: str) -> str:
    """Return the singular of a noun: the longest form that the lists know, else a rough one."""
    if noun in SINGULARS:
        return SINGULARS[noun]
    if not noun.endswith("s") or noun.endswith(("ss", "us")) or len(noun) < 4:
        return noun
    if not noun.endswith("es"):
        return noun[:-1]
    forms = [noun[:-1], noun[:-2], noun[:-3] + "y"]
    rough = forms[2] if noun.endswith("ies") else forms[noun.endswith(("ches", "shes", "xes", "sses"))]
    return next((form for form in forms if word_class(form) == "noun"), rough)


def safe_slug(word: str) -> str:
    """Return a word as it may stand in a variable name; words that YAML reads as values get an underscore."""
    bare = slug(_POSSESSIVE.sub("", word))
    return f"{bare}_" if bare in word_set("traps") else bare or "count"
