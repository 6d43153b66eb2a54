"""Reads the table of named constants, such as 7 days per week; a constant is usable where its trigger words stand."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import yaml

from .document import LOADER
from .files import read_text
from .stems import WORD, stem


@dataclass(frozen=True, slots=True)
class Constant:
    """A number known without the question: 60 minutes per hour."""

    name: str
    value: Fraction
    words: frozenset[str]
    """Trigger words as stems; the text must have one of them."""
    beside: frozenset[str] = frozenset()
    """Further stems; if there are any, the text must have one of them too: `half` is 30 minutes only beside `hour`."""
    asked: bool = False
    """True if the trigger words must stand in the question itself, not only in the solution."""

    def triggered(self, present: frozenset[str]) -> bool:
        """Return True if a text with these stems may use the constant."""
        return bool(self.words & present) and (not self.beside or bool(self.beside & present))


@cache
def named_constants() -> tuple[Constant, ...]:
    """Return the table of constants, in its order."""
    text = read_text(Path(__file__).parent / "constants.yaml")
    rows = yaml.load(text, LOADER)  # noqa: S506 - the loader returns only text
    return tuple(
        Constant(
            name,
            Fraction(row["value"]),
            frozenset(map(stem, row["words"])),
            frozenset(map(stem, row.get("beside", ()))),
            "asked" in row,
        )
        for name, row in rows.items()
    )


def triggered(stems: Iterable[str]) -> list[Constant]:
    """Return the constants that a text with these stems may use."""
    present = frozenset(stems)
    if present.isdisjoint(_trigger_words()):
        return []
    return [constant for constant in named_constants() if constant.triggered(present)]


@cache
def _trigger_words() -> frozenset[str]:
    return frozenset().union(*(constant.words for constant in named_constants()))


_PHRASES = {"every other ": "every-other", "to and from ": "to-and-from", "one way ": "one-way"}
"""Phrases that trigger a constant, each as one word."""


def question_stems(question: str) -> set[str]:
    """Return the stems of a question's words, with the phrases and signs that trigger a constant."""
    words = WORD.findall(question)
    stems = {stem(word) for word in words} | {stem(part) for word in words for part in word.split("-")}
    stems |= {sign for sign in "$¢" if sign in question} | ({"percent"} if "%" in question else set())
    return stems | {word for phrase, word in _PHRASES.items() if phrase in question.lower()}
