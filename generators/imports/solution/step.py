"""The steps of a solution."""

from dataclasses import dataclass
from fractions import Fraction

from .formula import Formula


@dataclass(frozen=True, slots=True)
class Unread:
    """The result of an equation that was not read."""

    value: Fraction
    worked: bool
    """Whether it is worked out, `18÷3/4=24`, and no conversion, `12 inches=1 foot`."""
    after: tuple[str, ...]
    """The stems of the words behind it."""


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
    unread: frozenset[Unread] = frozenset()
    """The results of equations in front of it, or in its line, that were not read."""
