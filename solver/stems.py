"""Stems English words: `earns`, `earned` and `earning` share the stem `earn`."""

import re
from functools import lru_cache

from .plurals import SINGULARS, UNSTEMMED

WORD = re.compile(r"[A-Za-z]+(?:['\u2019][a-z]+)?(?:-[A-Za-z]+)*")
"""A word, with its apostrophe and hyphens."""

_VERBS = {
    "sold": "sell", "sells": "sell", "bought": "buy", "ate": "eat", "eaten": "eat", "gave": "give", "given": "give",
    "paid": "pay", "spent": "spend", "made": "make", "took": "take", "taken": "take", "ran": "run", "drove": "drive",
    "driven": "drive", "lost": "lose", "grew": "grow", "earnt": "earn", "kept": "keep", "left": "leave",
    "caught": "catch", "drank": "drink", "wrote": "write", "written": "write", "slept": "sleep", "flew": "fly",
    "swam": "swim", "won": "win", "built": "build", "found": "find", "got": "get", "fed": "feed", "is": "be",
    "was": "be", "are": "be",
}  # fmt: skip
UNITS = {
    "gal": "gallon", "lb": "pound", "lbs": "pound", "oz": "ounce", "hr": "hour", "hrs": "hour", "min": "minute",
    "mins": "minute", "km": "kilometer", "kg": "kilogram", "ft": "foot", "cm": "centimeter", "mg": "milligram",
    "mph": "mile", "pc": "piece", "pcs": "piece", "sec": "second", "secs": "second", "yr": "year", "yrs": "year",
}  # fmt: skip
"""Abbreviated units and their names."""
_SYNONYMS = {
    "bucks": "dollar", "buck": "dollar", "weight": "weigh", "height": "high", "length": "long", "kids": "child",
    "kid": "child",
}  # fmt: skip
_NOUNS = {plural: singular for plural, singular in SINGULARS.items() if plural not in UNSTEMMED}
_BASES = _NOUNS | _VERBS | UNITS | _SYNONYMS
"""The base forms of irregular and abbreviated words."""


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return the approximate stem of a word: `earn` for `earns`, `earned` and `earning`."""
    word = word.lower().replace("\u2019", "'").removesuffix("'s").removesuffix("'")
    if word in _BASES:
        word = _BASES[word]
    elif len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    else:
        word = _without_plural(word)
    word = _without_inflection(word)
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def _without_plural(word: str) -> str:
    """Return a word without the ending of a plural or of the third person: `box` for `boxes`."""
    if len(word) > 4 and word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_inflection(word: str) -> str:
    """Return a word without -ing, -ed or -est, and with a doubled last letter single: `plan` for `planned`."""
    for ending in ("ing", "ed", "est"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            word = word[: -len(ending)]
            return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl" else word
    return word
