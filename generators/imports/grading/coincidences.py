"""Detects wirings that reach the right answer by numeric coincidence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generators.imports.candidates.origin import Earlier, Given, Named, Origin
from solver.stems import stem

from .borrowed import borrowed
from .case import Case
from .repetitions import is_written_out

_SQUARE = frozenset(map(stem, ["square", "cube", "cubic"]))
_SMALL = 2
"""A number up to this that is added to itself more likely stands for two things: `1 + 1` for two people."""
_DAYS = r"(?P<{}>sun|mon|tues|wednes|thurs|fri|satur)days?"
_RANGE = re.compile(
    _DAYS.format("first")
    + r" (?:to|through|thru|until|till|and) (?:the (?:end|night|morning) of (?:the day on )?)?"
    + _DAYS.format("last"),
    re.IGNORECASE,
)


def squared(case: Case) -> str | None:
    """Doubt a number that one step multiplies by itself, or a one or two that it adds to itself."""
    found = list(_squares(case))
    return f"twice in one step: {', '.join(found)}" if found else None


def written_out_repetition(case: Case) -> str | None:
    """Doubt steps that are repeated as often as an unused number says."""
    if is_written_out(case):
        return "a repetition is written out, and how often is not read from the question"
    return None


def borrowed_number(case: Case) -> str | None:
    """Doubt a number that is linked to another quantity of its value."""
    found = sorted({case.mentions[index].quantity.text for index in borrowed(case)})
    return f"taken for a number of its value: {', '.join(found)}" if found else None


def other_weekdays(case: Case) -> str | None:
    """Doubt the five weekdays of the table where the question names other days: `from Tuesday to Saturday`."""
    found = _RANGE.search(case.question)
    if found is None or (found["first"].lower(), found["last"].lower()) == ("mon", "fri"):
        return None
    used = Named("weekdays_per_week") in case.linking.origins.values()
    return "weekdays stand for other days" if used else None


@dataclass(frozen=True, slots=True)
class _Operand:
    """An origin as an operand that a step or a product may have twice."""

    text: str
    identity: str
    """The quantity and its form, or the step; empty for a constant."""
    small: bool = False


def _squares(case: Case) -> Iterator[str]:
    """Yield the operands that one step multiplies by themselves, and the ones and twos that it adds to themselves."""
    for place, linked in case.linked.items():
        signs: dict[_Operand, list[str]] = {}
        for origin, sign in linked:
            operand = _operand(case, place, origin)
            if operand:
                signs.setdefault(operand, []).append(sign)
        for operand, found in signs.items():
            if len(found) < 2:
                continue
            # A constant that multiplies and divides converts there and back: a rate per year, and again per month.
            inverse = not operand.identity and {*found} == {"*", "/"}
            if operand.small or (sum(sign in "*/" for sign in found) > 1 and not inverse):
                yield operand.text


def _operand(case: Case, place: int, origin: Origin) -> _Operand | None:
    """Return an origin as an operand, or None where it may well stand twice in a step."""
    if isinstance(origin, Given):
        mention = case.mentions[origin.index]
        quantity = case.mentions[mention.alias].quantity
        if quantity.kind in ("percent", "fraction", "half") or mention.clause & _SQUARE:
            return None
        return _of_quantity(case, origin)
    if isinstance(origin, Named):
        if origin.name.startswith(("sides_", "both_")):  # a rectangle has two of each side
            return None
        first = origin.name.split("_")[0]
        return _Operand(first if first in ("legs", "wheels") else origin.name, "")  # legs of one animal and of another
    if isinstance(origin, Earlier) and not case.linking.steps[place].line & _SQUARE:
        return _Operand("a result", f"step {origin.step}")
    return None


def _of_quantity(case: Case, origin: Given) -> _Operand:
    """Return a quantity as an operand; the number and the size of a group are two."""
    alias = case.mentions[origin.index].alias
    quantity = case.mentions[alias].quantity
    form = origin.form if quantity.kind == "group" else ""
    return _Operand(quantity.text, f"{alias} {form}", quantity.value <= _SMALL)
