"""A step of a solution."""

from dataclasses import dataclass
from fractions import Fraction

from .formula import Formula


@dataclass(slots=True, eq=False)
class Step:
    """A step of a solution: a formula and its value, and the words it is told with."""

    formula: Formula
    value: Fraction
    origin: str
    """annotation, prose, or equation"""
    line: frozenset[str]
    after: tuple[str, ...]
    money: bool = False
    place: int = 0
    subject: str = ""
    """The stem of the first proper name of the line, or an empty text."""
