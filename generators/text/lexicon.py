"""What is known of English words: their class, from lists beside this file, and their stems."""

import re
from functools import cache, lru_cache
from pathlib import Path

import yaml

_FOLDER = Path(__file__).parent / "lists"
WORD = re.compile(r"[A-Za-z]+(?:['\u2019][a-z]+)?(?:-[A-Za-z]+)*")
STOP = r"(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)[.?!]+"
"""Ends a sentence; `Mrs. Lee` begins none."""
PRONOUNS = {
    "he": "m", "his": "m", "him": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f",
    "they": "p", "their": "p", "them": "p", "it": "n", "its": "n", "i": "i", "my": "i", "me": "i", "we": "w", "our": "w",
}  # fmt: skip
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


@cache
def word_set(name: str) -> frozenset[str]:
    """Return one of the small sets of `sets.yaml`."""
    return frozenset(_sets()[name].split())


@cache
def _sets() -> dict[str, str]:
    text = (_FOLDER / "sets.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, yaml.BaseLoader))  # noqa: S506 - the base loader makes texts alone


@cache
def listed(name: str) -> frozenset[str]:
    """Return the words of a list: nouns, verbs, adjectives or others."""
    return frozenset((_FOLDER / f"{name}.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=1 << 16)
def word_class(word: str) -> str:
    """Return the class of a lower-case word: noun, verb, adjective, other, or an empty text where no list has it."""
    for name, label in (("nouns", "noun"), ("verbs", "verb"), ("adjectives", "adjective"), ("others", "other")):
        if word in listed(name):
            return label
    return ""


@cache
def function_words() -> frozenset[str]:
    """Return the words that say nothing about what a number counts."""
    more = "a an be is are was were has have had do does did will would can could more less than than each every per of the"
    return frozenset(more.split()) | listed("others")


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


def content(words: list[str]) -> list[str]:
    """Return the stems of the words that carry meaning."""
    return [stem(word) for word in words if word.lower() not in function_words() and len(word) > 1]


@cache
def stem_set(name: str) -> frozenset[str]:
    """Return the stems of one of the small sets of `sets.yaml`."""
    return frozenset(map(stem, word_set(name)))
