"""Makes the question of an entry: joins its columns, sets tokens together, and puts numbers back for `number0`."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from generators.imports.solution.slots import Number
from solver.plurals import counted
from solver.quantities import plain_number, read_quantities

_PLACED = re.compile(r"\bnumber_?(\d+)\b")
_FIGURES = re.compile(r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|(?<![\w.])\.\d+")
_SET_APART = re.compile(r"\s[.,?!](?:\s|$)")
_FOLDS = [
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"\s+", " "),
        (r"([$£€]) (?=\d|\.\d|number)", r"\1"),
        (r"(?<=\d) %", "%"),
        (r" (n['\u2019]t|['\u2019](?:s|re|ve|ll|d|m))\b", r"\1"),
        (r"(?<=\w) (?=[.,?!;:](?:\s|$))", ""),
        (r"(?<=[%)'\"]) (?=[.,?!;:](?:\s|$))", ""),
        (r"\( (.*?) \)", r"(\1)"),
        (r"`` ?(.*?) ?''", r'"\1"'),
        (r"(^|\s)(['\"]) ([^'\"]+?) \2(?=[\s.,?!]|$)", r"\1\2\3\2"),
        (r"(?<=s) '(?=\s)", "'"),
    )
]
"""The spaces that tokenisers set and people do not, in the order in which they are taken out."""


class NoQuestion(ValueError):
    """A question whose numbers are missing; the message says which."""


class Question(NamedTuple):
    """A question, the part of it that asks, and the numbers that were put back into it."""

    text: str
    asked: str
    numbers: tuple[Number, ...] = ()


def read_question(parts: list[str], *, tokenised: bool, numbers: Any = None) -> Question:
    """Return the question of its parts; raise NoQuestion if numbers are missing that it asks to be put back."""
    *before, asked = [part.strip() for part in parts]
    told = asked
    for part in reversed(before):
        told = f"{part}{'' if part.endswith(('.', '?', '!', ',')) else ','} {told}" if part else told
    if tokenised:
        told = detokenised(told)
    if numbers is not None and _PLACED.search(told):
        told, found = _put_back(told, _values(numbers))
        return Question(told, _last_sentence(told), found)
    return Question(told, asked if before else _last_sentence(told))


def detokenised(text: str) -> str:
    """Return a text without the spaces of a tokeniser; one whose stops are not set apart is only stripped."""
    if not _SET_APART.search(text):
        return re.sub(r"\s+", " ", text).strip()
    for pattern, instead in _FOLDS:
        text = pattern.sub(instead, text)
    return text.strip()


def counts(question: Question) -> Iterator[tuple[Number, ...]]:
    """Yield the numbers of a question as programs may count them: those put back; figures; figures and words."""
    if question.numbers:
        yield question.numbers
        return
    figures = _FIGURES.finditer(question.text)
    yield tuple(Number(one.start(), one.end(), Fraction(one[0].replace(",", ""))) for one in figures)
    yield tuple(Number(one.start, one.end, one.value) for one in read_quantities(question.text))


def _values(numbers: Any) -> list[str]:
    """Return numbers as texts: of a list, or of a text that spaces or commas part."""
    if isinstance(numbers, str):
        numbers = numbers.strip("[] ").replace(",", " ").split()
    if not isinstance(numbers, list | tuple):
        raise NoQuestion("its numbers are no list")
    texts = [str(one).strip() for one in numbers]
    try:
        values = list(map(plain_number, texts))
    except ValueError as error:
        raise NoQuestion(f"its numbers: {error}") from None
    return [
        re.sub(r"\.0+$", "", text) if value.denominator == 1 else text
        for text, value in zip(texts, values, strict=True)
    ]


def _put_back(text: str, values: list[str]) -> tuple[str, tuple[Number, ...]]:
    """Return a text with its numbers, and their spans by their places."""
    made, end = "", 0
    spans: dict[int, Number] = {}
    for match in _PLACED.finditer(text):
        place = int(match[1][:6])
        if place >= len(values):
            raise NoQuestion(f"{match[0]} of {counted(len(values), 'number')}")
        made += text[end : match.start()]
        start, end = len(made), match.end()
        made += values[place]
        spans.setdefault(place, Number(start, len(made), plain_number(values[place])))
    # A number that the question does not show keeps its place in the count.
    return made + text[end:], tuple(
        spans.get(place, Number(0, 0, plain_number(value))) for place, value in enumerate(values)
    )


def _last_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s+", text.strip())[-1]
