"""The word lists: the class of a word, small named sets of words, and their stems."""

from functools import cache, lru_cache
from pathlib import Path

import yaml

from solver.document import LOADER
from solver.files import read_text
from solver.stems import stem

_FOLDER = Path(__file__).parent / "lists"
STOP = r"(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)[.?!]+"
"""The pattern of the end of a sentence; the point of a title, as in 'Mrs. Lee', is none."""
PRONOUNS = {
    "he": "m", "his": "m", "him": "m", "himself": "m", "she": "f", "her": "f", "hers": "f", "herself": "f",
    "they": "p", "their": "p", "them": "p", "it": "n", "its": "n", "i": "i", "my": "i", "me": "i", "we": "w", "our": "w",
}  # fmt: skip
"""Pronouns by gender or person: m, f, p for they, n for it, i, and w for we."""


@cache
def word_set(name: str) -> frozenset[str]:
    """Return a named set of `sets.yaml`."""
    return frozenset(_sets()[name].split())


@cache
def _sets() -> dict[str, str]:
    text = read_text(_FOLDER / "sets.yaml")
    return dict(yaml.load(text, LOADER))  # noqa: S506 - it makes only texts


@cache
def listed(name: str) -> frozenset[str]:
    """Return the words of a list: nouns, verbs, adjectives or others."""
    return frozenset(read_text(_FOLDER / f"{name}.txt").split())


@lru_cache(maxsize=1 << 16)
def word_class(word: str) -> str:
    """Return the class of a lower-case word: noun, verb, adjective, other, or an empty text if no list has it."""
    for name, label in (("nouns", "noun"), ("verbs", "verb"), ("adjectives", "adjective"), ("others", "other")):
        if word in listed(name):
            return label
    return ""


@cache
def function_words() -> frozenset[str]:
    """Return the words that carry grammar and no content, such as articles and prepositions."""
    more = "a an be is are was were has have had do does did will would can could more less than than each every per of the"
    return frozenset(more.split()) | listed("others")


def content(words: list[str]) -> list[str]:
    """Return the stems of content words."""
    return [stem(word) for word in words if word.lower() not in function_words() and len(word) > 1]


@cache
def stem_set(name: str) -> frozenset[str]:
    """Return the stems of a named set of `sets.yaml`."""
    return frozenset(map(stem, word_set(name)))
