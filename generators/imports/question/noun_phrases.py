"""Reads the noun phrase behind a number: the `red pens` of `3 more red pens in a box`."""

from typing import NamedTuple

from generators.text.lexicon import function_words, word_class
from generators.text.rules import first

_LONGEST = 6
"""Words behind a number that may belong to its noun phrase."""
_SKIP, _STOP = "skip", "stop"
_QUANTIFIERS = frozenset(["more", "less", "fewer", "of", "additional", "other", "extra", "times", "as"])
_DETERMINERS = frozenset(["the", "his", "her", "their", "its", "my"])


class Next(NamedTuple):
    """The next word behind a number, in lower case, with its class and the phrase in front of it."""

    word: str
    kind: str
    phrase: list[str]


def noun_phrase(words: list[str]) -> list[str]:
    """Return the words of the noun phrase that follows a number, up to its head."""
    phrase: list[str] = []
    for word in words[:_LONGEST]:
        lower = word.lower()
        step = first(WORD_RULES, Next(lower, word_class(lower), phrase))
        if step == _STOP:
            break
        if step != _SKIP:
            phrase.append(word)
    while phrase and word_class(phrase[-1].lower()) in ("adjective", "verb", "other"):
        phrase.pop()
    return phrase


def quantifier(found: Next) -> str | None:
    """Skips the `more` of `3 more pens` and the `of` of `3 of the pens`."""
    return _SKIP if not found.phrase and found.word in _QUANTIFIERS else None


def determiner(found: Next) -> str | None:
    """Skips the `the` of `half the pens`."""
    return _SKIP if not found.phrase and found.word in _DETERMINERS and found.kind != "noun" else None


def function_word(found: Next) -> str | None:
    """Ends the phrase in front of `in`, `and`, `for` and the like."""
    return _STOP if found.kind != "noun" and found.word in function_words() else None


def finite_verb(found: Next) -> str | None:
    """Ends the phrase in front of a verb; `3 smiling girls` and `3 baked pies` begin with participles."""
    if found.kind != "verb":
        return None
    return _STOP if found.phrase or not found.word.endswith(("ing", "ed")) else None


def adjective(found: Next) -> str | None:
    """Ends the phrase in front of an adjective: `3 pens total`."""
    return _STOP if found.phrase and found.kind == "adjective" else None


def singular_behind_plural(found: Next) -> str | None:
    """Ends the phrase behind a plural: `3 pens paper` are pens."""
    return _STOP if found.phrase and is_plural(found.phrase[-1]) and not is_plural(found.word) else None


WORD_RULES = (quantifier, determiner, function_word, finite_verb, adjective, singular_behind_plural)


def is_plural(word: str) -> bool:
    """Return whether a word is a plural noun, by its ending."""
    lower = word.lower()
    many = lower.endswith("s") and not lower.endswith("ss")
    return (many or lower in ("people", "children", "men", "women")) and word_class(lower) == "noun"
