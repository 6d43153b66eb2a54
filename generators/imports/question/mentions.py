"""Reads the numbers of a question with their surroundings, as stems: unit, clause, sentence, and repeats."""

import re
from dataclasses import dataclass

from generators.text.lexicon import content, word_class, word_set
from generators.text.proper_names import proper_names
from solver.quantities import Quantity
from solver.stems import stem

from .repeats import is_definite, repeated
from .surroundings import Surroundings, read_surroundings

_PER = re.compile(r"\b(?:each|every|per|an?)\s+((?:[A-Za-z]+\s*){1,3})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Mention:
    """A quantity of the question and its surroundings, as stems."""

    quantity: Quantity
    unit: str
    """The head of the noun phrase behind the number, or an empty text."""
    after: tuple[str, ...]
    """The first words behind the number."""
    before: tuple[str, ...]
    """The last words in front of it, in its clause."""
    clause: frozenset[str]
    """The words of its clause."""
    sentence: int
    """The place of its sentence in the question."""
    alias: int
    """The place of the first mention of this number, or its own."""
    is_difference: bool
    """Whether `more`, `less` or `fewer` follows: an amount of difference."""
    is_factor: bool
    """Whether `times as many` or the like follows."""
    asked: bool
    """Whether it stands in a sentence that asks."""
    phrase: tuple[str, ...]
    """The noun phrase behind the number, as written."""
    sentence_span: tuple[int, int]
    """Start and end of its sentence."""
    clause_span: tuple[int, int]
    """Start and end of its clause."""
    owner: str
    """The stem of the first proper name in front of it in its clause, or an empty text."""
    rate_units: frozenset[str]
    """The units of the rates in its clause: `each box`, `a pound`."""
    definite: bool
    """Whether it only refers to things counted before: `the three`."""

    @property
    def money(self) -> bool:
        """Whether it is an amount of money."""
        return self.quantity.kind in ("money", "cents") or self.unit in word_set("currencies")


def read_mentions(text: str) -> list[Mention]:
    """Return the numbers of a question in order, with their surroundings."""
    names = [(start, name) for start, _, name in proper_names(text)]
    earlier: list[Surroundings] = []
    mentions: list[Mention] = []
    for place, number in enumerate(read_surroundings(text)):
        first = repeated(number, earlier)
        mentions.append(_mention(number, place if first is None else mentions[first].alias, names))
        earlier.append(number)
    return mentions


def _mention(number: Surroundings, alias: int, names: list[tuple[int, str]]) -> Mention:
    start, end = number.clause_span
    clause = number.text[start:end]
    return Mention(
        quantity=number.quantity,
        unit=number.unit,
        after=tuple(content(number.words_behind)[:4]),
        before=tuple(content(number.words_ahead)[-5:]),
        clause=frozenset(content(number.clause_words)),
        sentence=number.sentence,
        alias=alias,
        is_difference=number.is_difference,
        is_factor=number.is_factor,
        asked=number.text[slice(*number.sentence_span)].rstrip().endswith("?"),
        phrase=tuple(number.phrase),
        sentence_span=number.sentence_span,
        clause_span=number.clause_span,
        owner=next((stem(name) for place, name in names if start <= place < number.quantity.start), ""),
        rate_units=frozenset(
            stem(word)
            for match in _PER.finditer(clause)
            for word in match[1].split()
            if word_class(word.lower()) == "noun"
        ),
        definite=is_definite(number),
    )
