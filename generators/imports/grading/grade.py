"""Grades a linked problem by what is known of its wiring, with the reasons.

A: every step is told by the solution and used, no quantity that could have been meant is left over, nothing is known
   to be right for these numbers alone (coincidence.py, part.py, single.py), and no other wiring is as likely.
B: every step is told by the solution, but something of that is missing.
C: a step had to be inferred.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generators.imports.graph.build import Graph
from generators.imports.graph.counted_ones import is_counted
from generators.imports.graph.fractions import unsure
from generators.imports.linking.origin import Given, Implicit, Origin, forms, givens
from generators.imports.linking.search import UNRIVALLED, Linking
from generators.imports.question.mentions import Mention

from .coincidences import coincidences

STRONG = 1.75
"""The margin from which a choice between functions is called strong: where it is reached readers found few wrong."""
OVERRULING = 3.0
"""The margin from which it is so though the score of the search alone is for another function."""
CERTAIN = 7.0
"""The margin from which a proof holds though a number of a value that is used is left over: it fits nowhere near as well."""

_PARTS = {"half", "fraction", "multiple"}
"""Kinds of which two together may have been worked out in the head: twice a third of it is two thirds."""
_AS = re.compile(r"(?<![Dd]oubles)\s*(?:as|the|that|his|her|their)\b")
"""Behind a multiple of something."""
_OF = re.compile(r"\s*of\b(?! the year)")
"""Behind a part of something."""


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade and why."""

    letter: str
    reasons: tuple[str, ...]


RULES = {
    "A": "every step told and used, nothing contested left over, no other wiring as likely",
    "B": "every step told, but a step is unused, a number left over or cancelled out, it is right for these numbers alone, or the choice weak",
    "C": "at least one step is inferred",
}
"""The grades, as a reader is told them."""


def grade(linking: Linking, mentions: list[Mention], leaf_values: set[object], text: str, graph: Graph) -> Grade:
    """Return the grade of a linking.

    `leaf_values` are the numbers that the used steps write, `text` is the question, `graph` what is worked out.
    """
    reasons = [
        *_missing(linking),
        *_left_over(linking, mentions, leaf_values, text, graph.ones),
        *coincidences(linking, mentions, text),
    ]
    ones = sorted(
        {mentions[index].quantity.text for index in _ones(linking, mentions, text) if index not in graph.ones}
    )
    if ones:
        reasons.append(f"counted but left out, as it changes nothing: {', '.join(ones)}")
    halves = sorted({mention.quantity.text for mention in unsure(graph.works, mentions, text)})
    if halves:
        reasons.append(f"may stand for what it leaves: {', '.join(halves)}")
    if graph.cancelled:
        reasons.append(f"cancelled out: {', '.join(mentions[index].quantity.text for index in graph.cancelled)}")
    if linking.untyped:
        reasons.append("a number is used against its type or unit")
    if linking.margin < (STRONG if linking.agreed else OVERRULING):
        rivals = "one less consistent" if linking.proved else f"{linking.functions} consistent wirings, the next one"
        reasons.append(f"{rivals} is nearly as likely, margin {linking.margin}")
    if reasons:
        return Grade("C" if linking.inferred else "B", tuple(reasons))
    why = f"strong choice, margin {linking.margin if linking.margin < UNRIVALLED else 'unrivalled'}"
    return Grade("A", ("wiring proved" if linking.proved else why, *["a factor of one put back"] * bool(graph.ones)))


def _ones(linking: Linking, mentions: list[Mention], text: str) -> Iterator[int]:
    """Yield the ones that are counted like any other number and stand nowhere in the solution."""
    used = {mentions[given.index].alias for one in linking.origins.values() for given in givens(one)}
    for index, mention in enumerate(mentions):
        if mention.alias == index and index not in used and is_counted(mention, mentions, text):
            yield index


def _missing(linking: Linking) -> Iterator[str]:
    """Yield what the solution does not tell, or tells in vain."""
    if linking.inferred:
        yield f"{linking.inferred} inferred step{'s' * (linking.inferred > 1)}"
    if linking.dead:
        yield f"{linking.dead} annotated step{'s' * (linking.dead > 1)} unused"


def _left_over(
    linking: Linking, mentions: list[Mention], leaf_values: set[object], text: str, ones: tuple[int, ...]
) -> Iterator[str]:
    """Yield why the numbers that are left over may have been meant; `ones` are factors again."""
    left = [mentions[index].quantity for index in linking.unused if index not in ones]
    certain = linking.proved and linking.margin >= CERTAIN
    contested = [
        quantity.text
        for quantity in left
        if quantity.kind != "word"
        and not (certain and quantity.kind in ("plain", "money"))
        and (linking.proved or quantity.kind in ("multiple", "half"))
        and any(value in leaf_values for _, value in forms(quantity))
    ]
    contested += [text for text in _others(linking, mentions) if text not in contested]
    if contested:
        yield f"left over though its value is used: {', '.join(contested)}"
    rates = [
        quantity.text
        for quantity in left
        if quantity.kind == "percent" and quantity.value and quantity.text not in contested
    ]
    if rates:
        yield f"a percent left over: {', '.join(rates)}"
    used = {mentions[one.index].quantity.kind for one in linking.origins.values() if isinstance(one, Given)}
    parts = [
        quantity.text
        for quantity in left
        if (quantity.kind == "multiple" and used & _PARTS and _AS.match(text, quantity.end))
        or (quantity.kind == "fraction" and _OF.match(text, quantity.end))
        if quantity.text not in contested
    ]
    if parts:
        yield f"a part or multiple left over: {', '.join(parts)}"
    loose = {quantity.value for quantity in left if quantity.kind != "word" and quantity.value != 1}
    if loose and any(_guessed(origin, mentions) for origin in linking.origins.values()):
        yield f"{len(loose)} number{'s' * (len(loose) > 1)} of the question left over"


def _others(linking: Linking, mentions: list[Mention]) -> Iterator[str]:
    """Yield what is left over and may have been meant by a used number of its value.

    Of the same things one of the two is said to be others (`2 weeks`, `the following 2 weeks`); of different things
    it is an amount of difference (`ten more songs` beside `the top 10`).
    """
    roots = {mentions[given.index].alias for one in linking.origins.values() for given in givens(one)}
    for mention in (mentions[index] for index in linking.unused):
        quantity = mention.quantity
        alike = [one for one in (mentions[root] for root in roots) if one.quantity.value == quantity.value != 1]
        if any(mention.is_difference if one.unit != mention.unit else mention.other or one.other for one in alike):
            yield quantity.text


def _guessed(origin: Origin, mentions: list[Mention]) -> bool:
    """Return whether a number may only look like its origin: a half of both, a one that is said in passing."""
    if isinstance(origin, Given):
        quantity = mentions[origin.index].quantity
        return quantity.kind == "word" and quantity.value == 1
    return isinstance(origin, Implicit) and origin.why == "both"
