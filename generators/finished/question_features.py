"""Finds how a question is worded: its sentences, the forms of its numbers, pronouns, and its text with masks.

A mask stands for everything that varies between two questions of the same wording. In rows of a pattern these are the
slots; in other questions, the numbers and the proper names.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from generators.patterns.overlap import MASK
from generators.patterns.render import Plan
from generators.text.lexicon import STOP
from generators.text.proper_names import proper_names
from solver.quantities import Quantity, read_quantities

_STOP = re.compile(STOP)
_GAP = re.compile(r"[.?!]+[\"\u201d]?\s+(?=[^\sa-z])")
"""A point, with space and no small letter behind it: the points of '8 a.m. and' end no sentence."""
_PERSON = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.IGNORECASE)
_IF = re.compile(r"\bif\b", re.IGNORECASE)
_PAST = re.compile(r"\b(?:had|was|were|did|gave|got|bought|sold|went|made|took)\b", re.IGNORECASE)
_ENDING = re.compile(r"ed\b(?<=\w{3}ed)(?<!hundred)(?<!speed)(?<!indeed)(?<!exceed)(?<!proceed)(?<!succeed)")
_COMMA = re.compile(r"\d,\d{3}")
_DOLLARS = re.compile(r"[\s-]+dollars?\b", re.IGNORECASE)


class Question(NamedTuple):
    """A question with the sentences and the numbers that were found in it."""

    text: str
    sentences: Sequence[str]
    numbers: Sequence[Quantity]


def read_question(text: str) -> Question:
    """Return a question with its sentences and its numbers."""
    return Question(text, sentences(text), read_quantities(text))


def sentences(text: str) -> list[str]:
    """Return the sentences of a text in order, without the space between them."""
    starts = [0, *(gap.end() for gap in _GAP.finditer(text) if _STOP.match(text, gap.start()))]
    found = [text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    return [sentence for sentence in found if sentence]


def masked_text(question: Question) -> str:
    """Return a question of any origin with a mask for each number and each proper name."""
    spans = [(number.start, number.end) for number in question.numbers]
    spans += [(start, end) for start, end, _ in proper_names(question.text)]
    pieces, behind = [], 0
    for start, end in sorted(spans):
        if start >= behind:  # a name inside a number is masked with it
            pieces += [question.text[behind:start], MASK]
            behind = end
    return "".join([*pieces, question.text[behind:]])


def masked_plan(plan: Plan) -> str:
    """Return the wording of a pattern with a mask for each slot."""
    return "".join(piece if isinstance(piece, str) else MASK for piece in plan)


def _in_words(question: Question) -> bool:
    """Return whether a number other than one is written in words."""
    return any(
        number.kind in ("word", "multiple", "half", "group") and number.value != 1 for number in question.numbers
    )


def _money(question: Question) -> bool:
    """Return whether a number is an amount of dollars or cents."""
    return any(
        number.kind in ("money", "cents") or _DOLLARS.match(question.text, number.end) for number in question.numbers
    )


def _fraction(number: Quantity) -> bool:
    """Return whether a number is a part of a whole, or a mixed number; decimals are neither."""
    if number.kind in ("plain", "word"):
        return number.value.denominator > 1 and "." not in number.text
    return number.kind in ("fraction", "half")


FEATURES: dict[str, Callable[[Question], bool]] = {
    "he, she, his, her": lambda question: bool(_PERSON.search(question.text)),
    "a number in words": _in_words,
    "a number with a comma": lambda question: any(_COMMA.search(number.text) for number in question.numbers),
    "money": _money,
    "percent": lambda question: any(number.kind == "percent" for number in question.numbers),
    "a fraction": lambda question: any(map(_fraction, question.numbers)),
    "the question not last": lambda question: any("?" in sentence for sentence in question.sentences[:-1]),
    "if in the question": lambda question: any("?" in one and _IF.search(one) for one in question.sentences),
    "the past tense": lambda question: bool(_ENDING.search(question.text) or _PAST.search(question.text)),
}
"""The features that an English question has or has not, by the name of their share of the rows."""
