"""Stems of English words: `earns`, `earned` and `earning` share one."""

import re
from functools import lru_cache

WORD = re.compile(r"[A-Za-z]+(?:['\u2019][a-z]+)?(?:-[A-Za-z]+)*")
"""A word of a text, with its apostrophe and its hyphens."""

_IRREGULAR = {
    "children": "child", "people": "person", "men": "man", "women": "woman", "feet": "foot", "mice": "mouse",
    "teeth": "tooth", "geese": "goose", "knives": "knife", "loaves": "loaf", "leaves": "leaf", "shelves": "shelf",
    "wives": "wife", "halves": "half", "lives": "life", "sold": "sell", "sells": "sell", "bought": "buy",
    "ate": "eat", "eaten": "eat", "gave": "give", "given": "give", "paid": "pay", "spent": "spend", "made": "make",
    "took": "take", "taken": "take", "ran": "run", "drove": "drive", "driven": "drive", "lost": "lose",
    "grew": "grow", "earnt": "earn", "kept": "keep", "left": "leave", "caught": "catch",
    "drank": "drink", "wrote": "write", "written": "write", "slept": "sleep", "flew": "fly", "swam": "swim",
    "won": "win", "built": "build", "found": "find", "got": "get", "fed": "feed", "gal": "gallon", "lb": "pound",
    "lbs": "pound", "oz": "ounce", "hr": "hour", "hrs": "hour", "min": "minute", "mins": "minute", "km": "kilometer",
    "kg": "kilogram", "ft": "foot", "cm": "centimeter", "mg": "milligram", "mph": "mile", "pc": "piece", "pcs": "piece",
    "bucks": "dollar", "buck": "dollar", "weight": "weigh",
    "height": "high", "length": "long", "sec": "second", "secs": "second", "yr": "year", "yrs": "year",
    "kids": "child", "kid": "child", "is": "be", "was": "be", "are": "be",
}  # fmt: skip


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return what the forms of a word have in common, roughly: `earns`, `earned` and `earning` meet."""
    word = word.lower().replace("\u2019", "'").removesuffix("'s").removesuffix("'")
    if word in _IRREGULAR:
        word = _IRREGULAR[word]
    elif len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    elif len(word) > 4 and word.endswith(("ses", "xes", "zes", "ches", "shes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed", "est"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            word = word[: -len(ending)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
                word = word[:-1]
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word
