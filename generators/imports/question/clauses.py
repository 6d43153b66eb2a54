"""Finds the subject of the clause of a number, from the verbs in front of the number."""

import re

from generators.text.lexicon import word_set
from generators.text.words import Word

from .mentions import Mention
from .subjects import Subject, subject_of
from .verbs import is_finite
from .word_rows import WordRow

__all__ = ["Clauses", "Subject"]

_NEARLY = re.compile(
    r"(?:\s+(?:be|cost|only|just|about|around|exactly|at least|at most|over|up to|approximately|now|currently|then|equal to|a total of))*\s+(?:US)?\$?"
)
"""Between an equating verb and its number: `the fee will be about $5`."""
_FEW = 3
"""Words that may stand between a verb and the number that it says of each."""


class Clauses:
    """The subjects of the clauses of a text."""

    def __init__(self, text: str, words: list[Word]):
        self.text = text
        self.row = WordRow(text, words)
        self._known: dict[int, Subject | None] = {}

    def subject(self, mention: Mention) -> Subject | None:
        """Return the subject of the last verb in front of a number that has one, in the number's sentence."""
        start = mention.quantity.start
        if start not in self._known:
            self._known[start] = self._subject(mention.sentence_span[0], start)
        return self._known[start]

    def equated(self, mention: Mention) -> Subject | None:
        """Return the subject that equals a number: the fee of `the fee is $5`."""
        subject = self.subject(mention)
        if subject is None or subject.verb.text not in word_set("equating"):
            return None
        thing = subject.kind == "noun" or (subject.kind == "name" and subject.first in word_set("determiners"))
        return subject if thing and _NEARLY.fullmatch(self.text, subject.verb.end, mention.quantity.start) else None

    def each(self, mention: Mention) -> str:
        """Return the unit of a rate: the child of `each child drew two beans`, the box of `boxes each hold 5`."""
        subject = self.subject(mention)
        if subject is None or not subject.head.noun:
            return ""
        between = self.text[subject.verb.end : mention.quantity.start].replace(" up to", "").split()
        if len(between) > _FEW or not word_set("ties").isdisjoint(between):
            return ""
        every = subject.first in ("each", "every") or " each " in self.text[subject.head.end : subject.verb.end]
        return subject.head.text if every else ""

    def _subject(self, sentence: int, number: int) -> Subject | None:
        """Return the subject of the last finite verb between two places of the text that has one."""
        inside = [place for place, word in enumerate(self.row.words) if sentence <= word.start < number]
        verbs = (place for place in reversed(inside) if is_finite(self.row, place, number))
        found = (subject_of(self.row, verb, inside[0]) for verb in verbs)
        return next((subject for subject in found if subject), None)
