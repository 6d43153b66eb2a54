"""Proposes a step that the solution does not state as the origin of a number: an operation on two known values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from generators.imports.question.mentions import Mention
from generators.imports.solution.formula import NoFormula, apply
from generators.imports.solution.step import Step
from solver.constants import Constant

from .origin import Earlier, Form, Given, HiddenStep, Implicit, Named, Origin
from .place import Candidate

_MOST = 8
"""Candidates that are followed."""
_BASE = -4.0


@dataclass(frozen=True, slots=True)
class Operand:
    """A known value that a hidden step may use."""

    origin: Origin
    value: Fraction
    score: float
    givens: tuple[int, ...] = ()
    steps: tuple[int, ...] = ()


def operands(
    mentions: Sequence[Mention],
    forms: Sequence[Sequence[Form]],
    steps: Sequence[Step],
    constants: Sequence[Constant],
    *,
    percents: bool,
) -> Iterator[Operand]:
    """Yield the values known after some steps: quantities in their forms, results, constants, one, two and hundred."""
    for index, mention in enumerate(mentions):
        kind = mention.quantity.kind
        for nth, (form, value) in enumerate(forms[index]):
            if kind == "ordinal" or (kind == "percent" and form == "divisor"):
                continue  # people do not use these without a written step
            yield Operand(Given(index, form), value, -0.4 * (nth > 0), givens=(index,))
    for earlier, step in enumerate(steps):
        yield Operand(Earlier(earlier), step.value, 0.2, steps=(earlier,))
    for constant in constants:
        yield Operand(Named(constant.name), constant.value, -1.0)
    yield Operand(Implicit(Fraction(1), "one"), Fraction(1), -1.2)
    yield Operand(Implicit(Fraction(2), "two"), Fraction(2), -1.6)
    if percents:
        yield Operand(Implicit(Fraction(100), "hundred percent"), Fraction(100), -1.0)


def hidden(known: Sequence[Operand], value: Fraction) -> list[Candidate]:
    """Return the operations on known values that give a value, the best first."""
    found = [
        Candidate(
            HiddenStep(sign, left.origin, right.origin),
            _BASE + left.score + right.score,
            typed=True,
            givens=left.givens + right.givens,
            steps=left.steps + right.steps,
            inferred=True,
        )
        for sign, left, right in _operations(known)
        if _result(sign, left.value, right.value) == value
    ]
    return sorted(found, key=lambda candidate: -candidate.score)[:_MOST]


def _operations(known: Sequence[Operand]) -> Iterator[tuple[str, Operand, Operand]]:
    """Yield the operations on two values, sums and products in one order only; at least one is no constant."""
    for first, left in enumerate(known):
        for second, right in enumerate(known):
            if left.origin == right.origin or not (left.givens or left.steps or right.givens or right.steps):
                continue
            for sign in "+-*/":
                if not ((sign in "+*" and first > second) or (sign in "*/" and right.value == 1)):
                    yield sign, left, right


def _result(sign: str, left: Fraction, right: Fraction) -> Fraction | None:
    try:
        return apply(sign, left, right)
    except NoFormula:
        return None
