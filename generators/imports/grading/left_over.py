"""Reasons to doubt a wiring because of the numbers of the question that it leaves over."""

import re

from generators.imports.candidates.origin import Given, Implicit, Origin
from solver.plurals import counted

from .case import Case

_PARTS = {"half", "fraction", "multiple"}
"""Kinds that a solution may combine without a step: twice a third is written as two thirds."""
_AS = re.compile(r"(?<![Dd]oubles)\s*(?:as|the|that|his|her|their)\b")
"""Follows a multiple of something."""
_OF = re.compile(r"\s*of\b(?! the year)")
"""Follows a part of something."""


def contested_number(case: Case) -> str | None:
    """Doubt a wiring where a number is left over whose value the solution writes."""
    return f"left over though its value is used: {', '.join(case.contested)}" if case.contested else None


def percent(case: Case) -> str | None:
    """Doubt a wiring that leaves over a percent, since percents are hardly ever said in passing."""
    rates = [
        quantity.text
        for quantity in case.left_over
        if quantity.kind == "percent" and quantity.value and quantity.text not in case.contested
    ]
    return f"a percent left over: {', '.join(rates)}" if rates else None


def part(case: Case) -> str | None:
    """Doubt a wiring that leaves over a fraction or a multiple of something: `1/3 of`, `twice as`."""
    combined = any(use.mention.quantity.kind in _PARTS for use in case.uses)
    parts = [
        quantity.text
        for quantity in case.left_over
        if (quantity.kind == "multiple" and combined and _AS.match(case.question, quantity.end))
        or (quantity.kind == "fraction" and _OF.match(case.question, quantity.end))
        if quantity.text not in case.contested
    ]
    return f"a part or multiple left over: {', '.join(parts)}" if parts else None


def loose_number(case: Case) -> str | None:
    """Doubt a wiring that leaves over a number and guesses the origin of another."""
    loose = {quantity.value for quantity in case.left_over if quantity.kind != "word" and quantity.value != 1}
    if loose and any(_is_guess(origin, case) for origin in case.linking.origins.values()):
        return f"{counted(len(loose), 'number')} of the question left over"
    return None


def _is_guess(origin: Origin, case: Case) -> bool:
    """Return True if a number may only look like its origin: a `one` said in passing, a two for `both`."""
    if isinstance(origin, Given):
        quantity = case.mentions[origin.index].quantity
        return quantity.kind == "word" and quantity.value == 1
    return isinstance(origin, Implicit) and origin.why == "both"
