"""Tells finite verbs, which have a subject, from infinitives and participles."""

from functools import cache
from typing import NamedTuple

from generators.text.lexicon import word_set
from generators.text.rules import first
from generators.text.words import Word

from .word_rows import WordRow


class Candidate(NamedTuple):
    """A word in front of a number that may be a finite verb."""

    row: WordRow
    place: int
    number: int
    """Where the number begins in the text."""

    @property
    def word(self) -> Word:
        """The word itself."""
        return self.row.words[self.place]

    @property
    def before(self) -> Word:
        """The word in front of it, or the first word itself."""
        return self.row.words[max(0, self.place - 1)]


def is_finite(row: WordRow, place: int, number: int) -> bool:
    """Return whether a word is a verb with a subject."""
    word = row.words[place]
    if word.kind != "verb" and word.text not in _not_listed():
        return False  # most words: no rule would accept them
    return first(FINITE_RULES, Candidate(row, place, number)) or False


@cache
def _not_listed() -> frozenset[str]:
    """Return the words that may be finite verbs though the list of verbs does not hold them."""
    return word_set("auxiliaries") | word_set("verbs_before_numbers")


def present_participle(found: Candidate) -> bool | None:
    """Rejects the `costing` of `a pen costing $3`."""
    return False if found.word.text.endswith("ing") else None


def listed_verb(found: Candidate) -> bool | None:
    """Accepts a word that is a verb in the list: `Ann buys 3 pens`."""
    return True if found.word.kind == "verb" else None


def noun_as_verb(found: Candidate) -> bool | None:
    """Accepts a noun that is a verb between subject and number: `the pens cost $3`."""
    word, before = found.word, found.before
    led = before.kind in ("noun", "name") or before.text in word_set("relatives")
    verb = word.text in word_set("verbs_before_numbers") and led and not found.row.has_stop(word.end, found.number)
    return True if verb else None


FINITE_RULES = (present_participle, listed_verb, noun_as_verb)
