"""The readers of programs share an error, bounds, and steps on numbers whose origin is written down."""

from fractions import Fraction

from .formula import Beyond, BinaryDecimal, Formula, Leaf, NoFormula, evaluate
from .step import Step
from .written import Result

MOST_TEXT = 8_000
"""Characters of the longest program."""
MOST_STEPS = 64
_MOST_BITS = 256
"""Bits of the largest numerator or denominator."""


def beyond(name: str) -> Beyond:
    """Return the error for an operation that traces do not have."""
    return Beyond(f"{name} is beyond the trace language, which adds, subtracts, multiplies and divides")


def add_step(steps: list[Step], formula: Formula) -> None:
    """Append the step of a formula; raise NoFormula if it has no value, or the program is too large."""
    if len(steps) == MOST_STEPS:
        raise NoFormula(f"more than {MOST_STEPS} steps")
    value = evaluate(formula)
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MOST_BITS:
        raise NoFormula("a number with too many digits")
    steps.append(Step(formula, value, "annotation", frozenset(), (), place=len(steps)))


def result(steps: list[Step], number: int) -> Leaf:
    """Return the result of a step as a number of a later one."""
    return Leaf(steps[number].value, written=Result(number))


def cut_by_a_computer(text: str) -> bool:
    """Return whether a decimal has as many digits as a computer keeps: 0.16666666666666666 for a sixth."""
    digits = text.partition(".")[2].rstrip("0")
    return len(digits.lstrip("0")) >= 15


def decimal(text: str) -> Fraction:
    """Return the value of figures; raise NoFormula for a fraction that a computer cut."""
    if cut_by_a_computer(text):
        raise BinaryDecimal(f"{text} is a binary decimal, a fraction that a computer cut")
    return Fraction(text)
