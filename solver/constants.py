"""Named constants of the world, such as 7 days per week: one closed table, each row with the words that allow its use."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import yaml

from .document import LOADER
from .stems import WORD, stem


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that the world gives and not the question."""

    name: str
    value: Fraction
    words: frozenset[str]
    """Stems of which one must be there."""
    beside: frozenset[str] = frozenset()
    """Stems of which one must be there too, if there are any: no half hour without an hour."""
    asked: bool = False
    """Whether they must stand in the question, and not only in the solution."""

    def triggered(self, present: frozenset[str]) -> bool:
        """Return whether these stems allow its use."""
        return bool(self.words & present) and (not self.beside or bool(self.beside & present))


@cache
def named_constants() -> tuple[Constant, ...]:
    """Return the table of constants, in its order."""
    text = (Path(__file__).parent / "constants.yaml").read_text(encoding="utf-8")
    rows = yaml.load(text, LOADER)  # noqa: S506 - it makes texts alone
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
    """Return the constants whose trigger words are there."""
    present = frozenset(stems)
    return [constant for constant in named_constants() if constant.triggered(present)]


_PHRASES = {"every other ": "every-other", "to and from ": "to-and-from", "one way ": "one-way"}
"""Phrases that trigger a constant, as one word each."""


def question_stems(question: str) -> set[str]:
    """Return the stems of a question's words, and of the phrases and signs that trigger a constant."""
    words = WORD.findall(question)
    stems = {stem(word) for word in words} | {stem(part) for word in words for part in word.split("-")}
    stems |= {sign for sign in "$¢" if sign in question} | ({"percent"} if "%" in question else set())
    return stems | {word for phrase, word in _PHRASES.items() if phrase in question.lower()}
