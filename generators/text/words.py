"""The words of a question as names need them: their class where they stand, and how they read in a variable's name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .lexicon import function_words, word_class, word_set
from .proper_names import proper_names
from .slugs import slug

_WORD = re.compile(r"[A-Za-z]+(?:['\u2019][a-z]+)?")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_SUBJECTS = frozenset(["he", "she", "they", "it", "i", "we", "who"])
_ENDINGS = frozenset(["st", "nd", "rd", "th", "ths"])
"""Of numbers: the `rd` of `1/3rd`."""
_SINGULARS = {
    "loaves": "loaf", "knives": "knife", "leaves": "leaf", "shelves": "shelf", "wives": "wife", "halves": "half",
    "lives": "life", "wolves": "wolf", "calves": "calf", "scarves": "scarf", "thieves": "thief", "feet": "foot",
    "people": "person", "children": "child", "men": "man", "women": "woman", "geese": "goose", "mice": "mouse", "teeth": "tooth",
}  # fmt: skip
_PLURALS = {"foot": "feet", "person": "people", "child": "children", "man": "men", "woman": "women"} | {
    same: same for same in ("fish", "goldfish", "sheep", "cattle", "deer", "dice")
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text, in lower case and without its possessive ending."""

    start: int
    end: int
    text: str
    kind: str
    """noun, verb, adjective, other, name, or an empty text"""

    @property
    def noun(self) -> bool:
        """Whether it can stand in a name for what is counted."""
        return self.kind == "noun" and self.text not in _never()


@cache
def _never() -> frozenset[str]:
    """Return the words that are no nouns in a name, whatever the lists say."""
    return function_words().union(*map(word_set, ("traps", "upwards", "downwards", "calendar")))


def read_words(text: str) -> Iterator[Word]:
    """Yield the words; what stands right behind a subject (`he plants`) is a verb, whatever the lists say."""
    names = {start for start, _, _ in proper_names(text)}
    subject = False
    for match in _WORD.finditer(text):
        if match[0] in _ENDINGS and text[match.start() - 1 : match.start()].isdigit():
            continue
        lower = match[0].lower()
        bare = lower if lower.isalpha() else _POSSESSIVE.sub("", lower)
        kind = "name" if match.start() in names else word_class(bare)
        if subject and kind == "noun" and bare.endswith("s") and text[match.start() - 1] == " ":
            kind = "verb"
        subject = bare in _SUBJECTS or (kind == "name" and bare == lower)
        yield Word(match.start(), match.end(), bare, kind)


def singular(word: str) -> str:
    """Return a noun in the singular: the longest form that the lists know, else a rough one."""
    if word in _SINGULARS:
        return _SINGULARS[word]
    if not word.endswith("s") or word.endswith(("ss", "us")) or len(word) < 4:
        return word
    forms = [word[:-1], word[:-2], word[:-3] + "y"] if word.endswith("es") else [word[:-1]]
    rough = (
        forms[2] if word.endswith("ies") else forms[1] if word.endswith(("ches", "shes", "xes", "sses")) else forms[0]
    )
    return next((form for form in forms if word_class(form) == "noun"), rough)


def plural(word: str) -> str:
    """Return a noun in the plural, roughly."""
    if word in _PLURALS or word in _PLURALS.values() or word.endswith("s") or len(word) < 3:
        return _PLURALS.get(word, word)
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("ch", "sh", "x")) else "s")


def safe_slug(word: str) -> str:
    """Return a word as it may stand in a variable's name, never one that YAML reads as something else."""
    bare = slug(_POSSESSIVE.sub("", word))
    return f"{bare}_" if bare in word_set("traps") else bare or "count"
