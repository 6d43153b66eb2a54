"""Cuts the text around a number of a question: its sentence, its clause, and the words on both sides."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

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


@dataclass(frozen=True)
class Surroundings:
    """A number of the question, and the text around it."""

    text: str
    quantity: Quantity
    ahead: Quantity | None
    """The number in front of it."""
    behind: Quantity | None
    """The number behind it."""
    sentence: int
    sentence_span: tuple[int, int]
    clause_span: tuple[int, int]

    @cached_property
    def words_behind(self) -> list[str]:
        """The words behind it, up to the next number, comma or end of the sentence."""
        quantity, behind, (_, end) = self.quantity, self.behind, self.sentence_span
        tail = self.text[quantity.end : min(behind.start if behind else end, end)]
        if behind and not tail.strip(" -") and quantity.kind in ("plain", "word"):
            tail = self.text[behind.end : end]  # the 2 of `2 $15 donations` counts donations
        return _WORD.findall(_BREAK.split(tail, maxsplit=1)[0])

    @property
    def words_ahead(self) -> list[str]:
        """The words in front of it, from the beginning of its clause or from the number before."""
        begin = max(self.ahead.end if self.ahead else 0, self.clause_span[0])
        return _WORD.findall(self.text[begin : self.quantity.start])

    @property
    def clause_words(self) -> list[str]:
        """The words of its clause."""
        return _WORD.findall(self.text[slice(*self.clause_span)])

    @cached_property
    def phrase(self) -> list[str]:
        """The noun phrase behind it, as written."""
        words = self.words_behind
        equated = len(words) > 1 and words[0] in ("are", "were") and word_class(words[1].lower()) == "noun"
        return noun_phrase(words[1:] if equated else words)  # `15 are men`

    @cached_property
    def unit(self) -> str:
        """The stem of the head of that phrase, or an empty text."""
        return stem(self.phrase[-1]) if self.phrase else ""

    @cached_property
    def determiner(self) -> str:
        """The text in front of it that may hold a determiner."""
        return self.text[max(0, self.quantity.start - _AHEAD) : self.quantity.start]

    @property
    def is_other(self) -> bool:
        """Whether it counts others than were counted before: `the next 40`, `2 more`."""
        return bool(_OTHERS.search(self.determiner) or _FURTHER.match(self.text, self.quantity.end))

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
        yield Surroundings(
            text,
            quantity,
            quantities[number - 1] if number else None,
            quantities[number + 1] if number + 1 < len(quantities) else None,
            bisect_right(sentences, quantity.start),
            sentence_span,
            (max(start, sentence_span[0]), end),
        )


def _around(bounds: list[int], place: int, end: int) -> tuple[int, int]:
    """Return the bounds in front of a place and behind it."""
    number = bisect_right(bounds, place)
    return bounds[number - 1] if number else 0, bounds[number] if number < len(bounds) else end
