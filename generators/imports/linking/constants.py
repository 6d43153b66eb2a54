"""The closed table of world constants, each with the words that allow its use."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import yaml

from generators.text.lexicon import stem


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
def table() -> tuple[Constant, ...]:
    """Return the table."""
    text = (Path(__file__).parent / "constants.yaml").read_text(encoding="utf-8")
    rows = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - the base loader makes texts alone
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
    return [constant for constant in table() if constant.triggered(present)]
