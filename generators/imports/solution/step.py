"""The steps of a solution."""

from dataclasses import dataclass
from fractions import Fraction

from .formula import Formula


@dataclass(slots=True, eq=False)
class Step:
    """A step of a solution: a formula, its value, and the words of its line."""

    formula: Formula
    value: Fraction
    kind: str
    """How it is written: `annotation`, `prose`, `equation`, or `inferred` if it is not."""
    line: frozenset[str]
    """The stems of the words of its line."""
    after: tuple[str, ...]
    """The stems of the words behind its result."""
    money: bool = False
    """Whether its result is an amount of money."""
    place: int = 0
    """Its place among the steps."""
    subject: str = ""
    """The stem of the first proper name of the line, or an empty text."""
