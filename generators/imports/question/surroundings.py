"""Cuts the text around a number of a question: its sentence, its clause, and the words on both sides."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from generators.text.lexicon import STOP, word_class, word_set
from solver.quantities import Quantity, read_quantities
from solver.stems import stem

from .noun_phrases import noun_phrase

_SENTENCE = re.compile(STOP + r"[\"”']?(?=\s|$)|\n")
_CLAUSE = re.compile(r"[,;:()]|\b(?:and|but|while|if|then|or|who|which|whereas|so)\b")
_BREAK = re.compile(r"[,;:()]")
_WORD = re.compile(r"[A-Za-z]+(?:['\u2019][a-z]+)?")
_OTHERS = re.compile(r"\b(?:next|following|other|another)\s+$", re.IGNORECASE)
_FURTHER = re.compile(r"\s+(?:more|additional|extra|other)\b", re.IGNORECASE)
_AHEAD = 20
"""Characters in front of a number that may hold its determiner."""


class Surroundings(NamedTuple):
    """A number of the question, and the text around it."""

    text: str
    quantity: Quantity
    sentence: int
    """The place of its sentence in the question."""
    sentence_span: tuple[int, int]
    clause_span: tuple[int, int]
    words_ahead: list[str]
    """The words in front of it, from the beginning of its clause or from the number before."""
    words_behind: list[str]
    """The words behind it, up to the next number, comma or end of the sentence."""
    phrase: list[str]
    """The noun phrase behind it, as written."""
    unit: str
    """The stem of the head of that phrase, or an empty text."""
    determiner: str
    """The text in front of it that may hold a determiner."""
    is_other: bool
    """Whether it counts others than were counted before: `the next 40`, `2 more`."""

    @property
    def clause_words(self) -> list[str]:
        """The words of its clause."""
        return _WORD.findall(self.text[slice(*self.clause_span)])

    @property
    def is_difference(self) -> bool:
        """Whether it is an amount of difference: `3 more pens`, `5 inches taller than`."""
        words = [word.lower() for word in self.words_behind[:3]]
        comparatives = ("more", "less", "fewer", "additional", "extra", "older", "younger")
        return any(word in comparatives for word in words[:2]) or "than" in words

    @property
    def is_factor(self) -> bool:
        """Whether it is a factor: `3 times as many`, `3 times Ann's`, and not `3 times a day`."""
        words = self.words_behind
        if len(words) < 2 or words[0].lower() not in ("times", "x"):
            return False
        of = words[1]
        return of.lower() in word_set("behind_times") or of[0].isupper() or of.endswith(("'s", "\u2019s"))


def read_surroundings(text: str) -> Iterator[Surroundings]:
    """Yield the numbers of a question in order, with the text around them."""
    quantities = read_quantities(text)
    sentences = [match.end() for match in _SENTENCE.finditer(text)]
    clauses = sorted({match.start() for match in _CLAUSE.finditer(text)} | set(sentences))
    for number, quantity in enumerate(quantities):
        sentence_span = _around(sentences, quantity.start, len(text))
        start, end = _around(clauses, quantity.start, len(text))
        clause_span = max(start, sentence_span[0]), end
        ahead = max(quantities[number - 1].end if number else 0, clause_span[0])
        behind = quantities[number + 1] if number + 1 < len(quantities) else None
        words = _words_behind(text, quantity, behind, sentence_span[1])
        equated = len(words) > 1 and words[0] in ("are", "were") and word_class(words[1].lower()) == "noun"
        phrase = noun_phrase(words[1:] if equated else words)  # `15 are men`
        determiner = text[max(0, quantity.start - _AHEAD) : quantity.start]
        yield Surroundings(
            text,
            quantity,
            bisect_right(sentences, quantity.start),
            sentence_span,
            clause_span,
            _WORD.findall(text[ahead : quantity.start]),
            words,
            phrase,
            stem(phrase[-1]) if phrase else "",
            determiner,
            bool(_OTHERS.search(determiner) or _FURTHER.match(text, quantity.end)),
        )


def _words_behind(text: str, quantity: Quantity, behind: Quantity | None, end: int) -> list[str]:
    """Return the words behind a number in its sentence, up to the next number or comma."""
    tail = text[quantity.end : min(behind.start if behind else end, end)]
    if behind and not tail.strip(" -") and quantity.kind in ("plain", "word"):
        tail = text[behind.end : end]  # the 2 of `2 $15 donations` counts donations
    return _WORD.findall(_BREAK.split(tail, maxsplit=1)[0])


def _around(bounds: list[int], place: int, end: int) -> tuple[int, int]:
    """Return the bounds in front of a place and behind it."""
    number = bisect_right(bounds, place)
    return bounds[number - 1] if number else 0, bounds[number] if number < len(bounds) else end
